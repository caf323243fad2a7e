using System.Globalization;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>The solver's plan is the cheapest there is, found by trying everything.</summary>
public sealed class BruteForceTests
{
    private const int Count = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_budgets(int batch) => Compare(batch, Count, (seed, problem, _) => problem);

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void With_budgets(int batch) => Compare(batch, Count, (seed, _, cheapest) => RandomProblems.Limited(seed, cheapest, shares: false));

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    public void With_provider_shares(int batch) =>
        Compare(batch, Count, (seed, _, cheapest) => Dominance.Reduce(RandomProblems.Limited(seed, cheapest, shares: true)));

    [Fact]
    public void More_seeds_on_request()
    {
        var range = (Environment.GetEnvironmentVariable("SWITCHYARD_SEEDS") ?? "").Split('+').Select(x => int.TryParse(x, CultureInfo.InvariantCulture, out var n) ? n : 0).ToArray();
        if (range is not [var first, var count]) Assert.Skip("SWITCHYARD_SEEDS=first+count asks for more");
        else Compare(first, count, (seed, problem, cheapest) => (seed % 3) switch
        {
            0 => problem,
            1 => RandomProblems.Limited(seed, cheapest, shares: false),
            _ => Dominance.Reduce(RandomProblems.Limited(seed, cheapest, shares: true)),
        }, batchSize: 1);
    }

    private static void Compare(int batch, int count, Func<int, PlanningProblem, double, PlanningProblem> limited, int batchSize = 10_000)
    {
        var wrong = new List<string>();
        int seen = 0, without = 0;
        for (var seed = batch * batchSize; seen < count; seed++)
        {
            var free = RandomProblems.Free(seed);
            try
            {
                var problem = limited(seed, free, ProblemSolver.Solve(free, SolveLimits.Exact).PresentValue);
                var solved = ProblemSolver.Solve(problem, SolveLimits.Exact);
                var close = 1e-6 * Math.Max(10, Math.Abs(solved.PresentValue));
                var best = BruteForce.Best(problem, solved.PresentValue + close);
                if (double.IsNaN(best)) continue;
                seen++;
                if (!solved.HasPlan) without++;
                var what = $"{seed} ({RandomProblems.Drawn(seed)})";
                if (solved.HasPlan != double.IsFinite(best)) wrong.Add($"{what}: {solved.Status} at {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && Math.Abs(solved.PresentValue - best) > close) wrong.Add($"{what}: {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && solved.Bound > best + close) wrong.Add($"{what}: bound {solved.Bound} above {best}");
            }
            catch (InvalidOperationException e)
            {
                seen++;
                wrong.Add($"{seed} ({RandomProblems.Drawn(seed)}): {e.Message}");
            }
        }

        wrong.ShouldBeEmpty();
        without.ShouldBeInRange(1, count * 9 / 10);
    }
}
