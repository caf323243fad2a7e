using System.Collections.Immutable;

namespace Switchyard.Performance.Measured;

/// <summary>What of its rate an accelerator keeps in the largest gang measured, against the smallest of the same runs.</summary>
/// <param name="Smallest">The run with the fewest accelerators.</param>
/// <param name="Largest">The run with the most; at least twice as many.</param>
public sealed record Scaling(CheckedNumber Smallest, CheckedNumber Largest)
{
    /// <summary>Accelerators of the smallest gang.</summary>
    public int From => ((TrainingRun)Smallest.Run).Accelerators;

    /// <summary>Accelerators of the largest gang.</summary>
    public int To => ((TrainingRun)Largest.Run).Accelerators;

    /// <summary>Share of its tokens a second that an accelerator kept.</summary>
    public double Measured => Largest.Measured / Smallest.Measured;

    /// <summary>The same as predicted.</summary>
    public double Predicted => Largest.Predicted / Smallest.Predicted;

    /// <summary>Predicted less measured; 0.01 is a point.</summary>
    public double Off => Predicted - Measured;

    /// <summary>
    /// The smallest and the largest gang of each model, accelerator, source with its version, format and length of sequence. Of several runs with as many accelerators
    /// the fastest measured counts.
    /// </summary>
    /// <param name="numbers">Measured and predicted rates of training; others are passed over.</param>
    public static ImmutableArray<Scaling> Of(IEnumerable<CheckedNumber> numbers) =>
    [
        .. numbers.Where(n => n.Run is TrainingRun && n.Metric is { Quantity: Quantity.TrainingRate, Statistic: Statistic.Mean })
            .GroupBy(n => (n.Run.ModelKey, n.Run.SystemKey, n.Run.EngineName, n.Run.Version, ((TrainingRun)n.Run).Precision, ((TrainingRun)n.Run).Sequence))
            .Select(group => group.OrderBy(n => ((TrainingRun)n.Run).Accelerators).ThenByDescending(n => n.Measured).DistinctBy(n => ((TrainingRun)n.Run).Accelerators).ToList())
            .Select(sizes => new Scaling(sizes[0], sizes[^1])).Where(s => s.To >= 2 * s.From),
    ];
}
