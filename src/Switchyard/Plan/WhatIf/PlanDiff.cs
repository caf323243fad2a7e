using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>What changed from one plan to another. Months are matched by the calendar, purchases by workload and offer.</summary>
public sealed record PlanDiff
{
    /// <summary>What is not alike and so limits what can be compared, in words.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>The cost, in each way of counting it.</summary>
    public required ImmutableArray<AmountChange> Totals { get; init; }

    /// <summary>The cost of each workload, before credits.</summary>
    public required ImmutableArray<AmountChange> Workloads { get; init; }

    /// <summary>Purchases that differ.</summary>
    public required ImmutableArray<PurchaseChange> Purchases { get; init; }

    /// <summary>Limits that differ.</summary>
    public required ImmutableArray<TextChange> Limits { get; init; }

    /// <summary>Offers that both plans buy, at another price.</summary>
    public required ImmutableArray<PriceChange> Prices { get; init; }

    /// <summary>Defaults in force that differ.</summary>
    public required ImmutableArray<TextChange> Assumed { get; init; }

    /// <summary>Whether the plans buy the same at the same cost.</summary>
    public bool IsSame => Purchases.IsEmpty && Prices.IsEmpty && Totals.All(t => t.Before == t.After);

    /// <summary>Compares two plans.</summary>
    /// <param name="before">The first.</param>
    /// <param name="after">The second.</param>
    public static PlanDiff Between(PurchasePlan before, PurchasePlan after) => new()
    {
        Notes = [.. Unlike(before, after)],
        Totals =
        [
            new("cash, in total", before.Cost.Total, after.Cost.Total),
            new("amortised, within the horizon", new(before.Cost.AmortisedPerMonth.Sum(m => m.Usd)), new(after.Cost.AmortisedPerMonth.Sum(m => m.Usd))),
            new("present value", before.Cost.PresentValue, after.Cost.PresentValue),
            new("due after the horizon", before.Cost.AfterHorizon, after.Cost.AfterHorizon),
            new("credits used", before.Cost.CreditsUsed, after.Cost.CreditsUsed),
        ],
        Workloads =
        [
            .. before.Cost.PerWorkload.Keys.Union(after.Cost.PerWorkload.Keys).Order(StringComparer.Ordinal)
                .Select(name => new AmountChange(name, Cost(before, name), Cost(after, name))),
        ],
        Purchases = [.. Bought(before, after)],
        Limits = Texts(before.Limits.Select(l => (l.Limit, l.Value)), after.Limits.Select(l => (l.Limit, l.Value))),
        Prices = [.. Priced(before, after)],
        Assumed = Texts(before.Assumed.Select(Parted), after.Assumed.Select(Parted)),
    };

    private static IEnumerable<string> Unlike(PurchasePlan before, PurchasePlan after)
    {
        if (before.Scenario != after.Scenario) yield return $"the plans are for different scenarios, {before.Scenario} and {after.Scenario}";
        if (before.Horizon != after.Horizon)
            yield return $"the plans are for different months, {Span(before.Horizon)} and {Span(after.Horizon)}: their totals do not count the same time";
        if (before.PricesAsOf != after.PricesAsOf) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"prices are of {before.PricesAsOf:yyyy-MM-dd} and {after.PricesAsOf:yyyy-MM-dd}");
    }

    private static string Span(Horizon horizon) => $"{horizon.Label(0)} to {horizon.Label(horizon.Months - 1)}";

    private static Money? Cost(PurchasePlan plan, string workload) => plan.Cost.PerWorkload.TryGetValue(workload, out var cost) ? cost : null;

    private static IEnumerable<PurchaseChange> Bought(PurchasePlan before, PurchasePlan after)
    {
        // One offer can be bought in several columns, for different users.
        static Dictionary<(string, string), List<Purchase>> ByOffer(PurchasePlan plan) =>
            plan.Purchases.GroupBy(p => (p.Workload, p.Source.Label)).ToDictionary(g => g.Key, g => g.ToList());
        var (old, now) = (ByOffer(before), ByOffer(after));
        foreach (var key in old.Keys.Union(now.Keys).OrderBy(k => k.Item1, StringComparer.Ordinal).ThenBy(k => k.Item2, StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(key), now.GetValueOrDefault(key));
            var (counts, countsNow) = (Counts(before.Horizon, was), Counts(after.Horizon, becomes));
            var months = counts.Keys.Union(countsNow.Keys).Order(StringComparer.Ordinal)
                .Select(m => new CountChange(m, counts.GetValueOrDefault(m), countsNow.GetValueOrDefault(m)))
                .Where(c => Math.Abs(c.Before - c.After) > 1e-6).ToImmutableArray();
            var (cost, costNow) = (Sum(was), Sum(becomes));
            if (months.IsEmpty && cost == costNow) continue;
            yield return new(key.Item1, key.Item2, cost, costNow, months);
        }
    }

    private static Money? Sum(List<Purchase>? purchases) => purchases is null ? null : new(purchases.Sum(p => p.Cost.Usd));

    private static Dictionary<string, double> Counts(Horizon horizon, List<Purchase>? purchases) => (purchases ?? [])
        .SelectMany(p => p.Months).GroupBy(m => horizon.Label(m.Month)).ToDictionary(g => g.Key, g => g.Sum(m => m.Instances), StringComparer.Ordinal);

    private static IEnumerable<PriceChange> Priced(PurchasePlan before, PurchasePlan after)
    {
        var now = after.Purchases.DistinctBy(p => p.Source.Label).ToDictionary(p => p.Source.Label, p => p.Source.PricePerHour, StringComparer.Ordinal);
        foreach (var source in before.Purchases.Select(p => p.Source).DistinctBy(s => s.Label).OrderBy(s => s.Label, StringComparer.Ordinal))
        {
            if (now.TryGetValue(source.Label, out var price) && Math.Abs(price - source.PricePerHour) > 1e-6)
                yield return new(source.Label, source.PricePerHour, price);
        }
    }

    // 'path: value (reason)', as defaults are listed.
    private static (string, string) Parted(string line) => line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? (line[..end], line[(end + 2)..]) : (line, "");

    private static ImmutableArray<TextChange> Texts(IEnumerable<(string Path, string Value)> before, IEnumerable<(string Path, string Value)> after)
    {
        var old = before.DistinctBy(x => x.Path).ToDictionary(x => x.Path, x => x.Value, StringComparer.Ordinal);
        var now = after.DistinctBy(x => x.Path).ToDictionary(x => x.Path, x => x.Value, StringComparer.Ordinal);
        return [.. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal).Select(path => new TextChange(path, old.GetValueOrDefault(path), now.GetValueOrDefault(path))).Where(c => c.Before != c.After)];
    }
}

/// <summary>An amount that may differ.</summary>
/// <param name="Name">What it is the amount of.</param>
/// <param name="Before">In the first plan; null where that has none.</param>
/// <param name="After">In the second plan; null where that has none.</param>
public sealed record AmountChange(string Name, Money? Before, Money? After)
{
    /// <summary>The second less the first; what is not there counts as nothing.</summary>
    public Money Difference => (After ?? Money.Zero) - (Before ?? Money.Zero);
}

/// <summary>A purchase that differs.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Offer">The offer and how it is bought.</param>
/// <param name="Before">What the first plan pays for it; null where it does not buy it.</param>
/// <param name="After">What the second plan pays for it; null where it does not buy it.</param>
/// <param name="Months">The months in which the number of instances differs.</param>
public sealed record PurchaseChange(string Workload, string Offer, Money? Before, Money? After, ImmutableArray<CountChange> Months);

/// <summary>Another number of instances in a month.</summary>
/// <param name="Month">The month, such as <c>2027-03</c>.</param>
/// <param name="Before">Most at a time in the first plan.</param>
/// <param name="After">Most at a time in the second plan.</param>
public sealed record CountChange(string Month, double Before, double After);

/// <summary>A text that differs.</summary>
/// <param name="Path">Where in the scenario.</param>
/// <param name="Before">What the first plan says; null for nothing.</param>
/// <param name="After">What the second plan says; null for nothing.</param>
public sealed record TextChange(string Path, string? Before, string? After);

/// <summary>Another price of the same offer, in US dollars per instance-hour.</summary>
/// <param name="Offer">The offer and how it is bought.</param>
/// <param name="Before">In the first plan.</param>
/// <param name="After">In the second plan.</param>
public sealed record PriceChange(string Offer, double Before, double After);
