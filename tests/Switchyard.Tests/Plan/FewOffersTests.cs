using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>A plan is kept to few offers for each workload, where the other limits allow it.</summary>
public sealed class FewOffersTests
{
    private static Source Rented(string id, string provider, double price) =>
        new() { Id = id, Kind = PurchaseKind.OnDemand, Provider = provider, Region = "r", PricePerHour = price, Accelerator = id, AcceleratorCount = 1 };

    // A load that grows through capacities 7, 11, 13 and 17: the cheapest mix uses a different machine for nearly every month.
    private static PlanningProblem Growing(int? most, double? share = null)
    {
        var horizon = new Horizon(new(2027, 1, 1), 12);
        double[] capacity = [7, 11, 13, 17, 23];
        return new()
        {
            Horizon = horizon,
            Sources = [.. capacity.Select((c, i) => Rented($"m{i}", $"p{i}", c * (1 + (0.01 * i))))],
            OffersPerWorkload = most,
            ProviderShare = share,
            Needs =
            [
                new ServiceNeed
                {
                    Workload = "chat", UserShares = [1], MinReplicas = 1,
                    Slots = [.. Enumerable.Range(0, 12).Select(m => new Slot(m, horizon.Hours(m), 6.5 + (4.3 * m), 5))],
                    Options = [.. capacity.Select((c, i) => new ServiceOption(i, c, 1, 1, 0, null))],
                },
            ],
        };
    }

    private static int Used(SolvedProblem solved) => solved.Decisions.Select(d => d.Option).Distinct().Count();

    [Fact]
    public void Fewer_offers_are_used_and_never_cost_less()
    {
        var limits = new SolveLimits(1e-6, 20_000);
        var free = ProblemSolver.Solve(Growing(null), limits);
        Used(free).ShouldBeGreaterThan(2);
        var before = free.PresentValue;
        foreach (var most in new[] { 4, 3, 2, 1 })
        {
            var few = ProblemSolver.Solve(Growing(most), limits);
            Used(few).ShouldBeLessThanOrEqualTo(most);
            few.PresentValue.ShouldBeGreaterThanOrEqualTo(free.PresentValue * (1 - 1e-6));
            few.Bound.ShouldBeLessThanOrEqualTo(free.PresentValue * (1 + 1e-6), "the bound is that of the problem without the limit");
            before = few.PresentValue;
        }

        before.ShouldBeGreaterThan(free.PresentValue);
    }

    [Fact]
    public void Other_limits_may_force_more_offers()
    {
        // No provider may have more than 40%, and each offer is of its own provider: three are needed whatever is wished.
        var few = ProblemSolver.Solve(Growing(1, share: 0.4), new SolveLimits(0.01, 500));
        few.HasPlan.ShouldBeTrue();
        Used(few).ShouldBe(3);
    }

    // Loads smaller than most machines, at prices that are no rule: what the relaxation would rather do without can be what whole machines need.
    private static PlanningProblem Small(int seed, int? most, Func<int, bool>? allowed = null)
    {
        var random = new Random(seed);
        var horizon = new Horizon(new(2027, 1, 1), 6);
        var machines = Enumerable.Range(0, 7).Select(_ => (Capacity: Math.Round(0.3 + (9 * random.NextDouble()), 2), Price: 0.8 + (0.5 * random.NextDouble()))).ToList();
        return new()
        {
            Horizon = horizon,
            Sources = [.. machines.Select((m, i) => Rented($"m{i}", $"p{i}", m.Price * Math.Pow(m.Capacity, 0.7)))],
            OffersPerWorkload = most,
            Needs =
            [
                new ServiceNeed
                {
                    Workload = "chat", UserShares = [1], MinReplicas = 1,
                    Slots = [.. Enumerable.Range(0, 6).Select(m => new Slot(m, horizon.Hours(m), 0.4 + (1.7 * m * random.NextDouble()), 5))],
                    Options = [.. machines.Select((m, i) => new ServiceOption(i, m.Capacity, 1, 1, 0, null)).Where((_, i) => allowed?.Invoke(i) != false)],
                },
            ],
        };
    }

    [Fact]
    public void The_offers_that_are_kept_are_nearly_the_best_that_there_are()
    {
        var limits = new SolveLimits(1e-6, 20_000);
        var over = new List<double>();
        for (var seed = 0; seed < 12; seed++)
        {
            var best = double.PositiveInfinity;
            for (var a = 0; a < 7; a++)
                for (var b = a; b < 7; b++)
                    if (ProblemSolver.Solve(Small(seed, null, i => i == a || i == b), limits) is { HasPlan: true } two) best = Math.Min(best, two.PresentValue);
            var few = ProblemSolver.Solve(Small(seed, 2), limits);
            Used(few).ShouldBeLessThanOrEqualTo(2, $"seed {seed}");
            over.Add((few.PresentValue / best) - 1);
        }

        over.ShouldAllBe(share => share >= -1e-6);
        over.Max().ShouldBeLessThan(0.03);
        over.Average().ShouldBeLessThan(0.01);
    }
}
