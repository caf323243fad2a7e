using Switchyard.Demand;

namespace Switchyard.Tests.Demand;

public sealed class StatisticsTests
{
    [Fact]
    public void Arrivals_at_random_have_a_burstiness_of_one()
    {
        var random = new Random(7);
        var times = new double[200_000];
        for (var i = 1; i < times.Length; i++) times[i] = times[i - 1] - (Math.Log(1 - random.NextDouble()) / 4);
        var found = ArrivalStatistics.Of([.. times]);
        found.PerSecond.ShouldBe(4, 0.05);
        found.VariationOfGaps.ShouldBe(1, 0.01);
        found.Bursts.Select(b => b.WindowSeconds).ShouldBe([1, 60, 3600]);
        found.Bursts[0].Dispersion.ShouldBe(1, 0.02);
        found.Bursts[1].Dispersion.ShouldBe(1, 0.1);
    }

    [Fact]
    public void Even_arrivals_have_none_and_bursts_have_more()
    {
        var even = ArrivalStatistics.Of([.. Enumerable.Range(0, 1_000).Select(i => i * 0.5)]);
        (even.VariationOfGaps, even.Bursts[0].Dispersion, even.Bursts[0].PeakToMean).ShouldBe((0, 0, 1));
        // Ten at once each ten seconds: counts of 10 and nine times 0 in windows of a second.
        var bursts = ArrivalStatistics.Of([.. Enumerable.Range(0, 1_001).Select(i => (double)(i / 10 * 10))]);
        bursts.Bursts[0].Dispersion.ShouldBe(9, 0.01);
        bursts.Bursts[0].PeakToMean.ShouldBe(10);
        bursts.LongestGap.ShouldBe(10);
        ArrivalStatistics.Of([3, 3]).ShouldSatisfyAllConditions(a => a.PerSecond.ShouldBe(0), a => double.IsNaN(a.VariationOfGaps).ShouldBeTrue());
    }

    [Fact]
    public void Jobs_are_counted_by_size_and_end()
    {
        var jobs = JobStatistics.Of(new()
        {
            Submitted = [0, 1, 2, 3, 4, 5], Gpus = [0, 0.5, 1, 3, 8, 9], Duration = [3600, 3600, 3600, double.NaN, 3600, 3600],
            Status = [JobStatus.Completed, JobStatus.Failed, JobStatus.Completed, JobStatus.Running, JobStatus.Completed, JobStatus.Completed],
            Deadline = [double.NaN, 3601, double.NaN, 10, double.NaN, 7205],
        });
        jobs.Sizes.Select(g => (g.Name, g.Jobs, g.GpuHours)).ShouldBe([("no GPU", 1, 0), ("a share of one", 1, 0.5), ("1", 1, 1), ("3–4", 1, 0), ("5–8", 1, 8), ("9–16", 1, 9)]);
        jobs.GpuHours.ShouldBe(18.5);
        jobs.Statuses.Select(g => (g.Name, g.Jobs)).ShouldBe([("Completed", 4), ("Failed", 1), ("Running", 1)]);
        (jobs.Deadlines, jobs.Slack!.Least, jobs.Slack.Most).ShouldBe((3, 1, 2));
        jobs.Duration!.Unknown.ShouldBe(1);
    }
}
