using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Tests.Plan.WhatIf;

/// <summary>A variant that is planned after its neighbours is planned as well as by itself, as far as its gap says.</summary>
public sealed class VariantPlannerTests
{
    internal static readonly PriceBook Prices = HandMade.Prices(
        HandMade.Offer("a", "east", 20), HandMade.Offer("b", "east", 24), HandMade.Offer("c", "west", 29), HandMade.Offer("d", "west", 31));

    internal static Scenario Scenario(double? share, decimal? cash = null, double peak = 20) => HandMade.Scenario(
        new() { ProviderShare = share, CashPerMonth = cash is { } usd ? new Money(usd) : null }, HandMade.Service("chat", peak), HandMade.Training("tune", 20, 20));

    private static VariantPlanner Planner(double gap = 0.0005) => new(Prices, new RememberedPerformance(new PerformanceModel()), new(gap, 500));

    [Fact]
    public void Money_limits_in_any_order_give_what_a_plan_by_itself_costs()
    {
        foreach (var shares in new[] { new[] { 1.0, 0.9, 0.7, 0.6, 0.5, 0.4 }, [0.4, 0.5, 0.6, 0.7, 0.9, 1.0] })
        {
            var planner = Planner();
            foreach (var share in shares)
            {
                var variant = planner.Plan(Scenario(share), share != shares[0]).ShouldNotBeNull();
                var alone = HandMade.Plan(Scenario(share), Prices, 0.0005).Plan.ShouldNotBeNull();
                var tolerance = ((variant.Gap + alone.Gap) * (double)alone.Cost.PresentValue.Usd) + 0.01;
                ((double)variant.Cost.PresentValue.Usd).ShouldBe((double)alone.Cost.PresentValue.Usd, tolerance, $"share {share}, {variant.Found}");
                variant.Bound.Usd.ShouldBeLessThanOrEqualTo(alone.Cost.PresentValue.Usd + 0.01m);
                variant.Gap.ShouldBeLessThan(0.02);
            }
        }
    }

    [Fact]
    public void A_plan_that_keeps_the_tighter_limit_is_kept()
    {
        var planner = Planner();
        var free = planner.Plan(Scenario(null), false).ShouldNotBeNull();
        free.Found.ShouldBe(VariantSource.Whole);
        var most = free.Cost.PerMonth.Max();
        var kept = planner.Plan(Scenario(null, most.Usd + 1), true).ShouldNotBeNull();
        kept.Found.ShouldBe(VariantSource.Kept);
        kept.Cost.Total.ShouldBe(free.Cost.Total);
    }

    [Fact]
    public void What_is_impossible_with_a_looser_limit_stays_so()
    {
        var planner = Planner();
        planner.Plan(Scenario(null, 100), false).ShouldBeNull();
        planner.Plan(Scenario(null, 50), true).ShouldBeNull();
        planner.Plan(Scenario(null, 10_000_000), true).ShouldNotBeNull();
    }

    [Fact]
    public void Another_load_is_planned_anew()
    {
        var planner = Planner();
        foreach (var peak in new[] { 4.0, 12, 40 })
        {
            var variant = planner.Plan(Scenario(0.7, peak: peak), false).ShouldNotBeNull();
            var alone = HandMade.Plan(Scenario(0.7, peak: peak), Prices, 0.0005).Plan.ShouldNotBeNull();
            ((double)variant.Cost.PresentValue.Usd).ShouldBe(
                (double)alone.Cost.PresentValue.Usd, ((variant.Gap + alone.Gap) * (double)alone.Cost.PresentValue.Usd) + 0.01);
        }
    }
}
