using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Tests.Catalog;
using Switchyard.Tests.Performance;

namespace Switchyard.Tests.Market;

/// <summary>What moving and keeping data costs, how far users are, what machines draw and emit.</summary>
public sealed class NetworkTests
{
    private static readonly Location East = new("aws", "us-east-1");
    private static readonly Location Hong = new("aws", "ap-east-1");
    private static readonly PriceBook Book = Shipped.Catalog.Value.Prices;

    private static EgressPrice Tier(string region, double from, double? to, double usd, string kind = "internet", string destination = "internet") =>
        new("aws", region, kind, destination, from, to, usd, new(2026, 5, 1), region);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 0)] // the first 100 GB are free
    [InlineData(100, 0)]
    [InlineData(1100, 90)] // then 0.09
    [InlineData(10_340, 921.5)] // and 0.085 above 10,240 GB: 10,140 × 0.09 + 100 × 0.085 − 0.40
    public void Tiers_are_filled_from_the_first(double gigabytes, double usd)
    {
        var network = new Network([Tier("all", 100, 10_240, 0.09), Tier("all", 0, 100, 0), Tier("all", 10_240, null, 0.085)], [], []);
        network.ToInternet(East, gigabytes)!.Usd.ShouldBe(gigabytes > 10_240 ? (10_140 * 0.09) + (100 * 0.085) : usd, 1e-9);
    }

    [Fact]
    public void What_is_above_the_last_tier_stated_is_unknown()
    {
        var network = new Network([Tier("all", 0, 10_240, 0)], [], []);
        network.ToInternet(East, 10_240)!.Usd.ShouldBe(0);
        network.ToInternet(East, 10_241).ShouldBeNull();
    }

    [Fact]
    public void The_price_that_says_most_counts()
    {
        EgressPrice[] rows =
        [
            Tier("us-east-1", 0, null, 0.02, "inter_region", "other regions"), Tier("us-east-1", 0, null, 0.01, "inter_region", "us-east-*"),
            Tier("us-east-1", 0, null, 0.08), Tier("all", 0, null, 0.09),
        ];
        RegionPair[] pairs = [new(East, new("gcp", "a"), 0.5, 4, null, "pair"), new(Hong, new("gcp", "a"), 0.12, 3, null, "pair"), new(Hong, new("aws", "b"), 0.147, null, null, "pair")];
        var network = new Network(rows, pairs, []);
        network.Price(East, East, 1000)!.ShouldBe(new TransferPrice(0, Network.WithinRegion));
        network.Price(East, new("aws", "us-east-2"), 1000)!.Usd.ShouldBe(10);
        network.Price(East, new("aws", "eu-west-1"), 1000)!.Usd.ShouldBe(20);
        network.Price(East, new("gcp", "a"), 1000)!.Usd.ShouldBe(80, "its own current price before an old one of the pair");
        network.Price(Hong, new("gcp", "a"), 1000)!.Usd.ShouldBe(120, "the pair before a price for all regions");
        network.Price(Hong, new("aws", "b"), 1000)!.Usd.ShouldBe(147);
        network.Price(Hong, new("aws", "c"), 1000)!.Usd.ShouldBe(90, 1e-9, "to the internet, where no price between regions is known");
        network.Price(new("lambda", "all"), East, 1000).ShouldBeNull();
        (network.GigabitsPerSecond(East, new("gcp", "a")), network.GigabitsPerSecond(new("gcp", "a"), East)).ShouldBe((4, null));
    }

    [Fact]
    public void The_shipped_prices_hold_together()
    {
        Book.Network.Price(East, new("aws", "us-west-2"), 4000)!.Usd.ShouldBe(80, 1e-9);
        Book.Network.Price(East, new("gcp", "us-central1"), 4000)!.Usd.ShouldBe(360, 1e-9);
        Book.Network.Price(new("gcp", "us-central1"), new("gcp", "us-west1"), 4000)!.Usd.ShouldBe(40, 1e-9);
        Book.Network.Price(new("coreweave", "US-EAST-04A"), East, 4000)!.Usd.ShouldBe(0, "stated to be free");
        Book.Network.GigabitsPerSecond(East, new("gcp", "us-central1"))!.Value.ShouldBe(4.64);
        // More never costs less, whatever the tiers.
        foreach (var region in Book.Regions.Where(r => r.Provider is "aws" or "gcp" or "azure"))
        {
            var at = new Location(region.Provider, region.Name);
            var usd = ((double[])[0, 1, 99, 101, 1000, 10_000, 11_000, 60_000, 200_000]).Select(gb => Book.Network.ToInternet(at, gb)?.Usd).ToList();
            usd.ShouldBe([.. usd.Order()], at.ToString());
        }
    }

    [Fact]
    public void Storage_is_what_is_read_again_and_again()
    {
        double? Usd(string provider, string region, StorageClass kind) => StorageClasses.Cheapest(Book.Storage, new(provider, region), kind)?.UsdPerGbMonth;
        Usd("aws", "us-east-1", StorageClass.Object).ShouldBe(0.023);
        Usd("gcp", "us-central1", StorageClass.Object).ShouldBe(0.02);
        Usd("coreweave", "US-EAST-04A", StorageClass.Object).ShouldBe(0.06, "hot, not archive");
        Usd("aws", "us-east-1", StorageClass.Parallel).ShouldBe(0.14);
        Usd("azure", "eastus", StorageClass.Object).ShouldBeNull();
    }

    [Fact]
    public void Round_trips_go_by_what_was_measured_where_it_was()
    {
        var east = Geography.Find("us-east")!;
        var near = Book.RoundTripMilliseconds(east, "azure", "eastus")!.Value;
        var measured = Book.Network.RoundTripMilliseconds("azure", "eastus", "westeurope")!.Value;
        Book.RoundTripMilliseconds(east, "azure", "westeurope")!.Value.ShouldBeInRange(measured, measured + near);
        Book.RoundTripMilliseconds(east, "aws", "eu-west-1")!.Value.ShouldBe(PriceBook.EstimateRoundTrip(
            east.Place.KilometresTo(Book.FindRegion("aws", "eu-west-1")!.Place!.Value)), "nobody measured Amazon's");
    }

    [Fact]
    public void A_machine_draws_and_emits()
    {
        var offer = Switchyard.Tests.Plan.HandMade.Offer("aws", "us-east-1", 30, Fixtures.H100 with { ThermalDesignPower = new(700) });
        var known = InstanceFootprint.Of(offer, new() { Provider = "aws", Name = "us-east-1", CarbonGramsPerKwh = 400, Pue = 1.2, Source = "by hand" });
        known.Draw.Watts.ShouldBe(8400);
        known.CarbonPerHour.Kilograms.ShouldBe(8.4 * 1.2 * 0.4, 1e-9);
        known.Assumed.ShouldBeEmpty();
        var unknown = InstanceFootprint.Of(offer with { Accelerator = offer.Accelerator with { ThermalDesignPower = null } }, null);
        unknown.CarbonPerHour.Kilograms.ShouldBe(8.4 * 1.58 * 0.7, 1e-9);
        unknown.Assumed.ShouldBe(["700 W an accelerator", "PUE 1.58", "700 g/kWh"]);
    }

    [Fact]
    public void Zones_are_known_where_a_provider_states_them()
    {
        Book.FindRegion("aws", "us-east-1")!.Zones.ShouldBe(3);
        Book.FindRegion("azure", "westus")!.Zones.ShouldBe(1);
        Book.FindRegion("coreweave", "US-EAST-04A")?.Zones.ShouldBeNull();
    }

    [Fact]
    public void Spot_is_as_measured_in_the_region_or_the_default()
    {
        var h100 = Book.FindAccelerator("H100")!;
        var (rate, available) = Book.Spot(new("gcp", "us-west1"), h100)!.Value;
        rate.ShouldBeInRange(0.241135, 1.76817, "between its two zones");
        available.ShouldBe((0.600284 + 0.240776) / 2, 1e-4);
        Book.Spot(new("gcp", "us-west1"), Book.FindAccelerator("L4")!).ShouldBeNull();
        var offer = Switchyard.Tests.Plan.HandMade.Offer("gcp", "us-west1", 30, h100);
        MarketAssumptions.SpotOf(Book, offer).ShouldBe(new SpotRisk(rate, available));
        MarketAssumptions.SpotOf(Book, offer with { Region = "mars" }).ShouldBe(new SpotRisk(0.23, 0.86));
        new SpotRisk(0.23, 0.86).Efficiency.ShouldBe(1 / (1 + (0.23 / 6)), 1e-12);
        Goodput.Useful(1, 8, 112, 1.5).ShouldBeLessThan(Goodput.Useful(1, 8, 112, 0.23));
        Goodput.Useful(64, 8, 112, 1.5).ShouldBeLessThan(0.1, "it would hardly advance");
    }
}
