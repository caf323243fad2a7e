using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Simpler ways of buying: never cheaper than the plan within the limits, and what they cost by hand.</summary>
public sealed class BaselineTests
{
    private static readonly Horizon Horizon = new(new(2027, 1, 1), 2);

    private static Scenario Nothing(Horizon horizon) => new() { Name = "none", Horizon = horizon, Workloads = [] };

    [Fact]
    public void No_baseline_that_keeps_the_limits_is_cheaper_than_the_plan()
    {
        var feasible = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 700_000; seed < 700_200; seed++)
        {
            var free = ProblemSolver.Solve(RandomProblems.Free(seed), SolveLimits.Exact).PresentValue;
            // Baselines state their total, which is what a plan minimises where nothing is discounted.
            var problem = RandomProblems.Limited(seed, free, shares: false) with { DiscountRate = 0, TailShare = 1, RiskWeight = 0 };
            var solved = ProblemSolver.Solve(problem, SolveLimits.Exact);
            foreach (var baseline in new Baselines(Nothing(problem.Horizon), problem, SolveLimits.Exact).All())
            {
                if (baseline.Cost is not { } cost || !baseline.Breaks.IsEmpty) continue;
                feasible[baseline.Name] = feasible.GetValueOrDefault(baseline.Name) + 1;
                ((double)cost.Usd).ShouldBeGreaterThanOrEqualTo(solved.PresentValue - 0.02, $"seed {seed}: {baseline}");
            }
        }

        feasible.Count.ShouldBe(4);
    }

    [Fact]
    public void The_bound_by_arithmetic_is_below_every_plan_and_not_far()
    {
        var shares = new List<double>();
        for (var seed = 710_000; seed < 710_300; seed++)
        {
            var problem = RandomProblems.Free(seed);
            var solved = ProblemSolver.Solve(problem, SolveLimits.Exact);
            if (!solved.HasPlan) continue;
            var bound = CheapBound.Of(problem);
            bound.ShouldBeLessThanOrEqualTo(solved.PresentValue + (1e-6 * Math.Abs(solved.PresentValue)) + 1e-6, $"seed {seed}");
            if (solved.PresentValue > 1 && problem.Credits.IsEmpty) shares.Add(bound / solved.PresentValue);
        }

        shares.Count.ShouldBeGreaterThan(100);
        shares.Average().ShouldBeGreaterThan(0.3);
    }

    [Fact]
    public void The_relaxation_of_merged_offers_is_below_that_of_all_offers_and_not_far()
    {
        var shares = new List<double>();
        foreach (var make in (Func<int, PlanningProblem>[])[RandomProblems.Free, seed => RandomProblems.Limited(seed, 1.5 * ProblemSolver.Solve(RandomProblems.Free(seed), SolveLimits.Exact).PresentValue, shares: true)])
        {
            for (var seed = 720_000; seed < 720_200; seed++)
            {
                var problem = make(seed);
                var relaxed = ProblemSolver.Relaxation(problem);
                var merged = ProblemSolver.Relaxation(MergedOffers.Of(problem));
                if (double.IsPositiveInfinity(relaxed)) continue;
                merged.ShouldBeLessThanOrEqualTo(relaxed + (1e-6 * Math.Abs(relaxed)) + 1e-6, $"seed {seed}");
                if (relaxed > 1 && problem.Credits.IsEmpty) shares.Add(merged / relaxed);
            }
        }

        shares.Count.ShouldBeGreaterThan(100);
        shares.Average().ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void By_hand()
    {
        Source Of(string id, PurchaseKind kind, string provider, double price, int term = 0) =>
            new() { Id = id, Kind = kind, Provider = provider, Region = "r", PricePerHour = price, AcceleratorCount = 8, TermMonths = term };
        // January needs 2 instances half of the time and 1 otherwise, February 3 and 1.
        var service = new ServiceNeed
        {
            Workload = "w", UserShares = [1], MinReplicas = 1,
            Slots = [new(0, 372, 2, 2), new(0, 372, 1, 1, 1), new(1, 336, 3, 3), new(1, 336, 1, 1, 1)],
            Options = [new(0, 1, 1, 1, 0, null), new(1, 1, 1, 1, 0, null), new(2, 1, 1, 1, 0, null)],
        };
        var problem = new PlanningProblem
        {
            Horizon = Horizon, Segments = [0.5, 0.5],
            Sources = [Of("a", PurchaseKind.OnDemand, "p", 10), Of("b", PurchaseKind.Commitment, "p", 6, term: 1), Of("c", PurchaseKind.OnDemand, "q", 11)],
            Needs = [service],
        };
        var baselines = new Baselines(Nothing(Horizon), problem, SolveLimits.Exact).All().ToDictionary(b => b.Name);
        var onDemand = (10 * ((372 * 3) + (336 * 4)));
        baselines["all on-demand"].Cost!.Value.Usd.ShouldBe(onDemand);
        // A month of commitment each: 2, then 3 instances; cheaper than by the hour.
        baselines["cheapest single offer per workload"].Cost!.Value.Usd.ShouldBe(6 * ((744 * 2) + (672 * 3)));
        baselines["all reserved for the peak"].Cost!.Value.Usd.ShouldBe(6 * 3 * (744 + 672));
        // The base on commitment, the rest by the hour.
        baselines["one provider only"].Cost!.Value.Usd.ShouldBe((6 * (744 + 672)) + (10 * (372 + (2 * 336))));
        baselines["one provider only"].Detail.ShouldBe("p");
        baselines.ShouldNotContainKey("current");

        var tight = problem with { CashPerMonth = 12_000, CapacityLimits = [new("quota", 16, false, [0, 1])] };
        var broken = new Baselines(Nothing(Horizon), tight, SolveLimits.Exact).All().ToDictionary(b => b.Name);
        broken["all on-demand"].Breaks.ShouldBe(["limits.budget.cash"]);
        broken["all reserved for the peak"].Cost.ShouldBeNull();
    }

    [Fact]
    public void Two_workloads_on_their_cheapest_offers_can_break_a_quota_together()
    {
        var service = new ServiceNeed { Workload = "v", UserShares = [1], MinReplicas = 1, Slots = [new(0, 744, 1, 1)], Options = [new(0, 1, 1, 1, 0, null), new(1, 1, 1, 1, 0, null)] };
        var problem = new PlanningProblem
        {
            Horizon = new(new(2027, 1, 1), 1),
            Sources = [.. new[] { 1.0, 2.0 }.Select((price, i) => new Source { Id = $"s{i}", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = price, AcceleratorCount = 8 })],
            Needs = [service, service with { Workload = "w" }],
            CapacityLimits = [new("commercial.quota.x", 8, false, [0])],
        };
        var single = new Baselines(Nothing(problem.Horizon), problem, SolveLimits.Exact).All()[0];
        single.Cost!.Value.Usd.ShouldBe(2 * 744);
        single.Breaks.ShouldBe(["commercial.quota.x"]);
        ProblemSolver.Solve(problem, SolveLimits.Exact).PresentValue.ShouldBe(3 * 744, 1e-6);
    }

    [Fact]
    public void What_runs_today_costs_its_discounted_price_for_every_hour()
    {
        var offer = HandMade.Offer("aws", "us-east-1", 10);
        var scenario = Nothing(Horizon) with
        {
            Current = [new(offer, 2, 0.31)],
            Commercial = new() { Discounts = System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty.Add("aws", 0.1) },
        };
        var problem = new PlanningProblem { Horizon = Horizon, Sources = [], Needs = [] };
        new Baselines(scenario, problem, SolveLimits.Exact).All().Single(b => b.Name == "current").Cost!.Value.Usd.ShouldBe(2 * 9 * (744 + 672));
        var unpriced = scenario with { Current = [new(offer with { OnDemand = null }, 2, null)] };
        new Baselines(unpriced, problem, SolveLimits.Exact).All().Single(b => b.Name == "current").Cost.ShouldBeNull();
    }
}
