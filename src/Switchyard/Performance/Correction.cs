using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// What a user's own runs say about an accelerator, an engine and a kind of model: factors on the model's times, near 1. They act on steps, so that throughput
/// and capacity follow.
/// </summary>
/// <param name="Accelerator">The accelerator, by the catalog's name.</param>
/// <param name="Engine">The engine.</param>
/// <param name="Dense">Whether for models without experts.</param>
/// <param name="Decode">Factor on the time of steps that decode; positive.</param>
/// <param name="Prompt">Factor on the time that prompts add; positive.</param>
/// <param name="Arrival">Factor on the time from an arrival to its place in the queue; positive.</param>
/// <param name="Runs">Runs that it rests on.</param>
public sealed record Correction(string Accelerator, Engine Engine, bool Dense, double Decode, double Prompt, double Arrival, int Runs)
{
    /// <summary>Nothing to correct.</summary>
    public static Correction None { get; } = new("", Engine.Unknown, true, 1, 1, 1, 0);

    /// <summary>
    /// The correction for a deployment: that of its accelerator, engine and kind of model, else that of runs that name no engine. Where no engine is asked for it
    /// is the mean of those of all engines, weighted by their runs.
    /// </summary>
    /// <param name="corrections">All of them.</param>
    /// <param name="model">The model.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="engine">The engine.</param>
    public static Correction For(ImmutableArray<Correction> corrections, ModelArchitecture model, Accelerator accelerator, Engine engine)
    {
        if (corrections.IsDefaultOrEmpty) return None;
        var mine = corrections.Where(c => c.Accelerator == accelerator.Name && c.Dense == (model.Experts == 0)).ToList();
        if (engine != Engine.Unknown) mine = mine.FindAll(c => c.Engine == engine) is { Count: > 0 } named ? named : mine.FindAll(c => c.Engine == Engine.Unknown);
        double weight = mine.Sum(c => c.Runs);
        if (mine.Count == 0 || weight <= 0) return None;
        double Mean(Func<Correction, double> factor) => Math.Exp(mine.Sum(c => c.Runs * Math.Log(factor(c))) / weight);
        return new(accelerator.Name, engine, model.Experts == 0, Mean(c => c.Decode), Mean(c => c.Prompt), Mean(c => c.Arrival), (int)weight);
    }
}

/// <summary>What a user's own runs say about training on an accelerator.</summary>
/// <param name="Accelerator">The accelerator, by the catalog's name.</param>
/// <param name="Dense">Whether for models without experts.</param>
/// <param name="Time">Factor on the time of a step; positive.</param>
/// <param name="Runs">Runs that it rests on.</param>
public sealed record TrainingCorrection(string Accelerator, bool Dense, double Time, int Runs)
{
    /// <summary>The correction for a model on an accelerator; null where there is none.</summary>
    /// <param name="corrections">All of them.</param>
    /// <param name="model">The model.</param>
    /// <param name="accelerator">The accelerator.</param>
    public static TrainingCorrection? For(ImmutableArray<TrainingCorrection> corrections, ModelArchitecture model, Accelerator accelerator) =>
        corrections.IsDefaultOrEmpty ? null : corrections.FirstOrDefault(c => c.Accelerator == accelerator.Name && c.Dense == (model.Experts == 0));
}
