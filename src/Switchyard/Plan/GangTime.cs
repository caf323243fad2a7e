using Switchyard.Market;
using Switchyard.Performance;

namespace Switchyard.Plan;

/// <summary>
/// How much of its time a gang works, by the failures that proofs play (<see cref="Reliability"/>): machines fail, jobs fail, spot capacity is taken away; each time what was
/// done since the last checkpoint is lost and a restart is due, and until a machine that failed is replaced the others wait.
/// </summary>
internal static class GangTime
{
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
        var write = checkpointGB / (MarketAssumptions.CheckpointGBPerSecond * machines);
        var interval = Reliability.CheckpointInterval(write, 1 / lossesPerSecond);
        return Reliability.UsefulShare(interval, write, Reliability.RestartSeconds, 1 / lossesPerSecond);
    }

    /// <summary>
    /// Share of the time in which all its machines are there. What a provider rents out or commits to is replaced, what is one's own repaired, and then starts; spares
    /// stand in at once, and so does what else is held where machines are one's own. Spot capacity that is away is reckoned with apart.
    /// </summary>
    /// <param name="source">Where the machines are from.</param>
    /// <param name="machines">Instances at work.</param>
    /// <param name="spares">Instances beside them.</param>
    public static double Together(Source source, int machines, int spares)
    {
        if (source.Kind == PurchaseKind.Spot) return 1;
        var own = source is { Kind: PurchaseKind.Owned, Provider: MarketAssumptions.OwnProvider };
        var hours = (Reliability.MachineSeconds / 3600) + source.Kind switch
        {
            PurchaseKind.Owned when own => Reliability.RepairHours,
            PurchaseKind.Owned or PurchaseKind.Commitment => Reliability.ReplaceHours,
            _ => Reliability.OnDemandShortage * Reliability.ShortageHours,
        };
        var held = own ? Math.Max(machines + spares, source.Held.DefaultIfEmpty(0).Max()) : machines + spares;
        return Reliability.AllThere(held * source.AcceleratorCount / 8 * Reliability.NodeFailuresPerDay / 24 * hours, held - machines);
    }
}
