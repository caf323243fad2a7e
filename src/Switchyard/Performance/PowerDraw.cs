using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// Power of an accelerator against its load: idle + (rated − idle) × (traffic × bandwidth share + arithmetic × min(1, arithmetic
/// share/knee)), at most the rated power. Not linear in throughput: moving weights for a small batch already costs two thirds of it.
/// </summary>
public static class PowerDraw
{
    /// <summary>Watts of one accelerator; null where its rated power is unknown.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="bandwidthShare">Share of the memory bandwidth in use, 0 to 1, over all time.</param>
    /// <param name="arithmeticShare">Share of the arithmetic peak in use, 0 to 1, over all time.</param>
    /// <param name="factors">The curve.</param>
    public static double? Watts(Accelerator accelerator, double bandwidthShare, double arithmeticShare, PowerFactors factors)
    {
        if (accelerator.ThermalDesignPower is not { } rated) return null;
        var idle = Math.Min(accelerator.IdlePower?.Watts ?? rated.Watts * factors.IdleShare, rated.Watts);
        var load = (factors.Traffic * Math.Min(1, bandwidthShare)) + (factors.Arithmetic * Math.Min(1, arithmeticShare / factors.ArithmeticKnee));
        return idle + ((rated.Watts - idle) * Math.Min(1, load));
    }
}
