namespace Switchyard.Performance;

/// <summary>
/// The share of a gang's time that is not lost to failures. A gang of n nodes fails n times as often as one; each failure costs half a
/// checkpoint interval and a restart; the interval is Young's optimum √(2 × write time × time between failures) (Young, CACM 1974; Daly,
/// FGCS 2006).
/// </summary>
internal static class Goodput
{
    /// <summary>The share, 0 to 1.</summary>
    /// <param name="parameters">Parameters trained.</param>
    /// <param name="accelerators">Accelerators in the gang.</param>
    /// <param name="instances">Instances that write the checkpoint together.</param>
    /// <param name="factors">Failure rate, restart and write bandwidth.</param>
    public static double Share(double parameters, double accelerators, double instances, TrainingFactors factors)
    {
        var failuresPerSecond = accelerators / 8 * factors.FailuresPerNodeDay / 86400;
        if (!(failuresPerSecond > 0)) return 1;
        var write = parameters * factors.CheckpointBytesPerParameter / (factors.CheckpointBytesPerSecond * instances);
        var interval = Math.Sqrt(2 * write / failuresPerSecond);
        var writing = interval / (interval + write);
        var failing = 1 / (1 + (failuresPerSecond * ((interval / 2) + factors.RestartSeconds)));
        return writing * failing;
    }
}
