namespace Switchyard.Performance;

/// <summary>
/// What a cap on power costs in time. A capped accelerator lowers its clock f, and its voltage with it: V = v + (1 − v) f. Part of the work, a share s, waits for
/// the clock, the rest for memory, whose clock stays: T = s/f + (1 − s). Energy of a piece of work follows the voltage squared, so that power is
/// static + (uncapped − static) × V²/T. v, s and the static share were fitted to 256 A100 under caps of 100 to 400 W (grid_event_2025), within 3% from half the
/// rated power up: s = 0.2 for serving an 8B model, 0.7 for pretraining.
/// </summary>
public static class PowerCap
{
    private const double LeastClock = 0.02;

    /// <summary>The share of time that waits for the clock.</summary>
    /// <param name="arithmeticShare">Share of the arithmetic peak in use, 0 to 1.</param>
    /// <param name="factors">The fit.</param>
    public static double ClockBound(double arithmeticShare, PowerFactors factors) =>
        factors.ClockBoundLeast + ((factors.ClockBoundMost - factors.ClockBoundLeast) * Math.Min(1, arithmeticShare / factors.ClockKnee));

    /// <summary>How many times as long work takes under a cap; 1 where it draws less anyway.</summary>
    /// <param name="rated">Rated watts.</param>
    /// <param name="uncapped">Watts of the work without a cap.</param>
    /// <param name="cap">The cap, watts; above 0.</param>
    /// <param name="clockBound">Share of time that waits for the clock, 0 to 1.</param>
    /// <param name="factors">The fit.</param>
    public static double Stretch(double rated, double uncapped, double cap, double clockBound, PowerFactors factors)
    {
        if (uncapped <= cap) return 1;
        var standing = Math.Min(rated * factors.StaticShare, uncapped);
        double Time(double clock) => (clockBound / clock) + 1 - clockBound;
        double Watts(double clock)
        {
            var voltage = factors.LeastVoltage + ((1 - factors.LeastVoltage) * clock);
            return standing + ((uncapped - standing) * voltage * voltage / Time(clock));
        }

        var (low, high) = (LeastClock, 1.0);
        if (Watts(low) >= cap) return Time(low);
        for (var i = 0; i < 14; i++)
        {
            var middle = (low + high) / 2;
            if (Watts(middle) <= cap) low = middle;
            else high = middle;
        }

        return Time(low);
    }
}
