namespace Switchyard.Plan.Solve;

/// <summary>Some columns of a program, the others at 0: what is found among them is a point of the whole.</summary>
internal sealed class ProgramPart
{
    private readonly int count;

    /// <summary>The columns that are kept; those that cannot be 0 always are.</summary>
    /// <param name="whole">The program; not changed.</param>
    /// <param name="keep">Whether to keep a column.</param>
    public ProgramPart(MixedIntegerProgram whole, Func<int, bool> keep)
    {
        count = whole.ColumnCount;
        Columns = [.. Enumerable.Range(0, count).Where(column => whole.ColumnLower[column] > 0 || keep(column))];
        Program = whole.Only(Columns);
    }

    /// <summary>The indices of the kept columns in the whole program, ascending.</summary>
    public int[] Columns { get; }

    /// <summary>The program of the kept columns, in that order.</summary>
    public MixedIntegerProgram Program { get; }

    /// <summary>Whether nothing was left out.</summary>
    public bool IsWhole => Columns.Length == count;

    /// <summary>Solves the part.</summary>
    /// <param name="limits">When to stop.</param>
    /// <param name="known">A point of the whole program that the answer is never worse than, where all it takes was kept; null for none.</param>
    /// <returns>A point of the whole program; its bound is that of the part.</returns>
    public Solution Solve(SolveLimits limits, IReadOnlyList<double>? known = null)
    {
        var solution = CbcSolver.Solve(Program, limits, known is null ? null : [.. Columns.Select(column => known[column])]);
        return Whole(solution);
    }

    /// <summary>A point of the whole program, the columns that were not kept at 0.</summary>
    /// <param name="solution">A solution of the part.</param>
    public Solution Whole(Solution solution) => solution.HasPoint ? solution with { Values = Widen(solution.Values), RowDuals = null, ReducedCosts = null } : solution;

    private double[] Widen(IReadOnlyList<double> values)
    {
        var all = new double[count];
        for (var i = 0; i < Columns.Length; i++) all[Columns[i]] = values[i];
        return all;
    }
}
