using Switchyard.Demand;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>Failures against published figures and closed forms.</summary>
public sealed class ReliabilityTests
{
    [Theory]
    [InlineData(16_384, 1.8)]
    [InlineData(131_072, 0.23)]
    public void Time_between_failures_is_that_of_the_published_projection(double accelerators, double hours) =>
        Reliability.MeanHoursBetweenFailures(accelerators, new FaultModel().NodeFailuresPerDay).ShouldBe(hours, 0.05 * hours);

    [Fact]
    public void Both_processes_together_end_a_job_of_one_node_as_often_as_measured()
    {
        var faults = new FaultModel();
        (1 / (faults.NodeFailureRate(8) + faults.JobFailureRate(8)) / 86400).ShouldBe(47.7, 4.77);
    }

    [Theory]
    [InlineData(60, 7200)]
    [InlineData(300, 6500)]
    [InlineData(20, 500_000)]
    public void The_checkpoint_interval_is_the_best_one(double write, double between)
    {
        var chosen = Reliability.CheckpointInterval(write, between);
        var best = Enumerable.Range(1, 200_000).Select(i => i * between / 50_000).MaxBy(t => Reliability.UsefulShare(t, write, 600, between));
        chosen.ShouldBe(best, 0.01 * best);
    }

    [Theory]
    [InlineData(30, 600, 20_000)]
    [InlineData(120, 600, 6_480)]
    public void A_simulated_gang_is_useful_for_the_expected_share(double write, double restart, double between)
    {
        var interval = Reliability.CheckpointInterval(write, between);
        var random = new Generator(7);
        var job = new JobRun { Order = new("long", "long", true, 0, 0, 0) };
        const double work = 3e8;
        double now = 0, end;
        while ((end = job.Start(now, 0, [0], work, interval, write, restart)) is var _)
        {
            // A restart that nothing interrupts, then failures without memory.
            var back = double.IsNaN(job.FirstStart) || now == 0 ? 0 : restart;
            var fails = now + back + (between * random.Exponential());
            if (end <= fails) break;
            now = fails;
            job.Stop(now, done: false);
        }

        job.Stop(end, done: true);
        (work / end).ShouldBe(Reliability.UsefulShare(interval, write, restart, between), 0.01);
        (job.Total.Useful + job.Total.Lost + job.Total.Checkpoint + job.Total.Restart).ShouldBe(end, 1e-6 * end);
        job.Total.Useful.ShouldBe(work, 1e-6 * work);
    }

    [Fact]
    public void Machines_of_a_simulated_fleet_fail_at_their_rate_with_and_without_shared_fate()
    {
        foreach (var shared in new[] { 0.0, 0.3 })
        {
            var faults = FaultModel.None with { NodeFailuresPerDay = 0.2, SharedFate = shared, ReplaceHours = 0 };
            var scenario = HandMade.Scenario(null, HandMade.Service("chat", 60, 2) with { Load = new(60, 0, WeekShape.Flat) });
            var stage = Staged.Of(Staged.PlanOf(scenario), scenario);
            var run = new ProofRun(stage, ProofCase.Expected with { Faults = faults }, 3, new() { BusyRequests = 1, OtherRequests = 1, FaultsPerMonth = 0 }, Staged.Factors);
            var (result, log) = run.Record();
            var lost = log.Count(l => l.Happened is InstanceLost);
            var expected = result.HeldHours / 8 / 24 * faults.NodeFailuresPerDay;
            ((double)lost).ShouldBe(expected, 5 * Math.Sqrt(expected * (1 + (3 * shared))));
        }
    }
}
