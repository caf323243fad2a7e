using System.Runtime.InteropServices;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class ClpSolverTests
{
    private const double Infinity = double.PositiveInfinity;

    [Fact]
    public void Duals_and_reduced_costs_match_the_hand_calculation()
    {
        // Minimise 2x + 3y + 9z, x + y + z ≥ 10, x ≤ 4 as a row: x = 4, y = 6. One more unit wanted costs 3; one more of the
        // cap saves 1; a unit of z costs 9 and saves 3.
        var program = new MixedIntegerProgram();
        var x = program.AddColumn(0, Infinity, 2);
        var y = program.AddColumn(0, Infinity, 3);
        var z = program.AddColumn(0, Infinity, 9);
        var wanted = program.AddRow(10, Infinity);
        var cap = program.AddRow(-Infinity, 4);
        foreach (var column in (int[])[x, y, z]) program.AddTerm(wanted, column, 1);
        program.AddTerm(cap, x, 1);

        var solution = ClpSolver.Solve(program);
        solution.Status.ShouldBe(SolveStatus.Optimal);
        solution.Objective.ShouldBe(26, 1e-9);
        solution.Bound.ShouldBe(26, 1e-9);
        solution.Values.ShouldBe([4.0, 6.0, 0.0], 1e-9);
        solution.RowDuals.ShouldNotBeNull().ShouldBe([3.0, -1.0], 1e-9);
        solution.ReducedCosts.ShouldNotBeNull().ShouldBe([0.0, 0.0, 6.0], 1e-9);
    }

    [Fact]
    public void A_dual_predicts_what_a_little_more_costs()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var program = new MixedIntegerProgram();
            for (var column = 0; column < 6; column++) program.AddColumn(0, 10, 1 + random.NextDouble());
            for (var row = 0; row < 3; row++)
            {
                program.AddRow(5 + 5 * random.NextDouble(), Infinity);
                for (var column = 0; column < 6; column++) program.AddTerm(row, column, random.NextDouble());
            }
            var before = ClpSolver.Solve(program);
            for (var row = 0; row < 3; row++)
            {
                var more = program.Clone();
                more.SetRowBounds(row, program.RowLower[row] + 1e-5, Infinity);
                (ClpSolver.Solve(more).Objective - before.Objective).ShouldBe(1e-5 * before.RowDuals![row], 1e-8, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Equality_rows_free_and_fixed_columns_hold()
    {
        var program = new MixedIntegerProgram();
        var free = program.AddColumn(-Infinity, Infinity, 1);
        var fixedAt = program.AddColumn(2.5, 2.5, 0);
        var row = program.AddRow(-3, -3);
        program.AddTerm(row, free, 2);
        program.AddTerm(row, fixedAt, 1);
        ClpSolver.Solve(program).Values.ShouldBe([-2.75, 2.5], 1e-12);
    }

    [Fact]
    public void Rows_that_exclude_each_other_are_infeasible()
    {
        var program = new MixedIntegerProgram();
        var column = program.AddColumn(0, Infinity, 1);
        program.AddTerm(program.AddRow(5, Infinity), column, 1);
        program.AddTerm(program.AddRow(-Infinity, 4), column, 1);
        var solution = ClpSolver.Solve(program);
        (solution.Status, solution.Bound, solution.HasPoint).ShouldBe((SolveStatus.Infeasible, Infinity, false));
    }

    [Fact]
    public void A_ray_of_falling_cost_is_unbounded_and_not_infeasible()
    {
        var program = new MixedIntegerProgram();
        var x = program.AddColumn(0, Infinity, -1);
        var y = program.AddColumn(0, Infinity, 0.5);
        var row = program.AddRow(-Infinity, 1);
        program.AddTerm(row, x, 1);
        program.AddTerm(row, y, -1);
        ClpSolver.Solve(program).Status.ShouldBe(SolveStatus.Unbounded);
    }

    [Theory]
    [InlineData(0, 1, SolveStatus.Optimal)]
    [InlineData(1, 2, SolveStatus.Infeasible)]
    public void Without_columns_only_rows_that_allow_zero_hold(double lower, double upper, SolveStatus expected)
    {
        var program = new MixedIntegerProgram();
        program.AddRow(lower, upper);
        ClpSolver.Solve(program).Status.ShouldBe(expected);
    }

    [Fact]
    public void Integers_may_be_fractional_here()
    {
        var program = new MixedIntegerProgram();
        program.AddTerm(program.AddRow(1.5, Infinity), program.AddColumn(0, 10, 1, integer: true), 1);
        ClpSolver.Solve(program).Values.ShouldBe([1.5], 1e-12);
    }

    [Fact]
    public void Who_hears_of_Ctrl_C_stays_the_same_while_programs_are_solved_side_by_side()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals");
        var program = RandomPrograms.Knapsack(1, 200);
        // CBC does otherwise: no other test's search meanwhile.
        lock (SolverLibrary.Gate)
        {
            var before = Handler();
            var seen = new HashSet<nint>();
            using var over = new ManualResetEventSlim();
            var looking = new Thread(() =>
            {
                do seen.Add(Handler());
                while (!over.IsSet);
            });
            looking.Start();
            Parallel.For(0, 400, _ => ClpSolver.Solve(program).Status.ShouldBe(SolveStatus.Optimal));
            over.Set();
            looking.Join();
            seen.ShouldBe([before]);
            Handler().ShouldBe(before);
        }
    }

    // What the system keeps of the handler of SIGINT: its address first.
    private static nint Handler()
    {
        var action = new nint[32];
        sigaction(2, 0, action).ShouldBe(0);
        return action[0];
    }

    [DllImport("libc")]
    private static extern int sigaction(int signal, nint action, [Out] nint[] former);
}
