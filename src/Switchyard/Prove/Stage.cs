using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>A plan set up to be played: what the controller is charged with, what the fleet is made of, what is to be done, what is paid anyway.</summary>
public sealed record Stage
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>What the plan is known by.</summary>
    public string Plan { get; init; } = "";

    /// <summary>What the controller is charged with.</summary>
    public required Mandate Mandate { get; init; }

    /// <summary>What the pools are made of, in the order of the mandate.</summary>
    public required ImmutableArray<PoolMake> Makes { get; init; }

    /// <summary>The predictions that each workload hangs on most: of the accelerator of which it has most, over the months.</summary>
    internal ImmutableSortedDictionary<string, string> MainErrors => mainErrors ??= Mandate.Pools.Where(p => Makes[p.Index].Accelerator is not null)
        .GroupBy(p => p.Workload, StringComparer.Ordinal).ToImmutableSortedDictionary(
            g => g.Key,
            g => g.GroupBy(p => Makes[p.Index].ErrorGroup, StringComparer.Ordinal).OrderByDescending(e => e.Sum(p => p.Most.Sum() * Math.Max(1e-9, p.Rate > 0 ? p.Rate : p.Accelerators)))
                .ThenBy(e => e.Key, StringComparer.Ordinal).First().Key, StringComparer.Ordinal);

    private ImmutableSortedDictionary<string, string>? mainErrors;

    /// <summary>The services, in the order of the mandate.</summary>
    public required ImmutableArray<InferenceWorkload> Services { get; init; }

    /// <summary>The jobs, by arrival.</summary>
    public required ImmutableArray<JobOrder> Jobs { get; init; }

    /// <summary>Cash by month that is paid whatever happens (commitments new and old), US dollars; may reach beyond the horizon.</summary>
    public required ImmutableArray<FixedCash> Fixed { get; init; }

    /// <summary>Credits.</summary>
    public ImmutableArray<Credit> Credits { get; init; } = [];

    /// <summary>What the plan says that it costs.</summary>
    public required Money PlannedTotal { get; init; }

    /// <summary>What the plan says by month, credits taken off.</summary>
    public required ImmutableArray<Money> PlannedPerMonth { get; init; }

    /// <summary>The scenario's limits.</summary>
    public required Limits Limits { get; init; }

    /// <summary>Every limit in force, as the plan lists them.</summary>
    public ImmutableArray<StatedLimit> Stated { get; init; } = [];

    /// <summary>The team of each workload that has one.</summary>
    public ImmutableSortedDictionary<string, string> Teams { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where the plan reckons with another figure than this catalog's model.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The months.</summary>
    public Horizon Horizon => Mandate.Horizon;

    /// <summary>When the last month ends, seconds.</summary>
    public double End => Horizon.TotalHours * 3600;
}

/// <summary>Cash that is paid whatever happens.</summary>
/// <param name="Month">Zero-based month.</param>
/// <param name="Provider">To whom.</param>
/// <param name="Region">For what is where.</param>
/// <param name="Workload">For whom; empty for an earlier commitment.</param>
/// <param name="Team">The team that pays; empty where none does.</param>
/// <param name="Kind">Why.</param>
/// <param name="Usd">US dollars.</param>
public sealed record FixedCash(int Month, string Provider, string Region, string Workload, string Team, FixedKind Kind, decimal Usd);

/// <summary>Why something is paid whatever happens.</summary>
public enum FixedKind
{
    /// <summary>A commitment that the plan enters.</summary>
    Commitment,

    /// <summary>Something that the plan sets up once.</summary>
    Setup,

    /// <summary>A commitment entered earlier.</summary>
    Earlier,
}

/// <summary>What the instances of a pool are made of.</summary>
public sealed record PoolMake
{
    /// <summary>The accelerator; null for an API.</summary>
    public Accelerator? Accelerator { get; init; }

    /// <summary>A serving replica; null for training.</summary>
    public Replica? Replica { get; init; }

    /// <summary>Its scheduler's limits.</summary>
    public SchedulerLimits Scheduler { get; init; } = new();

    /// <summary>Seconds of network between each group of users and the pool.</summary>
    public ImmutableArray<double> RoundTrips { get; init; } = [];

    /// <summary>Seconds that a run takes while nothing fails; 0 where the pool trains nothing.</summary>
    public double RunSeconds { get; init; }

    /// <summary>US dollars for keeping a run's checkpoint while it goes on, for training.</summary>
    public double UsdPerRun { get; init; }

    /// <summary>US dollars for bringing a run's data to all machines of its gang, each its part: again for each machine that takes the place of another; nothing where a copy lies beside them.</summary>
    public double UsdPerLoad { get; init; }

    /// <summary>What data and checkpoint of a run are expected to cost: it is brought again for what is taken away on the way.</summary>
    /// <param name="interruptions">Times that a machine of it is expected to be taken away.</param>
    public double UsdExpected(double interruptions) => UsdPerRun + (UsdPerLoad * (1 + interruptions));

    /// <summary>Seconds that its gang takes to write a checkpoint.</summary>
    public double CheckpointSeconds { get; init; }

    /// <summary>Its region is one of those that the scenario allows, and so is its provider.</summary>
    public bool IsAllowed { get; init; } = true;

    /// <summary>Watts of an instance's accelerators at work; null where unknown.</summary>
    public double? Watts { get; init; }

    /// <summary>Watts of an instance's accelerators when idle; null where unknown.</summary>
    public double? IdleWatts { get; init; }

    /// <summary>Power usage effectiveness of the region; null where unknown.</summary>
    public double? Pue { get; init; }

    /// <summary>Grams of CO2e a kilowatt-hour; null where unknown.</summary>
    public double? CarbonGrams { get; init; }

    /// <summary>Spot capacity in the region's zones that were measured; empty where none was.</summary>
    public ImmutableArray<SpotSupply> Spot { get; init; } = [];

    /// <summary>How slow the machines may be against the prediction.</summary>
    public ErrorDraw Error { get; init; }

    /// <summary>What shares one draw of the error: the same accelerator for the same model is wrong in the same way everywhere.</summary>
    public string ErrorGroup { get; init; } = "";

    /// <summary>Requests a second that an instance serves within the service level as it is predicted here, whatever the plan says; null where nothing is predicted.</summary>
    public double? PredictedRate { get; init; }

    /// <summary>Requests a second that an instance answers of a pile by the honest model; 0 otherwise.</summary>
    public double PileRate { get; init; }

    /// <summary>Instance-hours by month that are booked in blocks and paid whatever happens; empty for anything else.</summary>
    public ImmutableArray<double> BookedHours { get; init; } = [];

    /// <summary>US dollars for an hour beyond what is booked.</summary>
    public double UsdPerExtraHour { get; init; }

    /// <summary>What an API promises; null otherwise.</summary>
    public ServiceLevel? Promised { get; init; }
}

/// <summary>The distribution of measured over predicted time: log-normal through the ends of the interval that holds 90% of the runs.</summary>
/// <param name="Low">5th percentile.</param>
/// <param name="High">95th percentile.</param>
public readonly record struct ErrorDraw(double Low, double High)
{
    private const double Z95 = 1.6448536269514722;

    /// <summary>The factor on time at a standard score.</summary>
    /// <param name="score">0 for the median, 1.2816 for the 90th percentile.</param>
    public double At(double score) => Low > 0 && High > 0 ? Math.Sqrt(Low * High) * Math.Exp(score * Math.Log(High / Low) / (2 * Z95)) : 1;
}
