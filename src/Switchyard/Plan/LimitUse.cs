using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>How much of a limit a plan uses, in the limit's own unit: what the limit would have to say for just this plan.</summary>
/// <param name="solved">A plan, with or without the limit.</param>
internal sealed class LimitUse(SolvedProblem solved)
{
    private readonly PlanningProblem problem = solved.Problem;
    private readonly ImmutableArray<Purchase> purchases = Ledger.Purchases(solved.Problem, solved.Decisions);

    /// <summary>The purchases of the plan.</summary>
    public ImmutableArray<Purchase> Purchases => purchases;

    /// <summary>Cash in the dearest month, in US dollars.</summary>
    public double LargestMonth => (double)Cost.PerMonth.Max().Usd;

    /// <summary>All that is paid, in US dollars.</summary>
    public double Total => (double)Cost.Total.Usd;

    private PlanCost Cost => Ledger.Cost(problem, purchases, solved.Decisions);

    /// <summary>The largest share of the new spending that one group has, 0 to 1.</summary>
    /// <param name="groupOf">The group of a source; null for none.</param>
    public double LargestShare(Func<Source, string?> groupOf)
    {
        var spent = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned && !p.IsSetup).ToList();
        var all = (double)spent.Sum(p => p.Cost.Usd);
        return all <= 0 ? 0 : spent.GroupBy(p => groupOf(p.Source)).Where(g => g.Key is not null).Select(g => (double)g.Sum(p => p.Cost.Usd) / all).DefaultIfEmpty(0).Max();
    }

    /// <summary>Most of a use limit in a month, such as kilograms of CO2e.</summary>
    /// <param name="limit">The limit.</param>
    public double LargestUse(UseLimit limit)
    {
        var byMonth = new double[problem.Horizon.Months];
        foreach (var decision in solved.Decisions)
        {
            if (decision.SourceIn(problem) is not (>= 0 and var source)) continue;
            foreach (var (month, hours) in InstanceHours.Of(problem, decision))
                if (month < byMonth.Length) byMonth[month] += hours * decision.Value * limit.EachHour[source];
        }

        return byMonth.Max();
    }

    /// <summary>Most of a capacity limit at once, in its unit; never less than that, since each source counts with its own peak of the month.</summary>
    /// <param name="limit">The limit.</param>
    public double LargestAtOnce(CapacityLimit limit)
    {
        var weights = limit.Sources.Select((source, i) => (source, Weight: limit.Weight(problem, i))).ToDictionary(x => x.source, x => x.Weight);
        return Recheck.Peaks(problem, solved.Decisions).Where(use => weights.ContainsKey(use.Key.Source)).GroupBy(use => use.Key.Month)
            .Select(month => month.Sum(use => use.Value * weights[use.Key.Source])).DefaultIfEmpty(0).Max();
    }

    /// <summary>What a team pays and is charged in its dearest month and in total, in US dollars.</summary>
    /// <param name="team">The team.</param>
    public (double LargestMonth, double Total) OfTeam(string team)
    {
        var own = problem.Needs.Where(n => n.Team == team).Select(n => n.Workload).ToHashSet(StringComparer.Ordinal);
        var paid = purchases.Where(p => p.Source.Kind == PurchaseKind.Commitment ? p.Source.Team == team : own.Contains(p.Workload))
            .SelectMany(p => p.Months).Select(m => (m.Month, Usd: (double)m.Cash.Usd)).ToList();
        foreach (var decision in solved.Decisions.Where(d => d.Need >= 0 && problem.Needs[d.Need].Team == team))
        {
            var probability = decision.FutureIn(problem) is >= 0 and var future ? problem.Futures[future].Probability : 1;
            paid.AddRange(Payments.Charged(problem, decision).Select(use => (use.Month, use.Usd * decision.Value * probability)));
        }

        return (paid.Where(x => x.Month < problem.Horizon.Months).GroupBy(x => x.Month).Select(month => month.Sum(x => x.Usd)).DefaultIfEmpty(0).Max(), paid.Sum(x => x.Usd));
    }
}
