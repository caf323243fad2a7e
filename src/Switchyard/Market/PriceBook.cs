using System.Collections.Immutable;

namespace Switchyard.Market;

/// <summary>Everything that can be had, at what price, as of a day. Immutable.</summary>
public sealed class PriceBook
{
    private const double MillisecondsPerKilometre = 0.0145;
    private const double NearKilometres = 500;

    // Plain dictionaries of references by name: those of tuples and numbers, and frozen ones, are slower to build than they win back in
    // one command, and code that is generic over value types is compiled anew at every start.
    private readonly Dictionary<string, Offer> offersById;
    private readonly Dictionary<string, Dictionary<string, Region>> regionsByProvider;

    /// <summary>Puts a price book together. Order of the rows does not matter: each list is sorted by id.</summary>
    /// <param name="asOf">The day as of which prices count as old or new.</param>
    /// <param name="policy">How old a price may be.</param>
    /// <param name="accelerators">The accelerators known.</param>
    /// <param name="offers">Instances by the hour; ids are unique.</param>
    /// <param name="commitments">Commitments on instances.</param>
    /// <param name="regions">The regions known.</param>
    /// <param name="storage">Prices of keeping data.</param>
    /// <param name="network">Prices and speed of moving data.</param>
    public PriceBook(
        DateOnly asOf,
        PricePolicy policy,
        IEnumerable<Accelerator> accelerators,
        IEnumerable<Offer> offers,
        IEnumerable<CommitmentOffer> commitments,
        IEnumerable<Region> regions,
        IEnumerable<StoragePrice> storage,
        Network network)
    {
        AsOf = asOf;
        Policy = policy;
        Accelerators = [.. accelerators.OrderBy(a => a.Name, StringComparer.Ordinal)];
        Offers = [.. offers.OrderBy(o => o.Id, StringComparer.Ordinal)];
        Commitments = InOrder(commitments);
        Regions = [.. regions.OrderBy(r => r.Provider, StringComparer.Ordinal).ThenBy(r => r.Name, StringComparer.Ordinal)];
        Storage = [.. storage];
        Network = network;
        offersById = new(Offers.Length, StringComparer.OrdinalIgnoreCase);
        foreach (var offer in Offers) offersById.Add(offer.Id, offer);
        regionsByProvider = new(StringComparer.Ordinal);
        foreach (var region in Regions)
        {
            if (!regionsByProvider.TryGetValue(region.Provider, out var named)) regionsByProvider.Add(region.Provider, named = new(StringComparer.Ordinal));
            named.Add(region.Name, region);
        }
    }

    /// <summary>The day as of which prices count as old or new.</summary>
    public DateOnly AsOf { get; }

    /// <summary>How old a price may be.</summary>
    public PricePolicy Policy { get; }

    /// <summary>The accelerators known, by name.</summary>
    public ImmutableArray<Accelerator> Accelerators { get; }

    /// <summary>Instances by the hour, by id.</summary>
    public ImmutableArray<Offer> Offers { get; }

    /// <summary>Commitments on instances, by id.</summary>
    public ImmutableArray<CommitmentOffer> Commitments { get; }

    /// <summary>The regions known.</summary>
    public ImmutableArray<Region> Regions { get; }

    /// <summary>Prices of keeping data.</summary>
    public ImmutableArray<StoragePrice> Storage { get; }

    /// <summary>Moving data between regions.</summary>
    public Network Network { get; }

    /// <summary>The offer with this id, whatever the case; null where there is none.</summary>
    public Offer? FindOffer(string id) => offersById.GetValueOrDefault(id);

    /// <summary>The accelerator with this name or alias; null where there is none.</summary>
    public Accelerator? FindAccelerator(string name) => Accelerators.FirstOrDefault(a => a.IsNamed(name));

    /// <summary>A provider's region; null where it is unknown.</summary>
    public Region? FindRegion(string provider, string name) => regionsByProvider.GetValueOrDefault(provider)?.GetValueOrDefault(name);

    /// <summary>Whether an offer can be bought, and why not. A missing price is indicative, never 0.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="kind">On demand or spot.</param>
    public Standing Judge(Offer offer, PurchaseKind kind)
    {
        var price = kind == PurchaseKind.Spot ? offer.Spot : offer.OnDemand;
        if (price is null) return Standing.Indicative(kind == PurchaseKind.Spot ? "no spot price known" : "no on-demand price known");
        if (!offer.Accelerator.Verified) return Standing.Indicative($"the figures of {offer.Accelerator.Name} are unverified");
        return Policy.Judge(offer.Basis, offer.AsOf, offer.Quarantined, kind, AsOf);
    }

    /// <summary>Whether a commitment can be bought, and why not.</summary>
    public Standing Judge(CommitmentOffer commitment) =>
        commitment.Instance.Accelerator.Verified
            ? Policy.Judge(commitment.Basis, commitment.AsOf, commitment.Quarantined, PurchaseKind.Commitment, AsOf)
            : Standing.Indicative($"the figures of {commitment.Instance.Accelerator.Name} are unverified");

    /// <summary>
    /// Round-trip time between users and a region, in milliseconds: from great-circle distance by the line fitted to Azure's 2,350
    /// published region pairs (docs/model/market.md); where the provider's round trips were measured and it has a region within
    /// 500 km of the users, the measured one from there, and the line's slope up to there. A region whose place is unknown stands where its part of the world does, and
    /// one that is named like a part of the world (<c>us-east</c>, as quotes and owned clusters may be) there. Null where nothing is known.
    /// </summary>
    /// <param name="users">Where the users are.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="region">The provider's region.</param>
    public double? RoundTripMilliseconds(Geography users, string provider, string region)
    {
        if (PlaceOf(provider, region) is not { } place) return null;
        var straight = users.Place.KilometresTo(place);
        if (straight <= NearKilometres || NearestMeasured(users, provider) is not ({ } near, var kilometres)) return EstimateRoundTrip(straight);
        return Network.RoundTripMilliseconds(provider, near, region) is { } measured ? measured + (MillisecondsPerKilometre * kilometres) : EstimateRoundTrip(straight);
    }

    private (string Region, double Kilometres)? NearestMeasured(Geography users, string provider)
    {
        if (!Network.MeasuredProviders.Contains(provider) || !regionsByProvider.TryGetValue(provider, out var regions)) return null;
        (string Region, double Kilometres)? nearest = null;
        foreach (var region in regions.Values)
        {
            if (region.Place is not { } place) continue;
            var away = users.Place.KilometresTo(place);
            if (away <= (nearest?.Kilometres ?? NearKilometres)) nearest = (region.Name, away);
        }

        return nearest;
    }

    /// <summary>Where a provider's region lies, or its part of the world where only that is known; null where nothing is.</summary>
    public Place? PlaceOf(string provider, string region)
    {
        var known = FindRegion(provider, region);
        return known?.Place ?? Geography.Find(known?.Geography ?? region)?.Place;
    }

    /// <summary>By id, then by price, the order of the rows deciding the rest.</summary>
    private static ImmutableArray<CommitmentOffer> InOrder(IEnumerable<CommitmentOffer> commitments)
    {
        var sorted = commitments.Select((commitment, row) => new Ordered(commitment.Id, row, commitment)).ToArray();
        Array.Sort(sorted, (a, b) =>
        {
            var order = string.CompareOrdinal(a.Id, b.Id);
            if (order == 0) order = a.Commitment.Price.Usd.CompareTo(b.Commitment.Price.Usd);
            return order != 0 ? order : a.Row - b.Row;
        });
        return [.. sorted.Select(ordered => ordered.Commitment)];
    }

    private sealed record Ordered(string Id, int Row, CommitmentOffer Commitment);

    /// <summary>Round-trip time over a distance: 9 ms + 0.0145 ms a kilometre; half of the published pairs lie within 13% of it.</summary>
    /// <param name="kilometres">Great-circle distance.</param>
    /// <returns>Milliseconds.</returns>
    public static double EstimateRoundTrip(double kilometres) => 9 + (MillisecondsPerKilometre * kilometres);
}
