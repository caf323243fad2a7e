using Switchyard.Demand;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Tests.Plan.WhatIf;

public sealed class PlanDiffTests
{
    private static PurchasePlan Plan(double price = 20, double? share = null, double peak = 20) => HandMade.Plan(
        HandMade.Scenario(new() { ProviderShare = share }, HandMade.Service("chat", peak)),
        HandMade.Prices(HandMade.Offer("a", "east", price), HandMade.Offer("b", "east", 24))).Plan!;

    [Fact]
    public void A_plan_is_the_same_as_itself()
    {
        var diff = PlanDiff.Between(Plan(), Plan());
        diff.IsSame.ShouldBeTrue();
        diff.Notes.ShouldBeEmpty();
        diff.Limits.ShouldBeEmpty();
        diff.Assumed.ShouldBeEmpty();
    }

    [Fact]
    public void Both_directions_mirror_each_other()
    {
        var (one, other) = (Plan(), Plan(share: 0.6, peak: 40));
        var (there, back) = (PlanDiff.Between(one, other), PlanDiff.Between(other, one));
        there.IsSame.ShouldBeFalse();
        back.Purchases.Select(p => (p.Offer, p.After, p.Before)).ShouldBe(there.Purchases.Select(p => (p.Offer, p.Before, p.After)));
        back.Totals.Select(t => -t.Difference.Usd).ShouldBe(there.Totals.Select(t => t.Difference.Usd));
        there.Limits.ShouldHaveSingleItem().ShouldBe(new("limits.provider_share", null, "60%"));
    }

    [Fact]
    public void Added_and_removed_purchases_add_up_to_the_difference()
    {
        var (one, other) = (Plan(), Plan(price: 30));
        var diff = PlanDiff.Between(one, other);
        diff.Purchases.ShouldContain(p => p.Before == null);
        diff.Purchases.ShouldContain(p => p.After == null);
        diff.Purchases.Sum(p => (p.After?.Usd ?? 0) - (p.Before?.Usd ?? 0)).ShouldBe(other.Cost.Total.Usd - one.Cost.Total.Usd);
        diff.Workloads.Sum(w => w.Difference.Usd).ShouldBe(other.Cost.Total.Usd - one.Cost.Total.Usd);
    }

    [Fact]
    public void Another_price_of_the_same_offer_is_told()
    {
        var diff = PlanDiff.Between(Plan(), Plan(price: 21));
        diff.Prices.ShouldHaveSingleItem().ShouldBe(new("a/east/gpu8 on-demand", 20, 21));
        diff.Purchases.ShouldHaveSingleItem().Months.ShouldBeEmpty();
    }

    [Fact]
    public void What_cannot_be_compared_is_said()
    {
        var later = HandMade.Plan(
            HandMade.Scenario(null, HandMade.Service("chat", 20)) with { Name = "other", Horizon = new(new(2027, 2, 1), 3) },
            HandMade.Prices(HandMade.Offer("a", "east", 20))).Plan!;
        var diff = PlanDiff.Between(Plan(), later);
        diff.Notes.Length.ShouldBe(2);
        // Months count by the calendar: January is gone, April is new.
        var months = diff.Purchases.ShouldHaveSingleItem().Months;
        months.ShouldContain(m => m.Month == "2027-01" && m.After == 0);
        months.ShouldContain(m => m.Month == "2027-04" && m.Before == 0);
    }
}
