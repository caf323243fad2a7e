using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Demand;

/// <summary>A piece of AI work that must be done.</summary>
public abstract record Workload
{
    /// <summary>Its name in the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>The model that it runs or trains.</summary>
    public required ModelArchitecture Model { get; init; }

    /// <summary>The number formats it may use.</summary>
    public required ImmutableArray<Precision> Precisions { get; init; }

    /// <summary>Whether it may run on spot capacity, which can be taken away.</summary>
    public bool SpotAllowed { get; init; }

    /// <summary>Accelerators it may run on, by name or family pattern; empty for any.</summary>
    public ImmutableArray<string> AcceleratorPatterns { get; init; } = [];

    /// <summary>The team that it belongs to; empty for none.</summary>
    public string Team { get; init; } = "";

    /// <summary>The data that it reads; null where nothing is said.</summary>
    public DataSet? Data { get; init; }

    /// <summary>Regions in which it and its data may be, as patterns with <c>*</c>; empty for all.</summary>
    public ImmutableArray<string> Residency { get; init; } = [];

    /// <summary><c>inference</c>, <c>training</c> or <c>batch</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>Where part of the users are.</summary>
/// <param name="Geography">The part of the world.</param>
/// <param name="Share">The share of requests that comes from there; all shares sum to 1.</param>
public sealed record UserGroup(Geography Geography, double Share);

/// <summary>A service that answers requests within a service level, whenever they come.</summary>
public sealed record InferenceWorkload : Workload
{
    /// <summary>How many requests arrive.</summary>
    public required LoadCurve Load { get; init; }

    /// <summary>How long prompts are.</summary>
    public required TokenLengths Input { get; init; }

    /// <summary>How long answers are.</summary>
    public required TokenLengths Output { get; init; }

    /// <summary>What is promised.</summary>
    public required ServiceLevel ServiceLevel { get; init; }

    /// <summary>Where the users are; empty where it does not matter.</summary>
    public ImmutableArray<UserGroup> Users { get; init; } = [];

    /// <summary>The fewest replicas at any time.</summary>
    public int MinReplicas { get; init; } = 1;

    /// <summary>Headroom below which objectives hang on chance: at its capacity a replica just meets them (docs/decisions/0009).</summary>
    public const double LeastHeadroom = 0.1;

    /// <summary>Capacity held above the expected load for bursts within the hour, such as 0.2.</summary>
    public double Headroom { get; init; }

    /// <summary>What may fail with the load and its headroom still within capacity (N+1).</summary>
    public FailureDomain Survives { get; init; }

    /// <summary>Over what the replicas are spread: at least one is outside any single one of these.</summary>
    public FailureDomain Spread { get; init; }

    /// <summary>Share of the load for which there is capacity that cannot be taken away, 0 to 1.</summary>
    public double FirmShare { get; init; }

    /// <summary>Over how many kinds of spot capacity the load is spread: none carries more than one part in so many; 1 for no matter.</summary>
    public int SpotPools { get; init; } = 1;

    /// <summary>Mean size of an answer as it is sent to the user.</summary>
    public DataSize ResponseSize { get; init; }

    /// <inheritdoc/>
    public override string Kind => "inference";
}

/// <summary>A training run, once or again and again: a gang of accelerators that must finish in time.</summary>
public sealed record TrainingWorkload : Workload
{
    /// <summary>Tokens to be trained on, each run.</summary>
    public required Tokens Work { get; init; }

    /// <summary>When runs begin and by when each must end.</summary>
    public required Cadence Cadence { get; init; }

    /// <summary>The workload whose windows must have ended before runs begin; null for none. <see cref="Cadence"/> reckons with it.</summary>
    public string? After { get; init; }

    /// <summary>Size of a checkpoint; null for the default (weights and optimizer state).</summary>
    public DataSize? Checkpoint { get; init; }

    /// <summary>Machines held beside each gang, on capacity that is paid for anyway, to take the place of one that fails.</summary>
    public int Spares { get; init; }

    /// <summary>Length of a training sequence in tokens.</summary>
    public int SequenceLength { get; init; } = 4096;

    /// <inheritdoc/>
    public override string Kind => "training";
}

/// <summary>Work on a pile of requests that has a window instead of a latency, and that can be split at will.</summary>
public sealed record BatchWorkload : Workload
{
    /// <summary>Requests to be answered, each time.</summary>
    public required double Requests { get; init; }

    /// <summary>How long prompts are.</summary>
    public required TokenLengths Input { get; init; }

    /// <summary>How long answers are; 0 for embeddings and scoring.</summary>
    public required TokenLengths Output { get; init; }

    /// <summary>When it begins and by when it must end.</summary>
    public required Cadence Cadence { get; init; }

    /// <summary>The workload whose windows must have ended before this begins; null for none. <see cref="Cadence"/> reckons with it.</summary>
    public string? After { get; init; }

    /// <summary>Growth of the work from month to month.</summary>
    public double MonthlyGrowth { get; init; }

    /// <inheritdoc/>
    public override string Kind => "batch";
}

/// <summary>When runs begin and by when each must end.</summary>
/// <param name="First">The day on which the first may begin.</param>
/// <param name="EveryMonths">Months from one run to the next; 0 where the cadence is in days or there is one run only.</param>
/// <param name="EveryDays">Days from one run to the next; 0 where the cadence is in months or there is one run only.</param>
/// <param name="Within">How long each may take from the moment at which it may begin.</param>
public sealed record Cadence(DateOnly First, int EveryMonths, double EveryDays, TimeSpan Within)
{
    /// <summary>Hours into the day at which a run may begin; 0 for its beginning.</summary>
    public double Offset { get; init; }

    /// <summary>Hours from the horizon's start at which each run may begin, for all runs that begin within it; the last may end after it.</summary>
    public IEnumerable<double> Starts(Horizon horizon)
    {
        var first = (First.DayNumber - horizon.Start.DayNumber) * 24.0;
        for (var run = 0; ; run++)
        {
            var start = EveryMonths > 0
                ? (First.AddMonths(run * EveryMonths).DayNumber - horizon.Start.DayNumber) * 24.0
                : first + (run * EveryDays * 24);
            start += Offset;
            if (start >= horizon.TotalHours || (run > 0 && EveryMonths == 0 && EveryDays <= 0)) yield break;
            if (start >= 0) yield return start;
        }
    }
}
