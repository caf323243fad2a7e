using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A coefficient of a column.</summary>
/// <param name="Column">Index of the column.</param>
/// <param name="Each">What one unit of it counts.</param>
internal sealed record Term(int Column, double Each);

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
    private readonly List<Decision> decisions = [];
    private readonly CapacityRows capacity;
    private readonly List<(string Limit, int Row)> limitRows = [];

    private Formulation(PlanningProblem problem)
    {
        this.problem = problem;
        capacity = new(problem, Program, decisions, limitRows);
    }

    /// <summary>The program, ready to be solved.</summary>
    public MixedIntegerProgram Program { get; } = new();

    /// <summary>
    /// The limits of which a point of the program uses everything in some row; lifting any other row limit leaves the relaxation as it is.
    /// </summary>
    public IReadOnlySet<string> TightLimits(IReadOnlyList<double> values)
    {
        var activity = new double[Program.RowCount];
        var matrix = Program.Matrix;
        for (var column = 0; column < Program.ColumnCount; column++)
        {
            if (values[column] == 0) continue;
            var rows = matrix.RowsOf(column);
            var coefficients = matrix.CoefficientsOf(column);
            for (var i = 0; i < rows.Length; i++) activity[rows[i]] += coefficients[i] * values[column];
        }

        bool Tight(int row)
        {
            var (lower, upper) = (Program.RowLower[row], Program.RowUpper[row]);
            var slack = Math.Min(activity[row] - lower, upper - activity[row]);
            return slack <= 1e-6 * Math.Max(1, Math.Abs(activity[row]));
        }

        return limitRows.Where(r => r.Row < 0 || Tight(r.Row)).Select(r => r.Limit).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// What the relaxation thinks of each source for each need: what it pays for it, and by which share its best column would have to be
    /// cheaper to be bought.
    /// </summary>
    public IReadOnlyList<OfferWorth> Worth(IReadOnlyList<double> values, IReadOnlyList<double> reducedCosts)
    {
        var worth = new Dictionary<int, OfferWorth>();
        for (var column = 0; column < decisions.Count; column++)
        {
            var decision = decisions[column];
            if (decision.Need < 0 || decision.Kind == DecisionKind.Auxiliary) continue;
            var source = MoneyRows.SourceOf(problem, decision);
            var key = (decision.Need * problem.Sources.Length) + source;
            if (!worth.TryGetValue(key, out var known)) worth[key] = known = new(decision.Need, source);
            var cost = Program.Cost[column];
            known.Paid += cost * values[column];
            known.Distance = Math.Min(known.Distance, cost > 0 ? Math.Max(0, reducedCosts[column]) / cost : 0);
        }

        return [.. worth.Values];
    }

    /// <summary>Builds the program of a problem.</summary>
    public static Formulation Of(PlanningProblem problem)
    {
        var formulation = new Formulation(problem);
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            switch (problem.Needs[need])
            {
                case ServiceNeed service: formulation.AddService(need, service); break;
                case RunNeed runs: formulation.AddRuns(need, runs); break;
                case PileNeed piles: formulation.AddPiles(need, piles); break;
                default: throw new InvalidOperationException("A need without a formulation.");
            }
        }

        formulation.capacity.Add();
        new MoneyRows(problem, formulation.Program, formulation.decisions, formulation.limitRows).Add();
        return formulation;
    }

    /// <summary>The decisions of a solution that are not zero. The value of each decision on file is what one unit of its column means.</summary>
    public IEnumerable<Decision> Read(IReadOnlyList<double> values) => decisions
        .Select((decision, column) => decision with { Value = decision.Value * values[column] })
        .Where(decision => decision.Kind != DecisionKind.Auxiliary && decision.Value > 1e-9)
        .GroupBy(decision => decision with { Value = 0 })
        .Select(same => same.Key with { Value = same.Sum(decision => decision.Value) });

    private int Column(double upper, bool integer, DecisionKind kind, int need, int option, int index, double units = 1)
    {
        decisions.Add(new(kind, need, option, index, units));
        return Program.AddColumn(0, upper, 0, integer);
    }

    private void AddService(int need, ServiceNeed service)
    {
        var subsets = UserSubsets(service);
        // cover[slot, subset] and replicas[slot]: capacity near enough to those users, and the fewest replicas.
        var cover = new int[service.Slots.Length, subsets.Count];
        var wanted = new double[service.Slots.Length, subsets.Count];
        var replicas = new int[service.Slots.Length];
        for (var s = 0; s < service.Slots.Length; s++)
        {
            for (var u = 0; u < subsets.Count; u++)
            {
                var share = 0.0;
                for (var g = 0; g < service.UserShares.Length; g++)
                    if ((subsets[u] & (1u << g)) != 0) share += service.UserShares[g];
                wanted[s, u] = service.Slots[s].Rate * Math.Min(1, share);
                cover[s, u] = Program.AddRow(wanted[s, u], double.PositiveInfinity);
            }

            replicas[s] = service.MinReplicas > 0 ? Program.AddRow(service.MinReplicas, double.PositiveInfinity) : -1;
            if (replicas[s] >= 0) limitRows.Add(($"workloads.{service.Workload}.availability.replicas_min", replicas[s]));
        }

        var byMonth = service.Slots.Select((slot, index) => (slot.Month, index)).ToLookup(x => x.Month, x => x.index);
        for (var o = 0; o < service.Options.Length; o++)
        {
            var option = service.Options[o];
            var source = problem.Sources[option.Source];

            // A unit of a column stands for so many instances, or for so much of an API's capacity. What alone does more than is wanted
            // counts as just enough: the same whole numbers satisfy the row, and fractions, which only the relaxation has, count for less.
            void Supply(int column, int slot, double units, bool whole = true)
            {
                for (var u = 0; u < subsets.Count; u++)
                {
                    if ((subsets[u] & option.Users) == 0) continue;
                    Program.AddTerm(cover[slot, u], column, whole ? Math.Min(units * option.Capacity, wanted[slot, u]) : units * option.Capacity);
                }

                if (replicas[slot] >= 0 && option.Replicas > 0 && source.Kind != PurchaseKind.Spot)
                    Program.AddTerm(replicas[slot], column, Math.Min(units * option.Replicas, service.MinReplicas));
            }

            double Most(IEnumerable<int> slots) => slots.Select(s => service.Slots[s].Rate).DefaultIfEmpty(0).Max() is var rate
                ? Math.Min(source.MaxCount ?? 1e6, Math.Max(
                    Math.Ceiling((rate / option.Capacity) - 1e-9), Math.Ceiling(service.MinReplicas / (double)Math.Max(1, option.Replicas))))
                : 0;

            switch (source.Kind)
            {
                case PurchaseKind.OnDemand or PurchaseKind.Spot:
                    foreach (var month in byMonth.Where(m => m.Key <= source.LastStart))
                    {
                        var columns = month.Select(s => Column(Most([s]), true, DecisionKind.RentForSlot, need, o, s)).ToArray();
                        foreach (var (s, column) in month.Zip(columns)) Supply(column, s, 1);
                        capacity.Uses(option.Source, month.Key, Most(month), columns.Select(column => Alone(column)));
                    }

                    break;
                case PurchaseKind.Commitment:
                    AddTerms(need, o, option.Source, Most(byMonth.SelectMany(m => m)), (column, month, units) =>
                    {
                        foreach (var s in byMonth[month]) Supply(column, s, units);
                    });
                    break;
                case PurchaseKind.Owned:
                    foreach (var month in byMonth)
                    {
                        var most = Math.Min(Most(month), source.MostAt(month.Key) ?? 0);
                        var column = Column(most, true, DecisionKind.UseHeld, need, o, month.Key);
                        foreach (var s in month) Supply(column, s, 1);
                        capacity.Uses(option.Source, month.Key, most, Alone(column));
                    }

                    break;
                case PurchaseKind.Tokens:
                    foreach (var month in byMonth)
                    {
                        // Where an API answers everything in a month (z = 1), no replica is needed.
                        var all = service.MinReplicas > 0 ? Program.AddColumn(0, 1, 0, true) : -1;
                        if (all >= 0) decisions.Add(new(DecisionKind.Auxiliary, need, o, month.Key, 0));
                        var columns = new List<Term[]>();
                        foreach (var s in month)
                        {
                            var column = Column(1, false, DecisionKind.BuyTokens, need, o, s);
                            columns.Add(Alone(column, service.Slots[s].Rate));
                            Supply(column, s, service.Slots[s].Rate / option.Capacity, whole: false);
                            if (all < 0) continue;
                            var row = Program.AddRow(0, double.PositiveInfinity);
                            Program.AddTerm(row, column, 1);
                            Program.AddTerm(row, all, -1);
                            Program.AddTerm(replicas[s], all, service.MinReplicas);
                        }

                        capacity.Uses(option.Source, month.Key, month.Max(s => service.Slots[s].Rate), columns);
                    }

                    break;
            }
        }
    }

    // The sets of user groups whose joint demand can bind: for each set of options that can serve some group of the set, the largest
    // such set. With these rows, demand can be split over the options so that each group is served from near enough (Hall, 1935).
    private static List<uint> UserSubsets(ServiceNeed service)
    {
        var largest = new Dictionary<string, uint>(StringComparer.Ordinal);
        var masks = service.Options.Select(o => o.Users).Distinct().Order().ToArray();
        for (var subset = 1u; subset < 1u << service.UserShares.Length; subset++)
        {
            var signature = string.Concat(masks.Select(mask => (mask & subset) != 0 ? '1' : '0'));
            if (!largest.TryGetValue(signature, out var known) || uint.PopCount(subset) > uint.PopCount(known)) largest[signature] = subset;
        }

        return [.. largest.Values.Order()];
    }

    // y[start]: instances committed to from each month on; supplies every month of the term. Where a fewest number is sold at once, a
    // first column buys that number or nothing, and a second what comes on top.
    private List<(int Column, int Start, double Units)> AddTerms(int need, int option, int source, double enough, Action<int, int, double> supply)
    {
        var terms = problem.Sources[source];
        var cohorts = new List<(int Column, int Start, double Units)>();
        var most = Math.Min(terms.MaxCount ?? double.PositiveInfinity, Math.Max(enough, terms.MinCount));
        if (most < terms.MinCount) return cohorts;
        for (var start = 0; start <= Math.Min(problem.Horizon.Months - 1, terms.LastStart); start++)
        {
            var cohort = new List<Term>();
            if (terms.MinCount > 1) cohort.Add(new(Column(1, true, DecisionKind.Commit, need, option, start, terms.MinCount), terms.MinCount));
            var rest = most - (terms.MinCount > 1 ? terms.MinCount : 0);
            if (rest > 0) cohort.Add(new(Column(rest, true, DecisionKind.Commit, need, option, start), 1));
            if (cohort is [var (least, _), var (more, _)]) Row(new(least, rest), new(more, -1));
            foreach (var (column, units) in cohort) cohorts.Add((column, start, units));
            for (var month = start; month < start + terms.TermMonths; month++)
            {
                foreach (var (column, units) in cohort)
                    if (month < problem.Horizon.Months) supply(column, month, units);
                if (cohort.Count > 0) capacity.Uses(source, month, most, [.. cohort]);
            }
        }

        return cohorts;
    }

    private static Term[] Alone(int column, double each = 1) => [new(column, each)];

    // Σ coefficient × column ≥ 0.
    private void Row(params ReadOnlySpan<Term> terms)
    {
        var row = Program.AddRow(0, double.PositiveInfinity);
        foreach (var (column, coefficient) in terms) Program.AddTerm(row, column, coefficient);
    }

    private void AddRuns(int need, RunNeed runs)
    {
        var done = runs.Groups.Select(g => Program.AddRow(g.Starts.Length, g.Starts.Length)).ToArray();
        for (var o = 0; o < runs.Options.Length; o++)
        {
            var option = runs.Options[o];
            var source = problem.Sources[option.Source];
            var cohorts = source.Kind == PurchaseKind.Commitment
                ? AddTerms(need, o, option.Source, option.Gang * MostConcurrent(runs, option), (_, _, _) => { })
                : [];
            // A group that has a run done this way holds gangs for all its runs: which of them it is stays open.
            var any = new int[runs.Groups.Length];
            for (var g = 0; g < runs.Groups.Length; g++)
            {
                var count = runs.Groups[g].Starts.Length;
                var late = source.Kind != PurchaseKind.Commitment && runs.Groups[g].Month > source.LastStart;
                var column = any[g] = Column(late ? 0 : count, true, DecisionKind.DoRuns, need, o, g);
                Program.AddTerm(done[g], column, 1);
                if (count <= 1) continue;
                any[g] = Program.AddColumn(0, 1, 0, true);
                decisions.Add(new(DecisionKind.Auxiliary, need, o, g, 0));
                Row(new(any[g], count), new(column, -1));
            }

            foreach (var (month, moments) in Payments.BusyMoments(problem.Horizon, runs, option.Hours))
            {
                var gangs = moments.Select(on => on.Select(x => new Term(any[x.Group], (double)option.Gang * x.Runs)).ToArray()).ToList();
                if (source.Kind != PurchaseKind.Commitment)
                {
                    capacity.Uses(option.Source, month, gangs.Max(on => on.Sum(x => x.Each)), gangs);
                    continue;
                }

                foreach (var on in gangs)
                {
                    var row = Program.AddRow(0, double.PositiveInfinity);
                    foreach (var (column, start, units) in cohorts)
                        if (start <= month && month < start + source.TermMonths) Program.AddTerm(row, column, units);
                    foreach (var (column, each) in on) Program.AddTerm(row, column, -each);
                }
            }
        }
    }

    private static int MostConcurrent(RunNeed runs, RunOption option) =>
        Payments.Concurrent(new(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]), option.Hours);

    private void AddPiles(int need, PileNeed piles)
    {
        var done = piles.Piles.Select(p => Program.AddRow(p.Requests, double.PositiveInfinity)).ToArray();
        for (var o = 0; o < piles.Options.Length; o++)
        {
            var option = piles.Options[o];
            var source = problem.Sources[option.Source];
            var work = new int[piles.Piles.Length];
            for (var p = 0; p < piles.Piles.Length; p++)
            {
                var pile = piles.Piles[p];
                var late = source.Kind != PurchaseKind.Commitment && pile.Month > source.LastStart;
                var hours = late ? 0 : pile.Requests / option.RequestsPerHour;
                var kind = source.Kind == PurchaseKind.Tokens ? DecisionKind.BuyTokens : DecisionKind.WorkPile;
                work[p] = Column(hours, false, kind, need, o, p);
                Program.AddTerm(done[p], work[p], option.RequestsPerHour);
                if (source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot)
                {
                    capacity.Uses(option.Source, pile.Month, hours / pile.WindowHours, Alone(work[p], 1 / pile.WindowHours));
                }
                else if (source.Kind == PurchaseKind.Owned)
                {
                    var held = source.MostAt(pile.Month) ?? 0;
                    var column = Column(held, true, DecisionKind.UseHeld, need, o, pile.Month);
                    Row(new(column, pile.WindowHours), new(work[p], -1));
                    capacity.Uses(option.Source, pile.Month, held, Alone(column));
                }
                else if (source.Kind == PurchaseKind.Tokens)
                {
                    var second = 1 / (pile.WindowHours * 3600);
                    capacity.Uses(option.Source, pile.Month, pile.Requests * second, Alone(work[p], second));
                }
            }

            if (source.Kind != PurchaseKind.Commitment) continue;
            var most = piles.Piles.Select(p => Math.Ceiling((p.Requests / option.RequestsPerHour / p.WindowHours) - 1e-9)).DefaultIfEmpty(0).Max();
            var cohorts = AddTerms(need, o, option.Source, most, (_, _, _) => { });
            for (var p = 0; p < piles.Piles.Length; p++)
            {
                var row = Program.AddRow(0, double.PositiveInfinity);
                Program.AddTerm(row, work[p], -1);
                foreach (var (column, start, units) in cohorts)
                {
                    if (start <= piles.Piles[p].Month && piles.Piles[p].Month < start + source.TermMonths)
                        Program.AddTerm(row, column, units * piles.Piles[p].WindowHours);
                }
            }
        }
    }
}
