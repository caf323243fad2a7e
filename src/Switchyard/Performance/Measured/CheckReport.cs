using System.Collections.Immutable;

namespace Switchyard.Performance.Measured;

/// <summary>A measured number and what was predicted for it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Measured">What was measured; seconds, or tokens a second and accelerator.</param>
/// <param name="Predicted">What was predicted.</param>
/// <param name="Low">Lower end of the prediction's interval.</param>
/// <param name="High">Upper end of the prediction's interval.</param>
public sealed record CheckedNumber(MeasuredRun Run, Metric Metric, double Measured, double Predicted, double Low, double High)
{
    /// <summary>Predicted over measured, less 1.</summary>
    public double Error => (Predicted / Measured) - 1;

    /// <summary>Whether the interval holds what was measured.</summary>
    public bool Covered => Measured >= Low && Measured <= High;
}

/// <summary>A run that was not predicted.</summary>
/// <param name="Run">The run.</param>
/// <param name="Reason">Why not.</param>
public sealed record RefusedRun(MeasuredRun Run, string Reason);

/// <summary>Errors of a set of predictions, as shares of what was measured.</summary>
/// <param name="Count">Numbers.</param>
/// <param name="Median">Median of the absolute error.</param>
/// <param name="Mean">Mean of the absolute error.</param>
/// <param name="P90">90th percentile of the absolute error.</param>
/// <param name="Bias">Median of the signed error: above 0 where predictions are too high.</param>
/// <param name="Coverage">Share of the numbers within their interval.</param>
public readonly record struct ErrorSummary(int Count, double Median, double Mean, double P90, double Bias, double Coverage)
{
    /// <summary>The errors of numbers.</summary>
    /// <param name="numbers">The numbers; at least one.</param>
    public static ErrorSummary Of(IReadOnlyCollection<CheckedNumber> numbers)
    {
        var absolute = Simulate.Distribution.Of(numbers.Select(n => Math.Abs(n.Error)));
        var signed = Simulate.Distribution.Of(numbers.Select(n => n.Error));
        return new(numbers.Count, absolute.Median, absolute.Mean, absolute.P90, signed.Median, numbers.Count(n => n.Covered) / (double)Math.Max(1, numbers.Count));
    }
}

/// <summary>Our error on measured runs.</summary>
public sealed record CheckReport
{
    /// <summary>Every measured number that was predicted.</summary>
    public required ImmutableArray<CheckedNumber> Numbers { get; init; }

    /// <summary>Every run that was not.</summary>
    public required ImmutableArray<RefusedRun> Refused { get; init; }

    /// <summary>Runs that were predicted.</summary>
    public required int Predicted { get; init; }

    /// <summary>Predicts runs and compares.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="predictor">The model.</param>
    /// <param name="intervals">The intervals around its predictions.</param>
    public static CheckReport Of(IEnumerable<MeasuredRun> runs, RunPredictor predictor, ErrorIntervals intervals)
    {
        var numbers = ImmutableArray.CreateBuilder<CheckedNumber>();
        var refused = ImmutableArray.CreateBuilder<RefusedRun>();
        var predicted = 0;
        foreach (var run in runs)
        {
            var outcome = predictor.Predict(run);
            if (outcome.Value is not { } prediction)
            {
                refused.Add(new(run, outcome.Refusal!));
                continue;
            }

            predicted++;
            foreach (var (metric, measured) in run.Observed)
            {
                if (prediction.Of(metric) is not { } value || !double.IsFinite(value) || !(value > 0)) continue;
                var (low, high) = intervals.Around(metric, run.Dense, value);
                numbers.Add(new(run, metric, measured, value, low, high));
            }
        }

        return new() { Numbers = numbers.ToImmutable(), Refused = refused.ToImmutable(), Predicted = predicted };
    }
}
