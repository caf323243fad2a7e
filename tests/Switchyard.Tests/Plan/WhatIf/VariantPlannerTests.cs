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
    private static readonly PriceBook Prices = HandMade.Prices(
        HandMade.Offer("a", "east", 20), HandMade.Offer("b", "east", 24), HandMade.Offer("c", "west", 29), HandMade.Offer("d", "west", 31));

    private static Scenario Scenario(double? share, decimal? cash = null, double peak = 20) => HandMade.Scenario(
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

    [Fact]
    public void Middles_are_every_place_once_with_the_ends_first_and_places_on_both_sides_planned_before()
    {
        VariantPlanner.Middles(0).ShouldBeEmpty();
        foreach (var count in new[] { 1, 2, 3, 7, 50 })
        {
            var order = VariantPlanner.Middles(count).ToList();
            order.Order().ShouldBe(Enumerable.Range(0, count));
            order.Take(2).ShouldBe(count == 1 ? [0] : [0, count - 1]);
            for (var i = 2; i < count; i++)
            {
                order[..i].ShouldContain(place => place < order[i]);
                order[..i].ShouldContain(place => place > order[i]);
            }
        }
    }

    [Fact]
    public void Loads_between_planned_ones_cost_what_a_plan_by_itself_costs()
    {
        double[] peaks = [4, 6, 8, 11, 14, 18, 23, 29, 36];
        var (planner, near) = (Planner(), 0);
        foreach (var place in VariantPlanner.Middles(peaks.Length))
        {
            // What breaks a limit is thrown by the solver, which checks every plan by independent arithmetic.
            var variant = planner.Plan(Scenario(0.7, 100_000, peaks[place]), false, place).ShouldNotBeNull();
            var alone = HandMade.Plan(Scenario(0.7, 100_000, peaks[place]), Prices, 0.0005).Plan.ShouldNotBeNull();
            ((double)variant.Cost.PresentValue.Usd).ShouldBeLessThanOrEqualTo((double)alone.Cost.PresentValue.Usd * 1.005, $"peak {peaks[place]}, {variant.Found}");
            variant.Bound.Usd.ShouldBeLessThanOrEqualTo(alone.Cost.PresentValue.Usd + 0.01m, $"peak {peaks[place]}");
            variant.Cost.PerMonth.Max().Usd.ShouldBeLessThanOrEqualTo(100_000.01m);
            if (variant.Found == VariantSource.Near) near++;
        }

        near.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Which_of_two_halves_is_planned_first_changes_nothing()
    {
        double[] peaks = [4, 8, 14, 23, 36];
        Money[] In(int[] order)
        {
            var (planner, cost) = (Planner(), new Money[peaks.Length]);
            foreach (var place in order) cost[place] = planner.Plan(Scenario(0.7, peak: peaks[place]), false, place).ShouldNotBeNull().Cost.PresentValue;
            return cost;
        }

        In([0, 4, 2, 1, 3]).ShouldBe(In([0, 4, 2, 3, 1]));
        In([0, 4, 2, 1, 3]).ShouldBe(In([4, 0, 2, 1, 3]));
    }
}
