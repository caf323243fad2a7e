using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Operate;

/// <summary>A service runs what the plan runs at its load; what the plan runs at other loads comes only where that is not enough or cannot be had.</summary>
public sealed class MixTests
{
    private static readonly Pool Cheap = new()
    {
        Index = 0, Workload = "chat", Source = "cheap", Provider = "aws", Region = "us-east", Kind = PurchaseKind.OnDemand, PricePerHour = 1, Accelerators = 1, Rate = 2, Most = [4, 4, 4], StartSeconds = 60,
    };

    private static readonly Pool Dear = Cheap with { Index = 1, Source = "dear", Provider = "crusoe", PricePerHour = 3 };

    // At night the plan has the dear one, to keep to a provider's share; by day two of the cheap beside it.
    private static readonly ImmutableArray<Mix> Mixes = [new(2, [0, 1]), new(6, [2, 1])];

    private static Walk Of(params ImmutableArray<Mix> mixes) => new(new()
    {
        Horizon = HandMade.Quarter, Pools = [Cheap, Dear],
        Services = [new() { Workload = "chat", Load = new(5.9, 0, Nights), UserShares = [1], Headroom = 0, MinReplicas = 1, Pools = [0, 1], Mixes = [mixes, mixes, mixes] }],
    });

    // From 08:00 to 20:00 three times as much as at night.
    private static WeekShape Nights => WeekShape.FromLevels("by hand", [.. Enumerable.Range(0, 168).Select(hour => hour % 24 is >= 8 and < 20 ? 1.0 : 0.3)]);

    private static (int Cheap, int Dear) Run(Walk walk, double hour, double rate)
    {
        for (var tick = 0; tick < 3; tick++) walk.Tell(new Tick((hour * 3600) + (tick * 60), [new(rate, 0)]));
        return (walk.Count(0), walk.Count(1));
    }

    [Fact]
    public void The_plan_is_kept_to_at_each_load_even_where_something_else_is_cheaper()
    {
        var walk = Of(Mixes);
        Run(walk, 1, 1.7).ShouldBe((0, 1));
        Run(walk, 9, 5.9).ShouldBe((2, 1));
        Run(walk, 22, 1.7).ShouldBe((0, 1));
        // A plan that does not say what it runs when is served by the cheapest.
        Run(Of(), 1, 1.7).ShouldBe((1, 0));
    }

    [Fact]
    public void More_than_was_expected_and_what_cannot_be_had_is_made_up_for_by_what_else_the_plan_has()
    {
        var walk = Of(Mixes);
        Run(walk, 1, 5).ShouldBe((2, 1));
        var refused = Of(Mixes);
        refused.Tell(new Tick(3600, [new(1.7, 0)]));
        var dear = refused.State.Instances.Values.ShouldHaveSingleItem();
        dear.Pool.ShouldBe(1);
        refused.Tell(new InstanceLost(3700, dear.Id, "failed"));
        refused.State.Instances.Values.ShouldHaveSingleItem().Pool.ShouldBe(1);
        refused.Tell(new InstanceRefused(3701, refused.State.Instances.Keys.Single(), "none to be had"));
        refused.State.Instances.Values.ShouldHaveSingleItem().Pool.ShouldBe(0);
    }

    [Fact]
    public void A_mix_is_that_of_the_lowest_level_that_has_room()
    {
        Mix.For(Mixes, 1)!.Counts.ShouldBe([0, 1]);
        Mix.For(Mixes, 2 + 1e-7)!.Counts.ShouldBe([0, 1]);
        Mix.For(Mixes, 2.1)!.Counts.ShouldBe([2, 1]);
        Mix.For(Mixes, 60)!.Counts.ShouldBe([2, 1]);
        Mix.For([], 1).ShouldBeNull();
    }

    [Fact]
    public void Where_the_mix_suffices_nothing_else_is_taken_and_it_is_the_cheapest_of_it()
    {
        var random = new Generator(7);
        for (var trial = 0; trial < 200; trial++)
        {
            Pool[] pools = [.. Enumerable.Range(0, 3).Select(i => Cheap with { Index = i, Provider = $"p{i}", PricePerHour = 1 + (9 * random.Unit()), Rate = 0.5 + (4 * random.Unit()) })];
            var mix = new Mix(1, [.. Enumerable.Range(0, 3).Select(_ => (int)(4 * random.Unit()))]);
            var charge = new ServiceMandate { Workload = "chat", Load = new(1, 0, WeekShape.Flat), UserShares = [1], Headroom = 0, MinReplicas = 1, Pools = [0, 1, 2] };
            var need = 8 * random.Unit();
            var (counts, suffices) = CapacityChoice.Of(pools, [4, 4, 4], charge, need, null, mix);
            if (!CapacityChoice.Suffices(pools, [.. mix.Counts], charge, need))
            {
                suffices.ShouldBe(CapacityChoice.Suffices(pools, [4, 4, 4], charge, need));
                continue;
            }

            var (within, _) = CapacityChoice.Of(pools, [.. mix.Counts], charge, need);
            counts.ShouldBe(within);
        }
    }
}
