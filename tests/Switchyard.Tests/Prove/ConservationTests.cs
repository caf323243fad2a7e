using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Prove;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>What goes in comes out: hours, money, requests, jobs; and the same controller decides the same on the same events.</summary>
public sealed class ConservationTests
{
    private static readonly Lazy<(Stage Stage, RunResult Result, IReadOnlyList<RecordedDecision> Log)> Played = new(() =>
    {
        var stage = Staged.Of(Staged.MixedPlan, Staged.Mixed);
        var harsh = ProofCase.Expected with { Faults = new FaultModel { NodeFailuresPerDay = 0.2, JobFailuresPerDay = 0.2, ZoneOutagesPerYear = 30, OnDemandShortage = 0.1 } };
        var (result, log) = new ProofRun(stage, harsh, 5, new(), Staged.Factors).Record();
        return (stage, result, log);
    });

    [Fact]
    public void Accelerator_hours_by_state_add_up_to_what_was_held()
    {
        var result = Played.Value.Result;
        result.Hours.Values.Sum(h => h.Sum()).ShouldBe(result.HeldHours, 1e-6 * result.HeldHours);
        result.Hours.Values.ShouldAllBe(hours => hours.All(h => h >= -1e-6));
        result.Hours["tune"][(int)HourState.Lost].ShouldBeGreaterThan(0);
        result.Hours["chat"][(int)HourState.Idle].ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Money_is_hours_at_their_price_and_what_is_paid_anyway()
    {
        var (stage, result, _) = Played.Value;
        result.CashPerMonth.Sum().ShouldBe(ByUse(stage, result) + stage.Fixed.Sum(f => f.Usd), 0.01m);
        result.CashPerProvider.Values.Sum().ShouldBe(result.CashPerMonth.Sum(), 0.01m);
    }

    private static decimal ByUse(Stage stage, RunResult result)
    {
        var (books, usd) = (result.Fleet.Books, 0.0);
        foreach (var pool in stage.Mandate.Pools)
        {
            for (var month = 0; month < books.Months; month++)
                usd += (books.Seconds[pool.Index, month] / 3600 * pool.PricePerHour) + (books.Requests[pool.Index, month] * pool.PricePerRequest) + books.Brought[pool.Index, month];
        }

        return (decimal)usd;
    }

    [Fact]
    public void What_is_moved_for_requests_and_runs_is_billed_as_the_plan_reckons()
    {
        var elsewhere = new DataSet(DataSize.FromGB(500), new("gcp", "us-central"));
        var scenario = Staged.Mixed with
        {
            Workloads =
            [
                .. Staged.Mixed.Workloads.Select(Workload (w) => w switch
                {
                    InferenceWorkload => HandMade.Service("chat", 150, 2) with { ResponseSize = DataSize.FromGB(0.0004) },
                    TrainingWorkload t => t with { Data = elsewhere with { Replication = Replication.No } },
                    BatchWorkload b => b with { Data = elsewhere with { Replication = Replication.No } },
                    _ => w,
                }),
            ],
        };
        var plan = Staged.PlanOf(scenario);
        var stage = Staged.Of(plan, scenario);
        var result = new ProofRun(stage, ProofCase.Expected with { Faults = FaultModel.None }, 3, new(), Staged.Factors).Play();
        var books = result.Fleet.Books;
        result.CashPerMonth.Sum().ShouldBe(ByUse(stage, result) + stage.Fixed.Sum(f => f.Usd), 0.01m);
        foreach (var workload in scenario.Workloads)
        {
            double Sum(Func<Pool, int, double> figure) => stage.Mandate.Pools.Where(p => p.Workload == workload.Name).Sum(p => Enumerable.Range(0, books.Months).Sum(m => figure(p, m)));
            var moved = Sum((p, m) => (books.Requests[p.Index, m] * p.PricePerRequest) + books.Brought[p.Index, m]);
            var planned = plan.Purchases.Where(p => p.Workload == workload.Name).Sum(p => p.Months.Sum(m => (double)m.Cash.Usd - (m.InstanceHours * p.Source.PricePerHour)));
            planned.ShouldBeGreaterThan(10, workload.Name);
            // The plan reckons with all that its machines could answer of a load, whole machines; what was answered is billed.
            moved.ShouldBeInRange((workload is InferenceWorkload ? 0.75 : 0.97) * planned, 1.03 * planned, workload.Name);
        }

        Enumerable.Range(0, stage.Mandate.Pools.Length).Where(p => stage.Mandate.Pools[p].Workload == "chat").Sum(p => Enumerable.Range(0, books.Months).Sum(m => books.Requests[p, m]))
            .ShouldBe(result.Services[0].Months.Sum(m => m.Requests), 0.06 * result.Services[0].Months.Sum(m => m.Requests));
    }

    [Fact]
    public void Two_APIs_of_a_service_share_what_instances_have_no_room_for_the_cheaper_first()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 40, 1) with { Headroom = 0.2 }) with { Horizon = new(new(2027, 2, 1), 2) };
        var bought = Staged.Of(Staged.PlanOf(scenario), scenario);
        var pools = bought.Mandate.Pools.Select(p => p with { Most = [.. p.Most.Select(m => Math.Max(0, m - 1))] }).ToList();
        Pool Api(int index, string name, double price, int most) => pools[0] with
        {
            Index = index, Source = name, Provider = name, Kind = PurchaseKind.Tokens, PricePerHour = 0, PricePerRequest = price, Accelerators = 0, Rate = 1, Most = [most, most], StartSeconds = 0,
        };
        Pool[] apis = [Api(pools.Count, "cheap", 0.001, 4), Api(pools.Count + 1, "dear", 0.003, 40)];
        var stage = bought with
        {
            Makes = [.. bought.Makes, .. apis.Select(a => new PoolMake { ErrorGroup = a.Source, Promised = bought.Services[0].ServiceLevel })],
            Mandate = bought.Mandate with { Pools = [.. pools, .. apis], Services = [bought.Mandate.Services[0] with { Apis = [apis[0].Index, apis[1].Index] }] },
        };
        var run = new ProofRun(stage, ProofCase.Expected, 1, new() { BusyRequests = 300, OtherRequests = 100 }, Staged.Factors).Play();
        var sold = apis.Select(a => Enumerable.Range(0, run.Fleet.Books.Months).Sum(m => run.Fleet.Books.Requests[a.Index, m])).ToArray();
        sold.ShouldAllBe(requests => requests > 1000);
        for (var a = 0; a < 2; a++) run.Fleet.Books.Meters[apis[a].Index].ShouldBe(sold[a], 1e-6 * sold[a]);
        // The cheap one answers four a second whenever as many are over.
        sold[0].ShouldBeLessThanOrEqualTo(4 * stage.End);
        ((double)run.CashPerProvider["cheap"]).ShouldBe(0.001 * sold[0], 0.01);
        ((double)run.CashPerProvider["dear"]).ShouldBe(0.003 * sold[1], 0.01);
        // What windows send to both is what is billed.
        (sold.Sum() / run.Services[0].Months.Sum(m => m.ByApi)).ShouldBe(1, 0.05);
    }

    [Fact]
    public void Data_is_paid_for_again_by_each_machine_that_takes_the_place_of_another()
    {
        var elsewhere = new DataSet(DataSize.FromGB(500), new("gcp", "us-central"), Replication.No);
        var tune = HandMade.Training("tune", 100, 8) with { SpotAllowed = true, Data = elsewhere };
        var scenario = HandMade.Scenario(null, tune);
        var stage = Staged.Of(Staged.PlanOf(scenario), scenario);
        var (result, log) = new ProofRun(stage, ProofCase.Expected with { Faults = new FaultModel { SpotInterruptionsPerHour = 0.05, NodeFailuresPerDay = 0.05 } }, 3, new(), Staged.Factors).Record();
        var (expected, runs, had, where) = (0.0, 0, new HashSet<int>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var run in log.SelectMany(l => l.Decisions).OfType<RunJob>())
        {
            var make = stage.Makes[run.Pool];
            make.UsdPerLoad.ShouldBeGreaterThan(1);
            expected += make.UsdPerLoad * run.Instances.Count(had.Add) / run.Instances.Length;
            if (where.GetValueOrDefault(run.Job, -1) != run.Pool) expected += make.UsdPerRun;
            where[run.Job] = run.Pool;
            runs++;
        }

        var brought = result.Fleet.Books.Brought.Cast<double>().Sum();
        brought.ShouldBe(expected, 1e-6 * expected);
        // Interrupted jobs have been brought it more than once, and not the whole of it each time.
        runs.ShouldBeGreaterThan(stage.Jobs.Length);
        brought.ShouldBeGreaterThan(1.05 * stage.Jobs.Length * stage.Makes.Where(m => m.RunSeconds > 0).Min(m => m.UsdPerLoad));
    }

    [Fact]
    public void Requests_are_answered_refused_or_left_unserved_and_nothing_else()
    {
        foreach (var service in Played.Value.Result.Services)
        {
            service.Offered.ShouldBeGreaterThan(10_000);
            (service.Answered + service.Rejected + service.Unserved + service.SentToApi).ShouldBe(service.Offered);
            service.Retried.ShouldBeGreaterThan(0);
            foreach (var month in service.Months)
            {
                month.Requests.ShouldBeGreaterThan(0);
                foreach (var met in month.Met) met.ShouldBeInRange(0, month.Requests * (1 + 1e-9));
            }
        }
    }

    [Fact]
    public void Windows_stand_for_all_requests_that_are_expected()
    {
        var (stage, result, _) = Played.Value;
        for (var month = 0; month < stage.Horizon.Months; month++)
        {
            var expected = stage.Services[0].Load.Requests(month, stage.Horizon.Hours(month));
            // The hours of the week do not divide a month evenly.
            result.Services[0].Months[month].Requests.ShouldBe(expected, 0.06 * expected);
        }
    }

    [Fact]
    public void Each_job_that_comes_ends_once()
    {
        var (stage, result, log) = Played.Value;
        result.Jobs.Select(j => j.Id).Order().ShouldBe(stage.Jobs.Select(j => j.Id).Order());
        result.Jobs.ShouldAllBe(j => j.Ended > j.Started && j.Started >= j.Arrives);
        log.Count(l => l.Happened is JobEnded).ShouldBe(stage.Jobs.Length);
        result.Jobs.Where(j => j.Workload == "tune").Sum(j => j.Failures).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_recorded_log_gives_a_new_controller_the_same_decisions()
    {
        var (stage, _, log) = Played.Value;
        var controller = new Controller(stage.Mandate);
        var state = new ControllerState();
        foreach (var entry in log)
        {
            var decided = controller.Decide(state, entry.Happened);
            decided.Decisions.Select(Text).ShouldBe(entry.Decisions.Select(Text));
            state = decided.State;
        }

        log.SelectMany(l => l.Decisions).ShouldAllBe(d => d.Reason.Length > 0);
        log.SelectMany(l => l.Decisions).Select(d => d.GetType()).Distinct().Count().ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var stage = Played.Value.Stage;
        var run = new ProofRun(stage, ProofCase.Expected, 11, new(), Staged.Factors);
        var first = run.Play();
        run.Play().Hash.ShouldBe(first.Hash);
        (run with { Seed = 12 }).Play().Hash.ShouldNotBe(first.Hash);
    }

    private static string Text(ControllerDecision decision) => decision is RunJob run ? $"{run.Job} {run.Pool} {string.Join(",", run.Instances)} {run.Reason}" : decision.ToString();
}
