using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>What is asked of CBC elsewhere, which is here in these tests: as bytes.</summary>
public sealed class CbcElsewhereTests
{
    private static readonly SolveLimits There = SolveLimits.Exact with { Elsewhere = CbcSolver.Answer };

    // Whole numbers and others, with bounds and without.
    private static MixedIntegerProgram Mixed(int seed)
    {
        var program = RandomPrograms.Integers(seed);
        var row = program.AddRow(1.5, 7.25);
        program.AddTerm(row, program.AddColumn(0, double.PositiveInfinity, 0.7), 1.3);
        program.AddTerm(row, program.AddColumn(double.NegativeInfinity, 3.1, -0.2), 0.4);
        for (var column = 0; column + 2 < program.ColumnCount; column++) program.AddTerm(row, column, 0.37);
        return program;
    }

    private static void ShouldBeTheSame(Solution there, Solution here, string which)
    {
        (there.Status, there.Objective, there.Bound, there.Nodes).ShouldBe((here.Status, here.Objective, here.Bound, here.Nodes), which);
        there.HasPoint.ShouldBe(here.HasPoint, which);
        if (here.HasPoint) there.Values.ShouldBe(here.Values, which);
    }

    [Fact]
    public void The_answer_is_the_same_as_here()
    {
        for (var seed = 0; seed < 100; seed++) ShouldBeTheSame(CbcSolver.Solve(Mixed(seed), There), CbcSolver.Solve(Mixed(seed), SolveLimits.Exact), $"seed {seed}");
    }

    [Fact]
    public void A_point_handed_in_goes_along()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var program = RandomPrograms.Knapsack(seed, 24);
            var start = CbcSolver.Solve(program, new(0.2)).Values;
            ShouldBeTheSame(CbcSolver.Solve(program, There with { MaximumNodes = 3 }, start), CbcSolver.Solve(program, SolveLimits.Exact with { MaximumNodes = 3 }, start), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_that_is_asked_and_answered_is_written_and_read(bool starts)
    {
        var program = RandomPrograms.Knapsack(1, 10);
        var (lower, upper) = (program.ColumnLower.ToArray(), program.ColumnUpper.ToArray());
        var asked = CbcRequest.Of(program, lower, upper, new(0.01, 7), starts ? new double[10] : null, CbcRun.Careful);
        var read = CbcRequest.FromBytes(asked.ToBytes());
        read.ShouldBeEquivalentTo(asked);
        var run = CbcRun.Here(asked);
        CbcRun.FromBytes(run.ToBytes(), 10).ShouldBeEquivalentTo(run);
        CbcRun.FromBytes(CbcRun.Abandoned.ToBytes(), 10).ShouldBe(CbcRun.Abandoned);
    }

    [Fact]
    public void Where_no_answer_comes_the_point_handed_in_stays_and_nothing_is_proven()
    {
        var program = RandomPrograms.Knapsack(3, 24);
        var asked = 0;
        var limits = SolveLimits.Exact with
        {
            Elsewhere = _ =>
            {
                asked++;
                return null;
            },
        };
        var none = CbcSolver.Solve(program, limits);
        (none.Status, none.Bound).ShouldBe((SolveStatus.NoIncumbent, double.NegativeInfinity));
        var start = CbcSolver.Solve(program, new(0.2)).Values;
        var kept = CbcSolver.Solve(program, limits, start);
        (kept.Status, kept.Bound).ShouldBe((SolveStatus.Feasible, double.NegativeInfinity));
        kept.Values.ShouldBe(start);
        // Each time once more, in another way: the same would end the next process too.
        asked.ShouldBe(4);
    }

    [Fact]
    public void What_ends_a_process_is_searched_in_another_way()
    {
        var program = RandomPrograms.Knapsack(3, 24);
        var asked = new List<CbcRequest>();
        var limits = SolveLimits.Exact with
        {
            Elsewhere = request =>
            {
                asked.Add(CbcRequest.FromBytes(request));
                return asked.Count == 1 ? null : CbcSolver.Answer(request);
            },
        };
        var there = CbcSolver.Solve(program, limits);
        there.Status.ShouldBe(SolveStatus.Optimal);
        there.Objective.ShouldBe(CbcSolver.Solve(program, SolveLimits.Exact).Objective, 1e-6);
        asked.Select(request => request.Settings).ShouldBe([CbcRun.Fast, CbcRun.Careful]);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void What_is_no_answer_counts_as_none(byte[] answer) =>
        CbcSolver.Solve(RandomPrograms.Knapsack(3, 24), SolveLimits.Exact with { Elsewhere = _ => answer }).Status.ShouldBe(SolveStatus.NoIncumbent);

    [Fact]
    public void What_is_no_request_is_refused_before_CBC_sees_it()
    {
        var program = RandomPrograms.Knapsack(1, 10);
        var good = CbcRequest.Of(program, program.ColumnLower.ToArray(), program.ColumnUpper.ToArray(), SolveLimits.Exact, null, []).ToBytes();
        CbcRequest.FromBytes(good).ColumnCount.ShouldBe(10);
        for (var length = 0; length < good.Length; length++) Should.Throw<InvalidDataException>(() => CbcRequest.FromBytes(good[..length]));
        Should.Throw<InvalidDataException>(() => CbcRequest.FromBytes([.. good, 0]));
        // The numbers of starts and rows stand first: another start, another row.
        var starts = 4 + (4 * 11);
        foreach (var at in new[] { 0, 4, 8, starts, starts + 4 })
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x40;
            Should.Throw<InvalidDataException>(() => CbcRequest.FromBytes(bad), $"byte {at}");
        }
    }
}
