using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class InfeasibleSubsetTests
{
    private const double Infinity = double.PositiveInfinity;

    /// <summary>x + y ≥ 10 (0), x ≤ 3 (1), y ≤ 4 as a bound (2), x + y ≤ 50 (3), y ≥ 1 (4); x, y ≥ 0 always.</summary>
    private static (MixedIntegerProgram Program, LimitGroups Groups) Demand(double wanted, bool integer = false)
    {
        var program = new MixedIntegerProgram();
        var groups = new LimitGroups();
        var x = program.AddColumn(0, Infinity, 1, integer);
        var y = program.AddColumn(0, 4, 1, integer);
        groups.AddColumnUpper(y, 2);
        (int, double)[] both = [(x, 1), (y, 1)];
        Row(0, wanted, Infinity, both);
        Row(1, -Infinity, 3, [(x, 1)]);
        Row(3, -Infinity, 50, both);
        Row(4, 1, Infinity, [(y, 1)]);
        return (program, groups);

        void Row(int group, double lower, double upper, (int Column, double Coefficient)[] terms)
        {
            var row = program.AddRow(lower, upper);
            groups.AddRow(row, group);
            foreach (var (column, coefficient) in terms) program.AddTerm(row, column, coefficient);
        }
    }

    [Fact]
    public void The_three_limits_in_conflict_are_named_and_no_other()
    {
        var (program, groups) = Demand(10);
        var subset = InfeasibleSubset.Find(program, groups, SolveLimits.Exact).ShouldNotBeNull();
        subset.Groups.ShouldBe([0, 1, 2]);
        (subset.Relaxed, subset.Irreducible).ShouldBe((true, true));
    }

    [Fact]
    public void A_feasible_program_has_none()
    {
        var (program, groups) = Demand(7);
        InfeasibleSubset.Find(program, groups, SolveLimits.Exact).ShouldBeNull();
    }

    [Fact]
    public void Without_groups_the_conflict_is_in_what_is_always_there()
    {
        var (program, _) = Demand(10);
        InfeasibleSubset.Find(program, new(), SolveLimits.Exact).ShouldNotBeNull().Groups.ShouldBeEmpty();
    }

    [Fact]
    public void Whole_numbers_alone_can_be_the_conflict()
    {
        // 2x + 2y = 7 (0) has no whole answer; x ≥ 1 (1) has no part in it; x, y ≤ 5 always.
        var program = new MixedIntegerProgram();
        var groups = new LimitGroups();
        var (x, y) = (program.AddColumn(0, 5, 1, integer: true), program.AddColumn(0, 5, 1, integer: true));
        var odd = program.AddRow(7, 7);
        program.AddTerm(odd, x, 2);
        program.AddTerm(odd, y, 2);
        groups.AddRow(odd, 0);
        var least = program.AddRow(1, Infinity);
        program.AddTerm(least, x, 1);
        groups.AddRow(least, 1);
        var subset = InfeasibleSubset.Find(program, groups, SolveLimits.Exact).ShouldNotBeNull();
        subset.Groups.ShouldBe([0]);
        (subset.Relaxed, subset.Irreducible).ShouldBe((false, true));
    }

    [Fact]
    public void On_random_programs_it_is_infeasible_and_losing_any_one_makes_it_feasible()
    {
        var found = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var program = RandomPrograms.Integers(seed);
            if (program.RowCount < 2 || RandomPrograms.Best(program) is not null) continue;
            found++;
            var groups = new LimitGroups();
            for (var row = 0; row < program.RowCount; row++) groups.AddRow(row, row);
            var subset = InfeasibleSubset.Find(program, groups, SolveLimits.Exact).ShouldNotBeNull();
            RandomPrograms.Best(Kept(program, subset.Groups)).ShouldBeNull($"seed {seed}");
            foreach (var one in subset.Groups)
            {
                var fewer = Kept(program, subset.Groups.Where(group => group != one));
                if (subset.Relaxed) ClpSolver.Solve(fewer).Status.ShouldBe(SolveStatus.Optimal, $"seed {seed}");
                else RandomPrograms.Best(fewer).ShouldNotBeNull($"seed {seed}");
            }
        }
        found.ShouldBeGreaterThan(50);
    }

    /// <summary>The program with only some of its rows.</summary>
    private static MixedIntegerProgram Kept(MixedIntegerProgram program, IEnumerable<int> rows)
    {
        var kept = program.Clone();
        for (var row = 0; row < program.RowCount; row++)
        {
            if (!rows.Contains(row)) kept.SetRowBounds(row, -Infinity, Infinity);
        }
        return kept;
    }

    [Theory]
    [InlineData(0, 0.3, 7)]
    [InlineData(1, 1.0, 6)]
    [InlineData(2, 0.75, 7)]
    public void Each_limit_alone_has_a_least_move(int group, double relative, double needed)
    {
        var (program, groups) = Demand(10);
        var least = LeastRelaxation.Find(program, groups, group, SolveLimits.Exact).ShouldNotBeNull();
        least.Total.ShouldBe(relative, 1e-9);
        least.Bounds.ShouldHaveSingleItem().Needed.ShouldBe(needed, 1e-9);
        least.Bounds[0].Relative.ShouldBe(relative, 1e-9);
    }

    [Fact]
    public void A_limit_without_a_part_in_the_conflict_cannot_help()
    {
        var (program, groups) = Demand(10);
        LeastRelaxation.Find(program, groups, 3, SolveLimits.Exact).ShouldBeNull();
    }

    [Fact]
    public void With_whole_numbers_the_move_reaches_the_next_whole_number()
    {
        var (program, groups) = Demand(7.5, integer: true);
        LeastRelaxation.Find(program, groups, 1, SolveLimits.Exact).ShouldNotBeNull().Bounds[0].Needed.ShouldBe(4, 1e-9);
    }
}
