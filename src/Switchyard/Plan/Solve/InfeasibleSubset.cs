namespace Switchyard.Plan.Solve;

/// <summary>
/// Limits that cannot all hold, none of which can be spared: without any one of them the others can be met (Chinneck,
/// Feasibility and Infeasibility in Optimization, 2008: an irreducible infeasible subset by deletion filtering).
/// </summary>
/// <param name="Groups">The groups in conflict, ascending; empty when what is always there is already infeasible.</param>
/// <param name="Relaxed">Whether they exclude each other even with fractional numbers.</param>
/// <param name="Irreducible">
/// Whether each group is proven to be needed. False when a node limit left open whether some group could be spared.
/// </param>
public sealed record InfeasibleSubset(IReadOnlyList<int> Groups, bool Relaxed, bool Irreducible)
{
    /// <summary>
    /// Finds one irreducible subset. Groups with a greater id are kept in preference to those with a lesser one, so the order of
    /// ids is the order in which conflicts are spared.
    /// </summary>
    /// <param name="program">The program; not changed, its costs do not matter.</param>
    /// <param name="groups">What belongs together.</param>
    /// <param name="limits">Node limit of each solve, when whole numbers are what makes it infeasible.</param>
    /// <returns>The subset; null when the program is feasible or not proven infeasible within the limits.</returns>
    /// <exception cref="SolverMissingException">The library is not installed.</exception>
    public static InfeasibleSubset? Find(MixedIntegerProgram program, LimitGroups groups, SolveLimits limits)
    {
        // Any point will do: the gap is of no interest without costs.
        var anyPoint = limits with { RelativeGap = 1 };
        var relaxed = Relaxation(All(groups)) == SolveStatus.Infeasible;
        if (!relaxed && Whole(All(groups)) != SolveStatus.Infeasible) return null;

        var needed = new HashSet<int>(groups.All);
        if (relaxed && Certificate(program, groups) is { } fewer && Relaxation(fewer) == SolveStatus.Infeasible) needed = fewer;
        var irreducible = Filter(needed, relaxed ? Relaxation : Whole);
        return new([.. needed.Order()], relaxed, irreducible);

        SolveStatus Relaxation(HashSet<int> kept) =>
            ClpSolver.Solve(groups.Restrict(program, kept), limits.FeasibilityTolerance).Status;

        SolveStatus Whole(HashSet<int> kept) => CbcSolver.Solve(groups.Restrict(program, kept), anyPoint).Status;
    }

    /// <summary>
    /// Drops what can be dropped, in blocks that double while dropping succeeds, then one at a time. A group stays only after the
    /// rest was tried without it alone; fewer rows never make a feasible program infeasible, so the result is irreducible.
    /// </summary>
    private static bool Filter(HashSet<int> needed, Func<HashSet<int>, SolveStatus> solve)
    {
        var irreducible = true;
        var candidates = needed.Order().ToArray();
        for (int at = 0, block = 1; at < candidates.Length;)
        {
            var dropped = candidates[at..Math.Min(at + block, candidates.Length)];
            needed.ExceptWith(dropped);
            var status = solve(needed);
            if (status == SolveStatus.Infeasible)
            {
                at += dropped.Length;
                block *= 2;
                continue;
            }
            needed.UnionWith(dropped);
            if (dropped.Length == 1)
            {
                at++;
                irreducible &= status != SolveStatus.NoIncumbent;
            }
            block = 1;
        }
        return irreducible;
    }

    /// <summary>
    /// Groups with a part in the proof of infeasibility: those whose slack has a price when all groups may be violated at a cost
    /// of 1 a unit (the duals are a Farkas certificate). Null when what is always there is already infeasible.
    /// </summary>
    private static HashSet<int>? Certificate(MixedIntegerProgram program, LimitGroups groups)
    {
        var elastic = new ElasticProgram(groups.Restrict(program, All(groups)));
        foreach (var group in groups.All) elastic.Loosen(groups, group);
        var solution = ClpSolver.Solve(elastic.Program);
        if (solution.RowDuals is not { } duals) return null;
        return [.. elastic.Slacks.Where(slack => Math.Abs(duals[slack.Row]) > 1e-9).Select(slack => slack.Group)];
    }

    private static HashSet<int> All(LimitGroups groups) => [.. groups.All];
}
