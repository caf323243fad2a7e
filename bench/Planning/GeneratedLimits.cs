using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Bench;

/// <summary>
/// Six limits for a generated company, of which some bind: cash in a month, one provider's share, the regions, the share of spot, carbon in a month and a quota
/// for what would be used most. Their levels are set by what the relaxation without limits uses, to two figures, so that there is a plan.
/// </summary>
internal sealed class GeneratedLimits
{
    private static readonly string[] Regions = ["us-*", "canada*", "europe*"];

    /// <summary>The scenario with limits.</summary>
    /// <param name="scenario">The company without limits.</param>
    /// <param name="build">Builds its problem.</param>
    /// <param name="without">Limits to leave out: cash, provider, regions, spot, carbon, quota.</param>
    public static Scenario Add(Scenario scenario, Func<Scenario, PlanningProblem> build, IReadOnlyCollection<string> without)
    {
        // Carbon is counted only where there is a limit on it.
        scenario = scenario with { Limits = scenario.Limits with { Regions = without.Contains("regions") ? [] : [.. Regions] } };
        var problem = build(scenario with { Limits = scenario.Limits with { CarbonPerMonth = new(1e12) } });
        var relaxed = Relaxed.Of(problem, []);
        var use = new LimitUse(new([.. relaxed.Point], 0, 0, SolveStatus.Optimal) { Problem = relaxed.Problem });
        var (provider, region, accelerator, most) = Most(relaxed.Problem, relaxed.Point);
        return scenario with
        {
            Limits = scenario.Limits with
            {
                CashPerMonth = without.Contains("cash") ? null : Money.FromUsd(Figures(1.4 * use.LargestMonth)),
                ProviderShare = without.Contains("provider") ? null : Math.Max(0.5, Math.Round(0.95 * use.LargestShare(s => s.Provider), 2)),
                SpotShare = without.Contains("spot") ? null : Math.Max(0.1, Math.Round(0.7 * use.LargestShare(s => s.Kind == PurchaseKind.Spot ? "spot" : null), 2)),
                CarbonPerMonth = without.Contains("carbon") ? null : new(Figures(1.3 * use.LargestUse(problem.UseLimits[0]))),
            },
            Commercial = scenario.Commercial with { Quotas = without.Contains("quota") ? [] : [new(provider, region, accelerator, Math.Ceiling(0.8 * most))] },
        };
    }

    // The accelerators of a provider's region of which most are used at once.
    private static (string Provider, string Region, string Accelerator, double Most) Most(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
        Recheck.Peaks(problem, decisions).Select(use => (Source: problem.Sources[use.Key.Source], use.Key.Month, use.Value)).Where(use => use.Source.AcceleratorCount > 0)
            .GroupBy(use => (use.Source.Provider, use.Source.Region, use.Source.Accelerator))
            .Select(pool => (pool.Key.Provider, pool.Key.Region, pool.Key.Accelerator, pool.GroupBy(use => use.Month).Max(month => month.Sum(use => use.Value * use.Source.AcceleratorCount))))
            .OrderByDescending(pool => pool.Item4).ThenBy(pool => $"{pool.Provider}/{pool.Region}/{pool.Accelerator}", StringComparer.Ordinal).First();

    private static double Figures(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return Math.Ceiling(value / unit) * unit;
    }
}
