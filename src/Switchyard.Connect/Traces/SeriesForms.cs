using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>Files with quantities over time: request rates, nodes and GPUs in use.</summary>
internal static class SeriesForms
{
    /// <summary>The name under which a rate of requests is found.</summary>
    internal const string Rate = "requests a second";

    private const double RateBin = 60;

    internal static readonly ImmutableArray<TraceForm> All =
    [
        new("Alibaba GenAI request rate", ["timestamp_anon", "value", "container_ip", "request_type"], Rates),
        new("Philly nodes", ["time", "active", "total"], (t, r, f) => Wide(t, r, f, "time", Label)) { Exact = true },
        new("Helios virtual cluster by the minute", ["time", "total_job_num", "running_job_num", "total_gpu_num", "running_gpu_num", "pending_gpu_num", "gpu_utilization"], (t, r, f) => Wide(t, r, f, "time", Label)),
        new("Helios GPUs by virtual cluster", ["date", "total", "vchbv|vcjlv"], (t, r, f) => Wide(t, r, f, "date", column => $"GPUs of {column}")),
        new("series", ["time", "series", "value"], Long) { Exact = true },
    ];

    private static string Label(string column) => column switch
    {
        "active" => "nodes in use",
        "total" => "nodes",
        "total_gpu_num" => "GPUs asked for",
        "running_gpu_num" => "GPUs in use",
        "pending_gpu_num" => "GPUs waited for",
        "idle_gpu_num" => "GPUs idle",
        "gpu_utilization" => "share of GPUs in use",
        _ => column.Replace('_', ' '),
    };

    /// <summary>A column for each quantity.</summary>
    private static TraceFile? Wide(TraceTable table, FormReading reading, TraceFile file, string time, Func<string, string> label)
    {
        var at = table.Column(time);
        int[] columns = [.. Enumerable.Range(0, table.Header.Length).Where(i => i != at)];
        foreach (var column in columns) table.Column(table.Header[column]);
        var clock = new Clock(table.Problems);
        List<double> times = [];
        List<double>[] values = [.. columns.Select(_ => new List<double>())];
        while (table.Next())
        {
            Forward(table, times, clock.Read(table.Cell(at), table.Line, time), time);
            for (var i = 0; i < columns.Length; i++) values[i].Add(table.Number(columns[i]));
        }

        return Done(table.Problems, reading, file, clock, times, [.. columns.Select((c, i) => new Series(label(table.Header[c]), [.. values[i]]))]);
    }

    /// <summary>A row for each value; ours.</summary>
    private static TraceFile? Long(TraceTable table, FormReading reading, TraceFile file)
    {
        var (at, name, value) = (table.Column("time"), table.Column("series"), table.Column("value"));
        var clock = new Clock(table.Problems);
        List<(double Time, string Name, double Value)> rows = [];
        List<double> times = [];
        while (table.Next())
        {
            var moment = clock.Read(table.Cell(at), table.Line, "time");
            if (table.Name(name) is not { } series) table.Problems.Say(table.Line, "series", "is empty", sort: "empty");
            else rows.Add((moment, series, table.Number(value, -1e18, "a number")));
            if (times.Count == 0 || moment != times[^1]) Forward(table, times, moment, "time");
        }

        if (table.Problems.Found > 0) return null;
        Dictionary<string, double[]> columns = new(StringComparer.Ordinal);
        var position = 0;
        foreach (var (moment, series, number) in rows)
        {
            while (times[position] < moment) position++;
            ref var column = ref CollectionsMarshal.GetValueRefOrAddDefault(columns, series, out var there);
            if (!there)
            {
                column = new double[times.Count];
                Array.Fill(column, double.NaN);
            }

            column![position] = number;
        }

        return Done(table.Problems, reading, file, clock, times, [.. columns.Select(c => new Series(c.Key, [.. c.Value]))]);
    }

    /// <summary>
    /// Rates of many containers, each read off at its own moments: a minute's rate of a kind of request is the sum over containers of each
    /// one's mean in that minute. Minutes without a reading are unknown.
    /// </summary>
    private static TraceFile? Rates(TraceTable table, FormReading reading, TraceFile file)
    {
        var (at, value, container, kind) = (table.Column("timestamp_anon"), table.Column("value"), table.Column("container_ip"), table.Column("request_type"));
        var clock = new Clock(table.Problems);
        Dictionary<(string Kind, long Minute, string Container), (double Sum, int Count)> means = [];
        List<double> seen = [];
        while (table.Next())
        {
            var moment = clock.Read(table.Cell(at), table.Line, "timestamp_anon");
            var rate = table.Needed(value);
            Forward(table, seen, moment, "timestamp_anon");
            if (double.IsNaN(moment) || double.IsNaN(rate)) continue;
            ref var mean = ref CollectionsMarshal.GetValueRefOrAddDefault(means, (table.Name(kind) ?? "requests", (long)Math.Floor(moment / RateBin), table.Name(container) ?? ""), out _);
            mean = (mean.Sum + rate, mean.Count + 1);
        }

        if (table.Problems.Found > 0 || means.Count == 0)
        {
            if (means.Count == 0 && table.Problems.Found == 0) table.Problems.Say(0, "", "holds no value");
            return null;
        }

        var (first, last) = (means.Keys.Min(k => k.Minute), means.Keys.Max(k => k.Minute));
        var columns = means.GroupBy(m => m.Key.Kind).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
        {
            var minutes = new double[last - first + 1];
            Array.Fill(minutes, double.NaN);
            foreach (var ((_, minute, _), (sum, count)) in g) minutes[minute - first] = (double.IsNaN(minutes[minute - first]) ? 0 : minutes[minute - first]) + (sum / count);
            return new Series($"{Rate}, {g.Key}", [.. minutes]);
        });
        reading.Notes.Add("a minute's rate is the sum over containers of each one's mean in it; minutes without a reading are unknown");
        return Done(table.Problems, reading, file, clock, [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * RateBin)], [.. columns]);
    }

    private static void Forward(TraceTable table, List<double> times, double moment, string column)
    {
        if (times.Count > 0 && moment < times[^1]) table.Problems.Doubt(Doubts.Order, table.Line, column, "is before the row above it; sort the rows by time");
        times.Add(moment);
    }

    private static TraceFile? Done(TraceProblems problems, FormReading reading, TraceFile file, Clock clock, List<double> times, ImmutableArray<Series> columns)
    {
        if (problems.Found == 0 && times.Count < 2) problems.Say(0, "", $"has {times.Count} moments; at least 2 are needed");
        if (problems.Found > 0) return null;
        var steps = times.Skip(1).Zip(times, (next, last) => next - last).Order().ToList();
        var usual = steps[steps.Count / 2];
        var gaps = steps.Count(s => s > Math.Max(10 * usual, 1));
        if (gaps > 0) reading.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{gaps:#,##0} gaps of more than ten usual steps ({usual:0.#} s), the longest {steps[^1] / 3600:0.#} h; nothing is filled in"));
        if (clock.Note is { } note) reading.Notes.Add(note);
        return file with { Series = new([.. times], columns) { Start = clock.Start } };
    }
}
