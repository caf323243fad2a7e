using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>How bursty arrivals are in windows of one length.</summary>
/// <param name="WindowSeconds">The length of a window.</param>
/// <param name="Windows">Whole windows in the trace.</param>
/// <param name="Dispersion">Variance of the counts over their mean: 1 for arrivals at random at a steady rate (Poisson), more for bursts.</param>
/// <param name="PeakToMean">The largest count over the mean.</param>
public sealed record Burstiness(double WindowSeconds, int Windows, double Dispersion, double PeakToMean);

/// <summary>How often and how evenly something arrives.</summary>
/// <param name="Count">Arrivals.</param>
/// <param name="Seconds">From the first to the last.</param>
/// <param name="PerSecond">Mean rate: arrivals after the first over the seconds; 0 where all come at one moment.</param>
/// <param name="VariationOfGaps">Standard deviation of the times between arrivals over their mean: 1 at random at a steady rate, more for bursts; NaN where there is no rate.</param>
/// <param name="LongestGap">The longest time without an arrival, in seconds.</param>
/// <param name="Bursts">Burstiness over a second, a minute and an hour, as far as the trace has ten of them with an arrival in each on average.</param>
public sealed record ArrivalStatistics(int Count, double Seconds, double PerSecond, double VariationOfGaps, double LongestGap, ImmutableArray<Burstiness> Bursts)
{
    private const int FewestWindows = 10;

    /// <summary>The statistics of arrivals.</summary>
    /// <param name="arrivals">Seconds, not falling; at least one.</param>
    public static ArrivalStatistics Of(ImmutableArray<double> arrivals)
    {
        var (count, seconds) = (arrivals.Length, arrivals[^1] - arrivals[0]);
        if (seconds <= 0) return new(count, 0, 0, double.NaN, 0, []);
        var (longest, squares) = (0.0, 0.0);
        for (var i = 1; i < count; i++)
        {
            var gap = arrivals[i] - arrivals[i - 1];
            longest = Math.Max(longest, gap);
            squares += gap * gap;
        }

        var mean = seconds / (count - 1);
        var variance = (squares / (count - 1)) - (mean * mean);
        return new(count, seconds, 1 / mean, Math.Sqrt(Math.Max(0, variance)) / mean, longest,
            [.. new[] { 1.0, 60, 3600 }.Where(w => seconds / w >= FewestWindows && w >= mean).Select(w => Within(arrivals, w))]);
    }

    private static Burstiness Within(ImmutableArray<double> arrivals, double window)
    {
        var windows = (int)((arrivals[^1] - arrivals[0]) / window);
        var (index, inside, most, sum, squares) = (0L, 0, 0, 0.0, 0.0);
        void Close()
        {
            most = Math.Max(most, inside);
            sum += inside;
            squares += (double)inside * inside;
        }

        foreach (var arrival in arrivals)
        {
            var at = (long)((arrival - arrivals[0]) / window);
            if (at != index)
            {
                Close();
                (index, inside) = (at, 0);
            }

            // What lies behind the last whole window would look like a lull.
            if (at >= windows) break;
            inside++;
        }

        if (index < windows) Close();
        var mean = sum / windows;
        return new(window, windows, ((squares / windows) - (mean * mean)) / mean, most / mean);
    }
}
