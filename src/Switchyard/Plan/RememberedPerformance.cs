using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>The performance model with a memory: the same question is answered once, however many offers and what-ifs ask it, also side by side.</summary>
/// <param name="model">The model that answers.</param>
public sealed class RememberedPerformance(PerformanceModel model)
{
    private readonly Dictionary<ServingQuestion, Outcome<ServingEstimate>> served = [];
    private readonly Dictionary<TrainingQuestion, Outcome<TrainingEstimate>> trained = [];
    private readonly List<ImmutableArray<Precision>> formats = [];
    private readonly Lock gate = new();

    /// <summary>How one instance best serves a model, or why it cannot.</summary>
    public Outcome<ServingEstimate> Serve(ServingQuestion question)
    {
        lock (gate)
        {
            question = question with { Precisions = Known(question.Precisions) };
            if (!served.TryGetValue(question, out var outcome)) served[question] = outcome = model.Serve(question);
            return outcome;
        }
    }

    /// <summary>How fast a gang trains a model, or why it cannot.</summary>
    public Outcome<TrainingEstimate> Train(TrainingQuestion question)
    {
        lock (gate)
        {
            question = question with { Precisions = Known(question.Precisions) };
            if (!trained.TryGetValue(question, out var outcome)) trained[question] = outcome = model.Train(question);
            return outcome;
        }
    }

    // Arrays are equal only when they are the same one; a scenario that is read again has others.
    private ImmutableArray<Precision> Known(ImmutableArray<Precision> precisions)
    {
        foreach (var known in formats)
            if (known.AsSpan().SequenceEqual(precisions.AsSpan())) return known;
        formats.Add(precisions);
        return precisions;
    }
}
