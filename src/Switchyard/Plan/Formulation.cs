using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>What the relaxation thinks of a source for a need.</summary>
/// <param name="need">Index of the need.</param>
/// <param name="source">Index of the source.</param>
internal sealed class OfferWorth(int need, int source)
{
    /// <summary>Index of the need.</summary>
    public int Need => need;

    /// <summary>Index of the source.</summary>
    public int Source => source;

    /// <summary>What the relaxation pays for it, in US dollars of present value.</summary>
    public double Paid { get; set; }

    /// <summary>By which share its best column would have to be cheaper to be bought.</summary>
    public double Distance { get; set; } = double.PositiveInfinity;
}

/// <summary>
/// The mixed-integer program of a planning problem: which column decides what, and which rows say what a plan must satisfy. The letters
/// in the comments are those of docs/model/planning.md.
/// </summary>
internal sealed class Formulation
{
    private readonly PlanningProblem problem;
    private readonly ProgramDraft draft;
    private readonly HashSet<int> direct;

    private Formulation(PlanningProblem problem)
    {
        this.problem = problem;
        draft = new(problem);
        direct = Direct(problem);
    }

    /// <summary>The program, ready to be solved.</summary>
    public MixedIntegerProgram Program => draft.Program;

    /// <summary>Builds the program of a problem.</summary>
    public static Formulation Of(PlanningProblem problem)
    {
        var formulation = new Formulation(problem);
        formulation.Add();
        return formulation;
    }

    private void Add()
    {
        var inUse = new InUse(draft);
        var terms = new TermColumns(draft, inUse);
        var services = new ServiceRows(draft, inUse, terms, direct);
        var work = new WorkRows(draft, inUse, terms, direct);
        terms.Want(problem, direct);
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            switch (problem.Needs[need])
            {
                case ServiceNeed service: services.Add(need, service); break;
                case RunNeed runs: work.AddRuns(need, runs); break;
                case PileNeed piles: work.AddPiles(need, piles); break;
                default: throw new InvalidOperationException("A need without a formulation.");
            }
        }

        inUse.AddRows(direct);
        new MoneyRows(draft).Add();
    }

    // Commitments that only one option of one need could use: what is committed to works for it at all times, and no column says so. Where its
    // use costs something on top, or is charged to a team, it may stand idle.
    private static HashSet<int> Direct(PlanningProblem problem)
    {
        var options = new Dictionary<int, int>();
        var costly = problem.Needs.OfType<ServiceNeed>().SelectMany(s => s.Options).Where(o => o.CostPerRequest > 0).Select(o => o.Source).ToHashSet();
        foreach (var need in problem.Needs)
            for (var o = 0; o < SingleSource.OptionCount(need); o++)
            {
                var source = SingleSource.SourceOf(need, o);
                if (problem.TeamBudgets.Any(budget => budget.Team == need.Team) && Payments.ChargedPerHour(need.Team, problem.Sources[source]) > 0) costly.Add(source);
                options[source] = options.GetValueOrDefault(source) + 1;
            }

        return [.. options.Where(x => x.Value == 1 && problem.Sources[x.Key].Kind == PurchaseKind.Commitment && !costly.Contains(x.Key)).Select(x => x.Key)];
    }

    /// <summary>The columns that use a source for a need, those that commit for one need alone among them.</summary>
    public IEnumerable<(int Need, int Source, int Column)> Uses()
    {
        var alone = new Dictionary<int, int>();
        for (var need = 0; need < problem.Needs.Length; need++)
            for (var o = 0; o < SingleSource.OptionCount(problem.Needs[need]); o++)
                if (SingleSource.SourceOf(problem.Needs[need], o) is var source && direct.Contains(source)) alone[source] = need;
        for (var column = 0; column < draft.Decisions.Count; column++)
        {
            var decision = draft.Decisions[column];
            if (decision.SourceIn(problem) is not (>= 0 and var source)) continue;
            if (decision.Kind != DecisionKind.Commit) yield return (decision.Need, source, column);
            else if (alone.TryGetValue(source, out var need)) yield return (need, source, column);
        }
    }

    /// <summary>The columns that commit to a source.</summary>
    public IEnumerable<(int Source, int Column)> Commitments()
    {
        for (var column = 0; column < draft.Decisions.Count; column++)
            if (draft.Decisions[column].Kind == DecisionKind.Commit) yield return (draft.Decisions[column].Option, column);
    }

    /// <summary>Whether a column is for more than one slot: commitments, setups and helpers.</summary>
    public bool Lasts(int column) => column >= draft.Decisions.Count
        || draft.Decisions[column].Kind is DecisionKind.Commit or DecisionKind.SetUp or DecisionKind.SpendCredit or DecisionKind.Auxiliary;

    /// <summary>The decisions of a solution that are not zero. The value of each decision on file is what one unit of its column means.</summary>
    public IEnumerable<Decision> Read(IReadOnlyList<double> values)
    {
        var amounts = new Dictionary<Decision, double>();
        for (var column = 0; column < draft.Decisions.Count; column++)
        {
            var decision = draft.Decisions[column];
            if (decision.Kind == DecisionKind.Auxiliary || values[column] <= 1e-9) continue;
            var key = decision with { Value = 0 };
            amounts[key] = amounts.GetValueOrDefault(key) + (decision.Value * values[column]);
        }

        var read = amounts.Where(x => x.Value > 1e-9).Select(x => x.Key with { Value = x.Value }).ToList();
        return [.. read, .. UsedDirectly(read)];
    }

    // Services use all that is committed to for them alone.
    private IEnumerable<Decision> UsedDirectly(List<Decision> read)
    {
        var committed = read.Where(d => d.Kind == DecisionKind.Commit && direct.Contains(d.Option)).ToLookup(d => d.Option);
        if (committed.Count == 0) yield break;
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            if (problem.Needs[need] is not ServiceNeed service) continue;
            for (var o = 0; o < service.Options.Length; o++)
            {
                if (!committed.Contains(service.Options[o].Source)) continue;
                var source = problem.Sources[service.Options[o].Source];
                for (var s = 0; s < service.Slots.Length; s++)
                {
                    var month = service.Slots[s].Month;
                    var there = committed[service.Options[o].Source].Where(d => d.Index <= month && month < d.Index + source.TermMonths).Sum(d => d.Value);
                    if (there > 0) yield return new(DecisionKind.UsePool, need, o, s, there);
                }
            }
        }
    }

    /// <summary>The columns that decide what a point of another program decides, one of a problem with the same needs and sources.</summary>
    public bool[] Like(Formulation other, IReadOnlyList<double> values)
    {
        var taken = new HashSet<(DecisionKind Kind, int Need, int Of, int Index)>();
        for (var column = 0; column < other.draft.Decisions.Count; column++)
            if (values[column] > 1e-9) taken.Add(other.What(column));
        taken.Remove((DecisionKind.Auxiliary, -1, -1, -1));
        var like = new bool[Program.ColumnCount];
        for (var column = 0; column < draft.Decisions.Count; column++) like[column] = taken.Contains(What(column));
        return like;
    }

    // What a column decides, whichever options there are beside it.
    private (DecisionKind Kind, int Need, int Of, int Index) What(int column)
    {
        var decision = draft.Decisions[column];
        return (decision.Kind, decision.Need, decision.SourceIn(problem) is >= 0 and var source ? source : decision.Option, decision.Index);
    }

    /// <summary>The rows that state a limit; −1 where bounds do.</summary>
    public IEnumerable<int> RowsOf(string limit) => draft.LimitRows.Where(r => r.Limit == limit).Select(r => r.Row);

    /// <summary>
    /// The limits of which a point of the program uses everything in some row; lifting any other row limit leaves the relaxation as it is.
    /// </summary>
    public IReadOnlySet<string> TightLimits(IReadOnlyList<double> values)
    {
        var activity = new double[Program.RowCount];
        for (var column = 0; column < Program.ColumnCount; column++)
            if (values[column] != 0) Program.Matrix.Add(column, values[column], activity);

        bool Tight(int row)
        {
            var (lower, upper) = (Program.RowLower[row], Program.RowUpper[row]);
            var slack = Math.Min(activity[row] - lower, upper - activity[row]);
            return slack <= 1e-6 * Math.Max(1, Math.Abs(activity[row]));
        }

        return draft.LimitRows.Where(r => r.Row < 0 || Tight(r.Row)).Select(r => r.Limit).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// What the relaxation thinks of each source for each need: what it pays for it, and by which share its best column would have to be
    /// cheaper to be bought. What a commitment costs counts for the needs that use it, by how much they use it.
    /// </summary>
    public IReadOnlyList<OfferWorth> Worth(IReadOnlyList<double> values, IReadOnlyList<double> reducedCosts)
    {
        var worth = new Dictionary<int, OfferWorth>();
        var (paid, distance, used) = (new Dictionary<int, double>(), new Dictionary<int, double>(), new Dictionary<int, double>());
        OfferWorth Of(int need, int source)
        {
            var key = (need * problem.Sources.Length) + source;
            if (!worth.TryGetValue(key, out var known)) worth[key] = known = new(need, source);
            return known;
        }

        for (var column = 0; column < draft.Decisions.Count; column++)
        {
            var decision = draft.Decisions[column];
            if (decision.SourceIn(problem) is not (>= 0 and var source)) continue;
            var (cost, value) = (Program.Cost[column], values[column]);
            var far = cost > 0 ? Math.Max(0, reducedCosts[column]) / cost : 0;
            if (decision.Kind == DecisionKind.Commit)
            {
                paid[source] = paid.GetValueOrDefault(source) + (cost * value);
                distance[source] = Math.Min(distance.GetValueOrDefault(source, double.PositiveInfinity), far);
                continue;
            }

            var known = Of(decision.Need, source);
            // Work in blocks is paid for when they are booked.
            if (decision.Kind == DecisionKind.WorkPile && problem.Sources[source].Kind == PurchaseKind.Block) continue;
            if (problem.Sources[source].Kind == PurchaseKind.Commitment)
            {
                used[source] = used.GetValueOrDefault(source) + value;
                known.Paid += value;
            }
            else
            {
                known.Paid += cost * value;
                known.Distance = Math.Min(known.Distance, far);
            }
        }

        foreach (var (need, source) in Committable()) Of(need, source);
        foreach (var known in worth.Values.Where(w => problem.Sources[w.Source].Kind == PurchaseKind.Commitment))
        {
            known.Distance = distance.GetValueOrDefault(known.Source, double.PositiveInfinity);
            var all = used.GetValueOrDefault(known.Source);
            var share = direct.Contains(known.Source) ? 1 : all > 0 ? known.Paid / all : 0;
            known.Paid = share * paid.GetValueOrDefault(known.Source);
        }

        return [.. worth.Values];
    }

    private IEnumerable<(int Need, int Source)> Committable()
    {
        for (var need = 0; need < problem.Needs.Length; need++)
            for (var o = 0; o < SingleSource.OptionCount(problem.Needs[need]); o++)
                if (SingleSource.SourceOf(problem.Needs[need], o) is var source && problem.Sources[source].Kind == PurchaseKind.Commitment)
                    yield return (need, source);
    }
}
