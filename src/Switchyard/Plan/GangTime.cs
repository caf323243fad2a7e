using Switchyard.Market;
using Switchyard.Performance;

namespace Switchyard.Plan;

/// <summary>How long a gang waits for machines that failed, by where they are from (<see cref="Goodput"/>).</summary>
internal static class GangTime
{
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
        var hours = source.Kind switch
        {
            PurchaseKind.Owned when own => Reliability.RepairHours,
            PurchaseKind.Owned or PurchaseKind.Commitment => Reliability.ReplaceHours,
            _ => Reliability.OnDemandShortage * Reliability.ShortageHours,
        };
        var held = own ? Math.Max(machines + spares, source.Held.DefaultIfEmpty(0).Max()) : machines + spares;
        return Goodput.Together(machines, source.AcceleratorCount, held, hours);
    }
}
