using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Tests.Plan.WhatIf;

/// <summary>Every limit that is a number or a rank has a step, and its step is looser than it.</summary>
public sealed class LimitStepTests
{
    private static readonly Scenario Scenario = HandMade.Scenario(
        new()
        {
            CashPerMonth = new(1000), TotalCost = new(20_000), ProviderShare = 0.6, RegionShare = 0.98, SpotShare = 0.2, CarbonPerMonth = new(2000), Power = new(10_000),
            Teams = [new("product", new(500), new(5000))],
        },
        HandMade.Service("chat", 20, 2) with { Survives = FailureDomain.Zone, Spread = FailureDomain.Region, FirmShare = 0.4, SpotPools = 3 })
        with { Commercial = new() { Quotas = [new("aws", "*", "*", 16)] } };

    [Theory]
    [InlineData("limits.budget.cash", "5% more ($1,050/month)")]
    [InlineData("limits.budget.total", "5% more ($21,000)")]
    [InlineData("limits.provider_share", "5 points more (65%)")]
    [InlineData("limits.region_share", "5 points more (100%)")]
    [InlineData("limits.spot_share", "5 points more (25%)")]
    [InlineData("limits.carbon", "5% more (2.1 t/month)")]
    [InlineData("limits.power", "5% more (10.5 kW)")]
    [InlineData("limits.teams.product.cash", "5% more ($525.00/month)")]
    [InlineData("limits.teams.product.total", "5% more ($5,250)")]
    [InlineData("commercial.quota.aws/*/*", "8 accelerators more (24)")]
    [InlineData("workloads.chat.availability.replicas_min", "one replica less (1)")]
    [InlineData("workloads.chat.availability.survive", "one domain less (instance)")]
    [InlineData("workloads.chat.availability.spread", "one domain less (zone)")]
    [InlineData("workloads.chat.spot.base", "5 points less (35%)")]
    [InlineData("workloads.chat.spot.pools", "one pool less (2)")]
    public void The_step_in_words_and_what_the_limit_says_then(string path, string text)
    {
        var built = new ProblemBuilder(Scenario, HandMade.Prices(), new(new PerformanceModel())).Build();
        var step = LimitStep.Of(Scenario, path).ShouldNotBeNull();
        step.Text.ShouldBe(text);
        var (before, after) = (DeclaredLimit.Of(Scenario, built).ToDictionary(l => l.Path, l => l.Value), DeclaredLimit.Of(step.Scenario, built).ToDictionary(l => l.Path, l => l.Value));
        before.ShouldContainKey(path);
        // That one limit says something else; all others stay as they were.
        after.GetValueOrDefault(path).ShouldNotBe(before[path]);
        foreach (var (other, value) in after.Where(l => l.Key != path)) value.ShouldBe(before[other]);
    }

    [Fact]
    public void A_share_of_everything_and_a_list_have_none()
    {
        LimitStep.Of(Scenario with { Limits = Scenario.Limits with { RegionShare = 1 } }, "limits.region_share").ShouldBeNull();
        LimitStep.Of(Scenario, "limits.regions").ShouldBeNull();
    }
}
