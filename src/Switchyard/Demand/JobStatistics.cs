using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>Jobs that have something in common.</summary>
/// <param name="Name">What, such as <c>8 GPUs</c> or <c>failed</c>.</param>
/// <param name="Jobs">How many there are.</param>
/// <param name="GpuHours">GPU-hours of those whose duration is known.</param>
public sealed record JobGroup(string Name, int Jobs, double GpuHours);

/// <summary>What a trace of jobs comes to.</summary>
/// <param name="Arrivals">How they were submitted.</param>
/// <param name="Gpus">GPUs of a job.</param>
/// <param name="Duration">Seconds that a job ran; null where unknown.</param>
/// <param name="Wait">Seconds that a job waited; null where unknown.</param>
/// <param name="GpuHours">GPU-hours of all jobs whose duration is known.</param>
/// <param name="Sizes">By GPUs: none, a share of one, 1, 2, 3 to 4, 5 to 8, and so on by doubling.</param>
/// <param name="Statuses">By how they ended; empty where unknown.</param>
/// <param name="Deadlines">Jobs with a deadline.</param>
/// <param name="Slack">Time from submission to deadline over the duration, of jobs that have both; null where none has.</param>
/// <param name="Restarts">Restarts of all jobs; null where unknown.</param>
public sealed record JobStatistics(
    ArrivalStatistics Arrivals, Spread Gpus, Spread? Duration, Spread? Wait, double GpuHours, ImmutableArray<JobGroup> Sizes, ImmutableArray<JobGroup> Statuses,
    int Deadlines, Spread? Slack, int? Restarts)
{
    /// <summary>The statistics of a trace.</summary>
    /// <param name="trace">At least one job.</param>
    public static JobStatistics Of(JobTrace trace)
    {
        double HoursOf(int i) => trace.Duration.IsEmpty || double.IsNaN(trace.Duration[i]) ? 0 : trace.Gpus[i] * trace.Duration[i] / 3600;
        ImmutableArray<JobGroup> By<T>(Func<int, T> key, Func<T, string> name)
            where T : notnull => [.. Enumerable.Range(0, trace.Count).GroupBy(key).OrderBy(g => g.Key).Select(g => new JobGroup(name(g.Key), g.Count(), g.Sum(HoursOf)))];
        double Column(ImmutableArray<double> column, int i) => column.IsEmpty ? double.NaN : column[i];
        var rows = Enumerable.Range(0, trace.Count);
        return new(
            ArrivalStatistics.Of(trace.Submitted),
            Spread.Of(trace.Gpus)!,
            Spread.Of(trace.Duration),
            Spread.Of(trace.Started.Select((s, i) => s - trace.Submitted[i])),
            rows.Sum(HoursOf),
            By(i => Size(trace.Gpus[i]), SizeName),
            trace.Status.IsEmpty ? [] : By(i => trace.Status[i], s => s.ToString()),
            trace.Deadline.Count(d => !double.IsNaN(d)),
            Spread.Of(rows.Select(i => Column(trace.Duration, i) > 0 ? (Column(trace.Deadline, i) - trace.Submitted[i]) / trace.Duration[i] : double.NaN)),
            trace.Restarts.IsEmpty ? null : trace.Restarts.Sum());
    }

    // −2 none, −1 a share of one, 0 for 1, 1 for 2, 2 for 3 to 4, …
    private static int Size(double gpus) => gpus == 0 ? -2 : gpus < 1 ? -1 : (int)Math.Ceiling(Math.Log2(gpus) - 1e-9);

    private static string SizeName(int size) => size switch
    {
        -2 => "no GPU",
        -1 => "a share of one",
        0 => "1",
        1 => "2",
        _ => FormattableString.Invariant($"{(1 << (size - 1)) + 1}–{1 << size}"),
    };
}
