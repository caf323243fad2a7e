using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Performance;

namespace Switchyard.Plan;

/// <summary>What a workload needs.</summary>
public abstract record Need
{
    /// <summary>The workload's name.</summary>
    public required string Workload { get; init; }

    /// <summary>The team that it belongs to; empty for none.</summary>
    public string Team { get; init; } = "";

    /// <summary>What can be set up once so that options become possible, such as a copy of the data in a region.</summary>
    public ImmutableArray<Setup> Setups { get; init; } = [];
}

/// <summary>Something done once for a workload that some of its options need, such as a copy of its data in a region.</summary>
/// <param name="Id">What it is, such as <c>data in gcp/us-central1</c>.</param>
/// <param name="Month">The month in which it is paid for.</param>
/// <param name="Usd">US dollars, once.</param>
/// <param name="UsdPerMonth">US dollars in each month from then to the horizon's end.</param>
/// <param name="Provider">Who is paid.</param>
/// <param name="Region">Where.</param>
public sealed record Setup(string Id, int Month, double Usd, double UsdPerMonth, string Provider, string Region);

/// <summary>A segment of a month in a future: one stretch with a steady load.</summary>
/// <param name="Month">Zero-based month.</param>
/// <param name="Hours">Hours in the month at this load.</param>
/// <param name="Rate">Requests a second for which there must be capacity, headroom included.</param>
/// <param name="Served">Mean requests a second that are served.</param>
/// <param name="Segment">Index of the segment.</param>
/// <param name="Future">Index of the future.</param>
public sealed record Slot(int Month, double Hours, double Rate, double Served, int Segment = 0, int Future = 0);

/// <summary>A service: capacity for its load in each slot.</summary>
public sealed record ServiceNeed : Need
{
    /// <summary>The slots: at most one for each month, segment and future.</summary>
    public required ImmutableArray<Slot> Slots { get; init; }

    /// <summary>The place of a slot among those of its month.</summary>
    /// <param name="slot">Index of the slot.</param>
    public int LevelOf(int slot)
    {
        var level = 0;
        for (var before = 0; before < slot; before++) level += Slots[before].Month == Slots[slot].Month ? 1 : 0;
        return level;
    }

    /// <summary>Share of the load by group of users; sums to 1.</summary>
    public required ImmutableArray<double> UserShares { get; init; }

    /// <summary>Fewest replicas on capacity that cannot be taken away, at any time.</summary>
    public required int MinReplicas { get; init; }

    /// <summary>What may fail with the load still within capacity (N+1).</summary>
    public FailureDomain Survives { get; init; }

    /// <summary>Over what the replicas are spread: at least one is outside any single one of these.</summary>
    public FailureDomain Spread { get; init; }

    /// <summary>Share of the load for which there is capacity that cannot be taken away, 0 to 1.</summary>
    public double FirmShare { get; init; }

    /// <summary>Share of the load that the spot capacity of one region and accelerator may carry, one instance more allowed; 1 for any.</summary>
    public double SpotPoolShare { get; init; } = 1;

    /// <summary>Ways to serve it.</summary>
    public required ImmutableArray<ServiceOption> Options { get; init; }
}

/// <summary>A way to serve a service.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="Capacity">Requests a second of one instance; for tokens, requests a second for each one bought.</param>
/// <param name="Replicas">Replicas in one instance; 0 for tokens.</param>
/// <param name="Users">The groups of users that it is near enough to, a bit each.</param>
/// <param name="CostPerRequest">US dollars a request: the price of an API's answer, or of sending an instance's answers out of its region.</param>
/// <param name="Estimate">The prediction behind it; null for tokens.</param>
/// <param name="Setup">Index of what must be set up first; −1 for nothing.</param>
public sealed record ServiceOption(
    int Source, double Capacity, int Replicas, uint Users, double CostPerRequest, ServingEstimate? Estimate, int Setup = -1);

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
/// <param name="Gang">Instances that are taken: those that work together, and their spares.</param>
/// <param name="Hours">Hours from start to end, interruptions included.</param>
/// <param name="BilledHours">Hours for which each instance is paid, where it is rented by the hour.</param>
/// <param name="Estimate">The prediction behind it.</param>
/// <param name="CostPerRun">US dollars a run on top: data brought in, checkpoints kept.</param>
/// <param name="Segments">The load segments in which it runs, a bit each; it rests in the others, and the hours reckon with that.</param>
/// <param name="Setup">Index of what must be set up first; −1 for nothing.</param>
public sealed record RunOption(
    int Source, int Gang, double Hours, double BilledHours, TrainingEstimate? Estimate,
    double CostPerRun = 0, uint Segments = uint.MaxValue, int Setup = -1)
{
    /// <summary>Instances of them that only stand in for one that fails.</summary>
    public int Spares { get; init; }
}

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
/// <param name="Future">Index of the future.</param>
public sealed record Pile(int Month, double Requests, double WindowHours, int Future = 0)
{
    /// <summary>The hours of the window in each load segment, summing to <see cref="WindowHours"/>; empty where they are spread as the segments are.</summary>
    public ImmutableArray<double> Windows { get; init; } = [];

    /// <summary>Hours of the window in a segment.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="segment">Index of the segment.</param>
    public double Window(PlanningProblem problem, int segment) => Windows.IsEmpty ? WindowHours * problem.Segments[segment] : Windows[segment];
}

/// <summary>A way to do batch work.</summary>
/// <param name="Source">Index of the source.</param>
/// <param name="RequestsPerHour">Requests that one instance answers in an hour, interruptions included; for tokens, 1.</param>
/// <param name="CostPerRequest">US dollars a request: the price of an API's answer, or of moving data for it.</param>
/// <param name="Estimate">The prediction behind it; null for tokens.</param>
/// <param name="Setup">Index of what must be set up first; −1 for nothing.</param>
public sealed record PileOption(int Source, double RequestsPerHour, double CostPerRequest, ServingEstimate? Estimate, int Setup = -1)
{
    /// <summary>What is booked for an instance in capacity blocks, by pile; empty where it is not bought in blocks.</summary>
    public ImmutableArray<BlockChain> Blocks { get; init; } = [];

    /// <summary>Instance-hours that are paid for each hour of work where all that is paid for works.</summary>
    internal double PaidForWorked => Blocks.IsEmpty ? 1 : Blocks.Min(chain => chain.PaidHours / chain.UsefulHours);
}
