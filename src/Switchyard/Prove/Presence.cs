using Switchyard.Demand;

namespace Switchyard.Prove;

/// <summary>For how long a service had fewer replicas than it must, or all of them in one place.</summary>
internal sealed class Presence(int least, FailureDomain spread)
{
    private readonly SortedDictionary<string, int> places = new(StringComparer.Ordinal);
    private int replicas;
    private double since;

    /// <summary>Seconds with fewer replicas than the fewest allowed.</summary>
    public double FewSeconds { get; private set; }

    /// <summary>Seconds in which all replicas were in one zone, region, or at one provider, as the scenario's spread says.</summary>
    public double TogetherSeconds { get; private set; }

    /// <summary>Replicas come or go.</summary>
    public void Change(double now, string provider, string region, int zone, int instance, int change)
    {
        Until(now);
        replicas += change;
        var place = spread switch
        {
            FailureDomain.Instance => $"{instance}",
            FailureDomain.Zone => $"{provider}/{region}/{zone}",
            FailureDomain.Region => $"{provider}/{region}",
            _ => provider,
        };
        places[place] = places.GetValueOrDefault(place) + change;
        if (places[place] == 0) places.Remove(place);
    }

    /// <summary>Counts up to a moment.</summary>
    public void Until(double now)
    {
        if (replicas < least) FewSeconds += now - since;
        if (spread != FailureDomain.None && places.Count < 2) TogetherSeconds += now - since;
        since = now;
    }
}

/// <summary>How much of something that is capped was in use.</summary>
internal sealed class Peaks(System.Collections.Immutable.ImmutableArray<Operate.Cap> caps)
{
    private readonly double[] used = new double[caps.Length];

    /// <summary>The most at once, by cap.</summary>
    public double[] Most { get; } = new double[caps.Length];

    /// <summary>When that was first so, seconds.</summary>
    public double[] At { get; } = new double[caps.Length];

    /// <summary>An instance comes (1) or goes (−1).</summary>
    public void Change(double now, int pool, int change)
    {
        for (var cap = 0; cap < used.Length; cap++)
        {
            used[cap] += change * caps[cap].Each[pool];
            if (used[cap] > Most[cap] + 1e-9) (Most[cap], At[cap]) = (used[cap], now);
        }
    }
}
