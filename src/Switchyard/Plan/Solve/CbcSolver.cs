namespace Switchyard.Plan.Solve;

/// <summary>Solves a mixed-integer program with COIN-OR CBC's branch and cut.</summary>
/// <remarks>
/// Single-threaded with fixed seeds and no clock: the same program gives the same answer on the same build of CBC. Solves in one
/// process wait for each other; <see cref="SolveLimits.Elsewhere"/> does not.
/// </remarks>
public static class CbcSolver
{
    /// <summary>Solves the program.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="initial">
    /// A known point, one value per column. The answer is never worse than it; a point that breaks a row is ignored.
    /// </param>
    /// <returns>
    /// A point whose integers are exact and whose rows hold within the tolerance by independent arithmetic, with a proven bound; or
    /// the reason why there is none.
    /// </returns>
    /// <exception cref="SolverMissingException">The library is not installed.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed during the solve.</exception>
    public static Solution Solve(MixedIntegerProgram program, SolveLimits limits, IReadOnlyList<double>? initial = null)
    {
        limits.Check();
        if (initial is not null && initial.Count != program.ColumnCount)
            throw new ArgumentException($"{initial.Count} values for {program.ColumnCount} columns.", nameof(initial));
        if (program.IntegerCount == 0) return ClpSolver.Solve(program, limits.FeasibilityTolerance);
        SolverLibrary.Require();
        if (WholeBounds(program) is not var (lower, upper) || CoinInput.HasEmptyBounds(program)) return Solution.Infeasible();

        var start = initial is null ? null : Repair(program, initial, limits);
        var run = CbcRun.Of(program, lower, upper, limits, start?.Values, CbcRun.Fast);
        var found = run.Point is null ? null : Repair(program, run.Point, limits);
        if (found is null && !run.StoppedByNodes)
        {
            // Nothing found: either it is so, or preprocessing or tolerances misled CBC. Ask again without them before saying so.
            var relaxation = ClpSolver.Solve(program, limits.FeasibilityTolerance);
            if (relaxation.Status is SolveStatus.Infeasible or SolveStatus.Unbounded) return relaxation;
            var second = CbcRun.Of(program, lower, upper, limits, start?.Values, CbcRun.Careful);
            found = second.Point is null ? null : Repair(program, second.Point, limits);
            if (found is not null || !run.ClaimsInfeasible) run = second;
        }
        return Conclude(program, run, Cheaper(found, start), limits);
    }

    /// <summary>Answers in this process what <see cref="SolveLimits.Elsewhere"/> is asked in another.</summary>
    /// <param name="request">What is asked.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidDataException">The bytes are no request.</exception>
    /// <exception cref="SolverMissingException">The library is not installed.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed during the solve.</exception>
    public static byte[] Answer(byte[] request)
    {
        SolverLibrary.Require();
        return CbcRun.Here(CbcRequest.FromBytes(request)).ToBytes();
    }

    private static Solution? Cheaper(Solution? found, Solution? start) =>
        found is null || (start is not null && start.Objective < found.Objective) ? start : found;

    private static Solution Conclude(MixedIntegerProgram program, CbcRun run, Solution? best, SolveLimits limits)
    {
        if (best is null) return run.ClaimsInfeasible ? Solution.Infeasible(run.Nodes) : Solution.NoIncumbent(run.Bound, run.Nodes);
        return (best with { Nodes = run.Nodes }).Proven(Proven(program, run, limits), limits);
    }

    /// <summary>What a run proves: see <see cref="CbcRun.ClaimsComplete"/> for why its own bound is not always taken.</summary>
    private static double Proven(MixedIntegerProgram program, CbcRun run, SolveLimits limits)
    {
        if (!run.ClaimsComplete) return run.Bound;
        var withinGap = Math.Min(run.Bound, run.Objective - limits.RelativeGap * Math.Abs(run.Objective));
        if (run.Point is not null && limits.RelativeGap <= Solution.Accuracy) return withinGap;
        var relaxation = ClpSolver.Solve(program);
        var relaxed = relaxation.HasPoint ? relaxation.Bound : double.NegativeInfinity;
        return run.Point is null ? relaxed : Math.Max(withinGap, relaxed);
    }

    /// <summary>
    /// A point made exact: integers rounded and held, the rest solved again by Clp, all rows rechecked. Null when that fails, as
    /// it does when a point lived on CBC's integer tolerance (2.9999999 × a large coefficient).
    /// </summary>
    internal static Solution? Repair(MixedIntegerProgram program, IReadOnlyList<double> point, SolveLimits limits)
    {
        var values = new double[program.ColumnCount];
        for (var column = 0; column < values.Length; column++)
        {
            var value = program.IsInteger(column) ? Math.Round(point[column]) + 0.0 : point[column];
            values[column] = Math.Clamp(value, program.ColumnLower[column], program.ColumnUpper[column]);
        }
        if (program.IntegerCount < program.ColumnCount)
        {
            var rest = program.Clone();
            for (var column = 0; column < values.Length; column++)
            {
                if (program.IsInteger(column)) rest.SetColumnBounds(column, values[column], values[column]);
            }
            var exact = ClpSolver.Solve(rest, limits.FeasibilityTolerance);
            if (exact.HasPoint) values = [.. exact.Values];
        }
        var check = Feasibility.Check(program, values);
        return check.IsWithin(limits.FeasibilityTolerance)
            ? new() { Status = SolveStatus.Feasible, Objective = check.Objective, Bound = double.NegativeInfinity, Values = values }
            : null;
    }

    /// <summary>Column bounds with those of integers rounded inwards; null when no whole number is left for one.</summary>
    private static (double[] Lower, double[] Upper)? WholeBounds(MixedIntegerProgram program)
    {
        var (lower, upper) = (program.ColumnLower.ToArray(), program.ColumnUpper.ToArray());
        for (var column = 0; column < lower.Length; column++)
        {
            if (!program.IsInteger(column)) continue;
            (lower[column], upper[column]) = (Math.Ceiling(lower[column]), Math.Floor(upper[column]));
            if (lower[column] > upper[column]) return null;
        }
        return (lower, upper);
    }
}
