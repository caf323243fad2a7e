using Switchyard.Connect.Catalog;
using Switchyard.Market;

namespace Switchyard.Tests.Catalog;

/// <summary>A small catalog in a folder of its own, changed in one place: the problem, word for word.</summary>
public sealed class CatalogReaderTests : IDisposable
{
    private const string Offers = "provider,region,instance_type,accelerator,accelerator_count,vcpus,memory_gib,on_demand_usd_per_hour,spot_usd_per_hour,fabric_gb_per_s,price_basis,as_of,quarantined,source,note\n";
    private const string Offer = "aws,us-east-1,p5.48xlarge,H100,8,192,2048,55.04,20,400,list,2026-07-20,,page,\n";
    private const string Commitments = "provider,region,instance_type,accelerator,accelerator_count,kind,term_months,min_days,max_days,booking_days,upfront_share,usd_per_hour,on_demand_usd_per_hour,min_count,price_basis,as_of,quarantined,source,note\n";
    private const string Commitment = "aws,us-east-1,p5.48xlarge,H100,8,reserved_instance,12,,,,0,35,55.04,1,list,2026-07,,page,\n";

    private readonly string folder = Directory.CreateTempSubdirectory("switchyard").FullName;

    public CatalogReaderTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "market"));
        Directory.CreateDirectory(Path.Combine(folder, "performance"));
        Write("market/as_of.txt", "2026-11-22\n");
        Write("market/accelerators.csv", "name,aliases,family,vendor,architecture,memory_gib,memory_bandwidth_gb_per_s,fp32_tflops,fp16_tflops,bf16_tflops,fp8_tflops,fp4_tflops,int8_tops,scale_up_gb_per_s,scale_up_domain,link,tdp_w,idle_w,launched,street_price_usd,verified,as_of,source,note\nH100-80GB,H100;H100-SXM,H100,NVIDIA,Hopper,80,3350,67,989,989,1979,,1979,450,8,NVLink,700,,2022,,yes,2026-11-22,datasheet,\n");
        Write("market/offers.csv", Offers + Offer);
        Write("market/commitments.csv", Commitments + Commitment);
        Write("market/regions.csv", "provider,region,location,country,us_state,latitude,longitude,geography,grid_zone,carbon_g_per_kwh,carbon_free_share,pue,zones,electricity_usd_per_kwh,as_of,source\naws,us-east-1,Virginia,US,VA,38.9,-77.4,us-east,,350,,1.2,3,,2024,page\n");
        Write("market/storage.csv", "provider,region,product,class,usd_per_gb_month,retrieval_usd_per_gb,as_of,source,note\n");
        Write("market/egress.csv", "provider,region,kind,destination,tier_from_gb,tier_to_gb,usd_per_gb,as_of,source,note\n");
        Write("performance/models.csv", "name,aliases,family,parameters_b,active_parameters_b,layers,hidden,heads,kv_heads,head_dim,ffn,vocabulary,context,attention,native_precision,source\n");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_reads()
    {
        var catalog = CatalogReader.Read(folder).Value!;
        var offer = catalog.Prices.FindOffer("AWS/US-EAST-1/P5.48XLARGE")!;
        offer.Accelerator.Name.ShouldBe("H100-80GB");
        offer.Fabric!.Value.GBPerSecond.ShouldBe(400);
        catalog.Prices.Commitments[0].Instance.ShouldBeSameAs(offer);
        catalog.Prices.Commitments[0].AsOf.ShouldBe(new DateOnly(2026, 7, 1));
        catalog.Prices.AsOf.ShouldBe(new DateOnly(2026, 11, 22));
        CatalogReader.Read(folder, asOf: new DateOnly(2026, 1, 1)).Value!.Prices.AsOf.ShouldBe(new DateOnly(2026, 1, 1));
        catalog.Prices.Judge(offer, PurchaseKind.OnDemand).Buyable.ShouldBeTrue();
    }

    [Theory]
    [InlineData("offers.csv", "H100,8", "H1OO,8", "offers.csv:2 accelerator: 'H1OO' is not an accelerator of accelerators.csv; maybe 'H100'")]
    [InlineData("offers.csv", "55.04", "0", "offers.csv:2 on_demand_usd_per_hour: '0' is not a price above 0; leave an unknown price empty")]
    [InlineData("offers.csv", "55.04", "-3", "offers.csv:2 on_demand_usd_per_hour: '-3' is not a price above 0; leave an unknown price empty")]
    [InlineData("offers.csv", "55.04", "NaN", "offers.csv:2 on_demand_usd_per_hour: 'NaN' is not a price above 0; leave an unknown price empty")]
    [InlineData("offers.csv", "55.04,20", "55.04,56", "offers.csv:2 spot_usd_per_hour: spot 56 is above on demand 55.04; correct it, or say in 'quarantined' why it stays")]
    [InlineData("offers.csv", "2026-07-20", "20 July", "offers.csv:2 as_of: '20 July' is not a date, such as 2026-11-22 or 2026-11")]
    [InlineData("offers.csv", "list", "lst", "offers.csv:2 price_basis: 'lst' is not one of list, average, starting_at, market; maybe 'list'")]
    [InlineData("offers.csv", ",8,192", ",many,192", "offers.csv:2 accelerator_count: 'many' is not a number above 0")]
    [InlineData("offers.csv", ",page,", ",,", "offers.csv:2 source: is empty")]
    [InlineData("offers.csv", "p5.48xlarge", "p5 48/xlarge", "offers.csv:2 instance_type: 'p5 48/xlarge' is not a name without slashes and blanks; maybe 'p5-48-xlarge'")]
    [InlineData("offers.csv", Offer, Offer + Offer, "offers.csv:3 instance_type: aws/us-east-1/p5.48xlarge is there twice")]
    [InlineData("offers.csv", ",page,\n", ",page\n", "offers.csv:2: has 14 cells; the header has 15")]
    [InlineData("offers.csv", "price_basis", "basis", "offers.csv:1 price_basis: the column is missing")]
    [InlineData("commitments.csv", ",35,", ",,", "commitments.csv:2 usd_per_hour: is empty")]
    [InlineData("commitments.csv", "H100,8,res", "H100,4,res", "commitments.csv:2 accelerator: is H100-80GB:4 here and H100-80GB:8 in offers.csv")]
    [InlineData("commitments.csv", "reserved_instance,12", "capacity_block,12", "commitments.csv:2 term_months: a capacity block has no term; its length is in min_days and max_days")]
    [InlineData("commitments.csv", "12,,,", "12,9,2,", "commitments.csv:2 max_days: min_days and max_days belong together, the smaller first")]
    [InlineData("commitments.csv", Commitment, Commitment + Commitment, "commitments.csv:3 instance_type: aws/us-east-1/p5.48xlarge@1y is there twice with the same kind, upfront share and least count")]
    [InlineData("accelerators.csv", "yes", "maybe", "accelerators.csv:2 verified: 'maybe' is not one of yes, no")]
    [InlineData("accelerators.csv", ",80,", ",,", "accelerators.csv:2 memory_gib: is empty")]
    [InlineData("regions.csv", "us-east,", "us-eats,", "regions.csv:2 geography: 'us-eats' is not one of africa, asia-east, asia-south, asia-southeast, canada, europe-east, europe-north, europe-south, europe-west, middle-east, oceania, south-america, us-central, us-east, us-west; maybe 'us-east'")]
    [InlineData("regions.csv", "38.9", "138.9", "regions.csv:2 latitude: '138.9' is not a number from -90 to 90")]
    [InlineData("as_of.txt", "2026-11-22", "now", "as_of.txt:1: 'now' is not a date, such as 2026-11-22")]
    public void Each_problem_is_said_with_its_place(string file, string was, string becomes, string problem)
    {
        var path = Path.Combine(folder, "market", file);
        var text = File.ReadAllText(path);
        text.ShouldContain(was);
        File.WriteAllText(path, text.Replace(was, becomes, StringComparison.Ordinal));
        Problems().ShouldContain(problem);
    }

    [Fact]
    public void All_come_at_once()
    {
        Write("market/offers.csv", Offers + Offer.Replace("55.04", "0", StringComparison.Ordinal) + Offer.Replace("H100,", "X9,", StringComparison.Ordinal));
        Write("market/commitments.csv", Commitments + Commitment.Replace(",35,", ",-1,", StringComparison.Ordinal));
        File.Delete(Path.Combine(folder, "market", "storage.csv"));
        Problems().ShouldBe(
        [
            "commitments.csv:2 usd_per_hour: '-1' is not a price above 0; leave an unknown price empty",
            "offers.csv:2 on_demand_usd_per_hour: '0' is not a price above 0; leave an unknown price empty",
            "offers.csv:3 accelerator: 'X9' is not an accelerator of accelerators.csv",
            "storage.csv: is missing from the catalog",
        ]);
    }

    [Fact]
    public void A_commitment_alone_makes_an_instance_that_is_never_rented()
    {
        Write("market/offers.csv", Offers);
        var instance = CatalogReader.Read(folder).Value!.Prices.Commitments.ShouldHaveSingleItem().Instance;
        instance.OnDemand!.Value.Usd.ShouldBe(55.04m);
        instance.Quarantined.ShouldBe("known from its commitments only");
    }

    [Fact]
    public void Broken_files_give_problems_and_nothing_else()
    {
        var random = new Random(2);
        var text = Offers + string.Concat(Enumerable.Repeat(Offer, 3));
        for (var i = 0; i < 300; i++)
        {
            var chars = text.ToCharArray();
            for (var change = 0; change < 5; change++) chars[random.Next(chars.Length)] = (char)random.Next(0, 128);
            Write("market/offers.csv", new string(chars[..random.Next(chars.Length)]));
            var reading = CatalogReader.Read(folder);
            (reading.Value is null).ShouldBe(!reading.Problems.IsEmpty);
        }

        Write("market/offers.csv", Offers + "\"" + new string('x', 1 << 20));
        CatalogReader.Read(folder).Problems.ShouldNotBeEmpty();
        CatalogReader.Read(Path.Combine(folder, "nothing")).Problems.ShouldHaveSingleItem().Message.ShouldStartWith("there is no such folder");
    }

    private string[] Problems() =>
        [.. CatalogReader.Read(folder).Problems.Select(problem => (problem with { File = Path.GetFileName(problem.File) }).ToString())];

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
}
