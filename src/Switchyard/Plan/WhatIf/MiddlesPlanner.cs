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
    // By place.
    private readonly SortedDictionary<int, Neighbour> planned = [];

    private sealed record Neighbour(ImmutableArray<Purchase> Purchases, double Gap, ColumnGeneration.End? End);

    // Draft: a relaxation of the whole problem. MostGap: of a gap wider than this the rest is its bound's fault, and not to be expected of neighbours.
    private sealed record Answer(SolvedProblem Solved, VariantSource How, Relaxed? Draft = null, double MostGap = double.PositiveInfinity);

    /// <summary>Plans variants.</summary>
    /// <param name="variants">The variants; those next to each other are alike.</param>
    /// <param name="done">Told of each that is planned, by whoever planned it.</param>
    /// <returns>What each comes to; null where there is no plan within its limits.</returns>
    /// <exception cref="SearchStoppedException">The solver's limits came before an answer.</exception>
    public ImmutableArray<Variant?> Plan(IReadOnlyList<Scenario> variants, Action done)
    {
        planned.Clear();
        var all = new Variant?[variants.Count];
        foreach (var level in Levels(variants.Count))
        {
            var found = new Neighbour?[level.Length];
            settings.SideBySide([.. level.Select((place, i) => (Action)(() =>
            {
                (all[place], found[i]) = One(variants[place], place);
                done();
            }))]);
            for (var i = 0; i < level.Length; i++)
                if (found[i] is { } neighbour) planned[level[i]] = neighbour;
        }

        return [.. all];
    }

    /// <summary>Places in an order in which neighbours on both sides are planned before: the first and the last, and then the middles of all that lie next to each other until then.</summary>
    /// <param name="count">How many places there are.</param>
    public static IEnumerable<int[]> Levels(int count)
    {
        if (count == 0) yield break;
        yield return count == 1 ? [0] : [0, count - 1];
        List<(int From, int To)> between = [(0, count - 1)];
        while ((between = [.. between.Where(gap => gap.To - gap.From > 1)]).Count > 0)
        {
            yield return [.. between.Select(Middle)];
            between = [.. between.SelectMany(gap => new[] { (gap.From, Middle(gap)), (Middle(gap), gap.To) })];
        }

        static int Middle((int From, int To) gap) => (gap.From + gap.To) / 2;
    }

    private (Variant? Variant, Neighbour? Neighbour) One(Scenario variant, int place)
    {
        var problem = new ProblemBuilder(variant, prices, performance).Build().Problem;
        var answer = Between(problem, place) ?? new(Whole(problem), VariantSource.Whole);
        var solved = answer.Solved;
        if (!solved.HasPlan) return solved.Status == SolveStatus.Infeasible ? (null, null) : throw new SearchStoppedException(settings.MaximumNodes);
        var purchases = Ledger.Purchases(solved.Problem, solved.Decisions);
        return (Variant.Of(solved, purchases, answer.How), new(purchases, Math.Min(solved.Gap, answer.MostGap), (answer.Draft ?? solved.Draft)?.End));
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
        var solved = offers.Search(problem, settings);
        if (!solved.HasPlan) return null;
        var usual = Math.Max(before.Value.Gap, after.Value.Gap);
        bool IsEnough(double bound) => NearOffers.GapTo(solved, bound) <= usual + NearOffers.Wider;
        if (ProblemSolver.Relax(problem, (place - before.Key <= after.Key - place ? before : after).Value.End, IsEnough) is not { } draft) return null;
        solved = solved with { Bound = Math.Min(draft.Whole, solved.PresentValue) };
        if (IsEnough(draft.Whole)) return new(solved, VariantSource.Near, draft, usual);
        var whole = Whole(problem, draft);
        return whole.PresentValue < solved.PresentValue ? new(whole, VariantSource.Whole, draft) : new(solved, VariantSource.Near, draft);
    }
}
