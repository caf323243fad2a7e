using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>The performance model with a memory: the same question is answered once, however many offers and what-ifs ask it.</summary>
/// <param name="model">The model that answers.</param>
public sealed class RememberedPerformance(PerformanceModel model)
{
    private readonly Dictionary<ServingQuestion, Outcome<ServingEstimate>> served = [];
    private readonly Dictionary<TrainingQuestion, Outcome<TrainingEstimate>> trained = [];

    /// <summary>How one instance best serves a model, or why it cannot.</summary>
    public Outcome<ServingEstimate> Serve(ServingQuestion question)
    {
        if (!served.TryGetValue(question, out var outcome)) served[question] = outcome = model.Serve(question);
        return outcome;
    }

    /// <summary>How fast a gang trains a model, or why it cannot.</summary>
    public Outcome<TrainingEstimate> Train(TrainingQuestion question)
    {
        if (!trained.TryGetValue(question, out var outcome)) trained[question] = outcome = model.Train(question);
        return outcome;
    }
}
