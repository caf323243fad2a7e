using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// The rows that speak of how much of a source is in use at once: what is held, what a source has on offer, quotas and availability.
/// What different options use in a month counts together; one option's own slots and runs count only where they meet in time.
/// </summary>
internal sealed class CapacityRows(
    PlanningProblem problem, MixedIntegerProgram program, List<Decision> decisions, List<(string Limit, int Row)> limitRows)
{
    private readonly Dictionary<int, SortedList<int, List<Usage>>> usages = [];

    /// <summary>Notes what an option uses of a source in a month.</summary>
    /// <param name="source">The source.</param>
    /// <param name="month">The month; may lie beyond the horizon.</param>
    /// <param name="most">More than this is never used at once: instances, or requests a second for tokens.</param>
    /// <param name="moments">What is in use at each moment that could be the busiest, as a sum over columns.</param>
    public void Uses(int source, int month, double most, params IEnumerable<Term[]> moments)
    {
        if (!usages.TryGetValue(source, out var months)) usages[source] = months = [];
        if (!months.TryGetValue(month, out var list)) months[month] = list = [];
        list.Add(new([.. moments], most));
    }

    /// <summary>Adds the rows.</summary>
    public void Add()
    {
        foreach (var (source, months) in usages.OrderBy(u => u.Key))
        {
            foreach (var (month, list) in months)
                if (problem.Sources[source].MostAt(month) is { } most) AtMost(most, null, [.. list.Select(usage => new Member(usage, 1))]);
        }

        foreach (var limit in problem.CapacityLimits)
        {
            var path = limit.Assumed ? DeclaredLimit.Availability : limit.Id;
            var members = new SortedList<int, List<Member>>();
            foreach (var source in limit.Sources.Order())
            {
                foreach (var (month, list) in usages.GetValueOrDefault(source) ?? [])
                {
                    if (!members.TryGetValue(month, out var all)) members[month] = all = [];
                    all.AddRange(list.Select(usage => new Member(usage, problem.Sources[source].AcceleratorCount)));
                }
            }

            foreach (var (_, all) in members) AtMost(limit.Accelerators, path, all);
        }
    }

    // Σ each × busiest moment ≤ limit; the path is that of the scenario's limit, null where it is none.
    private void AtMost(double limit, string? path, List<Member> members)
    {
        if (members.Sum(m => m.Usage.Most * m.Each) <= limit + 1e-9) return;
        if (members is [var (alone, each)])
        {
            foreach (var moment in alone.Moments)
            {
                if (moment is [var (column, instances)] && program.IsInteger(column))
                {
                    // A bound says it tighter than a row.
                    var most = Math.Floor((limit / (each * instances)) + 1e-9);
                    if (path is not null) limitRows.Add((path, -1));
                    program.SetColumnBounds(column, 0, Math.Min(program.ColumnUpper[column], most));
                    continue;
                }

                Terms(Row(limit, path), moment, each);
            }

            return;
        }

        var row = Row(limit, path);
        foreach (var (usage, factor) in members) Terms(row, usage.Moments is [var only] ? only : [new(Peak(usage), 1)], factor);
    }

    private int Row(double limit, string? path)
    {
        var row = program.AddRow(double.NegativeInfinity, limit);
        if (path is not null) limitRows.Add((path, row));
        return row;
    }

    private void Terms(int row, Term[] terms, double factor)
    {
        foreach (var (column, each) in terms) program.AddTerm(row, column, factor * each);
    }

    // A column at least as large as each moment.
    private int Peak(Usage usage)
    {
        if (usage.Peak is { } known) return known;
        decisions.Add(new(DecisionKind.Auxiliary, -1, -1, -1, 0));
        var peak = program.AddColumn(0, double.PositiveInfinity, 0);
        usage.Peak = peak;
        foreach (var moment in usage.Moments)
        {
            var row = program.AddRow(0, double.PositiveInfinity);
            program.AddTerm(row, peak, 1);
            Terms(row, moment, -1);
        }

        return peak;
    }

    private sealed record Member(Usage Usage, double Each);

    private sealed class Usage(Term[][] moments, double most)
    {
        public Term[][] Moments => moments;

        public double Most => most;

        public int? Peak { get; set; }
    }
}
