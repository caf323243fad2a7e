namespace Switchyard.Plan.Solve;

/// <summary>
/// A part of a program that is a small covering problem of its own: what is wanted at one time, and the columns that can provide it. Lasting
/// columns (commitments) provide at many times and belong to many covers.
/// </summary>
internal sealed class Cover
{
    private readonly List<Row> rows = [];

    /// <summary>A row of it.</summary>
    /// <param name="Index">Index in the program.</param>
    /// <param name="Least">The right-hand side.</param>
    /// <param name="Each">Coefficients in the order of the columns; none is negative.</param>
    internal sealed record Row(int Index, double Least, double[] Each);

    /// <summary>A cover of some columns.</summary>
    public Cover(int[] columns) => Columns = columns;

    /// <summary>Indices of its columns in the program.</summary>
    public int[] Columns { get; }

    /// <summary>Its rows: first those that the program had, then those that were found to hold for whole numbers.</summary>
    public IReadOnlyList<Row> Rows => rows;

    /// <summary>Whether its rounded problem can be solved by enumeration.</summary>
    public bool IsEnumerable { get; private init; } = true;

    /// <summary>Adds a row that the program has.</summary>
    public void Has(Row row) => rows.Add(row);

    /// <summary>Adds a row to it and to the program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="least">The right-hand side.</param>
    /// <param name="each">Coefficients in the order of the columns.</param>
    public void Add(MixedIntegerProgram program, double least, double[] each)
    {
        var row = program.AddRow(least, double.PositiveInfinity);
        for (var i = 0; i < each.Length; i++)
            if (each[i] != 0) program.AddTerm(row, Columns[i], each[i]);
        rows.Add(new(row, least, each));
    }

    /// <summary>The covers of a program: its rows against which nothing counts, together where they share a column that does not last.</summary>
    /// <param name="program">The program.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    public static List<Cover> Of(MixedIntegerProgram program, Func<int, bool> lasts)
    {
        var fits = new bool[program.RowCount];
        for (var row = 0; row < fits.Length; row++) fits[row] = program.RowLower[row] > 0 && double.IsPositiveInfinity(program.RowUpper[row]);
        var matrix = program.Matrix;
        for (var term = 0; term < matrix.TermCount; term++)
            if (matrix.Coefficients[term] < 0) fits[matrix.Rows[term]] = false;

        // Rows that share such a column are one.
        var parent = Enumerable.Range(0, program.RowCount).ToArray();
        int Root(int row)
        {
            while (parent[row] != row) row = parent[row] = parent[parent[row]];
            return row;
        }

        var members = new SortedDictionary<int, List<(int Column, int Row, double Each)>>();
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (lasts(column)) continue;
            var first = -1;
            foreach (var row in matrix.RowsOf(column))
            {
                if (!fits[row]) continue;
                if (first < 0) first = Root(row);
                else parent[Root(row)] = first = Math.Min(first, Root(row));
                parent[first] = first;
            }
        }

        for (var column = 0; column < program.ColumnCount; column++)
        {
            var touched = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < touched.Length; term++)
            {
                if (!fits[touched[term]]) continue;
                var root = Root(touched[term]);
                if (!members.TryGetValue(root, out var list)) members[root] = list = [];
                list.Add((column, touched[term], each[term]));
            }
        }

        return [.. members.Values.Select(list => Of(program, list))];
    }

    private static Cover Of(MixedIntegerProgram program, List<(int Column, int Row, double Each)> terms)
    {
        var columns = terms.Select(t => t.Column).Distinct().ToArray();
        var at = new Dictionary<int, int>(columns.Length);
        for (var i = 0; i < columns.Length; i++) at[columns[i]] = i;
        var cover = new Cover(columns)
        {
            // One column that need not be whole fills up what is left; two would need a linear program.
            IsEnumerable = columns.Count(c => !program.IsInteger(c)) <= 1,
        };
        foreach (var row in terms.GroupBy(t => t.Row).OrderBy(g => g.Key))
        {
            var each = new double[columns.Length];
            foreach (var (column, _, value) in row) each[at[column]] = value;
            cover.Has(new(row.Key, program.RowLower[row.Key], each));
        }

        return cover;
    }
}
