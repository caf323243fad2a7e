namespace Switchyard.Plan.Solve;

/// <summary>
/// A good point in two stages: first what lasts (commitments, setups) is decided with everything else allowed to be split, which is nearly right
/// once the rows that only whole numbers keep are there; then, with that fixed, the rest falls apart into small problems, one for each time.
/// </summary>
internal static class StagedSolver
{
    private const int FirstNodes = 40;
    private const int SecondNodes = 40;

    // Of more columns than this, those that would have to be cheaper by more than this share to enter the relaxation are not looked at.
    private const int Few = 1500;
    private const double Near = 0.1;

    /// <summary>Looks for a point.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="lasts">Whether a column is decided first.</param>
    /// <param name="relaxed">The solution of the relaxation.</param>
    /// <param name="limits">When to stop.</param>
    /// <returns>The point with its bound; no point where none was found; null where nothing lasts or everything does.</returns>
    public static Solution? Solve(MixedIntegerProgram program, Func<int, bool> lasts, Solution relaxed, SolveLimits limits)
    {
        if (!relaxed.HasPoint || relaxed.ReducedCosts is not { } reduced) return null;
        int[] columns = [.. Enumerable.Range(0, program.ColumnCount).Where(column => relaxed.Values[column] > 1e-9 || program.ColumnLower[column] > 0
            || program.ColumnCount < Few || reduced[column] <= (Near * Math.Abs(program.Cost[column])) + 1e-9)];
        var part = program.Only(columns);
        var first = part.WithIntegers(column => lasts(columns[column]));
        if (first.IntegerCount == 0 || first.IntegerCount == part.IntegerCount) return null;
        var decided = CbcSolver.Solve(first, new(limits.RelativeGap, Math.Min(limits.MaximumNodes, FirstNodes)));
        if (!decided.HasPoint) return Solution.NoIncumbent(relaxed.Bound, decided.Nodes);
        for (var column = 0; column < columns.Length; column++)
            if (first.IsInteger(column)) part.SetColumnBounds(column, decided.Values[column], decided.Values[column]);
        var point = CbcSolver.Solve(part, new(limits.RelativeGap, Math.Min(limits.MaximumNodes, SecondNodes)));
        if (!point.HasPoint) return Solution.NoIncumbent(relaxed.Bound, decided.Nodes + point.Nodes);
        var values = new double[program.ColumnCount];
        for (var i = 0; i < columns.Length; i++) values[columns[i]] = point.Values[i];
        // The first stage's bound is that of the whole program only where all columns were there.
        var bound = columns.Length == program.ColumnCount ? Math.Max(relaxed.Bound, decided.Bound) : relaxed.Bound;
        point = point with { Values = values, Bound = Math.Min(point.Objective, bound), RowDuals = null, ReducedCosts = null };
        return point with { Status = point.Gap <= limits.RelativeGap ? SolveStatus.Optimal : SolveStatus.Feasible };
    }
}
