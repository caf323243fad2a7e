using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Switchyard.Demand;

namespace Switchyard.Connect.Traces;

/// <summary>One job as a form reads it; NaN, null and −1 stand for unknown.</summary>
internal struct JobRow()
{
    internal double Submitted = double.NaN, Gpus = double.NaN, Duration = double.NaN, Started = double.NaN, Deadline = double.NaN, TimeLimit = double.NaN;
    internal double Cpus = double.NaN, MemoryBytes = double.NaN, Steps = double.NaN;
    internal int Nodes, Batch, Restarts = -1, Line;
    internal JobStatus Status;
    internal string? Id, User, Queue, Model, Accelerator;
}

/// <summary>Collects jobs in any order, checks each, and makes the columns of a trace of them.</summary>
internal sealed class JobRows(TraceProblems problems, ClusterShape? cluster)
{
    private readonly List<JobRow> rows = [];
    private readonly Dictionary<string, double> queueGpus = cluster is null ? [] : cluster.Groups.Where(g => g.Queue is not null)
        .GroupBy(g => g.Queue!).Where(g => g.All(n => n.Gpus is not null)).ToDictionary(g => g.Key, g => g.Sum(n => (double)n.Count * n.Gpus!.Value), StringComparer.Ordinal);

    /// <summary>Names that problems give to what is wrong; forms that call them otherwise replace them.</summary>
    internal string DurationColumn { get; init; } = "duration";

    internal string GpusColumn { get; init; } = "gpus";

    internal string DeadlineColumn { get; init; } = "deadline";

    internal int Count => rows.Count;

    /// <summary>The rows, for forms that join several into one job.</summary>
    internal Span<JobRow> Span => CollectionsMarshal.AsSpan(rows);

    /// <summary>Takes a job, unless something about it is wrong; then that is said.</summary>
    internal void Add(in JobRow job)
    {
        var before = problems.Found;
        if (job.Duration < 0)
            problems.Say(job.Line, DurationColumn, $"{Text(job.Duration)} s is negative; its begin and its end may be swapped", Text(-job.Duration));
        if (job.Gpus < 0) problems.Say(job.Line, GpusColumn, $"{Text(job.Gpus)} GPUs are fewer than none");
        if (job.Started < job.Submitted) problems.Say(job.Line, "started", $"begins {Text(job.Submitted - job.Started)} s before it is submitted");
        if (job.Deadline < job.Submitted) problems.Say(job.Line, DeadlineColumn, $"lies {Text(job.Submitted - job.Deadline)} s before the job is submitted");
        if (cluster?.Gpus is { } all && job.Gpus > all)
            problems.Doubt(Doubts.Size, job.Line, GpusColumn, $"asks for {Text(job.Gpus)} GPUs; the cluster has {all}");
        else if (job.Queue is { } queue && queueGpus.TryGetValue(queue, out var has) && job.Gpus > has)
            problems.Doubt(Doubts.Size, job.Line, GpusColumn, $"asks for {Text(job.Gpus)} GPUs; queue {queue} has {Text(has)}");
        if (cluster is not null && job.Nodes > cluster.Nodes)
            problems.Doubt(Doubts.Size, job.Line, "nodes", $"asks for {job.Nodes} nodes; the cluster has {cluster.Nodes}");
        if (problems.Found == before && !double.IsNaN(job.Submitted) && !double.IsNaN(job.Gpus)) rows.Add(job);
    }

    /// <summary>The trace, sorted by submission; null, with a problem, when there is no job.</summary>
    /// <param name="start">The moment of second 0.</param>
    /// <param name="notes">Takes what was done.</param>
    internal JobTrace? Build(DateTimeOffset? start, List<string> notes)
    {
        if (rows.Count == 0 && problems.Found == 0) problems.Say(0, "", "holds no job");
        if (problems.Found > 0) return null;
        var sorted = rows.ToArray();
        var disorder = 0;
        for (var i = 1; i < sorted.Length; i++) disorder += sorted[i].Submitted < sorted[i - 1].Submitted ? 1 : 0;
        if (disorder > 0)
        {
            // Stable, so that jobs of one moment keep their order.
            sorted = [.. sorted.OrderBy(r => r.Submitted)];
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{disorder:#,##0} rows were before the row above them; sorted by submission"));
        }

        if (problems.Accepted(Doubts.Size) is > 0 and var large) notes.Add($"{large:#,##0} jobs are larger than the cluster; they were kept, as you said");
        return Columns(sorted, start);
    }

    private static JobTrace Columns(JobRow[] r, DateTimeOffset? start)
    {
        // A job submitted before the first day read: second 0 moves to the day of the earliest.
        var shift = start is not null && r[0].Submitted < 0 ? Math.Ceiling(-r[0].Submitted / 86_400) * 86_400 : 0;
        ImmutableArray<double> Times(Func<JobRow, double> of) => Doubles(r, row => of(row) + shift);
        return new()
        {
            Submitted = [.. r.Select(row => row.Submitted + shift)],
            Gpus = [.. r.Select(row => row.Gpus)],
            Duration = Doubles(r, row => row.Duration),
            Started = Times(row => row.Started),
            Deadline = Times(row => row.Deadline),
            TimeLimit = Doubles(r, row => row.TimeLimit),
            Cpus = Doubles(r, row => row.Cpus),
            MemoryBytes = Doubles(r, row => row.MemoryBytes),
            Steps = Doubles(r, row => row.Steps),
            Nodes = Array.Exists(r, row => row.Nodes > 0) ? [.. r.Select(row => row.Nodes)] : [],
            Batch = Array.Exists(r, row => row.Batch > 0) ? [.. r.Select(row => row.Batch)] : [],
            Restarts = Array.Exists(r, row => row.Restarts >= 0) ? [.. r.Select(row => Math.Max(0, row.Restarts))] : [],
            Status = Array.Exists(r, row => row.Status != JobStatus.Unknown) ? [.. r.Select(row => row.Status)] : [],
            Ids = Array.Exists(r, row => row.Id is not null) ? [.. r.Select(row => row.Id ?? "")] : [],
            Users = Names(r, row => row.User),
            Queues = Names(r, row => row.Queue),
            Models = Names(r, row => row.Model),
            Accelerators = Names(r, row => row.Accelerator),
            Start = start?.AddSeconds(-shift),
        };
    }

    private static ImmutableArray<double> Doubles(JobRow[] rows, Func<JobRow, double> of)
    {
        var column = new double[rows.Length];
        var known = false;
        for (var i = 0; i < rows.Length; i++)
        {
            column[i] = of(rows[i]);
            known |= !double.IsNaN(column[i]);
        }

        return known ? ImmutableCollectionsMarshal.AsImmutableArray(column) : [];
    }

    private static Labels Names(JobRow[] rows, Func<JobRow, string?> of)
    {
        Dictionary<string, int> positions = new(StringComparer.Ordinal);
        var column = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            if (of(rows[i]) is not { } name) column[i] = -1;
            else if (!positions.TryGetValue(name, out column[i])) positions.Add(name, column[i] = positions.Count);
        }

        return positions.Count == 0 ? Labels.None : new([.. positions.Keys], ImmutableCollectionsMarshal.AsImmutableArray(column));
    }

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
