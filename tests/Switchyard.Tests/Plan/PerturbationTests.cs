using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>The check of a plan by independent arithmetic notices any single change that would make the cheapest plan cheaper, and every limit that it breaks.</summary>
public sealed class PerturbationTests
{
    private static IEnumerable<(int Seed, PlanningProblem Problem, SolvedProblem Solved)> Plans(int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            var solved = ProblemSolver.Solve(RandomProblems.Free(seed), SolveLimits.Exact);
            if (solved.HasPlan) yield return (seed, solved.Problem, solved);
        }
    }

    [Fact]
    public void Less_of_anything_that_costs_something_is_noticed()
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (seed, problem, solved) in Plans(660_000, 250))
        {
            foreach (var d in solved.Decisions)
            {
                // With credits a plan with less of it may spend less of them instead.
                if (d.Kind == DecisionKind.SpendCredit || problem.Credits.Length > 0) continue;
                if (Payments.Of(problem, d).Sum(p => p.Usd * problem.PresentValueFactor(p.Month)) * Chance(problem, d) < 0.1) continue;
                var whole = d.Kind is not (DecisionKind.BuyTokens or DecisionKind.WorkPile or DecisionKind.WorkSegment);
                var less = d with { Value = whole ? d.Value - 1 : d.Value * 0.9 };
                Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), .. less.Value > 0 ? new[] { less } : []]).ShouldNotBeEmpty($"seed {seed}: {d}");
                kinds.Add(d.Kind.ToString());
            }
        }

        kinds.ShouldBe(["BookBlock", "BuyTokens", "Commit", "DoRuns", "RentForSlot", "SetUp", "UsePool", "WorkPile", "WorkSegment"]);
    }

    private static double Chance(PlanningProblem problem, Decision d) => d.FutureIn(problem) is >= 0 and var f ? problem.Futures[f].Probability : 1;

    [Fact]
    public void What_a_pool_does_not_hold_cannot_be_used()
    {
        var noticed = 0;
        foreach (var (seed, problem, solved) in Plans(670_000, 250))
        {
            foreach (var d in solved.Decisions.Where(d => d.Need >= 0 && d.SourceIn(problem) >= 0 && problem.Sources[d.SourceIn(problem)].IsPool && d.Value > 0.01))
            {
                Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), d with { Value = (d.Value * 100) + 100 }]).ShouldNotBeEmpty($"seed {seed}: {d}");
                if (problem.Sources[d.SourceIn(problem)].Kind != PurchaseKind.Commitment) continue;
                var without = solved.Decisions.Where(x => x.Kind != DecisionKind.Commit || x.Option != d.SourceIn(problem)).ToList();
                Recheck.Problems(problem, without).ShouldNotBeEmpty($"seed {seed}: {d}");
                noticed++;
            }
        }

        noticed.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_limit_below_what_the_plan_uses_is_noticed()
    {
        var noticed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (seed, problem, solved) in Plans(680_000, 300))
        {
            void Broken(string what, PlanningProblem changed)
            {
                Recheck.Problems(changed, solved.Decisions).ShouldNotBeEmpty($"seed {seed}: {what}");
                noticed.Add(what);
            }

            Money(problem, solved, Broken);
            foreach (var ((index, _), used) in Recheck.Peaks(problem, solved.Decisions).Where(u => u.Value > 0.01 && problem.Sources[u.Key.Source].Kind != PurchaseKind.Tokens))
                Broken("power", problem with { CapacityLimits = [new("power", (used * 3) - 0.1, false, [index]) { Each = [3] }] });
            for (var n = 0; n < problem.Needs.Length; n++)
            {
                void Need(string what, Need changed) => Broken(what, problem with { Needs = problem.Needs.SetItem(n, changed) });
                var own = solved.Decisions.Where(d => d.Need == n).ToList();
                if (problem.Needs[n] is ServiceNeed service && service.Slots.Any(s => s.Rate > 0) && !own.Exists(d => d.Kind == DecisionKind.BuyTokens)) Serving(problem, service, own, Need);
                if (own.Exists(d => d.Kind == DecisionKind.WorkSegment) && problem.Needs[n] is PileNeed piles && problem.Segments.Length == 2)
                {
                    var (p, k) = Math.DivRem(own.First(d => d.Kind == DecisionKind.WorkSegment).Index, 2);
                    var hours = piles.Piles[p].WindowHours;
                    Need("window", piles with { Piles = piles.Piles.SetItem(p, piles.Piles[p] with { Windows = k == 0 ? [0, hours] : [hours, 0] }) });
                }
            }
        }

        noticed.ShouldBe([
            "carbon", "firm share", "power", "region share", "spot pool", "spot share", "spread Provider", "spread Region", "survive Provider", "survive Region",
            "team cash", "team total", "window"], ignoreOrder: true);
    }

    private static void Money(PlanningProblem problem, SolvedProblem solved, Action<string, PlanningProblem> broken)
    {
        var purchases = Ledger.Purchases(problem, solved.Decisions);
        var bought = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned && !p.IsSetup).ToList();
        var all = (double)bought.Sum(p => p.Cost.Usd);
        if (all > 10)
        {
            var region = bought.GroupBy(p => $"{p.Source.Provider}/{p.Source.Region}").Max(g => (double)g.Sum(p => p.Cost.Usd)) / all;
            broken("region share", problem with { RegionShare = region - 0.01 });
            var spot = (double)bought.Where(p => p.Source.Kind == PurchaseKind.Spot).Sum(p => p.Cost.Usd) / all;
            if (spot > 0.02) broken("spot share", problem with { SpotShare = spot - 0.01 });
        }

        foreach (var need in problem.Needs.Where(n => n.Team.Length > 0))
        {
            var own = purchases.Where(p => p.Workload == need.Workload && p.Source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot).Sum(p => (double)p.Cost.Usd);
            if (own < 1) continue;
            broken("team total", problem with { TeamBudgets = [new("teams", need.Team, null, own * 0.9)] });
            broken("team cash", problem with { TeamBudgets = [new("teams", need.Team, own * 0.9 / (problem.Horizon.Months + 3), null)] });
        }

        foreach (var d in solved.Decisions.Where(d => d.SourceIn(problem) >= 0))
        {
            var hours = InstanceHours.Of(problem, d).FirstOrDefault();
            if (hours.Hours * d.Value < 1 || hours.Month >= problem.Horizon.Months) continue;
            var each = Enumerable.Range(0, problem.Sources.Length).Select(s => s == d.SourceIn(problem) ? 2.0 : 0);
            broken("carbon", problem with { UseLimits = [new("limits.carbon", (hours.Hours * d.Value * 2) - 0.5, [.. each])] });
        }
    }

    private static void Serving(PlanningProblem problem, ServiceNeed service, List<Decision> own, Action<string, Need> broken)
    {
        var slot = Enumerable.Range(0, service.Slots.Length).First(s => service.Slots[s].Rate > 0);
        var there = own.Where(d => d.Kind is DecisionKind.RentForSlot or DecisionKind.UsePool && d.Index == slot && d.Value > 0.5).Select(d => (Source: problem.Sources[d.SourceIn(problem)], Capacity: d.Value * service.Options[d.Option].Capacity)).ToList();
        if (there.Select(x => x.Source.Provider).Distinct().Count() == 1)
        {
            broken("survive Provider", service with { Survives = FailureDomain.Provider });
            broken("spread Provider", service with { Spread = FailureDomain.Provider });
        }

        if (there.Select(x => (x.Source.Provider, x.Source.Region)).Distinct().Count() == 1)
        {
            broken("survive Region", service with { Survives = FailureDomain.Region });
            broken("spread Region", service with { Spread = FailureDomain.Region });
        }

        if (there.TrueForAll(x => x.Source.Kind == PurchaseKind.Spot)) broken("firm share", service with { FirmShare = 0.1 });
        var pools = there.Where(x => x.Source.Kind == PurchaseKind.Spot).GroupBy(x => (x.Source.Provider, x.Source.Region)).ToList();
        var largest = service.Options.Max(o => o.Capacity);
        if (pools.Exists(g => g.Sum(x => x.Capacity) > largest + 0.01)) broken("spot pool", service with { SpotPoolShare = 0 });
    }
}
