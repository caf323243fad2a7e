namespace Switchyard.Plan.Solve;

/// <summary>
/// A good point in two stages: first what lasts (commitments, setups) is decided with everything else allowed to be split, which is nearly right
/// once the rows that only whole numbers keep are there; then, with that fixed, the rest falls apart into small problems, one for each time. The
/// first stage's bound holds for the whole program.
/// </summary>
internal static class StagedSolver
{
    private const int FirstNodes = 40;
    private const int SecondNodes = 40;

    /// <summary>Looks for a point.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="lasts">Whether a column is decided first.</param>
    /// <param name="relaxed">The solution of the relaxation.</param>
    /// <param name="limits">When to stop.</param>
    /// <returns>The point with its bound; no point where none was found; null where nothing lasts or everything does.</returns>
    public static Solution? Solve(MixedIntegerProgram program, Func<int, bool> lasts, Solution relaxed, SolveLimits limits)
    {
        if (!relaxed.HasPoint) return null;
        var first = program.WithIntegers(lasts);
        if (first.IntegerCount == 0 || first.IntegerCount == program.IntegerCount) return null;
        var decided = CbcSolver.Solve(first, new(limits.RelativeGap, Math.Min(limits.MaximumNodes, FirstNodes)));
        if (!decided.HasPoint) return decided;
        var second = program.Clone();
        for (var column = 0; column < program.ColumnCount; column++)
            if (first.IsInteger(column)) second.SetColumnBounds(column, decided.Values[column], decided.Values[column]);
        var point = CbcSolver.Solve(second, new(limits.RelativeGap, Math.Min(limits.MaximumNodes, SecondNodes)));
        return point with { Bound = Math.Min(point.Objective, Math.Max(relaxed.Bound, decided.Bound)), RowDuals = null, ReducedCosts = null };
    }
}
