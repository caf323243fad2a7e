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
    // The square of a prediction's usual error beyond what coefficients explain, about 17%; Spread is in the same unit.
    private const double Noise = 0.03;

    /// <summary>Factors with coefficients fitted.</summary>
    /// <param name="start">Where to begin, and to which each coefficient is tied by its spread: what is known of it before any run is seen.</param>
    /// <param name="coefficients">What to fit.</param>
    /// <param name="runs">The runs; suspect and incomplete ones take no part.</param>
    /// <param name="perGroup">Most runs of a group that take part, evenly chosen.</param>
    /// <param name="rounds">Most rounds.</param>
    public static EfficiencyFactors Fit(
        EfficiencyFactors start, ImmutableArray<Coefficient> coefficients, IReadOnlyCollection<MeasuredRun> runs, int perGroup, int rounds)
    {
        var half = new FittedRuns(runs, perGroup, start).Fit(start, start, coefficients, rounds, _ => true);
        // The steps of a closed loop depend a little on how long they take: counted again where the first fit ended.
        return new FittedRuns(runs, perGroup, half).Fit(half, start, coefficients, rounds, _ => true);
    }

    /// <summary>What is predicted for each group by factors that were fitted without it.</summary>
    /// <param name="start">Where every fit begins, and to which it is tied.</param>
    /// <param name="near">Factors near what comes out, with which the steps of closed loops are counted; no fit starts from them.</param>
    /// <param name="coefficients">What is fitted again.</param>
    /// <param name="runs">All runs.</param>
    /// <param name="by">What is left out together.</param>
    /// <param name="perGroup">Most runs of a group that take part in a fit.</param>
    /// <param name="rounds">Most rounds of a fit.</param>
    /// <param name="done">Hears the name of each group when it is done.</param>
    public static ImmutableArray<CheckedNumber> LeaveOut(
        EfficiencyFactors start, EfficiencyFactors near, ImmutableArray<Coefficient> coefficients, IReadOnlyList<MeasuredRun> runs, LeftOut by, int perGroup, int rounds, Action<string> done)
    {
        var numbers = ImmutableArray.CreateBuilder<CheckedNumber>();
        var fitted = new FittedRuns(runs, perGroup, near);
        foreach (var group in runs.Where(run => run.Model is not null && run.Accelerator is not null).GroupBy(run => Key(run, by)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // A version with a handful of runs says little that its neighbours do not.
            if (by == LeftOut.Version && group.Count() < 25) continue;
            var factors = fitted.Fit(start, start, coefficients, rounds, run => Key(run, by) != group.Key);
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

    /// <summary>The group in which a run is weighted.</summary>
    internal static string Group(MeasuredRun run) => FormattableString.Invariant(
        $"{Architecture(run)} {run.SystemKey} {(run as ServingRun)?.Deployment.Precision}{(run as TrainingRun)?.Precision} {run.EngineName.Split('-')[^1]} {run.GetType().Name}{(run as ServingRun)?.Load.GetType().Name}");

    /// <summary>Least squares over prepared runs.</summary>
    internal static EfficiencyFactors Fit(
        this FittedRuns runs, EfficiencyFactors from, EfficiencyFactors tied, ImmutableArray<Coefficient> coefficients, int rounds, Func<MeasuredRun, bool> takesPart)
    {
        double[] At(EfficiencyFactors factors) => [.. coefficients.Select(c => Math.Log(Math.Clamp(c.Get(factors), c.Least, c.Most)))];
        EfficiencyFactors Apply(double[] at) => Enumerable.Range(0, at.Length).Aggregate(from, (factors, j) => coefficients[j].Apply(factors, at[j]));
        var rows = runs.Select(takesPart);
        return rows.Length == 0 ? from
            : Apply(LeastSquares.Minimise(At(from), At(tied), at => runs.Residuals(rows, Apply(at)), [.. rows.Select(runs.Weight)], [.. coefficients.Select(c => Noise / (c.Spread * c.Spread))], rounds));
    }
}
