using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Connect.Traces;

/// <summary>What a file of traces held: exactly one of the five kinds, and how it was read.</summary>
/// <param name="Name">The file, as the user named it.</param>
/// <param name="Form">What it was recognised as, such as <c>Azure LLM arrivals</c>.</param>
/// <param name="Rows">Rows, lines or steps that were read, blank ones not counted.</param>
/// <param name="Notes">Units, polarity, what was assumed and what was left out, a sentence each.</param>
public sealed record TraceFile(string Name, string Form, int Rows, ImmutableArray<string> Notes)
{
    /// <summary>Requests; null where the file holds something else.</summary>
    public RequestTrace? Requests { get; init; }

    /// <summary>Jobs; null where the file holds something else.</summary>
    public JobTrace? Jobs { get; init; }

    /// <summary>Availability of spot capacity; null where the file holds something else.</summary>
    public AvailabilityTrace? Availability { get; init; }

    /// <summary>Quantities over time; null where the file holds something else.</summary>
    public SeriesTrace? Series { get; init; }

    /// <summary>A cluster; null where the file holds something else.</summary>
    public ClusterShape? Cluster { get; init; }

    /// <summary><c>requests</c>, <c>jobs</c>, <c>availability</c>, <c>series</c> or <c>cluster</c>.</summary>
    public string Kind => this switch
    {
        { Requests: not null } => "requests",
        { Jobs: not null } => "jobs",
        { Availability: not null } => "availability",
        { Series: not null } => "series",
        _ => "cluster",
    };
}

/// <summary>What makes a trace doubtful, and is a problem until the user says that it is meant.</summary>
[Flags]
public enum Doubts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A time for which nothing was recorded.</summary>
    Gaps = 1,

    /// <summary>Rows that go back in time.</summary>
    Order = 2,

    /// <summary>A job that asks for more than its cluster has.</summary>
    Size = 4,

    /// <summary>Flags that probably mean the opposite of what they were taken for.</summary>
    Polarity = 8,

    /// <summary>Times with a zone beside times without one.</summary>
    Zones = 16,
}

/// <summary>What the user says about a trace.</summary>
public sealed record TraceOptions
{
    /// <summary>Nothing said.</summary>
    public static TraceOptions Default { get; } = new();

    /// <summary>Doubts that are meant: such a trace is read, and what was done about it is noted.</summary>
    public Doubts Accept { get; init; }

    /// <summary>Whether 1 means available in a file of spot availability; null for what its form says.</summary>
    public bool? OneMeansAvailable { get; init; }

    /// <summary>The cluster on which the jobs ran, for the check of their sizes; null where unknown.</summary>
    public ClusterShape? Cluster { get; init; }

    /// <summary>Whether the processors of a Standard Workload Format file are GPUs; otherwise they are CPU cores.</summary>
    public bool ProcessorsAreGpus { get; init; }
}
