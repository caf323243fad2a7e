using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan.WhatIf;

/// <summary>
/// Plans variants of a scenario of which those next to each other are alike, such as rising loads: the first and the last as a whole, and then always what lies in the middle of two planned ones, among the
/// offers of those two. What lies between others does not depend on it, and is planned beside it where the host lends its cores; the answers are the same. Explains nothing.
/// </summary>
/// <param name="prices">What can be had.</param>
/// <param name="performance">What workloads do on hardware.</param>
/// <param name="settings">When the solver may stop, and who lends cores.</param>
public sealed class MiddlesPlanner(PriceBook prices, RememberedPerformance performance, PlannerSettings settings)
{
    private sealed record Neighbour(int Place, ImmutableArray<Purchase> Purchases, double Gap, ColumnGeneration.End? End);

    // Places of which the first and the last are planned, and what those come to; where there is no plan for one, the next that has one counts.
    private sealed record Span(int First, int Last, Neighbour? Before, Neighbour? After)
    {
        public int Length => Last - First;

        public int Middle => (First + Last) / 2;

        public IEnumerable<Span> Halves(Neighbour? middle) => [new(First, Middle, Before, middle ?? After), new(Middle, Last, middle ?? Before, After)];
    }

    // Draft: a relaxation of the whole problem. MostGap: of a gap wider than this the rest is its bound's fault, and not to be expected of neighbours.
    private sealed record Answer(SolvedProblem Solved, VariantSource How, Relaxed? Draft = null, double MostGap = double.PositiveInfinity);

    /// <summary>Plans variants, and beside them the scenario that they are variants of.</summary>
    /// <param name="unchanged">The scenario, which is planned as a whole.</param>
    /// <param name="variants">The variants; those next to each other are alike.</param>
    /// <param name="done">Told of each variant that is planned, by whoever planned it.</param>
    /// <returns>What each comes to; null where there is no plan within its limits.</returns>
    /// <exception cref="SearchStoppedException">The solver's limits came before an answer.</exception>
    public (Variant? Unchanged, ImmutableArray<Variant?> Variants) Plan(Scenario unchanged, IReadOnlyList<Scenario> variants, Action done)
    {
        using var agenda = new Agenda(variants.Count + 1);
        var (all, ends, before) = (new Variant?[variants.Count], new Neighbour?[Math.Min(2, variants.Count)], (Variant?)null);
        var left = ends.Length;
        // The last of loads that rise takes longest.
        for (var end = ends.Length - 1; end >= 0; end--)
        {
            var own = end;
            agenda.Add(int.MaxValue, () =>
            {
                ends[own] = One(own * (variants.Count - 1), null, null);
                if (Interlocked.Decrement(ref left) == 0) Open(new(0, variants.Count - 1, ends[0], ends[^1]));
            });
        }

        agenda.Add(int.MaxValue, () => before = Plan(unchanged, 0, null, null).Variant);
        agenda.Run(settings.SideBySide);
        return (before, [.. all]);

        Neighbour? One(int place, Neighbour? before, Neighbour? after)
        {
            (all[place], var neighbour) = Plan(variants[place], place, before, after);
            done();
            return neighbour;
        }

        // What most others wait for first.
        void Open(Span span)
        {
            if (span.Length < 2) return;
            agenda.Add(span.Length, () =>
            {
                foreach (var half in span.Halves(One(span.Middle, span.Before, span.After))) Open(half);
            });
        }
    }

    private (Variant? Variant, Neighbour? Neighbour) Plan(Scenario variant, int place, Neighbour? before, Neighbour? after)
    {
        var problem = new ProblemBuilder(variant, prices, performance).Build().Problem;
        var answer = (before is not null && after is not null ? Between(problem, place, before, after) : null) ?? new(Whole(problem), VariantSource.Whole);
        var solved = answer.Solved;
        if (!solved.HasPlan) return solved.Status == SolveStatus.Infeasible ? (null, null) : throw new SearchStoppedException(settings.MaximumNodes);
        var purchases = Ledger.Purchases(solved.Problem, solved.Decisions);
        return (Variant.Of(solved, purchases, answer.How), new(place, purchases, Math.Min(solved.Gap, answer.MostGap), (answer.Draft ?? solved.Draft)?.End));
    }

    private SolvedProblem Whole(PlanningProblem problem, Relaxed? draft = null) =>
        ProblemSolver.Solve(problem, settings.Limits, prove: true, near: null, draft);

    // With the offers of the plans for the variants planned on both sides, which are judged by their gaps.
    private Answer? Between(PlanningProblem problem, int place, Neighbour before, Neighbour after)
    {
        var offers = new NearOffers(cheapest: 0);
        offers.Learn(before.Purchases);
        offers.Learn(after.Purchases);
        var solved = offers.Search(problem, settings);
        if (!solved.HasPlan) return null;
        var usual = Math.Max(before.Gap, after.Gap);
        bool IsEnough(double bound) => NearOffers.GapTo(solved, bound) <= usual + NearOffers.Wider;
        if (ProblemSolver.Relax(problem, (place - before.Place <= after.Place - place ? before : after).End, IsEnough) is not { } draft) return null;
        solved = solved with { Bound = Math.Min(draft.Whole, solved.PresentValue) };
        if (IsEnough(draft.Whole)) return new(solved, VariantSource.Near, draft, usual);
        var whole = Whole(problem, draft);
        return whole.PresentValue < solved.PresentValue ? new(whole, VariantSource.Whole, draft) : new(solved, VariantSource.Near, draft);
    }
}
