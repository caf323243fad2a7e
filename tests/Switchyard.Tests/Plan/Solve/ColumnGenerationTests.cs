using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>Programs like those of plans: slots to be covered by what is rented by the hour or committed to, setups, and money.</summary>
public sealed class ColumnGenerationTests
{
    private const double Infinity = double.PositiveInfinity;

    internal sealed record Made(MixedIntegerProgram Program, HashSet<int> Lasting);

    internal static Made Make(int seed, int slots, int sources, double budget = Infinity, double factor = 1)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        var lasting = new HashSet<int>();
        var wanted = Enumerable.Range(0, slots).Select(_ => factor * (1 + (9 * random.NextDouble()))).ToArray();
        foreach (var load in wanted) program.AddRow(load, Infinity);
        var money = program.AddRow(double.NegativeInfinity, budget);
        for (var source = 0; source < sources; source++)
        {
            var capacity = 0.5 + (6 * random.NextDouble());
            var price = capacity * (1 + random.NextDouble());
            var committed = random.Next(3) == 0;
            var setup = random.Next(4) == 0 ? program.AddColumn(0, 1, 5 * random.NextDouble(), integer: true) : -1;
            if (setup >= 0) lasting.Add(setup);
            var held = committed ? program.AddColumn(0, 20, 0.4 * price * slots, integer: true) : -1;
            if (held >= 0)
            {
                lasting.Add(held);
                program.AddTerm(money, held, 0.4 * price * slots);
            }

            for (var slot = 0; slot < slots; slot++)
            {
                var most = Math.Ceiling(wanted[slot] / capacity);
                var column = program.AddColumn(0, most, committed ? 0 : price, integer: true);
                program.AddTerm(slot, column, Math.Min(capacity, wanted[slot]));
                if (!committed) program.AddTerm(money, column, price);
                if (held >= 0)
                {
                    var there = program.AddRow(double.NegativeInfinity, 0);
                    program.AddTerm(there, column, 1);
                    program.AddTerm(there, held, -1);
                }

                if (setup < 0) continue;
                var set = program.AddRow(0, Infinity);
                program.AddTerm(set, setup, most);
                program.AddTerm(set, column, -1);
            }
        }

        return new(program, lasting);
    }

    [Fact]
    public void The_relaxation_is_that_of_all_columns()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var program = Make(seed, 60, 60).Program;
            var whole = ClpSolver.Solve(program);
            var (generated, plain, _) = ColumnGeneration.Solve(program, null).ShouldNotBeNull();
            generated.Objective.ShouldBe(whole.Objective, 2e-6 * whole.Objective, $"seed {seed}");
            generated.Bound.ShouldBeLessThanOrEqualTo(whole.Objective * (1 + 1e-9));
            plain.ShouldBe(generated.Bound, 1e-6 * whole.Objective);
        }
    }

    [Fact]
    public void One_that_goes_on_from_the_end_of_another_is_as_if_it_had_begun_anew()
    {
        var sharper = 0;
        for (var seed = 40; seed < 46; seed++)
        {
            // The same with other loads: other coefficients, as what does more than all counts as enough, and other bounds.
            var (first, lasting) = Make(seed, 60, 60);
            var end = ColumnGeneration.Solve(first, lasting.Contains).ShouldNotBeNull().End.ShouldNotBeNull();
            foreach (var factor in new[] { 0.7, 1.05, 1.6 })
            {
                var (anew, again) = (Make(seed, 60, 60, factor: factor).Program, Make(seed, 60, 60, factor: factor).Program);
                var whole = ClpSolver.Solve(Make(seed, 60, 60, factor: factor).Program).Objective;
                var expected = ColumnGeneration.Solve(anew, lasting.Contains).ShouldNotBeNull();
                var found = ColumnGeneration.Solve(again, lasting.Contains, from: end).ShouldNotBeNull();
                // Both are stopped where another round of rows helps little.
                found.Solution.Bound.ShouldBe(expected.Solution.Bound, 5e-3 * expected.Solution.Bound, $"seed {seed} × {factor}");
                found.Solution.Bound.ShouldBeGreaterThanOrEqualTo(whole * (1 - 1e-5));
                found.End.ShouldNotBeNull();
                if (found.Solution.Bound > whole * 1.001) sharper++;
            }
        }

        sharper.ShouldBeGreaterThan(8);
    }

    [Fact]
    public void Nothing_costs_less_than_what_one_that_goes_on_from_another_proves()
    {
        for (var seed = 60; seed < 68; seed++)
        {
            var (first, lasting) = Make(seed, 4, 60);
            var end = ColumnGeneration.Solve(first, lasting.Contains).ShouldNotBeNull().End.ShouldNotBeNull();
            var found = ColumnGeneration.Solve(Make(seed, 4, 60, factor: 1.2).Program, lasting.Contains, from: end).ShouldNotBeNull();
            var best = CbcSolver.Solve(Make(seed, 4, 60, factor: 1.2).Program, new(1e-6, 5000));
            best.HasPoint.ShouldBeTrue();
            found.Solution.Bound.ShouldBeLessThanOrEqualTo(best.Objective * (1 + 1e-9), $"seed {seed}");
        }
    }

    [Fact]
    public void Where_a_bound_is_enough_it_holds_and_nothing_is_made_sharper()
    {
        var fewer = 0;
        for (var seed = 60; seed < 68; seed++)
        {
            var (first, lasting) = Make(seed, 4, 60);
            var end = ColumnGeneration.Solve(first, lasting.Contains).ShouldNotBeNull().End.ShouldNotBeNull();
            foreach (var factor in new[] { 0.8, 1.2, 1.7 })
            {
                MixedIntegerProgram Program() => Make(seed, 4, 60, factor: factor).Program;
                var best = CbcSolver.Solve(Program(), new(1e-6, 5000)).Objective;
                var (early, sharp, refused) = (Program(), Program(), Program());
                var proven = double.NaN;
                var found = ColumnGeneration.Solve(early, lasting.Contains, from: end, enough: (point, covers) =>
                {
                    proven = CoverRegrets.Bound(early, covers, lasting.Contains, point.RowDuals!);
                    return true;
                }).ShouldNotBeNull();
                proven.ShouldBeInRange(found.Solution.Bound * (1 - 1e-9), best * (1 + 1e-7), $"seed {seed} × {factor}");
                found.End.ShouldNotBeNull();
                var further = ColumnGeneration.Solve(sharp, lasting.Contains, from: end).ShouldNotBeNull();
                found.Solution.Bound.ShouldBeLessThanOrEqualTo(further.Solution.Bound * (1 + 1e-6), $"seed {seed} × {factor}");
                if (early.RowCount < sharp.RowCount) fewer++;
                // One that is not enough is as if nobody had asked.
                ColumnGeneration.Solve(refused, lasting.Contains, from: end, enough: (_, _) => false).ShouldNotBeNull().Solution.Values.ShouldBe(further.Solution.Values);
            }
        }

        fewer.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void The_end_of_another_size_or_of_what_is_impossible_now_is_of_no_harm()
    {
        var (first, lasting) = Make(3, 60, 60);
        var end = ColumnGeneration.Solve(first, lasting.Contains).ShouldNotBeNull().End;
        var (other, others) = Make(4, 50, 70);
        ColumnGeneration.Solve(other, others.Contains, from: end).ShouldNotBeNull().Solution.Bound
            .ShouldBe(ColumnGeneration.Solve(Make(4, 50, 70).Program, others.Contains).ShouldNotBeNull().Solution.Bound, 1e-6);
        var poor = Make(3, 60, 60, budget: 1).Program;
        (ColumnGeneration.Solve(poor, lasting.Contains, from: end)?.Solution ?? ClpSolver.Solve(poor)).Status.ShouldBe(SolveStatus.Infeasible);
    }

    [Fact]
    public void Its_duals_prove_its_bound()
    {
        for (var seed = 20; seed < 28; seed++)
        {
            var program = Make(seed, 60, 60).Program;
            var (generated, _, _) = ColumnGeneration.Solve(program, null).ShouldNotBeNull();
            var (duals, proven) = (generated.RowDuals!, 0.0);
            for (var row = 0; row < program.RowCount; row++)
            {
                if (duals[row] > 0) proven += duals[row] * program.RowLower[row];
                if (duals[row] < 0) proven += duals[row] * program.RowUpper[row];
            }

            for (var column = 0; column < program.ColumnCount; column++)
            {
                var reduced = program.Cost[column];
                var rows = program.Matrix.RowsOf(column);
                var each = program.Matrix.CoefficientsOf(column);
                for (var term = 0; term < rows.Length; term++) reduced -= each[term] * duals[rows[term]];
                reduced.ShouldBe(generated.ReducedCosts![column], 1e-6 * Math.Max(1, program.Cost[column]));
                proven += Math.Min(0, reduced) * program.ColumnUpper[column];
            }

            proven.ShouldBe(generated.Bound, 1e-5 * generated.Objective, $"seed {seed}");
        }
    }

    [Fact]
    public void What_cannot_be_is_said_to_be_infeasible()
    {
        var cheapest = ColumnGeneration.Solve(Make(3, 60, 60).Program, null).ShouldNotBeNull().Solution.Objective;
        ColumnGeneration.Solve(Make(3, 60, 60, 0.5 * cheapest).Program, null).ShouldNotBeNull().Solution.Status.ShouldBe(SolveStatus.Infeasible);
    }

    [Fact]
    public void A_budget_that_binds_is_kept()
    {
        // Cost and money are the same here but for setups, so a budget a little above the least binds only what setups save.
        var free = ClpSolver.Solve(Make(5, 60, 60).Program);
        var program = Make(5, 60, 60, 0.999 * free.Objective).Program;
        var whole = ClpSolver.Solve(program);
        var (generated, _, _) = ColumnGeneration.Solve(program, null).ShouldNotBeNull();
        generated.Status.ShouldBe(whole.Status);
        if (whole.HasPoint) generated.Objective.ShouldBe(whole.Objective, 2e-6 * whole.Objective);
    }

    [Fact]
    public void Rows_that_sharpen_the_bound_cut_off_no_whole_point()
    {
        var raised = 0;
        for (var seed = 40; seed < 70; seed++)
        {
            var (program, lasting) = Make(seed, 4, 6);
            var exact = CbcSolver.Solve(program, new(1e-7, 100_000));
            exact.Status.ShouldBe(SolveStatus.Optimal);
            var sharpened = program.Clone();
            var (generated, plain, _) = ColumnGeneration.Solve(sharpened, lasting.Contains).ShouldNotBeNull();
            generated.Bound.ShouldBeLessThanOrEqualTo(exact.Objective * (1 + 1e-7), $"seed {seed}");
            generated.Bound.ShouldBeGreaterThanOrEqualTo(plain - (1e-6 * plain));
            Feasibility.Check(sharpened, exact.Values).Relative.ShouldBeLessThan(1e-8, $"seed {seed}");
            if (generated.Bound > 1.01 * plain) raised++;
        }

        raised.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_load_of_more_than_one_machine_needs_two()
    {
        var program = new MixedIntegerProgram();
        program.AddRow(1.3, Infinity);
        program.AddTerm(0, program.AddColumn(0, 10, 5, integer: true), 1);
        var (generated, plain, _) = ColumnGeneration.Solve(program, _ => false).ShouldNotBeNull();
        plain.ShouldBe(6.5, 1e-6);
        generated.Bound.ShouldBe(10, 1e-6);
    }

    [Fact]
    public void A_cover_by_itself_is_solved_as_by_trying_everything()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var program = new MixedIntegerProgram();
            var rows = random.Next(1, 4);
            for (var row = 0; row < rows; row++) program.AddRow(1 + (6 * random.NextDouble()), Infinity);
            for (var column = random.Next(1, 5); column > 0; column--)
            {
                var added = program.AddColumn(0, random.Next(1, 8), 0.5 + random.NextDouble(), integer: true);
                for (var row = 0; row < rows; row++)
                    if (random.Next(3) > 0) program.AddTerm(row, added, 0.3 + (2 * random.NextDouble()));
            }

            var expected = RandomPrograms.Best(program);
            var relaxed = ClpSolver.Solve(program);
            foreach (var cover in Cover.Of(program, _ => false).Take(1))
            {
                if (cover.Columns.Length < program.ColumnCount || cover.Rows.Count < rows || !relaxed.HasPoint) continue;
                double[] price = [.. cover.Columns.Select(column => program.Cost[column])];
                var search = new CoverSearch(program, cover, price, relaxed.RowDuals!, 100_000);
                search.Run([.. cover.Columns.Select(column => relaxed.Values[column])]);
                if (expected is not { } best) search.Chosen.ShouldBeNull($"seed {seed}");
                else search.Chosen.ShouldNotBeNull($"seed {seed}").Select((count, c) => count * price[c]).Sum().ShouldBe(best, 2e-3 * best, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Relaxations_and_searches_side_by_side_give_the_same_answers()
    {
        var programs = Enumerable.Range(0, 8).Select(seed => Make(80 + seed, 30, 20)).ToList();
        var alone = programs.Select(Answers).ToList();
        var together = new (double, double)[programs.Count];
        Parallel.For(0, programs.Count, i => together[i] = Answers(programs[i]));
        together.ShouldBe(alone);

        static (double, double) Answers(Made made)
        {
            var program = made.Program.Clone();
            var (relaxed, _, _) = ColumnGeneration.Solve(program, made.Lasting.Contains).ShouldNotBeNull();
            return (relaxed.Bound, StagedSolver.Solve(program, made.Lasting.Contains, relaxed, new(0.01, 20)).ShouldNotBeNull().Objective);
        }
    }
}
