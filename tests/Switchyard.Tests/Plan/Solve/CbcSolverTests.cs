using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class CbcSolverTests
{
    private const double Infinity = double.PositiveInfinity;

    [Fact]
    public void Four_hundred_random_programs_agree_with_trying_everything()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var program = RandomPrograms.Integers(seed);
            var expected = RandomPrograms.Best(program);
            var solution = CbcSolver.Solve(program, SolveLimits.Exact);
            if (expected is null)
            {
                solution.Status.ShouldBe(SolveStatus.Infeasible, $"seed {seed}");
                continue;
            }
            solution.Status.ShouldBe(SolveStatus.Optimal, $"seed {seed}");
            solution.Objective.ShouldBe(expected.Value, 1e-9, $"seed {seed}");
            solution.Bound.ShouldBe(expected.Value, 1e-6, $"seed {seed}");
            Feasibility.Check(program, solution.Values).Kind.ShouldBe(ViolationKind.None, $"seed {seed}");
        }
    }

    [Fact]
    public void Knapsacks_agree_with_trying_everything()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var program = RandomPrograms.Knapsack(seed, 10);
            CbcSolver.Solve(program, SolveLimits.Exact).Objective.ShouldBe(RandomPrograms.Best(program)!.Value, 1e-9, $"seed {seed}");
        }
    }

    [Fact]
    public void Assignments_agree_with_trying_every_permutation()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            const int size = 5;
            var random = new Random(seed);
            var cost = new double[size, size];
            var program = new MixedIntegerProgram();
            for (var line = 0; line < 2 * size; line++) program.AddRow(1, 1);
            for (var person = 0; person < size; person++)
            {
                for (var task = 0; task < size; task++)
                {
                    cost[person, task] = random.Next(1, 100);
                    var column = program.AddColumn(0, 1, cost[person, task], integer: true);
                    program.AddTerm(person, column, 1);
                    program.AddTerm(size + task, column, 1);
                }
            }
            CbcSolver.Solve(program, SolveLimits.Exact).Objective.ShouldBe(Cheapest(cost, 0, 0), 1e-9, $"seed {seed}");
        }

        static double Cheapest(double[,] cost, int person, int taken) => person == cost.GetLength(0)
            ? 0
            : Enumerable.Range(0, cost.GetLength(1)).Where(task => (taken & (1 << task)) == 0)
                .Min(task => cost[person, task] + Cheapest(cost, person + 1, taken | (1 << task)));
    }

    [Fact]
    public void With_a_continuous_part_the_best_over_all_whole_parts_is_found()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var program = RandomPrograms.Integers(seed);
            var row = program.AddRow(1.5, 7.25);
            program.AddTerm(row, program.AddColumn(0, Infinity, 0.7), 1.3);
            program.AddTerm(row, program.AddColumn(-Infinity, 3.1, -0.2), 0.4);
            for (var column = 0; column + 2 < program.ColumnCount; column++) program.AddTerm(row, column, 0.37);

            var solution = CbcSolver.Solve(program, SolveLimits.Exact);
            var best = EachWholePart(program, 0).Where(part => part.HasPoint).Select(part => (double?)part.Objective).Min();
            if (best is null) solution.Status.ShouldBe(SolveStatus.Infeasible, $"seed {seed}");
            else solution.Objective.ShouldBe(best.Value, 1e-7, $"seed {seed}");
        }

        static IEnumerable<Solution> EachWholePart(MixedIntegerProgram program, int column)
        {
            if (!program.IsInteger(column)) return [ClpSolver.Solve(program)];
            var parts = new List<Solution>();
            var (lower, upper) = (program.ColumnLower[column], program.ColumnUpper[column]);
            for (var value = lower; value <= upper; value++)
            {
                var part = program.Clone();
                part.SetColumnBounds(column, value, value);
                parts.AddRange(EachWholePart(part, column + 1));
            }
            return parts;
        }
    }

    [Fact]
    public void A_bound_at_a_wide_gap_is_never_above_the_best()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var program = RandomPrograms.Knapsack(seed, 24);
            var best = CbcSolver.Solve(program, SolveLimits.Exact).Objective;
            var rough = CbcSolver.Solve(program, new(0.2));
            rough.Bound.ShouldBeLessThanOrEqualTo(best + 1e-6, $"seed {seed}");
            rough.Objective.ShouldBeGreaterThanOrEqualTo(best - 1e-9, $"seed {seed}");
            rough.Gap.ShouldBeLessThanOrEqualTo(0.2 + 1e-9, $"seed {seed}");
            rough.Status.ShouldBe(SolveStatus.Optimal, $"seed {seed}");
        }
    }

    [Fact]
    public void A_bound_is_never_above_the_best_on_programs_where_cbc_says_so()
    {
        // CBC 2.10.8 reports the incumbent's cost as the bound of these, though a cheaper point exists within the gap.
        for (var seed = 0; seed < 12; seed++)
        {
            var program = Commitments(seed);
            var best = CbcSolver.Solve(program, SolveLimits.Exact with { MaximumNodes = 20_000 });
            foreach (var gap in (double[])[0.02, 0.005])
            {
                var rough = CbcSolver.Solve(program, new(gap));
                rough.Bound.ShouldBeLessThanOrEqualTo(best.Objective * (1 + 1e-7), $"seed {seed}");
                rough.Status.ShouldBe(SolveStatus.Optimal, $"seed {seed}");
                rough.Gap.ShouldBeLessThanOrEqualTo(gap * (1 + 1e-6), $"seed {seed}");
            }
        }
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(1e-6)]
    [InlineData(1e9)]
    public void The_unit_of_cost_does_not_matter(double unit)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var program = RandomPrograms.Knapsack(seed, 10);
            for (var column = 0; column < program.ColumnCount; column++) program.SetCost(column, program.Cost[column] * unit);
            var best = RandomPrograms.Best(program)!.Value;
            CbcSolver.Solve(program, SolveLimits.Exact).Objective.ShouldBe(best, Math.Abs(best) * 1e-9, $"seed {seed}");
        }
    }

    [Fact]
    public void Whole_numbers_that_do_not_fit_are_infeasible_though_the_relaxation_is_not()
    {
        var program = new MixedIntegerProgram();
        var row = program.AddRow(7, 7);
        program.AddTerm(row, program.AddColumn(0, 10, 1, integer: true), 2);
        program.AddTerm(row, program.AddColumn(0, 10, 1, integer: true), 4);
        CbcSolver.Solve(program, SolveLimits.Exact).Status.ShouldBe(SolveStatus.Infeasible);
        ClpSolver.Solve(program).Status.ShouldBe(SolveStatus.Optimal);
    }

    [Theory]
    [InlineData(0.2, 0.8)]
    [InlineData(2, 1)]
    public void An_integer_without_a_whole_number_between_its_bounds_is_infeasible(double lower, double upper)
    {
        var program = new MixedIntegerProgram();
        program.AddColumn(lower, upper, 1, integer: true);
        CbcSolver.Solve(program, SolveLimits.Exact).Status.ShouldBe(SolveStatus.Infeasible);
    }

    [Fact]
    public void A_cost_that_falls_without_end_is_unbounded()
    {
        var program = new MixedIntegerProgram();
        program.AddTerm(program.AddRow(1, Infinity), program.AddColumn(0, Infinity, -1, integer: true), 1);
        var solution = CbcSolver.Solve(program, SolveLimits.Exact);
        solution.Status.ShouldBe(SolveStatus.Unbounded);
        solution.Bound.ShouldBe(double.NegativeInfinity);
    }

    [Fact]
    public void A_free_integer_column_takes_negative_values()
    {
        var program = new MixedIntegerProgram();
        var column = program.AddColumn(-Infinity, Infinity, 1, integer: true);
        program.AddTerm(program.AddRow(-7.5, Infinity), column, 1);
        CbcSolver.Solve(program, SolveLimits.Exact).Values.ShouldBe([-7.0]);
    }

    [Fact]
    public void A_program_without_rows_takes_each_column_at_its_cheaper_bound()
    {
        var program = new MixedIntegerProgram();
        program.AddColumn(-1, 4, 2, integer: true);
        program.AddColumn(-1, 4.5, -2, integer: true);
        program.AddColumn(3, 3, 10, integer: true);
        var solution = CbcSolver.Solve(program, SolveLimits.Exact);
        solution.Values.ShouldBe([-1.0, 4.0, 3.0]);
        solution.Objective.ShouldBe(20);
    }

    [Fact]
    public void An_empty_program_costs_nothing()
    {
        var solution = CbcSolver.Solve(new(), SolveLimits.Exact);
        (solution.Status, solution.Objective, solution.Gap).ShouldBe((SolveStatus.Optimal, 0.0, 0.0));
    }

    [Fact]
    public void The_node_limit_stops_with_a_bound_below_the_best_and_says_so()
    {
        var program = HardKnapsack();
        var solution = CbcSolver.Solve(program, new(1e-9, 1));
        solution.Status.ShouldBeOneOf(SolveStatus.Feasible, SolveStatus.NoIncumbent);
        solution.Bound.ShouldBeLessThanOrEqualTo(solution.Objective);
        if (solution.HasPoint) solution.Gap.ShouldBeGreaterThan(1e-9);
    }

    [Fact]
    public void A_point_handed_in_is_never_made_worse()
    {
        var program = HardKnapsack();
        var good = CbcSolver.Solve(program, new(1e-9, 20_000));
        good.HasPoint.ShouldBeTrue();
        CbcSolver.Solve(program, new(1e-9, 0), good.Values).Objective.ShouldBeLessThanOrEqualTo(good.Objective + 1e-9);
    }

    [Fact]
    public void A_point_handed_in_that_breaks_a_row_is_ignored()
    {
        var program = RandomPrograms.Knapsack(1, 10);
        var all = Enumerable.Repeat(1.0, 10).ToArray();
        var solution = CbcSolver.Solve(program, SolveLimits.Exact, all);
        solution.Objective.ShouldBe(RandomPrograms.Best(program)!.Value, 1e-9);
    }

    [Fact]
    public void A_large_coefficient_does_not_let_a_nearly_whole_number_pass()
    {
        // x ≤ 1e7·y with y nearly 0 would be "free" within an integer tolerance of 1e-6.
        var program = new MixedIntegerProgram();
        var amount = program.AddColumn(5, 10, 1);
        var open = program.AddColumn(0, 1, 1000, integer: true);
        var row = program.AddRow(-Infinity, 0);
        program.AddTerm(row, amount, 1);
        program.AddTerm(row, open, -1e7);
        var solution = CbcSolver.Solve(program, SolveLimits.Exact);
        solution.Values.ShouldBe([5.0, 1.0]);
        solution.Objective.ShouldBe(1005, 1e-9);
    }

    [Fact]
    public void The_same_program_gives_the_same_bytes()
    {
        var program = HardKnapsack();
        var first = CbcSolver.Solve(program, new(1e-9, 500));
        var second = CbcSolver.Solve(program.Clone(), new(1e-9, 500));
        second.Values.ShouldBe(first.Values);
        (second.Bound, second.Nodes, second.Objective).ShouldBe((first.Bound, first.Nodes, first.Objective));
    }

    [Fact]
    public void Threads_at_once_get_the_right_answers()
    {
        var expected = Enumerable.Range(0, 40).Select(seed => RandomPrograms.Best(RandomPrograms.Integers(seed))).ToArray();
        Parallel.For(0, 160, new ParallelOptions { MaxDegreeOfParallelism = 8 }, at =>
        {
            var solution = CbcSolver.Solve(RandomPrograms.Integers(at % 40), SolveLimits.Exact);
            if (expected[at % 40] is { } best) solution.Objective.ShouldBe(best, 1e-9);
            else solution.Status.ShouldBe(SolveStatus.Infeasible);
        });
    }

    /// <summary>Demand that grows each month, bought by the month or for the rest of the horizon at 60% of the price.</summary>
    private static MixedIntegerProgram Commitments(int seed)
    {
        var random = new Random(seed);
        var (offers, months) = (4 + seed % 6, 4 + seed % 5);
        var program = new MixedIntegerProgram();
        var demand = 20 + 200 * random.NextDouble();
        for (var month = 0; month < months; month++) program.AddRow(demand * Math.Pow(1.05, month), Infinity);
        for (var offer = 0; offer < offers; offer++)
        {
            var price = 2 + 30 * random.NextDouble();
            var capacity = price * (0.6 + 0.8 * random.NextDouble());
            for (var month = 0; month < months; month++)
            {
                program.AddTerm(month, program.AddColumn(0, 64, price * 730, integer: true), capacity);
                if (month % 3 != 0) continue;
                var committed = program.AddColumn(0, 64, price * 438 * (months - month), integer: true);
                for (var later = month; later < months; later++) program.AddTerm(later, committed, capacity);
            }
        }
        return program;
    }

    /// <summary>Several knapsack rows over general integers: a few thousand nodes to prove.</summary>
    private static MixedIntegerProgram HardKnapsack()
    {
        var random = new Random(5);
        var program = new MixedIntegerProgram();
        for (var row = 0; row < 5; row++) program.AddRow(-Infinity, 1500 + random.Next(500));
        for (var column = 0; column < 40; column++)
        {
            program.AddColumn(0, 3, -50 - random.Next(50), integer: true);
            for (var row = 0; row < 5; row++) program.AddTerm(row, column, 20 + random.Next(80));
        }
        return program;
    }
}
