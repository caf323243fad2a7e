namespace Switchyard.Demand;

/// <summary>What a trace of requests says about a workload.</summary>
/// <param name="PeakPerSecond">Requests a second in the busiest hour of the folded week, or in the busiest five minutes of a trace shorter than a day.</param>
/// <param name="Shape">The week's shape; null where the trace is shorter than a day and says nothing of it.</param>
/// <param name="ShapeOrigin">How the shape was found, in words.</param>
/// <param name="Input">Prompt lengths: the data's median and 95th percentile; null where the trace has none.</param>
/// <param name="Output">Answer lengths: the data's median and 95th percentile; null where the trace has none.</param>
/// <param name="Requests">Requests in the trace.</param>
/// <param name="Span">Time from the first to the last.</param>
public sealed record ArrivalTrace(
    double PeakPerSecond, WeekShape? Shape, string ShapeOrigin, TokenLengths? Input, TokenLengths? Output, int Requests, TimeSpan Span)
{
    private const double Day = 86_400, Window = 300;

    // 2024-01-01 was a Monday: a trace that counts seconds from an unknown moment begins on one.
    private static readonly DateTimeOffset Monday = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Sums a trace up.</summary>
    /// <param name="trace">At least two requests that do not all come at one moment.</param>
    /// <exception cref="ArgumentException">There is no rate in the trace.</exception>
    public static ArrivalTrace Of(RequestTrace trace)
    {
        if (trace.Seconds <= 0) throw new ArgumentException("All requests come at one moment.", nameof(trace));
        var (seconds, span) = (trace.Seconds, TimeSpan.FromSeconds(trace.Seconds));
        var (input, output) = (Lengths(trace.Input), Lengths(trace.Output));
        if (seconds < Day)
        {
            var busiest = Busiest(trace.Arrivals.AsSpan(), Math.Min(Window, seconds));
            return new(busiest, null, seconds >= Window ? "its busiest five minutes" : "its mean, being shorter than five minutes", input, output, trace.Count, span);
        }

        var period = seconds >= 7 * Day ? 168 : 24;
        var rates = Folded(trace.Arrivals.AsSpan(), period, trace.Start ?? Monday);
        var shape = WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(hour => rates[hour % period])]);
        var what = period == 168 ? "the trace folded into one week" : "the trace folded into one day, repeated";
        return new(rates.Max(), shape, what, input, output, trace.Count, span);
    }

    /// <summary>Requests a second in each hour of the week (Monday 00:00 first) or of the day: counts over the time that the trace covers.</summary>
    private static double[] Folded(ReadOnlySpan<double> arrivals, int period, DateTimeOffset start)
    {
        // Days since a Monday.
        var offset = (((int)start.DayOfWeek + 6) % 7 * Day) + start.TimeOfDay.TotalSeconds;
        var (counts, covered) = (new double[period], new double[period]);
        foreach (var arrival in arrivals) counts[(int)((long)Math.Floor((arrival + offset) / 3600) % period)]++;
        var (first, last) = (arrivals[0] + offset, arrivals[^1] + offset);
        for (var hour = Math.Floor(first / 3600); hour * 3600 < last; hour++)
            covered[(int)((long)hour % period)] += Math.Min(last, (hour + 1) * 3600) - Math.Max(first, hour * 3600);
        return [.. counts.Select((count, hour) => count / Math.Max(covered[hour], 1))];
    }

    /// <summary>The highest rate within a window that slides over the arrivals.</summary>
    private static double Busiest(ReadOnlySpan<double> arrivals, double window)
    {
        var most = 0;
        for (int end = 0, begin = 0; end < arrivals.Length; end++)
        {
            while (arrivals[end] - arrivals[begin] > window) begin++;
            most = Math.Max(most, end - begin + 1);
        }

        return most / window;
    }

    /// <summary>The median and the 95th percentile, by nearest rank.</summary>
    private static TokenLengths? Lengths(IReadOnlyCollection<int> column)
    {
        if (column.Count == 0) return null;
        int[] tokens = [.. column];
        Array.Sort(tokens);
        double At(double share) => tokens[Math.Clamp((int)Math.Ceiling(share * tokens.Length) - 1, 0, tokens.Length - 1)];
        var median = At(0.50);
        // A log-normal needs a positive median; where most answers are empty, one token stands for them.
        return new(median > 0 || At(0.95) == 0 ? median : 1, Math.Max(median, At(0.95)));
    }
}
