using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>
/// The relaxation of some columns of a program, in the simplex. Columns join, and with them the rows that they touch; each solve goes on from
/// the basis of the last. Rows that nothing satisfies yet are satisfied by stand-ins at a price.
/// </summary>
internal sealed class RestrictedProgram : IDisposable
{
    private readonly MixedIntegerProgram program;
    private readonly ClpLibrary.Model model = ClpSolver.NewModel();
    private readonly double scale;
    private int[] rowAt;
    private readonly int[] columnAt;
    private readonly List<int> columns = [];
    private readonly List<int> rows = [];
    private readonly int standIns;
    private readonly double[] price;
    private readonly double[] asked;
    private bool solved;
    private bool cut;

    /// <summary>The program without any columns, its needed rows met by stand-ins.</summary>
    /// <param name="program">The whole program.</param>
    /// <param name="needed">Rows that columns at 0 do not satisfy.</param>
    /// <param name="price">What standing in for a unit of each of them costs.</param>
    public RestrictedProgram(MixedIntegerProgram program, ReadOnlySpan<int> needed, double[] price)
    {
        (this.program, this.price) = (program, price);
        scale = CoinInput.CostScale(program);
        rowAt = new int[program.RowCount];
        columnAt = new int[program.ColumnCount];
        Array.Fill(rowAt, -1);
        Array.Fill(columnAt, -1);
        AddRows(needed, []);
        standIns = needed.Length;
        asked = new double[standIns];
        for (var i = 0; i < standIns; i++) asked[i] = Math.Max(1, Math.Max(program.RowLower[needed[i]], -program.RowUpper[needed[i]]));
        var (starts, values) = (new int[standIns + 1], new double[standIns]);
        for (var i = 0; i < standIns; i++) (starts[i + 1], values[i]) = (i + 1, program.RowLower[needed[i]] > 0 ? 1 : -1);
        ClpLibrary.Clp_addColumns(model, standIns, new double[standIns], Filled(double.MaxValue), CoinInput.Times(price, scale),
            starts, [.. Enumerable.Range(0, standIns)], values);
    }

    /// <summary>What a basis has, without anything standing in.</summary>
    /// <param name="program">The whole program.</param>
    /// <param name="basis">A basis of a program like it.</param>
    /// <param name="rows">The row of the program that each of its rows is; −1 for none.</param>
    public RestrictedProgram(MixedIntegerProgram program, Basis basis, ReadOnlySpan<int> rows)
        : this(program, [], [])
    {
        var tight = new List<byte>();
        var joining = new List<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0) continue;
            joining.Add(rows[i]);
            tight.Add(basis.RowStatus[i]);
        }

        AddRows(CollectionsMarshal.AsSpan(joining), []);
        Add(basis.Columns);
        var status = new byte[columns.Count + this.rows.Count];
        Array.Fill(status, Basis.Basic);
        basis.ColumnStatus.CopyTo(status, 0);
        tight.CopyTo(status, columns.Count);
        ClpLibrary.Clp_copyinStatus(model, status);
        (solved, cut) = (true, true);
    }

    /// <summary>Where the last solve ended, with only those of its columns that are basic or of interest.</summary>
    /// <param name="interest">Whether a column is of interest.</param>
    public unsafe Basis Ended(Func<int, bool> interest)
    {
        var status = new ReadOnlySpan<byte>(ClpLibrary.Clp_statusArray(model), standIns + columns.Count + rows.Count);
        var (own, ownRows) = (status.Slice(standIns, columns.Count).ToArray(), status[(standIns + columns.Count)..].ToArray());
        int[] kept = [.. Enumerable.Range(0, columns.Count).Where(i => Kind(own[i]) == Basis.Basic || interest(columns[i]))];
        int[] tight = [.. Enumerable.Range(0, rows.Count).Where(i => Kind(ownRows[i]) != Basis.Basic)];
        return new([.. kept.Select(i => columns[i])], [.. kept.Select(i => Kind(own[i]))], [.. tight.Select(i => rows[i])], [.. tight.Select(i => Kind(ownRows[i]))]);

        static byte Kind(byte status) => (byte)(status & 7);
    }

    /// <summary>The columns in the simplex, in the order in which they joined.</summary>
    public IReadOnlyList<int> Columns => columns;

    /// <summary>Whether a row is in the simplex.</summary>
    public bool HasRow(int row) => rowAt[row] >= 0;

    /// <summary>Whether a column is in the simplex.</summary>
    public bool HasColumn(int column) => columnAt[column] >= 0;

    /// <summary>Lets columns join.</summary>
    /// <param name="joining">Columns that are not there yet, each once.</param>
    public void Add(ReadOnlySpan<int> joining)
    {
        var matrix = program.Matrix;
        var (lower, upper, cost) = (new double[joining.Length], new double[joining.Length], new double[joining.Length]);
        var (starts, at, values) = (new List<int> { 0 }, new List<int>(), new List<double>());
        var later = new List<(int Row, int Column, double Each)>();
        for (var i = 0; i < joining.Length; i++)
        {
            var column = joining[i];
            columnAt[column] = columns.Count;
            columns.Add(column);
            (lower[i], upper[i], cost[i]) = (program.ColumnLower[column], Math.Min(program.ColumnUpper[column], double.MaxValue), program.Cost[column] * scale);
            var touched = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < touched.Length; term++)
            {
                if (rowAt[touched[term]] < 0)
                {
                    later.Add((touched[term], standIns + columnAt[column], each[term]));
                    continue;
                }

                at.Add(rowAt[touched[term]]);
                values.Add(each[term]);
            }

            starts.Add(at.Count);
        }

        ClpLibrary.Clp_addColumns(model, joining.Length, lower, upper, cost,
            CollectionsMarshal.AsSpan(starts), CollectionsMarshal.AsSpan(at), CollectionsMarshal.AsSpan(values));
        AddRows([.. later.Select(x => x.Row).Distinct()], later);
    }

    /// <summary>Lets rows join that the program has got since.</summary>
    public void AddNewRows()
    {
        var first = rowAt.Length;
        if (program.RowCount == first) return;
        Array.Resize(ref rowAt, program.RowCount);
        rowAt.AsSpan(first).Fill(-1);
        var matrix = program.Matrix;
        var terms = new List<(int Row, int Column, double Each)>();
        for (var i = 0; i < columns.Count; i++)
        {
            var touched = matrix.RowsOf(columns[i]);
            var each = matrix.CoefficientsOf(columns[i]);
            for (var term = 0; term < touched.Length; term++)
                if (touched[term] >= first) terms.Add((touched[term], standIns + i, each[term]));
        }

        AddRows([.. Enumerable.Range(first, program.RowCount - first)], terms);
        cut = true;
    }

    private void AddRows(ReadOnlySpan<int> joining, List<(int Row, int Column, double Each)> terms)
    {
        if (joining.Length == 0) return;
        var (lower, upper, starts) = (new double[joining.Length], new double[joining.Length], new int[joining.Length + 1]);
        for (var i = 0; i < joining.Length; i++)
        {
            rowAt[joining[i]] = rows.Count;
            rows.Add(joining[i]);
            (lower[i], upper[i]) = (program.RowLower[joining[i]], program.RowUpper[joining[i]]);
        }

        // Row by row, in the order given.
        var first = rowAt[joining[0]];
        foreach (var (row, _, _) in terms) starts[rowAt[row] - first + 1]++;
        for (var i = 0; i < joining.Length; i++) starts[i + 1] += starts[i];
        var (next, at, values) = (starts.ToArray(), new int[terms.Count], new double[terms.Count]);
        foreach (var (row, column, each) in terms)
        {
            var place = next[rowAt[row] - first]++;
            (at[place], values[place]) = (column, each);
        }

        ClpLibrary.Clp_addRows(model, joining.Length, CoinInput.Bounds(lower), CoinInput.Bounds(upper), starts, at, values);
    }

    /// <summary>Minimises the cost, or (for feasibility) only what stands in.</summary>
    /// <param name="feasibility">Whether columns cost nothing and a unit of what stands in costs 1.</param>
    /// <param name="standing">False to do without stand-ins.</param>
    /// <returns>Whether an optimum was found.</returns>
    public bool Solve(bool feasibility, bool standing)
    {
        var cost = new double[standIns + columns.Count];
        for (var i = 0; i < standIns; i++) cost[i] = feasibility ? 1 : price[i] * scale;
        for (var i = 0; i < columns.Count; i++) cost[standIns + i] = feasibility ? 0 : program.Cost[columns[i]] * scale;
        ClpLibrary.Clp_chgObjCoefficients(model, cost);
        if (!standing) ClpLibrary.Clp_chgColumnUpper(model, [.. new double[standIns], .. columns.Select(c => Math.Min(program.ColumnUpper[c], double.MaxValue))]);
        if (!solved) ClpSolver.Begin(model);
        else if (cut) ClpLibrary.Clp_dual(model, 0);
        else ClpLibrary.Clp_primal(model, 0);
        (solved, cut) = (true, false);
        if (ClpLibrary.Clp_status(model) != 0) ClpLibrary.Clp_dual(model, 0);
        return ClpLibrary.Clp_status(model) == 0;
    }

    /// <summary>Makes standing in dearer where it is used.</summary>
    public unsafe void RaisePrices(double factor)
    {
        var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), standIns);
        for (var i = 0; i < price.Length; i++)
            if (values[i] > 1e-9 * asked[i]) price[i] *= factor;
    }

    /// <summary>How much stands in, over all rows, each as a share of what it asks for (of 1 where that is less).</summary>
    public unsafe double StandingIn
    {
        get
        {
            var sum = 0.0;
            var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), standIns);
            for (var i = 0; i < standIns; i++) sum += Math.Max(0, values[i]) / asked[i];
            return sum;
        }
    }

    /// <summary>What the last solve came to, with what stands in.</summary>
    public double Objective => ClpLibrary.Clp_objectiveValue(model) / scale;

    /// <summary>What the columns cost, and what they would if none of them earned anything: the size of the numbers.</summary>
    public (double Cost, double Size) Cost()
    {
        var (cost, size) = (0.0, 0.0);
        var values = Joined();
        for (var i = 0; i < columns.Count; i++)
        {
            var usd = Value(values, i) * program.Cost[columns[i]];
            (cost, size) = (cost + usd, size + Math.Abs(usd));
        }

        return (cost, size);
    }

    /// <summary>The values of all columns of the program, 0 for those that did not join.</summary>
    public double[] Values()
    {
        var all = new double[program.ColumnCount];
        var values = Joined();
        for (var i = 0; i < columns.Count; i++) all[columns[i]] = Value(values, i);
        return all;
    }

    private unsafe ReadOnlySpan<double> Joined() => new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), standIns + columns.Count)[standIns..];

    // A basic variable may sit a rounding error outside its bound.
    private double Value(ReadOnlySpan<double> values, int i) => Math.Clamp(values[i], program.ColumnLower[columns[i]], program.ColumnUpper[columns[i]]);

    /// <summary>Reads the duals of all rows of the program, 0 for those that did not join.</summary>
    /// <param name="duals">Takes them, one for each row.</param>
    /// <param name="feasibility">As in the last solve.</param>
    public unsafe void Duals(Span<double> duals, bool feasibility)
    {
        duals.Clear();
        var own = new ReadOnlySpan<double>(ClpLibrary.Clp_dualRowSolution(model), rows.Count);
        for (var i = 0; i < rows.Count; i++) duals[rows[i]] = feasibility ? own[i] : own[i] / scale;
    }

    private double[] Filled(double value)
    {
        var all = new double[standIns];
        Array.Fill(all, value);
        return all;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
