using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// Finds a cheap plan that people can run: few different offers for each workload, each counted once however it is bought. The relaxation of the
/// whole problem gives the bound and says which offers are worth looking at. Among those, the relaxation does without one after the other,
/// each time the one that it misses least, until it uses few enough; the plan is then searched for among these. The bound is that of the problem
/// without this limit, so the gap holds the price of manageability too.
/// </summary>
internal static class FewOffers
{
    // So many times as many offers as are allowed are looked at, at first and then where the gap is wide.
    private static readonly int[] Breadths = [5, 4];

    // So many of the offers that are paid least are tried to do without at a time.
    private const int Candidates = 3;

    // With more than so many too many, the one that is paid least goes without a trial.
    private const int Close = 6;

    // With a gap wider than this, fewer offers are tried too.
    private const double Wide = 0.05;

    // With fewer than this the search misses nothing.
    private const int Fewest = 3;

    // An offer whose columns would have to be this much cheaper to enter the relaxation is still worth looking at.
    private const double Near = 0.25;

    // So many other offers of a workload are tried in the place of those it uses, and so many plans made for that; less than this share is not worth a change.
    private const int Others = 12;
    private const int MostSwaps = 15;
    private const double Cheaper = 1e-4;

    /// <summary>A plan with at most so many offers for each workload, or with as few more as the other limits force.</summary>
    /// <param name="draft">The problem without needless options, and its relaxation.</param>
    /// <param name="most">Most offers for each workload.</param>
    /// <param name="limits">When the search among the offers that are left stops.</param>
    /// <param name="sharp">False to be content with a quicker choice of offers.</param>
    /// <param name="search">Solves the problem with part of its options.</param>
    public static SolvedProblem Solve(Relaxed draft, int most, SolveLimits limits, bool sharp, Func<PlanningProblem, SolveLimits, SolvedProblem> search)
    {
        var reduced = draft.Problem;
        if (draft.Solution.ReducedCosts is not { } priced) return search(reduced, limits);
        var worth = draft.Formulation.Worth(draft.Solution.Values, priced);
        // Its bound is that of all offers.
        SolvedProblem Bounded(SolvedProblem plan) => plan with { Bound = Math.Min(plan.PresentValue, draft.Bound) };
        SolvedProblem? best = null;
        var searched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var breadth in sharp ? Breadths : Breadths[..1])
        {
            var near = reduced.Needs.Select((_, need) => Looked(worth, need).GroupBy(w => OfferOf(reduced, w.Source)).Take(breadth * Math.Max(Fewest, most))
                .SelectMany(g => g.Select(w => w.Source)).ToHashSet()).ToList();
            foreach (var chosen in Choices(draft, near, most, sharp ? Candidates : 1))
            {
                List<HashSet<int>> kept = [.. near.Select((own, need) => Kept(reduced, own, chosen[need]))];
                // A narrower look often ends at the same offers.
                if (!searched.Add(Written(kept))) continue;
                var found = search(Only(reduced, kept), limits with { Most = best?.PresentValue ?? double.PositiveInfinity });
                if (best is null || found.PresentValue < best.PresentValue) best = Bounded(found);
                if (best.Gap <= Wide || !sharp) break;
            }

            if (best is not null && best.Gap <= Wide) break;
        }

        if (best is not { HasPlan: true }) best = search(reduced, limits);
        if (!best.HasPlan) return best;
        SolvedProblem? Among(List<HashSet<string>> offers, double most = double.PositiveInfinity)
        {
            List<HashSet<int>> kept = [.. offers.Select(own => Kept(reduced, [.. Enumerable.Range(0, reduced.Sources.Length)], own))];
            return searched.Add(Written(kept)) ? search(Only(reduced, kept), limits with { Most = most }) : null;
        }

        best = Bounded(Fewer(reduced, best, most, offers => Among(offers)));
        if (sharp && best.Gap > Wide) best = Bounded(Swapped(reduced, worth, best, most, Among));
        return best with
        {
            Relaxation = draft.Plain,
            TightLimits = draft.Formulation.TightLimits(draft.Solution.Values),
        };
    }

    // What is worth looking at for a need, what the relaxation pays most for first.
    private static IEnumerable<OfferWorth> Looked(IReadOnlyList<OfferWorth> worth, int need) => worth.Where(w => w.Need == need && (w.Paid > 0 || w.Distance <= Near))
        .OrderByDescending(w => w.Paid).ThenBy(w => w.Distance).ThenBy(w => w.Source);

    private static List<HashSet<string>> Used(PlanningProblem problem, SolvedProblem plan) => [.. problem.Needs.Select((_, need) => plan.Decisions
        .Where(d => d.Need == need).Select(d => d.SourceIn(plan.Problem)).Where(source => source >= 0 && problem.Sources[source].Kind != PurchaseKind.Owned)
        .Select(source => OfferOf(problem, source)).ToHashSet(StringComparer.Ordinal))];

    // The relaxation among columns that are near keeps what others could do without. Where a workload uses more offers than it may, the one that is missed least goes, if any can.
    private static SolvedProblem Fewer(PlanningProblem problem, SolvedProblem best, int most, Func<List<HashSet<string>>, SolvedProblem?> among)
    {
        while (true)
        {
            var used = Used(problem, best);
            var without = used.SelectMany((own, need) => own.Count > most ? own.Order(StringComparer.Ordinal).Select(gone => With(used, need, own.Where(known => known != gone))) : [])
                .Select(among).OfType<SolvedProblem>().Where(found => found.HasPlan).MinBy(found => found.PresentValue);
            if (without is null) return best;
            best = without;
        }
    }

    private static List<HashSet<string>> With(List<HashSet<string>> used, int need, IEnumerable<string> offers) =>
        [.. used.Select((own, n) => n == need ? offers.ToHashSet(StringComparer.Ordinal) : own)];

    // What the relaxation would rather do without can be what whole numbers need: other offers are tried in the place of one that is used, or beside it, those first
    // that the relaxation pays most for, need by need, as long as that finds something cheaper.
    private static SolvedProblem Swapped(
        PlanningProblem problem, IReadOnlyList<OfferWorth> worth, SolvedProblem best, int most, Func<List<HashSet<string>>, double, SolvedProblem?> among)
    {
        var others = problem.Needs.Select((_, need) => Looked(worth, need).Where(w => problem.Sources[w.Source].Kind != PurchaseKind.Owned).Select(w => OfferOf(problem, w.Source)).Distinct().Take(Others).ToList()).ToList();
        var left = new int[others.Count];
        Array.Fill(left, MostSwaps);
        for (var improved = true; improved;)
        {
            improved = false;
            for (var need = 0; need < others.Count; need++)
                while (Better(need)) improved = true;
        }

        return best;

        bool Better(int need)
        {
            var used = Used(problem, best);
            foreach (var offer in others[need].Where(offer => !used[need].Contains(offer)))
                foreach (var gone in used[need].Count < most ? [""] : used[need].Order(StringComparer.Ordinal).ToList())
                {
                    if (left[need] == 0) return false;
                    if (among(With(used, need, used[need].Where(known => known != gone).Append(offer)), best.PresentValue * (1 - Cheaper)) is not { } found) continue;
                    left[need]--;
                    if (!found.HasPlan || found.PresentValue >= best.PresentValue * (1 - Cheaper)) continue;
                    best = found;
                    return true;
                }

            return false;
        }
    }

    private static string Written(List<HashSet<int>> kept) => string.Join(';', kept.Select(own => string.Join(',', own.Order())));

    private static HashSet<int> Kept(PlanningProblem problem, HashSet<int> sources, HashSet<string> offers) =>
        [.. sources.Where(source => offers.Contains(OfferOf(problem, source)))];

    private static string OfferOf(PlanningProblem problem, int source) => problem.Sources[source].Offer;

    // The few offers for each need, and then fewer still: what the relaxation splits among many can be dearer in whole numbers than among few. None
    // where nothing was found. As long as the relaxation uses too many for a need, it does without the one that it misses least.
    private static IEnumerable<List<HashSet<string>>> Choices(Relaxed draft, List<HashSet<int>> near, int most, int candidates)
    {
        var (problem, formulation) = (draft.Problem, draft.Formulation);
        var (looked, others) = (new List<(int Need, string Offer, int Column)>(), new HashSet<int>());
        var commitments = near.SelectMany(own => own).ToHashSet();
        foreach (var (need, source, column) in formulation.Uses())
        {
            if (problem.Sources[source].Kind == PurchaseKind.Owned) continue;
            if (near[need].Contains(source)) looked.Add((need, OfferOf(problem, source), column));
            else others.Add(column);
        }

        foreach (var (source, column) in formulation.Commitments())
            if (!commitments.Contains(source)) others.Add(column);
        var part = new ProgramPart(formulation.Program, column => !others.Contains(column) && draft.Solution.IsNear(formulation.Program, column, Near));
        var (program, place) = (part.Program, new Dictionary<int, int>(part.Columns.Length));
        for (var i = 0; i < part.Columns.Length; i++) place[part.Columns[i]] = i;
        var offers = new SortedDictionary<(int Need, string Offer), List<int>>();
        foreach (var own in looked.GroupBy(x => (x.Need, x.Offer))) offers[own.Key] = [.. own.Where(x => place.ContainsKey(x.Column)).Select(x => place[x.Column])];

        using var relaxation = new HeldRelaxation(program);
        if (relaxation.Drop([]) is not { } values) yield break;
        var kept = new HashSet<(int Need, string Offer)>();
        while (true)
        {
            var used = offers.Select(x => (x.Key, Amount: x.Value.Sum(column => Math.Abs(program.Cost[column] * values[column]) + (1e-6 * values[column]))))
                .Where(x => x.Amount > 1e-7).ToList();
            var over = used.GroupBy(x => x.Key.Need).Where(own => own.Count() > most)
                .Select(own => own.Where(x => !kept.Contains(x.Key)).OrderBy(x => x.Amount).Take(own.Count() > most + Close ? 1 : candidates).ToList()).FirstOrDefault(own => own.Count > 0);
            if (over is null)
            {
                yield return [.. problem.Needs.Select((_, need) => used.Where(x => x.Key.Need == need).Select(x => x.Key.Offer).ToHashSet(StringComparer.Ordinal))];
                most = Math.Min(most, used.GroupBy(x => x.Key.Need).Select(own => own.Count()).DefaultIfEmpty(0).Max()) * 2 / 3;
                if (most < Fewest) yield break;
                continue;
            }

            var (first, least) = (over[0].Key, double.PositiveInfinity);
            foreach (var (offer, _) in over.Count > 1 ? over : [])
                if (relaxation.Without(offers[offer], least) is var usd && usd < least) (first, least) = (offer, usd);
            // What nothing can do without stays.
            if (relaxation.Drop(offers[first]) is not { } point)
            {
                kept.Add(first);
                continue;
            }

            values = point;
            offers.Remove(first);
        }
    }

    // What is held is always looked at.
    private static PlanningProblem Only(PlanningProblem problem, List<HashSet<int>> sources) => problem with
    {
        Needs = [.. problem.Needs.Select((need, n) => Planner.Filter(need, source =>
            sources[n].Contains(source) || problem.Sources[source].Kind == PurchaseKind.Owned))],
    };
}
