namespace Switchyard.Plan.Solve;

/// <summary>A sparse matrix stored column by column, without gaps, duplicates or zeros. Immutable, so clones share it.</summary>
public sealed class SparseColumns
{
    private readonly int[] _starts;
    private readonly int[] _rows;
    private readonly double[] _coefficients;

    private SparseColumns(int[] starts, int[] rows, double[] coefficients) =>
        (_starts, _rows, _coefficients) = (starts, rows, coefficients);

    /// <summary>The matrix of a program without columns.</summary>
    public static SparseColumns Empty { get; } = new([0], [], []);

    /// <summary>Number of columns.</summary>
    public int ColumnCount => _starts.Length - 1;

    /// <summary>Number of stored coefficients, all of them non-zero.</summary>
    public int TermCount => _rows.Length;

    /// <summary>Where each column starts in <see cref="Rows"/>; one entry more than there are columns.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Row of each coefficient.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The coefficients, column after column.</summary>
    public ReadOnlySpan<double> Coefficients => _coefficients;

    /// <summary>Rows of one column.</summary>
    public ReadOnlySpan<int> RowsOf(int column) => _rows.AsSpan(_starts[column].._starts[column + 1]);

    /// <summary>Coefficients of one column, in the order of <see cref="RowsOf"/>.</summary>
    public ReadOnlySpan<double> CoefficientsOf(int column) => _coefficients.AsSpan(_starts[column].._starts[column + 1]);

    /// <summary>Adds what so much of a column counts in each row.</summary>
    /// <param name="column">The column.</param>
    /// <param name="amount">How much of it.</param>
    /// <param name="sums">One for each row.</param>
    public void Add(int column, double amount, Span<double> sums)
    {
        for (var term = _starts[column]; term < _starts[column + 1]; term++) sums[_rows[term]] += _coefficients[term] * amount;
    }

    /// <summary>
    /// This matrix with terms added. A counting sort by column, then duplicates are summed with one marker per row:
    /// linear in the number of terms, and the order within a column is the order of first mention.
    /// </summary>
    /// <param name="rowCount">How many rows there are now.</param>
    /// <param name="known">How many of them this matrix knows: in those that came since it has no terms.</param>
    /// <param name="columnCount">How many columns there are now.</param>
    /// <param name="rows">The row of each term.</param>
    /// <param name="columns">The column of each term.</param>
    /// <param name="coefficients">The coefficient of each term.</param>
    internal SparseColumns With(
        int rowCount, int known, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> coefficients)
    {
        if (Below(known, columnCount, rows, columns, coefficients) is { } longer) return longer;
        var next = new int[columnCount + 1];
        for (var column = 0; column < ColumnCount; column++) next[column + 1] = _starts[column + 1] - _starts[column];
        foreach (var column in columns) next[column + 1]++;
        for (var column = 0; column < columnCount; column++) next[column + 1] += next[column];

        var bounds = (int[])next.Clone();
        // All of it is written.
        var sortedRows = GC.AllocateUninitializedArray<int>(bounds[columnCount]);
        var sorted = GC.AllocateUninitializedArray<double>(bounds[columnCount]);
        for (var column = 0; column < ColumnCount; column++)
        {
            var length = _starts[column + 1] - _starts[column];
            Array.Copy(_rows, _starts[column], sortedRows, next[column], length);
            Array.Copy(_coefficients, _starts[column], sorted, next[column], length);
            next[column] += length;
        }
        for (var term = 0; term < columns.Length; term++)
        {
            var at = next[columns[term]]++;
            sortedRows[at] = rows[term];
            sorted[at] = coefficients[term];
        }
        return Compact(rowCount, bounds, sortedRows, sorted);
    }

    // Terms of new rows, row after row and each column once in a row, come last in their columns: nothing is to be summed up. Null where they are not like that.
    private SparseColumns? Below(int known, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> coefficients)
    {
        if (ColumnCount == 0 || rows.IsEmpty || rows[0] < known) return null;
        var (more, last) = (new int[columnCount], new int[columnCount]);
        for (var term = 0; term < rows.Length; term++)
        {
            if ((term > 0 && rows[term] < rows[term - 1]) || coefficients[term] == 0 || last[columns[term]] == rows[term]) return null;
            last[columns[term]] = rows[term];
            more[columns[term]]++;
        }

        var starts = new int[columnCount + 1];
        // All of it is written.
        var (longerRows, longer) = (GC.AllocateUninitializedArray<int>(_rows.Length + rows.Length), GC.AllocateUninitializedArray<double>(_rows.Length + rows.Length));
        var (copied, shift) = (0, 0);
        for (var column = 0; column < columnCount; column++)
        {
            var end = column < ColumnCount ? _starts[column + 1] : _rows.Length;
            if (more[column] > 0 || column == columnCount - 1)
            {
                Array.Copy(_rows, copied, longerRows, copied + shift, end - copied);
                Array.Copy(_coefficients, copied, longer, copied + shift, end - copied);
                copied = end;
            }

            (last[column], shift) = (end + shift, shift + more[column]);
            starts[column + 1] = end + shift;
        }

        for (var term = 0; term < rows.Length; term++)
        {
            var at = last[columns[term]]++;
            (longerRows[at], longer[at]) = (rows[term], coefficients[term]);
        }

        return new(starts, longerRows, longer);
    }

    private static SparseColumns Compact(int rowCount, int[] bounds, int[] rows, double[] coefficients)
    {
        var seenAt = new int[rowCount];
        Array.Fill(seenAt, -1);
        var starts = new int[bounds.Length];
        var end = 0;
        for (var column = 0; column + 1 < bounds.Length; column++)
        {
            var start = end;
            for (var term = bounds[column]; term < bounds[column + 1]; term++)
            {
                var row = rows[term];
                if (seenAt[row] >= start)
                {
                    coefficients[seenAt[row]] += coefficients[term];
                    continue;
                }
                seenAt[row] = end;
                rows[end] = row;
                coefficients[end++] = coefficients[term];
            }
            // Terms that cancelled out; later columns have not been written yet, so the markers stay valid.
            var kept = start;
            for (var term = start; term < end; term++)
            {
                seenAt[rows[term]] = -1;
                if (coefficients[term] == 0) continue;
                rows[kept] = rows[term];
                coefficients[kept++] = coefficients[term];
            }
            end = kept;
            starts[column + 1] = end;
        }
        return end == rows.Length ? new(starts, rows, coefficients) : new(starts, rows[..end], coefficients[..end]);
    }
}
