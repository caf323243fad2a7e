using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;
using Switchyard.Tests.Performance;

namespace Switchyard.Tests.Plan.WhatIf;

/// <summary>Answers of <c>plan --why</c>, each checked by planning the changed scenario by itself.</summary>
public sealed class WhyTests
{
    private static PriceBook Prices(double first = 20) => HandMade.Prices(HandMade.Offer("aws", "east", first), HandMade.Offer("gcp", "east", 24), HandMade.Offer("oci", "east", 30));

    private static Scenario Scenario(double? share) => HandMade.Scenario(new() { ProviderShare = share }, HandMade.Service("chat", 15));

    private static PurchasePlan Plan(Scenario scenario, PriceBook prices, bool why = false) =>
        Planner.Plan(scenario, prices, new PerformanceModel(), new(0.0005, 500, Why: why)).Plan.ShouldNotBeNull();

    [Fact]
    public void The_price_of_a_limit_is_the_difference_of_two_plans()
    {
        var plan = Plan(Scenario(0.6), Prices(), why: true);
        var without = Plan(Scenario(null), Prices());
        var step = Plan(Scenario(0.65), Prices());
        var limit = plan.Why.ShouldNotBeNull().Limits.ShouldHaveSingleItem();
        limit.Limit.ShouldBe("limits.provider_share");
        var tolerance = 0.004m * plan.Cost.PresentValue.Usd;
        limit.Price!.Value.Usd.ShouldBe(plan.Cost.PresentValue.Usd - without.Cost.PresentValue.Usd, tolerance);
        limit.Step.ShouldBe("5 points more (65%)");
        limit.StepWorth!.Value.Usd.ShouldBe(plan.Cost.PresentValue.Usd - step.Cost.PresentValue.Usd, tolerance);
        limit.StepWorth!.Value.Usd.ShouldBeLessThanOrEqualTo(limit.Price!.Value.Usd);
        limit.Price!.Value.Usd.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_price_flips_the_choice_where_it_says()
    {
        var flip = Plan(Scenario(null), Prices(), why: true).Why!.Flips.ShouldHaveSingleItem();
        flip.Winner.ShouldBe("aws/east/gpu8 on-demand");
        flip.RunnerUp.ShouldBe("gcp/east/gpu8 on-demand");
        // The same machine at $24 and at $20.
        flip.WinnerDearer!.Value.ShouldBe(1.2, 0.02);
        flip.RunnerUpCheaper!.Value.ShouldBe(1 / 1.2, 0.02);
        flip.DemandUp.ShouldBeNull();
        string Main(double price) => Plan(Scenario(null), Prices(price)).Purchases.MaxBy(p => p.Cost.Usd)!.Source.Provider;
        Main(20 * flip.WinnerDearer!.Value * 1.01).ShouldBe("gcp");
        Main(20 * flip.WinnerDearer!.Value / 1.03).ShouldBe("aws");
    }

    [Fact]
    public void Demand_flips_the_choice_where_one_small_machine_is_enough()
    {
        // One accelerator is dear by the accelerator and cheap where little is asked.
        var prices = HandMade.Prices(
            HandMade.Offer("aws", "east", 16), HandMade.Offer("gcp", "east", 8, type: "gpu2") with { AcceleratorCount = 2 });
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 40));
        var flip = Plan(scenario, prices, why: true).Why!.Flips.ShouldHaveSingleItem();
        flip.Winner.ShouldStartWith("aws");
        flip.DemandDown.ShouldNotBeNull();
        flip.DemandDownTo!.ShouldStartWith("gcp");
        var less = HandMade.Scenario(null, HandMade.Service("chat", 40 * flip.DemandDown.Value * 0.995));
        Plan(less, prices).Purchases.MaxBy(p => p.Cost.Usd)!.Source.Provider.ShouldBe("gcp");
    }

    [Fact]
    public void Units_times_their_price_are_what_the_workload_costs()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 15), HandMade.Training("tune", 20, 20));
        var plan = Plan(scenario, Prices(), why: true);
        plan.Why!.Loads.Select(l => l.Load).ShouldBe([0.25, 0.5, 1, 2, 4]);
        foreach (var load in plan.Why.Loads)
        {
            var alone = Plan(scenario.Scaled(load.Load), Prices());
            load.Total!.Value.Usd.ShouldBe(alone.Cost.Total.Usd, 0.005m * alone.Cost.Total.Usd);
            foreach (var unit in load.Units)
            {
                var workload = scenario.Scaled(load.Load).Workloads.First(w => w.Name == unit.Workload);
                var (_, units) = workload.Units(HandMade.Quarter);
                (unit.Usd * units).ShouldBe((double)alone.Cost.PerWorkload[unit.Workload].Usd, 0.02 * (double)alone.Cost.Total.Usd);
                unit.UsdPerAcceleratorHour!.Value.ShouldBe(20.0 / 8, 0.01);
            }
        }

        // More work is never dearer by the token, as larger loads can do what smaller ones do.
        var chat = plan.Why.Loads.Select(l => l.Units.First(u => u.Workload == "chat").Usd).ToList();
        for (var i = 1; i < chat.Count; i++) chat[i].ShouldBeLessThanOrEqualTo(chat[i - 1] * 1.005);
    }

    [Fact]
    public void A_plan_keeps_its_answers_when_it_is_saved()
    {
        var plan = Plan(Scenario(0.6), Prices(), why: true);
        var read = PlanReader.Read(PlanWriter.Write(plan), "p.json").Value.ShouldNotBeNull();
        PlanWriter.Write(read).ShouldBe(PlanWriter.Write(plan));
        read.Why!.Limits.Length.ShouldBe(plan.Why!.Limits.Length);
        Plan(Scenario(0.6), Prices()).Why.ShouldBeNull();
    }

    [Fact]
    public void A_baseline_becomes_a_plan_that_costs_what_was_compared()
    {
        var scenario = HandMade.Scenario(new() { ProviderShare = 0.6 }, HandMade.Service("chat", 15));
        var compared = HandMade.Plan(scenario, Prices()).Plan!.Baselines;
        foreach (var (name, index) in BaselineName.All.Select((n, i) => (n, i)))
        {
            var (way, plan) = Planner.PlanBaseline(scenario, Prices(), new PerformanceModel(), new(0.0005, 500), name);
            way.Name.ShouldBe(compared[index].Name);
            if (compared[index].Cost is not { } cost)
            {
                plan.ShouldBeNull();
                continue;
            }

            // Searched to the plan's own gap, not to the rougher one of the comparison.
            plan.ShouldNotBeNull().Cost.Total.Usd.ShouldBeInRange(cost.Usd * 0.99m, cost.Usd + 0.01m);
            plan.Baseline.ShouldBe(way);
            if (way.Breaks.IsEmpty) plan.Bound.Usd.ShouldBeLessThanOrEqualTo(plan.Cost.PresentValue.Usd + 0.01m);
            var read = PlanReader.Read(PlanWriter.Write(plan), "p.json").Value.ShouldNotBeNull();
            PlanWriter.Write(read).ShouldBe(PlanWriter.Write(plan));
        }

        Should.Throw<ArgumentException>(() => Planner.PlanBaseline(scenario, Prices(), new PerformanceModel(), new(), "current"));
    }
}
