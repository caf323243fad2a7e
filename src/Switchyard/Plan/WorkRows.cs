using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>The rows of training runs and of batch work.</summary>
internal sealed class WorkRows(ProgramDraft draft, InUse inUse, TermColumns terms, HashSet<int> direct)
{
    private readonly PlanningProblem problem = draft.Problem;

    /// <summary>How many runs are on at once at most when all are done in one way.</summary>
    public static int MostConcurrent(RunNeed runs, RunOption option) =>
        Payments.Concurrent(new(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]), option.Hours);

    /// <summary>Instances that do all the batch work of the busiest month in one way.</summary>
    public static double MostAtOnce(PlanningProblem problem, PileNeed piles, PileOption option) => piles.Piles
        .Select(p => Math.Ceiling((p.Requests / option.RequestsPerHour / Enumerable.Range(0, problem.Segments.Length)
            .Select(k => p.Window(problem, k)).Where(h => h > 0).DefaultIfEmpty(p.WindowHours).Min()) - 1e-9)).DefaultIfEmpty(0).Max();

    /// <summary>Adds training runs.</summary>
    public void AddRuns(int need, RunNeed runs)
    {
        var setups = new SetupRows(draft, need, runs);
        var done = runs.Groups.Select(g => draft.Row(g.Starts.Length, g.Starts.Length)).ToArray();
        var busy = new Dictionary<double, List<(int Month, List<List<(int Group, int Runs)>> Moments)>>();
        for (var o = 0; o < runs.Options.Length; o++)
        {
            var option = runs.Options[o];
            var source = problem.Sources[option.Source];
            if (source.Kind == PurchaseKind.Commitment) terms.Of(option.Source);
            // A group that has a run done this way holds gangs for all its runs: which of them it is stays open.
            var any = new int[runs.Groups.Length];
            var columns = new List<Term>();
            for (var g = 0; g < runs.Groups.Length; g++)
            {
                var count = runs.Groups[g].Starts.Length;
                var late = !source.IsPool && runs.Groups[g].Month > source.LastStart;
                var column = any[g] = draft.Column(late ? 0 : count, true, DecisionKind.DoRuns, need, o, g);
                columns.Add(new(column, 1));
                draft.Program.AddTerm(done[g], column, 1);
                if (count <= 1) continue;
                any[g] = draft.Auxiliary(1, whole: true);
                draft.AtLeast(0, new(any[g], count), new(column, -1));
            }

            if (!busy.TryGetValue(option.Hours, out var months)) busy[option.Hours] = months = [.. Payments.BusyMoments(problem.Horizon, runs, option.Hours)];
            foreach (var (month, moments) in months)
            {
                var gangs = moments.Select(on => on.Select(x => new Term(any[x.Group], (double)option.Gang * x.Runs)).ToArray()).ToList();
                var most = gangs.Max(on => on.Sum(x => x.Each));
                if (direct.Contains(option.Source)) Committed(option.Source, month, gangs);
                else inUse.Gangs(option.Source, month, option.Segments, most, gangs);
            }

            setups.Needs(option.Setup, columns);
        }

        setups.Close();
    }

    private void Committed(int source, int month, List<Term[]> gangs)
    {
        var there = terms.In(source, month).Select(c => new Term(c.Column, -c.Units)).ToList();
        foreach (var on in gangs) draft.Terms(draft.Row(double.NegativeInfinity, 0), [.. on, .. there]);
    }

    /// <summary>Adds batch work.</summary>
    public void AddPiles(int need, PileNeed piles)
    {
        var setups = new SetupRows(draft, need, piles);
        var done = piles.Piles.Select(p => draft.Row(p.Requests, double.PositiveInfinity)).ToArray();
        for (var o = 0; o < piles.Options.Length; o++)
        {
            var option = piles.Options[o];
            var source = problem.Sources[option.Source];
            if (source.Kind == PurchaseKind.Commitment) terms.Of(option.Source);
            var columns = new List<Term>();
            if (!option.Blocks.IsEmpty) columns.AddRange(InBlocks(need, piles, o, done));
            for (var p = 0; p < piles.Piles.Length && option.Blocks.IsEmpty; p++)
            {
                if (source.IsPool && !direct.Contains(option.Source)) columns.AddRange(InSegments(need, piles, o, p, done[p]));
                else columns.Add(new(Even(need, piles, o, p, done[p]), 1));
            }

            setups.Needs(option.Setup, columns);
        }

        setups.Close();
    }

    // Work that is spread evenly over the window.
    private int Even(int need, PileNeed piles, int o, int p, int done)
    {
        var (option, pile) = (piles.Options[o], piles.Piles[p]);
        var source = problem.Sources[option.Source];
        var late = !source.IsPool && pile.Month > source.LastStart;
        var hours = late ? 0 : pile.Requests / option.RequestsPerHour;
        var tokens = source.Kind == PurchaseKind.Tokens;
        var column = draft.Column(hours, false, tokens ? DecisionKind.BuyTokens : DecisionKind.WorkPile, need, o, p);
        draft.Program.AddTerm(done, column, option.RequestsPerHour);
        if (direct.Contains(option.Source))
        {
            var row = draft.AtLeast(0, new Term(column, -1));
            foreach (var cohort in terms.In(option.Source, pile.Month)) draft.Program.AddTerm(row, cohort.Column, cohort.Units * pile.WindowHours);
            return column;
        }

        var each = 1 / (tokens ? pile.WindowHours * 3600 : pile.WindowHours);
        for (var k = 0; k < problem.Segments.Length; k++)
            if (pile.Window(problem, k) > 0) inUse.At(option.Source, new(pile.Month, k, pile.Future), column, each, hours * each);
        return column;
    }

    // Instances booked in blocks are there for all futures of a month, whether they work or not, and for as long as their blocks last.
    private IEnumerable<Term> InBlocks(int need, PileNeed piles, int o, int[] done)
    {
        var option = piles.Options[o];
        foreach (var month in Enumerable.Range(0, piles.Piles.Length).GroupBy(p => piles.Piles[p].Month))
        {
            var chain = option.Blocks[month.First()];
            var late = chain.Paid(problem.Horizon, 1).Any(paid => paid.Month > problem.Sources[option.Source].LastStart);
            var most = late ? 0 : Math.Ceiling((month.Max(p => piles.Piles[p].Requests) / option.RequestsPerHour / chain.UsefulHours) - 1e-9);
            var booked = draft.Column(most, true, DecisionKind.BookBlock, need, o, month.First());
            yield return new(booked, 1);
            foreach (var p in month)
            {
                var hours = late ? 0 : piles.Piles[p].Requests / option.RequestsPerHour;
                var column = draft.Column(hours, false, DecisionKind.WorkPile, need, o, p);
                draft.Program.AddTerm(done[p], column, option.RequestsPerHour);
                draft.AtLeast(0, new(booked, chain.UsefulHours), new(column, -1));
                yield return new(column, 1);
            }

            foreach (var (at, _) in chain.Held(problem.Horizon))
                for (var k = 0; k < problem.Segments.Length; k++)
                    for (var f = 0; f < problem.Futures.Length; f++) inUse.At(option.Source, new(at, k, f), booked, 1, most);
        }
    }

    // Work on a pool goes where the window has room: a column for each load segment.
    private IEnumerable<Term> InSegments(int need, PileNeed piles, int o, int p, int done)
    {
        var (option, pile) = (piles.Options[o], piles.Piles[p]);
        for (var k = 0; k < problem.Segments.Length; k++)
        {
            var window = pile.Window(problem, k);
            if (window <= 0) continue;
            var hours = pile.Requests / option.RequestsPerHour;
            var column = draft.Column(hours, false, DecisionKind.WorkSegment, need, o, (p * problem.Segments.Length) + k);
            draft.Program.AddTerm(done, column, option.RequestsPerHour);
            inUse.At(option.Source, new(pile.Month, k, pile.Future), column, 1 / window, hours / window);
            yield return new(column, 1);
        }
    }
}
