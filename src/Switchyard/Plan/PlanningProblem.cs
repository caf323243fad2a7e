using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>
/// What is to be decided, in numbers only: what each workload needs, from which sources it can be met, and what the whole must stay
/// within. A what-if is the same problem with other numbers. The formulation in docs/model/planning.md uses the same names.
/// </summary>
public sealed record PlanningProblem
{
    /// <summary>The months to be planned.</summary>
    public required Horizon Horizon { get; init; }

    /// <summary>Yearly rate at which later payments count less; 0 for none.</summary>
    public double DiscountRate { get; init; }

    /// <summary>Where instances and tokens can come from.</summary>
    public required ImmutableArray<Source> Sources { get; init; }

    /// <summary>What each workload needs, and its options.</summary>
    public required ImmutableArray<Need> Needs { get; init; }

    /// <summary>How many accelerators may be used at once, by group of sources.</summary>
    public ImmutableArray<CapacityLimit> CapacityLimits { get; init; } = [];

    /// <summary>Most cash in a month; null for no limit.</summary>
    public double? CashPerMonth { get; init; }

    /// <summary>Most that may be spent in total, commitments' whole terms included; null for no limit.</summary>
    public double? TotalCost { get; init; }

    /// <summary>Largest share of the plan's new spending that one provider may have; null for no limit.</summary>
    public double? ProviderShare { get; init; }

    /// <summary>Most different offers for each workload, where the other limits allow it; null for any number.</summary>
    public int? OffersPerWorkload { get; init; }

    /// <summary>Credits by provider.</summary>
    public ImmutableArray<Credit> Credits { get; init; } = [];

    /// <summary>What is paid in each month whatever is decided (earlier commitments), by month of the horizon and beyond.</summary>
    public ImmutableArray<double> FixedCash { get; init; } = [];

    /// <summary>How much a payment at the start of a month counts today: (1 + rate)^(−days / 365.25).</summary>
    /// <param name="month">Zero-based; may lie beyond the horizon.</param>
    public double PresentValueFactor(int month) =>
        DiscountRate == 0 ? 1 : Math.Pow(1 + DiscountRate, -Horizon.HoursBefore(month) / (24 * 365.25));
}

/// <summary>Where instances or tokens can come from: an offer bought in one way.</summary>
public sealed record Source
{
    /// <summary>The offer's id and, for commitments, the term: unique together with <see cref="Kind"/>.</summary>
    public required string Id { get; init; }

    /// <summary>How it is bought.</summary>
    public required PurchaseKind Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Provider { get; init; }

    /// <summary>Where it is.</summary>
    public required string Region { get; init; }

    /// <summary>US dollars per instance-hour, discounts taken off: while running (on demand, spot, owned) or over the whole term (commitment).</summary>
    public required double PricePerHour { get; init; }

    /// <summary>Name of the accelerator in an instance; empty for tokens.</summary>
    public string Accelerator { get; init; } = "";

    /// <summary>Accelerators in an instance; 0 for tokens.</summary>
    public double AcceleratorCount { get; init; }

    /// <summary>Length of a commitment in months; 0 otherwise.</summary>
    public int TermMonths { get; init; }

    /// <summary>Share of a commitment's price paid at its start, 0 to 1; the rest is paid by the month.</summary>
    public double UpfrontShare { get; init; }

    /// <summary>The last month in which a commitment can begin, or in which capacity can be rented by the hour.</summary>
    public int LastStart { get; init; } = int.MaxValue;

    /// <summary>Fewest instances of a commitment bought at once.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>Most instances at any time, over all workloads; null where only the capacity limits say so.</summary>
    public int? MaxCount { get; init; }

    /// <summary>Most requests a second that an API answers, over all workloads; null where nothing is said.</summary>
    public double? MaxPerSecond { get; init; }

    /// <summary>Instances there in each month, for what is held already, none after the last; empty otherwise.</summary>
    public ImmutableArray<int> Held { get; init; } = [];

    /// <summary>Kind of figure that the price is.</summary>
    public PriceBasis Basis { get; init; }

    /// <summary>The day of the price; null where unknown.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Where the price was read.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Most that can be used at once in a month: instances, or requests a second for tokens; null where only capacity limits say so.</summary>
    /// <param name="month">Zero-based; may lie beyond the horizon.</param>
    public double? MostAt(int month) => Kind switch
    {
        PurchaseKind.Owned => month < Held.Length ? Held[month] : 0,
        PurchaseKind.Tokens => MaxPerSecond,
        _ => MaxCount,
    };

    /// <summary>The id with the way of buying, as plans show it.</summary>
    public string Label => Kind switch
    {
        PurchaseKind.OnDemand => $"{Id} on-demand",
        PurchaseKind.Spot => $"{Id} spot",
        _ => Id,
    };
}

/// <summary>How many accelerators of a group of sources may be used at once, over all workloads.</summary>
/// <param name="Id">The limit's name: a quota's path, or <c>available:</c> and the pool for an assumed availability.</param>
/// <param name="Accelerators">Accelerators.</param>
/// <param name="Assumed">Whether it is a default rather than the user's quota.</param>
/// <param name="Sources">Indices of the sources in the group.</param>
public sealed record CapacityLimit(string Id, double Accelerators, bool Assumed, ImmutableArray<int> Sources);

/// <summary>What a workload needs.</summary>
public abstract record Need
{
    /// <summary>The workload's name.</summary>
    public required string Workload { get; init; }
}

/// <summary>One stretch of a month with a steady load.</summary>
/// <param name="Month">Zero-based month.</param>
/// <param name="Hours">Hours in the month at this load.</param>
/// <param name="Rate">Requests a second for which there must be capacity, headroom included.</param>
/// <param name="Served">Mean requests a second that are served.</param>
public sealed record Slot(int Month, double Hours, double Rate, double Served);

/// <summary>A service: capacity for its load in each slot.</summary>
public sealed record ServiceNeed : Need
{
    /// <summary>The slots, by month, busiest first.</summary>
    public required ImmutableArray<Slot> Slots { get; init; }

    /// <summary>Share of the load by group of users; sums to 1.</summary>
    public required ImmutableArray<double> UserShares { get; init; }

    /// <summary>Fewest replicas on capacity that cannot be taken away, at any time.</summary>
    public required int MinReplicas { get; init; }

    /// <summary>Ways to serve it.</summary>
    public required ImmutableArray<ServiceOption> Options { get; init; }
}

/// <summary>A way to serve a service.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="Capacity">Requests a second of one instance; for tokens, requests a second for each one bought.</param>
/// <param name="Replicas">Replicas in one instance; 0 for tokens.</param>
/// <param name="Users">The groups of users that it is near enough to, a bit each.</param>
/// <param name="CostPerRequest">US dollars a request, for tokens; 0 otherwise.</param>
/// <param name="Estimate">The prediction behind it; null for tokens.</param>
public sealed record ServiceOption(
    int Source, double Capacity, int Replicas, uint Users, double CostPerRequest, ServingEstimate? Estimate);

/// <summary>Training runs: each on one gang, in time.</summary>
public sealed record RunNeed : Need
{
    /// <summary>Runs by the month in which they may begin.</summary>
    public required ImmutableArray<RunGroup> Groups { get; init; }

    /// <summary>Ways to run one.</summary>
    public required ImmutableArray<RunOption> Options { get; init; }
}

/// <summary>Runs that may begin in the same month.</summary>
/// <param name="Month">Zero-based month.</param>
/// <param name="Starts">Hours from the horizon's start at which each begins.</param>
public sealed record RunGroup(int Month, ImmutableArray<double> Starts);

/// <summary>A way to run a training run.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="Gang">Instances that work together.</param>
/// <param name="Hours">Hours from start to end, interruptions included.</param>
/// <param name="BilledHours">Hours for which each instance is paid, where it is rented by the hour.</param>
/// <param name="Estimate">The prediction behind it.</param>
public sealed record RunOption(int Source, int Gang, double Hours, double BilledHours, TrainingEstimate? Estimate);

/// <summary>Batch work: so much a month, within its windows.</summary>
public sealed record PileNeed : Need
{
    /// <summary>The work of each month.</summary>
    public required ImmutableArray<Pile> Piles { get; init; }

    /// <summary>Ways to do it.</summary>
    public required ImmutableArray<PileOption> Options { get; init; }
}

/// <summary>The batch work of a month.</summary>
/// <param name="Month">Zero-based month.</param>
/// <param name="Requests">Requests in all.</param>
/// <param name="WindowHours">Hours in which an instance can work on it.</param>
public sealed record Pile(int Month, double Requests, double WindowHours);

/// <summary>A way to do batch work.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="RequestsPerHour">Requests that one instance answers in an hour, interruptions included; for tokens, 1.</param>
/// <param name="CostPerRequest">US dollars a request, for tokens; 0 otherwise.</param>
/// <param name="Estimate">The prediction behind it; null for tokens.</param>
public sealed record PileOption(int Source, double RequestsPerHour, double CostPerRequest, ServingEstimate? Estimate);
