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
    /// <returns>The point with its bound; no point where none was found, or none that costs less than what is of interest (its bound says so then); null where nothing lasts or everything does.</returns>
    public static Solution? Solve(MixedIntegerProgram program, Func<int, bool> lasts, Solution relaxed, SolveLimits limits)
    {
        if (!relaxed.HasPoint || relaxed.ReducedCosts is null) return null;
        var part = new ProgramPart(program, column => program.ColumnCount < Few || relaxed.IsNear(program, column, Near));
        var first = part.Program.WithIntegers(column => lasts(part.Columns[column]));
        if (first.IntegerCount == 0 || first.IntegerCount == part.Program.IntegerCount) return null;
        var decided = First(first, limits);
        if (!decided.HasPoint || decided.Bound >= limits.Most) return Solution.NoIncumbent(decided.HasPoint ? decided.Bound : relaxed.Bound, decided.Nodes);
        for (var column = 0; column < part.Columns.Length; column++)
            if (first.IsInteger(column)) part.Program.SetColumnBounds(column, decided.Values[column], decided.Values[column]);
        var point = Second(part, limits);
        if (!point.HasPoint) return Solution.NoIncumbent(IsTooMuch(point, limits) ? point.Bound : relaxed.Bound, decided.Nodes + point.Nodes);
        // The first stage's bound is that of the whole program only where all columns were there.
        return point.Proven(part.IsWhole ? Math.Max(relaxed.Bound, decided.Bound) : relaxed.Bound, limits);
    }

    // Few columns are whole here: a search from one basis is done before CBC has prepared its own.
    private static Solution First(MixedIntegerProgram program, SolveLimits limits)
    {
        var nodes = Math.Min(limits.MaximumNodes, FirstNodes);
        using var search = new WarmSearch(program);
        var found = search.Search(4 * nodes, limits.RelativeGap);
        return found.Point is not null && CbcSolver.Repair(program, found.Point, limits) is { } point
            ? (point with { Nodes = found.Nodes }).Proven(found.Bound, limits)
            : CbcSolver.Solve(program, limits with { MaximumNodes = nodes });
    }

    // Nothing is wrong with it but that it would cost more than is of interest.
    private static bool IsTooMuch(Solution solution, SolveLimits limits) => solution.Status == SolveStatus.NoIncumbent && solution.Bound >= limits.Most;

    private static Solution Second(ProgramPart part, SolveLimits limits) =>
        PartedSolver.Solve(part.Program, limits) is { } found && (found.HasPoint || IsTooMuch(found, limits)) ? part.Whole(found)
            : part.Solve(limits with { MaximumNodes = Math.Min(limits.MaximumNodes, SecondNodes) });
}
