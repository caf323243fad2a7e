namespace Switchyard.Plan.Solve;

/// <summary>
/// Duals for rows of the form "what is used is provided" (0 on the right-hand side) that no column of a restricted program touches. Any that are
/// not negative are valid; those wanted leave as few columns as possible worth joining. A column that would lower the cost has the price
/// of what it uses raised, as far as what provides it can bear (dual ascent; Bilde and Krarup, 1977, for plant location).
/// </summary>
internal sealed class DualAscent
{
    private const double Tiny = 1e-12;

    private readonly MixedIntegerProgram program;
    private readonly sbyte[] sign;

    // By row: first what provides, then what uses. By column: whether it uses anything.
    private readonly int[] starts;
    private readonly int[] usersFrom;
    private readonly int[] columns;
    private readonly double[] coefficients;
    private readonly bool[] uses;

    /// <summary>Prepares a program.</summary>
    /// <param name="program">The program.</param>
    public DualAscent(MixedIntegerProgram program)
    {
        this.program = program;
        sign = new sbyte[program.RowCount];
        for (var row = 0; row < sign.Length; row++)
        {
            if (program.RowLower[row] == 0 && program.RowUpper[row] > 0) sign[row] = 1;
            if (program.RowUpper[row] == 0 && program.RowLower[row] < 0) sign[row] = -1;
        }

        // The rows of that form, row by row.
        var matrix = program.Matrix;
        starts = new int[program.RowCount + 1];
        foreach (var row in matrix.Rows)
            if (sign[row] != 0) starts[row + 1]++;
        for (var row = 0; row < program.RowCount; row++) starts[row + 1] += starts[row];
        (columns, coefficients, uses) = (new int[starts[^1]], new double[starts[^1]], new bool[program.ColumnCount]);
        usersFrom = starts.AsSpan(0, program.RowCount).ToArray();
        Fill(usersFrom, providers: true);
        Fill([.. usersFrom], providers: false);
    }

    private void Fill(int[] next, bool providers)
    {
        var matrix = program.Matrix;
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                var counts = Signed(rows[term], each[term]);
                if (!IsLink(rows[term]) || counts > 0 != providers) continue;
                var at = next[rows[term]]++;
                (columns[at], coefficients[at]) = (column, counts);
                uses[column] |= !providers;
            }
        }
    }

    /// <summary>Whether a row says that what is used is provided.</summary>
    public bool IsLink(int row) => row < sign.Length && sign[row] != 0;

    /// <summary>The columns of such a row with their coefficients, positive for what provides.</summary>
    public IEnumerable<(int Column, double Each)> TermsOf(int row)
    {
        for (var at = starts[row]; at < starts[row + 1]; at++) yield return (columns[at], coefficients[at]);
    }

    /// <summary>What a column counts in such a row: positive where it provides.</summary>
    public double Signed(int row, double coefficient) => sign[row] * coefficient;

    /// <summary>Raises duals.</summary>
    /// <param name="reduced">Reduced costs of all columns; changed.</param>
    /// <param name="duals">Duals of all rows; those that are free are changed.</param>
    /// <param name="joined">Whether a column has joined: then it touches no free row.</param>
    public void Run(double[] reduced, double[] duals, Func<int, bool> joined)
    {
        for (var column = 0; column < reduced.Length; column++)
            if (uses[column] && reduced[column] < -Tiny && !joined(column)) Raise(column, -reduced[column], reduced, duals, 4);
    }

    // Makes a column's reduced cost larger, by at most so much.
    private void Raise(int column, double wanted, double[] reduced, double[] duals, int depth)
    {
        var rows = program.Matrix.RowsOf(column);
        var each = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length && wanted > Tiny; term++)
        {
            var row = rows[term];
            if (!IsLink(row) || -Signed(row, each[term]) is not (> 0 and var used)) continue;
            var step = wanted / used;
            for (var at = starts[row]; at < usersFrom[row] && step > Tiny; at++)
            {
                var provider = columns[at];
                var missing = (step * coefficients[at]) - reduced[provider];
                if (missing > Tiny && depth > 0 && uses[provider]) Raise(provider, missing, reduced, duals, depth - 1);
                step = Math.Min(step, Math.Max(0, reduced[provider]) / coefficients[at]);
            }

            if (step <= Tiny) continue;
            duals[row] += sign[row] * step;
            for (var at = starts[row]; at < starts[row + 1]; at++) reduced[columns[at]] -= step * coefficients[at];
            wanted -= step * used;
        }
    }
}
