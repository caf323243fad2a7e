using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.Traces;

/// <summary>Files that describe the cluster on which jobs ran.</summary>
internal static class ClusterForms
{
    private static readonly string[] OwnOptional = ["queue", "accelerator", "cpus_per_node", "memory_gib_per_node"];

    internal static readonly ImmutableArray<TraceForm> All =
    [
        new("Philly nodes per virtual cluster", ["vc", "node num"], Philly) { Exact = true },
        new("openb nodes", ["sn", "cpu_milli", "memory_mib", "gpu", "model"], Openb) { Exact = true },
        new("Muri cluster", ["num_switch", "num_node_p_switch", "num_gpu_p_node", "num_cpu_p_node", "mem_p_node"], Muri) { Exact = true },
        new("cluster", ["nodes", "gpus_per_node"], Own) { Optional = [.. OwnOptional] },
    ];

    private static TraceFile? Philly(TraceTable table, FormReading reading, TraceFile file)
    {
        var (queue, nodes) = (table.Column("vc"), table.Column("node num"));
        reading.Notes.Add("how many GPUs a node has is not in this file: sizes of jobs cannot be checked against it");
        return Done(table, reading, file, () => new(table.Whole(nodes), null) { Queue = table.Name(queue) });
    }

    private static TraceFile? Openb(TraceTable table, FormReading reading, TraceFile file)
    {
        var (cpus, memory, gpus, model) = (table.Column("cpu_milli"), table.Column("memory_mib"), table.Column("gpu"), table.Column("model"));
        _ = table.Column("sn");
        return Done(table, reading, file, () => new(1, table.Whole(gpus))
        {
            Cpus = Known(table.Number(cpus) / 1000), MemoryBytes = Known(table.Number(memory) * 1024 * 1024), Accelerator = table.Name(model),
        });
    }

    private static TraceFile? Muri(TraceTable table, FormReading reading, TraceFile file)
    {
        var (switches, nodes, gpus, cpus, memory) = (table.Column("num_switch"), table.Column("num_node_p_switch"), table.Column("num_gpu_p_node"), table.Column("num_cpu_p_node"), table.Column("mem_p_node"));
        return Done(table, reading, file, () => new(table.Whole(switches) * table.Whole(nodes), table.Whole(gpus))
        {
            Cpus = Known(table.Number(cpus)), MemoryBytes = Known(table.Number(memory) * DataSize.BytesPerGiB),
        });
    }

    private static TraceFile? Own(TraceTable table, FormReading reading, TraceFile file)
    {
        var (nodes, gpus, queue, accelerator, cpus, memory) = (table.Column("nodes"), table.Column("gpus_per_node"), table.Column("queue"), table.Column("accelerator"),
            table.Column("cpus_per_node"), table.Column("memory_gib_per_node"));
        return Done(table, reading, file, () => new(table.Whole(nodes), table.Cell(gpus).Length == 0 ? null : table.Whole(gpus))
        {
            Queue = table.Name(queue), Accelerator = table.Name(accelerator), Cpus = Known(table.Number(cpus)), MemoryBytes = Known(table.Number(memory) * DataSize.BytesPerGiB),
        });
    }

    private static TraceFile? Done(TraceTable table, FormReading reading, TraceFile file, Func<NodeGroup> read)
    {
        List<NodeGroup> groups = [];
        while (table.Next())
        {
            var group = read();
            if (group.Count < 1) table.Problems.Say(table.Line, "nodes", "has no node", sort: "none");
            groups.Add(group);
        }

        if (groups.Count == 0 && table.Problems.Found == 0) table.Problems.Say(0, "", "holds no node");
        if (table.Problems.Found > 0) return null;
        // Nodes that are alike are one group: nobody wants 1,523 of them.
        ImmutableArray<NodeGroup> alike = [.. groups.GroupBy(g => g with { Count = 0 }).Select(g => g.Key with { Count = g.Sum(n => n.Count) })];
        if (reading.Notes.Count == 0) reading.Notes.Add("nodes that are alike are counted together");
        return file with { Cluster = new(alike) };
    }

    private static double? Known(double number) => double.IsNaN(number) ? null : number;
}
