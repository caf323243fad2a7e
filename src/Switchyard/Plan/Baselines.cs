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

    private readonly Way?[] ways = new Way?[BaselineName.All.Length];

    /// <summary>A baseline with what it decides.</summary>
    /// <param name="Baseline">What it is and costs.</param>
    /// <param name="Problem">The problem that its decisions index into; null where it cannot be done.</param>
    /// <param name="Decisions">Its decisions.</param>
    /// <param name="Solved">The solved problem, where it was found by search.</param>
    internal sealed record Way(Baseline Baseline, PlanningProblem? Problem, IReadOnlyCollection<Decision> Decisions, SolvedProblem? Solved);

    /// <summary>One baseline by its name in short; null where there is none of that name. See <see cref="BaselineName.All"/>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="needless">Whether nobody asks any more.</param>
    public Way? Named(string name, Func<bool>? needless = null) => name switch
    {
        BaselineName.SingleOffer => SingleOffer(),
        BaselineName.OneProvider => OneProvider(needless ?? (() => false)),
        BaselineName.OnDemand => OnDemandOnly(),
        BaselineName.Reserved => ReservedForPeak(),
        _ => null,
    };

    /// <summary>Finds every baseline, each by itself and in any order; none where they are needless from some time on.</summary>
    /// <param name="needless">Whether nobody asks any more.</param>
    public IEnumerable<Action> Finding(Func<bool> needless) => BaselineName.All.Select((name, at) => (Action)(() => ways[at] = needless() ? null : Named(name, needless)));

    /// <summary>Whether all have been looked for, those that cannot be done too.</summary>
    public bool Done => Array.TrueForAll(ways, way => way is not null);

    /// <summary>What was found, also of those that cannot be done, and what is there now.</summary>
    public ImmutableArray<Baseline> Found => [.. ways.OfType<Way>().Select(way => way.Baseline), .. scenario.Current.Length > 0 ? [Current()] : (Baseline[])[]];

    /// <summary>The cheapest of those that were found by search and keep every limit; null where there is none. A plan is never dearer.</summary>
    public SolvedProblem? Cheapest => ways.OfType<Way>().Where(way => way.Baseline.Breaks.IsEmpty).Select(way => way.Solved).OfType<SolvedProblem>().MinBy(solved => solved.PresentValue);

    /// <summary>Every baseline, also those that cannot be done.</summary>
    public ImmutableArray<Baseline> All()
    {
        foreach (var find in Finding(() => false)) find();
        return Found;
    }

    private Way SingleOffer() => OneSourceEach(
        "cheapest single offer per workload",
        (need, option) => SingleSource.AsNeeded(reduced, need, option),
        "a workload that no single offer can do");

    private Way ReservedForPeak() => OneSourceEach(
        "all reserved for the peak",
        (need, option) => SingleSource.Reserved(reduced, need, option),
        "no commitment can do one of the workloads");

    // For each workload the one source that does it for the least, bought by a fixed rule.
    private Way OneSourceEach(string name, Func<int, int, List<Decision>?> rule, string impossible)
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

            if (best is not { } chosen) return Impossible(name, reduced.Needs[need].Workload, impossible);
            decisions.AddRange(chosen.Decisions);
            detail.Add($"{reduced.Needs[need].Workload}: {reduced.Sources[SingleSource.SourceOf(reduced.Needs[need], chosen.Option)].Label}");
        }

        return Priced(name, string.Join("; ", detail), reduced, decisions);
    }

    private Way OneProvider(Func<bool> needless)
    {
        var free = problem with { ProviderShare = null };
        // Cheapest first by a bound that costs nothing, then by one that costs little; where a bound is above the best plan found, nothing better is there to be found.
        var queue = new PriorityQueue<(string Provider, PlanningProblem Problem, bool Sharp), (double Bound, string Provider)>(
            Comparer<(double Bound, string Provider)>.Create((a, b) => a.Bound.CompareTo(b.Bound) is not 0 and var first ? first : string.CompareOrdinal(a.Provider, b.Provider)));
        foreach (var provider in problem.Sources.Where(s => s.Kind != PurchaseKind.Owned).Select(s => s.Provider).Distinct())
        {
            var own = Only(free, s => s.Provider == provider || s.Kind == PurchaseKind.Owned);
            queue.Enqueue((provider, own, false), (CheapBound.Of(own), provider));
        }

        (string Provider, SolvedProblem Solved)? best = null;
        while (queue.TryDequeue(out var next, out var known) && !needless())
        {
            var most = best?.Solved.PresentValue ?? double.PositiveInfinity;
            if (known.Bound >= most) break;
            if (!next.Sharp)
            {
                queue.Enqueue(next with { Sharp = true }, (Math.Max(known.Bound, ProblemSolver.Relaxation(MergedOffers.Of(next.Problem))), next.Provider));
                continue;
            }

            var solved = ProblemSolver.Solve(next.Problem, limits with { Most = most }, prove: false);
            if (solved.HasPlan && solved.PresentValue < most) best = (next.Provider, solved);
        }

        return best is { } found
            ? Searched("one provider only", found.Provider, found.Solved)
            : Impossible("one provider only", "none", "no provider alone can do all the work within the limits");
    }

    private Way OnDemandOnly()
    {
        var restricted = Only(problem, s => s.Kind is PurchaseKind.OnDemand or PurchaseKind.Owned);
        var solved = ProblemSolver.Solve(restricted, limits, prove: false);
        if (!solved.HasPlan)
            solved = ProblemSolver.Solve(restricted with { CashPerMonth = null, TotalCost = null, ProviderShare = null }, limits, prove: false);
        return solved.HasPlan
            ? Searched("all on-demand", "no spot, no commitments", solved)
            : Impossible("all on-demand", "no spot, no commitments", "the on-demand offers cannot do all the work");
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

    private static Way Impossible(string name, string detail, string why) => new(new(name, detail, null, [why]), null, [], null);

    private Way Searched(string name, string detail, SolvedProblem solved) => Priced(name, detail, solved.Problem, solved.Decisions) with { Solved = solved };

    private Way Priced(string name, string detail, PlanningProblem solved, IReadOnlyCollection<Decision> decisions)
    {
        var purchases = Ledger.Purchases(solved, decisions);
        var cost = Ledger.Cost(solved, purchases, decisions);
        // What it was solved without it may break.
        var whole = solved with { CashPerMonth = problem.CashPerMonth, TotalCost = problem.TotalCost, ProviderShare = problem.ProviderShare };
        var breaks = Recheck.Breaches(whole, decisions).Select(breach => breach.Limit ?? breach.Message).Distinct(StringComparer.Ordinal);
        return new(new(name, detail, cost.Total, [.. breaks]), solved, decisions, null);
    }
}
