using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>
/// The 168 hours of the week in a few segments, the same for all workloads, busiest first. Within a segment each load stands at its
/// highest hour, so that capacity for the segments suffices for every hour.
/// </summary>
public sealed class LoadSegments
{
    /// <summary>Most segments that a week is divided into unless asked otherwise.</summary>
    public const int Default = 6;

    /// <summary>Fewest that may be asked for.</summary>
    public const int Fewest = 6;

    /// <summary>Most that may be asked for: an hour of the day each.</summary>
    public const int Most = 24;

    private LoadSegments(ImmutableArray<ImmutableArray<int>> hours, double held)
    {
        Hours = hours;
        Shares = [.. hours.Select(h => h.Length / 168.0)];
        Held = held;
    }

    /// <summary>The hours of the week (0 is Monday 00:00) in each segment.</summary>
    public ImmutableArray<ImmutableArray<int>> Hours { get; }

    /// <summary>The share of the week in each segment; sums to 1.</summary>
    public ImmutableArray<double> Shares { get; }

    /// <summary>How much more is held in the segments than in all 168 hours one by one, as a share of the latter; 0 where the segments are exact.</summary>
    public double Held { get; }

    /// <summary>The highest level of a shape in a segment.</summary>
    public double Level(int segment, WeekShape shape) => Hours[segment].Max(hour => shape.Levels[hour]);

    /// <summary>The mean level of a shape in a segment.</summary>
    public double Mean(int segment, WeekShape shape) => Hours[segment].Average(hour => shape.Levels[hour]);

    /// <summary>
    /// Divides the week. Hours at which all loads stand alike are one segment from the start. Where that leaves too many, one load alone is
    /// cut where the least is held in vain (exact, by dynamic programming); of several, those two segments are joined, again and
    /// again, that add the least to what is held in vain, each load counting by its weight (Ward's method with this cost).
    /// </summary>
    /// <param name="loads">The loads' shapes and what one unit of each weighs, such as FLOP/s at its peak.</param>
    /// <param name="windows">Hours in which other work can be done; hours inside and outside of one are joined last.</param>
    /// <param name="most">Most segments; at least 1.</param>
    public static LoadSegments Of(IReadOnlyList<(WeekShape Shape, double Weight)> loads, IReadOnlyList<ImmutableArray<bool>> windows, int most = Default)
    {
        var total = loads.Sum(l => l.Weight);
        var shapes = loads.GroupBy(l => l.Shape.Levels, Same.Levels)
            .Select(g => (Levels: g.Key, Weight: total > 0 ? g.Sum(l => l.Weight) / total : 1.0)).ToList();
        // A window weighs like half of all loads: its hours stay apart as long as that costs little.
        shapes.AddRange(windows.Distinct(Same.Windows).Select(w => (w.Select(open => open ? 1.0 : 0).ToImmutableArray(), 0.5)));
        var groups = Enumerable.Range(0, 168).GroupBy(hour => string.Join(';', shapes.Select(s => s.Levels[hour].ToString("R", System.Globalization.CultureInfo.InvariantCulture))))
            .Select(g => new Group([.. g], [.. shapes.Select(s => s.Levels[g.First()])])).ToList();
        if (groups.Count > most) groups = shapes.Count == 1 ? Cut(shapes[0].Levels, most) : Join(groups, shapes, most);
        var ordered = groups.OrderByDescending(g => g.Levels.Select((level, i) => level * shapes[i].Weight).Sum()).ThenBy(g => g.Hours[0]);
        ImmutableArray<ImmutableArray<int>> hours = [.. ordered.Select(g => g.Hours.Order().ToImmutableArray())];
        var (held, wanted) = (0.0, 0.0);
        foreach (var (levels, weight) in shapes.Take(shapes.Count - windows.Distinct(Same.Windows).Count()))
        {
            held += weight * hours.Sum(h => h.Length * h.Max(hour => levels[hour]));
            wanted += weight * levels.Sum();
        }

        return new(hours, wanted > 0 ? (held / wanted) - 1 : 0);
    }

    private sealed record Group(List<int> Hours, double[] Levels);

    // Joins the two groups whose joining holds least in vain, until few enough are left.
    private static List<Group> Join(List<Group> groups, List<(ImmutableArray<double> Levels, double Weight)> shapes, int most)
    {
        double Vain(Group a, Group b)
        {
            var vain = 0.0;
            for (var i = 0; i < shapes.Count; i++)
            {
                var level = Math.Max(a.Levels[i], b.Levels[i]);
                vain += shapes[i].Weight * (((level - a.Levels[i]) * a.Hours.Count) + ((level - b.Levels[i]) * b.Hours.Count));
            }

            return vain;
        }

        while (groups.Count > most)
        {
            var (first, second, least) = (0, 1, double.PositiveInfinity);
            for (var a = 0; a < groups.Count; a++)
            {
                for (var b = a + 1; b < groups.Count; b++)
                {
                    var vain = Vain(groups[a], groups[b]);
                    if (vain < least - 1e-12) (first, second, least) = (a, b, vain);
                }
            }

            var (x, y) = (groups[first], groups[second]);
            groups[first] = new([.. x.Hours, .. y.Hours], [.. x.Levels.Zip(y.Levels, Math.Max)]);
            groups.RemoveAt(second);
        }

        return groups;
    }

    // One load: the sorted hours are cut where the sum of what is held above demand is smallest.
    private static List<Group> Cut(ImmutableArray<double> loads, int most)
    {
        var hours = Enumerable.Range(0, loads.Length).OrderByDescending(hour => loads[hour]).ThenBy(hour => hour).ToArray();
        var levels = hours.Select(hour => loads[hour]).ToArray();
        var n = levels.Length;
        var prefix = new double[n + 1];
        for (var i = 0; i < n; i++) prefix[i + 1] = prefix[i] + levels[i];
        // waste[i] for k segments over the first i hours; cut[k, i] where the last of them begins.
        var waste = new double[n + 1];
        Array.Fill(waste, double.PositiveInfinity);
        waste[0] = 0;
        var cuts = new List<int[]>();
        for (var k = 1; k <= most; k++)
        {
            var next = new double[n + 1];
            Array.Fill(next, double.PositiveInfinity);
            var cut = new int[n + 1];
            for (var end = k; end <= n; end++)
            {
                for (var begin = k - 1; begin < end; begin++)
                {
                    var value = waste[begin] + (levels[begin] * (end - begin)) - (prefix[end] - prefix[begin]);
                    if (value < next[end] - 1e-12) (next[end], cut[end]) = (value, begin);
                }
            }

            waste = next;
            cuts.Add(cut);
        }

        var groups = new List<Group>();
        for (int k = cuts.Count - 1, end = n; k >= 0; end = cuts[k][end], k--)
            groups.Add(new([.. hours[cuts[k][end]..end]], [levels[cuts[k][end]]]));
        return groups;
    }

    private static class Same
    {
        public static readonly IEqualityComparer<ImmutableArray<double>> Levels = new Sequence<double>();
        public static readonly IEqualityComparer<ImmutableArray<bool>> Windows = new Sequence<bool>();
    }

    private sealed class Sequence<T> : IEqualityComparer<ImmutableArray<T>>
    {
        public bool Equals(ImmutableArray<T> x, ImmutableArray<T> y) => x.AsSpan().SequenceEqual(y.AsSpan(), EqualityComparer<T>.Default);

        public int GetHashCode(ImmutableArray<T> value) => value[0]!.GetHashCode();
    }
}
