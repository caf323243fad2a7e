using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>What kind of figure a price is.</summary>
public enum PriceBasis
{
    /// <summary>The vendor's list price.</summary>
    List,

    /// <summary>An average or an index: nobody sells at it.</summary>
    Average,

    /// <summary>A "from" price: the lowest of several, under conditions not stated.</summary>
    StartingAt,

    /// <summary>A marketplace or auction price at its date.</summary>
    Market,

    /// <summary>A quote made to the user, from the scenario file.</summary>
    Quote,
}

/// <summary>An instance that a provider rents by the hour in a region.</summary>
public sealed record Offer
{
    /// <summary>The provider, such as <c>aws</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's region, such as <c>us-east-1</c>; <c>all</c> where the provider states none.</summary>
    public required string Region { get; init; }

    /// <summary>The provider's name of the instance, such as <c>p5.48xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>The accelerator in it.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>How many accelerators one instance has; may be a fraction.</summary>
    public required double AcceleratorCount { get; init; }

    /// <summary>Virtual CPUs; null where unknown.</summary>
    public double? Vcpus { get; init; }

    /// <summary>Host memory; null where unknown.</summary>
    public DataSize? Memory { get; init; }

    /// <summary>On-demand price of one instance; null where unknown.</summary>
    public HourlyPrice? OnDemand { get; init; }

    /// <summary>Spot price of one instance; null where there is none or it is unknown.</summary>
    public HourlyPrice? Spot { get; init; }

    /// <summary>Bandwidth between instances, per instance and direction; null where unknown.</summary>
    public DataRate? Fabric { get; init; }

    /// <summary>The most instances to be had at once; null where unknown.</summary>
    public int? MaxCount { get; init; }

    /// <summary>The last day on which it can be had; null where nothing is said.</summary>
    public DateOnly? ValidUntil { get; init; }

    /// <summary>What kind of figure the prices are.</summary>
    public required PriceBasis Basis { get; init; }

    /// <summary>The day on which the prices held; null where unknown.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Why the row is not to be trusted; null where nothing speaks against it.</summary>
    public string? Quarantined { get; init; }

    /// <summary>Where the prices were read.</summary>
    public required string Source { get; init; }

    /// <summary>Provider, region and instance type, joined by slashes.</summary>
    public string Id => $"{Provider}/{Region}/{InstanceType}";

    /// <summary>The accelerators as people write them, such as <c>H100-80GB:8</c>.</summary>
    public string Accelerators =>
        $"{Accelerator.Name}:{AcceleratorCount.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)}";
}

/// <summary>How capacity is committed to.</summary>
public enum CommitmentKind
{
    /// <summary>An instance reserved for a term.</summary>
    ReservedInstance,

    /// <summary>Resources committed to for a term at a discount.</summary>
    CommittedUse,

    /// <summary>A block of instances for days or weeks, booked ahead and paid at once.</summary>
    CapacityBlock,

    /// <summary>Capacity reserved by contract.</summary>
    Reserved,
}

/// <summary>A commitment that a provider sells on an instance type: a lower price for a term.</summary>
public sealed record CommitmentOffer
{
    /// <summary>The instance that it commits to. Its own hourly prices may be unknown.</summary>
    public required Offer Instance { get; init; }

    /// <summary>How capacity is committed to.</summary>
    public required CommitmentKind Kind { get; init; }

    /// <summary>The term in months; null for a capacity block, whose length is the buyer's.</summary>
    public int? TermMonths { get; init; }

    /// <summary>Shortest and longest length of a capacity block, in days; null otherwise.</summary>
    public (int Min, int Max)? BlockDays { get; init; }

    /// <summary>How many days ahead a capacity block can be booked; null otherwise.</summary>
    public int? BookingDays { get; init; }

    /// <summary>The share of the whole price paid at the start, 0 to 1; null where unknown.</summary>
    public double? UpfrontShare { get; init; }

    /// <summary>Price of one instance-hour over the whole term, whether used or not.</summary>
    public required HourlyPrice Price { get; init; }

    /// <summary>The fewest instances sold; 1 where nothing is said.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>The most instances to be had; null where unknown.</summary>
    public int? MaxCount { get; init; }

    /// <summary>The last day on which it can be bought; null where nothing is said.</summary>
    public DateOnly? ValidUntil { get; init; }

    /// <summary>What kind of figure the price is.</summary>
    public required PriceBasis Basis { get; init; }

    /// <summary>The day on which the price held; null where unknown.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Why the row is not to be trusted; null where nothing speaks against it.</summary>
    public string? Quarantined { get; init; }

    /// <summary>Where the price was read.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Hours of a capacity block that lasts long enough: whole days up to 14, whole weeks above (how Amazon sells them); null where none is as long.
    /// </summary>
    /// <param name="hours">Hours needed; positive.</param>
    public double? BlockHours(double hours)
    {
        if (BlockDays is not var (min, max)) return null;
        var days = Math.Max(min, Math.Ceiling((hours / 24) - 1e-9));
        if (days > 14) days = Math.Ceiling(days / 7) * 7;
        return days <= max ? days * 24 : null;
    }

    /// <summary>The instance's id, then the kind and term, such as <c>gcp/us-central1/a3-highgpu-8g@1y</c>.</summary>
    public string Id => $"{Instance.Id}@{TermLabel}";

    /// <summary>The term as people say it: <c>1y</c>, <c>3y</c>, <c>6mo</c> or <c>block</c>.</summary>
    public string TermLabel => TermMonths switch
    {
        null => "block",
        var months when months % 12 == 0 => $"{months / 12}y",
        var months => $"{months}mo",
    };
}
