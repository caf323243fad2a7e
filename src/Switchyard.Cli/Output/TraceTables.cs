using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Cli.Output;

/// <summary>What traces hold, as tables and as JSON.</summary>
internal static class TraceTables
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<TraceFile> traces)
    {
        foreach (var trace in traces)
        {
            console.MarkupLineInterpolated($"[bold]{trace.Name}[/]: {trace.Form} ({trace.Kind}), {trace.Rows.ToString("#,##0", Culture)} rows");
            foreach (var note in trace.Notes) console.WriteLine($"  {note}");
            if (trace.Requests is { } requests) Write(console, requests);
            if (trace.Jobs is { } jobs) Write(console, jobs);
            if (trace.Availability is { } availability) Write(console, availability);
            if (trace.Series is { } series) Write(console, series);
            if (trace.Cluster is { } cluster) Write(console, cluster);
            console.WriteLine();
        }
    }

    private static void Write(IAnsiConsole console, RequestTrace trace)
    {
        Arrivals(console, "requests", ArrivalStatistics.Of(trace.Arrivals), trace.Start, trace.Arrivals[0]);
        console.Write(Spreads("Of each request",
        [
            ("prompt, tokens", Spread.Of(trace.Input.Select(t => (double)t))), ("answer, tokens", Spread.Of(trace.Output.Select(t => (double)t))),
            ("served, s", Spread.Of(trace.ServedSeconds)),
        ]));
    }

    private static void Write(IAnsiConsole console, JobTrace trace)
    {
        var jobs = JobStatistics.Of(trace);
        Arrivals(console, "jobs", jobs.Arrivals, trace.Start, trace.Submitted[0]);
        console.WriteLine(string.Create(Culture, $"  {jobs.GpuHours:#,##0} GPU-hours, {(jobs.Arrivals.Seconds > 0 ? jobs.GpuHours * 3600 / jobs.Arrivals.Seconds : 0):#,##0.#} GPUs busy on average over the time of submission"));
        if (jobs.Deadlines > 0) console.WriteLine(string.Create(Culture, $"  {jobs.Deadlines:#,##0} jobs have a deadline"));
        if (jobs.Restarts is { } restarts) console.WriteLine(string.Create(Culture, $"  {restarts:#,##0} restarts"));
        foreach (var (what, labels) in new[] { ("users", trace.Users), ("queues", trace.Queues), ("models", trace.Models), ("accelerators", trace.Accelerators) })
            if (labels.Names.Length > 0) console.WriteLine(string.Create(Culture, $"  {labels.Names.Length:#,##0} {what}: {string.Join(", ", labels.Names.Take(8))}{(labels.Names.Length > 8 ? ", …" : "")}"));
        console.Write(Spreads("Of each job",
        [
            ("GPUs", jobs.Gpus), ("duration, s", jobs.Duration), ("waited, s", jobs.Wait), ("deadline over duration", jobs.Slack), ("CPU cores", Spread.Of(trace.Cpus)),
            ("memory, GiB", Spread.Of(trace.MemoryBytes.Select(b => b / Units.DataSize.BytesPerGiB))),
        ]));
        console.Write(Groups("By GPUs", jobs.Sizes, trace.Count, jobs.GpuHours));
        if (!jobs.Statuses.IsEmpty) console.Write(Groups("By how they ended", jobs.Statuses, trace.Count, jobs.GpuHours));
    }

    private static void Write(IAnsiConsole console, AvailabilityTrace trace)
    {
        var spot = SpotStatistics.Of(trace);
        console.WriteLine(string.Create(Culture, $"  {trace.Steps:#,##0} steps of {trace.StepSeconds:0.###} s, {trace.Seconds / 86_400:0.0} days{(trace.Start is { } start ? $" from {start:u}" : "")}"));
        var table = PlanTables.Compact("By zone");
        foreach (var heading in new[] { "Zone", "Available", "Periods", "Mean h", "Median h", "Taken away /h", "Shape", "Scale h", "Absent h", "$/h", "on demand $/h" })
            table.AddColumn(heading == "Zone" ? new TableColumn(heading) : new TableColumn(heading).RightAligned());
        foreach (var (zone, statistics) in trace.Zones.Zip(spot.Zones))
        {
            table.AddRow(PlanTables.Row(zone.Zone, Percent(statistics.Share), statistics.Periods.ToString(Culture), Shown(statistics.MeanHours), Shown(statistics.MedianHours),
                Shown(statistics.InterruptionsPerHour), Shown(statistics.Life?.Shape ?? double.NaN), Shown(statistics.Life?.ScaleHours ?? double.NaN), Shown(statistics.MeanAbsenceHours),
                Shown(Spread.Of(zone.Prices)?.Mean ?? double.NaN), Shown(zone.OnDemand ?? double.NaN)));
        }

        console.Write(table);
        var hazard = PlanTables.Compact("Taken away, by age");
        foreach (var heading in new[] { "Age h", "Hours there", "Times", "/h" }) hazard.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var age in spot.Hazard)
            hazard.AddRow(PlanTables.Row(age.ToHours > 1e6 ? $"from {age.FromHours.ToString(Culture)}" : string.Create(Culture, $"{age.FromHours}–{age.ToHours}"), Shown(age.Hours), age.Ends.ToString(Culture), Shown(age.PerHour)));
        console.Write(hazard);
        console.WriteLine(string.Create(Culture, $"  all zones together: taken away {spot.InterruptionsPerHour:0.000} times an hour of availability; the middle zone {spot.MedianInterruptionsPerHour:0.000}"));
        if (trace.Zones.Length < 2) return;
        console.WriteLine(string.Create(Culture, $"  at least one zone has capacity {spot.AnyZone * 100:0.#}% of the time; mean correlation of two zones {spot.MeanCorrelation:0.00}"));
    }

    private static void Write(IAnsiConsole console, SeriesTrace trace)
    {
        console.WriteLine(string.Create(Culture, $"  {trace.Times.Length:#,##0} moments over {trace.Seconds / 3600:#,##0.0} h{(trace.Start is { } start ? $" from {start.AddSeconds(trace.Times[0]):u}" : "")}"));
        console.Write(Spreads("Values", trace.Columns.Select(c => (c.Name, Spread.Of(c.Values)))));
    }

    private static void Write(IAnsiConsole console, ClusterShape cluster)
    {
        console.WriteLine(string.Create(Culture, $"  {cluster.Nodes:#,##0} nodes, {(cluster.Gpus is { } gpus ? $"{gpus:#,##0}" : "an unknown number of")} GPUs"));
        var table = PlanTables.Compact("Nodes");
        foreach (var heading in new[] { "Queue", "Nodes", "GPUs each", "Accelerator", "Cores each", "GiB each" }) table.AddColumn(heading);
        foreach (var g in cluster.Groups)
            table.AddRow(PlanTables.Row(g.Queue ?? "all", g.Count.ToString(Culture), g.Gpus?.ToString(Culture) ?? "unknown", g.Accelerator ?? "unknown", Shown(g.Cpus ?? double.NaN), Shown(g.MemoryBytes / Units.DataSize.BytesPerGiB ?? double.NaN)));
        console.Write(table);
    }

    private static void Arrivals(IAnsiConsole console, string what, ArrivalStatistics arrivals, DateTimeOffset? start, double first)
    {
        var span = arrivals.Seconds >= 2 * 86_400 ? string.Create(Culture, $"{arrivals.Seconds / 86_400:0.0} days") : string.Create(Culture, $"{arrivals.Seconds / 3600:0.00} h");
        console.WriteLine(string.Create(Culture, $"  {arrivals.Count:#,##0} {what} over {span}{(start is { } zero ? $" from {zero.AddSeconds(first):u}" : "")}: {Rate(arrivals.PerSecond)} on average, the longest pause {arrivals.LongestGap:#,##0.#} s"));
        if (double.IsNaN(arrivals.VariationOfGaps)) return;
        var bursts = string.Concat(arrivals.Bursts.Select(b => string.Create(Culture, $"; over {b.WindowSeconds:0} s dispersion {b.Dispersion:0.0}, peak {b.PeakToMean:0.0} x mean")));
        console.WriteLine(string.Create(Culture, $"  burstiness (at random: 1): variation of gaps {arrivals.VariationOfGaps:0.00}{bursts}"));
    }

    private static string Rate(double perSecond) => perSecond switch
    {
        >= 0.1 => string.Create(Culture, $"{perSecond:0.###}/s"),
        >= 1 / 600.0 => string.Create(Culture, $"{perSecond * 60:0.###}/min"),
        _ => string.Create(Culture, $"{perSecond * 3600:0.###}/h"),
    };

    private static Table Spreads(string title, IEnumerable<(string Name, Spread? Spread)> rows)
    {
        var table = PlanTables.Compact(title);
        table.AddColumn("");
        foreach (var heading in new[] { "Known", "Unknown", "Least", "Median", "Mean", "p95", "Most", "Sum" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var (name, spread) in rows)
        {
            if (spread is not { } s) continue;
            table.AddRow(PlanTables.Row(name, s.Known.ToString("#,##0", Culture), s.Unknown.ToString("#,##0", Culture), Shown(s.Least), Shown(s.Median), Shown(s.Mean), Shown(s.P95), Shown(s.Most), Shown(s.Sum)));
        }

        return table;
    }

    private static Table Groups(string title, IEnumerable<JobGroup> groups, int jobs, double hours)
    {
        var table = PlanTables.Compact(title);
        table.AddColumn("");
        foreach (var heading in new[] { "Jobs", "of all", "GPU-hours", "of all" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var group in groups)
            table.AddRow(PlanTables.Row(group.Name, group.Jobs.ToString("#,##0", Culture), Percent(group.Jobs / (double)jobs), Shown(group.GpuHours), hours > 0 ? Percent(group.GpuHours / hours) : "unknown"));
        return table;
    }

    private static string Percent(double share) => string.Create(Culture, $"{share * 100:0.0}%");

    private static string Shown(double value) => double.IsNaN(value) ? "unknown" : Math.Abs(value) switch
    {
        0 => "0",
        < 0.01 => value.ToString("0.####", Culture),
        < 100 => value.ToString("0.##", Culture),
        _ => value.ToString("#,##0", Culture),
    };

    /// <summary>Writes the same as JSON.</summary>
    public static void Json(Utf8JsonWriter json, IReadOnlyList<TraceFile> traces)
    {
        json.WriteString("schema", "switchyard.demand.trace/1");
        json.WriteStartArray("traces");
        foreach (var trace in traces)
        {
            json.WriteStartObject();
            json.WriteString("file", trace.Name);
            json.WriteString("form", trace.Form);
            json.WriteString("kind", trace.Kind);
            json.WriteNumber("rows", trace.Rows);
            json.WriteStartArray("notes");
            foreach (var note in trace.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            if (trace.Requests is { } requests)
            {
                Json(json, ArrivalStatistics.Of(requests.Arrivals), requests.Start, requests.Arrivals[0]);
                Json(json, "input_tokens", Spread.Of(requests.Input.Select(t => (double)t)));
                Json(json, "output_tokens", Spread.Of(requests.Output.Select(t => (double)t)));
                Json(json, "served_seconds", Spread.Of(requests.ServedSeconds));
            }

            if (trace.Jobs is { } jobs) Json(json, jobs);
            if (trace.Availability is { } availability) Json(json, availability);
            if (trace.Series is { } series) Json(json, series);
            if (trace.Cluster is { } cluster) Json(json, cluster);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Json(Utf8JsonWriter json, JobTrace trace)
    {
        var jobs = JobStatistics.Of(trace);
        Json(json, jobs.Arrivals, trace.Start, trace.Submitted[0]);
        Number(json, "gpu_hours", jobs.GpuHours);
        json.WriteNumber("deadlines", jobs.Deadlines);
        if (jobs.Restarts is { } restarts) json.WriteNumber("restarts", restarts);
        foreach (var (name, spread) in new[] { ("gpus_per_job", jobs.Gpus), ("duration_seconds", jobs.Duration), ("wait_seconds", jobs.Wait), ("deadline_over_duration", jobs.Slack) }) Json(json, name, spread);
        foreach (var (name, groups) in new[] { ("by_gpus", jobs.Sizes), ("by_status", jobs.Statuses) })
        {
            json.WriteStartArray(name);
            foreach (var group in groups)
            {
                json.WriteStartObject();
                json.WriteString("name", group.Name);
                json.WriteNumber("jobs", group.Jobs);
                Number(json, "gpu_hours", group.GpuHours);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private static void Json(Utf8JsonWriter json, AvailabilityTrace trace)
    {
        var spot = SpotStatistics.Of(trace);
        if (trace.Start is { } start) json.WriteString("start", start);
        Number(json, "step_seconds", trace.StepSeconds);
        json.WriteNumber("steps", trace.Steps);
        json.WriteStartArray("zones");
        foreach (var (zone, statistics) in trace.Zones.Zip(spot.Zones))
        {
            json.WriteStartObject();
            json.WriteString("zone", zone.Zone);
            Number(json, "available", statistics.Share);
            json.WriteNumber("periods", statistics.Periods);
            Number(json, "mean_hours", statistics.MeanHours);
            Number(json, "median_hours", statistics.MedianHours);
            Number(json, "interruptions_per_hour", statistics.InterruptionsPerHour);
            Number(json, "life_shape", statistics.Life?.Shape ?? double.NaN);
            Number(json, "life_scale_hours", statistics.Life?.ScaleHours ?? double.NaN);
            Number(json, "mean_absence_hours", statistics.MeanAbsenceHours);
            Number(json, "absence_shape", statistics.Absence?.Shape ?? double.NaN);
            Number(json, "absence_scale_hours", statistics.Absence?.ScaleHours ?? double.NaN);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("hazard_by_age");
        foreach (var age in spot.Hazard)
        {
            json.WriteStartObject();
            Number(json, "from_hours", age.FromHours);
            if (age.ToHours < 1e6) Number(json, "to_hours", age.ToHours);
            Number(json, "hours", age.Hours);
            json.WriteNumber("ends", age.Ends);
            Number(json, "per_hour", age.PerHour);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Number(json, "interruptions_per_hour", spot.InterruptionsPerHour);
        Number(json, "any_zone_available", spot.AnyZone);
        Number(json, "mean_correlation", spot.MeanCorrelation);
    }

    private static void Json(Utf8JsonWriter json, SeriesTrace trace)
    {
        if (trace.Start is { } start) json.WriteString("start", start.AddSeconds(trace.Times[0]));
        json.WriteNumber("moments", trace.Times.Length);
        Number(json, "seconds", trace.Seconds);
        json.WriteStartObject("values");
        foreach (var column in trace.Columns) Json(json, column.Name, Spread.Of(column.Values));
        json.WriteEndObject();
    }

    private static void Json(Utf8JsonWriter json, ClusterShape cluster)
    {
        json.WriteNumber("nodes", cluster.Nodes);
        if (cluster.Gpus is { } gpus) json.WriteNumber("gpus", gpus);
    }

    private static void Json(Utf8JsonWriter json, ArrivalStatistics arrivals, DateTimeOffset? start, double first)
    {
        if (start is { } zero) json.WriteString("start", zero.AddSeconds(first));
        json.WriteNumber("count", arrivals.Count);
        Number(json, "seconds", arrivals.Seconds);
        Number(json, "per_second", arrivals.PerSecond);
        Number(json, "variation_of_gaps", arrivals.VariationOfGaps);
        Number(json, "longest_gap_seconds", arrivals.LongestGap);
        json.WriteStartArray("bursts");
        foreach (var burst in arrivals.Bursts)
        {
            json.WriteStartObject();
            Number(json, "window_seconds", burst.WindowSeconds);
            Number(json, "dispersion", burst.Dispersion);
            Number(json, "peak_to_mean", burst.PeakToMean);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Json(Utf8JsonWriter json, string name, Spread? spread)
    {
        if (spread is not { } s) return;
        json.WriteStartObject(name);
        json.WriteNumber("known", s.Known);
        json.WriteNumber("unknown", s.Unknown);
        foreach (var (key, value) in new[] { ("least", s.Least), ("median", s.Median), ("mean", s.Mean), ("p95", s.P95), ("most", s.Most), ("sum", s.Sum) }) Number(json, key, value);
        json.WriteEndObject();
    }

    /// <summary>A number to nine digits; null where unknown.</summary>
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, double.Parse(value.ToString("G9", Culture), Culture));
        else json.WriteNull(name);
    }
}
