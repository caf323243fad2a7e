using Switchyard.Market;

namespace Switchyard.Tests.Catalog;

public sealed class ShippedCatalogTests
{
    [Fact]
    public void It_reads_without_problems()
    {
        var catalog = Shipped.Catalog.Value;
        catalog.Prices.AsOf.ShouldBe(new DateOnly(2026, 11, 22));
        catalog.Prices.Offers.Length.ShouldBeGreaterThanOrEqualTo(1500);
        catalog.Prices.Offers.Select(offer => offer.Provider).Distinct().Count().ShouldBeGreaterThanOrEqualTo(20);
        catalog.Prices.Commitments.Length.ShouldBeGreaterThan(1500);
        catalog.FindModel("meta-llama/Llama-3.1-70B")!.Name.ShouldBe("llama-3.1-70b");
        catalog.Prices.FindAccelerator("h100-sxm")!.Name.ShouldBe("H100-80GB");
    }

    [Fact]
    public void Offers_known_from_commitments_alone_are_never_bought() =>
        Shipped.Catalog.Value.Prices.Commitments.Select(commitment => commitment.Instance)
            .Where(instance => Shipped.Catalog.Value.Prices.FindOffer(instance.Id) is null)
            .ShouldAllBe(instance => !Shipped.Catalog.Value.Prices.Judge(instance, PurchaseKind.OnDemand).Buyable);
}
