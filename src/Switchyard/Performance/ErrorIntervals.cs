using System.Collections.Immutable;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance;

/// <summary>
/// Ranges around predictions, from what the model missed on models it was not fitted to: split conformal prediction (Vovk et al. 2005; Lei et al., JASA
/// 2018), one factor down and one up for each quantity, statistic and kind of model.
/// </summary>
public sealed record ErrorIntervals
{
    /// <summary>A factor down and one up.</summary>
    /// <param name="Metric">The metric.</param>
    /// <param name="Dense">Whether for models without experts.</param>
    /// <param name="Down">Measured over predicted at the lower end; above 0.</param>
    /// <param name="Up">Measured over predicted at the upper end.</param>
    /// <param name="Runs">Held-out numbers that it rests on.</param>
    public readonly record struct Factor(Metric Metric, bool Dense, double Down, double Up, int Runs);

    /// <summary>The intervals that the product ships: half down, twice up, where nothing was measured.</summary>
    public static ErrorIntervals None { get; } = new();

    /// <summary>The share of runs that an interval should hold.</summary>
    public double Nominal { get; init; } = 0.90;

    /// <summary>The factors.</summary>
    public ImmutableArray<Factor> Factors { get; init; } = [];

    /// <summary>The interval around a prediction.</summary>
    /// <param name="metric">What is predicted.</param>
    /// <param name="dense">Whether the model has no experts.</param>
    /// <param name="value">The prediction.</param>
    public (double Low, double High) Around(Metric metric, bool dense, double value)
    {
        var best = (Rank: int.MaxValue, Down: 0.5, Up: 2.0);
        foreach (var factor in Factors)
        {
            if (factor.Metric.Quantity != metric.Quantity) continue;
            // Its own statistic first, then its own kind of model.
            var rank = (factor.Metric.Statistic == metric.Statistic ? 0 : 2 + Math.Abs((int)factor.Metric.Statistic - (int)metric.Statistic)) + (factor.Dense == dense ? 0 : 1);
            if (rank < best.Rank) best = (rank, factor.Down, factor.Up);
        }

        return (value * best.Down, value * best.Up);
    }

    /// <summary>Factors from held-out numbers: the ⌈(n + 1)(1 ± 0.9)/2⌉-th of the ordered ratios of measured to predicted.</summary>
    /// <param name="heldOut">Numbers whose predictions were made without their model.</param>
    /// <param name="nominal">The share that an interval should hold.</param>
    public static ErrorIntervals From(IEnumerable<CheckedNumber> heldOut, double nominal = 0.90)
    {
        var factors = ImmutableArray.CreateBuilder<Factor>();
        foreach (var group in heldOut.GroupBy(n => (n.Metric, n.Run.Dense)).OrderBy(g => g.Key.Metric.Quantity).ThenBy(g => g.Key.Metric.Statistic).ThenBy(g => g.Key.Dense))
        {
            double[] ratios = [.. group.Select(n => n.Measured / n.Predicted).Order()];
            var low = (int)Math.Floor((ratios.Length + 1) * (1 - nominal) / 2) - 1;
            var high = (int)Math.Ceiling((ratios.Length + 1) * (1 + nominal) / 2) - 1;
            // Too few numbers for a quantile: the widest seen, with half as much again.
            var down = low >= 0 ? ratios[low] : ratios[0] / 1.5;
            var up = high < ratios.Length ? ratios[high] : ratios[^1] * 1.5;
            factors.Add(new(group.Key.Metric, group.Key.Dense, down, up, ratios.Length));
        }

        return new() { Nominal = nominal, Factors = factors.ToImmutable() };
    }
}
