using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Demand;

/// <summary>What is wanted, and within which limits: a scenario file after all of it was checked.</summary>
public sealed record Scenario
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The months to be planned.</summary>
    public required Horizon Horizon { get; init; }

    /// <summary>Yearly rate at which later payments count less, such as 0.08; 0 for none.</summary>
    public double DiscountRate { get; init; }

    /// <summary>How much of what is still owed after the horizon counts, 0 to 1: 1 for all of it.</summary>
    public double TailShare { get; init; } = 1;

    /// <summary>Into how many load segments a week is divided at most, from <see cref="LoadSegments.Fewest"/> to <see cref="LoadSegments.Most"/>.</summary>
    public int LoadSegments { get; init; } = Demand.LoadSegments.Default;

    /// <summary>What the plan must stay within.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>What has been agreed with providers.</summary>
    public Commercial Commercial { get; init; } = new();

    /// <summary>Quotes for capacity by the hour, made to the user.</summary>
    public ImmutableArray<Offer> HourlyQuotes { get; init; } = [];

    /// <summary>Quotes for capacity over a term, made to the user.</summary>
    public ImmutableArray<CommitmentOffer> TermQuotes { get; init; } = [];

    /// <summary>APIs that sell a model's answers by the token.</summary>
    public ImmutableArray<TokenOffer> TokenOffers { get; init; } = [];

    /// <summary>Machines that are there already: owned, or committed to earlier.</summary>
    public ImmutableArray<Holding> Holdings { get; init; } = [];

    /// <summary>What runs today, for comparison.</summary>
    public ImmutableArray<CurrentUse> Current { get; init; } = [];

    /// <summary>The work.</summary>
    public required ImmutableArray<Workload> Workloads { get; init; }

    /// <summary>What the user's own runs correct in predictions of serving; empty where nothing was calibrated.</summary>
    public ImmutableArray<Performance.Correction> Corrections { get; init; } = [];

    /// <summary>The same for training.</summary>
    public ImmutableArray<Performance.TrainingCorrection> TrainingCorrections { get; init; } = [];

    /// <summary>Defaults in force because the file says nothing, each as <c>path: value (reason)</c>.</summary>
    public ImmutableArray<string> Assumed { get; init; } = [];

    /// <summary>Parts of the file that were checked and are not used by any capability yet, as paths.</summary>
    public ImmutableArray<string> NotYetUsed { get; init; } = [];
}

/// <summary>What a plan must stay within. Null and empty mean no limit.</summary>
public sealed record Limits
{
    /// <summary>Most cash that may be paid in a month.</summary>
    public Money? CashPerMonth { get; init; }

    /// <summary>Most that may be paid over the horizon and all commitments entered in it.</summary>
    public Money? TotalCost { get; init; }

    /// <summary>Largest share of the spending that one provider may have, 0 to 1.</summary>
    public double? ProviderShare { get; init; }

    /// <summary>Largest share of the spending that one region may have, 0 to 1.</summary>
    public double? RegionShare { get; init; }

    /// <summary>Largest share of the spending that spot capacity may have, 0 to 1.</summary>
    public double? SpotShare { get; init; }

    /// <summary>Most that may be emitted in a month.</summary>
    public Carbon? CarbonPerMonth { get; init; }

    /// <summary>Most power that owned machines may draw at once.</summary>
    public Power? Power { get; init; }

    /// <summary>What single teams may spend, by team.</summary>
    public ImmutableArray<TeamLimit> Teams { get; init; } = [];

    /// <summary>Most different offers for each workload, where the other limits allow it; null for any number.</summary>
    public int? OffersPerWorkload { get; init; }

    /// <summary>Regions allowed, as patterns with <c>*</c>; empty for all.</summary>
    public ImmutableArray<string> Regions { get; init; } = [];

    /// <summary>Providers allowed, as patterns with <c>*</c>; empty for all.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];
}

/// <summary>What a team may spend on its workloads.</summary>
/// <param name="Team">The team.</param>
/// <param name="CashPerMonth">Most cash in a month; null for no limit.</param>
/// <param name="TotalCost">Most over the horizon and all commitments entered in it; null for no limit.</param>
public sealed record TeamLimit(string Team, Money? CashPerMonth, Money? TotalCost);

/// <summary>What has been agreed with providers.</summary>
public sealed record Commercial
{
    /// <summary>Discount on a provider's catalog prices, 0 to 1, by provider.</summary>
    public ImmutableSortedDictionary<string, double> Discounts { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Credits that pay for a provider's capacity until they expire.</summary>
    public ImmutableArray<Credit> Credits { get; init; } = [];

    /// <summary>How many accelerators may be used at once.</summary>
    public ImmutableArray<Quota> Quotas { get; init; } = [];
}

/// <summary>Money that a provider gives to be spent on its capacity.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Amount">How much.</param>
/// <param name="Expires">The last day on which it can be spent.</param>
public sealed record Credit(string Provider, Money Amount, DateOnly Expires);

/// <summary>How many accelerators of a kind may be used at once in a provider's region.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Region">The region, or <c>*</c> for all of them together.</param>
/// <param name="Accelerator">The accelerator's name, or <c>*</c> for all of them together.</param>
/// <param name="Count">Accelerators.</param>
public sealed record Quota(string Provider, string Region, string Accelerator, double Count)
{
    /// <summary>As the scenario file writes it, such as <c>aws/us-east-1/H100-80GB</c>.</summary>
    public string Id => $"{Provider}/{Region}/{Accelerator}";
}

/// <summary>An API that sells a model's answers by the token.</summary>
public sealed record TokenOffer
{
    /// <summary>Its name in the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>Who sells it.</summary>
    public required string Provider { get; init; }

    /// <summary>The model that it answers with.</summary>
    public required ModelArchitecture Model { get; init; }

    /// <summary>US dollars per million prompt tokens.</summary>
    public required double InputPerMillion { get; init; }

    /// <summary>US dollars per million answer tokens.</summary>
    public required double OutputPerMillion { get; init; }

    /// <summary>The region or part of the world in which it runs; null where nothing is said.</summary>
    public string? Region { get; init; }

    /// <summary>Most requests a second; null where nothing is said.</summary>
    public double? MaxPerSecond { get; init; }

    /// <summary>What its seller promises; an objective that is null is not promised, and so not known to be kept.</summary>
    public ServiceLevel Promised { get; init; } = ServiceLevel.None;
}

/// <summary>Machines that are there already and need no purchase.</summary>
public sealed record Holding
{
    /// <summary>Its name in the plan.</summary>
    public required string Name { get; init; }

    /// <summary>The instance type. For owned machines the provider is <c>owned</c>.</summary>
    public required Offer Instance { get; init; }

    /// <summary>How many instances.</summary>
    public required int Count { get; init; }

    /// <summary>The first day on which they are no longer there; null where they stay.</summary>
    public DateOnly? Ends { get; init; }

    /// <summary>What one instance-hour costs whether used or not (an earlier commitment's price); 0 where it is paid for.</summary>
    public required HourlyPrice Committed { get; init; }

    /// <summary>What one instance-hour in use costs on top (power, hands).</summary>
    public required HourlyPrice Running { get; init; }
}

/// <summary>Something that runs today.</summary>
/// <param name="Offer">The instance.</param>
/// <param name="Count">How many.</param>
/// <param name="Utilisation">The share of its capacity in use, 0 to 1; null where not said.</param>
public sealed record CurrentUse(Offer Offer, int Count, double? Utilisation);
