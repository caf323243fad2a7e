using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>What whole numbers cost more than the relaxation takes is never said to be more than it is.</summary>
public sealed class CoverRegretsTests
{
    [Fact]
    public void The_least_of_a_cover_is_what_trying_everything_finds()
    {
        var (exact, named) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var (rows, columns) = (random.Next(1, 4), random.Next(1, 5));
            var least = Enumerable.Range(0, rows).Select(_ => 0.5 + (6 * random.NextDouble())).ToArray();
            var program = new MixedIntegerProgram();
            foreach (var wanted in least) program.AddRow(wanted, double.PositiveInfinity);
            var items = new List<CoverLeast.Item>();
            for (var column = 0; column < columns; column++)
            {
                var each = least.Select(wanted => random.Next(4) == 0 ? 0 : Math.Min(wanted, random.Next(1, 12) / 4.0)).ToArray();
                items.Add(new(random.Next(1, 20) / 4.0, random.Next(0, 7), each, true, column));
                program.AddColumn(0, items[^1].Most, items[^1].Cost, integer: true);
                for (var row = 0; row < rows; row++) program.AddTerm(row, column, each[row]);
            }

            var best = RandomPrograms.Best(program) ?? double.PositiveInfinity;
            var split = ClpSolver.Solve(program) is { HasPoint: true } relaxed ? relaxed.Bound : 1;
            var limit = 3 * split;
            var (proven, taken) = CoverLeast.Of(least, items, split, limit);
            proven.ShouldBeInRange(split, limit);
            proven.ShouldBeLessThanOrEqualTo(Math.Max(split, best) + 1e-9, $"seed {seed}");
            if (proven >= Math.Min(best, limit) - 1e-9) exact++;
            if (taken is null) continue;
            // What is said to cost that does, and is enough.
            named++;
            taken.Sum(x => x.Count * items[x.Place].Cost).ShouldBe(proven, 1e-9, $"seed {seed}");
            for (var row = 0; row < rows; row++) taken.Sum(x => x.Count * items[x.Place].Each[row]).ShouldBeGreaterThanOrEqualTo(least[row] - 1e-6, $"seed {seed}");
            taken.ShouldAllBe(x => x.Count <= items[x.Place].Most);
        }

        exact.ShouldBe(400);
        named.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Columns_that_may_be_split_count_for_what_they_cost_split()
    {
        // 2.4 wanted: two whole ones at 1 and 0.4 at 3 a unit, or 2.4 at 3, or three whole ones.
        var items = new[] { new CoverLeast.Item(1, 10, [1], true), new CoverLeast.Item(3, 10, [1], false) };
        CoverLeast.Of([2.4], items, 2.4, 10).Least.ShouldBeInRange(2.4, 3.0);
        CoverLeast.Of([2.4], [new(1.5, 10, [1], false)], 3.5, 10).Least.ShouldBe(3.6, 1e-6);
    }

    [Fact]
    public void No_point_costs_less_whatever_the_duals()
    {
        var (raised, sharper, closed) = (0, 0, 0.0);
        for (var seed = 300; seed < 330; seed++)
        {
            var (program, lasting) = ColumnGenerationTests.Make(seed, 4, 6);
            var exact = CbcSolver.Solve(program, new(1e-7, 100_000));
            exact.Status.ShouldBe(SolveStatus.Optimal);
            var plain = ClpSolver.Solve(program);
            var (relaxed, _, covers) = ColumnGeneration.Solve(program, lasting.Contains).ShouldNotBeNull();
            var bound = CoverRegrets.Bound(program, covers, lasting.Contains, relaxed.RowDuals!);
            bound.ShouldBeGreaterThanOrEqualTo(relaxed.Bound - (1e-6 * relaxed.Bound), $"seed {seed}");
            bound.ShouldBeLessThanOrEqualTo(exact.Objective * (1 + 1e-7), $"seed {seed}");
            if (bound > relaxed.Bound * 1.001) raised++;
            var sharp = CoverRegrets.Bound(program, covers, lasting.Contains, relaxed.RowDuals!, sharp: true);
            sharp.ShouldBeInRange(bound, exact.Objective * (1 + 1e-7), $"seed {seed}");
            if (sharp > bound + (1e-6 * bound)) sharper++;
            closed += (bound - relaxed.Bound) / Math.Max(1e-9, exact.Objective - relaxed.Bound);
            // Others than the best prove less, and never too much.
            var random = new Random(seed);
            double[] others = [.. relaxed.RowDuals!.Select(dual => dual * (1.3 * random.NextDouble()))];
            CoverRegrets.Bound(program, covers, lasting.Contains, others, sharp: true).ShouldBeLessThanOrEqualTo(exact.Objective * (1 + 1e-7), $"seed {seed}");
            double[] first = [.. Enumerable.Range(0, program.RowCount).Select(row => row < plain.RowDuals!.Count ? plain.RowDuals[row] : 0)];
            CoverRegrets.Bound(program, covers, lasting.Contains, first).ShouldBeLessThanOrEqualTo(exact.Objective * (1 + 1e-7), $"seed {seed}");
        }

        raised.ShouldBeGreaterThan(10);
        sharper.ShouldBeGreaterThan(5);
        closed.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void No_plan_of_any_kind_of_problem_costs_less()
    {
        var raised = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var problem = RandomProblems.Free(seed);
            if (seed % 2 == 1) problem = RandomProblems.Limited(seed, ProblemSolver.Solve(problem, SolveLimits.Exact).PresentValue, shares: true);
            var formulation = Formulation.Of(problem);
            var program = formulation.Program;
            var exact = CbcSolver.Solve(program, SolveLimits.Exact);
            var relaxed = ClpSolver.Solve(program);
            if (!exact.HasPoint || !relaxed.HasPoint) continue;
            var bound = CoverRegrets.Bound(program, Cover.Of(program, formulation.Lasts), formulation.Lasts, relaxed.RowDuals!);
            var sharp = CoverRegrets.Bound(program, Cover.Of(program, formulation.Lasts), formulation.Lasts, relaxed.RowDuals!, sharp: true);
            sharp.ShouldBeGreaterThanOrEqualTo(bound);
            sharp.ShouldBeLessThanOrEqualTo(exact.Objective + (1e-6 * Math.Max(1, Math.Abs(exact.Objective))), $"seed {seed}");
            bound.ShouldBeLessThanOrEqualTo(exact.Objective + (1e-6 * Math.Max(1, Math.Abs(exact.Objective))), $"seed {seed}");
            if (bound > relaxed.Bound + (1e-4 * Math.Abs(relaxed.Bound))) raised++;
        }

        raised.ShouldBeGreaterThan(15);
    }
}
