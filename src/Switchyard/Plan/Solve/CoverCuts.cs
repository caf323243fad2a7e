namespace Switchyard.Plan.Solve;

/// <summary>
/// Rows that every whole-numbered point keeps and the relaxation does not, found cover by cover. A load of 1.3 machines needs 2 of them; the
/// relaxation buys 1.3. They are mixed-integer rounding of single rows (Nemhauser and Wolsey, 1990).
/// </summary>
internal sealed class CoverCuts
{
    // Below this a part of a divisor left over makes coefficients that are mostly rounding errors.
    private const double LeastFraction = 0.02;

    // A row is worth adding when the point is outside it by this share of its right-hand side.
    private const double Worthwhile = 0.002;

    private readonly MixedIntegerProgram program;
    private readonly List<Cover> covers;
    private readonly List<Rounding> made = [];
    private readonly int first;

    /// <summary>A row that was added: the row of a cover that it rounds, and the column whose coefficient divides that.</summary>
    /// <param name="Cover">The cover's place among the covers.</param>
    /// <param name="Row">The rounded row's place in the cover where the program had it; ~i for the row that came i-th.</param>
    /// <param name="Column">The column's place in the cover.</param>
    internal readonly record struct Rounding(int Cover, int Row, int Column);

    /// <summary>Finds the covers of a program.</summary>
    /// <param name="program">The program; rows are added to it.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    public CoverCuts(MixedIntegerProgram program, Func<int, bool> lasts) =>
        (this.program, first, covers) = (program, program.RowCount, Cover.Of(program, lasts));

    /// <summary>The covers, with the rows found for them.</summary>
    public IReadOnlyList<Cover> Covers => covers;

    /// <summary>Adds the rounded row of each row that a point is furthest outside of.</summary>
    /// <param name="values">The point.</param>
    /// <returns>How many rows were added.</returns>
    public int Round(double[] values)
    {
        var added = 0;
        for (var place = 0; place < covers.Count; place++)
        {
            var cover = covers[place];
            var given = cover.Rows.Count;
            for (var i = 0; i < given; i++)
            {
                var row = cover.Rows[i];
                var (best, divisor) = (Worthwhile, -1);
                foreach (var column in Divisors(cover, row, values))
                {
                    var candidate = row.Each[column];
                    var (least, fraction) = Rounded(row.Least / candidate);
                    if (fraction < LeastFraction) continue;
                    var activity = 0.0;
                    for (var c = 0; c < row.Each.Length; c++)
                        if (values[cover.Columns[c]] > 0) activity += Coefficient(cover, row, c, candidate, fraction) * values[cover.Columns[c]];
                    if ((least - activity) / least > best) (best, divisor) = ((least - activity) / least, column);
                }

                if (divisor >= 0 && Add(place, i, divisor)) added++;
            }
        }

        return added;
    }

    /// <summary>Adds the rows that were added to a program like this one, as far as there are any such.</summary>
    /// <param name="others">What was added there.</param>
    /// <returns>The row that each of them is now; −1 for none.</returns>
    public int[] Again(IReadOnlyList<Rounding> others)
    {
        var rows = new int[others.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var (place, from, column) = others[i];
            var row = place >= covers.Count ? -1 : from >= 0 ? from : rows[~from] < 0 ? -1 : covers[place].Place(rows[~from]);
            rows[i] = row >= 0 && row < covers[place].Rows.Count && column < covers[place].Columns.Length && Add(place, row, column) ? program.RowCount - 1 : -1;
        }

        return rows;
    }

    /// <summary>Some of the rows that were added, and those that they follow from.</summary>
    /// <param name="wanted">Whether a row of the program is wanted.</param>
    /// <param name="rows">Takes the row that each of them is.</param>
    public List<Rounding> Made(Func<int, bool> wanted, List<int> rows)
    {
        var keep = new bool[made.Count];
        for (var i = made.Count - 1; i >= 0; i--)
        {
            keep[i] |= wanted(first + i);
            if (keep[i] && made[i].Row < 0) keep[~made[i].Row] = true;
        }

        var (kept, at) = (new List<Rounding>(), new int[made.Count]);
        for (var i = 0; i < keep.Length; i++)
        {
            if (!keep[i]) continue;
            at[i] = kept.Count;
            kept.Add(made[i].Row < 0 ? made[i] with { Row = ~at[~made[i].Row] } : made[i]);
            rows.Add(first + i);
        }

        return kept;
    }

    // Rounds a row of a cover by the coefficient of one of its columns.
    private bool Add(int place, int i, int column)
    {
        var cover = covers[place];
        var row = cover.Rows[i];
        var divisor = row.Each[column];
        if (divisor <= 0) return false;
        var (right, left) = Rounded(row.Least / divisor);
        if (left < LeastFraction || right <= 0) return false;
        made.Add(new(place, row.Index < first ? i : ~(row.Index - first), column));
        cover.Add(program, row, right, [.. row.Each.Select((_, c) => Clipped(cover, row, c, right, Coefficient(cover, row, c, divisor, left)))]);
        return true;
    }

    // What the point uses for it, a few at most.
    private List<int> Divisors(Cover cover, Cover.Row row, double[] values)
    {
        var found = new List<int>();
        for (var c = 0; c < row.Each.Length && found.Count < 6; c++)
        {
            var (column, each) = (cover.Columns[c], row.Each[c]);
            if (values[column] > 1e-6 && each > 0 && each < row.Least * (1 - 1e-9) && program.IsInteger(column) && IsNew(row, found, each)) found.Add(c);
        }

        return found;
    }

    private static bool IsNew(Cover.Row row, List<int> found, double each)
    {
        foreach (var other in found)
            if (row.Each[other] == each) return false;
        return true;
    }

    private static (double Least, double Fraction) Rounded(double wanted)
    {
        var least = Math.Ceiling(wanted - 1e-9);
        return (least, wanted - (least - 1));
    }

    // One unit of a whole-numbered column that does more than all counts as just enough; of a column that is split, its parts count.
    private double Clipped(Cover cover, Cover.Row row, int c, double most, double coefficient) =>
        program.IsInteger(cover.Columns[c]) ? Math.Min(most, coefficient) : coefficient;

    private double Coefficient(Cover cover, Cover.Row row, int c, double divisor, double fraction)
    {
        var each = row.Each[c] / divisor;
        if (!program.IsInteger(cover.Columns[c])) return each / fraction;
        var whole = Math.Floor(each + 1e-9);
        return whole + Math.Min(1, Math.Max(0, each - whole) / fraction);
    }
}
