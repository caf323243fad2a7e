using System.Globalization;
using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>
/// The Standard Workload Format of the Parallel Workloads Archive, version 2: header comments behind semicolons, then 18 numbers a line, −1
/// for unknown (Chapin, Feitelson and others, "Benchmarks and Standards for the Evaluation of Parallel Job Schedulers", 1999, and the archive).
/// </summary>
internal static class SwfForm
{
    internal const string Name = "Standard Workload Format";

    private const int Fields = 18;

    // Positions of the fields, from 0.
    private const int Job = 0, Submit = 1, Wait = 2, Run = 3, Used = 4, UsedMemory = 6, Asked = 7, AskedTime = 8, AskedMemory = 9, Status = 10, User = 11, Program = 13, Queue = 14, Partition = 15;

    // Parts of a job that was stopped and went on: to be continued, the last one completed, the last one failed.
    private const int Continued = 2, LastCompleted = 3, LastFailed = 4;

    private static readonly JobStatus[] Ended =
        [JobStatus.Failed, JobStatus.Completed, JobStatus.Preempted, JobStatus.Completed, JobStatus.Failed, JobStatus.Cancelled];

    /// <summary>Whether a line is 18 numbers.</summary>
    internal static bool Fits(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: Fields } fields
        && fields.All(f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    internal static TraceFile? Read(TextReader text, TraceProblems problems, FormReading reading, TraceFile file)
    {
        var rows = new JobRows(problems, reading.Options.Cluster) { DurationColumn = "run time", GpusColumn = "processors" };
        var numbers = new double[Fields];
        Dictionary<long, int> parts = [];
        var (line, read, noProcessors) = (0, 0, 0);
        DateTimeOffset? start = null;
        while (TraceLines.Next(text, problems, line) is { } row)
        {
            line++;
            if (row.TrimStart() is not { Length: > 0 } rest) continue;
            if (rest[0] == ';')
            {
                Comment(rest, line, problems, ref start);
                continue;
            }

            read++;
            var fields = row.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != Fields)
            {
                problems.Say(line, "", $"has {fields.Length} fields; the Standard Workload Format has {Fields}", sort: "fields");
                continue;
            }

            var before = problems.Found;
            for (var i = 0; i < Fields; i++)
            {
                if (!double.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < -1)
                    problems.NotA(line, $"field {i + 1}", fields[i], "a number of at least 0, or -1 for unknown", numbers[i] < -1 ? "-1" : null);
            }

            if (problems.Found > before) continue;
            if (numbers[Status] is Continued or LastCompleted or LastFailed)
            {
                parts[(long)numbers[Job]] = parts.GetValueOrDefault((long)numbers[Job]) + 1;
                continue;
            }

            var job = Take(numbers, line, reading.Options.ProcessorsAreGpus);
            if (double.IsNaN(reading.Options.ProcessorsAreGpus ? job.Gpus : job.Cpus)) noProcessors++;
            if (double.IsNaN(job.Gpus)) job.Gpus = 0;
            rows.Add(job);
        }

        foreach (ref var job in rows.Span)
        {
            if (parts.Count > 0) job.Restarts = Math.Max(0, parts.GetValueOrDefault(long.Parse(job.Id!, CultureInfo.InvariantCulture)) - 1);
        }

        if (parts.Count > 0) reading.Notes.Add($"{parts.Values.Sum():#,##0} lines are parts of {parts.Count:#,##0} jobs that were stopped and went on; they count as restarts of the job's own line");
        reading.Notes.Add(reading.Options.ProcessorsAreGpus ? "processors are GPUs, as you said" : "processors are CPU cores: the format knows no GPUs (--processors-are-gpus counts them as such)");
        if (noProcessors > 0) reading.Notes.Add($"{noProcessors:#,##0} jobs do not say how many processors they have");
        reading.Notes.Add(start is null ? "no UnixStartTime: seconds count from an unknown moment" : "seconds count from UnixStartTime");
        return rows.Build(start, reading.Notes) is { } jobs ? file with { Jobs = jobs, Rows = read } : null;
    }

    private static JobRow Take(double[] n, int line, bool gpus)
    {
        double Known(int field) => n[field] < 0 ? double.NaN : n[field];
        string? Numbered(int field, string what) => n[field] < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{what}{n[field]:0}");
        var processors = n[Used] > 0 ? n[Used] : n[Asked] > 0 ? n[Asked] : double.NaN;
        var perProcessor = n[UsedMemory] >= 0 ? n[UsedMemory] : Known(AskedMemory);
        return new()
        {
            Line = line, Id = n[Job].ToString("0", CultureInfo.InvariantCulture), Submitted = n[Submit], Started = n[Submit] + Known(Wait), Duration = Known(Run),
            TimeLimit = Known(AskedTime), Gpus = gpus ? processors : double.NaN, Cpus = gpus ? double.NaN : processors, MemoryBytes = perProcessor * processors * 1024,
            Status = (int)n[Status] is >= 0 and var s && s < Ended.Length ? Ended[s] : JobStatus.Unknown,
            User = Numbered(User, "user "), Queue = Numbered(Queue, "queue ") ?? Numbered(Partition, "partition "), Model = Numbered(Program, "program "),
        };
    }

    private static void Comment(string line, int number, TraceProblems problems, ref DateTimeOffset? start)
    {
        const string key = "UnixStartTime:";
        var at = line.IndexOf(key, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return;
        var value = line[(at + key.Length)..].Trim().Split(' ')[0];
        if (!long.TryParse(value, CultureInfo.InvariantCulture, out var unix) || unix is < -1 or > 100_000_000_000)
            problems.NotA(number, "UnixStartTime", value, "Unix time in seconds");
        else if (unix > 0) start = DateTimeOffset.FromUnixTimeSeconds(unix);
    }
}

/// <summary>Lines of a text whose compression may be cut off.</summary>
internal static class TraceLines
{
    /// <summary>The next line; null at the end, or where the file is damaged, with a problem.</summary>
    internal static string? Next(TextReader text, TraceProblems problems, int line)
    {
        try
        {
            return text.ReadLine();
        }
        catch (InvalidDataException)
        {
            problems.Say(line + 1, "", "the compressed file is cut off or damaged here; fetch it again");
            return null;
        }
    }
}
