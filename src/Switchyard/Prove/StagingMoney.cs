using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <content>What is paid anyway, and the limits that the controller keeps.</content>
public sealed partial class Staging
{
    private IEnumerable<FixedCash> FixedCash()
    {
        foreach (var purchase in plan.Purchases.Where(p => p.IsSetup || p.Source.Kind is PurchaseKind.Commitment or PurchaseKind.Block))
        {
            // What all teams share, none of their budgets pays for.
            var team = purchase.IsSetup || purchase.Source.Kind == PurchaseKind.Block ? TeamOf(purchase.Workload) : purchase.Source.Team;
            foreach (var month in purchase.Months)
            {
                yield return new(month.Month, purchase.Source.Provider, purchase.Source.Region, purchase.Workload, team,
                    purchase.IsSetup ? FixedKind.Setup : FixedKind.Commitment, month.Cash.Usd);
            }
        }

        foreach (var holding in scenario.Holdings.Where(h => h.Committed.Usd > 0))
        {
            var end = holding.Ends ?? scenario.Horizon.End;
            for (var month = 0; scenario.Horizon.FirstDay(month) < end; month++)
            {
                var next = scenario.Horizon.FirstDay(month + 1) < end ? scenario.Horizon.FirstDay(month + 1) : end;
                var hours = (next.DayNumber - scenario.Horizon.FirstDay(month).DayNumber) * 24;
                yield return new(month, holding.Instance.Provider, holding.Instance.Region, "", "", FixedKind.Earlier, hours * holding.Count * holding.Committed.Usd);
            }
        }
    }

    private string TeamOf(string workload) => scenario.Workloads.FirstOrDefault(w => w.Name == workload)?.Team ?? "";

    // What is left for instances by the hour and for APIs once what is paid anyway is off and the credits that are to be expected are on.
    private IEnumerable<Budget> Budgets()
    {
        var months = scenario.Horizon.Months;
        var fixedCash = FixedCash().ToList();
        var planned = plan.Purchases.Where(p => !p.IsSetup)
            .SelectMany(p => p.Months.Select(m => (m.Month, p.Source.Provider, m.Cash.Usd))).GroupBy(x => (x.Month, x.Provider)).ToDictionary(g => g.Key, g => g.Sum(x => x.Usd));
        var credits = Bill.CreditsSpent(scenario.Commercial.Credits, scenario.Horizon, planned).ToList();
        // What a team is charged for use, as it is planned, leaves less for what is rented.
        decimal Charged(string team, int month) => Money.FromUsd(pools.Where(p => p is { ChargePerHour: > 0, Kind: PurchaseKind.Owned } && TeamOf(p.Workload) == team)
            .Sum(p => p.ChargePerHour * bought[p.Index].Months.Where(m => m.Month == month).Sum(m => m.InstanceHours))).Usd;
        Budget Left(string path, Money? cash, Money? total, Func<string, string, bool> pays, bool withCredits, string? team = null)
        {
            decimal Anyway(int month) => (month < months ? Money.FromUsd(Moves(month, workload => pays(TeamOf(workload), workload))).Usd : 0) + fixedCash.Where(f => f.Month == month && pays(f.Team, f.Workload)).Sum(f => f.Usd)
                - (withCredits ? credits.Where(c => c.Month == month).Sum(c => c.Usd) : 0) + (team is null ? 0 : Charged(team, month));
            var last = fixedCash.Select(f => f.Month).Append(months - 1).Max();
            return new(path,
                cash is { } most ? [.. Enumerable.Range(0, months).Select(m => (double)(most.Usd - Anyway(m)))] : [],
                total is { } all ? (double)(all.Usd - Enumerable.Range(0, last + 1).Sum(Anyway)) : double.PositiveInfinity,
                [.. pools.Select(p => p.Kind != PurchaseKind.Commitment && pays(TeamOf(p.Workload), p.Workload))]);
        }

        var limits = scenario.Limits;
        if (limits.CashPerMonth is { } cash) yield return Left("limits.budget.cash", cash, null, (_, _) => true, true);
        if (limits.TotalCost is { } total) yield return Left("limits.budget.total", null, total, (_, _) => true, true);
        foreach (var team in limits.Teams)
        {
            if (team.CashPerMonth is { } own) yield return Left(StatedLimits.Cash(team.Team), own, null, (t, _) => t == team.Team, false, team.Team);
            if (team.TotalCost is { } all) yield return Left(StatedLimits.Total(team.Team), null, all, (t, _) => t == team.Team, false, team.Team);
        }
    }

    private IEnumerable<Cap> Caps()
    {
        foreach (var quota in scenario.Commercial.Quotas)
        {
            ImmutableArray<double> each = [.. sources.Select((s, i) => ProblemBuilder.Covers(quota, s) ? pools[i].Accelerators : 0)];
            yield return new($"commercial.quota.{quota.Id}", quota.Count, each, "accelerators");
        }

        if (scenario.Limits.Power is { } power)
        {
            yield return new(StatedLimits.Power, power.Watts / 1000,
                [.. sources.Select((s, i) => s is { Kind: PurchaseKind.Owned, Provider: MarketAssumptions.OwnProvider } ? draws[i] : 0)], "kW");
        }
    }
}
