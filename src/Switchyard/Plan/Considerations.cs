using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Sums up what was weighed for a workload: the options with the lowest price for a unit of work, and why others are out.</summary>
internal static class Considerations
{
    private const int Ranked = 12;

    /// <summary>What was weighed for a need.</summary>
    /// <param name="built">The problem.</param>
    /// <param name="need">Index of the need.</param>
    /// <param name="bought">What the plan buys: shown also where others are cheaper when fully used.</param>
    public static Consideration Of(BuiltProblem built, int need, ImmutableArray<Purchase> bought = default)
    {
        var problem = built.Problem;
        var all = Costs(problem, problem.Needs[need]).ToList();
        var chosen = bought.IsDefault ? [] : bought.Where(p => p.Workload == problem.Needs[need].Workload).Select(p => p.Source.Label).ToHashSet(StringComparer.Ordinal);
        var best = all.Where(o => problem.Sources[o.Source].Kind != PurchaseKind.Owned)
            .GroupBy(o => problem.Sources[o.Source].Label).Select(g => g.MinBy(o => o.Cost))
            .OrderBy(o => o.Cost).ThenBy(o => problem.Sources[o.Source].Label, StringComparer.Ordinal)
            .Where((o, rank) => rank < Ranked || chosen.Contains(problem.Sources[o.Source].Label))
            .Select(o => new RankedOption(
                problem.Sources[o.Source].Label, Accelerators(problem.Sources[o.Source]), Ledger.Configuration(problem, need, o.Index),
                o.Cost, o.Unit, problem.Sources[o.Source].AsOf, problem.Sources[o.Source].Origin));
        var excluded = built.Exclusions.Where(e => e.Workload == problem.Needs[need].Workload)
            .GroupBy(e => (e.Limit, Reason: e.Limit is null ? Gist(e.Reason) : ""))
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Limit, StringComparer.Ordinal).ThenBy(g => g.Key.Reason, StringComparer.Ordinal)
            .Select(g => new ExclusionCount(g.Key.Limit, g.Count(), $"{g.First().Source}: {g.First().Reason}"));
        return new(problem.Needs[need].Workload, all.Count, [.. best], [.. excluded.Take(Ranked)]);
    }

    /// <summary>The price of a unit of work of each option of a need, when fully used, in US dollars.</summary>
    public static IEnumerable<(int Source, int Index, double Cost, string Unit)> Costs(PlanningProblem problem, Need need) => need switch
    {
        ServiceNeed service => service.Options.Select((o, i) => (o.Source, i, ServiceCost(problem, o), "1M requests")),
        RunNeed runs => runs.Options.Select((o, i) => (o.Source, i, (problem.Sources[o.Source].PricePerHour * o.Gang * o.BilledHours) + o.CostPerRun, "run")),
        PileNeed piles => piles.Options.Select((o, i) => (o.Source, i, PileCost(problem, o), "1M requests")),
        _ => [],
    };

    private static double ServiceCost(PlanningProblem problem, ServiceOption option) =>
        ((problem.Sources[option.Source].PricePerHour / (option.Capacity * 3600)) + option.CostPerRequest) * 1e6;

    private static double PileCost(PlanningProblem problem, PileOption option) =>
        ((problem.Sources[option.Source].PricePerHour * option.PaidForWorked / option.RequestsPerHour) + option.CostPerRequest) * 1e6;

    private static string Accelerators(Source source) =>
        source.AcceleratorCount == 0 ? "" : $"{source.Accelerator}:{source.AcceleratorCount.ToString("0.###", CultureInfo.InvariantCulture)}";

    // Reasons that differ only in their figures are one reason.
    private static string Gist(string reason) =>
        string.Concat(reason.Where(c => !char.IsAsciiDigit(c)).Take(24));
}
