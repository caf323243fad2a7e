using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// Power of an accelerator against its load: idle + (rated − idle) × (busy + arithmetic × min(1, arithmetic share/knee)) + joules a byte × bytes a second, at most
/// the rated power. Not linear in throughput: running at all and moving weights for a small batch already cost two thirds of it.
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
        var load = (factors.Busy * Math.Min(1, (bandwidthShare + arithmeticShare) / factors.BusyFrom))
            + (factors.Arithmetic * Math.Min(1, arithmeticShare / factors.ArithmeticKnee));
        var traffic = factors.JoulesPerByte * accelerator.MemoryBandwidth.BytesPerSecond * Math.Min(1, bandwidthShare);
        return Math.Min(rated.Watts, idle + ((rated.Watts - idle) * load) + traffic);
    }
}
