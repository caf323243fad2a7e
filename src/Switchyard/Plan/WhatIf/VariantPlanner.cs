using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>What a variant of a scenario comes to.</summary>
/// <param name="Cost">What its plan costs.</param>
/// <param name="Bound">No plan for it has a smaller present value, in US dollars.</param>
/// <param name="Gap">How far the present value can at most lie above the bound, as a share of the present value and the credits.</param>
/// <param name="MainOffers">What each workload spends most on, by workload.</param>
/// <param name="Found">How the plan was found.</param>
public sealed record Variant(
    PlanCost Cost, Money Bound, double Gap, ImmutableSortedDictionary<string, string> MainOffers, VariantSource Found);

/// <summary>How a variant's plan was found.</summary>
public enum VariantSource
{
    /// <summary>By a search of the whole problem.</summary>
    Whole,

    /// <summary>By a search among the offers near to the plans of its neighbours, against the bound of the whole problem.</summary>
    Near,

    /// <summary>It is the plan of a neighbour with looser limits, which keeps the tighter ones too.</summary>
    Kept,
}

/// <summary>
/// Plans variants of a scenario one after the other, sharing what they have in common: predictions, the problem where only money limits
/// differ, and the plans found before. Explains nothing: plan a variant by itself for that.
/// </summary>
/// <param name="prices">What can be had.</param>
/// <param name="performance">What workloads do on hardware.</param>
/// <param name="settings">When the solver may stop.</param>
public sealed class VariantPlanner(PriceBook prices, RememberedPerformance performance, PlannerSettings settings)
{
    /// <summary>Paths of limits that change no option, only what may be spent.</summary>
    public static readonly ImmutableHashSet<string> MoneyLimits = ["limits.budget", "limits.budget.cash", "limits.budget.total", "limits.provider_share"];

    // A plan from near offers may have a gap this much wider than is usual, of the present value and the credits; whole searches, which are
    // not exact either, raise what is usual by no more than this at a time.
    private const double Wider = 0.005;

    // One from the offers of the plan before alone may be this much worse than that: else small losses would add up along the way.
    private const double Drift = 0.001;

    // Near offers are few, so that more nodes rarely help, and what they miss is judged by the gap.
    private const int NearNodes = 15;
    private const double NearGap = 0.005;
    private const double NearEnough = 0.001;

    // Neighbours further away buy other things.
    private const int Neighbours = 6;

    private readonly SolveLimits nearLimits = new(Math.Max(settings.Gap, NearGap), Math.Min(settings.MaximumNodes, NearNodes)) { Enough = NearEnough };

    // What was planned for variants with other options, by their place in the sweep.
    private readonly SortedDictionary<int, Neighbour> planned = [];
    private readonly NearOffers near = new(Neighbours);
    private readonly NearOffers last = new(plans: 1, cheapest: 0);
    private readonly List<(Limits Limits, SolvedProblem Solved)> found = [];
    private readonly List<Limits> impossible = [];
    private BuiltProblem? built;
    private double usualGap = double.PositiveInfinity;
    private double lastGap;

    private sealed record Neighbour(ImmutableArray<Purchase> Purchases, double Gap, ColumnGeneration.End? End);

    // Draft: a relaxation of the whole problem. MostGap: of a gap wider than this the rest is its bound's fault, and not to be expected of neighbours.
    private sealed record Answer(SolvedProblem Solved, VariantSource How, Relaxed? Draft = null, double MostGap = double.PositiveInfinity);

    /// <summary>Plans a variant; null where there is no plan within its limits.</summary>
    /// <param name="variant">The scenario.</param>
    /// <param name="sameOptions">Whether it differs from the one before in money limits alone (<see cref="MoneyLimits"/>).</param>
    /// <param name="place">Its place among the variants, where those at places near to it are like it; null for none.</param>
    public Variant? Plan(Scenario variant, bool sameOptions, int? place = null)
    {
        if (built is null || !sameOptions)
        {
            built = new ProblemBuilder(variant, prices, performance).Build();
            found.Clear();
            impossible.Clear();
        }

        var limits = variant.Limits;
        if (impossible.Exists(i => IsLooser(i, limits))) return null;
        var problem = built.Problem with
        {
            CashPerMonth = (double?)limits.CashPerMonth?.Usd, TotalCost = (double?)limits.TotalCost?.Usd, ProviderShare = limits.ProviderShare,
        };
        var answer = Kept(problem, limits) is { } kept ? new(kept, VariantSource.Kept)
            : sameOptions ? Near(problem, limits) is { } nearby ? new(nearby, VariantSource.Near) : null
            : place is { } at ? Between(problem, at) : null;
        answer ??= new(Whole(problem), VariantSource.Whole);
        var (solved, how) = (answer.Solved, answer.How);
        if (!solved.HasPlan)
        {
            if (solved.Status != SolveStatus.Infeasible) throw new SearchStoppedException(settings.MaximumNodes);
            impossible.Add(limits);
            return null;
        }

        if (how == VariantSource.Whole) usualGap = Math.Min(solved.Gap, usualGap + Wider);
        lastGap = solved.Gap;
        found.Add((limits, solved));
        var purchases = Ledger.Purchases(solved.Problem, solved.Decisions);
        if (place is { } here) planned[here] = new([.. purchases], Math.Min(solved.Gap, answer.MostGap), (answer.Draft ?? solved.Draft)?.End);
        near.Learn(purchases);
        last.Learn(purchases);
        var main = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned).GroupBy(p => p.Workload).ToImmutableSortedDictionary(
            g => g.Key,
            g => g.GroupBy(p => p.Source.Label).OrderByDescending(s => s.Sum(p => p.Cost.Usd)).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key,
            StringComparer.Ordinal);
        var cost = Ledger.Cost(solved.Problem, purchases, solved.Decisions);
        return new(cost, Money.FromUsd(Math.Min(solved.Bound, (double)cost.PresentValue.Usd)), solved.Gap, main, how);
    }

    /// <summary>Places in an order in which neighbours on both sides are planned before: the first, the last, and then the middle of every two, the widest apart first.</summary>
    /// <param name="count">How many places there are.</param>
    public static IEnumerable<int> Middles(int count)
    {
        if (count > 0) yield return 0;
        if (count > 1) yield return count - 1;
        var between = new Queue<(int From, int To)>([(0, count - 1)]);
        while (between.TryDequeue(out var gap))
        {
            var middle = (gap.From + gap.To) / 2;
            if (middle == gap.From) continue;
            yield return middle;
            between.Enqueue((gap.From, middle));
            between.Enqueue((middle, gap.To));
        }
    }

    // With tighter limits nothing gets cheaper: a plan that a looser variant has and this one allows is as good here, and so is its bound.
    private SolvedProblem? Kept(PlanningProblem problem, Limits limits)
    {
        foreach (var (looser, solved) in found.Where(f => IsLooser(f.Limits, limits)).Reverse())
        {
            var here = solved.Problem with { CashPerMonth = problem.CashPerMonth, TotalCost = problem.TotalCost, ProviderShare = problem.ProviderShare };
            if (Recheck.Problems(here, solved.Decisions).IsEmpty) return solved with { Problem = here };
        }

        return null;
    }

    private static bool IsLooser(Limits a, Limits b) =>
        a.OffersPerWorkload == b.OffersPerWorkload
        && (a.CashPerMonth is not { } cash || (b.CashPerMonth is { } less && cash >= less))
        && (a.TotalCost is not { } total || (b.TotalCost is { } lower && total >= lower))
        && (a.ProviderShare is not { } share || (b.ProviderShare is { } smaller && share >= smaller));

    // First with the offers of the plan before alone, then with those of the plans before it and the cheapest.
    private SolvedProblem? Near(PlanningProblem problem, Limits limits)
    {
        if (near.IsEmpty) return null;
        // A neighbour with looser limits has a bound that holds here too; where that is too far away, this problem's own relaxation is asked.
        var known = found.Where(f => IsLooser(f.Limits, limits)).Select(f => f.Solved.Bound).DefaultIfEmpty(double.NegativeInfinity).Max();
        var asked = false;
        foreach (var offers in new[] { last, near })
        {
            var part = offers.Only(problem);
            // So few that none needs to be dropped again.
            if (offers == last && last.Most <= problem.OffersPerWorkload) part = part with { OffersPerWorkload = null };
            var solved = ProblemSolver.Solve(part, nearLimits, prove: false);
            if (!solved.HasPlan) continue;
            var most = Math.Min(usualGap + Wider, offers == last ? lastGap + Drift : double.PositiveInfinity);
            if (GapTo(solved, known) > most && !asked) (known, asked) = (Math.Max(known, ProblemSolver.Relaxation(problem, sharp: true)), true);
            if (GapTo(solved, known) <= most) return solved with { Bound = Math.Min(known, solved.PresentValue) };
        }

        return null;
    }

    private SolvedProblem Whole(PlanningProblem problem, Relaxed? draft = null) =>
        ProblemSolver.Solve(problem, new(settings.Gap, settings.MaximumNodes), prove: true, near: null, draft);

    // With the offers of the plans for the variants planned on both sides, which are judged by their gaps.
    private Answer? Between(PlanningProblem problem, int place)
    {
        var (before, after) = (planned.LastOrDefault(p => p.Key < place), planned.FirstOrDefault(p => p.Key > place));
        if (before.Value is null || after.Value is null) return null;
        var offers = new NearOffers(cheapest: 0);
        offers.Learn(before.Value.Purchases);
        offers.Learn(after.Value.Purchases);
        var part = offers.Only(problem);
        if (offers.Most <= problem.OffersPerWorkload) part = part with { OffersPerWorkload = null };
        var solved = ProblemSolver.Solve(part, nearLimits, prove: false);
        if (!solved.HasPlan) return null;
        var usual = Math.Max(before.Value.Gap, after.Value.Gap);
        bool IsEnough(double bound) => GapTo(solved, bound) <= usual + Wider;
        if (ProblemSolver.Relax(problem, (place - before.Key <= after.Key - place ? before : after).Value.End, IsEnough) is not { } draft) return null;
        solved = solved with { Bound = Math.Min(draft.Whole, solved.PresentValue) };
        if (IsEnough(draft.Whole)) return new(solved, VariantSource.Near, draft, usual);
        var whole = Whole(problem, draft);
        return whole.PresentValue < solved.PresentValue ? new(whole, VariantSource.Whole, draft) : new(solved, VariantSource.Near, draft);
    }

    private static double GapTo(SolvedProblem solved, double bound) => (solved with { Bound = Math.Min(bound, solved.PresentValue) }).Gap;
}
