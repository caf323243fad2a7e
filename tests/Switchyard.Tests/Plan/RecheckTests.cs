using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>What a plan costs, added up again from its purchases, and a check that notices whatever is broken on purpose.</summary>
public sealed class RecheckTests
{
    private static IEnumerable<(int Seed, SolvedProblem Solved)> Plans(int first, int count, bool shares = false)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            var free = ProblemSolver.Solve(RandomProblems.Free(seed), SolveLimits.Exact).PresentValue;
            var solved = ProblemSolver.Solve(RandomProblems.Limited(seed, free, shares), SolveLimits.Exact);
            if (solved.HasPlan) yield return (seed, solved);
        }
    }

    [Fact]
    public void Money_adds_up_from_prices_hours_and_counts()
    {
        foreach (var (seed, solved) in Plans(600_000, 160).Concat(Plans(610_000, 60, shares: true)))
        {
            var problem = solved.Problem;
            var purchases = Ledger.Purchases(problem, solved.Decisions);
            var cost = Ledger.Cost(problem, purchases, solved.Decisions);
            foreach (var purchase in purchases.Where(p => p.Source.Kind != PurchaseKind.Tokens))
            {
                var hours = (decimal)purchase.Months.Sum(m => m.InstanceHours);
                // What each request or run costs on top comes to it.
                if ((RandomProblems.Drawn(seed) & Element.OnTop) == 0 && !purchase.IsSetup)
                    purchase.Cost.Usd.ShouldBe(hours * (decimal)purchase.Source.PricePerHour, 0.01m, $"seed {seed}");
                else
                    purchase.Cost.Usd.ShouldBeGreaterThanOrEqualTo((hours * (decimal)purchase.Source.PricePerHour) - 0.01m, $"seed {seed}");
            }

            // Over a commitment's life what is paid is what it costs, whenever it is paid; what is paid by the hour costs when it is paid.
            foreach (var purchase in purchases)
            {
                purchase.Months.Sum(m => m.Amortised.Usd).ShouldBe(purchase.Months.Sum(m => m.Cash.Usd), 0.01m, $"seed {seed}");
                if (purchase.Source.Kind != PurchaseKind.Commitment) purchase.Months.ShouldAllBe(m => m.Amortised == m.Cash);
            }

            foreach (var entered in Ledger.Commitments(problem, solved.Decisions))
            {
                var life = Enumerable.Range(entered.Start, entered.Source.TermMonths).Sum(problem.Horizon.Hours);
                ((double)entered.Cost.Usd).ShouldBe(entered.Instances * life * entered.Source.PricePerHour, 0.01, $"seed {seed}");
            }

            ((double)cost.PresentValue.Usd).ShouldBe(
                cost.PresentValuePerMonth.Sum(m => (double)m.Usd) + After(problem, solved.Decisions), 0.05, $"seed {seed}");
            var bought = purchases.Sum(p => p.Cost.Usd);
            cost.Total.Usd.ShouldBe(bought + cost.CommittedEarlier.Usd - cost.CreditsUsed.Usd, 0.01m, $"seed {seed}");
            (cost.PerMonth.Sum(m => m.Usd) + cost.AfterHorizon.Usd).ShouldBe(cost.Total.Usd, 0.01m);
            cost.PerMonth.Length.ShouldBe(problem.Horizon.Months);
            cost.PerWorkload.Values.Sum(m => m.Usd).ShouldBe(bought);
            cost.PerPurchaseKind.Values.Sum(m => m.Usd).ShouldBe(bought);
            cost.PerProvider.Values.Sum(m => m.Usd).ShouldBe(bought);
            foreach (var (kind, usd) in cost.PerPurchaseKind)
                usd.Usd.ShouldBe(purchases.Where(p => PurchaseKinds.Name(p.Source.Kind) == kind).Sum(p => p.Cost.Usd));
            ((double)cost.PresentValue.Usd + Risk(solved)).ShouldBe(solved.PresentValue, 0.01 + (1e-7 * Math.Abs(solved.PresentValue)), $"seed {seed}");
            if (problem.CashPerMonth is { } cash) cost.PerMonth.ShouldAllBe(m => (double)m.Usd <= cash + 0.01);
            if (problem.TotalCost is { } total) ((double)cost.Total.Usd).ShouldBeLessThanOrEqualTo(total + 0.01);
            if (problem is { DiscountRate: 0, TailShare: 1, RiskWeight: 0 }) ((double)cost.Total.Usd).ShouldBe(solved.PresentValue, 0.02);
        }
    }

    // Present value of what is expected to be paid after the horizon.
    private static double After(PlanningProblem problem, IEnumerable<Decision> decisions) => decisions.Sum(d =>
        Payments.Of(problem, d).Where(p => p.Month >= problem.Horizon.Months).Sum(p => p.Usd * problem.PresentValueFactor(p.Month)) * d.Value
        * (d.FutureIn(problem) is >= 0 and var f ? problem.Futures[f].Probability : 1))
        + problem.FixedCash.Select((usd, month) => month < problem.Horizon.Months ? 0 : usd * problem.PresentValueFactor(month)).Sum();

    // The weight of the mean of the dearest futures, each with what is paid in it.
    private static double Risk(SolvedProblem solved)
    {
        var problem = solved.Problem;
        if (problem.Futures.Length < 2) return 0;
        var (mean, left) = (0.0, problem.RiskTail);
        var costs = problem.Futures.Select((future, f) => (future.Probability, Usd: solved.Decisions.Where(d => d.FutureIn(problem) is var own && (own < 0 || own == f))
            .Sum(d => d.Kind == DecisionKind.SpendCredit
                ? -d.Value * problem.PresentValueFactor(d.Index)
                : Payments.Of(problem, d).Sum(p => p.Usd * d.Value * problem.PresentValueFactor(p.Month)))));
        foreach (var (probability, usd) in costs.OrderByDescending(c => c.Usd))
        {
            var counted = Math.Min(left, probability);
            mean += usd * counted / problem.RiskTail;
            left -= counted;
        }

        return problem.RiskWeight * mean;
    }

    [Fact]
    public void Nothing_that_costs_something_can_be_left_out_of_the_cheapest_plan()
    {
        foreach (var (seed, solved) in Plans(620_000, 150))
        {
            foreach (var decision in solved.Decisions.Where(d => d.Need >= 0 || d.Kind == DecisionKind.Commit))
            {
                if (Payments.Of(solved.Problem, decision).Sum(p => p.Usd) * decision.Value < 0.1) continue;
                // With credits a plan without it may spend them elsewhere, so that only plans without credits say something.
                if (solved.Problem.Credits.Length > 0) continue;
                Recheck.Problems(solved.Problem, [.. solved.Decisions.Where(d => d != decision)]).ShouldNotBeEmpty($"seed {seed}: {decision}");
            }
        }
    }

    [Fact]
    public void A_limit_below_what_the_plan_uses_is_noticed()
    {
        var noticed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (seed, solved) in Plans(630_000, 200))
        {
            var problem = solved.Problem;
            var purchases = Ledger.Purchases(problem, solved.Decisions);
            var cost = Ledger.Cost(problem, purchases, solved.Decisions);
            Recheck.Problems(problem, solved.Decisions).ShouldBeEmpty();
            void Broken(string what, PlanningProblem changed)
            {
                Recheck.Problems(changed, solved.Decisions).ShouldNotBeEmpty($"seed {seed}: {what}");
                noticed[what] = noticed.GetValueOrDefault(what) + 1;
            }

            var month = (double)cost.PerMonth.Max().Usd;
            if (month > 1) Broken("cash", problem with { CashPerMonth = month - 0.5 });
            if (cost.Total.Usd > 1) Broken("total", problem with { TotalCost = (double)cost.Total.Usd - 0.5 });
            var spent = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned && !p.IsSetup).GroupBy(p => p.Source.Provider).Select(g => (double)g.Sum(p => p.Cost.Usd)).ToList();
            if (spent.Sum() > 1) Broken("share", problem with { ProviderShare = (spent.Max() / spent.Sum()) - 0.01 });
            foreach (var ((index, _), used) in Recheck.Peaks(problem, solved.Decisions).Where(u => u.Value > 0.01))
            {
                var source = problem.Sources[index];
                var below = (int)Math.Ceiling(used - 0.001) - 1;
                var tighter = source.Kind switch
                {
                    PurchaseKind.Owned => source with { Held = [.. source.Held.Select(h => Math.Min(h, below))] },
                    PurchaseKind.Tokens => source with { MaxPerSecond = used * 0.9 },
                    _ => source with { MaxCount = below },
                };
                Broken(source.Kind.ToString(), problem with { Sources = problem.Sources.SetItem(index, tighter) });
                if (source.AcceleratorCount > 0 && source.Kind != PurchaseKind.Owned)
                    Broken("quota", problem with { CapacityLimits = [new("q", (used * source.AcceleratorCount) - 0.1, false, [index])] });
            }

            foreach (var d in solved.Decisions.Where(d => d.Kind == DecisionKind.Commit))
            {
                var index = d.Option;
                PlanningProblem With(Source s) => problem with { Sources = problem.Sources.SetItem(index, s) };
                Broken("fewest", With(problem.Sources[index] with { MinCount = (int)Math.Round(d.Value) + 1 }));
                Broken("last day", With(problem.Sources[index] with { LastStart = d.Index - 1 }));
            }

            foreach (var d in solved.Decisions.Where(d => d.Kind == DecisionKind.SpendCredit && d.Value > 1))
            {
                var credit = problem.Credits[d.Option];
                Broken("credit's amount", problem with { Credits = problem.Credits.SetItem(d.Option, credit with { Amount = Money.FromUsd(0.5) }) });
                Broken("credit's end", problem with { Credits = problem.Credits.SetItem(d.Option, credit with { Expires = problem.Horizon.FirstDay(d.Index).AddDays(-1) }) });
                Broken("credit's provider", problem with { Credits = problem.Credits.SetItem(d.Option, credit with { Provider = "nobody" }) });
            }
        }

        noticed.Keys.ShouldBe(
            ["Block", "Commitment", "OnDemand", "Owned", "Spot", "Tokens", "cash", "credit's amount", "credit's end", "credit's provider", "fewest", "last day", "quota", "share", "total"]);
    }

    [Fact]
    public void Work_left_undone_and_amounts_that_are_none_are_noticed()
    {
        foreach (var (seed, solved) in Plans(640_000, 100))
        {
            var problem = solved.Problem;
            foreach (var d in solved.Decisions)
            {
                Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), d with { Value = double.NaN }]).ShouldNotBeEmpty();
                Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), d with { Value = -d.Value }]).ShouldNotBeEmpty();
                if (d.Kind is DecisionKind.Commit or DecisionKind.RentForSlot or DecisionKind.DoRuns or DecisionKind.UsePool)
                    Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), d with { Value = d.Value + 0.5 }]).ShouldNotBeEmpty();
                if (d.Kind == DecisionKind.DoRuns)
                    Recheck.Problems(problem, [.. solved.Decisions.Where(x => x != d), d with { Value = d.Value + 1 }]).ShouldNotBeEmpty();
            }

            for (var n = 0; n < problem.Needs.Length; n++)
            {
                var more = problem.Needs[n] switch
                {
                    ServiceNeed s when s.Slots.Any(x => x.Rate > 0) => s with { Slots = [.. s.Slots.Select(x => x with { Rate = x.Rate + 1000 })] },
                    PileNeed { Piles.IsEmpty: false } b => b with { Piles = [.. b.Piles.Select(x => x with { Requests = x.Requests * 1000 })] },
                    RunNeed { Groups.IsEmpty: false } r => r with { Groups = r.Groups.SetItem(0, r.Groups[0] with { Starts = [.. r.Groups[0].Starts, 900] }) },
                    _ => (Need?)null,
                };
                // An API takes a share of the load, whatever the load is.
                if (more is null || solved.Decisions.Any(d => d.Need == n && d.Kind == DecisionKind.BuyTokens)) continue;
                Recheck.Problems(problem with { Needs = problem.Needs.SetItem(n, more) }, solved.Decisions).ShouldNotBeEmpty($"seed {seed}");
            }
        }
    }

    [Fact]
    public void Runs_that_overlap_need_a_gang_each_on_committed_instances()
    {
        var horizon = new Horizon(new(2027, 1, 1), 1);
        var problem = new PlanningProblem
        {
            Horizon = horizon,
            Sources = [new() { Id = "c", Kind = PurchaseKind.Commitment, Provider = "p", Region = "r", PricePerHour = 1, TermMonths = 1 }],
            Needs = [new RunNeed { Workload = "w", Groups = [new(0, [0, 24])], Options = [new(0, 2, 48, 48, null)] }],
        };
        Recheck.Problems(problem, [new(DecisionKind.DoRuns, 0, 0, 0, 2), new(DecisionKind.Commit, -1, 0, 0, 2)]).ShouldNotBeEmpty();
        Recheck.Problems(problem, [new(DecisionKind.DoRuns, 0, 0, 0, 2), new(DecisionKind.Commit, -1, 0, 0, 4)]).ShouldBeEmpty();
        var rented = problem.Sources[0] with { Kind = PurchaseKind.OnDemand };
        Recheck.Problems(problem with { Sources = [rented] }, [new(DecisionKind.DoRuns, 0, 0, 0, 2), new(DecisionKind.Commit, -1, 0, 0, 4)])
            .ShouldContain(message => message.Contains("not a way to buy it", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_problem_gives_the_same_decisions()
    {
        foreach (var (_, solved) in Plans(650_000, 60))
            ProblemSolver.Solve(solved.Problem, SolveLimits.Exact).Decisions.ShouldBe(solved.Decisions);
    }
}
