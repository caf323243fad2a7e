using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>Whether a kind of spot capacity could be had in one zone, step by step. Here true always means available.</summary>
/// <param name="Zone">The zone, as the trace names it.</param>
/// <param name="Available">Whether it could be had, one for each step.</param>
public sealed record ZoneAvailability(string Zone, ImmutableArray<bool> Available)
{
    /// <summary>US dollars an hour for one instance, one for each step; empty where unknown.</summary>
    public ImmutableArray<double> Prices { get; init; } = [];

    /// <summary>US dollars an hour for the same instance on demand; null where unknown.</summary>
    public double? OnDemand { get; init; }

    /// <summary>What was asked for, such as an instance type; null where unknown.</summary>
    public string? Instance { get; init; }

    /// <summary>Steps that were not observed but filled in by whoever made the trace: from the first, so many.</summary>
    public ImmutableArray<(int First, int Count)> Filled { get; init; } = [];

    /// <summary>The share of steps in which it could be had, 0 to 1.</summary>
    public double Share => Available.Length == 0 ? 0 : Available.Count(a => a) / (double)Available.Length;
}

/// <summary>Whether spot capacity could be had in several zones at the same times.</summary>
/// <param name="StepSeconds">Seconds from one step to the next; positive.</param>
/// <param name="Zones">The zones, all with the same number of steps; at least one.</param>
public sealed record AvailabilityTrace(double StepSeconds, ImmutableArray<ZoneAvailability> Zones)
{
    /// <summary>The moment of the first step; null where unknown.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Steps in each zone.</summary>
    public int Steps => Zones[0].Available.Length;

    /// <summary>Length of the trace in seconds.</summary>
    public double Seconds => Steps * StepSeconds;

    /// <summary>Whether a zone's capacity could be had at a moment; the trace is repeated when it ends.</summary>
    /// <param name="zone">The position of the zone.</param>
    /// <param name="seconds">Seconds since the trace's begin; not negative.</param>
    public bool IsAvailable(int zone, double seconds) => Zones[zone].Available[(int)((long)(seconds / StepSeconds) % Steps)];

    /// <summary>Traces of the same times put together, zone by zone.</summary>
    /// <param name="traces">At least one.</param>
    /// <returns>One trace with all zones; refused where steps, lengths or begins differ, or a zone is there twice.</returns>
    public static Outcome<AvailabilityTrace> Join(IReadOnlyList<AvailabilityTrace> traces)
    {
        var first = traces[0];
        ImmutableArray<ZoneAvailability> zones = [.. traces.SelectMany(t => t.Zones)];
        foreach (var other in traces)
        {
            var name = other.Zones[0].Zone;
            if (Math.Abs(other.StepSeconds - first.StepSeconds) > 1e-6)
                return Refused($"steps of {name} are {other.StepSeconds:0.###} s apart, those of {first.Zones[0].Zone} {first.StepSeconds:0.###} s");
            if (other.Steps != first.Steps) return Refused($"{name} has {other.Steps} steps, {first.Zones[0].Zone} {first.Steps}");
            if (other.Start is { } a && first.Start is { } b && Math.Abs((a - b).TotalSeconds) >= first.StepSeconds)
                return Refused($"{name} begins at {a:u}, {first.Zones[0].Zone} at {b:u}");
        }

        var twice = zones.GroupBy(z => z.Zone).FirstOrDefault(g => g.Count() > 1)?.Key;
        return twice is not null ? Refused($"zone {twice} is there twice") : first with { Zones = zones };

        static Outcome<AvailabilityTrace> Refused(FormattableString reason) => Outcome<AvailabilityTrace>.Refused(FormattableString.Invariant(reason));
    }
}
