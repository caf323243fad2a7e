using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Tests.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Why there is no plan: the smallest set of limits in conflict, and values that really are enough.</summary>
public sealed class ConflictFinderTests
{
    private static readonly Offer Cheap = HandMade.Offer("aws", "us-east-1", 20);
    private static readonly Offer Dear = HandMade.Offer("gcp", "europe-west4", 40);

    private static ImmutableArray<ConflictingLimit> Limits(Scenario scenario, PriceBook prices)
    {
        var result = HandMade.Plan(scenario, prices);
        result.Plan.ShouldBeNull();
        result.Conflict!.Unservable.ShouldBeEmpty();
        return result.Conflict.Limits;
    }

    private static bool HasPlan(Scenario scenario, PriceBook prices) => HandMade.Plan(scenario, prices).Plan is not null;

    private static decimal Dollars(string enough) => decimal.Parse(enough.Replace("/month", "", StringComparison.Ordinal).TrimStart('$'), NumberStyles.Number, CultureInfo.InvariantCulture);

    [Fact]
    public void A_monthly_budget_that_is_too_small()
    {
        var prices = HandMade.Prices(Cheap, Dear);
        Scenario With(decimal usd) => HandMade.Scenario(new() { CashPerMonth = new(usd) }, HandMade.Service("chat", 20));
        var limit = Limits(With(100), prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("limits.budget.cash");
        var enough = Dollars(limit.Enough!);
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough * 0.997m), prices).ShouldBeFalse();
    }

    [Fact]
    public void A_total_budget_that_is_too_small_while_later_payments_count_less()
    {
        var prices = HandMade.Prices(Cheap, Dear);
        Scenario With(decimal usd) => HandMade.Scenario(new() { TotalCost = new(usd) }, HandMade.Service("chat", 20)) with { DiscountRate = 0.5 };
        var limit = Limits(With(100), prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("limits.budget.total");
        var enough = Dollars(limit.Enough!);
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough * 0.997m), prices).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void What_is_said_to_be_enough_for_a_growing_service_with_commitments_to_choose_from(double upfront)
    {
        CommitmentOffer Term(Offer offer, decimal price) => new()
        {
            Instance = offer, Kind = CommitmentKind.ReservedInstance, TermMonths = 12, UpfrontShare = upfront, Price = new(price), Basis = PriceBasis.List, AsOf = HandMade.AsOf, Source = "by hand",
        };
        var prices = new PriceBook(HandMade.AsOf, new(), Fixtures.Accelerators, [Cheap, Dear], [Term(Cheap, 12), Term(Dear, 26)], [], [], new([], [], []));
        var chat = HandMade.Service("chat", 30);
        Scenario With(decimal usd) => HandMade.Scenario(new() { CashPerMonth = new(usd) }, chat with { Load = new(chat.Load.Peak(0), 0.3, WeekShape.Flat) });
        var limit = Limits(With(10), prices).ShouldHaveSingleItem();
        var enough = Dollars(limit.Enough!);
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough * 0.96m), prices).ShouldBeFalse();
        if (limit.Least is { } least) Dollars(least).ShouldBeInRange(10, enough);
    }

    [Fact]
    public void What_is_said_to_be_too_little_is_below_what_any_plan_needs()
    {
        // Random problems with nothing but a limit on cash, on all that is paid, or on carbon: the least of it that brute force finds.
        var seen = 0;
        for (var seed = 42_000; seed < 42_150; seed++)
        {
            var free = RandomProblems.Free(seed) with { Credits = [], UseLimits = [] };
            if (ProblemSolver.Solve(free, SolveLimits.Exact) is not { HasPlan: true } plan || plan.PresentValue < 100) continue;
            var carbon = new UseLimit(StatedLimits.Carbon, 1e-3, [.. free.Sources.Select(s => s.AcceleratorCount)]);
            foreach (var (limit, limited) in new[]
            {
                ("limits.budget.cash", free with { CashPerMonth = 1 }), ("limits.budget.total", free with { TotalCost = 1 }), (StatedLimits.Carbon, free with { UseLimits = [carbon] }),
            })
            {
                PlanningProblem At(double most) => limit switch
                {
                    "limits.budget.cash" => limited with { CashPerMonth = most },
                    "limits.budget.total" => limited with { TotalCost = most },
                    _ => limited with { UseLimits = [carbon with { PerMonth = most }] },
                };
                var plans = LeastLimit.Plans(limited, limit, close: 0.03).ToList();
                if (plans.Count == 0 || plans[0].Least < 1) continue;
                seen++;
                ProblemSolver.Solve(At(plans[0].Least * 0.99), SolveLimits.Exact).HasPlan.ShouldBeFalse($"seed {seed}: {limit}");
            }
        }

        seen.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void A_provider_share_with_one_provider()
    {
        var limit = Limits(HandMade.Scenario(new() { ProviderShare = 0.4 }, HandMade.Service("chat", 20)), HandMade.Prices(Cheap)).ShouldHaveSingleItem();
        (limit.Limit, limit.Value, limit.Enough).ShouldBe(("limits.provider_share", "40%", "100%"));
    }

    [Fact]
    public void A_provider_share_below_what_two_providers_can_divide()
    {
        var prices = HandMade.Prices(Cheap, Dear);
        Scenario With(double share) => HandMade.Scenario(new() { ProviderShare = share }, HandMade.Service("chat", 60));
        var limit = Limits(With(0.3), prices).ShouldHaveSingleItem();
        var enough = double.Parse(limit.Enough!.TrimEnd('%'), CultureInfo.InvariantCulture) / 100;
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough - 0.005), prices).ShouldBeFalse();
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0)]
    public void A_quota_below_the_gang_that_ends_in_time(double count)
    {
        var prices = HandMade.Prices(Cheap);
        Scenario With(double quota) => HandMade.Scenario(null, HandMade.Training("train", 40, 5))
            with { Commercial = new() { Quotas = [new("aws", "us-east-1", "*", quota)] } };
        var limit = Limits(With(count), prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("commercial.quota.aws/us-east-1/*");
        var enough = double.Parse(limit.Enough!, CultureInfo.InvariantCulture);
        enough.ShouldBeGreaterThan(8);
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough - 1), prices).ShouldBeFalse();
    }

    [Fact]
    public void More_accelerators_than_are_assumed_to_be_had()
    {
        var prices = HandMade.Prices(Cheap);
        var scenario = HandMade.Scenario(null, HandMade.Training("train", 200, 1));
        var limit = Limits(scenario, prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("availability (assumed)");
        var count = double.Parse(limit.Enough!.Split(' ')[0], CultureInfo.InvariantCulture);
        count.ShouldBeGreaterThan(64);
        HasPlan(scenario with { Commercial = new() { Quotas = [new("aws", "us-east-1", "*", count)] } }, prices).ShouldBeTrue();
        HasPlan(scenario with { Commercial = new() { Quotas = [new("aws", "us-east-1", "*", count - 1)] } }, prices).ShouldBeFalse();
    }

    [Fact]
    public void Two_services_that_together_need_more_than_is_assumed_to_be_had()
    {
        var prices = HandMade.Prices(Cheap);
        // As much each as fits alone, but not twice.
        double Used(double load) => HandMade.Plan(HandMade.Scenario(null, HandMade.Service("a", load)), prices).Plan!.Purchases.Max(p => p.Months.Max(m => m.Instances));
        var peak = 20.0;
        while (Used(peak) < 5) peak *= 1.2;
        var scenario = HandMade.Scenario(null, HandMade.Service("a", peak), HandMade.Service("b", peak));
        var limit = Limits(scenario, prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("availability (assumed)");
        var count = double.Parse(limit.Enough!.Split(' ')[0], CultureInfo.InvariantCulture);
        HasPlan(scenario with { Commercial = new() { Quotas = [new("aws", "us-east-1", "*", count)] } }, prices).ShouldBeTrue();
    }

    [Fact]
    public void A_region_pattern_that_fits_nothing()
    {
        var prices = HandMade.Prices(Cheap, Dear);
        Scenario With(params string[] regions) => HandMade.Scenario(new() { Regions = [.. regions] }, HandMade.Service("chat", 20));
        var limit = Limits(With("moon-*"), prices).ShouldHaveSingleItem();
        limit.Limit.ShouldBe("limits.regions");
        limit.Enough.ShouldBe("with aws/us-east-1 allowed too");
        HasPlan(With("moon-*", "aws/us-east-1"), prices).ShouldBeTrue();
    }

    [Fact]
    public void Two_limits_of_which_neither_alone_is_in_the_way()
    {
        var prices = HandMade.Prices(Cheap, Dear);
        var free = HandMade.Scenario(null, HandMade.Service("chat", 20));
        var peak = HandMade.Plan(free, prices).Plan!.Cost.PerMonth.Max().Usd;
        var budget = new Limits { CashPerMonth = new(peak * 1.3m) };
        HasPlan(free with { Limits = budget }, prices).ShouldBeTrue();
        HasPlan(free with { Limits = new() { Regions = ["europe-*"] } }, prices).ShouldBeTrue();
        var both = free with { Limits = budget with { Regions = ["europe-*"] } };
        var limits = Limits(both, prices);
        limits.Select(l => l.Limit).ShouldBe(["limits.budget.cash", "limits.regions"]);
        var enough = Dollars(limits[0].Enough!);
        HasPlan(both with { Limits = both.Limits with { CashPerMonth = new(enough) } }, prices).ShouldBeTrue();
        HasPlan(both with { Limits = both.Limits with { CashPerMonth = new(enough * 0.997m) } }, prices).ShouldBeFalse();
    }

    [Fact]
    public void Replicas_that_a_quota_does_not_hold()
    {
        var prices = HandMade.Prices(Cheap);
        Scenario With(int replicas) => HandMade.Scenario(null, HandMade.Service("chat", 1, replicas))
            with { Commercial = new() { Quotas = [new("aws", "*", "*", 8)] } };
        var limits = Limits(With(40), prices);
        limits.Select(l => l.Limit).ShouldBe(["commercial.quota.aws/*/*", "workloads.chat.availability.replicas_min"]);
        var enough = int.Parse(limits[1].Enough!, CultureInfo.InvariantCulture);
        HasPlan(With(enough), prices).ShouldBeTrue();
        HasPlan(With(enough + 1), prices).ShouldBeFalse();
    }

    [Fact]
    public void Work_that_no_offer_can_do_is_no_conflict()
    {
        var result = HandMade.Plan(HandMade.Scenario(null, HandMade.Training("train", 1e6, 1)), HandMade.Prices(Cheap));
        result.Plan.ShouldBeNull();
        result.Conflict!.Limits.ShouldBeEmpty();
        result.Conflict.Unservable.ShouldHaveSingleItem().Workload.ShouldBe("train");
    }

    [Fact]
    public void The_order_of_offers_does_not_matter()
    {
        Offer[] offers = [Cheap, Dear, HandMade.Offer("aws", "us-west-2", 20), HandMade.Offer("gcp", "us-east4", 20), HandMade.Offer("azure", "eastus", 20)];
        var scenario = HandMade.Scenario(new() { ProviderShare = 0.6 }, HandMade.Service("a", 30), HandMade.Training("t", 40, 5));
        var plans = Enumerable.Range(0, 3).Select(seed =>
        {
            new Random(seed).Shuffle(offers);
            var plan = HandMade.Plan(scenario, HandMade.Prices(offers)).Plan!;
            return string.Join("\n", plan.Purchases.Select(p => $"{p.Workload} {p.Source.Label} {string.Join(' ', p.Months)}")) + plan.Cost.Total
                + string.Join(' ', plan.Baselines) + string.Join(' ', plan.Alternatives) + string.Join(' ', plan.Binding);
        });
        plans.Distinct().ShouldHaveSingleItem();
    }
}
