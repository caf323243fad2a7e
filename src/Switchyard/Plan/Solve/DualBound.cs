namespace Switchyard.Plan.Solve;

/// <summary>What duals prove, whatever point they belong to: Σ dual × the side of the row that it prices + Σ what columns at their cheaper bound add or take off.</summary>
internal static class DualBound
{
    /// <summary>What a column without an upper bound may lack of its cost: nothing but a rounding error.</summary>
    public const double Nothing = 1e-9;

    /// <summary>Finds the bound.</summary>
    /// <param name="program">The program.</param>
    /// <param name="duals">One for each row; those that price a side that a row does not have become 0.</param>
    /// <param name="reduced">Takes what the duals leave of each column's cost.</param>
    /// <returns>No point costs less; negative infinity where the duals prove nothing.</returns>
    public static double Of(MixedIntegerProgram program, double[] duals, double[] reduced)
    {
        var bound = 0.0;
        for (var row = 0; row < duals.Length; row++)
        {
            var side = duals[row] > 0 ? program.RowLower[row] : program.RowUpper[row];
            if (!double.IsFinite(side)) duals[row] = 0;
            else bound += duals[row] * side;
        }

        Reduce(program, duals, reduced);
        for (var column = 0; column < reduced.Length; column++)
        {
            var left = reduced[column];
            if (left == 0 || (left < 0 && double.IsPositiveInfinity(program.ColumnUpper[column]) && left >= -Nothing)) continue;
            bound += left * (left < 0 ? program.ColumnUpper[column] : program.ColumnLower[column]);
        }

        return bound;
    }

    /// <summary>What duals leave of each column's cost.</summary>
    /// <param name="program">The program.</param>
    /// <param name="duals">One for each row.</param>
    /// <param name="reduced">Takes it, one for each column.</param>
    /// <param name="feasibility">Whether columns cost nothing.</param>
    public static void Reduce(MixedIntegerProgram program, double[] duals, double[] reduced, bool feasibility = false)
    {
        var matrix = program.Matrix;
        var starts = matrix.Starts;
        var rows = matrix.Rows;
        var coefficients = matrix.Coefficients;
        for (var column = 0; column < reduced.Length; column++)
        {
            var left = feasibility ? 0 : program.Cost[column];
            for (var term = starts[column]; term < starts[column + 1]; term++) left -= coefficients[term] * duals[rows[term]];
            reduced[column] = left;
        }
    }
}
