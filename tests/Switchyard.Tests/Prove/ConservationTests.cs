using Switchyard.Operate;
using Switchyard.Prove;

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
        var hours = 0m;
        foreach (var pool in stage.Mandate.Pools)
            for (var month = 0; month < result.Fleet.Books.Months; month++) hours += (decimal)(result.Fleet.Books.Seconds[pool.Index, month] / 3600 * pool.PricePerHour);
        result.CashPerMonth.Sum().ShouldBe(hours + stage.Fixed.Sum(f => f.Usd), 0.01m);
        result.CashPerProvider.Values.Sum().ShouldBe(result.CashPerMonth.Sum(), 0.01m);
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
