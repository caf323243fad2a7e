using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>How a job ended.</summary>
public enum JobStatus : byte
{
    /// <summary>The trace does not say.</summary>
    Unknown,

    /// <summary>It did what it was to do.</summary>
    Completed,

    /// <summary>It failed by itself: its program, its data or its memory.</summary>
    Failed,

    /// <summary>Its user or an administrator ended it.</summary>
    Cancelled,

    /// <summary>It reached its time limit.</summary>
    TimedOut,

    /// <summary>A node under it failed.</summary>
    NodeFailed,

    /// <summary>It had to make room for another.</summary>
    Preempted,

    /// <summary>It had not ended when the trace did.</summary>
    Running,

    /// <summary>It had not begun when the trace ended.</summary>
    Pending,
}

/// <summary>
/// Jobs as they were submitted, a column per field so that millions fit: row <c>i</c> of each column that is not empty is job <c>i</c>.
/// An empty column means that the trace does not say, not a number (NaN) in a column that it does not say for that job: unknown is never 0.
/// </summary>
public sealed record JobTrace
{
    /// <summary>When each job was submitted: seconds since second 0, not falling.</summary>
    public required ImmutableArray<double> Submitted { get; init; }

    /// <summary>GPUs of each job, over all its nodes; a fraction where it shares one; 0 for a job of CPUs alone.</summary>
    public required ImmutableArray<double> Gpus { get; init; }

    /// <summary>How long each job ran, or would run without interruption, in seconds; NaN where unknown.</summary>
    public ImmutableArray<double> Duration { get; init; } = [];

    /// <summary>When each job began to run, in seconds since second 0; NaN where unknown.</summary>
    public ImmutableArray<double> Started { get; init; } = [];

    /// <summary>By when each job must have ended, in seconds since second 0; NaN where it has no deadline.</summary>
    public ImmutableArray<double> Deadline { get; init; } = [];

    /// <summary>The time limit of each job in seconds; NaN where unknown.</summary>
    public ImmutableArray<double> TimeLimit { get; init; } = [];

    /// <summary>Nodes of each job; 0 where unknown.</summary>
    public ImmutableArray<int> Nodes { get; init; } = [];

    /// <summary>CPU cores of each job, over all its nodes; NaN where unknown.</summary>
    public ImmutableArray<double> Cpus { get; init; } = [];

    /// <summary>Memory of each job in bytes, over all its nodes; NaN where unknown.</summary>
    public ImmutableArray<double> MemoryBytes { get; init; } = [];

    /// <summary>How each job ended.</summary>
    public ImmutableArray<JobStatus> Status { get; init; } = [];

    /// <summary>How often each job was started again after it failed or was pushed out.</summary>
    public ImmutableArray<int> Restarts { get; init; } = [];

    /// <summary>Steps of training that each job does; NaN where unknown.</summary>
    public ImmutableArray<double> Steps { get; init; } = [];

    /// <summary>Samples in a step of each job, over all its GPUs; 0 where unknown.</summary>
    public ImmutableArray<int> Batch { get; init; } = [];

    /// <summary>Identifiers; empty where the trace has none.</summary>
    public ImmutableArray<string> Ids { get; init; } = [];

    /// <summary>Who submitted each job.</summary>
    public Labels Users { get; init; } = Labels.None;

    /// <summary>Where each job queued: a queue, partition or virtual cluster.</summary>
    public Labels Queues { get; init; } = Labels.None;

    /// <summary>What each job ran: a model, or an application.</summary>
    public Labels Models { get; init; } = Labels.None;

    /// <summary>The accelerators that each job asks for by name.</summary>
    public Labels Accelerators { get; init; } = Labels.None;

    /// <summary>The moment of second 0; null where the trace counts seconds from an unknown moment.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Jobs in the trace.</summary>
    public int Count => Submitted.Length;

    /// <summary>Seconds from the first submission to the last.</summary>
    public double Seconds => Count == 0 ? 0 : Submitted[^1] - Submitted[0];
}
