namespace Switchyard.Prove;

/// <summary>Failures in closed form: what the simulated fleet is checked against.</summary>
public static class Reliability
{
    /// <summary>Hours between failures of a gang whose nodes fail by themselves: 24 / (nodes × failures a node-day).</summary>
    /// <param name="accelerators">Accelerators of the gang.</param>
    /// <param name="failuresPerNodeDay">Failures of a node of eight accelerators, a day.</param>
    public static double MeanHoursBetweenFailures(double accelerators, double failuresPerNodeDay) => 24 / (accelerators / 8 * failuresPerNodeDay);

    /// <summary>
    /// Seconds between checkpoints at which least is lost: Daly's higher-order optimum √(2δM) × (1 + ⅓√(δ/2M) + δ/18M) − δ, Young's √(2δM) to first
    /// order; M where a checkpoint takes longer than 2M (Young, CACM 1974; Daly, FGCS 2006).
    /// </summary>
    /// <param name="writeSeconds">δ: seconds that a checkpoint takes.</param>
    /// <param name="failureSeconds">M: mean seconds between failures.</param>
    public static double CheckpointInterval(double writeSeconds, double failureSeconds)
    {
        if (double.IsPositiveInfinity(failureSeconds)) return double.PositiveInfinity;
        var x = writeSeconds / (2 * failureSeconds);
        return x >= 1 ? failureSeconds : (Math.Sqrt(2 * writeSeconds * failureSeconds) * (1 + (Math.Sqrt(x) / 3) + (x / 9))) - writeSeconds;
    }

    /// <summary>
    /// Expected share of a gang's time that is useful: τ / ((M + R)(e^((τ + δ)/M) − 1)), exact for failures without memory that can come at any time, a
    /// restart of R after each (Daly, FGCS 2006, with the restart not interrupted).
    /// </summary>
    /// <param name="interval">τ: seconds of work between checkpoints.</param>
    /// <param name="writeSeconds">δ: seconds that a checkpoint takes.</param>
    /// <param name="restartSeconds">R: seconds from a failure to working again.</param>
    /// <param name="failureSeconds">M: mean seconds between failures of a gang at work.</param>
    public static double UsefulShare(double interval, double writeSeconds, double restartSeconds, double failureSeconds) =>
        double.IsPositiveInfinity(failureSeconds) ? 1
            : interval / ((failureSeconds + restartSeconds) * (Math.Exp((interval + writeSeconds) / failureSeconds) - 1));
}
