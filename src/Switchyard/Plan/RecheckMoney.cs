using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Rechecks what a plan pays, from its purchases: budgets, shares, credits; and what a month may use.</summary>
internal static class RecheckMoney
{
    /// <summary>Adds what the payments of a set of decisions break, in each future.</summary>
    public static void Check(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<Recheck.Breach> found)
    {
        for (var future = 0; future < problem.Futures.Length; future++)
        {
            var alone = problem with { Futures = [.. problem.Futures.Select((f, i) => f with { Probability = i == future ? 1 : 0 })] };
            var now = decisions.Where(d => d.FutureIn(problem) is var f && (f < 0 || f == future)).ToList();
            Budgets(alone, now, found);
            Use(problem, now, found);
            Credits(alone, now, Ledger.Purchases(alone, now), found);
        }

        Shares(problem, Ledger.Purchases(problem, decisions), found);
    }

    private static bool Over(double amount, double most) => amount > (most * (1 + Recheck.Slack)) + 0.01;

    private static void Budgets(PlanningProblem problem, List<Decision> decisions, List<Recheck.Breach> found)
    {
        var purchases = Ledger.Purchases(problem, decisions);
        var cost = Ledger.Cost(problem, purchases, decisions);
        for (var month = 0; problem.CashPerMonth is { } cash && month < cost.PerMonth.Length; month++)
        {
            if (Over((double)cost.PerMonth[month].Usd, cash))
                found.Add(new("limits.budget.cash", $"{problem.Horizon.Label(month)}: {cost.PerMonth[month]} of cash, over {cash}"));
        }

        if (problem.TotalCost is { } total && Over((double)cost.Total.Usd, total))
            found.Add(new("limits.budget.total", $"{cost.Total} in total, over {total}"));
        foreach (var team in problem.TeamBudgets)
        {
            var own = problem.Needs.Where(n => n.Team == team.Team).Select(n => n.Workload).ToHashSet(StringComparer.Ordinal);
            var byMonth = new SortedDictionary<int, double>();
            void Add(int month, double usd) => byMonth[month] = byMonth.GetValueOrDefault(month) + usd;
            foreach (var month in purchases.Where(p => p.Source.Kind == PurchaseKind.Commitment ? p.Source.Team == team.Team : own.Contains(p.Workload)).SelectMany(p => p.Months))
                Add(month.Month, (double)month.Cash.Usd);
            foreach (var decision in decisions.Where(d => d.Need >= 0 && problem.Needs[d.Need].Team == team.Team)) Charge(problem, decision, team.Team, Add);
            foreach (var (month, usd) in byMonth)
            {
                if (month < problem.Horizon.Months && team.CashPerMonth is { } most && Over(usd, most))
                    found.Add(new(team.Id, $"{problem.Horizon.Label(month)}: team {team.Team} pays and is charged {usd:N2}, over {most}"));
            }

            if (team.Total is { } all && Over(byMonth.Values.Sum(), all)) found.Add(new(team.Id, $"team {team.Team} pays and is charged more than {all} in total"));
        }
    }

    // An hour at work on what the team does not pay for itself: of a commitment that all share its price, of one made earlier what that costs an hour.
    private static void Charge(PlanningProblem problem, Decision decision, string team, Action<int, double> add)
    {
        var source = decision.SourceIn(problem) is >= 0 and var index ? problem.Sources[index] : null;
        var hourly = source switch
        {
            { Kind: PurchaseKind.Commitment } when source.Team != team => source.PricePerHour,
            { Kind: PurchaseKind.Owned } => source.CommittedPerHour,
            _ => 0,
        };
        if (hourly == 0 || decision.Kind == DecisionKind.SetUp) return;
        switch (problem.Needs[decision.Need])
        {
            case ServiceNeed service:
                var slot = service.Slots[decision.Index];
                add(slot.Month, decision.Value * slot.Hours * hourly);
                break;
            case PileNeed piles:
                add(piles.Piles[decision.Kind == DecisionKind.WorkSegment ? decision.Index / problem.Segments.Length : decision.Index].Month, decision.Value * hourly);
                break;
            case RunNeed runs:
                // Machines work for the hours that are paid for, spread evenly from each run's beginning to its end; each of the group's runs is as likely to be done so.
                var (option, starts) = (runs.Options[decision.Option], runs.Groups[decision.Index].Starts);
                for (var month = 0; problem.Horizon.HoursBefore(month) < starts[^1] + option.Hours; month++)
                {
                    var (from, until) = (problem.Horizon.HoursBefore(month), problem.Horizon.HoursBefore(month + 1));
                    var inside = starts.Average(start => Math.Max(0, Math.Min(until, start + option.Hours) - Math.Max(from, start)));
                    if (inside > 0) add(month, decision.Value * option.Gang * (inside / option.Hours * option.BilledHours) * hourly);
                }

                break;
        }
    }

    private static void Shares(PlanningProblem problem, ImmutableArray<Purchase> purchases, List<Recheck.Breach> found)
    {
        var spent = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned && !p.IsSetup).ToList();
        var all = (double)spent.Sum(p => p.Cost.Usd);
        void Check(string path, double? most, Func<Source, string?> groupOf)
        {
            if (most is not { } share) return;
            foreach (var group in spent.GroupBy(p => groupOf(p.Source)).Where(g => g.Key is not null))
            {
                if (Over((double)group.Sum(p => p.Cost.Usd), share * all)) found.Add(new(path, $"{group.Key} has more than {share:P0} of the spending"));
            }
        }

        Check("limits.provider_share", problem.ProviderShare, s => s.Provider);
        Check("limits.region_share", problem.RegionShare, s => $"{s.Provider}/{s.Region}");
        Check("limits.spot_share", problem.SpotShare, s => s.Kind == PurchaseKind.Spot ? "spot" : null);
    }

    private static void Use(PlanningProblem problem, List<Decision> decisions, List<Recheck.Breach> found)
    {
        foreach (var limit in problem.UseLimits)
        {
            var byMonth = new SortedDictionary<int, double>();
            foreach (var d in decisions)
            {
                if (d.SourceIn(problem) is not (>= 0 and var source)) continue;
                foreach (var (month, hours) in InstanceHours.Of(problem, d))
                    byMonth[month] = byMonth.GetValueOrDefault(month) + (hours * d.Value * limit.EachHour[source]);
            }

            foreach (var (month, amount) in byMonth)
            {
                if (month < problem.Horizon.Months && amount > (limit.PerMonth * (1 + Recheck.Slack)) + Recheck.Slack)
                    found.Add(new(limit.Id, $"{problem.Horizon.Label(month)}: {amount:G6}, over {limit.PerMonth}"));
            }
        }
    }

    private static void Credits(
        PlanningProblem problem, List<Decision> decisions, ImmutableArray<Purchase> purchases, List<Recheck.Breach> found)
    {
        var spent = decisions.Where(d => d.Kind == DecisionKind.SpendCredit).ToList();
        for (var c = 0; c < problem.Credits.Length; c++)
        {
            var credit = problem.Credits[c];
            var own = spent.Where(d => d.Option == c).ToList();
            if (Over(own.Sum(d => d.Value), (double)credit.Amount.Usd)) found.Add(new(null, "a credit is overspent"));
            foreach (var month in own.Select(d => d.Index).Distinct())
            {
                // Until it expires it pays, with the credits that expire before it, no more than what falls due.
                var together = spent.Where(d => d.Index == month && problem.Credits[d.Option] is var other
                    && other.Provider == credit.Provider && other.Expires <= credit.Expires).Sum(d => d.Value);
                var paid = purchases.Where(p => p.Source.Provider == credit.Provider && !p.IsSetup)
                    .SelectMany(p => p.Months).Where(m => m.Month == month).Sum(m => (double)m.Cash.Usd);
                if (month < 0 || month >= problem.Horizon.Months
                    || Over(together, paid * MoneyRows.CreditShare(problem, credit.Expires, month)))
                    found.Add(new(null, "a credit is spent where nothing is paid"));
            }
        }
    }
}
