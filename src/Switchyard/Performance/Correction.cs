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
/// <param name="Training">Factor on the time of a training step; positive.</param>
/// <param name="Runs">Runs that it rests on.</param>
public sealed record Correction(string Accelerator, Engine Engine, bool Dense, double Decode, double Prompt, double Arrival, double Training, int Runs)
{
    /// <summary>Nothing to correct.</summary>
    public static Correction None { get; } = new("", Engine.Unknown, true, 1, 1, 1, 1, 0);

    /// <summary>
    /// The correction for a deployment: that of its accelerator, engine and kind of model. Where no engine is named it is the mean of those of all engines,
    /// weighted by their runs.
    /// </summary>
    /// <param name="corrections">All of them.</param>
    /// <param name="model">The model.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="engine">The engine.</param>
    public static Correction For(ImmutableArray<Correction> corrections, ModelArchitecture model, Accelerator accelerator, Engine engine)
    {
        if (corrections.IsDefaultOrEmpty) return None;
        double weight = 0, decode = 0, prompt = 0, arrival = 0, training = 0;
        Correction? only = null;
        foreach (var c in corrections)
        {
            if (c.Accelerator != accelerator.Name || c.Dense != (model.Experts == 0) || (engine != Engine.Unknown && c.Engine != engine)) continue;
            (weight, only) = (weight + c.Runs, c);
            decode += c.Runs * Math.Log(c.Decode);
            prompt += c.Runs * Math.Log(c.Prompt);
            arrival += c.Runs * Math.Log(c.Arrival);
            training += c.Runs * Math.Log(c.Training);
        }

        if (only is null || weight <= 0) return None;
        return new(accelerator.Name, engine, only.Dense, Math.Exp(decode / weight), Math.Exp(prompt / weight), Math.Exp(arrival / weight), Math.Exp(training / weight), (int)weight);
    }
}
