using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Cli;

/// <summary><c>switchyard demand</c>: what is wanted, as records of real requests, jobs and capacity say it.</summary>
internal static class DemandCommand
{
    /// <summary>The verb.</summary>
    public static Command Create() => new("demand", "Read what others recorded: requests, jobs, spot availability") { Trace() };

    private static Command Trace()
    {
        Argument<string[]> files = new("files") { Description = "Traces, recognised by their header or shape; .gz too. Several zones of spot availability are put together", Arity = ArgumentArity.OneOrMore };
        Option<string?> target = new("--out") { Description = "Write the trace in our own CSV", HelpName = "FILE" };
        Option<string[]> accept = new("--accept")
        {
            Description = $"What looks wrong and is meant: {string.Join(", ", DoubtNames)}; can be given several times", HelpName = "DOUBT",
        };
        accept.AcceptOnlyFromAmong(DoubtNames);
        var one = OneMeans();
        Option<string?> cluster = new("--cluster") { Description = "The cluster on which the jobs ran, for the check of their sizes; or give a file that describes it", HelpName = "NODESxGPUS" };
        Option<bool> processors = new("--processors-are-gpus") { Description = "Count the processors of the Standard Workload Format as GPUs" };
        Command command = new("trace", "Show what a trace holds and what is wrong with it; write it in our own CSV") { files };
        foreach (var option in new Option[] { target, accept, one, cluster, processors }) command.Options.Add(option);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            List<Problem> problems = [];
            var options = new TraceOptions
            {
                Accept = (parsed.GetValue(accept) ?? []).Aggregate(Doubts.None, (all, name) => all | Enum.Parse<Doubts>(name, ignoreCase: true)),
                OneMeansAvailable = MeansAvailable(parsed.GetValue(one)),
                ProcessorsAreGpus = parsed.GetValue(processors),
                Cluster = parsed.GetValue(cluster) is { } text ? Shape(text, problems) : null,
            };
            var traces = Read(parsed.GetValue(files)!, options, problems);
            if (problems.Count > 0) return Printer.Fail(problems);
            if (parsed.GetValue(target) is { } path)
            {
                if (traces.Count > 1) return Printer.Fail([new("--out", 0, "", $"takes one trace, and these are {traces.Count}; give them one by one")]);
                using var csv = new StringWriter(CultureInfo.InvariantCulture);
                TraceWriter.Write(traces[0], csv);
                Printer.WriteFile(path, csv.ToString());
                Console.Error.WriteLine($"wrote {path}");
            }

            printer.Show(parsed, console => TraceTables.Write(console, traces), () => PlanWriter.Json(json => TraceTables.Json(json, traces)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The option that says what a flag means.</summary>
    public static Option<string?> OneMeans()
    {
        Option<string?> one = new("--one-means") { Description = "What a 1 means in a trace of spot availability, where its form does not say it", HelpName = "available|preempted" };
        one.AcceptOnlyFromAmong("available", "preempted");
        return one;
    }

    /// <summary>What that option says; null where it says nothing.</summary>
    public static bool? MeansAvailable(string? meaning) => meaning is null ? null : meaning == "available";

    private static string[] DoubtNames { get; } = [.. Enum.GetValues<Doubts>().Where(d => d != Doubts.None).Select(d => d.ToString().ToLowerInvariant())];

    /// <summary>Files that describe a cluster are read first: the sizes of jobs are checked against them.</summary>
    public static List<TraceFile> Read(string[] files, TraceOptions options, List<Problem> problems)
    {
        List<TraceFile> traces = [];
        List<string> held = [];
        foreach (var file in files)
        {
            // Whether a file is a cluster is seen by reading it, and a cluster is small; others are read again only where there is one.
            var reading = TraceReader.Open(file, options);
            if (reading.Value is { } trace) traces.Add(trace);
            if (reading.Value?.Cluster is not null) held.Add(file);
            problems.AddRange(reading.Problems);
        }

        if (options.Cluster is null && held.Count > 0 && traces.Exists(t => t.Jobs is not null))
        {
            var cluster = new ClusterShape([.. traces.Where(t => t.Cluster is not null).SelectMany(t => t.Cluster!.Groups)]);
            foreach (var jobs in traces.Where(t => t.Jobs is not null).ToList())
            {
                var reading = TraceReader.Open(jobs.Name, options with { Cluster = cluster });
                if (reading.Value is { } again) traces[traces.IndexOf(jobs)] = again;
                problems.AddRange(reading.Problems);
            }
        }

        return problems.Count > 0 ? traces : Joined(traces, problems);
    }

    /// <summary>Zones that come a file each are one trace: how they go together is what matters about them.</summary>
    private static List<TraceFile> Joined(List<TraceFile> traces, List<Problem> problems)
    {
        var zones = traces.Where(t => t.Availability is not null).ToList();
        if (zones.Count < 2) return traces;
        var joined = AvailabilityTrace.Join([.. zones.Select(z => z.Availability!)]);
        if (joined.Value is not { } all)
        {
            problems.Add(new(zones[0].Name, 0, "", joined.Refusal!));
            return traces;
        }

        // What holds for every file is said once.
        ImmutableArray<string> notes = [.. zones.SelectMany(z => z.Notes.Select(n => (Zone: z.Availability!.Zones[0].Zone, Note: n))).GroupBy(n => n.Note)
            .Select(g => g.Count() == zones.Count ? g.Key : $"{string.Join(", ", g.Select(n => n.Zone))}: {g.Key}")];
        return [.. traces.Except(zones), new($"{zones.Count} files", zones[0].Form, zones.Sum(z => z.Rows), notes) { Availability = all }];
    }

    private static ClusterShape? Shape(string text, List<Problem> problems)
    {
        var parts = text.Split('x', 'X', '×');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes > 0
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gpus)) return new([new(nodes, gpus)]);
        problems.Add(Problem.NotA("--cluster", 0, "", text, new("nodes and GPUs in each", "64x8")));
        return null;
    }
}
