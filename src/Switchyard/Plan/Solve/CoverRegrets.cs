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

    private readonly MixedIntegerProgram program;
    private readonly bool[] lasting;
    private readonly double[] duals;
    private readonly double[] reduced;

    // By row: what the price of what it speaks of rises by. By lasting column: what it bears for each unit of worth.
    private readonly double[] rise;
    private readonly double[] bears;

    private CoverRegrets(MixedIntegerProgram program, Func<int, bool> lasts, IReadOnlyList<double> rowDuals)
    {
        this.program = program;
        lasting = new bool[program.ColumnCount];
        for (var column = 0; column < lasting.Length; column++) lasting[column] = lasts(column);
        (duals, reduced) = (new double[program.RowCount], new double[program.ColumnCount]);
        for (var row = 0; row < rowDuals.Count; row++) duals[row] = rowDuals[row];
        (rise, bears) = (new double[program.RowCount], new double[program.ColumnCount]);
    }

    /// <summary>Finds the bound.</summary>
    /// <param name="program">The program, with the rows that were found for its covers.</param>
    /// <param name="covers">Its covers.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    /// <param name="rowDuals">Duals of its rows, those of a relaxation's optimum or any others.</param>
    /// <returns>No point of whole numbers costs less.</returns>
    public static double Bound(MixedIntegerProgram program, IReadOnlyList<Cover> covers, Func<int, bool> lasts, IReadOnlyList<double> rowDuals)
    {
        var regrets = new CoverRegrets(program, lasts, rowDuals);
        var bound = DualBound.Of(program, regrets.duals, regrets.reduced);
        if (!double.IsFinite(bound)) return bound;
        var own = covers.Where(regrets.StartsAtNothing).Select(cover => (Cover: cover, Value: regrets.Value(cover))).ToList();
        regrets.Raise(own);
        foreach (var (cover, value) in own) bound += regrets.Regret(cover, value);
        return bound;
    }

    private bool StartsAtNothing(Cover cover) => Array.TrueForAll(cover.Columns, column => program.ColumnLower[column] == 0);

    // What a unit of each of its columns is worth in a cover.
    private double[] Value(Cover cover)
    {
        var value = new double[cover.Columns.Length];
        foreach (var row in cover.Rows)
            if (duals[row.Index] is > 0 and var dual)
                for (var c = 0; c < value.Length; c++) value[c] += dual * row.Each[c];
        return value;
    }

    // Duals are not unique. What lasts and is dearer than what it is worth could bear higher prices for its use: they rise by what its use is worth at each time, as far as it can bear.
    private void Raise(List<(Cover Cover, double[] Value)> covers)
    {
        var matrix = program.Matrix;
        var drawn = DrawnOn();
        foreach (var (cover, value) in covers)
            for (var c = 0; c < value.Length; c++)
            {
                var column = cover.Columns[c];
                if (lasting[column]) bears[column] += value[c];
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
            var worth = bears[column];
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
        var drawn = new bool[program.RowCount];
        for (var row = 0; row < drawn.Length; row++) drawn[row] = program.RowUpper[row] == 0 && double.IsNegativeInfinity(program.RowLower[row]);
        var matrix = program.Matrix;
        for (var column = 0; column < lasting.Length; column++)
        {
            if (lasting[column]) continue;
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
                if (each[term] < 0) drawn[rows[term]] = false;
        }

        return drawn;
    }

    // What whole numbers cost more at least than a cover's rows are worth to the relaxation.
    private double Regret(Cover cover, double[] value)
    {
        var worth = cover.Rows.Sum(row => Math.Max(0, duals[row.Index]) * row.Least);
        if (worth <= 0) return 0;
        // The rows that the program had; the others follow from them.
        var asked = cover.Rows.Where(row => row.Index == row.Origin).ToArray();
        var (limit, matrix) = ((1 + Far) * worth, program.Matrix);
        var items = new List<CoverLeast.Item>();
        for (var c = 0; c < value.Length; c++)
        {
            var column = cover.Columns[c];
            var extra = lasting[column] ? bears[column] * value[c] : reduced[column];
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length && !lasting[column]; term++) extra += rise[rows[term]] * each[term];
            extra = Math.Max(0, extra);
            // Whoever takes one that costs so much more pays more than is looked for.
            if (extra >= limit - worth && program.IsInteger(column)) continue;
            var gives = new double[asked.Length];
            for (var row = 0; row < gives.Length; row++) gives[row] = asked[row].Each[c];
            items.Add(new(extra + value[c], program.ColumnUpper[column], gives, program.IsInteger(column)));
        }

        return CoverLeast.Of([.. asked.Select(row => row.Least)], items, worth, limit) - worth;
    }
}
