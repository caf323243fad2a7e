using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>A tighter limit, more work or a higher price never makes the cheapest plan cheaper.</summary>
public sealed class MonotonicityTests
{
    private const int Cases = 30;

    [Fact]
    public void A_smaller_monthly_budget() => NeverCheaper(1, false, (p, random) => p with { CashPerMonth = (p.CashPerMonth ?? 4000) * 0.93 });

    [Fact]
    public void A_smaller_total_budget() => NeverCheaper(2, false, (p, random) => p with { TotalCost = (p.TotalCost ?? 6000) * 0.97 });

    [Fact]
    public void A_smaller_provider_share() => NeverCheaper(3, true, (p, random) => p with { ProviderShare = (p.ProviderShare ?? 1) - 0.1 });

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

    [Fact]
    public void A_smaller_share_of_a_region() => NeverCheaper(12, true, (p, random) => p with { RegionShare = (p.RegionShare ?? 1) - 0.1 });

    [Fact]
    public void No_spot() => NeverCheaper(13, true, (p, random) => p with { SpotShare = 0 });

    [Fact]
    public void Less_carbon() => NeverCheaper(14, false, (p, random) => p with
    {
        UseLimits = [.. p.UseLimits.Select(l => l with { PerMonth = l.PerMonth * 0.7 })],
    }, Element.Use);

    [Fact]
    public void More_carbon_an_hour() => NeverCheaper(15, false, (p, random) => p with
    {
        UseLimits = [.. p.UseLimits.Select(l => l with { EachHour = [.. l.EachHour.Select(e => e + (random.Next(2) * 0.5))] })],
    }, Element.Use);

    [Fact]
    public void Smaller_budgets_of_teams() => NeverCheaper(16, false, (p, random) => p with
    {
        TeamBudgets = [.. p.TeamBudgets.Select(b => b with { CashPerMonth = b.CashPerMonth * 0.3, Total = b.Total * 0.3 })],
    }, Element.Teams);

    [Fact]
    public void More_power_an_instance() => NeverCheaper(17, false, (p, random) => p with
    {
        CapacityLimits = [.. p.CapacityLimits.Select(l => l with { Each = [.. l.Each.Select(e => e * 1.4)] })],
    }, Element.Power);

    [Fact]
    public void A_larger_thing_that_may_fail() => NeverCheaper(18, false, (p, random) =>
        Services(p, s => s with { Survives = (FailureDomain)Math.Min(4, (int)s.Survives + 1) }), Element.Survive);

    [Fact]
    public void A_larger_thing_to_be_spread_over() => NeverCheaper(19, false, (p, random) =>
        Services(p, s => s with { Spread = (FailureDomain)Math.Min(4, (int)s.Spread + 1) }), Element.Spread);

    [Fact]
    public void One_zone() => NeverCheaper(20, false, (p, random) =>
        p with { Sources = [.. p.Sources.Select(s => s with { Zones = 1 })] }, Element.Survive);

    [Fact]
    public void All_that_stays() => NeverCheaper(21, false, (p, random) => Services(p, s => s with { FirmShare = 1 }), Element.Firm);

    [Fact]
    public void Less_in_a_spot_pool() => NeverCheaper(22, false, (p, random) =>
        Services(p, s => s with { SpotPoolShare = Math.Max(0, s.SpotPoolShare - 0.5) }), Element.SpotPools);

    [Fact]
    public void More_paid_on_top() => NeverCheaper(23, false, (p, random) => p with
    {
        Needs = [.. p.Needs.Select(need => need switch
        {
            ServiceNeed s => s with { Options = [.. s.Options.Select(o => o with { CostPerRequest = o.CostPerRequest * 1.5 })] },
            RunNeed r => r with { Options = [.. r.Options.Select(o => o with { CostPerRun = o.CostPerRun * 1.5 })] },
            PileNeed b => b with { Options = [.. b.Options.Select(o => o with { CostPerRequest = o.CostPerRequest * 1.5 })] },
            _ => need,
        })],
    }, Element.OnTop);

    [Fact]
    public void Dearer_setups() => NeverCheaper(24, false, (p, random) => p with
    {
        Needs = [.. p.Needs.Select(need => need with { Setups = [.. need.Setups.Select(x => x with { Usd = x.Usd + 100, UsdPerMonth = x.UsdPerMonth * 2 })] })],
    }, Element.Setups);

    [Fact]
    public void A_shorter_window() => NeverCheaper(25, false, (p, random) => p with
    {
        Needs = [.. p.Needs.Select(need => need is PileNeed b
            ? b with { Piles = [.. b.Piles.Select(x => x with { WindowHours = x.WindowHours * 0.6, Windows = [.. x.Windows.Select(h => h * 0.6)] })] } : need)],
    }, Element.Windows);

    [Fact]
    public void More_weight_on_the_dearest_futures() => NeverCheaper(26, false, (p, random) => p with { RiskWeight = p.RiskWeight + 0.5 }, Element.Risk);

    [Fact]
    public void Dearer_futures_alone() => NeverCheaper(27, false, (p, random) => p with { RiskTail = p.RiskTail / 2 }, Element.Risk);

    [Fact]
    public void More_of_what_is_owed_after_the_horizon() => NeverCheaper(28, false, (p, random) => p with { TailShare = p.TailShare + 0.4 }, Element.Tail);

    [Fact]
    public void Busy_segments_for_runs_that_rested() => NeverCheaper(29, false, (p, random) => p with
    {
        Needs = [.. p.Needs.Select(need => need is RunNeed r ? r with { Options = [.. r.Options.Select(o => o with { Segments = uint.MaxValue })] } : need)],
    }, Element.Valley, mayBeFree: true);

    private static PlanningProblem Services(PlanningProblem problem, Func<ServiceNeed, ServiceNeed> change) =>
        problem with { Needs = [.. problem.Needs.Select(need => need is ServiceNeed s ? change(s) : need)] };

    private static void NeverCheaper(
        int batch, bool shares, Func<PlanningProblem, Random, PlanningProblem> tighten, Element needed = Element.None, bool mayBeFree = false)
    {
        int harder = 0, impossible = 0;
        var seen = 0;
        for (var seed = 500_000 + (batch * 1000); seen < Cases || (harder + impossible == 0 && seen < 10 * Cases); seed++)
        {
            if ((RandomProblems.Drawn(seed) & needed) != needed) continue;
            seen++;
            var free = RandomProblems.Free(seed);
            var problem = RandomProblems.Limited(seed, ProblemSolver.Solve(free, SolveLimits.Exact).PresentValue, shares);
            var before = ProblemSolver.Solve(problem, SolveLimits.Exact);
            if (!before.HasPlan) continue;
            var after = ProblemSolver.Solve(tighten(problem, new Random(seed)), SolveLimits.Exact);
            if (!after.HasPlan) impossible++;
            else if (after.PresentValue > before.PresentValue + 0.01) harder++;
            after.PresentValue.ShouldBeGreaterThanOrEqualTo(before.PresentValue - (1e-6 * Math.Max(10, before.PresentValue)), $"seed {seed}");
        }

        if (!mayBeFree) (harder + impossible).ShouldBeGreaterThan(0);
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
