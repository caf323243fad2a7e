using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>What is known of spot capacity in a zone.</summary>
/// <param name="Zone">The zone that was measured; null where the figures are assumed.</param>
/// <param name="Up">How long it lasts.</param>
/// <param name="Down">How long it is away.</param>
public readonly record struct SpotSupply(string? Zone, SpotLifetime Up, SpotLifetime Down)
{
    /// <summary>Interruptions an hour of availability.</summary>
    public double InterruptionsPerHour => 1 / Up.MeanHours;

    /// <summary>What was measured of a zone: its rate and its share, and the shapes that were found or, where the record is too short, those of the zones in the middle.</summary>
    /// <param name="zone">The zone; its capacity ended at least once.</param>
    public static SpotSupply Of(SpotZone zone)
    {
        var up = 1 / zone.InterruptionsPerHour;
        return new(zone.Zone, SpotLifetime.OfMean(zone.Life?.Shape ?? SpotLifetime.DefaultShape, up),
            SpotLifetime.OfMean(zone.Absence?.Shape ?? SpotLifetime.DefaultAbsenceShape, up * (1 - zone.Share) / zone.Share));
    }
}

/// <summary>All that comes and goes, and which pools and zones hang on it.</summary>
internal sealed class Weather
{
    private readonly List<Supply> supplies = [];
    private readonly List<int>[,] of;
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    private readonly FaultModel faults;
    private readonly ulong seed;

    public Weather(Stage stage, ProofCase circumstances, ulong seed)
    {
        (faults, this.seed) = (circumstances.Faults, seed);
        var pools = stage.Mandate.Pools;
        of = new List<int>[pools.Length, pools.Select(p => p.Zones).DefaultIfEmpty(1).Max()];
        foreach (var pool in pools)
        {
            for (var zone = 0; zone < pool.Zones; zone++)
            {
                of[pool.Index, zone] = [];
                if (pool.Kind != PurchaseKind.Tokens) Hang(pool, zone, stage.Makes[pool.Index]);
            }
        }

        foreach (var absence in circumstances.Absences)
        {
            var index = supplies.Count;
            supplies.Add(new ForcedSupply(absence));
            foreach (var pool in pools.Where(p => p.Kind != PurchaseKind.Tokens && (absence.Provider ?? p.Provider) == p.Provider
                && (absence.Region ?? p.Region) == p.Region && (absence.Kind ?? p.Kind) == p.Kind))
            {
                for (var zone = 0; zone < pool.Zones; zone++)
                    if ((absence.Zone ?? zone) == zone) of[pool.Index, zone].Add(index);
            }
        }
    }

    public IReadOnlyList<Supply> Supplies => supplies;

    /// <summary>What keeps a new instance out of a zone; null where nothing does.</summary>
    public Supply? Missing(Pool pool, int zone)
    {
        foreach (var index in of[pool.Index, zone])
            if (!supplies[index].IsUp) return supplies[index];
        return null;
    }

    public bool Hangs(int pool, int zone, int supply) => of[pool, zone].Contains(supply);

    private void Hang(Pool pool, int zone, PoolMake make)
    {
        var accelerator = make.Accelerator?.Name ?? "";
        var (year, place) = (365.2425 * 24, $"{pool.Provider}/{pool.Region}");
        var mine = of[pool.Index, zone];
        void On(string name, Func<Supply> supply)
        {
            if (!known.TryGetValue(name, out var index))
            {
                known[name] = index = supplies.Count;
                supplies.Add(supply());
            }

            mine.Add(index);
        }

        void Outage(string name, double aYear, double hours, bool takes, string cause, double rideThroughHours = 0)
        {
            if (aYear > 0) On(name, () => new DrawnSupply(Streams.Of(seed, name), new(1, year / aYear), new(1, hours), takes, cause) { RideThrough = rideThroughHours * 3600 });
        }

        if (pool.Kind == PurchaseKind.Spot) Spot(pool, zone, accelerator, make, On);
        if (pool.Kind == PurchaseKind.OnDemand && faults.OnDemandShortage > 0)
        {
            var hours = faults.ShortageHours;
            Outage($"on demand {place} {accelerator}", year / (hours * (1 - faults.OnDemandShortage) / faults.OnDemandShortage), hours, false, "none to be had on demand");
        }

        if (pool.IsOwn)
        {
            Outage($"grid {place}", faults.PowerOutagesPerYear, faults.PowerOutageHours, true, "no power", faults.RideThroughHours);
            return;
        }

        if (pool.Zones > 1) Outage($"zone {place}-{zone}", faults.ZoneOutagesPerYear, faults.ZoneOutageHours, true, "zone outage");
        Outage($"region {place}", faults.RegionOutagesPerYear, faults.RegionOutageHours, true, "region outage");
    }

    // A market of spot capacity is a zone's: each goes by itself, or as it was recorded.
    private void Spot(Pool pool, int zone, string accelerator, PoolMake make, Action<string, Func<Supply>> on)
    {
        var name = $"spot {pool.Provider}/{pool.Region}-{zone} {accelerator}";
        if (faults.SpotTrace is { } trace)
        {
            // The zone of the same place where the record has it, otherwise the next one. All begin at the same moment of it, so that they go together as they did.
            var own = Enumerable.Range(0, trace.Zones.Length).Where(z => trace.Zones[z].Zone.StartsWith(pool.Region, StringComparison.OrdinalIgnoreCase)).ToList();
            var from = Streams.Of(seed, "spot record").Unit() * trace.Seconds;
            on(name, () => new RecordedSupply(trace, own.Count > 0 ? own[zone % own.Count] : known.Count % trace.Zones.Length, from, "preempted"));
            return;
        }

        if (faults.SpotAvailability >= 1 || faults.SpotInterruptionsPerHour <= 0) return;
        var supply = make.Spot.IsDefaultOrEmpty ? faults.Spot : make.Spot[zone % make.Spot.Length];
        on(name, () => new DrawnSupply(Streams.Of(seed, name), supply.Up, supply.Down, true, "preempted"));
    }
}
