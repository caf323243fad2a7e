using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>
/// A linear or mixed-integer minimisation program: minimise cost·x where every row's activity and every column stay within
/// their bounds and integer columns are whole. Built once; a what-if is a <see cref="Clone"/> with other bounds or costs.
/// </summary>
/// <remarks>
/// Bounds may be <see cref="double.PositiveInfinity"/> or <see cref="double.NegativeInfinity"/>; costs and coefficients are
/// finite. Not safe for writing by several threads.
/// </remarks>
public sealed class MixedIntegerProgram
{
    private readonly List<double> _columnLower = [];
    private readonly List<double> _columnUpper = [];
    private readonly List<double> _cost = [];
    private readonly List<bool> _integer = [];
    private readonly List<double> _rowLower = [];
    private readonly List<double> _rowUpper = [];

    // Terms not yet in _matrix; null where there are none.
    private TermBuffer? _terms;
    private SparseColumns _matrix = SparseColumns.Empty;

    // The rows that _matrix knows; those after them have no terms in it.
    private int _matrixRows;

    /// <summary>An empty program.</summary>
    public MixedIntegerProgram()
    {
    }

    private MixedIntegerProgram(MixedIntegerProgram other)
    {
        _matrix = other.Matrix;
        _matrixRows = other._matrixRows;
        _columnLower.AddRange(other._columnLower);
        _columnUpper.AddRange(other._columnUpper);
        _cost.AddRange(other._cost);
        _integer.AddRange(other._integer);
        _rowLower.AddRange(other._rowLower);
        _rowUpper.AddRange(other._rowUpper);
        IntegerCount = other.IntegerCount;
    }

    /// <summary>Number of columns (variables).</summary>
    public int ColumnCount => _cost.Count;

    /// <summary>Number of rows (constraints).</summary>
    public int RowCount => _rowLower.Count;

    /// <summary>Number of integer columns.</summary>
    public int IntegerCount { get; private set; }

    /// <summary>Lower bound of each column.</summary>
    public ReadOnlySpan<double> ColumnLower => CollectionsMarshal.AsSpan(_columnLower);

    /// <summary>Upper bound of each column.</summary>
    public ReadOnlySpan<double> ColumnUpper => CollectionsMarshal.AsSpan(_columnUpper);

    /// <summary>Cost of one unit of each column.</summary>
    public ReadOnlySpan<double> Cost => CollectionsMarshal.AsSpan(_cost);

    /// <summary>Lower bound of each row's activity.</summary>
    public ReadOnlySpan<double> RowLower => CollectionsMarshal.AsSpan(_rowLower);

    /// <summary>Upper bound of each row's activity.</summary>
    public ReadOnlySpan<double> RowUpper => CollectionsMarshal.AsSpan(_rowUpper);

    /// <summary>The coefficients. Terms added since the last call are sorted in: linear in their number.</summary>
    public SparseColumns Matrix
    {
        get
        {
            if (_terms is null && _matrix.ColumnCount == ColumnCount) return _matrix;
            _matrix = _terms is null ? _matrix.With(RowCount, _matrixRows, ColumnCount, [], [], []) : _matrix.With(RowCount, _matrixRows, ColumnCount, _terms.Rows, _terms.Columns, _terms.Coefficients);
            _matrixRows = RowCount;
            _terms?.GiveBack();
            _terms = null;
            return _matrix;
        }
    }

    /// <summary>Adds a column and returns its index.</summary>
    /// <param name="lower">Least value; may be negative infinity.</param>
    /// <param name="upper">Greatest value; may be positive infinity.</param>
    /// <param name="cost">Cost of one unit; finite.</param>
    /// <param name="integer">Whether only whole values are allowed.</param>
    /// <exception cref="ArgumentException">A bound is not a number or the cost is not finite.</exception>
    public int AddColumn(double lower, double upper, double cost, bool integer = false)
    {
        CheckBounds(lower, upper);
        CheckFinite(cost, nameof(cost));
        _columnLower.Add(lower);
        _columnUpper.Add(upper);
        _cost.Add(cost);
        _integer.Add(integer);
        if (integer) IntegerCount++;
        return ColumnCount - 1;
    }

    /// <summary>Adds a row lower ≤ activity ≤ upper and returns its index.</summary>
    /// <param name="lower">Least activity; negative infinity where there is none.</param>
    /// <param name="upper">Greatest activity; positive infinity where there is none.</param>
    /// <exception cref="ArgumentException">A bound is not a number.</exception>
    public int AddRow(double lower, double upper)
    {
        CheckBounds(lower, upper);
        _rowLower.Add(lower);
        _rowUpper.Add(upper);
        return RowCount - 1;
    }

    /// <summary>Adds coefficient × column to a row. Several terms for the same pair are summed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The row or column does not exist.</exception>
    /// <exception cref="ArgumentException">The coefficient is not finite.</exception>
    public void AddTerm(int row, int column, double coefficient)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)RowCount, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)ColumnCount, nameof(column));
        CheckFinite(coefficient, nameof(coefficient));
        (_terms ??= TermBuffer.Take()).Add(row, column, coefficient);
    }

    /// <summary>Replaces a column's bounds.</summary>
    /// <exception cref="ArgumentException">A bound is not a number.</exception>
    public void SetColumnBounds(int column, double lower, double upper)
    {
        CheckBounds(lower, upper);
        (_columnLower[column], _columnUpper[column]) = (lower, upper);
    }

    /// <summary>Replaces a row's bounds.</summary>
    /// <exception cref="ArgumentException">A bound is not a number.</exception>
    public void SetRowBounds(int row, double lower, double upper)
    {
        CheckBounds(lower, upper);
        (_rowLower[row], _rowUpper[row]) = (lower, upper);
    }

    /// <summary>Replaces a column's cost.</summary>
    /// <exception cref="ArgumentException">The cost is not finite.</exception>
    public void SetCost(int column, double cost)
    {
        CheckFinite(cost, nameof(cost));
        _cost[column] = cost;
    }

    /// <summary>Whether a column must be whole.</summary>
    public bool IsInteger(int column) => _integer[column];

    /// <summary>A program that can be changed without touching this one. The coefficients are shared, not copied.</summary>
    public MixedIntegerProgram Clone() => new(this);

    /// <summary>A program like this one in which only some of the integer columns must be whole.</summary>
    /// <param name="keep">Whether an integer column stays one.</param>
    public MixedIntegerProgram WithIntegers(Func<int, bool> keep)
    {
        var program = Clone();
        for (var column = 0; column < ColumnCount; column++)
        {
            if (!_integer[column] || keep(column)) continue;
            program._integer[column] = false;
            program.IntegerCount--;
        }

        return program;
    }

    /// <summary>
    /// The program of some columns, all others held at 0. Rows in which none of them occurs are left out; they must hold at 0.
    /// </summary>
    /// <param name="columns">The columns to keep, in ascending order.</param>
    public MixedIntegerProgram Only(ReadOnlySpan<int> columns)
    {
        var part = new MixedIntegerProgram();
        var matrix = Matrix;
        var rows = new int[RowCount];
        Array.Fill(rows, -1);
        for (var row = 0; row < RowCount; row++)
            if (_rowLower[row] > 0 || _rowUpper[row] < 0) rows[row] = part.AddRow(_rowLower[row], _rowUpper[row]);
        foreach (var column in columns)
        {
            var added = part.AddColumn(_columnLower[column], _columnUpper[column], _cost[column], _integer[column]);
            var of = matrix.RowsOf(column);
            var coefficients = matrix.CoefficientsOf(column);
            for (var i = 0; i < of.Length; i++)
            {
                var row = of[i];
                if (rows[row] < 0) rows[row] = part.AddRow(_rowLower[row], _rowUpper[row]);
                part.AddTerm(rows[row], added, coefficients[i]);
            }
        }

        return part;
    }

    private static void CheckBounds(double lower, double upper)
    {
        if (!(lower < double.PositiveInfinity)) throw new ArgumentException($"{lower} is not a lower bound.", nameof(lower));
        if (!(upper > double.NegativeInfinity)) throw new ArgumentException($"{upper} is not an upper bound.", nameof(upper));
    }

    private static void CheckFinite(double value, string name)
    {
        if (!double.IsFinite(value)) throw new ArgumentException($"{value} is not finite.", name);
    }
}
