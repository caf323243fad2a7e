using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Operate;

/// <summary>Piles: each kind of machine answers the part that the plan gives it; being in time comes before the parts.</summary>
public sealed class PileTests
{
    private const double Hour = 3600;

    // A quick machine that the plan has for a quarter of each pile, and slow ones for the rest.
    private static Pool Quick { get; } = new()
    {
        Index = 0, Workload = "pile", Source = "quick", Provider = "aws", Region = "us-east", Kind = PurchaseKind.Spot, PricePerHour = 1, Accelerators = 1, Rate = 10, Most = [1, 1, 1],
        HoursEach = [2, 2, 2], StartSeconds = 60,
    };

    private static Pool Slow { get; } = Quick with { Index = 1, Source = "slow", Provider = "crusoe", PricePerHour = 0.2, Rate = 1, Most = [8, 8, 8], HoursEach = [60, 60, 60] };

    // 8 h at 10/s: 20 machine-hours of the slow for each two of the quick.
    private static JobOrder Order { get; } = new("pile-1", "pile", false, 0, 8 * Hour, 8 * Hour * 10);

    private static Walk Of(params ImmutableArray<Pool> pools) => new(new() { Horizon = HandMade.Quarter, Pools = pools });

    [Fact]
    public void Each_kind_of_machine_does_its_part_and_is_given_back_then()
    {
        var walk = Of(Quick, Slow);
        var first = walk.Tell(new JobArrived(0, Order));
        walk.Count(0).ShouldBe(1);
        walk.Count(1).ShouldBe(8);
        // 20 of 80 parts at 10/s: two hours.
        var look = first.OfType<LookAgain>().Where(l => l.Reason.Contains("quick", StringComparison.Ordinal)).ToList();
        look.ShouldNotBeEmpty();
        look[^1].Seconds.ShouldBe(2 * Hour, 60);
        walk.Tell(new JobProgressed(Hour, Order.Id, 18.0 / 80)).OfType<StopInstance>().ShouldBeEmpty();
        walk.Count(0).ShouldBe(1);
        var then = walk.Tell(new Tick(look[^1].Seconds, []));
        then.OfType<StopInstance>().ShouldHaveSingleItem().Reason.ShouldContain("its part of the plan is done");
        (walk.Count(0), walk.Count(1)).ShouldBe((0, 8));
        // It is not asked for again while the others are in time.
        walk.Tell(new JobProgressed(3 * Hour, Order.Id, 44.0 / 80)).OfType<StartInstance>().ShouldBeEmpty();
        walk.Tell(new Tick(4 * Hour, [])).OfType<StartInstance>().ShouldBeEmpty();
    }

    [Fact]
    public void What_others_cannot_end_in_time_is_not_given_back()
    {
        var walk = Of(Quick, Slow);
        walk.Tell(new JobArrived(0, Order));
        // Machines are at half their pace: 8 slow ones cannot do the rest.
        walk.Tell(new JobProgressed(Hour, Order.Id, 9.0 / 80));
        walk.Tell(new JobProgressed(5 * Hour, Order.Id, 45.0 / 80)).OfType<StopInstance>().ShouldBeEmpty();
        walk.Count(0).ShouldBe(1);
        walk.Tell(new JobEnded(7.9 * Hour, Order.Id));
        walk.State.Instances.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_lost_and_cannot_be_had_is_done_by_the_others_as_far_as_the_plan_has_them()
    {
        var walk = Of(Quick, Slow with { Most = [12, 12, 12] });
        walk.Tell(new JobArrived(0, Order));
        walk.Count(1).ShouldBe(8);
        var quick = walk.State.Instances.Values.Single(i => i.Pool == 0).Id;
        walk.Tell(new InstanceLost(Hour, quick, "preempted"));
        var again = walk.State.Instances.Values.Single(i => i.Pool == 0).Id;
        again.ShouldNotBe(quick);
        // Half of its part is done: what it did before counts.
        walk.Tell(new JobProgressed(Hour, Order.Id, 18.0 / 80));
        walk.Tell(new Tick((2 * Hour) + 5, [])).OfType<StopInstance>().ShouldHaveSingleItem().Instance.ShouldBe(again);

        var refused = Of(Quick, Slow with { Most = [12, 12, 12] });
        refused.Tell(new JobArrived(0, Order));
        for (var zone = 0; zone < 3; zone++)
            if (refused.State.Instances.Values.FirstOrDefault(i => i.Pool == 0) is { } there) refused.Tell(new InstanceRefused(1, there.Id, "none"));
        refused.Count(0).ShouldBe(0);
        refused.Count(1).ShouldBe(11);
    }

    [Fact]
    public void With_one_way_by_the_hour_nothing_is_given_back_before_the_end()
    {
        var walk = Of(Quick with { Most = [2, 2, 2], HoursEach = [1, 1, 1] });
        walk.Tell(new JobArrived(0, Order));
        walk.Count(0).ShouldBe(2);
        walk.Tell(new JobProgressed(Hour, Order.Id, 20.0 / 80)).OfType<StopInstance>().ShouldBeEmpty();
        walk.Tell(new JobProgressed(3 * Hour, Order.Id, 60.0 / 80)).OfType<StopInstance>().ShouldBeEmpty();
    }

    [Fact]
    public void A_pile_that_would_end_late_gets_another_machine()
    {
        var walk = Of(Quick with { Most = [3, 3, 3], HoursEach = [9, 9, 9] });
        walk.Tell(new JobArrived(0, Order with { Requests = Order.Requests * 0.9 }));
        walk.Count(0).ShouldBe(1);
        walk.Tell(new JobProgressed(Hour, Order.Id, 0.139)).OfType<StartInstance>().ShouldBeEmpty();
        walk.Tell(new JobProgressed(4 * Hour, Order.Id, 0.3)).OfType<StartInstance>().ShouldHaveSingleItem().Reason.ShouldContain("late");
    }
}
