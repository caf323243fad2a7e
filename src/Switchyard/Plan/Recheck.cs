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

    /// <summary>Every limit that a set of decisions breaks, in words; empty where it keeps them all.</summary>
    /// <param name="problem">The problem that the decisions index into.</param>
    /// <param name="decisions">The decisions.</param>
    public static ImmutableArray<string> Problems(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var found = new List<string>();
        foreach (var d in decisions)
        {
            var whole = d.Kind is DecisionKind.RentForSlot or DecisionKind.Commit or DecisionKind.UseHeld or DecisionKind.DoRuns;
            if (d.Value < -Slack || !double.IsFinite(d.Value) || (whole && Math.Abs(d.Value - Math.Round(d.Value)) > Slack))
                found.Add($"{d.Kind} of {d.Value} is not an amount");
        }

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

    private static double Committed(PlanningProblem problem, IEnumerable<Decision> own, int option, int month) =>
        own.Where(d => d.Kind == DecisionKind.Commit && d.Option == option && d.Index <= month
            && month < d.Index + problem.Sources[MoneyRows.SourceOf(problem, d)].TermMonths).Sum(d => d.Value);

    private static void CheckService(PlanningProblem problem, ServiceNeed service, List<Decision> own, List<string> found)
    {
        for (var s = 0; s < service.Slots.Length; s++)
        {
            var slot = service.Slots[s];
            var (supply, firm, answered) = (new List<(uint Users, double Rate)>(), 0.0, 0.0);
            for (var o = 0; o < service.Options.Length; o++)
            {
                var option = service.Options[o];
                var rented = own.Where(d => d.Kind == DecisionKind.RentForSlot && d.Option == o && d.Index == s).Sum(d => d.Value);
                var held = own.Where(d => d.Kind == DecisionKind.UseHeld && d.Option == o && d.Index == slot.Month).Sum(d => d.Value);
                var bought = own.Where(d => d.Kind == DecisionKind.BuyTokens && d.Option == o && d.Index == s).Sum(d => d.Value);
                var instances = rented + held + Committed(problem, own, o, slot.Month);
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
                    found.Add($"{service.Workload}, {problem.Horizon.Label(slot.Month)}: {near:G6} requests/s of capacity for {wanted:G6}");
            }

            if (firm < service.MinReplicas - Slack && answered < 1 - Slack)
                found.Add($"{service.Workload}, {problem.Horizon.Label(slot.Month)}: {firm} replicas, fewer than {service.MinReplicas}");
        }
    }

    private static void CheckRuns(PlanningProblem problem, RunNeed runs, List<Decision> own, List<string> found)
    {
        for (var g = 0; g < runs.Groups.Length; g++)
        {
            var done = own.Where(d => d.Kind == DecisionKind.DoRuns && d.Index == g).Sum(d => d.Value);
            if (Math.Abs(done - runs.Groups[g].Starts.Length) > Slack)
                found.Add($"{runs.Workload}, {problem.Horizon.Label(runs.Groups[g].Month)}: {done} of {runs.Groups[g].Starts.Length} runs");
        }

        foreach (var ran in own.Where(d => d.Kind == DecisionKind.DoRuns))
        {
            var option = runs.Options[ran.Option];
            if (problem.Sources[option.Source].Kind != PurchaseKind.Commitment) continue;
            foreach (var start in runs.Groups[ran.Index].Starts)
            {
                foreach (var (month, _) in Payments.MonthsOf(problem.Horizon, start, option.Hours))
                {
                    if (Committed(problem, own, ran.Option, month) < option.Gang - Slack)
                        found.Add($"{runs.Workload}, {problem.Horizon.Label(month)}: fewer committed instances than its gang of {option.Gang}");
                }
            }
        }
    }

    private static void CheckPiles(PlanningProblem problem, PileNeed piles, List<Decision> own, List<string> found)
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
                    found.Add($"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {hours:G6} instance-hours on {there} instances");
            }

            if (done < pile.Requests * (1 - Slack))
                found.Add($"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {done:G6} of {pile.Requests:G6} requests");
        }
    }

    // Accelerators and held instances in use: the largest of a service's slots, the gangs that are on, batch spread over its window.
    private static void CheckUse(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<string> found)
    {
        var use = new Dictionary<(int Source, int Month), double>();
        void Add(int source, int month, double instances) => use[(source, month)] = use.GetValueOrDefault((source, month)) + instances;
        foreach (var group in decisions.Where(d => d.Need >= 0).GroupBy(d => (d.Need, d.Option)))
        {
            var source = MoneyRows.SourceOf(problem, group.First());
            switch (problem.Needs[group.Key.Need])
            {
                case ServiceNeed service:
                    foreach (var month in group.Where(d => d.Kind == DecisionKind.RentForSlot).GroupBy(d => service.Slots[d.Index].Month))
                        Add(source, month.Key, month.Max(d => d.Value));
                    break;
                case RunNeed runs when problem.Sources[source].Kind != PurchaseKind.Commitment:
                    foreach (var (month, gangs) in Gangs(problem, runs, [.. group])) Add(source, month, gangs);
                    break;
                case PileNeed piles when problem.Sources[source].Kind != PurchaseKind.Owned:
                    foreach (var d in group.Where(d => d.Kind == DecisionKind.WorkPile && problem.Sources[source].Kind != PurchaseKind.Commitment))
                        Add(source, piles.Piles[d.Index].Month, d.Value / piles.Piles[d.Index].WindowHours);
                    break;
            }

            foreach (var d in group.Where(d => d.Kind == DecisionKind.UseHeld)) Add(source, d.Index, d.Value);
            foreach (var d in group.Where(d => d.Kind == DecisionKind.Commit))
                for (var month = d.Index; month < d.Index + problem.Sources[source].TermMonths; month++) Add(source, month, d.Value);
        }

        foreach (var ((source, month), instances) in use)
        {
            var s = problem.Sources[source];
            if (s.Kind == PurchaseKind.Owned && instances > (month < s.Held.Length ? s.Held[month] : 0) + Slack)
                found.Add($"{s.Label}, {problem.Horizon.Label(month)}: {instances} instances in use, more than are there");
            if (s.MaxCount is { } most && instances > most + Slack)
                found.Add($"{s.Label}, {problem.Horizon.Label(month)}: {instances} instances, more than the {most} on offer");
        }

        foreach (var limit in problem.CapacityLimits)
        {
            foreach (var month in use.Keys.Where(k => limit.Sources.Contains(k.Source)).GroupBy(k => k.Month))
            {
                var accelerators = month.Sum(k => use[k] * problem.Sources[k.Source].AcceleratorCount);
                if (accelerators > limit.Accelerators + Slack)
                    found.Add($"{limit.Id}, {problem.Horizon.Label(month.Key)}: {accelerators:G6} accelerators, over {limit.Accelerators}");
            }
        }
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

    private static void CheckMoney(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<string> found)
    {
        var purchases = Ledger.Purchases(problem, decisions);
        var cost = Ledger.Cost(problem, purchases, decisions);
        for (var month = 0; problem.CashPerMonth is { } cash && month < cost.PerMonth.Length; month++)
        {
            if ((double)cost.PerMonth[month].Usd > (cash * (1 + Slack)) + 0.01)
                found.Add($"{problem.Horizon.Label(month)}: {cost.PerMonth[month]} of cash, over {cash}");
        }

        if (problem.TotalCost is { } total && (double)cost.Total.Usd > (total * (1 + Slack)) + 0.01) found.Add($"{cost.Total} in total, over {total}");
        if (problem.ProviderShare is { } share)
        {
            var spent = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned).ToList();
            var all = (double)spent.Sum(p => p.Cost.Usd);
            foreach (var provider in spent.GroupBy(p => p.Source.Provider))
            {
                if ((double)provider.Sum(p => p.Cost.Usd) > (share * all * (1 + Slack)) + 0.01)
                    found.Add($"{provider.Key} has more than {share:P0} of the spending");
            }
        }

        for (var c = 0; c < problem.Credits.Length; c++)
        {
            var spent = decisions.Where(d => d.Kind == DecisionKind.SpendCredit && d.Option == c).ToList();
            if (spent.Sum(d => d.Value) > (double)problem.Credits[c].Amount.Usd * (1 + Slack)) found.Add("a credit is overspent");
            foreach (var d in spent)
            {
                var paid = purchases.Where(p => p.Source.Provider == problem.Credits[c].Provider)
                    .SelectMany(p => p.Months).Where(m => m.Month == d.Index).Sum(m => (double)m.Cash.Usd);
                if (d.Value > (paid * MoneyRows.CreditShare(problem, problem.Credits[c].Expires, d.Index) * (1 + Slack)) + 0.01)
                    found.Add("a credit is spent where nothing is paid");
            }
        }
    }
}
