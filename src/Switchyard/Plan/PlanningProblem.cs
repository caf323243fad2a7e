using System.Collections.Immutable;
using Switchyard.Demand;
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

    /// <summary>The share of a month's hours in each load segment, the same for all workloads; sums to 1.</summary>
    public ImmutableArray<double> Segments { get; init; } = [1.0];

    /// <summary>What may come, with probabilities that sum to 1. Commitments are the same in all of them; what is rented by the hour is not.</summary>
    public ImmutableArray<Future> Futures { get; init; } = [new("expected", 1)];

    /// <summary>How much the mean cost of the dearest futures counts on top of the expected cost; 0 for not at all.</summary>
    public double RiskWeight { get; init; }

    /// <summary>The share of futures, dearest first, whose mean is the risk (CVaR): 0.1 for the dearest tenth.</summary>
    public double RiskTail { get; init; } = 0.1;

    /// <summary>How much of what is still owed after the horizon counts in the objective: 1 for all of it.</summary>
    public double TailShare { get; init; } = 1;

    /// <summary>Where instances and tokens can come from.</summary>
    public required ImmutableArray<Source> Sources { get; init; }

    /// <summary>What each workload needs, and its options.</summary>
    public required ImmutableArray<Need> Needs { get; init; }

    /// <summary>How much may be used at once, by group of sources.</summary>
    public ImmutableArray<CapacityLimit> CapacityLimits { get; init; } = [];

    /// <summary>How much may be used over a month, by group of sources.</summary>
    public ImmutableArray<UseLimit> UseLimits { get; init; } = [];

    /// <summary>Most cash in a month; null for no limit.</summary>
    public double? CashPerMonth { get; init; }

    /// <summary>Most that may be spent in total, commitments' whole terms included; null for no limit.</summary>
    public double? TotalCost { get; init; }

    /// <summary>What single teams may spend.</summary>
    public ImmutableArray<TeamBudget> TeamBudgets { get; init; } = [];

    /// <summary>Largest share of the plan's new spending that one provider may have; null for no limit.</summary>
    public double? ProviderShare { get; init; }

    /// <summary>Largest share of the plan's new spending that one region may have; null for no limit.</summary>
    public double? RegionShare { get; init; }

    /// <summary>Largest share of the plan's new spending that spot capacity may have; null for no limit.</summary>
    public double? SpotShare { get; init; }

    /// <summary>Most different offers for each workload, each counted once however it is bought, where the other limits allow it; null for any number.</summary>
    public int? OffersPerWorkload { get; init; }

    /// <summary>Credits by provider.</summary>
    public ImmutableArray<Credit> Credits { get; init; } = [];

    /// <summary>What is paid in each month whatever is decided (earlier commitments), by month of the horizon and beyond.</summary>
    public ImmutableArray<double> FixedCash { get; init; } = [];

    /// <summary>How much a payment in a month counts in the objective: (1 + rate)^(−days / 365.25), and after the horizon the tail's share of that.</summary>
    /// <param name="month">Zero-based; may lie beyond the horizon.</param>
    public double PresentValueFactor(int month) =>
        (month >= Horizon.Months ? TailShare : 1)
        * (DiscountRate == 0 ? 1 : Math.Pow(1 + DiscountRate, -Horizon.HoursBefore(month) / (24 * 365.25)));

    /// <summary>Hours of a segment in a month.</summary>
    /// <param name="month">Zero-based.</param>
    /// <param name="segment">Index of the segment.</param>
    public double Hours(int month, int segment) => Horizon.Hours(month) * Segments[segment];
}

/// <summary>What may come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record Future(string Name, double Probability);

/// <summary>How much of a group of sources may be in use at once, over all workloads: accelerators, or kilowatts.</summary>
/// <param name="Id">The limit's name: a quota's path, or <c>available:</c> and the pool for an assumed availability.</param>
/// <param name="Most">Accelerators; for power, kilowatts.</param>
/// <param name="Assumed">Whether it is a default rather than the user's own limit.</param>
/// <param name="Sources">Indices of the sources in the group.</param>
public sealed record CapacityLimit(string Id, double Most, bool Assumed, ImmutableArray<int> Sources)
{
    /// <summary>The path of the limit in the scenario; all assumed availabilities share one.</summary>
    public string Path => Assumed ? DeclaredLimit.Availability : Id;

    /// <summary>What one instance of each source counts, in the order of the sources; empty for its accelerators.</summary>
    public ImmutableArray<double> Each { get; init; } = [];

    /// <summary>What one instance of the source at a place in the group counts.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="at">Index into <see cref="Sources"/>.</param>
    public double Weight(PlanningProblem problem, int at) => Each.IsEmpty ? problem.Sources[Sources[at]].AcceleratorCount : Each[at];
}

/// <summary>How much may be used in a month, over all workloads: each instance-hour that is paid for or held and used counts so much.</summary>
/// <param name="Id">The limit's path, such as <c>limits.carbon</c>.</param>
/// <param name="PerMonth">Most in a month, such as kilograms of CO2e.</param>
/// <param name="EachHour">What an instance-hour counts, by source.</param>
public sealed record UseLimit(string Id, double PerMonth, ImmutableArray<double> EachHour);

/// <summary>What a team may spend on its workloads and its commitments.</summary>
/// <param name="Id">The limit's path.</param>
/// <param name="Team">The team.</param>
/// <param name="CashPerMonth">Most cash in a month; null for no limit.</param>
/// <param name="Total">Most in total; null for no limit.</param>
public sealed record TeamBudget(string Id, string Team, double? CashPerMonth, double? Total);
