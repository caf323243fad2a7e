using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;

namespace Switchyard.Prove;

/// <summary>Capacity that comes and goes for a group of pools at once: spot of a kind, a zone, a region, a grid.</summary>
internal sealed class Supply
{
    private Generator random;

    public Supply(ulong seed, string name, double meanUpHours, double meanDownHours, double shape, bool takes, string cause)
    {
        random = Streams.Of(seed, name);
        (Name, MeanUp, MeanDown, Shape, Takes, Cause) = (name, meanUpHours * 3600, meanDownHours * 3600, shape, takes, cause);
    }

    public string Name { get; }

    public double MeanUp { get; }

    public double MeanDown { get; }

    public double Shape { get; }

    /// <summary>Whether what runs is taken away, rather than new requests refused only.</summary>
    public bool Takes { get; }

    public string Cause { get; }

    /// <summary>Shorter absences than this are ridden through, seconds.</summary>
    public double RideThrough { get; init; }

    public bool IsUp { get; set; } = true;

    /// <summary>When it is up again, once it is down.</summary>
    public double UpAt { get; set; }

    /// <summary>Seconds until it goes down: Weibull with its mean.</summary>
    public double DrawUp() => Shape == 1 ? MeanUp * random.Exponential()
        : MeanUp / Gamma(1 + (1 / Shape)) * Math.Pow(random.Exponential(), 1 / Shape);

    // Stirling's series, after the argument has been moved up to where five terms give twelve digits.
    private static double Gamma(double x)
    {
        var product = 1.0;
        for (; x < 12; x++) product *= x;
        var square = 1 / (x * x);
        var series = ((((((square / 1188) - (1.0 / 1680)) * square) + (1.0 / 1260)) * square) - (1.0 / 360)) * square;
        return Math.Exp(((x - 0.5) * Math.Log(x)) - x + (Math.Log(2 * Math.PI) / 2) + ((series + (1.0 / 12)) / x)) / product;
    }

    /// <summary>Seconds until it is up again.</summary>
    public double DrawDown() => MeanDown * random.Exponential();

    /// <summary>Whether it is up at the start: as often as over all time.</summary>
    public bool DrawStart() => random.Unit() * (MeanUp + MeanDown) <= MeanUp;
}

/// <summary>All that comes and goes, and which pools and zones hang on it.</summary>
internal sealed class Weather
{
    private readonly List<Supply> supplies = [];
    private readonly List<int>[,] of;

    public Weather(Stage stage, ProofCase circumstances, ulong seed)
    {
        var pools = stage.Mandate.Pools;
        of = new List<int>[pools.Length, pools.Select(p => p.Zones).DefaultIfEmpty(1).Max()];
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var faults = circumstances.Faults;
        foreach (var pool in pools)
        {
            for (var zone = 0; zone < pool.Zones; zone++)
            {
                var mine = of[pool.Index, zone] = [];
                if (pool.Kind == PurchaseKind.Tokens) continue;
                var make = stage.Makes[pool.Index].Accelerator?.Name ?? "";
                var (year, place) = (365.2425 * 24, $"{pool.Provider}/{pool.Region}");
                if (pool.Kind == PurchaseKind.Spot && faults.SpotAvailability < 1 && faults.SpotInterruptionsPerHour > 0)
                {
                    // A market of spot capacity is a zone's: each goes by itself.
                    var up = 1 / faults.SpotInterruptionsPerHour;
                    Hang($"spot {place}-{zone} {make}", up, up * (1 - faults.SpotAvailability) / faults.SpotAvailability, faults.SpotShape, true, "preempted", 0);
                }

                if (pool.Kind == PurchaseKind.OnDemand && faults.OnDemandShortage > 0)
                    Hang($"on demand {place} {make}", faults.ShortageHours * (1 - faults.OnDemandShortage) / faults.OnDemandShortage, faults.ShortageHours, 1, false, "none to be had on demand", 0);
                if (pool.Provider == "owned")
                {
                    if (faults.PowerOutagesPerYear > 0)
                        Hang($"grid {place}", year / faults.PowerOutagesPerYear, faults.PowerOutageHours, 1, true, "no power", faults.RideThroughHours * 3600);
                    continue;
                }

                if (faults.ZoneOutagesPerYear > 0 && pool.Zones > 1)
                    Hang($"zone {place}-{zone}", year / faults.ZoneOutagesPerYear, faults.ZoneOutageHours, 1, true, "zone outage", 0);
                if (faults.RegionOutagesPerYear > 0)
                    Hang($"region {place}", year / faults.RegionOutagesPerYear, faults.RegionOutageHours, 1, true, "region outage", 0);

                void Hang(string name, double upHours, double downHours, double shape, bool takes, string cause, double rideThrough)
                {
                    if (!known.TryGetValue(name, out var index))
                    {
                        known[name] = index = supplies.Count;
                        supplies.Add(new(seed, name, upHours, downHours, shape, takes, cause) { RideThrough = rideThrough });
                    }

                    mine.Add(index);
                }
            }
        }

        foreach (var absence in circumstances.Absences)
        {
            var index = supplies.Count;
            supplies.Add(new(seed, $"forced {index}", double.PositiveInfinity, 0, 1, true, absence.Cause));
            Forced.Add((index, absence));
            foreach (var pool in pools.Where(p => p.Kind != PurchaseKind.Tokens && (absence.Provider ?? p.Provider) == p.Provider
                && (absence.Region ?? p.Region) == p.Region && (absence.Kind ?? p.Kind) == p.Kind))
            {
                for (var zone = 0; zone < pool.Zones; zone++)
                    if ((absence.Zone ?? zone) == zone) of[pool.Index, zone].Add(index);
            }
        }
    }

    public List<(int Supply, ForcedAbsence Absence)> Forced { get; } = [];

    public IReadOnlyList<Supply> Supplies => supplies;

    /// <summary>What keeps a new instance out of a zone; null where nothing does.</summary>
    public Supply? Missing(Pool pool, int zone)
    {
        foreach (var index in of[pool.Index, zone])
            if (!supplies[index].IsUp) return supplies[index];
        return null;
    }

    public bool Hangs(int pool, int zone, int supply) => of[pool, zone].Contains(supply);
}
