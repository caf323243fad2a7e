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
    /// <param name="Origin">Index of the row that it follows from; its own where the program had it.</param>
    /// <param name="Least">The right-hand side.</param>
    /// <param name="Each">Coefficients in the order of the columns; none is negative.</param>
    internal sealed record Row(int Index, int Origin, double Least, double[] Each);

    private Cover(int[] columns) => Columns = columns;

    /// <summary>Indices of its columns in the program, ascending.</summary>
    public int[] Columns { get; }

    /// <summary>Its rows: first those that the program had, then those that were found to hold for whole numbers.</summary>
    public IReadOnlyList<Row> Rows => rows;

    /// <summary>Whether its rounded problem can be solved by enumeration.</summary>
    public bool IsEnumerable { get; private init; } = true;

    /// <summary>The place of a row of the program among its rows; −1 where it is none of them.</summary>
    public int Place(int row) => rows.FindIndex(own => own.Index == row);

    /// <summary>Adds a row to it and to the program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="origin">The row that it follows from.</param>
    /// <param name="least">The right-hand side.</param>
    /// <param name="each">Coefficients in the order of the columns.</param>
    public void Add(MixedIntegerProgram program, Row origin, double least, double[] each)
    {
        var row = program.AddRow(least, double.PositiveInfinity);
        for (var i = 0; i < each.Length; i++)
            if (each[i] != 0) program.AddTerm(row, Columns[i], each[i]);
        rows.Add(new(row, origin.Origin, least, each));
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

        // Rows that share a column that does not last are one.
        var groups = new Groups(program.RowCount);
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (lasts(column)) continue;
            var first = -1;
            foreach (var row in matrix.RowsOf(column))
            {
                if (!fits[row]) continue;
                if (first < 0) first = row;
                else groups.Join(first, row);
            }
        }

        // Each group with its rows, and then its columns with what they count in them, both ascending.
        var parts = new SortedDictionary<int, Part>();
        var (partOf, place) = (new Part?[program.RowCount], new int[program.RowCount]);
        for (var row = 0; row < fits.Length; row++)
        {
            if (!fits[row]) continue;
            if (!parts.TryGetValue(groups.Of(row), out var part)) parts[groups.Of(row)] = part = new();
            (partOf[row], place[row]) = (part, part.Rows.Count);
            part.Rows.Add(row);
        }

        for (var column = 0; column < program.ColumnCount; column++)
        {
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                if (partOf[rows[term]] is not { } part) continue;
                if (part.Columns.Count == 0 || part.Columns[^1] != column) part.Columns.Add(column);
            }
        }

        var own = parts.Values.Where(part => part.Columns.Count > 0).ToList();
        foreach (var part in own) part.Cover = Of(program, part);
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                if (partOf[rows[term]] is not { Cover: { } cover } part) continue;
                if (part.Columns[part.At] != column) part.At++;
                cover.rows[place[rows[term]]].Each[part.At] = each[term];
            }
        }

        return [.. own.Select(part => part.Cover!)];
    }

    private sealed class Part
    {
        public List<int> Rows { get; } = [];

        public List<int> Columns { get; } = [];

        public Cover? Cover { get; set; }

        // The place among its columns that is written.
        public int At { get; set; }
    }

    private static Cover Of(MixedIntegerProgram program, Part part)
    {
        var cover = new Cover([.. part.Columns])
        {
            // One column that need not be whole fills up what is left; two would need a linear program.
            IsEnumerable = part.Columns.Count(c => !program.IsInteger(c)) <= 1,
        };
        foreach (var row in part.Rows) cover.rows.Add(new(row, row, program.RowLower[row], new double[part.Columns.Count]));
        return cover;
    }
}
