using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>Limits, teams, data, resilience and precedence: what is read, and what is wrong with it.</summary>
public sealed class LimitTests
{
    private const string Small = """
        start: 2027-01-01
        horizon: 3 months
        tail: 60%
        limits:
          region_share: 50%
          spot_share: 30%
          carbon: 20 t/year
          power: 40 kW
          teams: {research: {cash: $20k/month, total: $1M}, product: $5k/month}
        workloads:
          chat:
            kind: inference
            model: llama-3.1-8b
            team: product
            rate: 6/s
            tokens: {input: 400, output: 200}
            availability: {replicas_min: 2, survive: zone, spread: region}
            spot: {base: 40%, pools: 2}
            data: {residency: [us-*, eu-*]}
          tune:
            kind: training
            model: llama-3.1-8b
            team: research
            work: 1B tokens
            every: 1 month
            within: 5 days
            data: {size: 4 TB, home: aws/us-east-1, replicate: yes, class: parallel, residency: [us-*]}
          score:
            kind: batch
            model: qwen2.5-7b
            work: 1M requests
            tokens: {input: 400, output: 20}
            every: 1 month
            within: 36h
            after: tune

        """;

    private static readonly Scenario Read = Given.Scenario(Small);

    [Fact]
    public void Limits_are_read()
    {
        Read.TailShare.ShouldBe(0.6);
        (Read.Limits.RegionShare, Read.Limits.SpotShare).ShouldBe((0.5, 0.3));
        Read.Limits.CarbonPerMonth!.Value.Kilograms.ShouldBe(20_000 / 12.0, 1e-9);
        Read.Limits.Power!.Value.Watts.ShouldBe(40_000);
        Read.Limits.Teams.ShouldBe([new("research", new(20_000), new(1_000_000)), new("product", new(5_000), null)]);
    }

    [Fact]
    public void Resilience_is_read()
    {
        var chat = Read.Workloads[0].ShouldBeOfType<InferenceWorkload>();
        (chat.Team, chat.SpotAllowed, chat.FirmShare, chat.SpotPools).ShouldBe(("product", true, 0.4, 2));
        (chat.Survives, chat.Spread).ShouldBe((FailureDomain.Zone, FailureDomain.Region));
        chat.ResponseSize.Bytes.ShouldBe(1800);
        Read.Assumed.ShouldContain("workloads.chat.response_size: 1.8 kB (4 bytes a token and 1 kB around them)");
        chat.Data.ShouldBeNull();
        chat.Residency.ShouldBe(["us-*", "eu-*"]);
    }

    [Fact]
    public void Data_is_read()
    {
        var data = Read.Workloads[1].Data!;
        (data.Size.GB, data.Home, data.Replication, data.Class).ShouldBe((4000, new Location("aws", "us-east-1"), Replication.Yes, StorageClass.Parallel));
        Read.Workloads[1].Residency.ShouldBe(["us-*"]);
    }

    [Fact]
    public void Work_begins_when_the_window_before_has_ended()
    {
        var score = Read.Workloads[2].ShouldBeOfType<BatchWorkload>();
        score.Cadence.ShouldBe(new Cadence(new(2027, 1, 6), 1, 0, TimeSpan.FromHours(36)));
        Read.Assumed.ShouldContain("workloads.score.start: 2027-01-06 (when the window of 'tune' has ended)");
    }

    [Theory]
    [InlineData("every: 1 day, within: 8h", "every: 1 day, within: 4h", 8, 4)] // the hours after the first
    [InlineData("every: 1 day", "every: 1 day", 24, 24)] // the whole day after, while the next of the first runs
    [InlineData("start: 2027-01-03, within: 36h", "within: 10h", 84, 10)] // once each
    [InlineData("within: 36h", "every: 1 week, within: 10h", 36, 10)] // the first once, then again and again
    [InlineData("within: 36h", "start: 2027-02-01, within: 10h", 744, 10)] // late enough already
    [InlineData("within: 36h", "deadline: 2027-01-09", 36, 156)] // a day stays
    [InlineData("within: 36h", "", 36, 2124)] // until the horizon's end
    [InlineData("start: 2027-01-30, every: 1 month, within: 4 days", "start: 2027-01-20, every: 1 month, within: 2 days", 816, 48)] // 28 February + 4 days is after 3 March
    public void Starts_follow(string first, string then, double starts, double window)
    {
        var cadence = Given.Scenario(Pair(first, then)).Workloads[1].ShouldBeOfType<BatchWorkload>().Cadence;
        cadence.Starts(new(new(2027, 1, 1), 3)).First().ShouldBe(starts, 1e-6);
        cadence.Within.TotalHours.ShouldBe(window, 1e-6);
    }

    [Theory]
    [InlineData("every: 1 day", "within: 1 day", "after: 'first' comes again and again, and this is done once; say 'start' instead, or 'every' as there")]
    [InlineData("every: 1 day", "every: 2 days", "after: its runs come at other times than those of 'first'; give both the same 'every'")]
    [InlineData("within: 10 days", "deadline: 2027-01-09", "deadline: 2027-01-09 comes before it may begin: the window of 'first' ends on 2027-01-11")]
    [InlineData("", "within: 1 day", "after: the window of 'first' ends on 2027-04-01, when the horizon has ended; shorten its 'within', or lengthen the horizon")]
    [InlineData("within: 80 days", "within: 30 days", "within: begins on 2027-03-22, when the window of 'first' has ended, and would end after the horizon, which ends on 2027-04-01")]
    public void What_becomes_impossible_is_said(string first, string then, string problem) =>
        Given.Problems(Pair(first, then)).ShouldHaveSingleItem().ShouldEndWith($" workloads.then.{problem}");

    [Theory]
    [InlineData("after: tune", "after: tuen", "workloads.score.after: 'tuen' is not a workload of this file; maybe 'tune'")]
    [InlineData("after: tune", "after: score", "workloads.score.after: names itself")]
    [InlineData("after: tune", "after: chat", "workloads.score.after: 'chat' is a service, which never ends; name training or batch work")]
    [InlineData("    within: 5 days\n", "    within: 5 days\n    after: score\n", "workloads.score.after: goes in a circle: score after tune after score")]
    [InlineData("team: research", "team: reserch", "workloads.tune.team: 'reserch' is not a team of limits.teams; maybe 'research'|limits.teams.research: no workload is of team 'research'; write 'team: research' in one")]
    [InlineData("product: $5k/month", "product: {}", "limits.teams.product: says nothing; write for example '{cash: $20k/month, total: $1M}'")]
    [InlineData("power: 40 kW", "power: 40", "limits.power: '40' is not a power, such as '40 kW'; maybe '40 kW'")]
    [InlineData("survive: zone", "survive: zoe", "workloads.chat.availability.survive: 'zoe' is not one of none, instance, zone, region, provider; maybe 'zone'")]
    [InlineData("pools: 2", "pools: 0", "workloads.chat.spot.pools: '0' is not a whole number of at least 1")]
    [InlineData("base: 40%", "bas: 40%", "workloads.chat.spot.bas: is not a known key; maybe 'base'")]
    [InlineData("size: 4 TB, ", "", "workloads.tune.data.size: is missing; write for example 'size: 4 TB'")]
    [InlineData("home: aws/us-east-1, ", "", "workloads.tune.data.home: is missing; write for example 'home: aws/us-east-1'")]
    [InlineData("residency: [us-*]", "residency: [eu-*]", "workloads.tune.data.residency: the data's home, aws/us-east-1, is not among the regions in which it may be")]
    [InlineData("class: parallel", "class: tape", "workloads.tune.data.class: 'tape' is not one of object, block, file, parallel; known: object, block, file, parallel")]
    [InlineData("    within: 36h\n", "    within: 36h\n    spot: {base: 40%}\n", "workloads.score.spot: 'base' and 'pools' are for services; write 'spot: yes'")]
    public void Each_problem_is_said_word_for_word(string was, string becomes, string problems)
    {
        Small.Split(was).Length.ShouldBe(2, $"'{was}' stands once in the file");
        var said = Given.Problems(Small.Replace(was, becomes, StringComparison.Ordinal)).Select(problem => problem[(problem.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        said.ShouldBe(problems.Split('|'), ignoreOrder: true);
    }

    private static string Pair(string first, string then) => $$"""
        start: 2027-01-01
        horizon: 3 months
        workloads:
          first: {kind: batch, model: bge-m3, work: 1M requests, tokens: {input: 400, output: 0}, {{first}}}
          then: {kind: batch, model: bge-m3, work: 1M requests, tokens: {input: 400, output: 0}, after: first, {{then}}}

        """;
}
