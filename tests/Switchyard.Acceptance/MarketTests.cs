using System.Text.Json;

namespace Switchyard.Acceptance;

/// <summary>What can be had, filtered and sorted.</summary>
public sealed class MarketTests
{
    [Fact]
    public async Task Offers_are_filtered_and_sorted_by_price()
    {
        var offers = await ListAsync("offers", "--accelerator", "H100", "--region", "us-*", "--sort", "price");
        offers.Count.ShouldBeGreaterThan(5);
        foreach (var offer in offers) offer.GetProperty("accelerators").GetString()!.ShouldStartWith("H100");
        // What a plan may choose comes first.
        offers.Select(o => !Buyable(o)).ShouldBeInOrder();
        foreach (var group in offers.GroupBy(Buyable))
        {
            var prices = group.Select(Price).ToList();
            prices.Where(p => p is not null).ShouldBeInOrder();
            // Unknown is not zero: what has no price comes last.
            prices.SkipWhile(p => p is not null).ShouldAllBe(p => p == null);
        }
    }

    [Fact]
    public async Task The_table_keeps_each_offer_on_one_line_and_says_why_some_are_not_chosen()
    {
        var run = await Cli.RunAsync("market", "offers", "--accelerator", "H100", "--region", "us-*");
        run.ExitCode.ShouldBe(0, run.Stderr);
        var (first, second) = (run.Stdout.IndexOf("A plan may choose", StringComparison.Ordinal), run.Stdout.IndexOf("Only indicative", StringComparison.Ordinal));
        first.ShouldBeGreaterThanOrEqualTo(0);
        second.ShouldBeGreaterThan(first);
        run.Stdout[first..second].Split('\n').Skip(4).Where(line => line.Trim().Length > 0).ShouldAllBe(line => line.Contains('/'));
        run.Stdout[second..].ShouldContain("undated");
    }

    [Fact]
    public async Task Only_what_a_plan_may_choose_is_shown_when_asked()
    {
        var all = await ListAsync("offers", "--provider", "runpod");
        var buyable = await ListAsync("offers", "--provider", "runpod", "--buyable");
        buyable.Count.ShouldBeInRange(1, all.Count);
        foreach (var offer in buyable) (offer.GetProperty("buyable").GetBoolean() || offer.GetProperty("spot_buyable").GetBoolean()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("commitments", "--provider", "aws")]
    [InlineData("accelerators", "--accelerator", "H*")]
    [InlineData("regions", "--region", "eu*")]
    public async Task The_other_lists_can_be_filtered_and_cut(string list, string option, string pattern)
    {
        (await ListAsync(list, option, pattern)).Count.ShouldBeGreaterThan(2);
        (await ListAsync(list, option, pattern, "--limit", "2")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task As_a_table_it_goes_to_stdout_without_escape_codes_and_the_count_to_stderr()
    {
        var run = await Cli.RunAsync("market", "accelerators", "--accelerator", "H100");
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldContain("H100-80GB");
        run.Stdout.ShouldNotContain("\u001b");
        run.Stderr.ShouldEndWith(" accelerators\n");
    }

    [Fact]
    public async Task What_matches_nothing_is_said_for_every_pattern()
    {
        var run = await Cli.RunAsync("market", "offers", "--accelerator", "Q9000", "--region", "zz-*", "--provider", "aws");
        run.ShouldBeRefused("--accelerator: nothing in the catalog matches 'Q9000'", "--region: nothing in the catalog matches 'zz-*'");
        run.Stderr.ShouldNotContain("aws");
    }

    [Fact]
    public async Task Filters_that_match_nothing_together_are_refused() =>
        (await Cli.RunAsync("market", "offers", "--provider", "runpod", "--region", "aws/us-east-1")).ShouldBeRefused("no offers match all of these filters together");

    [Fact]
    public async Task A_filter_that_a_list_cannot_use_is_refused() =>
        (await Cli.RunAsync("market", "regions", "--accelerator", "H100")).ShouldBeRefused("--accelerator");

    private static bool Buyable(JsonElement offer) => offer.GetProperty("buyable").GetBoolean() || offer.GetProperty("spot_buyable").GetBoolean();

    private static decimal? Price(JsonElement offer) => new[] { "usd_per_accelerator_hour", "spot_usd_per_accelerator_hour" }
        .Select(key => offer.GetProperty(key)).Where(p => p.ValueKind == JsonValueKind.Number).Select(p => (decimal?)p.GetDecimal()).FirstOrDefault();

    private static async Task<List<JsonElement>> ListAsync(string list, params string[] options)
    {
        var run = await Cli.RunAsync(["market", list, "-o", "json", .. options]);
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("schema").GetString().ShouldBe($"switchyard.market.{list}/1");
        return [.. json.RootElement.GetProperty(list).EnumerateArray().Select(e => e.Clone())];
    }
}
