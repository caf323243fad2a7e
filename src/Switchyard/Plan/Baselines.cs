using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>What simpler ways of buying would cost, on the same problem and the same prices.</summary>
internal sealed class Baselines(Scenario scenario, PlanningProblem problem, SolveLimits limits)
{
    // What gives way to another option of its provider is no cheapest single offer either, unless a quota speaks of the other.
    private readonly PlanningProblem reduced =
        Dominance.Under(problem, [.. problem.CapacityLimits.Where(limit => !limit.Assumed)]) with { CapacityLimits = problem.CapacityLimits };

    private Func<bool> needless = () => false;

    /// <summary>The cheapest of the baselines that was found by search and keeps every limit; null where there is none. A plan is never dearer.</summary>
    public SolvedProblem? Cheapest { get; private set; }

    /// <summary>The decisions of the baseline that was priced last, and the problem that they index into; null where it cannot be done.</summary>
    public (PlanningProblem Problem, IReadOnlyCollection<Decision> Decisions)? Decided { get; private set; }

    /// <summary>One baseline by its name in short; null where there is none of that name. See <see cref="BaselineName.All"/>.</summary>
    public Baseline? Named(string name)
    {
        Decided = null;
        return name switch
        {
            BaselineName.SingleOffer => SingleOffer(),
            BaselineName.OneProvider => OneProvider(),
            BaselineName.OnDemand => OnDemandOnly(),
            BaselineName.Reserved => ReservedForPeak(),
            _ => null,
        };
    }

    /// <summary>Every baseline, also those that cannot be done; fewer where they are needless from some time on.</summary>
    /// <param name="needless">Whether nobody asks any more.</param>
    public ImmutableArray<Baseline> All(Func<bool>? needless = null)
    {
        this.needless = needless ?? this.needless;
        List<Baseline> baselines = [.. BaselineName.All.TakeWhile(_ => !this.needless()).Select(name => Named(name)!)];
        if (scenario.Current.Length > 0) baselines.Add(Current());
        return [.. baselines];
    }

    private Baseline SingleOffer() => OneSourceEach(
        "cheapest single offer per workload",
        (need, option) => SingleSource.AsNeeded(reduced, need, option),
        "a workload that no single offer can do");

    private Baseline ReservedForPeak() => OneSourceEach(
        "all reserved for the peak",
        (need, option) => SingleSource.Reserved(reduced, need, option),
        "no commitment can do one of the workloads");

    // For each workload the one source that does it for the least, bought by a fixed rule.
    private Baseline OneSourceEach(string name, Func<int, int, List<Decision>?> rule, string impossible)
    {
        var decisions = new List<Decision>();
        var detail = new List<string>();
        for (var need = 0; need < reduced.Needs.Length; need++)
        {
            (double Usd, int Option, List<Decision> Decisions)? best = null;
            for (var option = 0; option < SingleSource.OptionCount(reduced.Needs[need]); option++)
            {
                if (rule(need, option) is not { } found) continue;
                var usd = found.Sum(d => d.Value * Payments.Of(reduced, d).Sum(p => p.Usd * reduced.PresentValueFactor(p.Month)));
                if (best is null || usd < best.Value.Usd - 1e-9) best = (usd, option, found);
            }

            if (best is not { } chosen) return new(name, reduced.Needs[need].Workload, null, [impossible]);
            decisions.AddRange(chosen.Decisions);
            detail.Add($"{reduced.Needs[need].Workload}: {reduced.Sources[SingleSource.SourceOf(reduced.Needs[need], chosen.Option)].Label}");
        }

        return Priced(name, string.Join("; ", detail), reduced, decisions);
    }

    private Baseline OneProvider()
    {
        var free = problem with { ProviderShare = null };
        // Cheapest first by a bound that costs nothing; where that, or the relaxation, is above the best plan found, nothing better is there to be found.
        var providers = problem.Sources.Where(s => s.Kind != PurchaseKind.Owned).Select(s => s.Provider).Distinct().Order(StringComparer.Ordinal)
            .Select(p => (Provider: p, Problem: Only(free, s => s.Provider == p || s.Kind == PurchaseKind.Owned)))
            .Select(x => (x.Provider, x.Problem, Bound: CheapBound.Of(x.Problem)))
            .Where(x => double.IsFinite(x.Bound)).OrderBy(x => x.Bound).ThenBy(x => x.Provider, StringComparer.Ordinal);
        (string Provider, SolvedProblem Solved)? best = null;
        foreach (var (provider, restricted, bound) in providers)
        {
            if (needless()) break;
            var most = best?.Solved.PresentValue ?? double.PositiveInfinity;
            if (bound >= most) break;
            if (best is not null && ProblemSolver.Relaxation(restricted) >= most) continue;
            var solved = ProblemSolver.Solve(restricted, limits, prove: false);
            if (solved.HasPlan && solved.PresentValue < most) best = (provider, solved);
        }

        return best is { } found
            ? Searched("one provider only", found.Provider, found.Solved)
            : new("one provider only", "none", null, ["no provider alone can do all the work within the limits"]);
    }

    private Baseline OnDemandOnly()
    {
        var restricted = Only(problem, s => s.Kind is PurchaseKind.OnDemand or PurchaseKind.Owned);
        var solved = ProblemSolver.Solve(restricted, limits, prove: false);
        if (!solved.HasPlan)
            solved = ProblemSolver.Solve(restricted with { CashPerMonth = null, TotalCost = null, ProviderShare = null }, limits, prove: false);
        return solved.HasPlan
            ? Searched("all on-demand", "no spot, no commitments", solved)
            : new("all on-demand", "no spot, no commitments", null, ["the on-demand offers cannot do all the work"]);
    }

    private Baseline Current()
    {
        var usd = scenario.Current.Sum(c => scenario.Horizon.TotalHours * c.Count * (double)(c.Offer.OnDemand?.Usd ?? 0)
            * (1 - scenario.Commercial.Discounts.GetValueOrDefault(c.Offer.Provider)));
        var unpriced = scenario.Current.Where(c => c.Offer.OnDemand is null).Select(c => $"{c.Offer.Id} has no known price").ToImmutableArray();
        var detail = string.Join(", ", scenario.Current.Select(c => $"{c.Count} × {c.Offer.Id}")) + " kept as they are";
        return new("current", detail, unpriced.IsEmpty ? Money.FromUsd(usd) : null, unpriced);
    }

    private static PlanningProblem Only(PlanningProblem problem, Func<Source, bool> keep) => problem with
    {
        Needs = [.. problem.Needs.Select(need => Planner.Filter(need, source => keep(problem.Sources[source])))],
        CapacityLimits = [.. problem.CapacityLimits.Where(limit => limit.Sources.Any(source => keep(problem.Sources[source])))],
    };

    private Baseline Searched(string name, string detail, SolvedProblem solved)
    {
        var baseline = Priced(name, detail, solved.Problem, solved.Decisions);
        if (baseline.Breaks.IsEmpty && !(Cheapest?.PresentValue <= solved.PresentValue)) Cheapest = solved;
        return baseline;
    }

    private Baseline Priced(string name, string detail, PlanningProblem solved, IReadOnlyCollection<Decision> decisions)
    {
        Decided = (solved, decisions);
        var purchases = Ledger.Purchases(solved, decisions);
        var cost = Ledger.Cost(solved, purchases, decisions);
        // What it was solved without it may break.
        var whole = solved with { CashPerMonth = problem.CashPerMonth, TotalCost = problem.TotalCost, ProviderShare = problem.ProviderShare };
        var breaks = Recheck.Breaches(whole, decisions).Select(breach => breach.Limit ?? breach.Message).Distinct(StringComparer.Ordinal);
        return new(name, detail, cost.Total, [.. breaks]);
    }
}
