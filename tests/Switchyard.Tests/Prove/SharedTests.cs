using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>Machines that several workloads share are one set: never more than there are, always all of them, and each hour of them is somebody's.</summary>
public sealed class SharedTests
{
    private static readonly Offer Lab = HandMade.Offer("owned", "basement", 0) with { OnDemand = null };

    private static readonly Scenario Sharing = HandMade.Scenario(
        null, HandMade.Service("chat", 44, 2), HandMade.Training("tune", 4, 9),
        new BatchWorkload
        {
            Name = "nightly", Model = HandMade.Service("x", 1).Model, Precisions = [Precision.Fp8], Requests = 900_000, Input = new(400, 900), Output = new(60, 150),
            Cadence = new(HandMade.Quarter.Start, 0, 1, TimeSpan.FromHours(20)),
        }) with { Holdings = [new() { Name = "lab", Instance = Lab, Count = 2, Committed = new(10), Running = new(0) }] };

    private static readonly Lazy<(Stage Stage, RunResult Result, IReadOnlyList<RecordedDecision> Log)> Played = new(() =>
    {
        var stage = Staged.Of(Staged.PlanOf(Sharing), Sharing);
        var harsh = ProofCase.Expected with { Faults = new FaultModel { NodeFailuresPerDay = 0.05, JobFailuresPerDay = 0.05, RepairHours = 5 } };
        var (result, log) = new ProofRun(stage, harsh, 3, new() { BusyRequests = 200, OtherRequests = 50 }, Staged.Factors).Record();
        return (stage, result, log);
    });

    private static SharedCapacity Shared => Played.Value.Stage.Mandate.Shared.ShouldHaveSingleItem();

    [Fact]
    public void What_several_workloads_use_is_staged_as_one_set_of_machines()
    {
        var pools = Played.Value.Stage.Mandate.Pools;
        Shared.Pools.Length.ShouldBeGreaterThan(1);
        Shared.Most.ShouldBe([2, 2, 2]);
        // Each of them counted for itself would be more machines than there are.
        Shared.Pools.Sum(p => pools[p].MostAt(0)).ShouldBeGreaterThan(2);
        Shared.Pools.ShouldAllBe(p => pools[p].Shared == 0);
    }

    [Fact]
    public void There_are_never_more_machines_than_there_are()
    {
        var (stage, _, log) = Played.Value;
        var (where, moved) = (new Dictionary<int, int>(), 0);
        foreach (var decision in log.TakeWhile(l => l.Happened.Seconds < stage.End).SelectMany(l => Before(l)))
        {
            switch (decision)
            {
                case StartInstance start: where[start.Instance] = start.Pool; break;
                case AssignInstance assign:
                    where.ShouldContainKey(assign.Instance);
                    where[assign.Instance].ShouldNotBe(assign.Pool);
                    where[assign.Instance] = assign.Pool;
                    moved++;
                    break;
                case StopInstance stop: where.Remove(stop.Instance); break;
                case DrainInstance drain: where.Remove(drain.Instance); break;
            }

            where.Values.Count(Shared.Pools.Contains).ShouldBeLessThanOrEqualTo(2);
        }

        moved.ShouldBeGreaterThan(50);

        // What is lost is gone before what is decided on it.
        IEnumerable<ControllerDecision> Before(RecordedDecision entry)
        {
            if (entry.Happened is InstanceLost lost) where.Remove(lost.Instance);
            if (entry.Happened is InstanceRefused refused) where.Remove(refused.Instance);
            return entry.Decisions;
        }
    }

    [Fact]
    public void Their_hours_add_up_to_all_of_them_over_the_horizon()
    {
        var (stage, result, _) = Played.Value;
        var seconds = Shared.Pools.Sum(p => Enumerable.Range(0, stage.Horizon.Months).Sum(m => result.Fleet.Books.Seconds[p, m]));
        (seconds / 3600).ShouldBe(2 * stage.Horizon.TotalHours, 1e-6 * stage.Horizon.TotalHours);
        result.Hours.Values.Sum(h => h.Sum()).ShouldBe(result.HeldHours, 1e-6 * result.HeldHours);
        Shared.Pools.Count(p => result.Fleet.Books.Held[p] > 10).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Services_come_first_and_jobs_end_in_time_on_what_is_left()
    {
        var (stage, result, log) = Played.Value;
        var service = result.Services[0].Months.Aggregate((Met: 0.0, All: 0.0), (sum, m) => (sum.Met + m.Met[1], sum.All + m.Requests));
        (service.Met / service.All).ShouldBeGreaterThan(0.97);
        result.Jobs.Count(j => j.InTime).ShouldBeGreaterThan((int)(0.95 * result.Jobs.Length));
        log.SelectMany(l => l.Decisions).OfType<AssignInstance>().ShouldContain(a => a.Job == null && stage.Mandate.Pools[a.Pool].Workload == "chat");
        log.SelectMany(l => l.Decisions).OfType<AssignInstance>().ShouldContain(a => a.Job != null);
    }
}
