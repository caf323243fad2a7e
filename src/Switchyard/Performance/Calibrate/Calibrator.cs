using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Performance.Fit;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Calibrate;

/// <summary>What the runs of an accelerator, an engine and a kind of model say.</summary>
public sealed record CalibratedGroup
{
    /// <summary>The accelerator, by the catalog's name.</summary>
    public required string Accelerator { get; init; }

    /// <summary>The engine; <see cref="Engine.Unknown"/> for training, and where the runs name none.</summary>
    public required Engine Engine { get; init; }

    /// <summary>Whether for models without experts.</summary>
    public required bool Dense { get; init; }

    /// <summary>Whether for training.</summary>
    public required bool Training { get; init; }

    /// <summary>Runs that can be predicted.</summary>
    public required int Runs { get; init; }

    /// <summary>The correction of serving; null for training and where none is made.</summary>
    public Correction? Serving { get; init; }

    /// <summary>The correction of training; null for serving and where none is made.</summary>
    public TrainingCorrection? Trained { get; init; }

    /// <summary>Errors by metric; first "all", the mean over the metrics.</summary>
    public ImmutableArray<ErrorChange> Errors { get; init; } = [];

    /// <summary>Parts into which the runs were cut, each predicted without itself.</summary>
    public int Folds { get; init; }

    /// <summary>Why no correction is made; null where one is.</summary>
    public string? Refusal { get; init; }
}

/// <summary>An error without a correction, and with one that has not seen the run.</summary>
/// <param name="Metric">The metric; "all" for the mean over all of them.</param>
/// <param name="Numbers">Measured numbers.</param>
/// <param name="Before">Median absolute error without, as a share.</param>
/// <param name="After">Median absolute error with, as a share.</param>
public readonly record struct ErrorChange(string Metric, int Numbers, double Before, double After);

/// <summary>
/// Learns corrections from a user's own runs: three factors for each accelerator, engine and kind of model (steps that decode, what prompts add, the way to the
/// queue), drawn towards 1 as strongly as a handful of runs would. Their worth is shown on runs left out, whole configurations at a time; a correction that does
/// not predict those better is not made, and none is from fewer than <see cref="LeastRuns"/> runs.
/// </summary>
public static class Calibrator
{
    /// <summary>Fewest runs of a group.</summary>
    public const int LeastRuns = 5;

    private const int MostRuns = 40, MostFolds = 5, Rounds = 6;
    private const double Tie = 0.5, Least = 0.2, Most = 5, Worthwhile = 0.97, Noticeable = 0.005;

    // Which of the factors on decoding, prompts and arrivals are free: runs that say much about one may say little about another.
    private static readonly int[][] Freedoms = [[0, 1, 2], [0], [1, 2]];

    /// <summary>Learns from runs.</summary>
    /// <param name="runs">The runs; those that cannot be predicted take no part.</param>
    /// <param name="factors">The efficiency reached, without corrections.</param>
    public static ImmutableArray<CalibratedGroup> Learn(IEnumerable<MeasuredRun> runs, EfficiencyFactors factors)
    {
        var plain = factors with { Corrections = [], TrainingCorrections = [] };
        var predictor = new RunPredictor(plain);
        var groups = runs.Where(r => r is { Model: not null, Accelerator: not null, Incomplete: null })
            .GroupBy(r => (r.SystemKey, Engine: r is ServingRun s ? s.Deployment.Engine : Engine.Unknown, r.Dense, Training: r is TrainingRun))
            .OrderBy(g => g.Key.SystemKey, StringComparer.Ordinal).ThenBy(g => g.Key.Engine).ThenByDescending(g => g.Key.Dense).ThenBy(g => g.Key.Training);
        return [.. groups.Select(g => Group(g.Key.SystemKey, g.Key.Engine, g.Key.Dense, g.Key.Training, [.. g.Where(r => predictor.Predict(r).Value is not null)], plain))];
    }

    private static CalibratedGroup Group(string accelerator, Engine engine, bool dense, bool training, List<MeasuredRun> runs, EfficiencyFactors factors)
    {
        var group = new CalibratedGroup { Accelerator = accelerator, Engine = engine, Dense = dense, Training = training, Runs = runs.Count };
        if (runs.Count < LeastRuns) return group with { Refusal = $"{runs.Count} run{(runs.Count == 1 ? "" : "s")} that can be predicted; at least {LeastRuns} are needed" };
        if (runs.Count > MostRuns) runs = [.. Enumerable.Range(0, MostRuns).Select(i => runs[(int)((long)i * runs.Count / MostRuns)])];
        EfficiencyFactors With(IReadOnlyList<MeasuredRun> from, int[] free) => training
            ? factors with { TrainingCorrections = [Trained(accelerator, dense, from, factors)] } : factors with { Corrections = [Serving(accelerator, engine, dense, from, factors, free)] };

        // Runs of one configuration at several loads know each other: they are left out together, unless there is only one configuration.
        var keys = runs.ConvertAll(Configuration);
        var distinct = keys.Distinct(StringComparer.Ordinal).ToList();
        if (distinct.Count == 1) (keys, distinct) = ([.. runs.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))], [.. runs.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))]);
        var folds = Math.Min(MostFolds, distinct.Count);
        var before = CheckReport.Of(runs, new RunPredictor(factors), ErrorIntervals.None).Numbers;
        int[] best = [];
        foreach (var free in training ? [[]] : Freedoms)
        {
            List<CheckedNumber> after = [];
            for (var fold = 0; fold < folds; fold++)
            {
                bool Held(int i) => distinct.IndexOf(keys[i]) % folds == fold;
                after.AddRange(CheckReport.Of(runs.Where((_, i) => Held(i)), new RunPredictor(With([.. runs.Where((_, i) => !Held(i))], free)), ErrorIntervals.None).Numbers);
            }

            ImmutableArray<ErrorChange> errors = [.. Changes(before, after)];
            if (errors.IsEmpty || (!group.Errors.IsEmpty && errors[0].After >= group.Errors[0].After)) continue;
            (best, group) = (free, group with { Folds = folds, Errors = errors });
        }

        if (group.Errors.IsEmpty) return group with { Refusal = "nothing was measured that is predicted" };
        var (was, now) = (group.Errors[0].Before, group.Errors[0].After);
        if (now > Worthwhile * was || was - now < Noticeable)
            return group with { Refusal = string.Create(CultureInfo.InvariantCulture, $"hardly better on runs left out: error {was * 100:0.0}% without, {now * 100:0.0}% with") };
        var all = With(runs, best);
        return training ? group with { Trained = all.TrainingCorrections[0] } : group with { Serving = all.Corrections[0] };
    }

    private static IEnumerable<ErrorChange> Changes(ImmutableArray<CheckedNumber> before, List<CheckedNumber> after)
    {
        if (before.IsEmpty || after.Count == 0) return [];
        static double Median(IEnumerable<CheckedNumber> numbers) => Distribution.Of(numbers.Select(n => Math.Abs(n.Error))).Median;
        List<ErrorChange> each =
        [
            .. before.GroupBy(n => n.Metric.Quantity).OrderBy(g => g.Key)
                .Select(g => new ErrorChange(g.Key.ToString().ToLowerInvariant(), g.Count(), Median(g), Median(after.Where(n => n.Metric.Quantity == g.Key)))),
        ];
        // Every quantity counts alike, however many numbers it has.
        return each.Prepend(new("all", before.Length, each.Average(e => e.Before), each.Average(e => e.After)));
    }

    private static string Configuration(MeasuredRun run) => run switch
    {
        ServingRun s => $"{s.ModelKey} {s.Deployment} {s.Input} {s.Output}",
        TrainingRun t => $"{t.ModelKey} {t.Precision} {t.Accelerators}",
        _ => run.Id,
    };

    private static Correction Serving(string accelerator, Engine engine, bool dense, IReadOnlyList<MeasuredRun> runs, EfficiencyFactors factors, int[] free)
    {
        List<(MeasuredRun Run, Observation Observed)> rows = [.. runs.SelectMany(r => r.Observed.Select(o => (r, o)))];
        // Several numbers of one run are hardly more than one.
        double[] weights = [.. rows.Select(row => 1 / Math.Sqrt(row.Run.Observed.Length))];
        Correction Of(double[] at)
        {
            double Factor(int which) => Array.IndexOf(free, which) is var place and >= 0 ? Math.Clamp(Math.Exp(at[place]), Least, Most) : 1;
            return new(accelerator, engine, dense, Factor(0), Factor(1), Factor(2), runs.Count);
        }

        double[] Residuals(double[] at)
        {
            var predictor = new RunPredictor(factors with { Corrections = [Of(at)] });
            var result = new double[rows.Count];
            MeasuredRun? last = null;
            RunPredictor.Predicted? predicted = null;
            for (var i = 0; i < rows.Count; i++)
            {
                if (!ReferenceEquals(rows[i].Run, last)) (last, predicted) = (rows[i].Run, predictor.Predict(rows[i].Run).Value);
                result[i] = predicted?.Of(rows[i].Observed.Metric) is { } value && value > 0 ? Math.Log(value / rows[i].Observed.Value) : double.NaN;
            }

            return result;
        }

        return Of(LeastSquares.Minimise(new double[free.Length], new double[free.Length], Residuals, weights, [.. free.Select(_ => Tie)], Rounds));
    }

    private static TrainingCorrection Trained(string accelerator, bool dense, IReadOnlyList<MeasuredRun> runs, EfficiencyFactors factors)
    {
        var predictor = new RunPredictor(factors);
        double[] ratios =
        [
            .. from run in runs
               from o in run.Observed
               where o.Metric.Quantity == Quantity.TrainingRate
               let value = predictor.Predict(run).Value?.Of(o.Metric)
               where value > 0
               select Math.Log(value.Value / o.Value),
        ];
        if (ratios.Length == 0) return new(accelerator, dense, 1, 0);
        var median = Distribution.Of(ratios).Median;
        return new(accelerator, dense, Math.Clamp(Math.Exp(median * ratios.Length / (ratios.Length + 2.0)), Least, Most), runs.Count);
    }
}
