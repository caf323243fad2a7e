namespace Switchyard.Plan.Solve;

/// <summary>All that CBC is given for one search, so that the same can be searched in this process or in another.</summary>
internal sealed class CbcRequest
{
    private CbcRequest()
    {
    }

    /// <summary>Where each column starts in <see cref="Rows"/>; one entry more than there are columns.</summary>
    public required int[] Starts { get; init; }

    /// <summary>Row of each coefficient.</summary>
    public required int[] Rows { get; init; }

    /// <summary>The coefficients, column after column.</summary>
    public required double[] Coefficients { get; init; }

    /// <summary>Lower bound of each column, as CBC wants it.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper bound of each column, as CBC wants it.</summary>
    public required double[] Upper { get; init; }

    /// <summary>Cost of each column times <see cref="Scale"/>.</summary>
    public required double[] Cost { get; init; }

    /// <summary>What costs are multiplied by; what CBC says of costs is divided by it.</summary>
    public required double Scale { get; init; }

    /// <summary>Lower bound of each row, as CBC wants it.</summary>
    public required double[] RowLower { get; init; }

    /// <summary>Upper bound of each row, as CBC wants it.</summary>
    public required double[] RowUpper { get; init; }

    /// <summary>The columns that must be whole, ascending.</summary>
    public required int[] Whole { get; init; }

    /// <summary>The values of the whole columns at a known point; null where none is known.</summary>
    public required double[]? Start { get; init; }

    /// <summary>The gap at which to stop, as CBC measures it.</summary>
    public required double Gap { get; init; }

    /// <summary>Most nodes.</summary>
    public required int Nodes { get; init; }

    /// <summary>Further settings.</summary>
    public required (string Name, string Value)[] Settings { get; init; }

    public int ColumnCount => Cost.Length;

    public static CbcRequest Of(
        MixedIntegerProgram program, double[] lower, double[] upper, SolveLimits limits, IReadOnlyList<double>? start,
        ReadOnlySpan<(string Name, string Value)> settings)
    {
        var scale = CoinInput.CostScale(program);
        var whole = new List<int>(program.IntegerCount);
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (program.IsInteger(column)) whole.Add(column);
        }
        return new()
        {
            Starts = program.Matrix.Starts.ToArray(),
            Rows = program.Matrix.Rows.ToArray(),
            Coefficients = program.Matrix.Coefficients.ToArray(),
            Lower = CoinInput.Bounds(lower),
            Upper = CoinInput.Bounds(upper),
            Cost = CoinInput.Times(program.Cost, scale),
            Scale = scale,
            RowLower = CoinInput.Bounds(program.RowLower),
            RowUpper = CoinInput.Bounds(program.RowUpper),
            Whole = [.. whole],
            Start = start is null ? null : [.. whole.Select(column => start[column])],
            // CBC's gap is relative to the larger of objective and bound, ours to the objective: this one implies ours for either sign.
            Gap = limits.RelativeGap / (1 + limits.RelativeGap),
            Nodes = limits.MaximumNodes,
            Settings = settings.ToArray(),
        };
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Pack<int>(Starts);
        writer.Pack<int>(Rows);
        writer.Pack<double>(Coefficients);
        writer.Pack<double>(Lower);
        writer.Pack<double>(Upper);
        writer.Pack<double>(Cost);
        writer.Write(Scale);
        writer.Pack<double>(RowLower);
        writer.Pack<double>(RowUpper);
        writer.Pack<int>(Whole);
        writer.Write(Start is not null);
        if (Start is not null) writer.Pack<double>(Start);
        writer.Write(Gap);
        writer.Write(Nodes);
        writer.Write(Settings.Length);
        foreach (var (name, value) in Settings)
        {
            writer.Write(name);
            writer.Write(value);
        }
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">They are not a request: CBC itself would not notice, and read what is not there.</exception>
    public static CbcRequest FromBytes(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        try
        {
            var request = Read(reader);
            if (stream.Position == bytes.Length && request.IsConsistent()) return request;
        }
        catch (Exception wrong) when (wrong is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("A request ends early.", wrong);
        }
        throw new InvalidDataException("What is asked is not a program.");
    }

    // In the order in which they were written.
    private static CbcRequest Read(BinaryReader reader)
    {
        var (starts, rows, coefficients) = (reader.Unpack<int>(), reader.Unpack<int>(), reader.Unpack<double>());
        var (lower, upper, cost, scale) = (reader.Unpack<double>(), reader.Unpack<double>(), reader.Unpack<double>(), reader.ReadDouble());
        var (rowLower, rowUpper, whole) = (reader.Unpack<double>(), reader.Unpack<double>(), reader.Unpack<int>());
        var start = reader.ReadBoolean() ? reader.Unpack<double>() : null;
        var (gap, nodes) = (reader.ReadDouble(), reader.ReadInt32());
        var settings = new List<(string, string)>();
        for (var left = reader.ReadInt32(); left > 0; left--) settings.Add((reader.ReadString(), reader.ReadString()));
        return new()
        {
            Starts = starts, Rows = rows, Coefficients = coefficients, Lower = lower, Upper = upper, Cost = cost, Scale = scale, RowLower = rowLower, RowUpper = rowUpper,
            Whole = whole, Start = start, Gap = gap, Nodes = nodes, Settings = [.. settings],
        };
    }

    private bool IsConsistent()
    {
        if (Lower.Length != ColumnCount || Upper.Length != ColumnCount || RowUpper.Length != RowLower.Length || (Start is not null && Start.Length != Whole.Length)) return false;
        if (Starts.Length != ColumnCount + 1 || Starts[0] != 0 || Starts[^1] != Rows.Length || Coefficients.Length != Rows.Length) return false;
        for (var column = 0; column < ColumnCount; column++)
        {
            if (Starts[column] > Starts[column + 1]) return false;
        }
        // A negative number is a large one without its sign.
        return Array.TrueForAll(Rows, row => (uint)row < (uint)RowLower.Length) && Array.TrueForAll(Whole, column => (uint)column < (uint)ColumnCount);
    }
}
