using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Turns decisions into purchases and adds up what they cost, in exact money.</summary>
internal static class Ledger
{
    /// <summary>The purchases of a set of decisions, by workload and source.</summary>
    public static ImmutableArray<Purchase> Purchases(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
    [
        .. decisions.Where(d => d.Need >= 0).GroupBy(d => (d.Need, d.Option)).OrderBy(g => g.Key).Select(group => new Purchase
        {
            Workload = problem.Needs[group.Key.Need].Workload,
            Source = problem.Sources[MoneyRows.SourceOf(problem, group.First())],
            Configuration = Configuration(problem, group.Key.Need, group.Key.Option),
            Months = [.. Months(problem, [.. group])],
        }).Where(p => p.Months.Length > 0),
    ];

    private static IEnumerable<PurchaseMonth> Months(PlanningProblem problem, List<Decision> decisions)
    {
        var cash = new SortedDictionary<int, decimal>();
        var hours = new Dictionary<int, double>();
        var running = new Dictionary<int, double>();
        void Add(int month, double instances, double instanceHours, bool atOnce)
        {
            hours[month] = hours.GetValueOrDefault(month) + instanceHours;
            var known = running.GetValueOrDefault(month);
            running[month] = atOnce ? known + instances : Math.Max(known, instances);
            cash.TryAdd(month, 0);
        }

        foreach (var decision in decisions)
        {
            foreach (var (month, usd) in Payments.Of(problem, decision))
                cash[month] = cash.GetValueOrDefault(month) + Money.FromUsd(usd * decision.Value).Usd;
            Use(problem, decision, Add);
        }

        return cash.Where(pair => pair.Value != 0 || hours.GetValueOrDefault(pair.Key) > 0)
            .Select(pair => new PurchaseMonth(
                pair.Key, running.GetValueOrDefault(pair.Key), hours.GetValueOrDefault(pair.Key), new(pair.Value)));
    }

    private static void Use(PlanningProblem problem, Decision decision, Action<int, double, double, bool> add)
    {
        var horizon = problem.Horizon;
        var need = problem.Needs[decision.Need];
        switch (decision.Kind)
        {
            case DecisionKind.RentForSlot when need is ServiceNeed service:
                var slot = service.Slots[decision.Index];
                add(slot.Month, decision.Value, decision.Value * slot.Hours, false);
                break;
            case DecisionKind.BuyTokens when need is ServiceNeed service:
                var answered = service.Slots[decision.Index];
                add(answered.Month, decision.Value, decision.Value * answered.Served * answered.Hours * 3600, false);
                break;
            case DecisionKind.BuyTokens when need is PileNeed piles:
                var pile = piles.Piles[decision.Index];
                add(pile.Month, decision.Value / pile.Requests, decision.Value, false);
                break;
            case DecisionKind.UseHeld when need is ServiceNeed:
                add(decision.Index, decision.Value, decision.Value * horizon.Hours(decision.Index), false);
                break;
            case DecisionKind.Commit:
                var source = problem.Sources[MoneyRows.SourceOf(problem, decision)];
                for (var month = decision.Index; month < decision.Index + source.TermMonths; month++)
                    add(month, decision.Value, decision.Value * horizon.Hours(month), true);
                break;
            case DecisionKind.DoRuns when need is RunNeed runs
                && Payments.ByTheHour(problem.Sources[runs.Options[decision.Option].Source].Kind):
                var (option, group) = (runs.Options[decision.Option], runs.Groups[decision.Index]);
                foreach (var month in group.Starts.SelectMany(s => Payments.MonthsOf(horizon, s, option.Hours)).GroupBy(x => x.Month))
                {
                    var share = month.Sum(x => x.Hours) / option.Hours / group.Starts.Length;
                    add(month.Key, option.Gang * Math.Min(decision.Value, Payments.Concurrent(group, option.Hours)),
                        decision.Value * option.Gang * option.BilledHours * share, false);
                }

                break;
            case DecisionKind.WorkPile when need is PileNeed piles
                && Payments.ByTheHour(problem.Sources[piles.Options[decision.Option].Source].Kind):
                var work = piles.Piles[decision.Index];
                add(work.Month, Math.Ceiling((decision.Value / work.WindowHours) - 1e-9), decision.Value, false);
                break;
        }
    }

    /// <summary>What a set of purchases costs.</summary>
    public static PlanCost Cost(PlanningProblem problem, ImmutableArray<Purchase> purchases, IReadOnlyCollection<Decision> decisions)
    {
        var months = problem.Horizon.Months;
        var cash = new SortedDictionary<int, decimal>();
        for (var month = 0; month < months; month++) cash[month] = 0;
        foreach (var month in purchases.SelectMany(p => p.Months)) cash[month.Month] = cash.GetValueOrDefault(month.Month) + month.Cash.Usd;
        var earlier = Money.Zero;
        for (var month = 0; month < problem.FixedCash.Length; month++)
        {
            var usd = Money.FromUsd(problem.FixedCash[month]);
            cash[month] = cash.GetValueOrDefault(month) + usd.Usd;
            earlier += usd;
        }

        var credits = Money.Zero;
        foreach (var spent in decisions.Where(d => d.Kind == DecisionKind.SpendCredit))
        {
            // Rounded down: a credit is never overspent by a fraction of a cent.
            var usd = Money.FromUsd(Math.Max(0, spent.Value - 5e-5));
            cash[spent.Index] -= usd.Usd;
            credits += usd;
        }

        return new()
        {
            Total = new(cash.Values.Sum()),
            PresentValue = Money.FromUsd(cash.Sum(pair => (double)pair.Value * problem.PresentValueFactor(pair.Key))),
            PerMonth = [.. cash.Where(pair => pair.Key < months).Select(pair => new Money(pair.Value))],
            AfterHorizon = new(cash.Where(pair => pair.Key >= months).Sum(pair => pair.Value)),
            PerWorkload = Sum(purchases, p => p.Workload),
            PerPurchaseKind = Sum(purchases, p => PurchaseKinds.Name(p.Source.Kind)),
            PerProvider = Sum(purchases, p => p.Source.Provider),
            CommittedEarlier = earlier,
            CreditsUsed = credits,
        };
    }

    private static ImmutableSortedDictionary<string, Money> Sum(ImmutableArray<Purchase> purchases, Func<Purchase, string> key) => purchases
        .GroupBy(key).ToImmutableSortedDictionary(g => g.Key, g => new Money(g.Sum(p => p.Cost.Usd)), StringComparer.Ordinal);

    /// <summary>How one instance of an option does the work, in words.</summary>
    public static string Configuration(PlanningProblem problem, int need, int option) => problem.Needs[need] switch
    {
        ServiceNeed service => Configuration(service.Options[option].Estimate),
        RunNeed runs => Configuration(runs.Options[option]),
        PileNeed piles => Configuration(piles.Options[option].Estimate),
        _ => "",
    };

    private static string Configuration(ServingEstimate? estimate) => estimate is null
        ? "by the token"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Text(estimate.Precision)} TP{estimate.TensorParallel}, {estimate.Replicas} × {estimate.RequestsPerSecond.Value:0.##}/s");

    private static string Configuration(RunOption option) => option.Estimate is not { } estimate
        ? $"gang of {option.Gang}"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Text(estimate.Precision)} gang of {option.Gang}, {option.Hours:0.#} h");

    private static string Text(Demand.Precision precision) => precision.ToString().ToLowerInvariant();
}
