using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Operate;

/// <summary>Budgets and caps are kept by the controller: what would pass them is refused with its reason, what can no longer be paid is stopped.</summary>
public sealed class BudgetTests
{
    private static Pool Pool(int index, double price, PurchaseKind kind = PurchaseKind.OnDemand) => new()
    {
        Index = index, Workload = "pile", Source = $"p{index}", Provider = "aws", Region = "us-east", Kind = kind, PricePerHour = price, Accelerators = 8, Rate = 1, Most = [9, 9, 9], StartSeconds = 100,
    };

    private static Mandate With(ImmutableArray<Budget> budgets, ImmutableArray<Cap> caps, params ImmutableArray<Pool> pools) =>
        new() { Horizon = HandMade.Quarter, Pools = pools, Budgets = budgets, Caps = caps };

    private static Budget Cash(params ImmutableArray<double> months) => new("limits.budget.cash", months, double.PositiveInfinity, [true, true]);

    [Fact]
    public void What_would_pass_the_budget_is_refused_with_its_reason()
    {
        var walk = new Walk(With([Cash(25, 25, 25)], [], Pool(0, 10)));
        var decisions = walk.Tell(new JobArrived(0, new("pile-1", "pile", false, 0, 36_000, 3 * 36_000)));
        decisions.OfType<StartInstance>().Count().ShouldBe(2);
        var held = decisions.OfType<HoldBack>().ShouldHaveSingleItem();
        held.Limit.ShouldBe("limits.budget.cash");
        held.Reason.ShouldContain("$25.00 of limits.budget.cash are left");
        held.Reason.ShouldContain("$30.00");
    }

    [Fact]
    public void What_runs_is_stopped_when_the_month_is_paid_out_and_begins_again_in_the_next()
    {
        var walk = new Walk(With([Cash(25, 1000, 1000)], [], Pool(0, 10)));
        walk.Tell(new JobArrived(0, new("pile-1", "pile", false, 0, 1_800_000, 1_800_000)));
        walk.State.Instances.Count.ShouldBe(2);
        var look = walk.Tell(new Tick(3600, [])).OfType<LookAgain>().Concat(walk.Tell(new Tick(3601, [])).OfType<LookAgain>()).ToList();
        walk.State.LookAt.ShouldBe(4500, 1);
        var stopped = walk.Tell(new Tick(4500, []));
        stopped.OfType<StopInstance>().Count().ShouldBe(2);
        stopped.OfType<StopInstance>().ShouldAllBe(s => s.Reason.Contains("used up", StringComparison.Ordinal));
        walk.State.Spent[0].InMonth.ShouldBe(25, 0.01);
        walk.Tell(new Tick(9000, [])).OfType<StartInstance>().ShouldBeEmpty();
        walk.Tell(new Tick(31 * 86400, [])).OfType<StartInstance>().ShouldNotBeEmpty();
        walk.State.Spent[0].ShouldBe(new(0, walk.State.Spent[0].InAll));
        look.Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void A_total_is_kept_over_the_months()
    {
        var walk = new Walk(With([new("limits.budget.total", [], 45, [true])], [], Pool(0, 10)));
        walk.Tell(new JobArrived(0, new("pile-1", "pile", false, 0, 8_000_000, 8_000_000)));
        walk.State.Instances.Count.ShouldBe(2);
        walk.Tell(new Tick(2.25 * 3600, [])).OfType<StopInstance>().Count().ShouldBe(2);
        walk.Tell(new Tick(32 * 86400, [])).OfType<StartInstance>().ShouldBeEmpty();
        walk.State.Spent[0].InAll.ShouldBe(45, 0.01);
    }

    [Fact]
    public void What_a_budget_does_not_pay_for_goes_on()
    {
        var owned = Pool(1, 10, PurchaseKind.Owned);
        var walk = new Walk(With([new("limits.budget.cash", [5, 5, 5], double.PositiveInfinity, [true, false])], [], Pool(0, 10), owned));
        walk.Tell(new Tick(0, []));
        walk.State.Instances.Values.ShouldAllBe(i => i.Pool == 1);
        walk.Tell(new JobArrived(1, new("pile-1", "pile", false, 0, 36_000, 20 * 36_000))).OfType<HoldBack>().ShouldNotBeEmpty();
        walk.State.Instances.Values.ShouldAllBe(i => i.Pool == 1);
        walk.State.Instances.Values.Count(i => i.Job == "pile-1").ShouldBe(9);
    }

    [Fact]
    public void A_quota_is_not_passed_and_another_pool_is_taken_instead()
    {
        var cap = new Cap("commercial.quota.aws/us-east/*", 16, [8, 0], "accelerators");
        var walk = new Walk(With([], [cap], Pool(0, 10), Pool(1, 20)));
        var decisions = walk.Tell(new JobArrived(0, new("pile-1", "pile", false, 0, 36_000, 4 * 36_000)));
        decisions.OfType<HoldBack>().ShouldHaveSingleItem().Reason.ShouldContain("24 accelerators");
        walk.State.Instances.Values.Count(i => i.Pool == 0).ShouldBe(2);
        walk.State.Instances.Values.Count(i => i.Pool == 1).ShouldBeGreaterThanOrEqualTo(2);
    }

    private static readonly ServiceMandate Chat = new()
    {
        Workload = "chat", Load = new(2, 0, WeekShape.Flat), UserShares = [1], Headroom = 0.5, MinReplicas = 1, Pools = [1],
    };

    private static Mandate Shared(double money, int api = -1) => new()
    {
        Horizon = HandMade.Quarter,
        Pools = [Pool(0, 10), Pool(1, 10) with { Workload = "chat" }, Pool(2, 0, PurchaseKind.Tokens) with { Workload = "chat", PricePerRequest = 0.01, Most = [5, 5, 5] }],
        Budgets = [new("limits.budget.cash", [money, money, money], double.PositiveInfinity, [true, true, true])],
        Services = [Chat with { Apis = api < 0 ? [] : [api] }],
    };

    // Three instances of the service for the month: 744 hours.
    private const double MonthOfChat = 3 * 10 * 744;

    private static Tick Seen(double hours, double rate = 2, double byApi = 0) => new(hours * 3600, [new(rate, 0)]) { ByApi = [0, 0, byApi] };

    [Fact]
    public void Jobs_spend_only_what_services_are_not_expected_to_take()
    {
        var walk = new Walk(Shared(MonthOfChat + 45));
        walk.Tell(Seen(0));
        walk.State.Instances.Values.Count(i => i.Pool == 1).ShouldBe(3);
        var decisions = walk.Tell(new JobArrived(1, new("pile-1", "pile", false, 0, 36_000, 9 * 36_000)));
        // Four instances for an hour are 40 dollars; five would take from what the service needs until the month ends.
        decisions.OfType<StartInstance>().Count().ShouldBe(4);
        decisions.OfType<HoldBack>().ShouldHaveSingleItem().Reason.ShouldContain("services are expected to take all but $45.");
        walk.State.LookAt.ShouldBe(3600 * 45 / 40.0, 20);
        var stopped = walk.Tell(Seen(walk.State.LookAt / 3600));
        stopped.OfType<StopInstance>().Count().ShouldBe(4);
        stopped.OfType<StopInstance>().ShouldAllBe(s => s.Reason.Contains("what services are expected to take", StringComparison.Ordinal));
        walk.State.Instances.Values.ShouldAllBe(i => i.Pool == 1);
        // The month's money lasts to its end.
        for (var hour = 2; hour < 744; hour++) walk.Tell(Seen(hour)).OfType<DrainInstance>().ShouldBeEmpty();
        walk.State.Spent[0].InMonth.ShouldBeLessThanOrEqualTo(MonthOfChat + 45);
    }

    [Fact]
    public void Headroom_is_given_up_for_the_money_to_last_but_a_service_is_not_overloaded()
    {
        var walk = new Walk(Shared(0.9 * MonthOfChat));
        walk.Tell(Seen(0));
        var (least, hours) = (9, 0);
        for (var hour = 0; hour < 744; hour++)
        {
            walk.Tell(Seen(hour));
            var there = walk.State.Instances.Values.Count(i => i.Pool == 1);
            least = Math.Min(least, there);
            hours += there;
        }

        least.ShouldBe(2);
        walk.State.Spent[0].InMonth.ShouldBeInRange(0.85 * MonthOfChat, 0.9 * MonthOfChat);
        hours.ShouldBeGreaterThan(2 * 744);
        // With money for one of two instances the load is served while it lasts, and no longer.
        var poor = new Walk(Shared(MonthOfChat / 3));
        for (var hour = 0; hour < 744; hour++)
        {
            poor.Tell(Seen(hour));
            poor.State.Instances.Values.Count(i => i.Pool == 1).ShouldBe(hour < 372 ? 2 : 0, $"at hour {hour}");
        }
    }

    [Fact]
    public void An_API_is_closed_when_its_money_is_spent_and_open_again_in_the_next_month()
    {
        // 30 dollars for an API that can take 0.05 a second: a minute of it, 3 dollars, is kept back.
        var walk = new Walk(Shared(MonthOfChat + 30, api: 2));
        walk.Tell(Seen(0));
        walk.State.LookAt.ShouldBe((30 / 0.05) - 60, 1);
        walk.Tell(Seen(walk.State.LookAt / 3600, byApi: 1000)).OfType<HoldBack>().ShouldBeEmpty();
        walk.State.Spent[0].InMonth.ShouldBe(10 + (30 * walk.State.PaidUntil / 3600), 0.1);
        var closed = walk.Tell(Seen(1, byApi: 2800)).OfType<HoldBack>().ShouldHaveSingleItem();
        (closed.Pool, closed.Limit, closed.Until).ShouldBe((2, "limits.budget.cash", 744 * 3600.0));
        walk.Tell(Seen(2, byApi: 2800)).OfType<HoldBack>().ShouldBeEmpty();
        walk.Tell(Seen(744, byApi: 2800)).OfType<HoldBack>().ShouldBeEmpty();
        walk.State.Spent[0].InMonth.ShouldBe(0);
    }
}
