namespace Switchyard.Plan.Solve;

/// <summary>What a point may break.</summary>
public enum ViolationKind
{
    /// <summary>Nothing is broken.</summary>
    None,

    /// <summary>A row's activity is outside its bounds.</summary>
    Row,

    /// <summary>A column is outside its bounds.</summary>
    ColumnBound,

    /// <summary>An integer column is not exactly whole.</summary>
    Integrality,

    /// <summary>A value is not a finite number.</summary>
    NotFinite,
}

/// <summary>How well a point keeps a program's limits, by plain arithmetic that shares nothing with the solver.</summary>
/// <param name="Kind">What is broken worst, relative to its scale.</param>
/// <param name="Index">The row or column that is broken worst; -1 when nothing is.</param>
/// <param name="Amount">How far outside, in that row's or column's own unit; 0 or more.</param>
/// <param name="Relative">
/// <paramref name="Amount"/> divided by the largest of 1, the bound's magnitude and the row's largest term.
/// </param>
/// <param name="Objective">The point's cost, recomputed.</param>
public sealed record Feasibility(ViolationKind Kind, int Index, double Amount, double Relative, double Objective)
{
    /// <summary>Whether no violation exceeds a relative tolerance.</summary>
    public bool IsWithin(double tolerance) => Relative <= tolerance;

    /// <summary>Recomputes every row's activity and finds the worst violation.</summary>
    /// <param name="program">The program.</param>
    /// <param name="values">One value per column.</param>
    /// <param name="relaxed">Whether integer columns may be fractional, as in the linear relaxation.</param>
    /// <exception cref="ArgumentException">The number of values is not the number of columns.</exception>
    public static Feasibility Check(MixedIntegerProgram program, IReadOnlyList<double> values, bool relaxed = false)
    {
        if (values.Count != program.ColumnCount)
            throw new ArgumentException($"{values.Count} values for {program.ColumnCount} columns.", nameof(values));

        var worst = new Feasibility(ViolationKind.None, -1, 0, 0, 0);
        var activity = new double[program.RowCount];
        var largest = new double[program.RowCount];
        var objective = 0.0;
        var matrix = program.Matrix;
        for (var column = 0; column < values.Count; column++)
        {
            var value = values[column];
            if (!double.IsFinite(value))
                return new(ViolationKind.NotFinite, column, double.PositiveInfinity, double.PositiveInfinity, double.NaN);
            objective += program.Cost[column] * value;
            worst = worst.OrWorse(ViolationKind.ColumnBound, column, value, program.ColumnLower[column], program.ColumnUpper[column], 1);
            if (!relaxed && program.IsInteger(column) && value != Math.Round(value))
                worst = worst.OrWorse(ViolationKind.Integrality, column, value, Math.Round(value), Math.Round(value), 1);
            if (value == 0) continue;
            var rows = matrix.RowsOf(column);
            var coefficients = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                var amount = coefficients[term] * value;
                activity[rows[term]] += amount;
                largest[rows[term]] = Math.Max(largest[rows[term]], Math.Abs(amount));
            }
        }
        for (var row = 0; row < activity.Length; row++)
            worst = worst.OrWorse(ViolationKind.Row, row, activity[row], program.RowLower[row], program.RowUpper[row], largest[row]);
        return worst with { Objective = objective };
    }

    private Feasibility OrWorse(ViolationKind kind, int index, double value, double lower, double upper, double scale)
    {
        var (amount, bound) = value < lower ? (lower - value, lower) : (value - upper, upper);
        if (!(amount > 0)) return this;
        var relative = amount / Math.Max(Math.Max(1, scale), Math.Abs(bound));
        return relative > Relative ? new(kind, index, amount, relative, Objective) : this;
    }
}
