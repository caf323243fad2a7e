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

    // More columns than this are not searched as a whole where a good solution is enough.
    private const int Many = 5000;

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

        var near = new ProgramPart(program, column => start?[column] > 0 || relaxed.IsNear(program, column, prove ? Near : VeryNear));
        var first = near.Solve(limits, start);
        if (first.HasPoint)
        {
            first = first.Proven(proven, limits);
            if (near.IsWhole || !prove || first.Gap <= limits.RelativeGap) return first;
            var distance = first.Objective - relaxed.Bound;
            // A column that need not be whole can be in a cheaper solution by less than a unit, whatever a unit of it would add.
            var rest = new ProgramPart(program, column => !program.IsInteger(column) || relaxed.Values[column] > 1e-9
                || reduced[column] <= distance * (1 + 1e-9) || first.Values[column] > 0);
            var second = rest.Solve(limits, first.Values);
            if (!second.HasPoint) return first;
            var best = second.Objective <= first.Objective ? second : first;
            return (best with { Nodes = first.Nodes + second.Nodes }).Proven(Math.Max(proven, second.Bound), limits);
        }

        // Nothing near: all columns, unless they are so many that nothing would come of it and a proof is not asked for.
        return !prove && program.ColumnCount > Many ? Solution.NoIncumbent(proven, first.Nodes) : CbcSolver.Solve(program, limits);
    }
}
