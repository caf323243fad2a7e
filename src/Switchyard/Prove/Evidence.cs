using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>What a plan really delivers, and whether that is what it promises.</summary>
public sealed record Evidence
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>What the plan is known by (<see cref="PlanFingerprint"/>).</summary>
    public string Plan { get; init; } = "";

    /// <summary>The months.</summary>
    public required Horizon Horizon { get; init; }

    /// <summary>The seeds.</summary>
    public required ImmutableArray<ulong> Seeds { get; init; }

    /// <summary>As it is expected to go.</summary>
    public required CaseEvidence Expected { get; init; }

    /// <summary>With every prediction of performance wrong by its 90th percentile, to the bad side.</summary>
    public CaseEvidence? Pessimistic { get; init; }

    /// <summary>Under stress.</summary>
    public ImmutableArray<CaseEvidence> Stress { get; init; } = [];

    /// <summary>What would mend a plan that does not hold; null where it holds or nothing was found.</summary>
    public Mend? Mend { get; init; }

    /// <summary>Where plan and model reckon differently.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What is assumed.</summary>
    public ImmutableArray<string> Assumed { get; init; } = [];

    /// <summary>Whether the plan holds.</summary>
    public bool Holds => Expected.Breaches.IsEmpty;

    /// <summary>Fingerprint of all runs.</summary>
    public required string RunHash { get; init; }
}

/// <summary>What a plan delivers under some circumstances.</summary>
public sealed record CaseEvidence
{
    /// <summary>The circumstances.</summary>
    public required string Name { get; init; }

    /// <summary>How many seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>Each service.</summary>
    public required ImmutableArray<ServiceEvidence> Services { get; init; }

    /// <summary>Each workload of jobs.</summary>
    public required ImmutableArray<JobEvidence> Jobs { get; init; }

    /// <summary>Cash by month of the horizon, US dollars, credits taken off.</summary>
    public required ImmutableArray<Figure> CashPerMonth { get; init; }

    /// <summary>All cash, US dollars, that after the horizon included.</summary>
    public required Figure Cost { get; init; }

    /// <summary>What the plan says that it costs.</summary>
    public required Money PlannedCost { get; init; }

    /// <summary>Accelerator-hours by workload and state.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<Figure>> Hours { get; init; }

    /// <summary>Energy, kilowatt-hours; null where unknown.</summary>
    public required Figure? KilowattHours { get; init; }

    /// <summary>Kilograms of CO2e; null where unknown.</summary>
    public required Figure? CarbonKilograms { get; init; }

    /// <summary>Each limit of the scenario.</summary>
    public required ImmutableArray<LimitEvidence> Limits { get; init; }

    /// <summary>What is broken, first in time first; empty where the plan holds.</summary>
    public required ImmutableArray<Breach> Breaches { get; init; }

    /// <summary>Whether more runs could say otherwise: all that is broken is close, or nothing is and a limit or a deadline is.</summary>
    public bool IsUndecided => Breaches.IsEmpty ? Limits.Any(l => l.Measured is { IsClose: true }) || Jobs.Any(j => j.IsClose) : Breaches.All(b => b.IsClose);

    /// <summary>What happened in the run that missed most.</summary>
    public required ImmutableArray<TimelineEntry> Timeline { get; init; }

    /// <summary>Requests played.</summary>
    public required long Played { get; init; }
}

/// <summary>How a service fares.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Requests">Requests that the windows stand for.</param>
/// <param name="Ttft">Time to first token over all of them, seconds.</param>
/// <param name="Tpot">Time per output token.</param>
/// <param name="EndToEnd">Time to the last token.</param>
/// <param name="Failed">Share that was not answered.</param>
/// <param name="Objectives">Each objective in each month.</param>
/// <param name="Headroom">By how much load could grow in the tightest month until what the plan buys is used up, as it is predicted here, such as 0.12, and that month; null without load.</param>
public sealed record ServiceEvidence(
    string Workload, double Requests, Latency Ttft, Latency Tpot, Latency EndToEnd, Figure Failed,
    ImmutableArray<ObjectiveEvidence> Objectives, (double Share, int Month)? Headroom);

/// <summary>A latency: mean and percentiles in seconds, percentiles within 0.5%.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="P50">50th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public readonly record struct Latency(double Mean, double P50, double P95, double P99);

/// <summary>An objective in a month.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Month">Zero-based month.</param>
/// <param name="Wanted">Share of requests that must meet it.</param>
/// <param name="Limit">The time that they must stay under, seconds.</param>
/// <param name="Attained">Share that does.</param>
public sealed record ObjectiveEvidence(ObjectiveKind Kind, int Month, double Wanted, double Limit, Figure Attained)
{
    /// <summary>Whether the lower end of the interval is at or above what is wanted.</summary>
    public bool Holds => Attained.Low >= Wanted - 1e-12;
}

/// <summary>How jobs of a workload fare.</summary>
/// <param name="Workload">Its name.</param>
/// <param name="Runs">Runs over all seeds.</param>
/// <param name="Done">Those that ended.</param>
/// <param name="InTime">Share that ended in time.</param>
/// <param name="Promised">Share that must.</param>
/// <param name="Hours">Hours from arrival to end.</param>
/// <param name="WaitHours">Hours from arrival to start.</param>
/// <param name="Failures">Interruptions a run.</param>
/// <param name="WorstSlackHours">Hours between the end and the deadline in the worst 5%; negative where late.</param>
public sealed record JobEvidence(
    string Workload, int Runs, int Done, double InTime, double Promised, Figure Hours, Figure WaitHours, double Failures, double WorstSlackHours)
{
    /// <summary>Whether more runs could find otherwise: the promise is kept on average, and the interval of that reaches to where it is broken.</summary>
    public bool IsClose { get; init; }
}

/// <summary>What kind of promise is broken.</summary>
public enum BreachKind
{
    /// <summary>An objective of a service.</summary>
    Objective,

    /// <summary>Its headroom.</summary>
    Headroom,

    /// <summary>Deadlines of jobs.</summary>
    Deadline,

    /// <summary>What the plan says that it costs.</summary>
    Cost,

    /// <summary>The fewest replicas.</summary>
    Replicas,

    /// <summary>Over what replicas are spread.</summary>
    Spread,

    /// <summary>Another limit of the scenario.</summary>
    Limit,
}

/// <summary>Something that does not hold.</summary>
/// <param name="Seconds">When it first does not, seconds from the start.</param>
/// <param name="What">What is broken, such as <c>chat ttft p95 &lt; 500ms</c>.</param>
/// <param name="Months">The months, zero-based.</param>
/// <param name="Detail">By how much.</param>
/// <param name="Workload">The workload; null for what is not one workload's.</param>
public sealed record Breach(double Seconds, string What, ImmutableArray<int> Months, string Detail, string? Workload)
{
    /// <summary>What kind of promise.</summary>
    public required BreachKind Kind { get; init; }

    /// <summary>Whether more runs could find otherwise: the mean keeps the promise and its interval does not, or hardly too few jobs end in time.</summary>
    public bool IsClose { get; init; }
}

/// <summary>Something that happened.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Text">What.</param>
public readonly record struct TimelineEntry(double Seconds, string Text);

/// <summary>What would mend a plan, or comes closest.</summary>
/// <param name="Measures">What it was planned again with.</param>
/// <param name="Additions">How much more of what.</param>
/// <param name="Cost">What it costs more than the plan that was proven.</param>
/// <param name="Holds">Whether the mended plan held when it was played.</param>
/// <param name="Plan">The mended plan; null where there is none.</param>
public sealed record Mend(ImmutableArray<Measure> Measures, ImmutableArray<string> Additions, Money Cost, bool Holds, Plan.PurchasePlan? Plan)
{
    /// <summary>What the mended plan was billed on average when it was played: a margin is planned for, and billed as far as it is used. Null where it was not played to the end.</summary>
    public Money? Billed { get; init; }

    /// <summary>What stands in the way of more: why there is no plan with it; null where nothing does.</summary>
    public string? Obstacle { get; init; }

    /// <summary>What is still broken; empty where it holds.</summary>
    public ImmutableArray<Breach> Still { get; init; } = [];

    /// <summary>Later deadlines with which it holds when it is played, where deadlines are all that is still broken; empty where there are none.</summary>
    public ImmutableArray<LaterDeadline> Later { get; init; } = [];
}

/// <summary>A deadline with which a plan holds.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Within">From when it may begin to when it must end.</param>
/// <param name="Instead">What the scenario says.</param>
public sealed record LaterDeadline(string Workload, TimeSpan Within, TimeSpan Instead)
{
    /// <summary>A workload with another deadline.</summary>
    internal static Demand.Workload On(Demand.Workload workload, TimeSpan within) => workload switch
    {
        Demand.TrainingWorkload t => t with { Cadence = t.Cadence with { Within = within } },
        Demand.BatchWorkload b => b with { Cadence = b.Cadence with { Within = within } },
        _ => workload,
    };
}
