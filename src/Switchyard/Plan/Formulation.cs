using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// The mixed-integer program of a planning problem: which column decides what, and which rows say what a plan must satisfy. The letters
/// in the comments are those of docs/model/planning.md.
/// </summary>
internal sealed class Formulation
{
    private readonly PlanningProblem problem;
    private readonly List<Decision> decisions = [];
    private readonly Dictionary<(int Source, int Month), List<Usage>> usages = [];
    private readonly List<(string Limit, int Row)> limitRows = [];

    private Formulation(PlanningProblem problem) => this.problem = problem;

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

        formulation.AddHeldRows();
        formulation.AddCapacityRows();
        new MoneyRows(problem, formulation.Program, formulation.decisions, formulation.limitRows).Add();
        return formulation;
    }

    /// <summary>The decisions of a solution that are not zero.</summary>
    public IEnumerable<Decision> Read(IReadOnlyList<double> values) => decisions
        .Select((decision, column) => decision with { Value = values[column] })
        .Where(decision => decision.Kind != DecisionKind.Auxiliary && decision.Value > 1e-9);

    private int Column(double upper, bool integer, DecisionKind kind, int need, int option, int index)
    {
        decisions.Add(new(kind, need, option, index, 0));
        return Program.AddColumn(0, upper, 0, integer);
    }

    private void Uses(int source, int month, Usage usage)
    {
        if (!usages.TryGetValue((source, month), out var list)) usages[(source, month)] = list = [];
        list.Add(usage);
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

            // An instance that alone does more than is wanted counts as just enough: the same whole numbers satisfy the row, and
            // fractions of an instance, which only the relaxation has, count for less.
            void Supply(int column, int slot, double capacity, bool whole = true)
            {
                for (var u = 0; u < subsets.Count; u++)
                    if ((subsets[u] & option.Users) != 0) Program.AddTerm(cover[slot, u], column, whole ? Math.Min(capacity, wanted[slot, u]) : capacity);
                if (replicas[slot] >= 0 && option.Replicas > 0 && source.Kind != PurchaseKind.Spot)
                    Program.AddTerm(replicas[slot], column, Math.Min(option.Replicas, service.MinReplicas));
            }

            double Most(IEnumerable<int> slots) => slots.Select(s => service.Slots[s].Rate).DefaultIfEmpty(0).Max() is var rate
                ? Math.Min(source.MaxCount ?? 1e6, Math.Max(
                    Math.Ceiling((rate / option.Capacity) - 1e-9), Math.Ceiling(service.MinReplicas / (double)Math.Max(1, option.Replicas))))
                : 0;

            switch (source.Kind)
            {
                case PurchaseKind.OnDemand or PurchaseKind.Spot:
                    foreach (var month in byMonth)
                    {
                        var columns = month.Select(s => Column(Most([s]), true, DecisionKind.RentForSlot, need, o, s)).ToArray();
                        foreach (var (s, column) in month.Zip(columns)) Supply(column, s, option.Capacity);
                        Uses(option.Source, month.Key, new(columns, source.AcceleratorCount, Most(month), false));
                    }

                    break;
                case PurchaseKind.Commitment:
                    AddTerms(need, o, option.Source, Most(byMonth.SelectMany(m => m)), (column, month) =>
                    {
                        foreach (var s in byMonth[month]) Supply(column, s, option.Capacity);
                    });
                    break;
                case PurchaseKind.Owned:
                    foreach (var month in byMonth)
                    {
                        var column = Column(Math.Min(Most(month), source.Held[month.Key]), true, DecisionKind.UseHeld, need, o, month.Key);
                        foreach (var s in month) Supply(column, s, option.Capacity);
                        Uses(option.Source, month.Key, new([column], 1, source.Held[month.Key], true));
                    }

                    break;
                case PurchaseKind.Tokens:
                    foreach (var month in byMonth)
                    {
                        // Where an API answers everything in a month (z = 1), no replica is needed.
                        var all = service.MinReplicas > 0 ? Program.AddColumn(0, 1, 0, true) : -1;
                        if (all >= 0) decisions.Add(new(DecisionKind.Auxiliary, need, o, month.Key, 0));
                        foreach (var s in month)
                        {
                            var most = source.MaxCount is { } limit ? Math.Min(1, limit / Math.Max(1e-9, service.Slots[s].Rate)) : 1;
                            var column = Column(most, false, DecisionKind.BuyTokens, need, o, s);
                            Supply(column, s, service.Slots[s].Rate, whole: false);
                            if (all < 0) continue;
                            var row = Program.AddRow(0, double.PositiveInfinity);
                            Program.AddTerm(row, column, 1);
                            Program.AddTerm(row, all, -1);
                            Program.AddTerm(replicas[s], all, service.MinReplicas);
                        }
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

    // y[start]: instances committed to from each month on; supplies every month of the term.
    private List<(int Column, int Start)> AddTerms(int need, int option, int source, double most, Action<int, int> supply)
    {
        var terms = problem.Sources[source];
        var cohorts = new List<(int Column, int Start)>();
        most = Math.Min(terms.MaxCount ?? most, Math.Max(most, terms.MinCount));
        for (var start = 0; start <= Math.Min(problem.Horizon.Months - 1, terms.LastStart); start++)
        {
            var column = Column(most, true, DecisionKind.Commit, need, option, start);
            cohorts.Add((column, start));
            if (terms.MinCount > 1)
            {
                var bought = Program.AddColumn(0, 1, 0, true);
                decisions.Add(new(DecisionKind.Auxiliary, need, option, start, 0));
                Row((column, 1), (bought, -terms.MinCount));
                Row((column, -1), (bought, most));
            }

            for (var month = start; month < start + terms.TermMonths; month++)
            {
                if (month < problem.Horizon.Months) supply(column, month);
                Uses(source, month, new([column], terms.AcceleratorCount, most, false));
            }
        }

        return cohorts;
    }

    // Σ coefficient × column ≥ 0.
    private void Row(params ReadOnlySpan<(int Column, double Coefficient)> terms)
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
                ? AddTerms(need, o, option.Source, option.Gang * MostConcurrent(runs, option), (_, _) => { })
                : [];
            // Instances busy in each month: the gangs of the groups that are on in it, one after the other where runs do not overlap.
            var busy = new SortedDictionary<int, List<(int Column, double Instances)>>();
            for (var g = 0; g < runs.Groups.Length; g++)
            {
                var group = runs.Groups[g];
                var column = Column(group.Starts.Length, true, DecisionKind.DoRuns, need, o, g);
                Program.AddTerm(done[g], column, 1);
                var any = column;
                if (group.Starts.Length > 1)
                {
                    any = Program.AddColumn(0, 1, 0, true);
                    decisions.Add(new(DecisionKind.Auxiliary, need, o, g, 0));
                    Row((any, group.Starts.Length), (column, -1));
                }

                var instances = (double)option.Gang * Payments.Concurrent(group, option.Hours);
                foreach (var month in group.Starts.SelectMany(s => Payments.MonthsOf(problem.Horizon, s, option.Hours)).Select(x => x.Month).Distinct())
                {
                    if (!busy.TryGetValue(month, out var list)) busy[month] = list = [];
                    list.Add((any, instances));
                }
            }

            var overlap = Overlap(runs, option);
            foreach (var (month, gangs) in busy)
            {
                // Without overlap each gang alone must fit; with it, all of them together.
                var sets = overlap ? [gangs] : gangs.Select(gang => new List<(int Column, double Instances)> { gang }).ToList();
                foreach (var set in sets)
                {
                    if (source.Kind == PurchaseKind.Commitment)
                    {
                        var row = Program.AddRow(0, double.PositiveInfinity);
                        foreach (var (column, start) in cohorts)
                            if (start <= month && month < start + source.TermMonths) Program.AddTerm(row, column, 1);
                        foreach (var (column, instances) in set) Program.AddTerm(row, column, -instances);
                    }
                }

                if (source.Kind == PurchaseKind.Commitment) continue;
                var each = source.Kind == PurchaseKind.Owned ? 1 : source.AcceleratorCount;
                foreach (var (column, instances) in gangs)
                    Uses(option.Source, month, new([column], each * instances, 1, source.Kind == PurchaseKind.Owned));
            }
        }
    }

    private static int MostConcurrent(RunNeed runs, RunOption option) =>
        Payments.Concurrent(new(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]), option.Hours);

    private static bool Overlap(RunNeed runs, RunOption option) => MostConcurrent(runs, option) > 1;

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
                var hours = pile.Requests / option.RequestsPerHour;
                var kind = source.Kind == PurchaseKind.Tokens ? DecisionKind.BuyTokens : DecisionKind.WorkPile;
                work[p] = Column(Math.Min(hours, (source.MaxCount ?? 1e9) * pile.WindowHours), false, kind, need, o, p);
                Program.AddTerm(done[p], work[p], option.RequestsPerHour);
                if (source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot)
                {
                    Uses(option.Source, pile.Month, new([work[p]], source.AcceleratorCount / pile.WindowHours, hours, false));
                }
                else if (source.Kind == PurchaseKind.Owned)
                {
                    var column = Column(source.Held[pile.Month], true, DecisionKind.UseHeld, need, o, pile.Month);
                    Row((column, pile.WindowHours), (work[p], -1));
                    Uses(option.Source, pile.Month, new([column], 1, source.Held[pile.Month], true));
                }
            }

            if (source.Kind != PurchaseKind.Commitment) continue;
            var most = piles.Piles.Max(p => Math.Ceiling((p.Requests / option.RequestsPerHour / p.WindowHours) - 1e-9));
            var cohorts = AddTerms(need, o, option.Source, most, (_, _) => { });
            for (var p = 0; p < piles.Piles.Length; p++)
            {
                var row = Program.AddRow(0, double.PositiveInfinity);
                Program.AddTerm(row, work[p], -1);
                foreach (var (column, start) in cohorts)
                {
                    if (start <= piles.Piles[p].Month && piles.Piles[p].Month < start + source.TermMonths)
                        Program.AddTerm(row, column, piles.Piles[p].WindowHours);
                }
            }
        }
    }

    private void AddHeldRows()
    {
        foreach (var ((source, month), list) in usages.Where(u => u.Value[0].Held).OrderBy(u => u.Key))
        {
            var held = month < problem.Sources[source].Held.Length ? problem.Sources[source].Held[month] : 0;
            var row = Program.AddRow(double.NegativeInfinity, held);
            foreach (var usage in list) Program.AddTerm(row, usage.Columns[0], usage.Each);
        }
    }

    private void AddCapacityRows()
    {
        foreach (var limit in problem.CapacityLimits)
        {
            var months = limit.Sources.SelectMany(s => usages.Keys.Where(k => k.Source == s)).GroupBy(k => k.Month).OrderBy(g => g.Key);
            foreach (var month in months)
            {
                var members = month.Order().SelectMany(key => usages[key]).ToList();
                if (members.Sum(u => u.Each * u.Most) <= limit.Accelerators + 1e-9) continue;
                if (members.Count == 1 && Program.IsInteger(members[0].Columns[0]) && members[0].Columns.Length > 1)
                {
                    // One option alone: its columns' bounds say it.
                    limitRows.Add((limit.Assumed ? DeclaredLimit.Availability : limit.Id, -1));
                    var most = Math.Floor((limit.Accelerators / members[0].Each) + 1e-9);
                    foreach (var column in members[0].Columns)
                        Program.SetColumnBounds(column, 0, Math.Min(Program.ColumnUpper[column], most));
                    continue;
                }

                var row = Program.AddRow(double.NegativeInfinity, limit.Accelerators);
                limitRows.Add((limit.Assumed ? DeclaredLimit.Availability : limit.Id, row));
                foreach (var usage in members) Program.AddTerm(row, PeakOf(usage), usage.Each);
            }
        }
    }

    // The most of several columns: itself where there is one, else a column above all of them.
    private int PeakOf(Usage usage)
    {
        if (usage.Columns.Length == 1) return usage.Columns[0];
        decisions.Add(new(DecisionKind.Auxiliary, -1, -1, -1, 0));
        var peak = Program.AddColumn(0, usage.Most, 0);
        foreach (var column in usage.Columns) Row((peak, 1), (column, -1));
        return peak;
    }

    /// <summary>Use of a source in a month: the largest of some columns, so many accelerators (or held instances) each.</summary>
    private sealed record Usage(int[] Columns, double Each, double Most, bool Held);
}
