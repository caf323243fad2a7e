using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Operate;

/// <summary>Instances are spread over zones, stay spread when some go, and go elsewhere when a zone has none.</summary>
public sealed class ZoneTests
{
    private static readonly Pool Rented = new()
    {
        Index = 0, Workload = "chat", Source = "rented", Provider = "aws", Region = "us-east", Kind = PurchaseKind.OnDemand, PricePerHour = 1, Accelerators = 8, Rate = 1, Most = [9, 9, 9],
        StartSeconds = 100, Zones = 3,
    };

    private static Mandate Of(double peak, Pool? pool = null) => new()
    {
        Horizon = HandMade.Quarter, Pools = [pool ?? Rented],
        Services = [new() { Workload = "chat", Load = new(peak, 0, WeekShape.Flat), UserShares = [1], Headroom = 0, MinReplicas = 1, Spread = FailureDomain.Zone, Pools = [0] }],
    };

    [Fact]
    public void What_goes_leaves_the_rest_spread()
    {
        var controller = new Controller(Of(2));
        var state = Ready(controller, controller.Decide(new(), new Tick(0, [new(6, 0)])));
        state.Instances.Values.GroupBy(i => i.Zone).ShouldAllBe(g => g.Count() == 2);
        var later = controller.Decide(state, new Tick(1000, [new(2, 0)])).State;
        later.Instances.Values.Select(i => i.Zone).Distinct().Count().ShouldBe(2);
        later.Instances.Count.ShouldBe(2);
    }

    [Fact]
    public void After_an_outage_replicas_come_apart_again()
    {
        var controller = new Controller(Of(2));
        var state = controller.Decide(new(), new Tick(0, [new(2, 0)])).State;
        foreach (var first in state.Instances.Values.Where(i => i.Zone == 0).ToList()) state = controller.Decide(state, new InstanceRefused(1, first.Id, "zone outage")).State;
        foreach (var second in state.Instances.Values.Where(i => i.Zone == 2).ToList()) state = controller.Decide(state, new InstanceRefused(1, second.Id, "zone outage")).State;
        state.Instances.Values.Select(i => i.Zone).Distinct().ShouldHaveSingleItem().ShouldBe(1);
        state = state.Instances.Values.Aggregate(state, (s, i) => controller.Decide(s, new InstanceReady(200, i.Id)).State);
        var later = controller.Decide(state, new Tick(700, [new(2, 0)]));
        var more = later.Decisions.OfType<StartInstance>().ShouldHaveSingleItem();
        more.Zone.ShouldNotBe(1);
        later.Decisions.OfType<DrainInstance>().ShouldBeEmpty();
        state = controller.Decide(controller.Decide(later.State, new InstanceReady(900, more.Instance)).State, new Tick(901, [new(2, 0)])).State;
        state.Instances.Values.Select(i => i.Zone).Order().ShouldBe(new[] { more.Zone, 1 }.Order());
    }

    [Fact]
    public void A_zone_that_has_none_is_left_for_the_next_and_a_pool_only_when_no_zone_has_any()
    {
        var controller = new Controller(Of(2));
        var state = controller.Decide(new(), new Tick(0, [new(2, 0)])).State;
        for (var refused = 0; refused < 2; refused++)
        {
            var first = state.Instances.Values.First(i => i.Phase == InstancePhase.Starting);
            state = controller.Decide(state, new InstanceRefused(10 + refused, first.Id, "zone outage")).State;
            state.Instances.Values.ShouldAllBe(i => i.Zone != first.Zone);
        }

        state.Instances.Values.Select(i => i.Zone).Distinct().ShouldHaveSingleItem();
        var last = state.Instances.Values.First();
        var decided = controller.Decide(state, new InstanceRefused(20, last.Id, "zone outage"));
        decided.Decisions.OfType<StartInstance>().ShouldBeEmpty();
        controller.Decide(decided.State, new Tick(700, [new(2, 0)])).Decisions.OfType<StartInstance>().ShouldNotBeEmpty();
    }

    [Fact]
    public void A_gang_whose_missing_machine_cannot_be_had_in_its_zone_moves_as_a_whole()
    {
        var controller = new Controller(new() { Horizon = HandMade.Quarter, Pools = [Rented with { Workload = "tune", Gang = 3, Rate = 0 }] });
        var state = controller.Decide(new(), new JobArrived(0, new("tune-1", "tune", true, 0, 86_400, 0))).State;
        state.Instances.Values.Select(i => i.Zone).Distinct().ShouldHaveSingleItem().ShouldBe(0);
        state = controller.Decide(state, new InstanceReady(100, 0)).State;
        var moved = controller.Decide(state, new InstanceRefused(101, 1, "none to be had"));
        moved.State.Instances.Count.ShouldBe(3);
        moved.State.Instances.Values.ShouldAllBe(i => i.Zone == 1);
        moved.Decisions.OfType<StopInstance>().Count().ShouldBe(2);
    }

    private static ControllerState Ready(Controller controller, Decided decided) =>
        decided.Decisions.OfType<StartInstance>().Aggregate(decided.State, (state, start) => controller.Decide(state, new InstanceReady(200, start.Instance)).State);
}
