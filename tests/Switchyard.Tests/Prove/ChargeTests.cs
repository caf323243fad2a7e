using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>Teams answer for machines that somebody else pays for by the hours for which their workloads hold them.</summary>
public sealed class ChargeTests
{
    private static readonly Holding Reserved = new()
    {
        Name = "reserved", Instance = HandMade.Offer("aws", "us-east", 20), Count = 3, Committed = new(15), Running = new(0),
    };

    private static Scenario For(Workload workload, decimal? cash, decimal? total) =>
        HandMade.Scenario(new() { Teams = [new("apps", cash is { } c ? new(c) : null, total is { } t ? new(t) : null)] }, workload with { Team = "apps" }) with { Holdings = [Reserved] };

    private static (PurchasePlan Plan, CaseEvidence Evidence) Prove(Scenario planned, Scenario judged)
    {
        var plan = Staged.PlanOf(planned);
        var stage = Staged.Of(plan, judged);
        var rule = new WindowRule { BusyRequests = 300, OtherRequests = 100 };
        return (plan, Judge.Of(stage, ProofCase.Expected, [.. Enumerable.Range(1, 3).Select(seed => new ProofRun(stage, ProofCase.Expected, (ulong)seed, rule, Staged.Factors).Play())]));
    }

    private static double Hours(PurchasePlan plan) => plan.Purchases.Where(p => p.Source.Id == "reserved").Sum(p => p.Months.Sum(m => m.InstanceHours));

    [Fact]
    public void A_run_is_charged_for_the_hours_of_its_gang_and_a_budget_that_they_break_is_named()
    {
        var tune = HandMade.Training("tune", 8, 4);
        var (plan, evidence) = Prove(For(tune, 1e6m, 1e6m), For(tune, 1e6m, 1e6m));
        var planned = Hours(plan) * 15;
        planned.ShouldBeGreaterThan(100, "the run is on the machines that are there");
        plan.Cost.Total.Usd.ShouldBe(3 * 15 * 2160m, 1m, "nothing is paid beside them");
        var total = evidence.Limits.First(l => l.Limit == "limits.teams.apps.total");
        total.Holds.ShouldBe(true);
        total.What.ShouldBe("all that the team paid and was charged by use");
        total.Measured!.Figure.Mean.ShouldBe(planned, 0.1 * planned);

        var (_, broken) = Prove(For(tune, 1e6m, 1e6m), For(tune, (decimal)planned / 6, (decimal)planned * 0.8m));
        broken.Breaches.Select(b => b.What).ShouldBe(["limits.teams.apps.cash", "limits.teams.apps.total"], ignoreOrder: true);
    }

    [Fact]
    public void A_service_is_charged_for_what_it_wants_hour_by_hour()
    {
        var chat = HandMade.Service("chat", 70, 1);
        var (plan, evidence) = Prove(For(chat, null, 1e6m), For(chat, null, 1e6m));
        var planned = Hours(plan) * 15;
        plan.Purchases.Where(p => p.Source.Id == "reserved").Max(p => p.Months.Max(m => m.Instances)).ShouldBeGreaterThan(1);
        planned.ShouldBeLessThan(0.9 * 3 * 15 * 2160, "not all of them at all times");
        var measured = evidence.Limits.First(l => l.Limit == "limits.teams.apps.total").Measured!;
        measured.Figure.Mean.ShouldBe(planned, 0.05 * planned);
        measured.Holds.ShouldBeTrue();
        Prove(For(chat, null, 1e6m), For(chat, null, (decimal)planned * 0.9m)).Evidence.Breaches.ShouldContain(b => b.What == "limits.teams.apps.total");
    }

    [Fact]
    public void A_team_without_a_budget_is_charged_nothing()
    {
        var tune = HandMade.Training("tune", 8, 4) with { Team = "" };
        var scenario = HandMade.Scenario(null, tune) with { Holdings = [Reserved] };
        Staged.Of(Staged.PlanOf(scenario), scenario).Mandate.Pools.ShouldAllBe(p => p.ChargePerHour == 0);
    }
}
