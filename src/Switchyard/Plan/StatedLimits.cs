using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Limits that the scenario states on what machines draw and emit, and on what teams spend, as numbers by source.</summary>
/// <param name="scenario">What is wanted.</param>
/// <param name="prices">What is known of regions.</param>
/// <param name="lifted">Paths of limits to leave out.</param>
internal sealed class StatedLimits(Scenario scenario, PriceBook prices, IReadOnlySet<string> lifted)
{
    /// <summary>The path of the limit on carbon.</summary>
    public const string Carbon = "limits.carbon";

    /// <summary>The path of the limit on power.</summary>
    public const string Power = "limits.power";

    /// <summary>The path of a team's cash in a month.</summary>
    public static string Cash(string team) => $"limits.teams.{team}.cash";

    /// <summary>The path of what a team spends in total.</summary>
    public static string Total(string team) => $"limits.teams.{team}.total";

    /// <summary>The team whose commitments a workload uses: its own where that has a budget, else none.</summary>
    public string TeamOf(Workload workload) => scenario.Limits.Teams.Any(t => t.Team == workload.Team) ? workload.Team : "";

    /// <summary>The teams that have budgets and work.</summary>
    public IEnumerable<string> Teams => scenario.Workloads.Select(TeamOf).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>What teams may spend.</summary>
    public ImmutableArray<TeamBudget> Budgets =>
    [
        .. scenario.Limits.Teams.SelectMany(t => (TeamBudget[])
        [
            .. t.CashPerMonth is { } cash && !lifted.Contains(Cash(t.Team)) ? [new(Cash(t.Team), t.Team, (double)cash.Usd, null)] : (TeamBudget[])[],
            .. t.TotalCost is { } total && !lifted.Contains(Total(t.Team)) ? [new(Total(t.Team), t.Team, null, (double)total.Usd)] : (TeamBudget[])[],
        ]),
    ];

    /// <summary>How much may be emitted in a month. Each hour of an instance counts at full load; what an API emits is not known and not counted.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="offers">The instance of each source that has one.</param>
    /// <param name="used">The sources that options use.</param>
    /// <param name="assumed">Takes the defaults in force.</param>
    public ImmutableArray<UseLimit> Use(List<Source> sources, IReadOnlyList<Offer?> offers, IReadOnlySet<int> used, ISet<string> assumed)
    {
        if (scenario.Limits.CarbonPerMonth is not { } most || lifted.Contains(Carbon)) return [];
        var each = new double[sources.Count];
        foreach (var source in used)
        {
            if (source >= offers.Count || offers[source] is not { } offer)
            {
                assumed.Add("carbon of APIs: not counted, nobody states it");
                continue;
            }

            var footprint = InstanceFootprint.Of(offer, prices.FindRegion(offer.Provider, offer.Region));
            each[source] = footprint.CarbonPerHour.Kilograms;
            foreach (var figure in footprint.Assumed) assumed.Add($"carbon, where it is not known: {figure}");
        }

        return [new(Carbon, most.Kilograms, [.. each])];
    }

    /// <summary>How much owned machines may draw at once; null for no limit.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="offers">The instance of each source that has one.</param>
    /// <param name="used">The sources that options use.</param>
    public CapacityLimit? Draw(List<Source> sources, IReadOnlyList<Offer?> offers, IReadOnlySet<int> used)
    {
        if (scenario.Limits.Power is not { } most || lifted.Contains(Power)) return null;
        var own = used.Where(s => sources[s] is { Kind: PurchaseKind.Owned, Provider: MarketAssumptions.OwnProvider }).Order().ToImmutableArray();
        return own.IsEmpty ? null : new(Power, most.Watts / 1000, false, own)
        {
            Each = [.. own.Select(s => InstanceFootprint.Of(offers[s]!, null).Draw.Watts / 1000)],
        };
    }

    /// <summary>What was quoted with a maximum and is bought by several teams: all of them together stay within it.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="used">The sources that options use.</param>
    public static IEnumerable<CapacityLimit> Joint(List<Source> sources, IReadOnlySet<int> used) => used
        .Where(s => sources[s] is { Kind: PurchaseKind.Commitment, MaxCount: not null })
        .GroupBy(s => (sources[s].Offered, sources[s].MaxCount)).Where(g => g.Count() > 1).OrderBy(g => g.Min())
        .Select(g => new CapacityLimit($"offers.{g.Key.Offered}.max", g.Key.MaxCount!.Value, false, [.. g.Order()]) { Each = [.. g.Select(_ => 1.0)] });
}
