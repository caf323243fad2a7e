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

    /// <summary>
    /// This matrix with terms added. A counting sort by column, then duplicates are summed with one marker per row:
    /// linear in the number of terms, and the order within a column is the order of first mention.
    /// </summary>
    internal SparseColumns With(
        int rowCount, int columnCount, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, ReadOnlySpan<double> coefficients)
    {
        var next = new int[columnCount + 1];
        for (var column = 0; column < ColumnCount; column++) next[column + 1] = _starts[column + 1] - _starts[column];
        foreach (var column in columns) next[column + 1]++;
        for (var column = 0; column < columnCount; column++) next[column + 1] += next[column];

        var bounds = (int[])next.Clone();
        var sortedRows = new int[bounds[columnCount]];
        var sorted = new double[bounds[columnCount]];
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
        return new(starts, rows[..end], coefficients[..end]);
    }
}
