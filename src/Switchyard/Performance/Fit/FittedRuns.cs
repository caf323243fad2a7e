using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Fit;

/// <summary>
/// Runs made ready for a fit: how far the model is from each of their means, cheaply. Closed loops are their steps counted once, open loops are cut to a
/// minute a stage, and the rest is in closed form.
/// </summary>
internal sealed class FittedRuns
{
    // Open-loop runs state their engine, its limits and every length; tables of closed loops leave much of it out.
    private const double TtftWeight = 0.25, OpenLoopWeight = 6;
    private const double LongestStage = 60;
    private const int MostClients = 1024;
    private readonly List<(MeasuredRun Run, StepTally? Tally, Metric Metric, double Measured, double Weight)> rows = [];

    /// <summary>Makes runs ready.</summary>
    /// <param name="runs">The runs; suspect and incomplete ones take no part.</param>
    /// <param name="perGroup">Most runs of a group that take part, evenly chosen.</param>
    /// <param name="factors">With which the steps of closed loops are counted.</param>
    public FittedRuns(IEnumerable<MeasuredRun> runs, int perGroup, EfficiencyFactors factors)
    {
        var predictor = new RunPredictor(factors);
        foreach (var group in runs.Where(Fits).Select(Shorten).GroupBy(Fitter.Group).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var members = Evenly([.. group], perGroup);
            foreach (var run in members)
            {
                var tally = run is ServingRun { Load: ClosedLoop, Prefill: null } serving ? predictor.Count(serving) : null;
                if (tally is null && run is ServingRun { Load: ClosedLoop, Prefill: null }) continue;
                foreach (var observed in run.Observed)
                {
                    if (WeightOf(run, observed.Metric) is var weight and > 0)
                        rows.Add((run, tally, observed.Metric, observed.Value, weight / Math.Sqrt(members.Count)));
                }
            }
        }
    }

    /// <summary>The rows whose runs take part.</summary>
    /// <param name="takesPart">Which do.</param>
    public int[] Select(Func<MeasuredRun, bool> takesPart) => [.. Enumerable.Range(0, rows.Count).Where(i => takesPart(rows[i].Run))];

    /// <summary>A row's weight.</summary>
    /// <param name="row">The row.</param>
    public double Weight(int row) => rows[row].Weight;

    /// <summary>Logarithms of predicted over measured; NaN where nothing is predicted.</summary>
    /// <param name="chosen">The rows.</param>
    /// <param name="factors">The coefficients.</param>
    public double[] Residuals(int[] chosen, EfficiencyFactors factors)
    {
        var predictor = new RunPredictor(factors, quick: true);
        var result = new double[chosen.Length];
        MeasuredRun? last = null;
        RunPredictor.Predicted? prediction = null;
        var (ttft, tpot) = (double.NaN, double.NaN);
        for (var i = 0; i < chosen.Length; i++)
        {
            var (run, tally, metric, measured, _) = rows[chosen[i]];
            if (!ReferenceEquals(run, last))
            {
                last = run;
                if (tally is not null) (ttft, tpot) = predictor.FromSteps((ServingRun)run, tally);
                else prediction = predictor.Predict(run).Value;
            }

            var value = tally is null ? prediction?.Of(metric) : metric.Quantity == Quantity.Ttft ? ttft : tpot;
            result[i] = value > 0 ? Math.Log(value.Value / measured) : double.NaN;
        }

        return result;
    }

    // Times between chunks of a stream are not always times between tokens (Llama 2's tokeniser holds a fifth of the chunks back): of open loops the whole
    // answer counts instead.
    private static double WeightOf(MeasuredRun run, Metric metric) => (run, metric.Quantity) switch
    {
        _ when metric.Statistic != Statistic.Mean => 0,
        (ServingRun { Load: OpenLoop }, Quantity.EndToEnd) => OpenLoopWeight,
        (ServingRun { Load: OpenLoop }, Quantity.Ttft) => OpenLoopWeight * TtftWeight,
        (ServingRun { Load: OpenLoop }, _) => 0,
        (_, Quantity.Tpot or Quantity.TrainingRate) => 1,
        (_, Quantity.Ttft) => TtftWeight,
        _ => 0,
    };

    private static bool Fits(MeasuredRun run) => run is { Model: not null, Accelerator: not null, Suspect: null, Incomplete: null }
        // All stages of an open loop together say again what each of them says.
        && run is not ServingRun { Load: Saturated or Replay or OpenLoop { Stages.Length: > 1 } } and not TrainingRun { Layout: null }
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
