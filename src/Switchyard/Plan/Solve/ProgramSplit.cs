namespace Switchyard.Plan.Solve;

/// <summary>
/// A program taken apart: most rows touch few columns, and without the few that touch many (a month's cash, a provider's share) it falls into parts that know nothing
/// of each other. Rows are taken up in the order of their number of terms; one that would make a part larger than allowed joins parts instead.
/// Columns whose bounds leave no choice are not part of it: what they count is taken off the rows.
/// </summary>
internal sealed class ProgramSplit
{
    /// <summary>Takes a program apart.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="most">Most columns of a part.</param>
    public ProgramSplit(MixedIntegerProgram program, int most)
    {
        var matrix = program.Matrix;
        (Lower, Upper) = (program.RowLower.ToArray(), program.RowUpper.ToArray());
        var free = new List<int>();
        var touching = new List<int>[program.RowCount];
        for (var row = 0; row < touching.Length; row++) touching[row] = [];
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var isFree = program.ColumnLower[column] < program.ColumnUpper[column];
            if (isFree) free.Add(column);
            else Fixed += program.Cost[column] * program.ColumnLower[column];
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                if (isFree) touching[rows[term]].Add(column);
                else
                {
                    Lower[rows[term]] -= each[term] * program.ColumnLower[column];
                    Upper[rows[term]] -= each[term] * program.ColumnLower[column];
                }
            }
        }

        var groups = new Groups(program.ColumnCount);
        var size = new int[program.ColumnCount];
        Array.Fill(size, 1);
        // What only sums up others, or is dealt out among them, belongs between parts: in one of them it would be whatever its price asks for.
        var joins = new bool[program.RowCount];
        foreach (var row in touching.Where(row => row.Count > 1 && !row.Exists(program.IsInteger)))
            foreach (var column in row)
                foreach (var own in matrix.RowsOf(column)) joins[own] = true;
        foreach (var row in Enumerable.Range(0, touching.Length).Where(row => touching[row].Count > 0 && !joins[row]).OrderBy(row => touching[row].Count))
        {
            var own = touching[row].Select(groups.Of).Distinct().ToList();
            var together = own.Sum(group => size[group]);
            if (own.Count > 1 && together > most)
            {
                joins[row] = true;
                continue;
            }

            foreach (var group in own) groups.Join(own[0], group);
            size[groups.Of(own[0])] = together;
        }

        var whole = free.Where(program.IsInteger).Select(groups.Of).ToHashSet();
        bool IsPart(int column) => size[groups.Of(column)] > 1 && whole.Contains(groups.Of(column));
        Loose = [.. free.Where(column => !IsPart(column))];
        foreach (var column in Loose)
            foreach (var row in matrix.RowsOf(column)) joins[row] = true;
        Parts = [.. free.Where(IsPart).GroupBy(groups.Of).Select(part => part.ToArray())];
        Joining = [.. Enumerable.Range(0, joins.Length).Where(row => joins[row])];
    }

    /// <summary>The columns of each part, ascending.</summary>
    public int[][] Parts { get; }

    /// <summary>The columns that are in no part: by themselves, or with others that need not be whole either.</summary>
    public int[] Loose { get; }

    /// <summary>The rows between parts.</summary>
    public int[] Joining { get; }

    /// <summary>What is left of each row's lower bound.</summary>
    public double[] Lower { get; }

    /// <summary>What is left of each row's upper bound.</summary>
    public double[] Upper { get; }

    /// <summary>What columns without a choice cost.</summary>
    public double Fixed { get; }
}
