using System.Collections.Immutable;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance;

/// <summary>
/// Ranges around predictions, from what the model missed on models it was not fitted to: split conformal prediction (Vovk et al. 2005; Lei et al., JASA
/// 2018), one factor down and one up for each quantity, statistic and kind of model.
/// </summary>
public sealed record ErrorIntervals
{
    private const int FewGroups = 4;

    /// <summary>A factor down and one up.</summary>
    /// <param name="Metric">The metric.</param>
    /// <param name="Dense">Whether for models without experts.</param>
    /// <param name="Down">Measured over predicted at the lower end; above 0.</param>
    /// <param name="Up">Measured over predicted at the upper end.</param>
    /// <param name="Runs">Held-out numbers that it rests on.</param>
    public readonly record struct Factor(Metric Metric, bool Dense, double Down, double Up, int Runs)
    {
        /// <summary>Groups that it rests on, with those of akin metrics where its own are few; 0 where unknown.</summary>
        public int Groups { get; init; }
    }

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

    /// <summary>
    /// Factors from held-out numbers: quantiles of measured over predicted, in which a group weighs as the square root of its numbers, widened or narrowed
    /// until every group, judged by the others, is held as often as is promised. Runs of one group err together, so that quantiles over runs alone promise too
    /// much; and two or three groups say little about the next: a metric with fewer than four takes in what is akin to it, first tokens' mean, or the paces of
    /// tokens, of answers and of throughput together.
    /// </summary>
    /// <param name="heldOut">Numbers whose predictions were made without their group.</param>
    /// <param name="group">The group of a run.</param>
    /// <param name="nominal">The share that an interval should hold.</param>
    public static ErrorIntervals From(IReadOnlyCollection<CheckedNumber> heldOut, Func<MeasuredRun, string> group, double nominal = 0.90)
    {
        var factors = ImmutableArray.CreateBuilder<Factor>();
        foreach (var kind in heldOut.GroupBy(n => (n.Metric, n.Run.Dense)).OrderBy(g => g.Key.Metric.Quantity).ThenBy(g => g.Key.Metric.Statistic).ThenBy(g => g.Key.Dense))
        {
            var groups = Logs(heldOut, kind.Key.Metric, kind.Key.Dense, group);
            var (down, up) = Widened(groups, nominal);
            factors.Add(new(kind.Key.Metric, kind.Key.Dense, Math.Exp(down), Math.Exp(up), kind.Count()) { Groups = groups.Length });
        }

        return new() { Nominal = nominal, Factors = factors.ToImmutable() };
    }

    /// <summary>How often intervals made without a group hold the numbers of that group, a group weighing as the square root of its numbers; NaN with fewer than four groups.</summary>
    /// <param name="heldOut">Held-out numbers.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="dense">Whether of models without experts.</param>
    /// <param name="group">The group of a run.</param>
    /// <param name="nominal">The share that an interval should hold.</param>
    public static double CoverageOfOthers(IReadOnlyCollection<CheckedNumber> heldOut, Metric metric, bool dense, Func<MeasuredRun, string> group, double nominal = 0.90)
    {
        var groups = Logs(heldOut, metric, dense, group);
        if (groups.Length < FewGroups) return double.NaN;
        var (held, all) = (0.0, 0.0);
        for (var left = 0; left < groups.Length; left++)
        {
            var (down, up) = Widened([.. groups.Where((_, i) => i != left)], nominal);
            var weight = Math.Sqrt(groups[left].Length);
            held += weight * groups[left].Count(x => x >= down && x <= up) / groups[left].Length;
            all += weight;
        }

        return held / all;
    }

    /// <summary>Logarithms of measured over predicted by group, sorted; with those of akin metrics where the metric's own groups are few.</summary>
    private static double[][] Logs(IReadOnlyCollection<CheckedNumber> heldOut, Metric metric, bool dense, Func<MeasuredRun, string> group)
    {
        double[][] Of(IEnumerable<CheckedNumber> numbers) =>
            [.. numbers.GroupBy(n => group(n.Run), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Select(Log).Order().ToArray())];
        double Log(CheckedNumber n) => Math.Log(n.Measured / n.Predicted) * ((n.Metric.Quantity == Quantity.OutputRate) == (metric.Quantity == Quantity.OutputRate) ? 1 : -1);
        var own = Of(heldOut.Where(n => n.Metric == metric && n.Run.Dense == dense));
        if (own.Length >= FewGroups) return own;
        return Of(heldOut.Where(n => n.Run.Dense == dense && (n.Metric == metric || (n.Metric.Statistic == Statistic.Mean && Kin(n.Metric.Quantity) == Kin(metric.Quantity)))));
    }

    // Throughput is the inverse of a pace.
    private static Quantity Kin(Quantity quantity) => quantity is Quantity.Tpot or Quantity.Itl or Quantity.EndToEnd or Quantity.OutputRate ? Quantity.EndToEnd : quantity;

    private static (double Down, double Up) Widened(double[][] groups, double nominal)
    {
        var (down, up) = Quantiles(groups, nominal, -1);
        var middle = (down + up) / 2;
        // One group says nothing about the next: half as much again.
        var wider = 1.5;
        if (groups.Length > 1)
        {
            var others = Enumerable.Range(0, groups.Length).Select(g => Quantiles(groups, nominal, g)).ToArray();
            for (wider = 0.6; wider < 4; wider += 0.05)
            {
                var (held, all) = (0.0, 0.0);
                for (var g = 0; g < groups.Length; g++)
                {
                    var (low, high) = others[g];
                    var (centre, half) = ((low + high) / 2, (high - low) / 2 * wider);
                    held += Math.Sqrt(groups[g].Length) * groups[g].Count(x => Math.Abs(x - centre) <= half) / groups[g].Length;
                    all += Math.Sqrt(groups[g].Length);
                }

                if (held >= nominal * all) break;
            }
        }

        return (middle - ((up - down) / 2 * wider), middle + ((up - down) / 2 * wider));
    }

    private static (double Down, double Up) Quantiles(double[][] groups, double nominal, int without)
    {
        List<(double Value, double Weight)> all = [];
        for (var g = 0; g < groups.Length; g++)
            if (g != without) all.AddRange(groups[g].Select(x => (x, 1 / Math.Sqrt(groups[g].Length))));
        all.Sort((a, b) => a.Value.CompareTo(b.Value));
        // One more, unseen and as heavy as the mean, at either end (the finite-sample correction of split conformal prediction).
        var total = all.Sum(x => x.Weight) * (all.Count + 1) / all.Count;
        double At(double share)
        {
            var sum = 0.0;
            foreach (var (value, weight) in all)
                if ((sum += weight) >= share * total) return value;
            return all[^1].Value;
        }

        return (At((1 - nominal) / 2), At((1 + nominal) / 2));
    }
}
