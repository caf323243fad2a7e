using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.Traces;

/// <summary>Writes traces in our own CSV (docs/guide/traces.md), which reads back as what was written.</summary>
public static class TraceWriter
{
    /// <summary>How statuses are written.</summary>
    internal static readonly ImmutableArray<string> StatusNames =
        ["completed", "failed", "cancelled", "timed_out", "node_failed", "preempted", "running", "pending", "unknown"];

    private static readonly JobStatus[] InOrder =
        [JobStatus.Completed, JobStatus.Failed, JobStatus.Cancelled, JobStatus.TimedOut, JobStatus.NodeFailed, JobStatus.Preempted, JobStatus.Running, JobStatus.Pending, JobStatus.Unknown];

    /// <summary>Writes a file's trace.</summary>
    /// <param name="file">What was read.</param>
    /// <param name="text">Takes the CSV.</param>
    public static void Write(TraceFile file, TextWriter text)
    {
        if (file.Requests is { } requests) Write(requests, text);
        else if (file.Jobs is { } jobs) Write(jobs, text);
        else if (file.Availability is { } availability) Write(availability, text);
        else if (file.Series is { } series) Write(series, text);
        else Write(file.Cluster!, text);
    }

    private static void Write(RequestTrace trace, TextWriter text)
    {
        var tokens = !trace.Input.IsEmpty && !trace.Output.IsEmpty;
        var served = tokens && !trace.ServedSeconds.IsEmpty;
        text.Write(tokens ? "arrival,input_tokens,output_tokens" : "arrival");
        text.Write(served ? ",served_seconds\n" : "\n");
        for (var i = 0; i < trace.Count; i++)
        {
            text.Write(Time(trace.Arrivals[i], trace.Start));
            if (tokens) text.Write(string.Create(CultureInfo.InvariantCulture, $",{trace.Input[i]},{trace.Output[i]}"));
            if (served) text.Write("," + Number(trace.ServedSeconds[i]));
            text.Write('\n');
        }
    }

    private static void Write(JobTrace trace, TextWriter text)
    {
        List<(string Name, Func<int, string> Cell)> columns =
        [
            ("submitted", i => Time(trace.Submitted[i], trace.Start)), ("gpus", i => Number(trace.Gpus[i])),
            ("duration", i => trace.Duration.IsEmpty ? "" : Number(trace.Duration[i])),
        ];
        void Add<T>(string name, ImmutableArray<T> column, Func<T, string> cell)
        {
            if (!column.IsEmpty) columns.Add((name, i => cell(column[i])));
        }

        Add("id", trace.Ids, Quoted);
        Add("started", trace.Started, s => Time(s, trace.Start));
        Add("deadline", trace.Deadline, s => Time(s, trace.Start));
        Add("time_limit", trace.TimeLimit, Number);
        Add("nodes", trace.Nodes, n => n == 0 ? "" : n.ToString(CultureInfo.InvariantCulture));
        Add("cpus", trace.Cpus, Number);
        Add("memory_gib", trace.MemoryBytes, b => Number(b / DataSize.BytesPerGiB));
        Add("status", trace.Status, s => s == JobStatus.Unknown ? "" : StatusNames[Array.IndexOf(InOrder, s)]);
        Add("restarts", trace.Restarts, n => n.ToString(CultureInfo.InvariantCulture));
        Add("steps", trace.Steps, Number);
        Add("batch", trace.Batch, n => n == 0 ? "" : n.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, labels) in new[] { ("user", trace.Users), ("queue", trace.Queues), ("model", trace.Models), ("accelerator", trace.Accelerators) })
            Add(name, labels.Of, n => n < 0 ? "" : Quoted(labels.Names[n]));
        text.Write(string.Join(',', columns.Select(c => c.Name)) + "\n");
        for (var i = 0; i < trace.Count; i++)
        {
            for (var c = 0; c < columns.Count; c++)
            {
                if (c > 0) text.Write(',');
                text.Write(columns[c].Cell(i));
            }

            text.Write('\n');
        }
    }

    private static void Write(AvailabilityTrace trace, TextWriter text)
    {
        var price = trace.Zones.Any(z => !z.Prices.IsEmpty);
        var demand = trace.Zones.Any(z => z.OnDemand is not null);
        var instance = trace.Zones.Any(z => z.Instance is not null);
        text.Write($"time,zone,available{(price ? ",price" : "")}{(demand ? ",on_demand" : "")}{(instance ? ",instance" : "")}\n");
        for (var step = 0; step < trace.Steps; step++)
        {
            var time = Time(step * trace.StepSeconds, trace.Start);
            foreach (var zone in trace.Zones)
            {
                text.Write($"{time},{Quoted(zone.Zone)},{(zone.Available[step] ? 1 : 0)}");
                if (price) text.Write("," + (zone.Prices.IsEmpty ? "" : Number(zone.Prices[step])));
                if (demand) text.Write("," + (zone.OnDemand is { } usd ? Number(usd) : ""));
                if (instance) text.Write("," + Quoted(zone.Instance ?? ""));
                text.Write('\n');
            }
        }
    }

    private static void Write(SeriesTrace trace, TextWriter text)
    {
        text.Write("time,series,value\n");
        for (var i = 0; i < trace.Times.Length; i++)
        {
            var time = Time(trace.Times[i], trace.Start);
            foreach (var column in trace.Columns) text.Write($"{time},{Quoted(column.Name)},{Number(column.Values[i])}\n");
        }
    }

    private static void Write(ClusterShape cluster, TextWriter text)
    {
        text.Write("queue,nodes,gpus_per_node,accelerator,cpus_per_node,memory_gib_per_node\n");
        foreach (var g in cluster.Groups)
        {
            text.Write(string.Create(CultureInfo.InvariantCulture,
                $"{Quoted(g.Queue ?? "")},{g.Count},{g.Gpus},{Quoted(g.Accelerator ?? "")},{Number(g.Cpus ?? double.NaN)},{Number(g.MemoryBytes / DataSize.BytesPerGiB ?? double.NaN)}\n"));
        }
    }

    /// <summary>A moment to the tenth of a microsecond where the trace knows when it began; otherwise seconds.</summary>
    private static string Time(double seconds, DateTimeOffset? start) => double.IsNaN(seconds) ? ""
        : start is { } zero ? zero.AddTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture)
        : Number(seconds);

    private static string Number(double number) => double.IsNaN(number) ? "" : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") || text != text.Trim() ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
