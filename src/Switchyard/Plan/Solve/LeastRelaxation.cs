namespace Switchyard.Plan.Solve;

/// <summary>One bound and how far it would have to move.</summary>
/// <param name="Kind"><see cref="ViolationKind.Row"/> or <see cref="ViolationKind.ColumnBound"/>.</param>
/// <param name="Index">The row or column.</param>
/// <param name="Bound">The bound as it stands, in the row's or column's unit.</param>
/// <param name="Needed">Where it would have to be.</param>
/// <param name="Relative">|Needed − Bound| / |Bound|; for a bound of 0, |Needed|.</param>
public sealed record RelaxedBound(ViolationKind Kind, int Index, double Bound, double Needed, double Relative);

/// <summary>
/// How far one limit would have to move for all others to hold: the least sum of relative changes over its rows (elastic
/// programming: Chinneck 2008, chapter 6).
/// </summary>
/// <param name="Total">Sum of the relative changes: 0.1 means ten percent of one row, or five of each of two.</param>
/// <param name="Least">No smaller total is possible, as proven; equals <paramref name="Total"/> within the gap.</param>
/// <param name="Bounds">The bounds that move, rows first, ascending.</param>
public sealed record LeastRelaxation(double Total, double Least, IReadOnlyList<RelaxedBound> Bounds)
{
    /// <summary>Finds the least relaxation of one group with every other group in force.</summary>
    /// <param name="program">The program; not changed, its costs do not matter.</param>
    /// <param name="groups">What belongs together.</param>
    /// <param name="group">The group that may move.</param>
    /// <param name="limits">When to stop.</param>
    /// <returns>The relaxation; null when no move of this group alone helps, or none was found within the limits.</returns>
    /// <exception cref="SolverMissingException">The library is not installed.</exception>
    public static LeastRelaxation? Find(MixedIntegerProgram program, LimitGroups groups, int group, SolveLimits limits)
    {
        var elastic = new ElasticProgram(groups.Restrict(program, groups.All.ToHashSet()));
        elastic.Loosen(groups, group);
        var solution = CbcSolver.Solve(elastic.Program, limits);
        if (!solution.HasPoint) return null;
        var moved = elastic.Slacks
            .Where(slack => solution.Values[slack.Column] > limits.FeasibilityTolerance)
            .Select(slack => new RelaxedBound(slack.Kind, slack.Index, slack.Bound,
                slack.Bound + solution.Values[slack.Column] * slack.Outward, solution.Values[slack.Column]));
        return new(solution.Objective, solution.Bound, [.. moved]);
    }
}
