using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// y[source, start]: instances committed to from each month on, for all workloads together. Where a fewest number is sold at once, a
/// first column buys that number or nothing, and a second what comes on top.
/// </summary>
internal sealed class TermColumns(ProgramDraft draft, InUse inUse)
{
    private readonly PlanningProblem problem = draft.Problem;
    private readonly Dictionary<int, double> wanted = [];
    private readonly Dictionary<int, List<Cohort>> cohorts = [];

    /// <summary>A column of instances committed to.</summary>
    /// <param name="Column">The column.</param>
    /// <param name="Start">The month in which the term begins.</param>
    /// <param name="Units">Instances for one unit of it.</param>
    internal sealed record Cohort(int Column, int Start, double Units);

    /// <summary>Finds the most instances of each commitment that all needs together could use.</summary>
    public void Want(PlanningProblem problem, HashSet<int> direct)
    {
        foreach (var need in problem.Needs)
        {
            var own = new Dictionary<int, double>();
            for (var o = 0; o < SingleSource.OptionCount(need); o++)
            {
                var source = SingleSource.SourceOf(need, o);
                if (problem.Sources[source].Kind != PurchaseKind.Commitment) continue;
                own[source] = Math.Max(own.GetValueOrDefault(source), need switch
                {
                    ServiceNeed service => service.Slots.Select(s => ServiceRows.Most(problem, service, service.Options[o], s.Rate)).DefaultIfEmpty(0).Max()
                        * (direct.Contains(source) ? 1 : service.UserShares.Length),
                    RunNeed runs => runs.Options[o].Gang * WorkRows.MostConcurrent(runs, runs.Options[o]),
                    PileNeed piles => WorkRows.MostAtOnce(problem, piles, piles.Options[o]),
                    _ => 0,
                });
            }

            foreach (var (source, most) in own) wanted[source] = wanted.GetValueOrDefault(source) + most;
        }
    }

    /// <summary>The columns of a commitment, added when first asked for.</summary>
    public List<Cohort> Of(int source)
    {
        if (cohorts.TryGetValue(source, out var known)) return known;
        var terms = problem.Sources[source];
        var list = cohorts[source] = [];
        var most = Math.Min(terms.MaxCount ?? double.PositiveInfinity, Math.Max(wanted.GetValueOrDefault(source), terms.MinCount));
        if (most < terms.MinCount) return list;
        for (var start = 0; start <= Math.Min(problem.Horizon.Months - 1, terms.LastStart); start++)
        {
            var cohort = new List<Term>();
            if (terms.MinCount > 1) cohort.Add(new(draft.Column(1, true, DecisionKind.Commit, -1, source, start, terms.MinCount), terms.MinCount));
            var rest = most - (terms.MinCount > 1 ? terms.MinCount : 0);
            if (rest > 0) cohort.Add(new(draft.Column(rest, true, DecisionKind.Commit, -1, source, start), 1));
            if (cohort is [var (least, _), var (more, _)]) draft.AtLeast(0, new(least, rest), new(more, -1));
            foreach (var (column, units) in cohort)
            {
                list.Add(new(column, start, units));
                inUse.There(source, start, start + terms.TermMonths, column, units, units * draft.Program.ColumnUpper[column]);
            }
        }

        return list;
    }

    /// <summary>The columns of a commitment that are there in a month.</summary>
    public IEnumerable<Cohort> In(int source, int month) =>
        Of(source).Where(c => c.Start <= month && month < c.Start + problem.Sources[source].TermMonths);
}
