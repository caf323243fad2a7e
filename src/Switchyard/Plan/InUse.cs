using System.Runtime.InteropServices;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>A load segment of a month in a future.</summary>
/// <param name="Month">Zero-based; may lie beyond the horizon.</param>
/// <param name="Segment">Index of the segment.</param>
/// <param name="Future">Index of the future.</param>
internal readonly record struct Moment(int Month, int Segment, int Future);

/// <summary>
/// Which columns use how many instances of each source at which time, and the rows that follow: a pool is not used beyond what is there, and
/// quotas, availability and power hold in every load segment. Runs count with the busiest time of the month that they touch.
/// </summary>
internal sealed class InUse(ProgramDraft draft)
{
    private readonly PlanningProblem problem = draft.Problem;
    private readonly SortedDictionary<int, Use> uses = [];

    // What a month has stated so far.
    private readonly HashSet<List<Term>> stated = new(SameTerms);

    /// <summary>Notes instances at work in a load segment, at most so many in any plan worth having.</summary>
    public void At(int source, Moment moment, int column, double each, double most) =>
        UseOf(source).In(moment.Month).At((moment.Segment * problem.Futures.Length) + moment.Future).Add(new(column, each), most);

    /// <summary>Notes gangs of runs that are on in a month, at each time that could be the busiest.</summary>
    public void Gangs(int source, int month, uint segments, double most, List<Term[]> times) =>
        UseOf(source).In(month).Runs.Add(new(segments, most, times));

    /// <summary>Notes instances, at most so many, that are there from one month to another whether used or not. Terms that overlap add up.</summary>
    public void There(int source, int from, int until, int column, double units, double most) =>
        UseOf(source).Cohorts.Add((from, until, column, units, most));

    /// <summary>Adds the rows. Pools in <paramref name="direct"/> are used by all their cohorts at all times and need none.</summary>
    public void AddRows(HashSet<int> direct)
    {
        foreach (var (source, use) in uses)
        {
            var own = problem.Sources[source];
            if (own.IsPool && !direct.Contains(source)) Pool(own, use);
            else if (own.Kind is not PurchaseKind.Commitment && !own.IsPool) Offered(source, own);
            if (own is { Kind: PurchaseKind.Commitment, MaxCount: { } most })
                foreach (var month in Months(use)) Limit(most, null, [(source, 1)], month);
        }

        foreach (var limit in problem.CapacityLimits)
        {
            var members = limit.Sources.Select((s, at) => (s, limit.Weight(problem, at))).Where(x => uses.ContainsKey(x.s)).ToArray();
            foreach (var month in members.SelectMany(x => Months(uses[x.s])).Distinct().Order()) Limit(limit.Most, limit.Path, members, month);
        }
    }

    private IEnumerable<int> Months(Use use)
    {
        return use.Months.Keys.Concat(use.Cohorts.SelectMany(c => Enumerable.Range(c.From, Math.Max(0, Math.Min(problem.Horizon.Months, c.Until) - c.From)))).Distinct().Order();
    }

    private void Offered(int source, Source own)
    {
        if ((own.Kind == PurchaseKind.Tokens ? own.MaxPerSecond : own.MaxCount) is not { } most) return;
        foreach (var month in Months(uses[source])) Limit(most, null, [(source, 1)], month);
    }

    // What is used of a pool is there.
    private void Pool(Source own, Use use)
    {
        foreach (var (month, busy) in use.Months)
        {
            Term[] there = [.. use.Cohorts.Where(c => c.From <= month && month < c.Until).Select(c => new Term(c.Column, -c.Units))];
            var held = own.Kind == PurchaseKind.Owned ? own.MostAt(month) ?? 0 : 0;
            stated.Clear();
            foreach (var moment in MomentsOf([busy]))
            {
                busy.Moments.TryGetValue(moment, out var at);
                var runs = busy.Runs.Where(r => IsOn(r, moment)).Select(r => (r, 1.0)).ToList();
                if (own.Kind == PurchaseKind.Owned && (at?.Most ?? 0) + runs.Sum(r => r.r.Most) <= held + 1e-9) continue;
                foreach (var alternative in Alternatives(at?.Terms ?? [], runs))
                {
                    if (alternative.Count == 0 || !stated.Add(alternative)) continue;
                    if (there.Length == 0 && alternative is [var (alone, each)] && draft.Program.IsInteger(alone))
                    {
                        Bound(alone, held / each);
                        continue;
                    }

                    var row = draft.Row(double.NegativeInfinity, held);
                    draft.Terms(row, CollectionsMarshal.AsSpan(alternative));
                    draft.Terms(row, there);
                }
            }
        }
    }

    // Σ weight × in use ≤ most, in each load segment of a month. Commitments count as a whole, used or not.
    private void Limit(double most, string? path, (int Source, double Weight)[] members, int month)
    {
        var there = new List<Term>();
        var mostThere = 0.0;
        foreach (var (source, weight) in members)
        {
            if (problem.Sources[source].Kind != PurchaseKind.Commitment || !uses.TryGetValue(source, out var use)) continue;
            var cohorts = use.Cohorts.Where(c => c.From <= month && month < c.Until).ToList();
            there.AddRange(cohorts.Select(c => new Term(c.Column, c.Units * weight)));
            mostThere += cohorts.Sum(c => c.Most) * weight;
        }

        var byHour = members.Where(x => problem.Sources[x.Source].Kind != PurchaseKind.Commitment && uses[x.Source].Months.ContainsKey(month))
            .Select(x => (Busy: uses[x.Source].Months[month], x.Weight)).ToList();
        stated.Clear();
        foreach (var moment in MomentsOf([.. byHour.Select(x => x.Busy)]))
        {
            var terms = new List<Term>(there);
            var runs = new List<(RunUse Run, double Weight)>();
            var together = mostThere;
            foreach (var (busy, weight) in byHour)
            {
                if (busy.Moments.TryGetValue(moment, out var at))
                {
                    terms.AddRange(at.Terms.Select(t => t with { Each = t.Each * weight }));
                    together += at.Most * weight;
                }

                foreach (var run in busy.Runs.Where(r => IsOn(r, moment)))
                {
                    runs.Add((run, weight));
                    together += run.Most * weight;
                }
            }

            if (together <= most + 1e-9) continue;
            foreach (var alternative in Alternatives(terms, runs))
            {
                if (!stated.Add(alternative)) continue;
                if (alternative is [var (alone, each)] && draft.Program.IsInteger(alone))
                {
                    if (path is not null) draft.LimitRows.Add((path, -1));
                    Bound(alone, most / each);
                }
                else
                {
                    draft.Terms(draft.Row(double.NegativeInfinity, most, path), CollectionsMarshal.AsSpan(alternative));
                }
            }
        }
    }

    private void Bound(int column, double most) =>
        draft.Program.SetColumnBounds(column, 0, Math.Min(draft.Program.ColumnUpper[column], Math.Floor(most + 1e-9)));

    // Segments and futures of a month in which something is at work.
    private IEnumerable<int> MomentsOf(List<Busy> some)
    {
        if (some is [{ Runs.Count: 0, Moments.Count: > 0 } alone]) return alone.Moments.Keys;
        // Where only runs and commitments count, one moment for each set of segments that runs know stands for all.
        var moments = some.SelectMany(busy => busy.Moments.Keys).ToHashSet();
        return moments.Count > 0 && some.TrueForAll(busy => busy.Runs.Count == 0) ? moments.Order() : Enumerable.Range(0, problem.Segments.Length * problem.Futures.Length);
    }

    private bool IsOn(RunUse run, int moment) => run.IsOn(moment / problem.Futures.Length);

    // Alone, each of a run's busy times is a row; beside others, a column at least as large as each stands for them.
    private IEnumerable<List<Term>> Alternatives(List<Term> terms, List<(RunUse Run, double Weight)> runs) => runs.Count == 0 ? [terms] : With(terms, runs);

    private IEnumerable<List<Term>> With(List<Term> terms, List<(RunUse Run, double Weight)> runs)
    {
        if (runs is [var (only, factor)] && (terms.Count == 0 || only.Times.Count == 1))
        {
            foreach (var time in only.Times) yield return [.. terms, .. time.Select(t => t with { Each = t.Each * factor })];
            yield break;
        }

        var all = new List<Term>(terms);
        foreach (var (run, weight) in runs)
        {
            if (run.Times is [var time]) all.AddRange(time.Select(t => t with { Each = t.Each * weight }));
            else all.Add(new(Peak(run), weight));
        }

        yield return all;
    }

    private int Peak(RunUse run)
    {
        if (run.Peak is { } known) return known;
        var peak = draft.Auxiliary(run.Most);
        run.Peak = peak;
        foreach (var time in run.Times) draft.Terms(draft.AtLeast(0, new Term(peak, 1)), time, -1);
        return peak;
    }

    private static readonly IEqualityComparer<List<Term>> SameTerms = EqualityComparer<List<Term>>.Create(
        (a, b) => a is not null && b is not null && CollectionsMarshal.AsSpan(a).SequenceEqual(CollectionsMarshal.AsSpan(b)),
        // Their ends tell nearly all of them apart.
        terms => terms is [var first, .., var last] ? HashCode.Combine(terms.Count, first, last) : terms is [var only] ? only.GetHashCode() : 0);

    private Use UseOf(int source)
    {
        if (!uses.TryGetValue(source, out var use)) uses[source] = use = new();
        return use;
    }

    private sealed class Use
    {
        public SortedDictionary<int, Busy> Months { get; } = [];

        public List<(int From, int Until, int Column, double Units, double Most)> Cohorts { get; } = [];

        public Busy In(int month)
        {
            if (!Months.TryGetValue(month, out var busy)) Months[month] = busy = new();
            return busy;
        }
    }

    // What is at work in a month.
    private sealed class Busy
    {
        // By segment, and in it by future.
        public SortedList<int, Together> Moments { get; } = [];

        public List<RunUse> Runs { get; } = [];

        public Together At(int moment)
        {
            if (!Moments.TryGetValue(moment, out var together)) Moments[moment] = together = new();
            return together;
        }
    }

    private sealed class Together
    {
        public List<Term> Terms { get; } = new(1);

        public double Most { get; private set; }

        public void Add(Term term, double most)
        {
            Terms.Add(term);
            Most += most;
        }
    }

    private sealed class RunUse(uint segments, double most, List<Term[]> times)
    {
        public bool IsOn(int segment) => (segments >> segment & 1) != 0;

        public double Most => most;

        public List<Term[]> Times => times;

        public int? Peak { get; set; }
    }
}
