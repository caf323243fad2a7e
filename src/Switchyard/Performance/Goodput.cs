namespace Switchyard.Performance;

/// <summary>
/// How much of its time a gang works, by the failures that proofs play (<see cref="Reliability"/>): machines fail, jobs fail, spot capacity is taken away; each time what was
/// done since the last checkpoint is lost and a restart is due, and until a machine that failed is replaced the others wait.
/// </summary>
public static class Goodput
{
    /// <summary>Gigabytes of a checkpoint of all that is trained, where nothing else is said.</summary>
    /// <param name="parameters">Parameters trained.</param>
    public static double CheckpointGB(double parameters) => parameters * Reliability.CheckpointBytesPerParameter / 1e9;

    /// <summary>
    /// Share of the time with all machines there that is useful: Daly's τ / ((M + R)(e^((τ + δ)/M) − 1)), with M the mean time between failures of any kind and τ the interval
    /// between checkpoints that he proposes.
    /// </summary>
    /// <param name="machines">Instances at work.</param>
    /// <param name="accelerators">Accelerators of each.</param>
    /// <param name="checkpointGB">Gigabytes of a checkpoint, written by all of them together.</param>
    /// <param name="interruptionsPerHour">Times an hour that one of them is taken away; 0 where none is.</param>
    public static double Useful(int machines, double accelerators, double checkpointGB, double interruptionsPerHour)
    {
        var lossesPerSecond = machines * ((accelerators / 8 * (Reliability.NodeFailuresPerDay + Reliability.JobFailuresPerDay) / 86400) + (interruptionsPerHour / 3600));
        var write = checkpointGB / (Reliability.CheckpointGBPerSecond * machines);
        var interval = Reliability.CheckpointInterval(write, 1 / lossesPerSecond);
        return Reliability.UsefulShare(interval, write, Reliability.RestartSeconds, 1 / lossesPerSecond);
    }

    /// <summary>Share of the time in which all its machines are there: those that failed are away until others stand in their place and have started.</summary>
    /// <param name="machines">Instances at work.</param>
    /// <param name="accelerators">Accelerators of each.</param>
    /// <param name="held">Instances at work and those that stand in at once.</param>
    /// <param name="hoursToReplace">Hours until there is another in the place of one that failed.</param>
    public static double Together(int machines, double accelerators, int held, double hoursToReplace) => Reliability.AllThere(
        held * accelerators / 8 * Reliability.NodeFailuresPerDay / 24 * (hoursToReplace + (Reliability.MachineSeconds / 3600)), held - machines);
}
