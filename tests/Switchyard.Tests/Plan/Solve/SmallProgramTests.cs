using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class SmallProgramTests
{
    // Random programs whose bounds leave something.
    private static IEnumerable<(int Seed, MixedIntegerProgram Program)> Some(int count) =>
        Enumerable.Range(0, count).Select(seed => (seed, RandomPrograms.Integers(seed))).Where(x => !CoinInput.HasEmptyBounds(x.Item2));

    [Fact]
    public void Searching_from_one_basis_finds_what_trying_everything_finds()
    {
        foreach (var (seed, program) in Some(400))
        {
            using var search = new WarmSearch(program);
            var found = search.Search(int.MaxValue, 0);
            var best = RandomPrograms.Best(program);
            if (best is null)
            {
                Assert.Null(found.Point);
                Assert.True(double.IsPositiveInfinity(found.Bound), $"seed {seed}");
                continue;
            }

            Assert.NotNull(found.Point);
            Assert.True(Feasibility.Check(program, found.Point).IsWithin(1e-9), $"seed {seed}");
            Assert.Equal(best.Value, found.Cost, 1e-6);
            Assert.Equal(best.Value, found.Bound, 1e-6);
        }
    }

    [Fact]
    public void A_search_that_is_stopped_early_or_told_what_is_of_interest_proves_no_more_than_is_true()
    {
        foreach (var (seed, program) in Some(200))
        {
            if (RandomPrograms.Best(program) is not { } best) continue;
            using var search = new WarmSearch(program);
            Assert.True(search.Search(2, 0).Bound <= best + 1e-6, $"seed {seed}: stopped");
            var near = search.Search(int.MaxValue, 0.2);
            Assert.True(near.Bound <= best + 1e-6 && near.Cost <= best + (0.2 * Math.Abs(near.Cost)) + 1e-6, $"seed {seed}: near");
            // Nothing as cheap as asked for: that it is dearer is all that is said.
            var dearer = search.Search(int.MaxValue, 0, best - 1e-6);
            Assert.Null(dearer.Point);
            Assert.True(dearer.Bound >= best - 2e-6, $"seed {seed}: dearer");
        }
    }

    [Fact]
    public void Other_costs_are_searched_like_a_program_of_its_own()
    {
        foreach (var (seed, program) in Some(100))
        {
            using var search = new WarmSearch(program);
            search.Search(int.MaxValue, 0);
            var random = new Random(seed + 1000);
            var other = program.Clone();
            for (var column = 0; column < other.ColumnCount; column++) other.SetCost(column, random.Next(-20, 21) / 4.0);
            search.Reprice(other.Cost);
            var best = RandomPrograms.Best(other);
            var found = search.Search(int.MaxValue, 0);
            Assert.Equal(best is null, found.Point is null);
            if (best is not null) Assert.Equal(best.Value, found.Cost, 1e-6);
        }
    }

    [Fact]
    public void Columns_fall_into_parts_that_share_no_row_but_those_between()
    {
        var program = Parts(3, parts: 5, each: 12);
        var split = new ProgramSplit(program, 20);
        Assert.Equal(5, split.Parts.Length);
        var partOf = new int[program.ColumnCount];
        for (var p = 0; p < split.Parts.Length; p++)
            foreach (var column in split.Parts[p]) partOf[column] = p;
        var between = split.Joining.ToHashSet();
        var first = new Dictionary<int, int>();
        for (var column = 0; column < program.ColumnCount; column++)
            foreach (var row in program.Matrix.RowsOf(column))
                if (!between.Contains(row)) Assert.Equal(partOf[column], first.TryAdd(row, partOf[column]) ? partOf[column] : first[row]);
    }

    [Fact]
    public void What_costs_more_than_is_of_interest_is_given_up_and_nothing_else()
    {
        var (given, kept) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var program = Parts(seed, parts: 5, each: 12);
            if (PartedSolver.Solve(program, new(1e-3)) is not { HasPoint: true } usual) continue;
            // Whatever is less than the limit is found as if there were none.
            var above = PartedSolver.Solve(program, new(1e-3) { Most = usual.Objective * 1.001 }).ShouldNotBeNull();
            above.Values.ShouldBe(usual.Values, $"seed {seed}");
            kept++;
            // What is given up is proven to cost as much: nothing costs less than its bound.
            var most = usual.Bound * 0.99;
            var below = PartedSolver.Solve(program, new(1e-3) { Most = most }).ShouldNotBeNull();
            if (below.HasPoint) continue;
            below.Status.ShouldBe(SolveStatus.NoIncumbent);
            below.Bound.ShouldBeInRange(most, CbcSolver.Solve(program, new(1e-6, 20_000)).Objective * (1 + 1e-6), $"seed {seed}");
            given++;
        }

        kept.ShouldBeGreaterThan(20);
        given.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void What_is_near_enough_to_its_bound_is_taken()
    {
        var found = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var program = Parts(seed, parts: 5, each: 12);
            if (PartedSolver.Solve(program, new(1e-3)) is not { HasPoint: true } usual) continue;
            const double Enough = 0.02;
            var taken = PartedSolver.Solve(program, new(1e-3) { Enough = Enough }).ShouldNotBeNull();
            Feasibility.Check(program, taken.Values).IsWithin(1e-9).ShouldBeTrue($"seed {seed}");
            taken.Objective.ShouldBeLessThanOrEqualTo(Math.Max(usual.Objective, usual.Bound / (1 - Enough)) * (1 + 1e-9), $"seed {seed}");
            // Where nothing is near enough, what is usual is done.
            PartedSolver.Solve(program, new(1e-3) { Enough = 1e-12 }).ShouldNotBeNull().Objective.ShouldBeLessThanOrEqualTo(usual.Objective * (1 + 1e-9), $"seed {seed}");
            found++;
        }

        found.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Parts_at_prices_find_points_that_hold_and_bounds_that_no_point_is_below()
    {
        var (found, near) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var program = Parts(seed, parts: 5, each: 12);
            var exact = CbcSolver.Solve(program, new(1e-6, 20_000));
            if (PartedSolver.Solve(program, new(1e-3)) is not { } parted) continue;
            if (!exact.HasPoint)
            {
                Assert.False(parted.HasPoint, $"seed {seed}");
                continue;
            }

            Assert.True(parted.Bound <= exact.Objective * (1 + 1e-6), $"seed {seed}: {parted.Bound} and {exact.Objective}");
            Assert.True(parted.Bound >= ClpSolver.Solve(program).Objective * (1 - 1e-6), $"seed {seed}: no weaker than the relaxation");
            if (!parted.HasPoint) continue;
            found++;
            Assert.True(Feasibility.Check(program, parted.Values).IsWithin(1e-9), $"seed {seed}");
            Assert.True(parted.Objective >= exact.Bound * (1 - 1e-6), $"seed {seed}");
            if (parted.Objective <= exact.Objective * 1.02) near++;
        }

        // Not all of them have proposals that go together, and what they make is not always the best; mostly it is.
        Assert.True(found >= 40, $"{found} found");
        Assert.True(near >= found * 0.8, $"{near} of {found} near the best");
    }

    // Covers of whole numbers, each by itself but for a row that limits what all of them use, and one that a sum of its own counts up.
    private static MixedIntegerProgram Parts(int seed, int parts, int each)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        var limit = program.AddRow(double.NegativeInfinity, parts * each * (1.2 + (random.NextDouble() * 1.5)));
        var counted = program.AddRow(0, 0);
        var total = program.AddColumn(0, double.PositiveInfinity, 0.1);
        program.AddTerm(counted, total, -1);
        for (var part = 0; part < parts; part++)
        {
            var rows = new[] { program.AddRow(random.Next(20, 60), double.PositiveInfinity), program.AddRow(random.Next(10, 40), double.PositiveInfinity) };
            for (var i = 0; i < each; i++)
            {
                var size = random.Next(1, 9);
                var column = program.AddColumn(0, random.Next(1, 6), size * (2 + random.NextDouble()), integer: true);
                foreach (var row in rows) program.AddTerm(row, column, size * (0.5 + random.NextDouble()));
                program.AddTerm(limit, column, random.Next(0, 4));
                program.AddTerm(counted, column, random.Next(0, 3));
            }
        }

        return program;
    }
}
