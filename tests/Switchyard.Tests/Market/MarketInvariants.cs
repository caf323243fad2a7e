using Switchyard.Market;

namespace Switchyard.Tests.Market;

/// <summary>
/// What must hold of any market data, so that a unit trap does not slip in with an update: a price by accelerator recorded as one by
/// instance (or the reverse), a host's price without its accelerators, GB recorded as GiB, a spot price above on demand. The bands are
/// narrower than a factor of 8 between the lowest and the highest plausible price, so that a factor of 8 always leaves them.
/// </summary>
internal static class MarketInvariants
{
    private static readonly string[] Hyperscalers = ["aws", "azure", "gcp", "oci", "ibm"];

    /// <summary>Plausible on-demand US dollars by accelerator-hour in 2026: at hyperscalers, and elsewhere.</summary>
    internal static readonly Dictionary<string, ((double Low, double High) Hyperscaler, (double Low, double High) Other)> Bands = new(StringComparer.Ordinal)
    {
        ["A100-40GB"] = ((1.5, 8), (0.5, 3.9)),
        ["A100-80GB"] = ((2, 12), (0.7, 5)),
        ["A100-80GB-PCIe"] = ((2, 12), (0.6, 4.5)),
        ["H100-80GB"] = ((4, 30), (1.4, 10)),
        ["H100-NVL-94GB"] = ((4, 20), (1.4, 8)),
        ["H200-141GB"] = ((5, 30), (1.8, 12)),
        ["B200-180GB"] = ((8, 40), (3, 16)),
        ["B300-270GB"] = ((9, 50), (4, 20)),
        ["GB200"] = ((15, 80), (6, 30)),
        ["MI300X"] = ((3.5, 20), (1.5, 8)),
        ["RTX-PRO-6000-Blackwell"] = ((2, 12), (0.8, 5)),
    };

    /// <summary>Host memory in GiB as the providers document it.</summary>
    private static readonly Dictionary<string, double> KnownMemory = new(StringComparer.Ordinal)
    {
        ["p4d.24xlarge"] = 1152, ["p5.48xlarge"] = 2048, ["p5en.48xlarge"] = 2048, ["g5.xlarge"] = 16, ["g6.xlarge"] = 16,
        ["a2-highgpu-8g"] = 680, ["a2-ultragpu-8g"] = 1360, ["a3-highgpu-8g"] = 1872, ["g2-standard-4"] = 16,
        ["Standard_ND96asr_v4"] = 900, ["Standard_NC24ads_A100_v4"] = 220, ["Standard_ND96isr_H100_v5"] = 1900,
    };

    /// <summary>Everything that does not hold.</summary>
    internal static IReadOnlyList<string> Violations(IReadOnlyCollection<Offer> offers) =>
    [
        .. offers.Where(offer => offer.Quarantined is null).SelectMany(OfOne),
        .. offers.Where(offer => offer.Quarantined is null).GroupBy(offer => (offer.Provider, offer.InstanceType)).SelectMany(OfOneType),
    ];

    /// <summary>What does not hold of commitments: a term costs less than on demand, but not next to nothing.</summary>
    internal static IEnumerable<string> Violations(IEnumerable<CommitmentOffer> commitments) =>
        from commitment in commitments
        where commitment.Kind is CommitmentKind.ReservedInstance or CommitmentKind.CommittedUse && commitment.Instance.OnDemand is not null
        let ratio = commitment.Price.Usd / commitment.Instance.OnDemand!.Value.Usd
        where ratio is < 0.25m or > 1.001m
        select $"{commitment.Id}: {commitment.Price} is {ratio:0.00} of on demand";

    private static IEnumerable<string> OfOne(Offer offer)
    {
        if (offer.OnDemand is { } price)
        {
            var each = (double)price.Usd / offer.AcceleratorCount;
            if (each is < 0.05 or > 60) yield return $"{offer.Id}: ${each:0.00} by accelerator-hour is not plausible for anything";
            if (Bands.TryGetValue(offer.Accelerator.Name, out var bands))
            {
                var (low, high) = Hyperscalers.Contains(offer.Provider) ? bands.Hyperscaler : bands.Other;
                if (each < low || each > high) yield return $"{offer.Id}: ${each:0.00} by accelerator-hour is outside ${low} to ${high}";
            }

            if (offer.Spot is { } spot && (spot.Usd > price.Usd || spot.Usd < price.Usd * 0.08m)) yield return $"{offer.Id}: spot {spot} against on demand {price}";
        }

        if (offer.Memory is not { } memory) yield break;
        var gib = memory.GiB;
        if (gib / Math.Max(1, offer.AcceleratorCount) is < 4 or > 1024) yield return $"{offer.Id}: {gib:0.#} GiB for {offer.Accelerators}";
        if (KnownMemory.TryGetValue(offer.InstanceType, out var known) && Math.Abs(gib - known) > 0.5) yield return $"{offer.Id}: {gib:0.#} GiB, documented {known}";
        if (offer.Provider is "aws" or "gcp" or "azure" && Math.Abs((gib * 2) - Math.Round(gib * 2)) > 1e-6) yield return $"{offer.Id}: {gib} GiB is not a round figure; GB were taken for GiB";
    }

    private static IEnumerable<string> OfOneType(IGrouping<(string Provider, string Type), Offer> type)
    {
        var prices = type.Where(offer => offer.OnDemand is not null).Select(offer => (double)offer.OnDemand!.Value.Usd).Order().ToList();
        if (prices.Count < 3) yield break;
        var median = prices[prices.Count / 2];
        foreach (var offer in type.Where(offer => offer.OnDemand is not null))
        {
            var ratio = (double)offer.OnDemand!.Value.Usd / median;
            if (ratio is < 0.5 or > 2) yield return $"{offer.Id}: {ratio:0.00} of the price of the same type in other regions";
        }
    }
}
