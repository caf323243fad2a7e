using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class CoverRoundingTests
{
    private const double Infinity = double.PositiveInfinity;

    [Fact]
    public void A_rounded_relaxation_keeps_every_row_and_is_near_the_best()
    {
        for (var seed = 100; seed < 112; seed++)
        {
            var (program, lasting) = ColumnGenerationTests.Make(seed, 24, 12);
            var relaxed = ColumnGeneration.Solve(program, lasting.Contains).ShouldNotBeNull();
            var rounded = CoverRounding.Solve(program, relaxed.Covers, lasting.Contains, relaxed.Solution, new(0.001, 50));
            rounded.HasPoint.ShouldBeTrue($"seed {seed}");
            Feasibility.Check(program, rounded.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
            rounded.Objective.ShouldBeGreaterThanOrEqualTo(rounded.Bound);
            var best = CbcSolver.Solve(program, new(0.01, 200));
            rounded.Objective.ShouldBeLessThan(1.25 * best.Objective, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.5)]
    public void A_rounded_relaxation_keeps_to_the_share_that_each_seller_may_have(double share)
    {
        for (var seed = 200; seed < 206; seed++)
        {
            var (program, lasting) = ColumnGenerationTests.Make(seed, 24, 12);
            Share(program, lasting, 24, 3, share);
            var relaxed = ColumnGeneration.Solve(program, lasting.Contains).ShouldNotBeNull();
            var rounded = CoverRounding.Solve(program, relaxed.Covers, lasting.Contains, relaxed.Solution, new(0.001, 50));
            rounded.HasPoint.ShouldBeTrue($"seed {seed}");
            Feasibility.Check(program, rounded.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
            rounded.Objective.ShouldBeLessThan(1.5 * CbcSolver.Solve(program, new(0.01, 200)).Objective, $"seed {seed}");
        }
    }

    // What each seller is paid is summed up by an equation; it is at most a share of all. The row of money says what is paid for a column.
    private static void Share(MixedIntegerProgram program, HashSet<int> lasting, int money, int sellers, double share)
    {
        var paid = new List<(int Column, double Usd)>();
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var rows = program.Matrix.RowsOf(column);
            for (var term = 0; term < rows.Length; term++)
                if (rows[term] == money) paid.Add((column, program.Matrix.CoefficientsOf(column)[term]));
        }

        var sums = Enumerable.Range(0, sellers).Select(_ => program.AddColumn(0, Infinity, 0, integer: false)).ToArray();
        lasting.UnionWith(sums);
        foreach (var (sum, seller) in sums.Select((sum, seller) => (sum, seller)))
        {
            var equation = program.AddRow(0, 0);
            program.AddTerm(equation, sum, -1);
            foreach (var (column, usd) in paid.Where(x => x.Column % sellers == seller)) program.AddTerm(equation, column, usd);
            var most = program.AddRow(double.NegativeInfinity, 0);
            foreach (var other in sums) program.AddTerm(most, other, other == sum ? 1 - share : -share);
        }
    }

    // What slots need can be had of three sellers at nearly the same price. Work that can be split is much cheaper with the first, as long as their share allows it: whole numbers that suit slots best leave
    // it less than the relaxation does.
    private static MixedIntegerProgram Sellers(int seed, int slots, double share)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        var wanted = Enumerable.Range(0, slots).Select(_ => program.AddRow(3 + (7 * random.NextDouble()), Infinity)).ToArray();
        var work = program.AddRow(slots, Infinity);
        var sums = Enumerable.Range(0, 3).Select(_ => program.AddColumn(0, Infinity, 0)).ToArray();
        for (var seller = 0; seller < sums.Length; seller++)
        {
            var paid = program.AddRow(0, 0);
            program.AddTerm(paid, sums[seller], -1);
            foreach (var capacity in new[] { 1, 2.3, 4.1 })
            {
                var price = capacity * (1 + (0.01 * seller) + (0.03 * random.NextDouble()));
                foreach (var slot in wanted)
                {
                    var column = program.AddColumn(0, 20, price, integer: true);
                    program.AddTerm(slot, column, capacity);
                    program.AddTerm(paid, column, price);
                }
            }

            var pile = program.AddColumn(0, Infinity, seller == 0 ? 1 : 3);
            program.AddTerm(work, pile, 1);
            program.AddTerm(paid, pile, seller == 0 ? 1 : 3);
            var most = program.AddRow(double.NegativeInfinity, 0);
            foreach (var other in sums) program.AddTerm(most, other, other == sums[seller] ? 1 - share : -share);
        }

        return program;
    }

    [Theory]
    [InlineData(0.36)]
    [InlineData(0.4)]
    [InlineData(0.5)]
    public void Slots_give_way_to_what_needs_a_share_more(double share)
    {
        for (var seed = 200; seed < 204; seed++)
        {
            var program = Sellers(seed, 60, share);
            var best = CbcSolver.Solve(program, new(0.005, 200));
            var relaxed = ColumnGeneration.Solve(program, _ => false).ShouldNotBeNull();
            var rounded = CoverRounding.Solve(program, relaxed.Covers, _ => false, relaxed.Solution, new(0.001, 50));
            Feasibility.Check(program, rounded.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
            rounded.Objective.ShouldBeLessThan(1.003 * best.Objective, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    public void Groups_decided_side_by_side_keep_to_what_there_is_for_all_and_decide_the_same_on_any_number_of_cores(double quota)
    {
        for (var seed = 300; seed < 304; seed++)
        {
            var program = Sellers(seed, 40, 0.6);
            // Nearly all would like to have what the first seller sells, of which there is little.
            var first = program.AddRow(double.NegativeInfinity, quota);
            for (var column = 3; column < 3 + (3 * 40); column++) program.AddTerm(first, column, 1);
            var relaxed = ColumnGeneration.Solve(program, _ => false).ShouldNotBeNull();
            Solution Rounded(Action<IReadOnlyList<Action>> sideBySide) =>
                CoverRounding.Solve(program, relaxed.Covers, _ => false, relaxed.Solution, new(0.001, 50) { SideBySide = sideBySide });
            var alone = Rounded(SolveLimits.OneByOne);
            Feasibility.Check(program, alone.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
            Rounded(things => Parallel.Invoke([.. things])).Values.ShouldBe(alone.Values);
            Rounded(things => SolveLimits.OneByOne([.. things.Reverse()])).Values.ShouldBe(alone.Values);
            alone.Objective.ShouldBeLessThan(1.01 * CbcSolver.Solve(program, new(0.005, 200)).Objective, $"seed {seed}");
        }
    }

    [Fact]
    public void Groups_are_decided_elsewhere_as_they_are_here_and_keep_what_they_have_where_no_answer_comes()
    {
        var asked = 0;
        for (var seed = 300; seed < 304; seed++)
        {
            var program = Sellers(seed, 40, 0.4);
            // Slots by twos take what is held: groups, not slots by themselves.
            for (var slot = 0; slot < 40; slot += 2)
            {
                var held = program.AddRow(double.NegativeInfinity, 0);
                program.AddTerm(held, program.AddColumn(2, 2, 0, integer: true), -1);
                for (var taken = 0; taken < 2; taken++)
                {
                    var column = program.AddColumn(0, 5, 0.1, integer: true);
                    program.AddTerm(slot + taken, column, 1.7);
                    program.AddTerm(held, column, 1);
                }
            }

            bool Lasts(int column) => program.ColumnLower[column] == 2;
            var relaxed = ColumnGeneration.Solve(program, Lasts).ShouldNotBeNull();
            Solution Rounded(Func<byte[], byte[]?>? elsewhere) =>
                CoverRounding.Solve(program, relaxed.Covers, Lasts, relaxed.Solution, new(0.001, 50) { Elsewhere = elsewhere });
            var here = Rounded(null);
            var before = asked;
            Rounded(request =>
            {
                asked++;
                return CbcSolver.Answer(request);
            }).Values.ShouldBe(here.Values, $"seed {seed}");
            asked.ShouldBeGreaterThanOrEqualTo(before + 20, $"seed {seed}");
            // Groups have a point to begin with, what is decided last has none.
            var lost = Rounded(request => CbcRequest.FromBytes(request).Start is null ? CbcSolver.Answer(request) : null);
            lost.Objective.ShouldBeGreaterThanOrEqualTo(here.Bound, $"seed {seed}");
            Feasibility.Check(program, lost.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
        }
    }

    [Fact]
    public void What_is_left_to_decide_costs_what_it_does_in_the_whole()
    {
        var reached = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var program = Sellers(seed, 4, 0.5);
            // Of the first two slots there are two proposals each, of the third something is held.
            int[] Of(int slot) => [.. Enumerable.Range(0, program.ColumnCount).Where(column => program.Matrix.RowsOf(column).Contains(slot))];
            RestProgram.Proposal Any(int slot) => new([Of(slot)[random.Next(9)], Of(slot)[0]], [random.Next(1, 9), random.Next(1, 5)]);
            List<RestProgram.Proposal[]> proposals = [[Any(0), Any(0)], [Any(1), Any(1)]];
            var held = new double[program.ColumnCount];
            held[Of(2)[random.Next(9)]] = 12;
            bool IsFree(int column) => !program.Matrix.RowsOf(column).ContainsAny(0, 1, 2);

            var rest = new RestProgram(program, held, IsFree, proposals);
            var found = CbcSolver.Solve(rest.Program, new(1e-7, 10_000));
            var costs = new Dictionary<(int, int), double>();
            for (var first = 0; first < 2; first++)
                for (var second = 0; second < 2; second++)
                {
                    var there = (double[])held.Clone();
                    foreach (var proposal in new[] { proposals[0][first], proposals[1][second] })
                        for (var i = 0; i < 2; i++) there[proposal.Columns[i]] += proposal.Amounts[i];
                    var fixedProgram = program.Clone();
                    for (var column = 0; column < there.Length; column++)
                        if (!IsFree(column)) fixedProgram.SetColumnBounds(column, there[column], there[column]);
                    costs[(first, second)] = CbcSolver.Solve(fixedProgram, new(1e-7, 10_000)).Objective;
                }

            var best = costs.Values.Min();
            found.HasPoint.ShouldBe(double.IsFinite(best), $"seed {seed}");
            if (!found.HasPoint) continue;
            reached++;
            (found.Objective + rest.Fixed).ShouldBe(best, 1e-6 * best, $"seed {seed}");
            var taken = rest.Chosen(found.Values).ToDictionary(x => x.Group, x => x.Proposal);
            costs[(taken[0], taken[1])].ShouldBe(best, 1e-6 * best, $"seed {seed}");
        }

        reached.ShouldBeGreaterThan(10);
    }
}
