namespace Switchyard.Plan.Solve;

/// <summary>The relaxation of a program with more and more of its columns held at 0; each solve goes on from the basis without those tried.</summary>
internal sealed class HeldRelaxation : IDisposable
{
    private readonly MixedIntegerProgram program;
    private readonly ClpLibrary.Model model = ClpLibrary.Clp_newModel();
    private readonly double scale;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly byte[] basis;
    private readonly byte[] tried;
    private IReadOnlyList<int>? last;

    /// <summary>The relaxation of a program, nothing held.</summary>
    public HeldRelaxation(MixedIntegerProgram program)
    {
        this.program = program;
        scale = CoinInput.CostScale(program);
        (lower, upper) = (CoinInput.Bounds(program.ColumnLower), CoinInput.Bounds(program.ColumnUpper));
        (basis, tried) = (new byte[program.ColumnCount + program.RowCount], new byte[program.ColumnCount + program.RowCount]);
        ClpLibrary.Clp_setLogLevel(model, 0);
        ClpSolver.Load(model, program, scale);
        ClpSolver.Begin(model);
        Remember(basis);
    }

    /// <summary>What the cheapest point costs without some more columns; infinite where there is none or it costs more than is of interest.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="most">What it may cost to be of interest; infinite for whatever it costs.</param>
    public double Without(IReadOnlyList<int> columns, double most = double.PositiveInfinity)
    {
        var held = With(columns);
        ClpLibrary.Clp_setDualObjectiveLimit(model, Math.Min(most * scale, double.MaxValue));
        var found = Solve(held, basis, limited: double.IsFinite(most));
        ClpLibrary.Clp_setDualObjectiveLimit(model, double.MaxValue);
        if (!found) return double.PositiveInfinity;
        last = columns;
        Remember(tried);
        return ClpLibrary.Clp_objectiveValue(model) / scale;
    }

    /// <summary>Holds some more columns from now on, unless nothing is possible without them.</summary>
    /// <returns>The cheapest point; null where there is none.</returns>
    public unsafe double[]? Drop(IReadOnlyList<int> columns)
    {
        var held = With(columns);
        // What was tried last needs no steps.
        if (!Solve(held, ReferenceEquals(columns, last) ? tried : basis, limited: false)) return null;
        held.CopyTo(upper, 0);
        last = null;
        Remember(basis);
        return new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), program.ColumnCount).ToArray();
    }

    private double[] With(IReadOnlyList<int> columns)
    {
        var held = (double[])upper.Clone();
        foreach (var column in columns) held[column] = program.ColumnLower[column];
        return held;
    }

    private unsafe void Remember(byte[] into) => new ReadOnlySpan<byte>(ClpLibrary.Clp_statusArray(model), into.Length).CopyTo(into);

    private bool Solve(double[] bounds, byte[] from, bool limited)
    {
        ClpLibrary.Clp_chgColumnUpper(model, bounds);
        ClpLibrary.Clp_copyinStatus(model, from);
        ClpLibrary.Clp_dual(model, 0);
        return ClpSolver.Settled(model, lower, bounds, limited) == 0;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
