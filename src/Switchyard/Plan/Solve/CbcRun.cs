using System.Globalization;

namespace Switchyard.Plan.Solve;

/// <summary>One call of CBC, as CBC reports it: nothing here is rechecked yet.</summary>
/// <param name="Status">0 finished, 1 stopped by a limit, 2 abandoned, 5 stopped by a signal; −1 not started.</param>
/// <param name="Secondary">1 infeasible, 2 stopped on gap, 3 on nodes, 5 by a signal, 7 the relaxation is unbounded.</param>
/// <param name="Objective">Cost of the incumbent; positive infinity without one.</param>
/// <param name="Bound">The best bound that CBC reports; negative infinity when it has none.</param>
/// <param name="Nodes">Nodes visited.</param>
/// <param name="Point">The incumbent, with integers only nearly whole; null without one.</param>
internal sealed record CbcRun(int Status, int Secondary, double Objective, double Bound, int Nodes, double[]? Point)
{
    /// <summary>Magnitude from which CBC's numbers mean "none".</summary>
    private const double None = 1e49;

    /// <summary>Settings for planning models: fewer rounds of cuts, probing at the root only, and no inner searches, whose nodes no limit counts. Measured in docs/model/solving.md.</summary>
    internal static readonly (string Name, string Value)[] Fast = [("passCuts", "5"), ("probingCuts", "root"), ("depthMiniBab", "-999")];

    /// <summary>With other transformations and tighter tolerances, for a second opinion. (Preprocessing stays: without it CBC 2.10 can abort the process.)</summary>
    internal static readonly (string Name, string Value)[] Careful =
        [("presolve", "off"), ("cutsOnOff", "off"), ("depthMiniBab", "-999"), ("integerTolerance", "1e-9"), ("primalTolerance", "1e-9")];

    public bool StoppedByNodes => Status == 1;

    public bool ClaimsInfeasible => Status == 0 && Point is null;

    /// <summary>
    /// Whether CBC says that it searched everything, as opposed to having stopped on the gap. It then reports the incumbent's cost
    /// as the bound, although it left out what was within the gap: seen 0.6% too high at a gap of 2%.
    /// </summary>
    public bool ClaimsComplete => Status == 0 && Secondary != 2;

    public static unsafe CbcRun Of(
        MixedIntegerProgram program, double[] lower, double[] upper, SolveLimits limits, IReadOnlyList<double>? start,
        ReadOnlySpan<(string Name, string Value)> settings)
    {
        lock (SolverLibrary.Gate)
        {
            using var interrupt = new InterruptHandler();
            using var model = CbcLibrary.Cbc_newModel();
            CbcLibrary.Cbc_setLogLevel(model, 0);
            var scale = CoinInput.CostScale(program);
            CbcLibrary.Cbc_loadProblem(model, program.ColumnCount, program.RowCount,
                program.Matrix.Starts, program.Matrix.Rows, program.Matrix.Coefficients,
                CoinInput.Bounds(lower), CoinInput.Bounds(upper), CoinInput.Times(program.Cost, scale),
                CoinInput.Bounds(program.RowLower), CoinInput.Bounds(program.RowUpper));
            for (var column = 0; column < program.ColumnCount; column++)
            {
                if (program.IsInteger(column)) CbcLibrary.Cbc_setInteger(model, column);
            }
            Configure(model, limits, settings);
            if (start is not null) Begin(model, program, start);

            CbcLibrary.Cbc_solve(model);
            var point = CbcLibrary.Cbc_bestSolution(model);
            var secondary = CbcLibrary.Cbc_secondaryStatus(model);
            var status = CbcLibrary.Cbc_status(model);
            if (status == 5 || secondary == 5) throw new OperationCanceledException("The solve was interrupted.");
            var bound = CbcLibrary.Cbc_getBestPossibleObjValue(model);
            var objective = CbcLibrary.Cbc_getObjValue(model);
            var hasPoint = point is not null && Math.Abs(objective) < None;
            return new(status, secondary, hasPoint ? objective / scale : double.PositiveInfinity,
                bound is > -None and < None ? bound / scale : double.NegativeInfinity, CbcLibrary.Cbc_getNodeCount(model),
                hasPoint ? new ReadOnlySpan<double>(point, program.ColumnCount).ToArray() : null);
        }
    }

    private static void Configure(CbcLibrary.Model model, SolveLimits limits, ReadOnlySpan<(string Name, string Value)> settings)
    {
        CbcLibrary.Cbc_setParameter(model, "log", "0");
        CbcLibrary.Cbc_setParameter(model, "randomSeed", "1");
        CbcLibrary.Cbc_setParameter(model, "randomCbcSeed", "1");
        // CBC's gap is relative to the larger of objective and bound, ours to the objective: this one implies ours for either sign.
        var gap = limits.RelativeGap / (1 + limits.RelativeGap);
        CbcLibrary.Cbc_setParameter(model, "ratioGap", gap.ToString("R", CultureInfo.InvariantCulture));
        CbcLibrary.Cbc_setParameter(model, "maxNodes", limits.MaximumNodes.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in settings) CbcLibrary.Cbc_setParameter(model, name, value);
    }

    private static void Begin(CbcLibrary.Model model, MixedIntegerProgram program, IReadOnlyList<double> start)
    {
        var columns = new List<int>(program.IntegerCount);
        var values = new List<double>(program.IntegerCount);
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (!program.IsInteger(column)) continue;
            columns.Add(column);
            values.Add(start[column]);
        }
        CbcLibrary.Cbc_setMIPStartI(model, columns.Count, columns.ToArray(), values.ToArray());
    }
}
