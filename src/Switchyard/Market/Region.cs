using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>A place on Earth.</summary>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
public readonly record struct Place(double Latitude, double Longitude)
{
    /// <summary>Great-circle distance in kilometres (haversine, mean radius 6,371 km).</summary>
    public double KilometresTo(Place other)
    {
        const double radius = 6371.0;
        var (lat1, lat2) = (Radians(Latitude), Radians(other.Latitude));
        var dLat = lat2 - lat1;
        var dLon = Radians(other.Longitude - Longitude);
        var h = Math.Pow(Math.Sin(dLat / 2), 2) + (Math.Cos(lat1) * Math.Cos(lat2) * Math.Pow(Math.Sin(dLon / 2), 2));
        return 2 * radius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}

/// <summary>A provider's region.</summary>
public sealed record Region
{
    /// <summary>The provider, such as <c>gcp</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's name of it, such as <c>us-central1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The part of the world, such as <c>us-central</c>; null where unknown.</summary>
    public string? Geography { get; init; }

    /// <summary>Where it lies; null where unknown.</summary>
    public Place? Place { get; init; }

    /// <summary>City and country in words; null where unknown.</summary>
    public string? Location { get; init; }

    /// <summary>Average carbon intensity of its grid, grams of CO2e per kilowatt-hour; null where unknown.</summary>
    public double? CarbonGramsPerKwh { get; init; }

    /// <summary>Power usage effectiveness; null where unknown.</summary>
    public double? Pue { get; init; }

    /// <summary>Zones that fail apart from each other; null where unknown.</summary>
    public int? Zones { get; init; }

    /// <summary>Where the figures were read.</summary>
    public required string Source { get; init; }
}

/// <summary>Where a workload's users are, as a part of the world with the point that stands for it.</summary>
/// <param name="Name">The name used in scenario files, such as <c>us-east</c>.</param>
/// <param name="Place">A large metropolitan area there.</param>
public sealed record Geography(string Name, Place Place)
{
    /// <summary>The parts of the world that a scenario can name. Each stands at a large metropolitan area (stated in docs/model/market.md).</summary>
    public static IReadOnlyList<Geography> All { get; } =
    [
        new("africa", new(-26.20, 28.05)),
        new("asia-east", new(35.68, 139.69)),
        new("asia-south", new(19.08, 72.88)),
        new("asia-southeast", new(1.35, 103.82)),
        new("canada", new(43.65, -79.38)),
        new("europe-east", new(52.23, 21.01)),
        new("europe-north", new(59.33, 18.07)),
        new("europe-south", new(40.42, -3.70)),
        new("europe-west", new(50.11, 8.68)),
        new("middle-east", new(25.20, 55.27)),
        new("oceania", new(-33.87, 151.21)),
        new("south-america", new(-23.55, -46.63)),
        new("us-central", new(41.88, -87.63)),
        new("us-east", new(40.71, -74.01)),
        new("us-west", new(37.77, -122.42)),
    ];

    /// <summary>The part of the world with this name; null where there is none.</summary>
    public static Geography? Find(string name) => All.FirstOrDefault(geography => geography.Name == name);
}

/// <summary>A measured round trip between two regions of one provider.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Source">One region.</param>
/// <param name="Destination">The other region.</param>
/// <param name="Milliseconds">Median round-trip time in milliseconds.</param>
public sealed record RoundTrip(string Provider, string Source, string Destination, double Milliseconds);

/// <summary>A price of keeping data for a month.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Region">The region, or <c>all</c>.</param>
/// <param name="Product">The provider's name of the product.</param>
/// <param name="Class">object, block, file, parallel or snapshot.</param>
/// <param name="UsdPerGbMonth">US dollars per gigabyte (10^9 bytes) and month.</param>
/// <param name="AsOf">The day of the price; null where unknown.</param>
/// <param name="Origin">Where the price was read.</param>
public sealed record StoragePrice(
    string Provider, string Region, string Product, string Class, double UsdPerGbMonth, DateOnly? AsOf, string Origin);

/// <summary>A price of moving data out of a region.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Region">The region, or <c>all</c>.</param>
/// <param name="Kind">internet, inter_region or inter_zone.</param>
/// <param name="Destination">Where to; null where it does not matter.</param>
/// <param name="TierFromGb">From this many gigabytes a month; null where there are no tiers.</param>
/// <param name="TierToGb">Up to this many gigabytes a month; null for the last tier.</param>
/// <param name="UsdPerGb">US dollars per gigabyte (10^9 bytes).</param>
/// <param name="AsOf">The day of the price; null where unknown.</param>
/// <param name="Origin">Where the price was read.</param>
public sealed record EgressPrice(
    string Provider, string Region, string Kind, string? Destination,
    double? TierFromGb, double? TierToGb, double UsdPerGb, DateOnly? AsOf, string Origin);
