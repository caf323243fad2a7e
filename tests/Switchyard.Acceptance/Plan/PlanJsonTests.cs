using System.Text.Json;

namespace Switchyard.Acceptance.Plan;

/// <summary>The JSON of a plan is whole, and its numbers agree with each other.</summary>
public sealed class PlanJsonTests(Plans plans)
{
    private const decimal Rounding = 0.01m;

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task It_has_all_its_parts_and_no_times(string scenario)
    {
        var plan = (await Made(scenario)).Json;
        plan.Text("schema").ShouldBe("switchyard.plan/1");
        plan.Text("scenario").ShouldBe(scenario);
        foreach (var part in new[] { "purchases", "baselines", "alternatives", "considered", "assumed" })
            plan.GetProperty(part).GetArrayLength().ShouldBePositive(part);
        foreach (var part in new[] { "binding", "own_offers_left_out", "not_yet_used" })
            plan.GetProperty(part).ValueKind.ShouldBe(JsonValueKind.Array, part);
        foreach (var part in new[] { "per_month", "per_workload", "per_purchase_kind", "per_provider" })
            plan.GetProperty("cost").GetProperty(part).EnumerateObject().ShouldNotBeEmpty(part);
        Keys(plan).Where(key => key.Contains("elapsed", StringComparison.Ordinal) || key.Contains("timing", StringComparison.Ordinal)
            || key.EndsWith("_ms", StringComparison.Ordinal) || key.EndsWith("seconds", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task Its_sums_agree(string scenario)
    {
        var plan = (await Made(scenario)).Json;
        var cost = plan.GetProperty("cost");
        (cost.Sum("per_month") + cost.Usd("after_horizon")).ShouldBe(cost.Usd("total"), Rounding);
        var beforeCredits = cost.Usd("total") + cost.Usd("credits_used") - cost.Usd("committed_earlier");
        foreach (var part in new[] { "per_workload", "per_purchase_kind", "per_provider" })
            cost.Sum(part).ShouldBe(beforeCredits, Rounding, part);

        var purchases = plan.GetProperty("purchases").EnumerateArray().ToList();
        foreach (var purchase in purchases)
            purchase.GetProperty("months").EnumerateArray().Sum(m => m.Usd("cash")).ShouldBe(purchase.Usd("cost"), Rounding, purchase.Text("offer"));
        foreach (var (part, key) in new[] { ("per_workload", "workload"), ("per_purchase_kind", "purchase_kind"), ("per_provider", "provider") })
        {
            foreach (var group in purchases.GroupBy(p => p.Text(key)))
                group.Sum(p => p.Usd("cost")).ShouldBe(cost.Usd(part, group.Key), Rounding, group.Key);
        }
    }

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task What_is_bought_covers_what_is_asked_for_in_every_month(string scenario)
    {
        var plan = (await Made(scenario)).Json;
        plan.GetProperty("demand").GetArrayLength().ShouldBe(plan.GetProperty("considered").GetArrayLength());
        foreach (var demand in plan.GetProperty("demand").EnumerateArray())
        {
            var months = demand.GetProperty("months").EnumerateArray().ToList();
            months.Count.ShouldBe(plan.GetProperty("months").GetInt32());
            for (var month = 0; month < months.Count; month++)
            {
                var capacity = demand.GetProperty("supply").EnumerateArray().Sum(s => s.GetProperty("capacity")[month].GetDouble());
                var needed = months[month].GetProperty("needed").GetDouble();
                capacity.ShouldBeGreaterThanOrEqualTo(needed * (1 - 1e-6), $"{demand.Text("workload")}, {months[month].Text("month")}");
                months[month].GetProperty("mean").GetDouble().ShouldBeInRange(0, needed);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task Nothing_simpler_that_keeps_the_limits_is_cheaper(string scenario)
    {
        var plan = (await Made(scenario)).Json;
        var cost = plan.GetProperty("cost");
        plan.Usd("bound").ShouldBeLessThanOrEqualTo(cost.Usd("present_value"));
        cost.Usd("present_value").ShouldBeLessThanOrEqualTo(cost.Usd("total"));
        plan.Usd("gap").ShouldBeInRange(0, 1);
        // The plan has the least present value. Baselines show totals: what comes later may add as much as it was discounted by.
        var slack = plan.Usd("gap") * (cost.Usd("present_value") + cost.Usd("credits_used"));
        var discounted = cost.Usd("present_value") / Math.Max(1, cost.Usd("total"));
        foreach (var baseline in plan.GetProperty("baselines").EnumerateArray())
        {
            var breaks = baseline.GetProperty("breaks").GetArrayLength();
            var priced = baseline.GetProperty("cost").ValueKind != JsonValueKind.Null;
            (priced || breaks > 0).ShouldBeTrue($"{baseline.Text("name")} has neither a cost nor a reason");
            if (breaks == 0) baseline.Usd("cost").ShouldBeGreaterThanOrEqualTo((cost.Usd("total") - slack) * discounted - Rounding, baseline.Text("name"));
        }

        foreach (var alternative in plan.GetProperty("alternatives").EnumerateArray())
            if (alternative.GetProperty("gap").ValueKind != JsonValueKind.Null) alternative.Usd("gap").ShouldBeGreaterThanOrEqualTo(0);
    }

    private async Task<MadePlan> Made(string scenario)
    {
        var made = await plans.OfAsync(scenario);
        made.Run.ExitCode.ShouldBe(0, made.Run.Stderr);
        return made;
    }

    private static IEnumerable<string> Keys(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Keys(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Keys),
        _ => [],
    };
}
