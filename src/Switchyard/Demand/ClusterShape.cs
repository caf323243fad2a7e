using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>Nodes of a kind in a cluster on which a trace ran.</summary>
/// <param name="Count">How many; at least 1.</param>
/// <param name="Gpus">GPUs in each; null where unknown, 0 for nodes without any.</param>
public sealed record NodeGroup(int Count, int? Gpus)
{
    /// <summary>The queue, partition or virtual cluster that has them; null where they are for all.</summary>
    public string? Queue { get; init; }

    /// <summary>The accelerator, as the trace names it; null where unknown.</summary>
    public string? Accelerator { get; init; }

    /// <summary>CPU cores in each; null where unknown.</summary>
    public double? Cpus { get; init; }

    /// <summary>Memory of each in bytes; null where unknown.</summary>
    public double? MemoryBytes { get; init; }
}

/// <summary>The cluster on which a trace of jobs ran.</summary>
/// <param name="Groups">Its nodes by kind; at least one.</param>
public sealed record ClusterShape(ImmutableArray<NodeGroup> Groups)
{
    /// <summary>All nodes.</summary>
    public int Nodes => Groups.Sum(g => g.Count);

    /// <summary>All GPUs; null where it is not known how many a node has.</summary>
    public int? Gpus => Groups.All(g => g.Gpus is not null) ? Groups.Sum(g => g.Count * g.Gpus!.Value) : null;
}
