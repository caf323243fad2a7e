using System.Collections.Immutable;
using Switchyard.Connect;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>Settings take the place of what a file says, are checked by the same readers, and are named where they are wrong.</summary>
public sealed class SettingTests
{
    private const string Text = """
        name: s
        start: 2027-01-01
        limits: {provider_share: 60%, budget: $120k/month, regions: [us-*]}
        offers:
          - {name: quote-cw, provider: coreweave, region: us-east, accelerator: "H100:8", price: $2.60/GPU-hour}
        current:
          - {offer: aws/us-east-1/p5.48xlarge, count: 2}
        workloads:
          chat: {kind: inference, model: llama-3.1-8b, rate: 6/s, tokens: {input: 900, output: 180}, precision: [bf16, fp8]}
          chat.v2: {kind: inference, model: llama-3.1-8b, rate: {mean: 2/s}, tokens: {input: 900, output: 180}}
        """;

    private static Reading<Scenario> Read(params string[] settings)
    {
        var catalog = Catalog.Shipped.Catalog.Value;
        return ScenarioReader.Read(Text, "s.yaml", catalog.Prices, catalog.Models, null, [.. settings.Select(s => Single(s))]);
    }

    private static Setting Single(string text)
    {
        var range = SettingRange.Parse(text).Value.ShouldNotBeNull();
        return new(range.Path, range.Values.ShouldHaveSingleItem());
    }

    private static Scenario Good(params string[] settings)
    {
        var read = Read(settings);
        read.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return read.Value!;
    }

    private static string Bad(string setting) => Read(setting).Problems.ShouldHaveSingleItem().ToString();

    [Fact]
    public void A_value_that_is_there_is_replaced() => Good("limits.provider_share=40%").Limits.ProviderShare.ShouldBe(0.4);

    [Fact]
    public void A_value_that_is_not_there_is_added() => Good("limits.offers_per_workload=7").Limits.OffersPerWorkload.ShouldBe(7);

    [Fact]
    public void An_empty_value_takes_out_what_the_file_says() => Good("limits.provider_share=").Limits.ProviderShare.ShouldBeNull();

    [Fact]
    public void A_path_into_a_short_form_means_its_key()
    {
        Good("limits.budget.total=$2M").Limits.CashPerMonth!.Value.Usd.ShouldBe(120_000);
        Good("limits.budget.cash=$90k/month").Limits.CashPerMonth!.Value.Usd.ShouldBe(90_000);
        ((InferenceWorkload)Good("workloads.chat.rate.growth=4%/month").Workloads[0]).Load.ShouldSatisfyAllConditions(
            load => load.PeakPerSecond.ShouldBe(6), load => load.MonthlyGrowth.ShouldBe(0.04, 1e-12));
    }

    [Fact]
    public void A_name_with_a_point_is_found() =>
        ((InferenceWorkload)Good("workloads.chat.v2.rate.mean=3/s").Workloads[1]).Load.PeakPerSecond.ShouldBe(3);

    [Fact]
    public void Elements_of_lists_are_named_by_number_or_name()
    {
        Good("current[0].count=5").Current[0].Count.ShouldBe(5);
        Good("offers[quote-cw].price=$2.40/GPU-hour").HourlyQuotes[0].OnDemand!.Value.Usd.ShouldBe(19.2m);
        Good("workloads.chat.precision[1]=int8").Workloads[0].Precisions.ShouldBe([Precision.Bf16, Precision.Int8]);
        Good("workloads.chat.precision[1]=").Workloads[0].Precisions.ShouldBe([Precision.Bf16]);
    }

    [Fact]
    public void Lists_and_maps_are_written_as_in_the_file()
    {
        Good("limits.regions=[eu-*, us-*]").Limits.Regions.ShouldBe(["eu-*", "us-*"]);
        Good("commercial.discounts={aws: 12%}").Commercial.Discounts["aws"].ShouldBe(0.12, 1e-12);
        Good("commercial.quota.aws/us-east-1/H100=16").Commercial.Quotas[0].Count.ShouldBe(16);
    }

    [Theory]
    [InlineData("limits.provider_share=fast", "--set limits.provider_share: 'fast' is not a share")]
    [InlineData("limits.provder_share=40%", "--set limits.provder_share: is not a known key; maybe 'provider_share'")]
    [InlineData("limit.provider_share=40%", "--set limit: is not a known key; maybe 'limits'")]
    [InlineData("workloads.chta.rate.peak=9/s", "--set workloads.chta: 'chta' is not a workload of the scenario; maybe 'chat'")]
    [InlineData("offers[quote-vw].price=$2/hour", "--set offers[quote-vw]: is not an element; the only one is [0], or by name [quote-cw]; maybe 'quote-cw'")]
    [InlineData("current[3].count=1", "--set current[3]: is not an element; the only one is [0]")]
    [InlineData("current.count=1", "--set current: is a list; name an element, such as current[0]")]
    [InlineData("current[0]count=1", "--set current[0]count: is not a path")]
    [InlineData("limits[0]=1", "--set limits[0]: limits is keys with values, not a list")]
    [InlineData("limits.provider_share.x=1", "--set limits.provider_share: is a single value in the file; set it as a whole")]
    [InlineData("limits.carbon=", "--set limits.carbon: is not in the file")]
    [InlineData("workloads.chat.model=", "workloads.chat.model: is missing")]
    [InlineData("limits..x=1", "--set limits..x: is not a path")]
    [InlineData("limits.regions=[us-*]x]", "has a bracket or quote that is not closed")]
    public void What_is_wrong_is_told_of_the_setting(string setting, string said)
    {
        var parsed = SettingRange.Parse(setting);
        (parsed.Value is null ? parsed.Problems.ShouldHaveSingleItem().ToString() : Bad(setting)).ShouldContain(said);
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        var problems = Read("limits.provider_share=a", "workloads.chat.rate.peak=b", "horizon=c").Problems;
        problems.Length.ShouldBe(3);
        problems.ShouldAllBe(p => p.File == "--set" && p.Line == 0);
    }

    [Fact]
    public void The_same_path_twice_is_a_problem() =>
        Read("limits.provider_share=40%", "limits.provider_share=50%").Problems.ShouldHaveSingleItem().ToString().ShouldBe("--set limits.provider_share: is set 2 times");

    [Theory]
    [InlineData("a=1,2,3", "1|2|3")]
    [InlineData("a=40%..100%:20%", "40%|60%|80%|100%")]
    [InlineData("a=40..100%:30", "40%|70%|100%")]
    [InlineData("a=$60k/month..$120k/month:$30k", "$60k/month|$90k/month|$120k/month")]
    [InlineData("a=3..1:1", "3|2|1")]
    [InlineData("a=0.5/s..1/s:0.25/s", "0.5/s|0.75/s|1/s")]
    [InlineData("a=0.4%/month..0.8%/month:0.2%", "0.4%/month|0.6%/month|0.8%/month")]
    [InlineData("a=[1,2],[3]", "[1,2]|[3]")]
    [InlineData("a=\"A10G,A100\"", "\"A10G,A100\"")]
    [InlineData("a=24GB..48GB", "24GB..48GB")]
    [InlineData("a=2027-01-01,2027-04-01", "2027-01-01|2027-04-01")]
    [InlineData("a=", "")]
    [InlineData("a=1..10:4", "1|5|9")]
    public void Ranges_are_counted(string text, string values) => SettingRange.Parse(text).Value!.Values.ShouldBe(values.Split('|'));

    [Theory]
    [InlineData("a", "has no value")]
    [InlineData("=1", "which value?")]
    [InlineData("a=1,,2", "empty value")]
    [InlineData("a=1,1", "'1' is given twice")]
    [InlineData("a=1..5:0", "a step of 0")]
    [InlineData("a=1..100000:1", "more than 500 values")]
    [InlineData("a=40%..100kg:3", "mixes units")]
    [InlineData("a=[1", "not closed")]
    public void What_is_no_range_is_refused(string text, string said) => SettingRange.Parse(text).Problems.ShouldHaveSingleItem().ToString().ShouldContain(said);

    [Fact]
    public void Combinations_are_the_product_the_last_fastest() =>
        SettingRange.Combinations([new("a", ["1", "2"]), new("b", ["x"]), new("c", ["3", "4"])]).Select(row => string.Concat(row.Select(s => s.Value)))
            .ShouldBe(["1x3", "1x4", "2x3", "2x4"]);
}
