using System.Collections.Frozen;
using Switchyard.Market;
using Switchyard.Performance;

namespace Switchyard.Plan;

/// <summary>
/// What nobody publishes and a plan must still reckon with: how many accelerators can be had at once, and how often spot capacity is
/// taken away. Documented defaults (docs/model/market.md), each listed in the plan where it is in force; a quota or a quote replaces it.
/// </summary>
public static class MarketAssumptions
{
    private static readonly FrozenSet<string> Hyperscalers = FrozenSet.Create("aws", "azure", "gcp", "oci", "ibm");

    private static readonly FrozenSet<string> SpecialistClouds = FrozenSet.Create(
        "coreweave", "crusoe", "lambda", "nebius", "together", "voltagepark", "hyperstack", "fluidstack", "scaleway", "ovhcloud",
        "vultr", "digitalocean", "paperspace", "denvr", "verda", "yotta", "civo");

    /// <summary>
    /// Times an instance-hour of spot capacity ends in its being taken away: 0.23, from 13 zones of 8 × H100 over 14.7 days (pooled,
    /// 0.226 an hour) and 9 zones of V100 over 45 days (median 0.234), skypilot-org/spot-traces.
    /// </summary>
    public const double SpotInterruptionsPerHour = 0.23;

    /// <summary>Share of the time in which spot capacity can be had: 0.86, the median over the 13 zones of H100.</summary>
    public const double SpotAvailability = 0.86;

    /// <summary>Hours from losing an instance to working again on the next: 10 minutes.</summary>
    public const double RestartHours = Reliability.RestartSeconds / 3600;

    /// <summary>Whose machines are called owned.</summary>
    public const string OwnProvider = "owned";

    /// <summary>US dollars for moving a gigabyte where no price is known: 0.12, Google's first tier, the dearest of the large providers in the US and Europe.</summary>
    public const double MoveUsdPerGB = 0.12;

    /// <summary>Gigabits a second between two machines in two regions, where nobody measured it: nine in ten of the measured pairs are faster.</summary>
    public const double GigabitsPerSecond = 2.4;

    /// <summary>What costs less than this share of the machine that does it (traffic of answers, checkpoints kept) is left out.</summary>
    public const double Negligible = 0.001;

    /// <summary>US dollars for keeping a gigabyte for a month where no price is known: the dearest of the providers' cheapest products of the class.</summary>
    /// <param name="kind">The class of storage.</param>
    public static double KeepUsdPerGBMonth(StorageClass kind) => kind switch
    {
        StorageClass.Block => 0.10,
        StorageClass.File => 0.16,
        StorageClass.Parallel => 0.145,
        _ => 0.06,
    };

    /// <summary>Zones of a region of which nothing is known: 2, so that two instances can stand apart.</summary>
    public const int Zones = 2;

    /// <summary>The class of provider that the defaults go by.</summary>
    public static string ProviderClass(string provider) =>
        Hyperscalers.Contains(provider) ? "hyperscaler" : SpecialistClouds.Contains(provider) ? "specialist cloud" : "marketplace";

    /// <summary>Accelerators of one kind that can be had at once in a provider's region, where nothing is known.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="kind">How they are bought.</param>
    public static double Available(string provider, PurchaseKind kind) => (ProviderClass(provider), kind) switch
    {
        ("hyperscaler", PurchaseKind.OnDemand) => 64,
        ("hyperscaler", PurchaseKind.Spot) => 32,
        ("hyperscaler", _) => 256,
        ("specialist cloud", PurchaseKind.OnDemand) => 64,
        ("specialist cloud", PurchaseKind.Spot) => 32,
        ("specialist cloud", _) => 512,
        (_, PurchaseKind.OnDemand) => 16,
        (_, PurchaseKind.Spot) => 16,
        _ => 64,
    };

    /// <summary>How often an instance's spot capacity is taken away and how much of the time it can be had: as measured in its region, else the defaults.</summary>
    /// <param name="prices">What was measured.</param>
    /// <param name="offer">The instance.</param>
    public static SpotRisk SpotOf(PriceBook prices, Offer offer) => prices.Spot(new(offer.Provider, offer.Region), offer.Accelerator) is var (rate, available)
        ? new(rate, available) : new(SpotInterruptionsPerHour, SpotAvailability);
}

/// <summary>What spot capacity risks.</summary>
/// <param name="InterruptionsPerHour">Times an instance-hour ends in its being taken away.</param>
/// <param name="Available">Share of the time in which it can be had.</param>
public readonly record struct SpotRisk(double InterruptionsPerHour, double Available)
{
    /// <summary>Share of paid hours that do useful work where no gang is needed and only what was in flight is lost.</summary>
    public double Efficiency => 1 / (1 + (InterruptionsPerHour * MarketAssumptions.RestartHours));

    /// <summary>Times that an instance is expected to be taken away.</summary>
    /// <param name="hours">Hours for which it is held.</param>
    public double Interruptions(double hours) => InterruptionsPerHour * hours;
}
