using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Instance-hours that a decision pays for or takes from what is owned.</summary>
internal static class InstanceHours
{
    /// <summary>Instance-hours by month for one unit of a decision; none for the use of what is committed to, which counts when it is committed to.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="decision">The decision; its value does not matter.</param>
    public static IEnumerable<(int Month, double Hours)> Of(PlanningProblem problem, Decision decision)
    {
        if (decision.SourceIn(problem) is not (>= 0 and var index)) return [];
        var (source, horizon) = (problem.Sources[index], problem.Horizon);
        if (decision.Kind == DecisionKind.Commit)
            return Enumerable.Range(decision.Index, source.TermMonths).Select(month => (month, horizon.Hours(month)));
        return source.Kind is PurchaseKind.Commitment or PurchaseKind.Tokens ? [] : OfUse(problem, decision);
    }

    /// <summary>Instance-hours by month that one unit of a decision works, on whatever it is; none for tokens and commitments entered.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="decision">The decision; its value does not matter.</param>
    public static IEnumerable<(int Month, double Hours)> OfUse(PlanningProblem problem, Decision decision)
    {
        if (decision.Need < 0 || decision.Kind is DecisionKind.BuyTokens or DecisionKind.SetUp) return [];
        var horizon = problem.Horizon;
        switch (problem.Needs[decision.Need])
        {
            case ServiceNeed service:
                return [(service.Slots[decision.Index].Month, service.Slots[decision.Index].Hours)];
            case RunNeed runs:
                var (option, group) = (runs.Options[decision.Option], runs.Groups[decision.Index]);
                return group.Starts.SelectMany(start => Payments.MonthsOf(horizon, start, option.Hours)).GroupBy(x => x.Month).OrderBy(g => g.Key)
                    .Select(m => (m.Key, option.Gang * option.BilledHours * m.Sum(x => x.Hours) / option.Hours / group.Starts.Length));
            case PileNeed piles when !piles.Options[decision.Option].Blocks.IsEmpty:
                // What is booked counts, and not again when it works.
                return decision.Kind != DecisionKind.BookBlock ? [] : piles.Options[decision.Option].Blocks[decision.Index].Held(horizon);
            case PileNeed piles:
                var pile = decision.Kind == DecisionKind.WorkSegment ? decision.Index / problem.Segments.Length : decision.Index;
                return [(piles.Piles[pile].Month, 1)];
            default:
                return [];
        }
    }
}
