using Switchyard.Demand;
using Switchyard.Performance.Search;
using Switchyard.Units;

namespace Switchyard.Performance;

/// <summary>
/// What a model does on hardware: a roofline with a few documented factors. Serving assumes an engine like vLLM (continuous batching,
/// chunked prefill, paged cache) without prefix caching or speculation; training assumes mixed precision with tensor, pipeline and data
/// parallelism. Deterministic, free of I/O, and cheap enough to ask for every offer of a market. Formulas, sources and measured errors are
/// in docs/model/performance.md.
/// </summary>
public sealed class PerformanceModel
{
    private readonly EfficiencyFactors factors;
    private readonly SimulatedCapacities? capacities;

    /// <summary>The model with the factors that the product ships.</summary>
    public PerformanceModel()
        : this(EfficiencyFactors.Default)
    {
    }

    /// <summary>The model with factors of one's own.</summary>
    /// <param name="factors">The efficiency reached.</param>
    /// <param name="capacities">What simulations say of the closed form's capacities; null to leave them as they are.</param>
    public PerformanceModel(EfficiencyFactors factors, SimulatedCapacities? capacities = null) => (this.factors, this.capacities) = (factors, capacities);

    /// <summary>
    /// The number format and tensor parallelism with which one instance serves most requests a second within the service level (on a tie the
    /// smaller parallelism, then the wider format), or why it serves none.
    /// </summary>
    /// <param name="question">What is asked.</param>
    public Outcome<ServingEstimate> Serve(ServingQuestion question)
    {
        var outcome = new ServingSearch(question, factors).Best();
        if (capacities is null || outcome.Value is not { } estimate || question.ServiceLevel == ServiceLevel.None || question.Output.P50 <= 1) return outcome;
        var ratio = capacities.Ratio(question, new() { Precision = estimate.Precision, TensorParallel = estimate.TensorParallel }, factors);
        return estimate with { RequestsPerSecond = estimate.RequestsPerSecond * ratio, Concurrency = estimate.Concurrency * ratio };
    }

    /// <summary>Requests a second that one replica of a layout sustains within the service level; 0 where it keeps it at no load.</summary>
    /// <param name="question">What is asked; its formats and number of accelerators are those of the layout.</param>
    /// <param name="deployment">The layout.</param>
    public double Rate(ServingQuestion question, Deployment deployment)
    {
        var replica = new Replica(question.Model, deployment, question.Accelerator, factors);
        var capacity = new ServingCapacity(replica, new Traffic(question.Input, question.Output), question.ServiceLevel, question.NetworkRoundTrip.TotalSeconds, factors).Find();
        if (capacity.Shortfall != Shortfall.None) return 0;
        var simulated = capacities is not null && question.ServiceLevel != ServiceLevel.None && question.Output.P50 > 1;
        return capacity.Balance.Rate * (simulated ? capacities!.Ratio(question, deployment, factors) : 1);
    }

    /// <summary>The layout with which a gang trains fastest, or why it cannot.</summary>
    /// <param name="question">What is asked.</param>
    public Outcome<TrainingEstimate> Train(TrainingQuestion question) => new TrainingSearch(question, factors).Best();

    /// <summary>A prediction with the stated range.</summary>
    internal static Prediction Predicted(double value, EfficiencyFactors factors, bool calibrated = false) =>
        new(value, value * (1 - factors.Range), value * (1 + factors.Range), calibrated ? Provenance.Calibrated : Provenance.Modelled);

    /// <summary>A modelled share, whose range ends at 1.</summary>
    internal static Prediction PredictedShare(double value, EfficiencyFactors factors) =>
        new(value, value * (1 - factors.Range), Math.Min(1, value * (1 + factors.Range)), Provenance.Modelled);

    /// <summary>The name of a number format, as scenario files write it.</summary>
    internal static string NameOf(Precision precision) => precision switch
    {
        Precision.Bf16 => "bf16",
        Precision.Fp8 => "fp8",
        Precision.Int8 => "int8",
        Precision.Fp4 => "fp4",
        _ => "int4",
    };
}
