namespace Switchyard.Plan.Solve;

/// <summary>
/// A sharper bound than the relaxation's, from its duals (Lagrangian relaxation; Geoffrion, 1974). A point costs what the duals prove, and on top of it Σ reduced cost × column and
/// Σ dual × how far a row is exceeded. No term is negative. Those of one cover (of whole numbers) have a least that is more than 0; covers share no rows, and of their columns only lasting ones, whose
/// reduced costs are divided among them: so what each costs more adds up.
/// </summary>
internal sealed class CoverRegrets
{
    // So much more than the relaxation takes is looked for, as a share of it.
    private const double Far = 0.4;

    // A column whose cost is left to no more than this share is worth it.
    private const double Nothing = 1e-6;

    private readonly MixedIntegerProgram program;
    private readonly bool[] lasting;
    private readonly double[] duals;
    private readonly double[] reduced;

    // By row: whether it says that what is used is there, and what the price of what it speaks of rises by. By lasting column: what it is worth in covers, and what it bears for each unit of worth.
    private readonly bool[] drawn;
    private readonly double[] rise;
    private readonly double[] direct;
    private readonly double[] bears;

    private CoverRegrets(MixedIntegerProgram program, Func<int, bool> lasts, IReadOnlyList<double> rowDuals)
    {
        this.program = program;
        lasting = new bool[program.ColumnCount];
        for (var column = 0; column < lasting.Length; column++) lasting[column] = lasts(column);
        (duals, reduced) = (new double[program.RowCount], new double[program.ColumnCount]);
        for (var row = 0; row < rowDuals.Count; row++) duals[row] = rowDuals[row];
        (rise, direct, bears) = (new double[program.RowCount], new double[program.ColumnCount], new double[program.ColumnCount]);
        drawn = DrawnOn();
    }

    /// <summary>A cover whose whole numbers are counted.</summary>
    /// <param name="Cover">The cover.</param>
    /// <param name="Value">What a unit of each of its columns is worth in it.</param>
    /// <param name="Worth">What its rows are worth to the relaxation; positive.</param>
    internal sealed record Slot(Cover Cover, double[] Value, double Worth);

    /// <summary>The program.</summary>
    public MixedIntegerProgram Program => program;

    /// <summary>Whether a column provides at many times.</summary>
    public bool Lasts(int column) => lasting[column];

    /// <summary>Finds the bound.</summary>
    /// <param name="program">The program, with the rows that were found for its covers.</param>
    /// <param name="covers">Its covers.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    /// <param name="rowDuals">Duals of its rows, those of a relaxation's optimum or any others.</param>
    /// <param name="sharp">Whether other prices of what is held are tried (<see cref="CoverPrices"/>): some times as long.</param>
    /// <returns>No point of whole numbers costs less.</returns>
    public static double Bound(MixedIntegerProgram program, IReadOnlyList<Cover> covers, Func<int, bool> lasts, IReadOnlyList<double> rowDuals, bool sharp = false)
    {
        var regrets = new CoverRegrets(program, lasts, rowDuals);
        var bound = DualBound.Of(program, regrets.duals, regrets.reduced);
        if (!double.IsFinite(bound)) return bound;
        var slots = covers.Where(regrets.StartsAtNothing).Select(regrets.SlotOf).Where(slot => slot.Worth > 0).ToArray();
        regrets.Raise(slots);
        var found = Array.ConvertAll(slots, slot => regrets.Regret(slot));
        foreach (var (regret, _) in found) bound += regret;
        return sharp ? bound + new CoverPrices(regrets, slots, found).Gain(Math.Abs(bound)) : bound;
    }

    private bool StartsAtNothing(Cover cover) => Array.TrueForAll(cover.Columns, column => program.ColumnLower[column] == 0);

    private Slot SlotOf(Cover cover)
    {
        var (value, worth) = (new double[cover.Columns.Length], 0.0);
        foreach (var row in cover.Rows)
        {
            if (duals[row.Index] is not (> 0 and var dual)) continue;
            worth += dual * row.Least;
            for (var c = 0; c < value.Length; c++) value[c] += dual * row.Each[c];
        }

        return new(cover, value, worth);
    }

    // Duals are not unique. What lasts and is dearer than what it is worth could bear higher prices for its use: they rise by what its use is worth at each time, as far as it can bear.
    private void Raise(Slot[] slots)
    {
        var matrix = program.Matrix;
        foreach (var (cover, value, _) in slots)
            for (var c = 0; c < value.Length; c++)
            {
                var column = cover.Columns[c];
                if (lasting[column]) direct[column] += value[c];
                var rows = matrix.RowsOf(column);
                var each = matrix.CoefficientsOf(column);
                for (var term = 0; term < rows.Length && !lasting[column]; term++)
                    if (drawn[rows[term]] && each[term] > 0) rise[rows[term]] = Math.Max(rise[rows[term]], value[c] / each[term]);
            }

        var least = new double[rise.Length];
        Array.Fill(least, double.PositiveInfinity);
        for (var column = 0; column < lasting.Length; column++)
        {
            if (!lasting[column]) continue;
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            var worth = direct[column];
            for (var term = 0; term < rows.Length; term++)
                if (each[term] < 0) worth -= rise[rows[term]] * each[term];
            bears[column] = worth > 0 ? Math.Max(0, reduced[column]) / worth : 0;
            for (var term = 0; term < rows.Length; term++)
                if (each[term] < 0) least[rows[term]] = Math.Min(least[rows[term]], bears[column]);
        }

        for (var row = 0; row < rise.Length; row++) rise[row] = double.IsFinite(least[row]) ? rise[row] * least[row] : 0;
    }

    // Rows that say that what is used is there, and that nothing but what lasts provides it.
    private bool[] DrawnOn()
    {
        var own = new bool[program.RowCount];
        for (var row = 0; row < own.Length; row++) own[row] = program.RowUpper[row] == 0 && double.IsNegativeInfinity(program.RowLower[row]);
        var matrix = program.Matrix;
        for (var column = 0; column < lasting.Length; column++)
        {
            if (lasting[column]) continue;
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
                if (each[term] < 0) own[rows[term]] = false;
        }

        return own;
    }

    /// <summary>Whether a row says that what is used is there, and nothing but what lasts provides it.</summary>
    public bool IsDrawnOn(int row) => drawn[row];

    /// <summary>What use of a unit of a row costs.</summary>
    public double Price(int row) => Math.Abs(duals[row]) + rise[row];

    /// <summary>Whether a column is at the edge of being worth its cost.</summary>
    public bool IsWorthIt(int column) => reduced[column] <= Nothing * program.Cost[column];

    /// <summary>What the prices leave of a column's cost beyond what it is worth; 0 or more.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">What a unit of it is worth in a cover, where that is of interest.</param>
    public double Extra(int column, double value = 0)
    {
        if (lasting[column]) return bears[column] * value;
        var extra = reduced[column];
        var rows = program.Matrix.RowsOf(column);
        var each = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length; term++) extra += rise[rows[term]] * each[term];
        return Math.Max(0, extra);
    }

    /// <summary>What is left of a column's cost for higher prices of what it provides, or lower ones of what it uses, where no cover counts it; 0 or more.</summary>
    public double Left(int column)
    {
        if (!lasting[column]) return Extra(column);
        var left = Math.Max(0, reduced[column]) - (bears[column] * direct[column]);
        var rows = program.Matrix.RowsOf(column);
        var each = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length; term++)
            if (each[term] < 0) left += rise[rows[term]] * each[term];
        return Math.Max(0, left);
    }

    /// <summary>What whole numbers cost more at least than a cover's rows are worth to the relaxation, and what costs that.</summary>
    /// <param name="slot">The cover.</param>
    /// <param name="moved">What prices of use are higher by, by row; null for nothing.</param>
    /// <returns>The least, and the columns of it by their place in the cover; −∞ where a column would earn something.</returns>
    public CoverLeast.Found Regret(Slot slot, double[]? moved = null)
    {
        var (cover, value, worth) = slot;
        // What the prices change, and what of the worth they are sure to leave.
        var (extra, sure) = (new double[value.Length], 1.0);
        for (var c = 0; c < value.Length; c++)
        {
            var column = cover.Columns[c];
            extra[c] = Extra(column, value[c]);
            if (moved is null || lasting[column]) continue;
            var rows = program.Matrix.RowsOf(column);
            var each = program.Matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++) extra[c] += moved[rows[term]] * each[term];
            if (extra[c] + value[c] < 0) return new(double.NegativeInfinity, null);
            if (value[c] > 0) sure = Math.Min(sure, (extra[c] + value[c]) / value[c]);
        }

        // The rows that the program had; the others follow from them.
        var asked = cover.Rows.Where(row => row.Index == row.Origin).ToArray();
        var limit = (1 + Far) * worth;
        var items = new List<CoverLeast.Item>();
        for (var c = 0; c < value.Length; c++)
        {
            // Whoever takes one that costs so much more pays more than is looked for.
            if (extra[c] >= limit - (sure * worth) && program.IsInteger(cover.Columns[c])) continue;
            var gives = new double[asked.Length];
            for (var row = 0; row < gives.Length; row++) gives[row] = asked[row].Each[c];
            items.Add(new(extra[c] + value[c], program.ColumnUpper[cover.Columns[c]], gives, program.IsInteger(cover.Columns[c]), c));
        }

        var found = CoverLeast.Of([.. asked.Select(row => row.Least)], items, sure * worth, limit);
        return found with { Least = found.Least - worth };
    }
}
