using System.Collections.Immutable;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>A tighter limit, more work or a higher price never makes the cheapest plan cheaper.</summary>
public sealed class MonotonicityTests
{
    private const int Cases = 150;

    [Fact]
    public void A_smaller_monthly_budget() => NeverCheaper(1, false, (p, random) => p with { CashPerMonth = (p.CashPerMonth ?? 4000) * 0.93 });

    [Fact]
    public void A_smaller_total_budget() => NeverCheaper(2, false, (p, random) => p with { TotalCost = (p.TotalCost ?? 6000) * 0.97 });

    [Fact]
    public void A_smaller_provider_share() => NeverCheaper(3, true, (p, random) => p with { ProviderShare = p.ProviderShare - 0.1 });

    [Fact]
    public void A_smaller_quota() => NeverCheaper(4, false, (p, random) => p with
    {
        CapacityLimits = [.. p.CapacityLimits.Select(l => l with { Most = l.Most - 2 })],
    });

    [Fact]
    public void Fewer_instances_on_offer() => NeverCheaper(5, false, (p, random) => OneSource(p, random, s => s with
    {
        MaxCount = (s.MaxCount ?? 3) - 1, MaxPerSecond = (s.MaxPerSecond ?? 2) / 2, Held = [.. s.Held.Select(h => Math.Max(0, h - 1))],
    }));

    [Fact]
    public void A_larger_fewest_number_and_an_earlier_last_day() => NeverCheaper(6, false, (p, random) =>
        OneSource(p, random, s => s with { MinCount = s.MinCount + 1, LastStart = 0 }));

    [Fact]
    public void An_option_less() => NeverCheaper(7, false, (p, random) => OneNeed(p, random, need => need switch
    {
        ServiceNeed s => s with { Options = Less(s.Options, random) },
        RunNeed r => r with { Options = Less(r.Options, random) },
        PileNeed b => b with { Options = Less(b.Options, random) },
        _ => need,
    }));

    [Fact]
    public void More_work() => NeverCheaper(8, false, (p, random) => OneNeed(p, random, need => need switch
    {
        ServiceNeed s => s with { Slots = [.. s.Slots.Select(x => x with { Rate = x.Rate * 1.3, Served = x.Served * 1.3 })] },
        PileNeed b => b with { Piles = [.. b.Piles.Select(x => x with { Requests = x.Requests * 1.3 })] },
        RunNeed r => r with { Options = [.. r.Options.Select(x => x with { Hours = x.Hours * 1.2, BilledHours = x.BilledHours * 1.2 })] },
        _ => need,
    }));

    [Fact]
    public void More_replicas() => NeverCheaper(9, false, (p, random) =>
        OneNeed(p, random, need => need is ServiceNeed s ? s with { MinReplicas = s.MinReplicas + 1 } : need));

    [Fact]
    public void A_higher_price() => NeverCheaper(10, false, (p, random) => OneSource(p, random, s => s with { PricePerHour = s.PricePerHour * 1.4 }));

    [Fact]
    public void A_smaller_credit() => NeverCheaper(11, false, (p, random) => p with
    {
        Credits = [.. p.Credits.Select(c => c with { Amount = c.Amount * 0.6m, Expires = c.Expires.AddDays(-9) })],
    });

    private static void NeverCheaper(int batch, bool shares, Func<PlanningProblem, Random, PlanningProblem> tighten)
    {
        int harder = 0, impossible = 0;
        for (var seed = 500_000 + (batch * 1000); seed < 500_000 + (batch * 1000) + Cases; seed++)
        {
            var free = RandomProblems.Free(seed);
            var problem = RandomProblems.Limited(seed, ProblemSolver.Solve(free, SolveLimits.Exact).PresentValue, shares);
            var before = ProblemSolver.Solve(problem, SolveLimits.Exact);
            if (!before.HasPlan) continue;
            var after = ProblemSolver.Solve(tighten(problem, new Random(seed)), SolveLimits.Exact);
            if (!after.HasPlan) impossible++;
            else if (after.PresentValue > before.PresentValue + 0.01) harder++;
            after.PresentValue.ShouldBeGreaterThanOrEqualTo(before.PresentValue - (1e-6 * Math.Max(10, before.PresentValue)), $"seed {seed}");
        }

        (harder + impossible).ShouldBeGreaterThan(0);
    }

    private static PlanningProblem OneSource(PlanningProblem problem, Random random, Func<Source, Source> change)
    {
        var index = random.Next(problem.Sources.Length);
        return problem with { Sources = problem.Sources.SetItem(index, change(problem.Sources[index])) };
    }

    private static PlanningProblem OneNeed(PlanningProblem problem, Random random, Func<Need, Need> change)
    {
        var index = random.Next(problem.Needs.Length);
        return problem with { Needs = problem.Needs.SetItem(index, change(problem.Needs[index])) };
    }

    private static ImmutableArray<T> Less<T>(ImmutableArray<T> options, Random random) =>
        options.Length == 0 ? options : options.RemoveAt(random.Next(options.Length));
}
