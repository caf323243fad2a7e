namespace Switchyard.Plan.Solve;

/// <summary>
/// Solves programs of many columns of which few matter. The relaxation prices every column: its reduced cost is what a unit of it would
/// add to the relaxation's objective. The search looks first among the columns that are nearly worth their cost. Only when what it finds
/// lies further above the relaxation than the gap allows, it searches again among all columns that could still be in a cheaper solution:
/// a whole-numbered one whose reduced cost exceeds the distance cannot. The bound holds for the whole program (Dantzig, Fulkerson and Johnson, 1954).
/// </summary>
public static class PricedSolver
{
    // A column is nearly worth its cost when it would have to be this much cheaper to enter the relaxation.
    private const double Near = 0.12;

    // The same where a good solution is enough.
    private const double VeryNear = 0.05;

    /// <summary>Solves the program.</summary>
    /// <param name="program">The program; not changed. Columns have a lower bound of 0.</param>
    /// <param name="limits">When to stop; the nodes hold for each of the two searches.</param>
    /// <param name="prove">False to be content with the first search when it finds something.</param>
    /// <param name="relaxed">The solution of the relaxation, from <see cref="ClpSolver"/>.</param>
    /// <param name="known">What was found before: a point that the answer is never worse than, and a bound; null for nothing.</param>
    public static Solution Solve(MixedIntegerProgram program, SolveLimits limits, bool prove, Solution relaxed, Solution? known = null)
    {
        if (program.IntegerCount == 0) return relaxed;
        if (relaxed.Status == SolveStatus.Infeasible) return relaxed;
        if (!relaxed.HasPoint || relaxed.ReducedCosts is not { } reduced) return CbcSolver.Solve(program, limits);
        var proven = Math.Max(relaxed.Bound, known?.Bound ?? double.NegativeInfinity);
        var start = known is { HasPoint: true } ? known.Values : null;

        var point = relaxed.Values;
        var share = prove ? Near : VeryNear;
        var near = Keep(program, column => point[column] > 1e-9 || start?[column] > 0 || reduced[column] <= (share * Math.Abs(program.Cost[column])) + 1e-9);
        var first = Search(program, near, limits, start);
        if (first.HasPoint)
        {
            first = first with { Bound = Math.Min(first.Objective, proven) };
            if (near.Length == program.ColumnCount || !prove || first.Gap <= limits.RelativeGap) return Judge(first, limits);
            var distance = first.Objective - relaxed.Bound;
            // A column that need not be whole can be in a cheaper solution by less than a unit, whatever a unit of it would add.
            var rest = Keep(program, column => !program.IsInteger(column) || point[column] > 1e-9
                || reduced[column] <= distance * (1 + 1e-9) || first.Values[column] > 0);
            var second = Search(program, rest, limits, first.Values);
            if (!second.HasPoint) return Judge(first, limits);
            var best = second.Objective <= first.Objective ? second : first;
            return Judge(best with
            {
                Bound = Math.Min(best.Objective, Math.Max(proven, second.Bound)),
                Nodes = first.Nodes + second.Nodes,
            }, limits);
        }

        return CbcSolver.Solve(program, limits);
    }

    private static Solution Judge(Solution solution, SolveLimits limits) =>
        solution with { Status = solution.Gap <= Math.Max(limits.RelativeGap, 1e-7) * (1 + 1e-6) ? SolveStatus.Optimal : SolveStatus.Feasible };

    private static int[] Keep(MixedIntegerProgram program, Func<int, bool> keep) =>
        [.. Enumerable.Range(0, program.ColumnCount).Where(column => program.ColumnLower[column] > 0 || keep(column))];

    // The program of some columns, the others at 0, solved; its solution as one of the whole program.
    private static Solution Search(MixedIntegerProgram program, int[] columns, SolveLimits limits, IReadOnlyList<double>? known)
    {
        var part = program.Only(columns);
        var start = known is null ? null : columns.Select(column => known[column]).ToArray();
        var solution = CbcSolver.Solve(part, limits, start);
        if (!solution.HasPoint) return solution;
        var values = new double[program.ColumnCount];
        for (var i = 0; i < columns.Length; i++) values[columns[i]] = solution.Values[i];
        return solution with { Values = values, RowDuals = null, ReducedCosts = null };
    }
}
