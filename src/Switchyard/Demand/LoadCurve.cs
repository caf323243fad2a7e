using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Demand;

/// <summary>
/// How many requests arrive: a peak that grows by the month, and the shape of the week below it.
/// </summary>
public sealed class LoadCurve
{
    /// <summary>Describes a load.</summary>
    /// <param name="peakPerSecond">Requests a second in the busiest hour of the first month; positive.</param>
    /// <param name="monthlyGrowth">Growth of the peak from month to month, such as 0.04; above −1.</param>
    /// <param name="shape">The week's shape, its highest level 1.</param>
    public LoadCurve(double peakPerSecond, double monthlyGrowth, WeekShape shape)
    {
        PeakPerSecond = peakPerSecond;
        MonthlyGrowth = monthlyGrowth;
        Shape = shape;
    }

    /// <summary>Requests a second in the busiest hour of the first month.</summary>
    public double PeakPerSecond { get; }

    /// <summary>Growth of the peak from month to month.</summary>
    public double MonthlyGrowth { get; }

    /// <summary>The week's shape.</summary>
    public WeekShape Shape { get; }

    /// <summary>Requests a second in the busiest hour of a month (zero-based).</summary>
    public double Peak(int month) => PeakPerSecond * Math.Pow(1 + MonthlyGrowth, month);

    /// <summary>Requests that arrive in a month, by the hours of the week (not by the segments above them).</summary>
    /// <param name="month">Zero-based month.</param>
    /// <param name="hours">Hours in it.</param>
    public double Requests(int month, double hours) => Peak(month) * Shape.Mean * hours * 3600;
}

/// <summary>The shape of a week: one level for each of its 168 hours, Monday 00:00 first, the highest 1.</summary>
public sealed class WeekShape
{
    private WeekShape(string name, ImmutableArray<double> levels)
    {
        Name = name;
        Levels = levels;
        Mean = levels.Average();
    }

    /// <summary>The name used in scenario files, or <c>trace</c>.</summary>
    public string Name { get; }

    /// <summary>168 levels, Monday 00:00 first, in the users' time; the highest is 1.</summary>
    public ImmutableArray<double> Levels { get; }

    /// <summary>The mean level.</summary>
    public double Mean { get; }

    /// <summary>The same all week.</summary>
    public static WeekShape Flat { get; } = FromLevels("flat", hour => 1);

    /// <summary>Office work: full from 9 to 17 on weekdays, half in the two hours on either side, a tenth otherwise.</summary>
    public static WeekShape BusinessHours { get; } = FromLevels("business-hours", hour => (hour / 24 >= 5, hour % 24) switch
    {
        (true, _) => 0.10,
        (false, >= 9 and < 17) => 1,
        (false, (>= 7 and < 9) or (>= 17 and < 19)) => 0.5,
        _ => 0.10,
    });

    /// <summary>Consumers: a smooth day with its peak at 20:00 and its valley, at a quarter of it, at 04:00-08:00; weekends like weekdays.</summary>
    public static WeekShape Daily { get; } = FromLevels(
        "daily", hour => Math.Max(0.25, 0.625 + (0.375 * Math.Cos((hour % 24 - 20) * Math.PI / 12))));

    /// <summary>Work at night: full from 22 to 6, a tenth otherwise.</summary>
    public static WeekShape Nightly { get; } = FromLevels("nightly", hour => hour % 24 is >= 22 or < 6 ? 1 : 0.10);

    /// <summary>The shapes that a scenario can name.</summary>
    public static IReadOnlyList<WeekShape> Named { get; } = [Flat, BusinessHours, Daily, Nightly];

    /// <summary>A shape from 168 loads in any unit; scaled so that the highest becomes 1.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="levels">168 loads, not negative, at least one positive.</param>
    /// <exception cref="ArgumentException">There are not 168 of them, or none is positive.</exception>
    public static WeekShape FromLevels(string name, IReadOnlyList<double> levels)
    {
        var max = levels.Count == 168 ? levels.Max() : 0;
        if (!(max > 0)) throw new ArgumentException("A week has 168 levels, at least one of them positive.", nameof(levels));
        return new(name, [.. levels.Select(level => level / max)]);
    }

    private static WeekShape FromLevels(string name, Func<int, double> level) =>
        FromLevels(name, [.. Enumerable.Range(0, 168).Select(level)]);
}
