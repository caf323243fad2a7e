using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.Traces;

/// <summary>
/// What Slurm's <c>sacct --parsable2</c> prints with a header, in any order of columns (states, times and resources as sacct(1) of Slurm 21 to 24
/// describes them): jobs, without their steps; arrays; jobs that were queued again.
/// </summary>
internal static class SacctForm
{
    private const int MostTasks = 100_000;

    private static readonly Dictionary<string, JobStatus> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["COMPLETED"] = JobStatus.Completed, ["CD"] = JobStatus.Completed,
        ["FAILED"] = JobStatus.Failed, ["F"] = JobStatus.Failed, ["OUT_OF_MEMORY"] = JobStatus.Failed, ["OOM"] = JobStatus.Failed,
        ["CANCELLED"] = JobStatus.Cancelled, ["CA"] = JobStatus.Cancelled, ["REVOKED"] = JobStatus.Cancelled, ["RV"] = JobStatus.Cancelled,
        ["TIMEOUT"] = JobStatus.TimedOut, ["TO"] = JobStatus.TimedOut, ["DEADLINE"] = JobStatus.TimedOut, ["DL"] = JobStatus.TimedOut,
        ["NODE_FAIL"] = JobStatus.NodeFailed, ["NF"] = JobStatus.NodeFailed, ["BOOT_FAIL"] = JobStatus.NodeFailed, ["BF"] = JobStatus.NodeFailed,
        ["PREEMPTED"] = JobStatus.Preempted, ["PR"] = JobStatus.Preempted, ["REQUEUED"] = JobStatus.Preempted, ["RQ"] = JobStatus.Preempted,
        ["RUNNING"] = JobStatus.Running, ["R"] = JobStatus.Running, ["SUSPENDED"] = JobStatus.Running, ["S"] = JobStatus.Running,
        ["RESIZING"] = JobStatus.Running, ["RS"] = JobStatus.Running, ["COMPLETING"] = JobStatus.Running, ["CG"] = JobStatus.Running,
        ["PENDING"] = JobStatus.Pending, ["PD"] = JobStatus.Pending, ["CONFIGURING"] = JobStatus.Pending, ["CF"] = JobStatus.Pending,
    };

    internal static readonly TraceForm Form = new("Slurm sacct", ["jobid|jobidraw", "state", "submit", "elapsed|elapsedraw"], Read);

    private sealed class Columns(TraceTable table)
    {
        internal readonly int Id = table.Column("jobid", "jobidraw"), State = table.Column("state"), Submit = table.Column("submit"), Start = table.Column("start"),
            Elapsed = table.Column("elapsed"), ElapsedRaw = table.Column("elapsedraw"), Allocated = table.Column("alloctres"), Requested = table.Column("reqtres"),
            Gres = table.Column("allocgres"), AskedGres = table.Column("reqgres"), Nodes = table.Column("nnodes", "allocnodes"), Cpus = table.Column("alloccpus", "ncpus", "reqcpus"),
            User = table.Column("user", "account"), Partition = table.Column("partition"), Job = table.Column("jobname"), Limit = table.Column("timelimit"), LimitRaw = table.Column("timelimitraw"),
            Restarts = table.Column("restarts");
    }

    private static TraceFile? Read(TraceTable table, FormReading reading, TraceFile file)
    {
        var c = new Columns(table);
        _ = table.Column("end"); // where it is given, Elapsed says the same without "Unknown"
        var problems = table.Problems;
        if (c.Allocated < 0 && c.Requested < 0 && c.Gres < 0 && c.AskedGres < 0)
            problems.Say(1, "AllocTRES", "the column is missing, and with it the GPUs; print it with sacct --parsable2 --format=JobID,User,Partition,Submit,Start,End,Elapsed,State,AllocTRES,ReqTRES,NNodes,Timelimit");
        var rows = new JobRows(problems, reading.Options.Cluster) { GpusColumn = "AllocTRES", DurationColumn = "Elapsed" };
        var clock = new Clock(problems);
        Dictionary<string, (JobRow Job, int Earlier, double GpuSeconds)> jobs = new(StringComparer.Ordinal);
        var (steps, again, lost) = (0, 0, 0.0);
        while (table.Next())
        {
            var id = table.Cell(c.Id);
            if (id.Contains('.', StringComparison.Ordinal) && !id.Contains('[', StringComparison.Ordinal))
            {
                steps++;
                continue;
            }

            var before = problems.Found;
            var job = Row(table, c, clock);
            if (id.Length == 0) problems.Say(table.Line, "JobID", "is empty", sort: "empty");
            if (problems.Found > before) continue;
            var tasks = Tasks(id, table.Line, problems);
            for (var task = 0; task < tasks; task++)
            {
                // A requeued job has a record for each run; they follow each other in time, and the last one says how it ended.
                var key = tasks == 1 ? id : $"{id}#{task}";
                if (jobs.TryGetValue(key, out var known))
                {
                    var seconds = known.Job.Gpus * (double.IsNaN(known.Job.Duration) ? 0 : known.Job.Duration);
                    (again, lost) = (again + 1, lost + seconds);
                    jobs[key] = (job, known.Earlier + 1, known.GpuSeconds + seconds);
                }
                else
                {
                    jobs[key] = (job, 0, 0);
                }
            }
        }

        foreach (var (job, earlier, _) in jobs.Values) rows.Add(job with { Restarts = Math.Max(earlier, job.Restarts) });
        if (steps > 0) reading.Notes.Add($"{steps:#,##0} rows are steps of jobs, and left out");
        if (again > 0) reading.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{again:#,##0} rows are earlier runs of jobs that were queued again: counted as restarts; their {lost / 3600:#,##0.#} GPU-hours are not in the durations"));
        if (clock.Note is { } note) reading.Notes.Add(note);
        reading.Notes.Add("GPUs are gres/gpu of AllocTRES, of ReqTRES where nothing was allocated; for a job that still runs the duration is the one so far");
        return rows.Build(clock.Start, reading.Notes) is { } trace ? file with { Jobs = trace } : null;
    }

    private static JobRow Row(TraceTable table, Columns c, Clock clock)
    {
        var line = table.Line;
        var status = State(table, c.State);
        var (gpus, kind) = Gpus(table, c);
        double When(int column) => table.Cell(column) is not ("" or "Unknown" or "None" or "N/A") and var text ? clock.Read(text, line, table.Header[column]) : double.NaN;
        var submitted = When(c.Submit);
        if (double.IsNaN(submitted) && table.Cell(c.Submit) is "" or "Unknown" or "None") table.Problems.NotA(line, "submit", table.Cell(c.Submit), "a moment, such as 2027-01-01T08:00:00");
        var ran = c.ElapsedRaw >= 0 ? table.Number(c.ElapsedRaw) : Elapsed(table, c.Elapsed);
        var limit = c.LimitRaw >= 0 ? table.Number(c.LimitRaw) * 60 : table.Cell(c.Limit) is "UNLIMITED" or "Partition_Limit" or "INVALID" ? double.NaN : Elapsed(table, c.Limit);
        var tres = table.Cell(c.Allocated) is { Length: > 0 } allocated ? allocated : table.Cell(c.Requested);
        return new()
        {
            Line = line, Id = table.Cell(c.Id), Submitted = submitted, Started = When(c.Start), Gpus = gpus, Accelerator = kind, Status = status,
            Duration = status == JobStatus.Pending ? double.NaN : ran, TimeLimit = limit, Nodes = table.Whole(c.Nodes), Cpus = Quantity(tres, "cpu") ?? table.Number(c.Cpus),
            MemoryBytes = Quantity(tres, "mem") ?? double.NaN, User = table.Name(c.User), Queue = table.Name(c.Partition), Model = table.Name(c.Job),
            Restarts = c.Restarts >= 0 ? table.Whole(c.Restarts) : 0,
        };
    }

    /// <summary>"CANCELLED by 1001", "CANCELLED+" and "COMPLETED" alike.</summary>
    private static JobStatus State(TraceTable table, int column)
    {
        var text = table.Cell(column);
        var word = text.Split(' ')[0].TrimEnd('+');
        if (States.TryGetValue(word, out var status)) return status;
        table.Problems.NotA(table.Line, "state", text, "a state of a job", Nearest.To(word, States.Keys.Where(k => k.Length > 3)));
        return JobStatus.Unknown;
    }

    /// <summary>"1-02:03:04", "02:03:04", "03:04.500" or "04": seconds; NaN where empty.</summary>
    private static double Elapsed(TraceTable table, int column)
    {
        var text = table.Cell(column);
        if (text.Length == 0 || text is "Unknown" or "INVALID") return double.NaN;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var days = 0.0;
        var read = dash != 0 && (dash < 0 || double.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out days));
        var seconds = 0.0;
        foreach (var part in text[(dash + 1)..].Split(':'))
        {
            read &= double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            seconds = (seconds * 60) + number;
        }

        if (read) return (days * 86_400) + seconds;
        if (dash == 0) table.Problems.Say(table.Line, table.Header[column], $"'{Problem.Shown(text)}' is negative; the clocks of the nodes may differ", sort: "negative");
        else table.Problems.NotA(table.Line, table.Header[column], text, "a time such as 1-02:03:04");
        return double.NaN;
    }

    private static (double Gpus, string? Kind) Gpus(TraceTable table, Columns c)
    {
        foreach (var column in (ReadOnlySpan<int>)[c.Allocated, c.Requested, c.Gres, c.AskedGres])
        {
            var text = table.Cell(column);
            if (text.Length == 0) continue;
            var (total, typed, kind) = (double.NaN, 0.0, (string?)null);
            foreach (var item in text.Split(','))
            {
                // gres/gpu=8, gres/gpu:a100=8; in the older columns gpu:8, gpu:a100:8.
                var name = item.StartsWith("gres/", StringComparison.Ordinal) ? item[5..] : item;
                if (!name.StartsWith("gpu", StringComparison.OrdinalIgnoreCase) || (name.Length > 3 && name[3] is not (':' or '='))) continue;
                var parts = name.Split(':', '=');
                if (!double.TryParse(parts[^1].Split('(')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var count)) table.Problems.NotA(table.Line, table.Header[column], item, "a number of GPUs, such as gres/gpu=8");
                else if (parts.Length > 2) (typed, kind) = (typed + count, kind is null ? parts[1] : $"{kind}|{parts[1]}");
                else total = count;
            }

            return (double.IsNaN(total) ? typed : total, kind);
        }

        return (0, null);
    }

    /// <summary>A part of TRES such as <c>mem=64G</c>, in bytes where it has a unit; null where it is not there.</summary>
    private static double? Quantity(string tres, string name)
    {
        foreach (var item in tres.Split(','))
        {
            if (!item.StartsWith(name, StringComparison.Ordinal) || item.Length <= name.Length + 1 || item[name.Length] != '=') continue;
            var text = item.AsSpan(name.Length + 1);
            var power = "KMGTP".IndexOf(text[^1], StringComparison.Ordinal) + 1;
            // Memory without a unit is in megabytes.
            if (power > 0) text = text[..^1];
            else if (name == "mem") power = 2;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * Math.Pow(1024, power) : null;
        }

        return null;
    }

    /// <summary>How many jobs a record stands for: "7_[1-9:2,20%4]" is an array of which no task has begun.</summary>
    private static int Tasks(string id, int line, TraceProblems problems)
    {
        var open = id.IndexOf('[', StringComparison.Ordinal);
        if (open < 0) return 1;
        var list = id[(open + 1)..].TrimEnd(']').Split('%')[0];
        var tasks = 0L;
        foreach (var range in list.Split(','))
        {
            var step = range.Split(':');
            var ends = step[0].Split('-');
            if (!long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !long.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || last < first || !long.TryParse(step.Length > 1 ? step[1] : "1", NumberStyles.None, CultureInfo.InvariantCulture, out var by) || by == 0)
            {
                // sacct shortens long lists: "[1,3,5...]" says that there are more, not how many.
                problems.NotA(line, "jobid", id, "a job, a task or an array such as 7_[1-9%4]; print long arrays with SLURM_BITSTR_LEN=0");
                return 0;
            }

            tasks += ((last - first) / by) + 1;
        }

        if (tasks <= MostTasks) return (int)tasks;
        problems.NotA(line, "jobid", id, $"an array of at most {MostTasks:#,##0} tasks");
        return 0;
    }
}
