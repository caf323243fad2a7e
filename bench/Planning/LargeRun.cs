using Switchyard.Cli;
using Switchyard.Demand;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Bench;

internal static class LargeRun
{
    // As the product does: the plan and the simpler ways beside each other, on as many cores as there are.
    public static void Run(Scenario scenario, PlanningProblem problem, Func<byte[], byte[]?> elsewhere, bool simpler, Action<string, string> say)
    {
        var baselines = new Baselines(scenario, problem, new SolveLimits(0.01, 15) { SideBySide = SideBySide.Run, Elsewhere = elsewhere });
        SideBySide.Run(
        [
            () =>
            {
                var solved = ProblemSolver.Solve(problem, new SolveLimits(0.005, 50) { SideBySide = SideBySide.Run, Elsewhere = elsewhere });
                say("plan", $"{solved.Status} {solved.PresentValue:0}, bound {solved.Bound:0}, gap {100 * solved.Gap:0.00}%, plain relaxation {solved.Relaxation:0}; the relaxation uses all of: {string.Join(", ", solved.TightLimits.Where(l => !l.StartsWith("workloads.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))}");
            },
            .. simpler ? baselines.Finding(() => false).Select((find, at) => (Action)(() =>
            {
                find();
                say("baseline", $"{BaselineName.All[at]} done");
            })) : [],
        ]);
        foreach (var baseline in baselines.Found) say("baseline", $"{baseline.Name}: {baseline.Detail[..Math.Min(60, baseline.Detail.Length)]} {baseline.Cost}");
    }
}
