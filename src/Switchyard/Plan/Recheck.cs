using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// Checks a plan against its problem by arithmetic that shares nothing with the formulation: it walks the decisions month by month and
/// hour by hour instead of multiplying rows.
/// </summary>
public static class Recheck
{
    private const double Slack = 1e-6;

    /// <summary>Something that a plan breaks.</summary>
    /// <param name="Limit">The path of the limit; null where it is not a limit of the scenario's.</param>
    /// <param name="Message">What is wrong, in words.</param>
    internal readonly record struct Breach(string? Limit, string Message);

    /// <summary>Every limit that a set of decisions breaks, in words; empty where it keeps them all.</summary>
    /// <param name="problem">The problem that the decisions index into.</param>
    /// <param name="decisions">The decisions.</param>
    public static ImmutableArray<string> Problems(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
        [.. Breaches(problem, decisions).Select(breach => breach.Message)];

    /// <summary>Everything that a set of decisions breaks.</summary>
    internal static ImmutableArray<Breach> Breaches(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var found = new List<Breach>();
        foreach (var d in decisions) CheckDecision(problem, d, found);
        // What is no amount cannot be added up.
        if (decisions.Any(d => !double.IsFinite(d.Value))) return [.. found];
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            var own = decisions.Where(d => d.Need == need).ToList();
            switch (problem.Needs[need])
            {
                case ServiceNeed service: CheckService(problem, service, own, found); break;
                case RunNeed runs: CheckRuns(problem, runs, own, found); break;
                case PileNeed piles: CheckPiles(problem, piles, own, found); break;
            }
        }

        CheckUse(problem, decisions, found);
        CheckMoney(problem, decisions, found);
        return [.. found];
    }

    private static void CheckDecision(PlanningProblem problem, Decision d, List<Breach> found)
    {
        var whole = d.Kind is DecisionKind.RentForSlot or DecisionKind.Commit or DecisionKind.UseHeld or DecisionKind.DoRuns;
        if (d.Value < -Slack || !double.IsFinite(d.Value) || (whole && Math.Abs(d.Value - Math.Round(d.Value)) > Slack))
            found.Add(new(null, $"{d.Kind} of {d.Value} is not an amount"));
        if (d.Need < 0) return;
        var source = problem.Sources[MoneyRows.SourceOf(problem, d)];
        var possible = (d.Kind, problem.Needs[d.Need]) switch
        {
            (DecisionKind.RentForSlot, ServiceNeed) => source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot,
            (DecisionKind.Commit, _) => source.Kind == PurchaseKind.Commitment,
            (DecisionKind.UseHeld, ServiceNeed or PileNeed) => source.Kind == PurchaseKind.Owned,
            (DecisionKind.BuyTokens, ServiceNeed or PileNeed) => source.Kind == PurchaseKind.Tokens,
            (DecisionKind.DoRuns, RunNeed) or (DecisionKind.WorkPile, PileNeed) => source.Kind != PurchaseKind.Tokens,
            _ => false,
        };
        if (!possible) found.Add(new(null, $"{source.Label}: {d.Kind} is not a way to buy it"));
        if (d.Kind != DecisionKind.Commit || d.Value <= Slack) return;
        if (d.Index < 0 || d.Index >= problem.Horizon.Months || d.Index > source.LastStart)
            found.Add(new(null, $"{source.Label}: a term cannot begin in {problem.Horizon.Label(d.Index)}"));
        if (d.Value < source.MinCount - Slack) found.Add(new(null, $"{source.Label}: {d.Value} instances, fewer than the {source.MinCount} sold at once"));
    }

    private static double Committed(PlanningProblem problem, IEnumerable<Decision> own, int option, int month) =>
        own.Where(d => d.Kind == DecisionKind.Commit && d.Option == option && d.Index <= month
            && month < d.Index + problem.Sources[MoneyRows.SourceOf(problem, d)].TermMonths).Sum(d => d.Value);

    private static void CheckService(PlanningProblem problem, ServiceNeed service, List<Decision> own, List<Breach> found)
    {
        var byOption = own.ToLookup(d => d.Option);
        for (var s = 0; s < service.Slots.Length; s++)
        {
            var slot = service.Slots[s];
            var (supply, firm, answered) = (new List<(uint Users, double Rate)>(), 0.0, 0.0);
            for (var o = 0; o < service.Options.Length; o++)
            {
                var option = service.Options[o];
                if (!byOption.Contains(o)) continue;
                var mine = byOption[o];
                var rented = mine.Where(d => d.Kind == DecisionKind.RentForSlot && d.Index == s).Sum(d => d.Value);
                var held = mine.Where(d => d.Kind == DecisionKind.UseHeld && d.Index == slot.Month).Sum(d => d.Value);
                var bought = mine.Where(d => d.Kind == DecisionKind.BuyTokens && d.Index == s).Sum(d => d.Value);
                var instances = rented + held + Committed(problem, mine, o, slot.Month);
                supply.Add((option.Users, (instances * option.Capacity) + (bought * slot.Rate)));
                answered += bought;
                if (problem.Sources[option.Source].Kind != PurchaseKind.Spot) firm += instances * option.Replicas;
            }

            // Give each group of users capacity, those with the fewest ways first, by a maximum flow over so few groups: greedy
            // augmentation would do, but the subset condition says the same with less.
            for (var groups = 1u; groups < 1u << service.UserShares.Length; groups++)
            {
                var wanted = Enumerable.Range(0, service.UserShares.Length).Where(g => (groups >> g & 1) != 0).Sum(g => service.UserShares[g]) * slot.Rate;
                var near = supply.Where(x => (x.Users & groups) != 0).Sum(x => x.Rate);
                if (near < wanted - (Slack * Math.Max(1, wanted)))
                    found.Add(new(null, $"{service.Workload}, {problem.Horizon.Label(slot.Month)}: {near:G6} requests/s of capacity for {wanted:G6}"));
            }

            if (firm < service.MinReplicas - Slack && answered < 1 - Slack)
                found.Add(new(null, $"{service.Workload}, {problem.Horizon.Label(slot.Month)}: {firm} replicas, fewer than {service.MinReplicas}"));
        }
    }

    private static void CheckRuns(PlanningProblem problem, RunNeed runs, List<Decision> own, List<Breach> found)
    {
        for (var g = 0; g < runs.Groups.Length; g++)
        {
            var done = own.Where(d => d.Kind == DecisionKind.DoRuns && d.Index == g).Sum(d => d.Value);
            if (Math.Abs(done - runs.Groups[g].Starts.Length) > Slack)
                found.Add(new(null, $"{runs.Workload}, {problem.Horizon.Label(runs.Groups[g].Month)}: {done} of {runs.Groups[g].Starts.Length} runs"));
        }

        foreach (var ways in own.Where(d => d.Kind == DecisionKind.DoRuns).GroupBy(d => d.Option))
        {
            if (problem.Sources[runs.Options[ways.Key].Source].Kind != PurchaseKind.Commitment) continue;
            foreach (var (month, gangs) in Gangs(problem, runs, [.. ways]))
            {
                var there = Committed(problem, own, ways.Key, month);
                if (there < gangs - Slack)
                    found.Add(new(null, $"{runs.Workload}, {problem.Horizon.Label(month)}: {there} committed instances for gangs of {gangs} together"));
            }
        }
    }

    private static void CheckPiles(PlanningProblem problem, PileNeed piles, List<Decision> own, List<Breach> found)
    {
        for (var p = 0; p < piles.Piles.Length; p++)
        {
            var pile = piles.Piles[p];
            var done = 0.0;
            for (var o = 0; o < piles.Options.Length; o++)
            {
                var hours = own.Where(d => d.Kind == DecisionKind.WorkPile && d.Option == o && d.Index == p).Sum(d => d.Value);
                done += hours * piles.Options[o].RequestsPerHour;
                done += own.Where(d => d.Kind == DecisionKind.BuyTokens && d.Option == o && d.Index == p).Sum(d => d.Value);
                var source = problem.Sources[piles.Options[o].Source];
                if (source.Kind is not (PurchaseKind.Commitment or PurchaseKind.Owned)) continue;
                var there = Committed(problem, own, o, pile.Month)
                    + own.Where(d => d.Kind == DecisionKind.UseHeld && d.Option == o && d.Index == pile.Month).Sum(d => d.Value);
                if (hours > (there * pile.WindowHours * (1 + Slack)) + Slack)
                    found.Add(new(null, $"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {hours:G6} instance-hours on {there} instances"));
            }

            if (done < pile.Requests * (1 - Slack))
                found.Add(new(null, $"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {done:G6} of {pile.Requests:G6} requests"));
        }
    }

    private static void CheckUse(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<Breach> found)
    {
        var use = Use(problem, decisions);
        foreach (var ((source, month), used) in use)
        {
            var s = problem.Sources[source];
            if (s.MostAt(month) is { } most && used > (most * (1 + Slack)) + Slack)
                found.Add(new(null, $"{s.Label}, {problem.Horizon.Label(month)}: {used:G6} in use, more than the {most} there are"));
        }

        foreach (var limit in problem.CapacityLimits)
        {
            foreach (var month in use.Keys.Where(k => limit.Sources.Contains(k.Source)).GroupBy(k => k.Month))
            {
                var accelerators = month.Sum(k => use[k] * problem.Sources[k.Source].AcceleratorCount);
                if (accelerators <= limit.Accelerators + Slack) continue;
                found.Add(new(
                    limit.Assumed ? DeclaredLimit.Availability : limit.Id,
                    $"{limit.Id}, {problem.Horizon.Label(month.Key)}: {accelerators:G6} accelerators, over {limit.Accelerators}"));
            }
        }
    }

    /// <summary>
    /// Instances of each source in use at once in a month (requests a second for tokens): the largest of a service's slots, the gangs
    /// that are on, batch spread over its window, committed instances whether used or not.
    /// </summary>
    internal static SortedDictionary<(int Source, int Month), double> Use(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var use = new SortedDictionary<(int Source, int Month), double>();
        void Add(int source, int month, double amount) => use[(source, month)] = use.GetValueOrDefault((source, month)) + amount;
        foreach (var group in decisions.Where(d => d.Need >= 0).GroupBy(d => (d.Need, d.Option)))
        {
            var source = MoneyRows.SourceOf(problem, group.First());
            var kind = problem.Sources[source].Kind;
            switch (problem.Needs[group.Key.Need])
            {
                case ServiceNeed service:
                    foreach (var month in group.Where(d => d.Kind == DecisionKind.RentForSlot).GroupBy(d => service.Slots[d.Index].Month))
                        Add(source, month.Key, month.Max(d => d.Value));
                    foreach (var month in group.Where(d => d.Kind == DecisionKind.BuyTokens).GroupBy(d => service.Slots[d.Index].Month))
                        Add(source, month.Key, month.Max(d => d.Value * service.Slots[d.Index].Rate));
                    break;
                case RunNeed runs when kind != PurchaseKind.Commitment:
                    foreach (var (month, gangs) in Gangs(problem, runs, [.. group])) Add(source, month, gangs);
                    break;
                case PileNeed piles:
                    foreach (var d in group.Where(d => d.Kind == DecisionKind.WorkPile && Rented(kind)))
                        Add(source, piles.Piles[d.Index].Month, d.Value / piles.Piles[d.Index].WindowHours);
                    foreach (var d in group.Where(d => d.Kind == DecisionKind.BuyTokens))
                        Add(source, piles.Piles[d.Index].Month, d.Value / piles.Piles[d.Index].WindowHours / 3600);
                    break;
            }

            foreach (var d in group.Where(d => d.Kind == DecisionKind.UseHeld)) Add(source, d.Index, d.Value);
            foreach (var d in group.Where(d => d.Kind == DecisionKind.Commit))
                for (var month = d.Index; month < d.Index + problem.Sources[source].TermMonths; month++) Add(source, month, d.Value);
        }

        return use;
    }

    // Instances in gangs by month: the largest number on at one time among the runs of the month.
    private static IEnumerable<(int Month, double Instances)> Gangs(PlanningProblem problem, RunNeed runs, List<Decision> own)
    {
        var stretches = own.Where(d => d.Kind == DecisionKind.DoRuns).SelectMany(d =>
        {
            var (option, group) = (runs.Options[d.Option], runs.Groups[d.Index]);
            // Which of the group's runs are done this way is open; the first ones are as good as any.
            return group.Starts.Take((int)Math.Round(d.Value)).Select(start => (Start: start, End: start + option.Hours, option.Gang));
        }).ToList();
        return stretches.SelectMany(x => Payments.MonthsOf(problem.Horizon, x.Start, x.End - x.Start).Select(m => m.Month)).Distinct()
            .Select(month =>
            {
                var (begin, end) = (problem.Horizon.HoursBefore(month), problem.Horizon.HoursBefore(month + 1));
                var moments = stretches.Select(x => Math.Max(x.Start, begin)).Where(t => t < end);
                return (month, moments.Max(t => stretches.Where(x => x.Start <= t + 1e-9 && x.End > t + 1e-9).Sum(x => (double)x.Gang)));
            });
    }

    private static bool Rented(PurchaseKind kind) => kind is PurchaseKind.OnDemand or PurchaseKind.Spot;

    private static void CheckMoney(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<Breach> found)
    {
        var purchases = Ledger.Purchases(problem, decisions);
        var cost = Ledger.Cost(problem, purchases, decisions);
        for (var month = 0; problem.CashPerMonth is { } cash && month < cost.PerMonth.Length; month++)
        {
            if ((double)cost.PerMonth[month].Usd > (cash * (1 + Slack)) + 0.01)
                found.Add(new("limits.budget.cash", $"{problem.Horizon.Label(month)}: {cost.PerMonth[month]} of cash, over {cash}"));
        }

        if (problem.TotalCost is { } total && (double)cost.Total.Usd > (total * (1 + Slack)) + 0.01)
            found.Add(new("limits.budget.total", $"{cost.Total} in total, over {total}"));
        if (problem.ProviderShare is { } share)
        {
            var spent = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned).ToList();
            var all = (double)spent.Sum(p => p.Cost.Usd);
            foreach (var provider in spent.GroupBy(p => p.Source.Provider))
            {
                if ((double)provider.Sum(p => p.Cost.Usd) > (share * all * (1 + Slack)) + 0.01)
                    found.Add(new("limits.provider_share", $"{provider.Key} has more than {share:P0} of the spending"));
            }
        }

        CheckCredits(problem, decisions, purchases, found);
    }

    private static void CheckCredits(
        PlanningProblem problem, IReadOnlyCollection<Decision> decisions, ImmutableArray<Purchase> purchases, List<Breach> found)
    {
        var spent = decisions.Where(d => d.Kind == DecisionKind.SpendCredit).ToList();
        for (var c = 0; c < problem.Credits.Length; c++)
        {
            var credit = problem.Credits[c];
            var own = spent.Where(d => d.Option == c).ToList();
            if (own.Sum(d => d.Value) > ((double)credit.Amount.Usd * (1 + Slack)) + 0.01) found.Add(new(null, "a credit is overspent"));
            foreach (var month in own.Select(d => d.Index).Distinct())
            {
                // Until it expires it pays, with the credits that expire before it, no more than what falls due.
                var together = spent.Where(d => d.Index == month && problem.Credits[d.Option] is var other
                    && other.Provider == credit.Provider && other.Expires <= credit.Expires).Sum(d => d.Value);
                var paid = purchases.Where(p => p.Source.Provider == credit.Provider)
                    .SelectMany(p => p.Months).Where(m => m.Month == month).Sum(m => (double)m.Cash.Usd);
                if (month < 0 || month >= problem.Horizon.Months
                    || together > (paid * MoneyRows.CreditShare(problem, credit.Expires, month) * (1 + Slack)) + 0.01)
                    found.Add(new(null, "a credit is spent where nothing is paid"));
            }
        }
    }
}
