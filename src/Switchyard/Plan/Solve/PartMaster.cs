namespace Switchyard.Plan.Solve;

/// <summary>
/// What the parts of a program propose, and the rows between them (Dantzig and Wolfe, 1960): takes one proposal of each part, or a mix of several, at the least cost. What the rows between parts
/// still miss is stood in for at a price. Rows are those between parts first, then one for each part.
/// </summary>
internal sealed class PartMaster : IDisposable
{
    private const double Tolerance = 1e-9;

    private readonly ClpLibrary.Model model = ClpSolver.NewModel();
    private readonly MixedIntegerProgram master = new();
    private readonly List<(int Part, int Proposal)> proposals = [];
    private readonly double scale;
    private readonly int joining;
    private readonly int parts;
    private readonly int standIns;
    private readonly int loose;
    private bool solved;

    /// <summary>The rows, and the columns that belong to no part.</summary>
    /// <param name="between">The rows between parts, with those columns.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="price">What a unit that one of the rows misses costs.</param>
    /// <param name="scale">What costs are multiplied by for the simplex.</param>
    public PartMaster(MixedIntegerProgram between, int parts, double[] price, double scale)
    {
        (joining, loose, this.parts, this.scale) = (between.RowCount, between.ColumnCount, parts, scale);
        for (var row = 0; row < joining; row++) master.AddRow(between.RowLower[row], between.RowUpper[row]);
        for (var part = 0; part < parts; part++) master.AddRow(1, 1);
        ClpLibrary.Clp_addRows(model, master.RowCount, CoinInput.Bounds(master.RowLower), CoinInput.Bounds(master.RowUpper), new int[master.RowCount + 1], [], []);
        for (var row = 0; row < joining; row++)
        {
            if (double.IsFinite(between.RowLower[row])) Add(0, double.PositiveInfinity, price[row], false, [row], [1]);
            if (double.IsFinite(between.RowUpper[row])) Add(0, double.PositiveInfinity, price[row], false, [row], [-1]);
        }

        standIns = master.ColumnCount;
        for (var column = 0; column < loose; column++)
            Add(between.ColumnLower[column], between.ColumnUpper[column], between.Cost[column], between.IsInteger(column), between.Matrix.RowsOf(column), between.Matrix.CoefficientsOf(column));
    }

    /// <summary>Adds a proposal.</summary>
    /// <param name="part">Whose it is.</param>
    /// <param name="proposal">Its number there.</param>
    /// <param name="cost">What it costs.</param>
    /// <param name="counts">What it counts in each row between parts.</param>
    public void Propose(int part, int proposal, double cost, double[] counts)
    {
        int[] rows = [.. Enumerable.Range(0, joining).Where(row => counts[row] != 0)];
        Add(0, double.PositiveInfinity, cost, true, [.. rows, joining + part], [.. rows.Select(row => counts[row]), 1]);
        proposals.Add((part, proposal));
    }

    private void Add(double lower, double upper, double cost, bool integer, ReadOnlySpan<int> rows, ReadOnlySpan<double> each)
    {
        var column = master.AddColumn(lower, upper, cost, integer);
        for (var term = 0; term < rows.Length; term++) master.AddTerm(rows[term], column, each[term]);
        ClpLibrary.Clp_addColumns(model, 1, CoinInput.Bounds([lower]), CoinInput.Bounds([upper]), [cost * scale], [0, rows.Length], rows, each);
    }

    /// <summary>The cheapest mix.</summary>
    /// <param name="duals">Takes the price of each row between parts.</param>
    /// <returns>Whether it was found.</returns>
    public unsafe bool Mix(double[] duals)
    {
        if (solved) ClpLibrary.Clp_primal(model, 0);
        else ClpLibrary.Clp_dual(model, 0);
        solved = true;
        if (ClpLibrary.Clp_status(model) != 0) ClpLibrary.Clp_primal(model, 0);
        if (ClpLibrary.Clp_status(model) != 0) return false;
        var own = new ReadOnlySpan<double>(ClpLibrary.Clp_dualRowSolution(model), joining + parts);
        for (var row = 0; row < joining; row++) duals[row] = own[row] / scale;
        return true;
    }

    /// <summary>What the last mix costs, with what stands in.</summary>
    public double Cost => ClpLibrary.Clp_objectiveValue(model) / scale;

    /// <summary>Makes standing in dearer where it is used.</summary>
    public unsafe void RaisePrices(double factor)
    {
        var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), standIns);
        for (var column = 0; column < standIns; column++)
            if (values[column] > Tolerance) master.SetCost(column, master.Cost[column] * factor);
        ClpLibrary.Clp_chgObjCoefficients(model, CoinInput.Times(master.Cost, scale));
    }

    /// <summary>What the rows miss in the last mix, all together, at their prices.</summary>
    public unsafe double Missing
    {
        get
        {
            var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), standIns);
            var usd = 0.0;
            for (var column = 0; column < standIns; column++) usd += values[column] * master.Cost[column];
            return usd;
        }
    }

    /// <summary>One proposal for each part such that the rows between them hold.</summary>
    /// <param name="mostNodes">When the search is given up.</param>
    /// <param name="gap">How near to the best that can be made of the proposals is near enough.</param>
    /// <returns>The proposal of each part, and the values of the columns that belong to none; null where none was found.</returns>
    public (int[] Proposals, double[] Loose)? Choose(int mostNodes, double gap)
    {
        var whole = master.Clone();
        for (var column = 0; column < standIns; column++) whole.SetColumnBounds(column, 0, 0);
        using var search = new WarmSearch(whole);
        if (search.Search(mostNodes, gap).Point is not { } point) return null;
        var chosen = new int[parts];
        var first = standIns + loose;
        for (var i = 0; i < proposals.Count; i++)
            if (point[first + i] > 0.5) chosen[proposals[i].Part] = proposals[i].Proposal;
        return (chosen, point[standIns..first]);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
