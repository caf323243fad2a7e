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

    /// <summary>Finds the covers of a program.</summary>
    /// <param name="program">The program; rows are added to it.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    public CoverCuts(MixedIntegerProgram program, Func<int, bool> lasts) => (this.program, covers) = (program, Cover.Of(program, lasts));

    /// <summary>The covers, with the rows found for them.</summary>
    public IReadOnlyList<Cover> Covers => covers;

    /// <summary>Adds the rounded row of each row that a point is furthest outside of.</summary>
    /// <param name="values">The point.</param>
    /// <returns>How many rows were added.</returns>
    public int Round(double[] values)
    {
        var added = 0;
        foreach (var cover in covers)
        {
            var given = cover.Rows.Count;
            for (var i = 0; i < given; i++)
            {
                var row = cover.Rows[i];
                var (best, divisor) = (Worthwhile, 0.0);
                foreach (var candidate in Divisors(cover, row, values))
                {
                    var (least, fraction) = Rounded(row.Least / candidate);
                    if (fraction < LeastFraction) continue;
                    var activity = 0.0;
                    for (var c = 0; c < row.Each.Length; c++)
                        if (values[cover.Columns[c]] > 0) activity += Coefficient(cover, row, c, candidate, fraction) * values[cover.Columns[c]];
                    if ((least - activity) / least > best) (best, divisor) = ((least - activity) / least, candidate);
                }

                if (divisor == 0) continue;
                var (right, left) = Rounded(row.Least / divisor);
                cover.Add(program, row, right, [.. row.Each.Select((_, c) => Clipped(cover, row, c, right, Coefficient(cover, row, c, divisor, left)))]);
                added++;
            }
        }

        return added;
    }

    // What the point uses for it, a few at most.
    private List<double> Divisors(Cover cover, Cover.Row row, double[] values)
    {
        var found = new List<double>();
        for (var c = 0; c < row.Each.Length && found.Count < 6; c++)
        {
            var (column, each) = (cover.Columns[c], row.Each[c]);
            if (values[column] > 1e-6 && each > 0 && each < row.Least * (1 - 1e-9) && program.IsInteger(column) && !found.Contains(each)) found.Add(each);
        }

        return found;
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
