using System.Collections.Immutable;

namespace Switchyard.Market;

/// <summary>A provider's region, as <c>provider/region</c>.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Region">The provider's name of the region.</param>
public readonly record struct Location(string Provider, string Region)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Provider}/{Region}";
}

/// <summary>What moving data between two regions costs and how fast it went when measured.</summary>
/// <param name="From">The region that sends.</param>
/// <param name="To">The region that receives.</param>
/// <param name="UsdPerGb">US dollars per gigabyte (10^9 bytes); null where unknown. Free traffic is 0.</param>
/// <param name="GigabitsPerSecond">Measured throughput between two machines, in gigabits a second; null where not measured.</param>
/// <param name="AsOf">The day of the figures; null where unknown.</param>
/// <param name="Origin">Where they were read.</param>
public sealed record RegionPair(
    Location From, Location To, double? UsdPerGb, double? GigabitsPerSecond, DateOnly? AsOf, string Origin);

/// <summary>A price of moving data, where one is known.</summary>
/// <param name="Usd">US dollars for all of it.</param>
/// <param name="Origin">Where the price was read.</param>
public sealed record TransferPrice(double Usd, string Origin);

/// <summary>Moving data between regions: what it costs, how fast it goes, how long a round trip takes. What is not known is null, never 0.</summary>
public sealed class Network
{
    /// <summary>Where data crosses nothing that is charged for: within a region.</summary>
    public const string WithinRegion = "within a region";

    private const string AllRegions = "all";
    private readonly Dictionary<string, List<EgressPrice>> egress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegionPair> pairs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RoundTrip> trips = new(StringComparer.Ordinal);

    /// <summary>Puts prices and measurements together.</summary>
    /// <param name="prices">Prices of moving data out of a region.</param>
    /// <param name="pairs">Prices and throughput between pairs of regions.</param>
    /// <param name="trips">Measured round trips between regions of a provider.</param>
    public Network(IEnumerable<EgressPrice> prices, IEnumerable<RegionPair> pairs, IEnumerable<RoundTrip> trips)
    {
        foreach (var price in prices)
        {
            var key = Key(price.Provider, price.Region, price.Kind);
            if (!egress.TryGetValue(key, out var rows)) egress.Add(key, rows = []);
            rows.Add(price);
        }

        foreach (var pair in pairs) this.pairs.TryAdd($"{pair.From} {pair.To}", pair);
        foreach (var trip in trips) this.trips.TryAdd(Key(trip.Provider, trip.Source, trip.Destination), trip);
        MeasuredProviders = [.. this.trips.Values.Select(t => t.Provider).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Providers of whom round trips between regions were measured.</summary>
    public ImmutableHashSet<string> MeasuredProviders { get; }

    /// <summary>
    /// What it costs to move so much from one region to another in a month, the tiers of the price filled from the first; null where
    /// unknown. Within a region it is free. The region's own current price counts first, then the pair's, then the provider's for all regions;
    /// where a provider states no price between its regions, that to the internet, which is never lower, stands for it.
    /// </summary>
    /// <param name="from">Where the data is.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="gigabytes">Gigabytes (10^9 bytes) a month; not negative.</param>
    public TransferPrice? Price(Location from, Location to, double gigabytes)
    {
        if (from == to) return new(0, WithinRegion);
        var inside = from.Provider == to.Provider;
        return (inside ? Tiered(from.Provider, from.Region, "inter_region", to.Region, gigabytes) : Tiered(from.Provider, from.Region, "internet", null, gigabytes))
            ?? Paired(from, to, gigabytes)
            ?? (inside ? Tiered(from.Provider, AllRegions, "inter_region", to.Region, gigabytes) : null)
            ?? ToInternet(from, gigabytes);
    }

    /// <summary>What it costs to send so much from a region to the internet in a month; null where unknown.</summary>
    /// <param name="from">Where the data is.</param>
    /// <param name="gigabytes">Gigabytes (10^9 bytes) a month; not negative.</param>
    public TransferPrice? ToInternet(Location from, double gigabytes) =>
        Tiered(from.Provider, from.Region, "internet", null, gigabytes) ?? Tiered(from.Provider, AllRegions, "internet", null, gigabytes);

    /// <summary>Measured throughput from a machine in one region to a machine in another, in gigabits a second; null where not measured.</summary>
    /// <param name="from">The region that sends.</param>
    /// <param name="to">The region that receives.</param>
    public double? GigabitsPerSecond(Location from, Location to) => pairs.GetValueOrDefault($"{from} {to}")?.GigabitsPerSecond;

    /// <summary>The measured median round trip between two regions of a provider, in milliseconds; null where not measured.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="from">One region.</param>
    /// <param name="to">The other region.</param>
    public double? RoundTripMilliseconds(string provider, string from, string to) =>
        (trips.GetValueOrDefault(Key(provider, from, to)) ?? trips.GetValueOrDefault(Key(provider, to, from)))?.Milliseconds;

    private TransferPrice? Paired(Location from, Location to, double gigabytes) =>
        pairs.GetValueOrDefault($"{from} {to}") is { UsdPerGb: { } each } pair ? new(each * gigabytes, pair.Origin) : null;

    // The most specific destination that fits: 'us-east-*' before 'other regions'. The last tier may end: what lies above it is unknown.
    private TransferPrice? Tiered(string provider, string region, string kind, string? destination, double gigabytes)
    {
        if (!egress.TryGetValue(Key(provider, region, kind), out var rows)) return null;
        var fitting = rows.Where(r => r.Destination is null or "internet" or "other regions" || (destination is not null && NamePattern.Matches(r.Destination, destination)))
            .GroupBy(r => r.Destination is null or "internet" or "other regions" ? "" : r.Destination).MaxBy(g => g.Key.Length);
        if (fitting is null) return null;
        var (usd, origin) = (0.0, "");
        var reached = 0.0;
        foreach (var tier in fitting.OrderBy(r => r.TierFromGb ?? 0))
        {
            if (origin.Length > 0 && reached >= gigabytes) break;
            if ((tier.TierFromGb ?? 0) > reached) return null;
            var end = Math.Min(gigabytes, tier.TierToGb ?? double.PositiveInfinity);
            usd += Math.Max(0, end - reached) * tier.UsdPerGb;
            (reached, origin) = (Math.Max(reached, end), tier.Origin);
        }

        return reached >= gigabytes ? new(usd, origin) : null;
    }

    private static string Key(string provider, string a, string b) => $"{provider}/{a}/{b}";
}
