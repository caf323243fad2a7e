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

    /// <summary>Nothing found and nothing proven: CBC did not come to an end.</summary>
    public static CbcRun Abandoned { get; } = new(2, -1, double.PositiveInfinity, double.NegativeInfinity, 0, null);

    public static CbcRun Of(
        MixedIntegerProgram program, double[] lower, double[] upper, SolveLimits limits, IReadOnlyList<double>? start,
        ReadOnlySpan<(string Name, string Value)> settings)
    {
        var request = CbcRequest.Of(program, lower, upper, limits, start, settings);
        if (limits.Elsewhere is null) return Here(request);
        // What ended another process would end this one too: it is not tried again here.
        return limits.Elsewhere(request.ToBytes()) is { } answer ? FromBytes(answer, request.ColumnCount) ?? Abandoned : Abandoned;
    }

    /// <summary>Searches in this process, when no other search does.</summary>
    public static unsafe CbcRun Here(CbcRequest request)
    {
        lock (SolverLibrary.Gate)
        {
            using var interrupt = new InterruptHandler();
            using var model = CbcLibrary.Cbc_newModel();
            CbcLibrary.Cbc_setLogLevel(model, 0);
            CbcLibrary.Cbc_loadProblem(model, request.ColumnCount, request.RowLower.Length, request.Starts, request.Rows, request.Coefficients,
                request.Lower, request.Upper, request.Cost, request.RowLower, request.RowUpper);
            foreach (var column in request.Whole) CbcLibrary.Cbc_setInteger(model, column);
            Configure(model, request);
            if (request.Start is not null) CbcLibrary.Cbc_setMIPStartI(model, request.Whole.Length, request.Whole, request.Start);

            CbcLibrary.Cbc_solve(model);
            var point = CbcLibrary.Cbc_bestSolution(model);
            var secondary = CbcLibrary.Cbc_secondaryStatus(model);
            var status = CbcLibrary.Cbc_status(model);
            if (status == 5 || secondary == 5) throw new OperationCanceledException("The solve was interrupted.");
            var bound = CbcLibrary.Cbc_getBestPossibleObjValue(model);
            var objective = CbcLibrary.Cbc_getObjValue(model);
            var hasPoint = point is not null && Math.Abs(objective) < None;
            return new(status, secondary, hasPoint ? objective / request.Scale : double.PositiveInfinity,
                bound is > -None and < None ? bound / request.Scale : double.NegativeInfinity, CbcLibrary.Cbc_getNodeCount(model),
                hasPoint ? new ReadOnlySpan<double>(point, request.ColumnCount).ToArray() : null);
        }
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Status);
        writer.Write(Secondary);
        writer.Write(Objective);
        writer.Write(Bound);
        writer.Write(Nodes);
        writer.Pack<double>(Point);
        return bytes.ToArray();
    }

    /// <summary>A run read back; null where the bytes are none of a program of so many columns.</summary>
    public static CbcRun? FromBytes(byte[] bytes, int columns)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        try
        {
            var run = new CbcRun(reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadInt32(), reader.Unpack<double>());
            if (run.Point!.Length == 0) run = run with { Point = null };
            return stream.Position == bytes.Length && (run.Point is null || run.Point.Length == columns) ? run : null;
        }
        catch (Exception wrong) when (wrong is EndOfStreamException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Configure(CbcLibrary.Model model, CbcRequest request)
    {
        CbcLibrary.Cbc_setParameter(model, "log", "0");
        CbcLibrary.Cbc_setParameter(model, "randomSeed", "1");
        CbcLibrary.Cbc_setParameter(model, "randomCbcSeed", "1");
        CbcLibrary.Cbc_setParameter(model, "ratioGap", request.Gap.ToString("R", CultureInfo.InvariantCulture));
        CbcLibrary.Cbc_setParameter(model, "maxNodes", request.Nodes.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in request.Settings) CbcLibrary.Cbc_setParameter(model, name, value);
    }
}
