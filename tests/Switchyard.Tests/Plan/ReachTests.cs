using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>What is far beyond what can be had or paid for is refused by arithmetic, and nothing else is.</summary>
public sealed class ReachTests
{
    private static readonly Source Rented = new()
    {
        Id = "a", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = 2, Accelerator = "x", AcceleratorCount = 8,
    };

    // Two sources under one limit of 64 accelerators do at most 8 × 3 requests a second, the third, of which there are two, 2 × 5 more.
    private static PlanningProblem Problem(double rate, params ImmutableArray<double> users) => new()
    {
        Horizon = HandMade.Quarter,
        Sources = [Rented, Rented with { Id = "b", PricePerHour = 1 }, Rented with { Id = "c", PricePerHour = 3, MaxCount = 2 }],
        CapacityLimits = [new("available", 64, true, [0, 1]), new("quota", 1000, false, [0, 1])],
        Needs =
        [
            new ServiceNeed
            {
                Workload = "w", MinReplicas = 0, UserShares = users.IsEmpty ? [1] : users, Slots = [new(0, 744, rate, rate)],
                Options = [new(0, 3, 1, 0b1, 0, null), new(1, 2, 1, 0b1, 0, null), new(2, 5, 1, uint.MaxValue, 0, null)],
            },
        ],
    };

    [Fact]
    public void A_load_beyond_what_can_be_had()
    {
        Reach.IsBeyond(Problem(34)).ShouldBeFalse();
        ProblemSolver.Solve(Problem(34), SolveLimits.Exact).HasPlan.ShouldBeTrue();
        Reach.IsBeyond(Problem(34.1)).ShouldBeTrue();
        // The other half of the users is served by the third source alone.
        Reach.IsBeyond(Problem(20, 0.5, 0.5)).ShouldBeFalse();
        Reach.IsBeyond(Problem(21, 0.5, 0.5)).ShouldBeTrue();
    }

    [Fact]
    public void Batch_work_beyond_what_can_be_had()
    {
        PlanningProblem With(double requests) => Problem(1) with
        {
            Needs = [new PileNeed { Workload = "b", Piles = [new(0, requests, 100)], Options = [new(0, 30, 0, null), new(2, 50, 0, null)] }],
        };
        Reach.IsBeyond(With(34_000)).ShouldBeFalse();
        ProblemSolver.Solve(With(34_000), SolveLimits.Exact).HasPlan.ShouldBeTrue();
        Reach.IsBeyond(With(34_100)).ShouldBeTrue();
    }

    [Fact]
    public void Work_that_cannot_be_paid_for()
    {
        // The cheapest takes half an instance-hour of $1 a second of load: $7,440 for 20 a second, and a load of less than one instance is one.
        Reach.IsBeyond(Problem(20) with { CashPerMonth = 7_441 }).ShouldBeFalse();
        Reach.IsBeyond(Problem(20) with { CashPerMonth = 7_439 }).ShouldBeTrue();
        Reach.IsBeyond(Problem(20) with { CashPerMonth = 7_439, Credits = [new("p", new(5), new(2027, 6, 1))] }).ShouldBeFalse();
        Reach.IsBeyond(Problem(0.1) with { TotalCost = 743 }).ShouldBeTrue();
        Reach.IsBeyond(Problem(0.1) with { TotalCost = 745 }).ShouldBeFalse();
        Reach.IsBeyond(Problem(0.1) with { TotalCost = 745, FixedCash = [5] }).ShouldBeTrue();
    }

    [Fact]
    public void A_run_that_cannot_be_paid_for()
    {
        // Two instances for 100 hours at $2, and $10 on top; it ends in the second month.
        var runs = new RunNeed { Workload = "t", Groups = [new(0, [700])], Options = [new(0, 2, 100, 100, null, 10)] };
        PlanningProblem With(double cash) => Problem(1) with { Needs = [runs], CashPerMonth = cash };
        Reach.IsBeyond(With(204)).ShouldBeTrue();
        Reach.IsBeyond(With(206)).ShouldBeFalse();
    }

    [Fact]
    public void What_it_refuses_has_no_plan()
    {
        var refused = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var problem = RandomProblems.Limited(seed, 500, shares: false);
            if (!Reach.IsBeyond(problem)) continue;
            refused++;
            double.IsFinite(BruteForce.Best(problem)).ShouldBeFalse($"seed {seed}");
        }

        refused.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Limits_that_loads_fill_are_reckoned_with_from_the_start()
    {
        Reach.Filled(Problem(10)).ShouldBeEmpty();
        Reach.Filled(Problem(30) with { CapacityLimits = [new("available", 64, true, [0, 1])] }).ShouldHaveSingleItem().Id.ShouldBe("available");
    }

    [Fact]
    public void A_load_ten_thousand_times_too_large_is_refused_by_name()
    {
        var prices = HandMade.Prices(HandMade.Offer("aws", "us-east-1", 20), HandMade.Offer("gcp", "europe-west4", 40));
        var result = HandMade.Plan(HandMade.Scenario(new() { CashPerMonth = new(100_000) }, HandMade.Service("chat", 1e6)), prices);
        result.Plan.ShouldBeNull();
        result.Conflict!.Limits.ShouldHaveSingleItem().Limit.ShouldBe("availability (assumed)");
    }
}
