namespace Switchyard.Plan.Solve;

/// <summary>A program in the form COIN-OR wants: finite numbers for infinity, and costs of a fixed magnitude.</summary>
internal static class CoinInput
{
    /// <summary>
    /// The power of two that brings the largest cost to 2^16. CBC's cutoff (1e-5) and Clp's dual tolerance are absolute: with costs
    /// of 1e-6 CBC called answers optimal that were 4% off. A power of two changes no digit.
    /// </summary>
    public static double CostScale(MixedIntegerProgram program)
    {
        var largest = 0.0;
        foreach (var cost in program.Cost) largest = Math.Max(largest, Math.Abs(cost));
        return largest == 0 ? 1 : Math.ScaleB(1, Math.Clamp(16 - Math.ILogB(largest), -1000, 1000));
    }

    /// <summary>Numbers times a scale.</summary>
    public static double[] Times(ReadOnlySpan<double> values, double scale)
    {
        var scaled = values.ToArray();
        for (var at = 0; at < scaled.Length; at++) scaled[at] *= scale;
        return scaled;
    }

    /// <summary>Bounds with the greatest double for infinity, which is COIN-OR's.</summary>
    public static double[] Bounds(ReadOnlySpan<double> bounds)
    {
        var finite = bounds.ToArray();
        for (var at = 0; at < finite.Length; at++) finite[at] = Math.Clamp(finite[at], -double.MaxValue, double.MaxValue);
        return finite;
    }

    /// <summary>Whether some row's or column's bounds exclude every value.</summary>
    public static bool HasEmptyBounds(MixedIntegerProgram program)
    {
        for (var row = 0; row < program.RowCount; row++)
        {
            if (program.RowLower[row] > program.RowUpper[row]) return true;
        }
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (program.ColumnLower[column] > program.ColumnUpper[column]) return true;
        }
        return false;
    }
}
