using System.Collections.Immutable;

namespace Switchyard.Market;

/// <summary>How often spot capacity of an age is taken away.</summary>
/// <param name="FromHours">The age from which it is counted.</param>
/// <param name="ToHours">The age up to which it is counted.</param>
/// <param name="Hours">Hours that capacity of this age was there.</param>
/// <param name="Ends">How often it was taken away.</param>
public sealed record AgeHazard(double FromHours, double ToHours, double Hours, int Ends)
{
    /// <summary>Times an hour; NaN where nothing was ever that old.</summary>
    public double PerHour => Hours > 0 ? Ends / Hours : double.NaN;
}

/// <summary>Spot capacity in one zone.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Share">The share of steps in which it could be had.</param>
/// <param name="Periods">Periods of availability that begin and end within the trace.</param>
/// <param name="MeanHours">Their mean length; NaN where there is none.</param>
/// <param name="MedianHours">Their median length; NaN where there is none.</param>
/// <param name="InterruptionsPerHour">Times an hour of availability that it ends, periods cut off by the trace's ends included.</param>
public sealed record ZoneStatistics(string Zone, double Share, int Periods, double MeanHours, double MedianHours, double InterruptionsPerHour)
{
    /// <summary>How long availability lasts; null where too few periods were seen.</summary>
    public SpotLifetime? Life { get; init; }

    /// <summary>Mean hours for which it could not be had, of absences that begin and end within the trace; NaN where there is none.</summary>
    public double MeanAbsenceHours { get; init; } = double.NaN;

    /// <summary>How long absences last; null where too few were seen.</summary>
    public SpotLifetime? Absence { get; init; }
}

/// <summary>
/// What a trace of spot availability says: how long capacity lasts, how its hazard falls with age, how zones go together. A period counts
/// from its first available step; a period that was there when the trace began has an unknown age and counts for no age, one that is there
/// when it ends counts as lasting at least so long.
/// </summary>
/// <param name="Zones">Each zone.</param>
/// <param name="Hazard">By age, all zones together.</param>
/// <param name="InterruptionsPerHour">Times an hour of availability that it ends, all zones together.</param>
/// <param name="Correlations">Of each pair of zones, how their availability goes together (Pearson); pairs of which one never changes are left out.</param>
/// <param name="AnyZone">The share of steps in which at least one zone has capacity.</param>
public sealed record SpotStatistics(
    ImmutableArray<ZoneStatistics> Zones, ImmutableArray<AgeHazard> Hazard, double InterruptionsPerHour,
    ImmutableArray<(string A, string B, double Correlation)> Correlations, double AnyZone)
{
    private static readonly ImmutableArray<double> Ages = [0, 0.5, 1, 2, 4, 8, 24, 72, 1e9];

    /// <summary>Interruptions an hour of zones in the middle; NaN where there is none.</summary>
    public double MedianInterruptionsPerHour => Middle([.. Zones.Where(z => !double.IsNaN(z.InterruptionsPerHour)).Select(z => z.InterruptionsPerHour).Order()]);

    /// <summary>Mean correlation of pairs of zones; NaN where there is no pair.</summary>
    public double MeanCorrelation => Correlations.IsEmpty ? double.NaN : Correlations.Average(c => c.Correlation);

    /// <summary>The statistics of a trace.</summary>
    public static SpotStatistics Of(AvailabilityTrace trace)
    {
        var periods = trace.Zones.Select(z => SpotPeriod.Of(z, trace.StepSeconds)).ToList();
        var zones = trace.Zones.Zip(periods, (zone, all) => Describe(zone, all, trace.StepSeconds)).ToImmutableArray();
        var pairs = ImmutableArray.CreateBuilder<(string, string, double)>();
        for (var a = 0; a < trace.Zones.Length; a++)
            for (var b = a + 1; b < trace.Zones.Length; b++)
                if (Correlation(trace.Zones[a].Available, trace.Zones[b].Available) is { } r) pairs.Add((trace.Zones[a].Zone, trace.Zones[b].Zone, r));
        var every = periods.SelectMany(p => p).ToList();
        return new(zones, Hazards(every, trace.StepSeconds / 3600), every.Count(p => p.Ended) / every.Sum(p => p.Hours), pairs.ToImmutable(),
            Enumerable.Range(0, trace.Steps).Count(i => trace.Zones.Any(z => z.Available[i])) / (double)trace.Steps);
    }

    private static ZoneStatistics Describe(ZoneAvailability zone, ImmutableArray<SpotPeriod> periods, double stepSeconds)
    {
        double[] whole = [.. periods.Where(p => p.Began && p.Ended).Select(p => p.Hours).Order()];
        var hours = zone.Available.Count(a => a) * stepSeconds / 3600;
        var absences = SpotPeriod.Of(zone, stepSeconds, available: false);
        return new(zone.Zone, zone.Share, whole.Length, whole.Length == 0 ? double.NaN : whole.Average(), Middle(whole), hours > 0 ? periods.Count(p => p.Ended) / hours : double.NaN)
        {
            Life = SpotLifetime.Fit(periods, stepSeconds / 3600),
            Absence = SpotLifetime.Fit(absences, stepSeconds / 3600),
            MeanAbsenceHours = absences.Where(p => p.Began && p.Ended).Select(p => p.Hours).DefaultIfEmpty(double.NaN).Average(),
        };
    }

    private static double Middle(double[] sorted) => sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static ImmutableArray<AgeHazard> Hazards(List<SpotPeriod> periods, double stepHours)
    {
        var known = periods.Where(p => p.Began).ToList();
        return
        [
            .. Ages.Zip(Ages.Skip(1), (from, to) => new AgeHazard(
                from, to, known.Sum(p => Math.Max(0, Math.Min(p.Hours, to) - from)),
                // A period that ends at exactly an edge was at risk below it.
                known.Count(p => p.Ended && p.Hours > from + (stepHours * 1e-6) && p.Hours <= to + (stepHours * 1e-6)))).Where(h => h.Hours > 0),
        ];
    }

    /// <summary>Pearson's correlation of two columns of flags; null where one of them never changes.</summary>
    private static double? Correlation(ImmutableArray<bool> a, ImmutableArray<bool> b)
    {
        var (n, both, first, second) = (a.Length, 0.0, 0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            if (a[i]) first++;
            if (b[i]) second++;
            if (a[i] && b[i]) both++;
        }

        var scale = Math.Sqrt(first * (n - first) * second * (n - second));
        return scale > 0 ? ((n * both) - (first * second)) / scale : null;
    }
}

/// <summary>A time for which spot capacity could be had, or could not, without a break.</summary>
/// <param name="FirstStep">Its first step.</param>
/// <param name="Hours">How long it was seen to last.</param>
/// <param name="Began">Whether its begin was seen; otherwise it was there when the trace, or a filled-in part of it, began.</param>
/// <param name="Ended">Whether its end was seen; otherwise it was there when the trace, or the part before a filled-in one, ended.</param>
public readonly record struct SpotPeriod(int FirstStep, double Hours, bool Began, bool Ended)
{
    /// <summary>The periods of a zone, in order. What was filled in by the trace's makers ends what was observed.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="stepSeconds">Seconds from one step to the next.</param>
    /// <param name="available">Whether times of availability are wanted, or those of its absence.</param>
    public static ImmutableArray<SpotPeriod> Of(ZoneAvailability zone, double stepSeconds, bool available = true)
    {
        var periods = ImmutableArray.CreateBuilder<SpotPeriod>();
        var observed = new bool[zone.Available.Length];
        Array.Fill(observed, true);
        foreach (var (first, count) in zone.Filled)
            for (var i = first; i < Math.Min(first + count, observed.Length); i++) observed[i] = false;
        for (var i = 0; i < observed.Length;)
        {
            if (!observed[i] || zone.Available[i] != available)
            {
                i++;
                continue;
            }

            var first = i;
            while (i < observed.Length && observed[i] && zone.Available[i] == available) i++;
            periods.Add(new(first, (i - first) * stepSeconds / 3600, first > 0 && observed[first - 1], i < observed.Length && observed[i]));
        }

        return periods.ToImmutable();
    }
}
