using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>The solver's plan is the cheapest there is, found by trying everything.</summary>
public sealed class BruteForceTests
{
    // Combinations of whole numbers that can be tried in a few milliseconds.
    private const double Largest = 4_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_budgets(int batch) => Compare(batch, 200, (seed, problem, _) => problem);

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void With_budgets(int batch) => Compare(batch, 200, (seed, _, cheapest) => RandomProblems.Limited(seed, cheapest, shares: false));

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    public void With_provider_shares(int batch) =>
        Compare(batch, 200, (seed, _, cheapest) => Dominance.Reduce(RandomProblems.Limited(seed, cheapest, shares: true)));

    private static void Compare(int batch, int count, Func<int, PlanningProblem, double, PlanningProblem> limited)
    {
        var wrong = new List<string>();
        int seen = 0, without = 0;
        for (var seed = batch * 10_000; seen < count; seed++)
        {
            var free = RandomProblems.Free(seed);
            if (BruteForce.Combinations(free) > Largest) continue;
            seen++;
            try
            {
                var problem = limited(seed, free, ProblemSolver.Solve(free, SolveLimits.Exact).PresentValue);
                var solved = ProblemSolver.Solve(problem, SolveLimits.Exact);
                var close = 1e-6 * Math.Max(10, Math.Abs(solved.PresentValue));
                var best = BruteForce.Best(problem, solved.PresentValue + close);
                if (!solved.HasPlan) without++;
                if (solved.HasPlan != double.IsFinite(best)) wrong.Add($"{seed}: {solved.Status} at {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && Math.Abs(solved.PresentValue - best) > close) wrong.Add($"{seed}: {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && solved.Bound > best + close) wrong.Add($"{seed}: bound {solved.Bound} above {best}");
            }
            catch (InvalidOperationException e)
            {
                wrong.Add($"{seed}: {e.Message}");
            }
        }

        wrong.ShouldBeEmpty();
        without.ShouldBeInRange(1, count * 9 / 10);
    }
}
