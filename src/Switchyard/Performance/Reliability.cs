namespace Switchyard.Performance;

/// <summary>Failures in closed form: what plans reckon with and the simulated fleet is checked against, and the rates that both of them have unless told otherwise.</summary>
public static class Reliability
{
    /// <summary>Failures of a machine (accelerator, memory, link, host), per day and eight accelerators: 6.50 per 1,000 node-days (Meta RSC-1, arXiv 2410.21680).</summary>
    public const double NodeFailuresPerDay = 6.50e-3;

    /// <summary>
    /// Failures of a job by its software or its user, per day and eight accelerators. Jobs of 8 accelerators ran 47.7 days between failures of
    /// either process (arXiv 2410.21680): 1/47.7 less those of the machine.
    /// </summary>
    public const double JobFailuresPerDay = (1 / 47.7) - NodeFailuresPerDay;

    /// <summary>Seconds from a failure of a job to its working again on machines that are there: 600; assumed.</summary>
    public const double RestartSeconds = 600;

    /// <summary>Gigabytes a second at which one machine writes its part of a checkpoint, or reads weights: 2; assumed.</summary>
    public const double CheckpointGBPerSecond = 2;

    /// <summary>Bytes of a checkpoint for each parameter: weights in 16 bits, master weights and two moments in 32.</summary>
    public const double CheckpointBytesPerParameter = 14;

    /// <summary>Hours until a failed machine of one's own is back: 24; assumed.</summary>
    public const double RepairHours = 24;

    /// <summary>Hours until a provider has put another machine in the place of a committed one that failed: half an hour; assumed.</summary>
    public const double ReplaceHours = 0.5;

    /// <summary>Seconds until a machine works after it is asked for, without what it loads: 180; assumed.</summary>
    public const double MachineSeconds = 180;

    /// <summary>Share of the time in which capacity on demand is not to be had when asked for: 1%; assumed, nobody publishes it.</summary>
    public const double OnDemandShortage = 0.01;

    /// <summary>Mean hours that such a shortage lasts: 1; assumed.</summary>
    public const double ShortageHours = 1;

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

    /// <summary>
    /// Share of the time in which no more machines are away than there are spares. The number away is Poisson with mean failures an hour × hours away, however the
    /// time away is distributed (Palm's theorem; Feeney and Sherbrooke, <i>The (S − 1, S) inventory policy under compound Poisson demand</i>, Management Science 1966).
    /// </summary>
    /// <param name="away">Mean number away at a time.</param>
    /// <param name="spares">Machines that stand in; 0 or more.</param>
    public static double AllThere(double away, int spares)
    {
        var (sum, term) = (0.0, Math.Exp(-away));
        for (var count = 0; count <= spares && sum < 1; count++)
        {
            sum += term;
            term *= away / (count + 1);
        }

        return Math.Min(1, sum);
    }
}
