using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Tests.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>What was weighed for a workload, as the plan shows it.</summary>
public sealed class ConsiderationTests
{
    [Fact]
    public void What_is_bought_is_shown_also_where_many_others_are_cheaper_when_fully_used()
    {
        // Each of 14 commitments for three years costs less an hour than renting, but the work ends after two months.
        var regions = Enumerable.Range(0, 14).Select(i => HandMade.Offer("aws", $"us-east-{i}", 20)).ToArray();
        CommitmentOffer Term(Offer offer) => new()
        {
            Instance = offer, Kind = CommitmentKind.ReservedInstance, TermMonths = 36, UpfrontShare = 0, Price = new(10), Basis = PriceBasis.List, AsOf = HandMade.AsOf, Source = "by hand",
        };
        var prices = new PriceBook(HandMade.AsOf, new(), Fixtures.Accelerators, [.. regions, HandMade.Offer("gcp", "europe-west4", 15)], regions.Select(Term), [], [], new([], [], []));
        var plan = HandMade.Plan(HandMade.Scenario(null, HandMade.Service("chat", 20)), prices).Plan.ShouldNotBeNull();
        var bought = plan.Purchases.Select(p => p.Source.Label).Distinct().ShouldHaveSingleItem();
        bought.ShouldStartWith("gcp/europe-west4");
        var best = plan.Considered.ShouldHaveSingleItem().Best;
        best.Length.ShouldBe(13);
        best[^1].Source.ShouldBe(bought);
    }
}
