using System.Collections.Immutable;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance.Fit;

/// <summary>Which runs are left out together, to see how we do on what was never seen.</summary>
public enum LeftOut
{
    /// <summary>Runs of one architecture, under all its names.</summary>
    Model,

    /// <summary>Runs of one accelerator.</summary>
    Accelerator,

    /// <summary>Runs of one version of an engine.</summary>
    Version,
}

/// <summary>
/// Fits the coefficients to measured runs: least squares on the logarithm of predicted over measured, robust, every group of runs (architecture, accelerator,
/// format, engine) weighted by the square root of its size. No coefficient belongs to a run, a model or an accelerator.
/// </summary>
public static class Fitter
{
    // Open-loop runs state their engine, its limits and every length; tables of closed loops leave much of it out.
    private const double TtftWeight = 0.25, OpenLoopWeight = 6, Tie = 0.005;
    private const double LongestStage = 60;
    private const int MostClients = 192;

    /// <summary>Factors with coefficients fitted.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="coefficients">What to fit.</param>
    /// <param name="runs">The runs; suspect and incomplete ones take no part.</param>
    /// <param name="perGroup">Most runs of a group that take part, evenly chosen.</param>
    /// <param name="rounds">Most rounds.</param>
    public static EfficiencyFactors Fit(
        EfficiencyFactors start, ImmutableArray<Coefficient> coefficients, IEnumerable<MeasuredRun> runs, int perGroup, int rounds)
    {
        List<(MeasuredRun Run, Observation Observed)> rows = [];
        List<double> weights = [];
        foreach (var group in runs.Where(Fits).Select(Shorten).GroupBy(Group).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var members = Evenly([.. group], perGroup);
            foreach (var run in members)
            {
                foreach (var observed in run.Observed)
                {
                    var weight = observed.Metric switch
                    {
                        { Quantity: Quantity.Tpot or Quantity.Itl or Quantity.TrainingRate, Statistic: Statistic.Mean } => 1,
                        { Quantity: Quantity.Ttft, Statistic: Statistic.Mean } => TtftWeight,
                        _ => 0,
                    };
                    if (weight <= 0) continue;
                    rows.Add((run, observed));
                    weights.Add(weight * (run is ServingRun { Load: OpenLoop } ? OpenLoopWeight : 1) / Math.Sqrt(members.Count));
                }
            }
        }

        if (rows.Count == 0) return start;
        EfficiencyFactors Apply(double[] at) => Enumerable.Range(0, at.Length).Aggregate(start, (factors, j) => coefficients[j].Apply(factors, at[j]));
        double[] Residuals(double[] at)
        {
            var predictor = new RunPredictor(Apply(at));
            var result = new double[rows.Count];
            MeasuredRun? last = null;
            RunPredictor.Predicted? prediction = null;
            for (var i = 0; i < rows.Count; i++)
            {
                if (!ReferenceEquals(rows[i].Run, last)) (last, prediction) = (rows[i].Run, predictor.Predict(rows[i].Run).Value);
                result[i] = prediction?.Of(rows[i].Observed.Metric) is { } value && value > 0 ? Math.Log(value / rows[i].Observed.Value) : double.NaN;
            }

            return result;
        }

        double[] first = [.. coefficients.Select(c => Math.Log(Math.Clamp(c.Get(start), c.Least, c.Most)))];
        return Apply(LeastSquares.Minimise(first, Residuals, [.. weights], Tie, rounds));
    }

    /// <summary>What is predicted for each group by factors that were fitted without it.</summary>
    /// <param name="start">The factors fitted with all.</param>
    /// <param name="coefficients">What is fitted again.</param>
    /// <param name="runs">All runs.</param>
    /// <param name="by">What is left out together.</param>
    /// <param name="perGroup">Most runs of a group that take part in a fit.</param>
    /// <param name="rounds">Most rounds of a fit.</param>
    /// <param name="done">Hears the name of each group when it is done.</param>
    public static ImmutableArray<CheckedNumber> LeaveOut(
        EfficiencyFactors start, ImmutableArray<Coefficient> coefficients, IReadOnlyList<MeasuredRun> runs, LeftOut by, int perGroup, int rounds, Action<string> done)
    {
        var numbers = ImmutableArray.CreateBuilder<CheckedNumber>();
        foreach (var group in runs.Where(run => run.Model is not null && run.Accelerator is not null).GroupBy(run => Key(run, by)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // A version with a handful of runs says little that its neighbours do not.
            if (by == LeftOut.Version && group.Count() < 25) continue;
            var factors = Fit(start, coefficients, runs.Where(run => Key(run, by) != group.Key), perGroup, rounds);
            numbers.AddRange(CheckReport.Of(group, new RunPredictor(factors), ErrorIntervals.None).Numbers);
            done(group.Key);
        }

        return numbers.ToImmutable();
    }

    /// <summary>The group that a run is left out with.</summary>
    /// <param name="run">The run.</param>
    /// <param name="by">What is left out together.</param>
    public static string Key(MeasuredRun run, LeftOut by) => by switch
    {
        LeftOut.Model => Architecture(run),
        LeftOut.Accelerator => run.SystemKey,
        _ => $"{run.EngineName} {run.Version}",
    };

    // DeepSeek V3 and R1, or Llama 3 and 3.1, are one architecture.
    private static string Architecture(MeasuredRun run) => run.Model is { } m
        ? FormattableString.Invariant($"{m.Layers}x{m.Hidden}x{m.Heads}x{m.Experts} {(m.Experts > 0 ? "moe" : "dense")}") : run.ModelName;

    private static string Group(MeasuredRun run) => FormattableString.Invariant(
        $"{Architecture(run)} {run.SystemKey} {(run as ServingRun)?.Deployment.Precision}{(run as TrainingRun)?.Precision} {run.EngineName.Split('-')[^1]} {run.GetType().Name}{(run as ServingRun)?.Load.GetType().Name}");

    private static bool Fits(MeasuredRun run) => run is { Model: not null, Accelerator: not null, Suspect: null, Incomplete: null }
        && run is not ServingRun { Load: Saturated or Replay } and not TrainingRun { Layout: null }
        && run is not ServingRun { Load: ClosedLoop { Concurrency: > MostClients } };

    /// <summary>A run short enough for a fit: what settles in a minute need not be simulated for ten.</summary>
    private static MeasuredRun Shorten(MeasuredRun run) => run switch
    {
        ServingRun { Load: OpenLoop open } serving => serving with
        {
            Load = open with { Stages = [.. open.Stages.Select(stage => stage with { Seconds = Math.Min(stage.Seconds, LongestStage) })] },
        },
        _ => run,
    };

    private static List<MeasuredRun> Evenly(List<MeasuredRun> runs, int most)
    {
        if (runs.Count <= most) return runs;
        return [.. Enumerable.Range(0, most).Select(i => runs[(int)((long)i * runs.Count / most)])];
    }
}
