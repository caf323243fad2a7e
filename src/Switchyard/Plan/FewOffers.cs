using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// Finds a cheap plan that people can run: few different offers for each workload. The relaxation of the whole problem gives the bound and
/// says which offers are worth looking at; a plan from those is then thinned, one offer at a time, the one that is paid least first, and solved
/// again on what is left. The bound is that of the problem without this limit, so the gap holds the price of manageability too.
/// </summary>
internal static class FewOffers
{
    // So many times as many offers as are allowed are looked at.
    private const int Breadth = 5;

    // While offers are still being dropped, a plan this near to its best will do.
    private const double RoughGap = 0.01;
    private const int RoughNodes = 15;

    // An offer whose columns would have to be this much cheaper to enter the relaxation is still worth looking at.
    private const double Near = 0.25;

    /// <summary>A plan with at most so many offers for each workload, or with as few more as the other limits force.</summary>
    /// <param name="draft">The problem without needless options, and its relaxation.</param>
    /// <param name="most">Most offers for each workload.</param>
    /// <param name="limits">When the search among the offers that are left stops; those before it stop sooner.</param>
    /// <param name="rough">Solves the problem with part of its options, content with a good plan.</param>
    /// <param name="exact">The same as far as the limits allow.</param>
    public static SolvedProblem Solve(
        Relaxed draft, int most, SolveLimits limits,
        Func<PlanningProblem, SolveLimits, SolvedProblem> rough, Func<PlanningProblem, SolveLimits, SolvedProblem> exact)
    {
        var reduced = draft.Problem;
        if (draft.Solution.ReducedCosts is not { } priced) return exact(reduced, limits);
        var soon = new SolveLimits(Math.Max(limits.RelativeGap, RoughGap), Math.Min(limits.MaximumNodes, RoughNodes));
        var worth = draft.Formulation.Worth(draft.Solution.Values, priced);
        var chosen = reduced.Needs.Select((_, need) => worth.Where(w => w.Need == need && (w.Paid > 0 || w.Distance <= Near))
            .OrderByDescending(w => w.Paid).ThenBy(w => w.Distance).ThenBy(w => w.Source).Take(Math.Max(12, Breadth * most))
            .Select(w => w.Source).ToHashSet()).ToList();
        var best = rough(Only(reduced, chosen), soon);
        if (!best.HasPlan) best = exact(reduced, limits);
        if (!best.HasPlan) return best;
        best = Thin(reduced, best, most, part => rough(part, soon));
        var left = Only(reduced, SourcesOf(reduced, Used(best)));
        if (limits.RelativeGap < soon.RelativeGap && exact(left, limits) is { HasPlan: true } sharp && sharp.PresentValue <= best.PresentValue) best = sharp;
        return best with
        {
            Relaxation = draft.Bound,
            Bound = Math.Min(best.PresentValue, draft.Bound),
            TightLimits = draft.Formulation.TightLimits(draft.Solution.Values),
        };
    }

    // Half of the offers too many go at once; where nothing is left that works, one at a time, and one that cannot go stays.
    private static SolvedProblem Thin(PlanningProblem reduced, SolvedProblem best, int most, Func<PlanningProblem, SolvedProblem> solve)
    {
        var kept = new List<Use>();
        var oneByOne = false;
        while (true)
        {
            var used = Used(best);
            var drop = used.GroupBy(u => u.Need).SelectMany(own =>
            {
                var excess = own.Count() - most;
                return own.Where(u => !kept.Exists(k => k.Need == u.Need && k.Source == u.Source)).OrderBy(u => u.Usd).ThenBy(u => u.Source)
                    .Take(excess <= 0 ? 0 : oneByOne ? 1 : (excess + 1) / 2);
            }).ToList();
            if (oneByOne) drop = [.. drop.Take(1)];
            if (drop.Count == 0) return best;
            var thinner = solve(Only(reduced, SourcesOf(reduced, used.Except(drop))));
            if (thinner.HasPlan) best = thinner;
            else if (drop.Count > 1) oneByOne = true;
            else kept.AddRange(drop);
        }
    }

    private static List<HashSet<int>> SourcesOf(PlanningProblem problem, IEnumerable<Use> uses)
    {
        var sources = problem.Needs.Select(_ => new HashSet<int>()).ToList();
        foreach (var use in uses) sources[use.Need].Add(use.Source);
        return sources;
    }

    private sealed record Use(int Need, int Source, double Usd);

    // What is bought from for each need, held machines aside; what is committed to for several counts by how much each uses of it.
    private static List<Use> Used(SolvedProblem solved)
    {
        var needs = solved.Problem.Needs.Select((n, i) => (n.Workload, i)).ToDictionary(x => x.Workload, x => x.i, StringComparer.Ordinal);
        var sources = new Dictionary<Source, int>(ReferenceEqualityComparer.Instance);
        for (var s = 0; s < solved.Problem.Sources.Length; s++) sources[solved.Problem.Sources[s]] = s;
        return
        [
            .. Ledger.Purchases(solved.Problem, solved.Decisions).Where(p => p.Source.Kind != PurchaseKind.Owned && !p.IsSetup)
                .GroupBy(p => (Need: needs[p.Workload], Source: sources[p.Source])).OrderBy(g => g.Key)
                .Select(g => new Use(g.Key.Need, g.Key.Source, (double)g.Sum(p => p.Cost.Usd))),
        ];
    }

    // What is held is always looked at.
    private static PlanningProblem Only(PlanningProblem problem, List<HashSet<int>> sources) => problem with
    {
        Needs = [.. problem.Needs.Select((need, n) => Planner.Filter(need, source =>
            sources[n].Contains(source) || problem.Sources[source].Kind == PurchaseKind.Owned))],
    };
}
