using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan.WhatIf;

/// <summary>
/// Plans variants of a scenario one after the other, sharing what they have in common: predictions, the problem where only money limits
/// differ, and the plans found before. Explains nothing: plan a variant by itself for that. Where more than money limits differ see <see cref="MiddlesPlanner"/>.
/// </summary>
/// <param name="prices">What can be had.</param>
/// <param name="performance">What workloads do on hardware.</param>
/// <param name="settings">When the solver may stop.</param>
public sealed class VariantPlanner(PriceBook prices, RememberedPerformance performance, PlannerSettings settings)
{
    /// <summary>Paths of limits that change no option, only what may be spent.</summary>
    public static readonly ImmutableHashSet<string> MoneyLimits = ["limits.budget", "limits.budget.cash", "limits.budget.total", "limits.provider_share"];

    // One from the offers of the plan before alone may be this much worse than that: else small losses would add up along the way.
    private const double Drift = 0.001;

    // Neighbours further away buy other things.
    private const int Neighbours = 6;

    private readonly NearOffers near = new(Neighbours);
    private readonly NearOffers last = new(plans: 1, cheapest: 0);
    private readonly List<(Limits Limits, SolvedProblem Solved)> found = [];
    private readonly List<Limits> impossible = [];
    private BuiltProblem? built;
    private double usualGap = double.PositiveInfinity;
    private double lastGap;

    /// <summary>Plans a variant; null where there is no plan within its limits.</summary>
    /// <param name="variant">The scenario.</param>
    /// <param name="sameOptions">Whether it differs from the one before in money limits alone (<see cref="MoneyLimits"/>).</param>
    public Variant? Plan(Scenario variant, bool sameOptions)
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
        var (solved, how) = Kept(problem, limits) is { } kept ? (kept, VariantSource.Kept)
            : sameOptions && Near(problem, limits) is { } nearby ? (nearby, VariantSource.Near)
            : (ProblemSolver.Solve(problem, settings.Limits), VariantSource.Whole);
        if (!solved.HasPlan)
        {
            if (solved.Status != SolveStatus.Infeasible) throw new SearchStoppedException(settings.MaximumNodes);
            impossible.Add(limits);
            return null;
        }

        // Whole searches, which are not exact either, raise what is usual by a little at a time.
        if (how == VariantSource.Whole) usualGap = Math.Min(solved.Gap, usualGap + NearOffers.Wider);
        lastGap = solved.Gap;
        found.Add((limits, solved));
        var purchases = Ledger.Purchases(solved.Problem, solved.Decisions);
        near.Learn(purchases);
        last.Learn(purchases);
        return Variant.Of(solved, purchases, how);
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
            var solved = offers.Search(problem, settings);
            if (!solved.HasPlan) continue;
            var most = Math.Min(usualGap + NearOffers.Wider, offers == last ? lastGap + Drift : double.PositiveInfinity);
            if (NearOffers.GapTo(solved, known) > most && !asked) (known, asked) = (Math.Max(known, ProblemSolver.Relaxation(problem, sharp: true)), true);
            if (NearOffers.GapTo(solved, known) <= most) return solved with { Bound = Math.Min(known, solved.PresentValue) };
        }

        return null;
    }
}
