using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>Every limit of a scenario is measured, or said not to be; what is broken breaks the verdict; budgets are kept while playing.</summary>
public sealed class LimitTests
{
    private static readonly Scenario Limited = HandMade.Scenario(
        new()
        {
            CashPerMonth = new(200_000), TotalCost = new(600_000), ProviderShare = 1, RegionShare = 1, SpotShare = 0.9, CarbonPerMonth = new Carbon(100_000),
            Teams = [new("apps", new(150_000), new(450_000))], Regions = ["us-*"], Providers = ["aws", "crusoe"],
        },
        HandMade.Service("chat", 8, 2) with { Team = "apps", Spread = FailureDomain.Instance, Survives = FailureDomain.Instance },
        HandMade.Training("tune", 8, 4) with { SpotAllowed = true }) with { Commercial = new() { Quotas = [new("aws", "us-east", "*", 64), new("crusoe", "*", "*", 64)] } };

    private static Stage Stage => Staged.Of(Staged.PlanOf(Limited), Limited);

    private static CaseEvidence Play(Stage stage, int seeds = 3, ProofCase? circumstances = null) => Judge.Of(
        stage, circumstances ?? ProofCase.Expected,
        [.. Enumerable.Range(1, seeds).Select(seed => new ProofRun(stage, circumstances ?? ProofCase.Expected, (ulong)seed, new() { BusyRequests = 300, OtherRequests = 100 }, Staged.Factors).Play())]);

    [Fact]
    public void Every_limit_of_the_plan_is_measured_or_said_not_to_be()
    {
        var stage = Stage;
        var evidence = Play(stage);
        evidence.Limits.Select(l => l.Limit).ShouldBe(stage.Stated.Select(s => s.Limit), ignoreOrder: true);
        var measured = evidence.Limits.Where(l => l.Measured is not null).ToDictionary(l => l.Limit);
        string[] must =
        [
            "limits.budget.cash", "limits.budget.total", "limits.teams.apps.cash", "limits.teams.apps.total", "limits.provider_share", "limits.region_share", "limits.spot_share",
            "limits.regions", "limits.providers", "commercial.quota.aws/us-east/*", "workloads.chat.spot", "workloads.chat.availability.replicas_min", "workloads.chat.availability.spread",
        ];
        foreach (var limit in must) measured.ShouldContainKey(limit);
        evidence.Limits.Where(l => l.Measured is null).ShouldAllBe(l => l.What.StartsWith("not measured", StringComparison.Ordinal));
        evidence.Limits.Where(l => l.Holds is not null).ShouldAllBe(l => l.Holds == true);
        measured["limits.budget.cash"].Measured!.Figure.Mean.ShouldBe(evidence.CashPerMonth.Max(m => m.Mean), 0.03 * evidence.CashPerMonth.Max(m => m.Mean));
        measured["limits.budget.total"].Measured!.Figure.Mean.ShouldBe(evidence.Cost.Mean, 0.01);
        measured["limits.teams.apps.total"].Measured!.Figure.Mean.ShouldBeLessThan(evidence.Cost.Mean);
        measured["commercial.quota.aws/us-east/*"].Measured!.Worst.ShouldBeInRange(0, 64);
        measured["commercial.quota.crusoe/*/*"].Measured!.Worst.ShouldBeInRange(8, 64);
    }

    [Fact]
    public void A_limit_that_is_passed_breaks_the_verdict_and_says_by_how_much()
    {
        var stage = Stage;
        var tight = stage with
        {
            Limits = stage.Limits with { CashPerMonth = new(100), ProviderShare = 0.2, SpotShare = 0.0001, Regions = ["eu-*"] },
            Makes = [.. stage.Makes.Select(m => m with { IsAllowed = false })],
        };
        var broken = Play(tight).Breaches.ToDictionary(b => b.What, b => b.Detail);
        foreach (var limit in new[] { "limits.budget.cash", "limits.provider_share", "limits.regions" }) broken.ShouldContainKey(limit);
        broken["limits.budget.cash"].ShouldContain("$100.00 allowed");
    }

    [Fact]
    public void Replicas_that_are_too_few_or_together_are_seen()
    {
        var stage = Stage;
        var service = stage.Services[0] with { MinReplicas = 400, Spread = FailureDomain.Provider };
        var limits = Play(stage with { Services = [service] }).Limits.ToDictionary(l => l.Limit);
        limits["workloads.chat.availability.replicas_min"].Measured!.Figure.Mean.ShouldBe(0, 1e-9);
        limits["workloads.chat.availability.replicas_min"].Holds.ShouldBe(false);
    }

    [Fact]
    public void The_budget_of_a_month_is_kept_when_more_demand_comes_and_what_that_broke_is_seen()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 24, 2) with { Headroom = 0.2 });
        var plan = Staged.PlanOf(scenario);
        var dearest = plan.Cost.PerMonth.Max(m => m.Usd);
        var limited = scenario with { Limits = new() { CashPerMonth = new(decimal.Round(dearest * 0.8m, 2)) } };
        var stage = Staged.Of(plan, limited);
        stage.Mandate.Budgets.ShouldHaveSingleItem().PerMonth.Length.ShouldBe(3);
        var run = new ProofRun(stage, ProofCase.Expected, 1, new() { BusyRequests = 300, OtherRequests = 100 }, Staged.Factors).Play();
        foreach (var month in run.CashPerMonth.Take(3)) month.ShouldBeLessThanOrEqualTo(limited.Limits.CashPerMonth!.Value.Usd + 0.01m);
        run.CashPerMonth.Max().ShouldBeGreaterThan(0.99m * limited.Limits.CashPerMonth!.Value.Usd);
        var evidence = Play(stage);
        var budget = evidence.Limits.First(l => l.Limit == "limits.budget.cash");
        budget.Holds.ShouldBe(true);
        budget.HeldBack!.Reason.ShouldContain("limits.budget.cash");
        // Whoever comes after the money is spent is not answered.
        evidence.Breaches.ShouldContain(b => b.What.StartsWith("chat: ttft", StringComparison.Ordinal));
        evidence.Services[0].Failed.Mean.ShouldBeGreaterThan(0.02);
    }

    [Fact]
    public void What_goes_to_an_API_is_paid_from_the_budget_and_stops_where_it_ends()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 40, 1) with { Headroom = 0.2 }) with { Horizon = new(new(2027, 2, 1), 2) };
        var bought = Staged.Of(Staged.PlanOf(scenario), scenario);
        // One machine fewer than the plan buys; an API answers what is over.
        var pools = bought.Mandate.Pools.Select(p => p with { Most = [.. p.Most.Select(m => m - 1)] }).ToList();
        var api = pools[0] with { Index = pools.Count, Source = "api", Provider = "seller", Kind = PurchaseKind.Tokens, PricePerHour = 0, PricePerRequest = 0.002, Accelerators = 0, Rate = 1, Most = [40, 40], StartSeconds = 0 };
        Stage With(double money) => bought with
        {
            Makes = [.. bought.Makes, new() { ErrorGroup = "api", Promised = bought.Services[0].ServiceLevel }],
            Limits = new() { CashPerMonth = new((decimal)money) },
            Mandate = bought.Mandate with
            {
                Pools = [.. pools, api], Services = [bought.Mandate.Services[0] with { Apis = [api.Index] }],
                Budgets = [new("limits.budget.cash", [money, money], double.PositiveInfinity, [.. pools.Select(_ => true), true])],
            },
        };
        RunResult Run(Stage stage) => new ProofRun(stage, ProofCase.Expected, 1, new() { BusyRequests = 300, OtherRequests = 100 }, Staged.Factors).Play();

        var free = Run(With(1e9));
        var sold = free.CashPerProvider["seller"];
        sold.ShouldBeGreaterThan(100m);
        free.Services[0].SentToApi.ShouldBeGreaterThan(0);
        // The bill is what the windows show, which are a sample of it.
        ((double)sold / 0.002 / free.Services[0].Months.Sum(m => m.ByApi)).ShouldBe(1, 0.05);
        free.Fleet.WithoutApi[0].ShouldBeEmpty();

        var limit = (double)(free.CashPerMonth.Max() - (sold / 4));
        var run = Run(With(limit));
        foreach (var month in run.CashPerMonth) month.ShouldBeLessThanOrEqualTo((decimal)limit + 0.01m);
        run.CashPerProvider["seller"].ShouldBeLessThan(0.7m * sold);
        run.Fleet.HeldBack["limits.budget.cash"].Reason.ShouldContain("no more for APIs");
        run.Fleet.WithoutApi[0].ShouldAllBe(w => w.To <= run.Fleet.Mandate.Horizon.TotalHours * 3600);
        // Instances, which serve more for the money, go on to the end.
        run.Fleet.Presences[0].FewSeconds.ShouldBeLessThan(3600);
    }
}
