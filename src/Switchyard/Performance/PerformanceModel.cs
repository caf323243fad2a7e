using Switchyard.Demand;
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

    /// <summary>The model with the factors that the product ships.</summary>
    public PerformanceModel()
        : this(EfficiencyFactors.Default)
    {
    }

    /// <summary>The model with factors of one's own.</summary>
    /// <param name="factors">The efficiency reached.</param>
    public PerformanceModel(EfficiencyFactors factors) => this.factors = factors;

    /// <summary>
    /// The number format and tensor parallelism with which one instance serves most requests a second within the service level (on a tie the
    /// smaller parallelism, then the wider format), or why it serves none.
    /// </summary>
    /// <param name="question">What is asked.</param>
    public Outcome<ServingEstimate> Serve(ServingQuestion question) => new ServingSearch(question, factors).Best();

    /// <summary>The layout with which a gang trains fastest, or why it cannot.</summary>
    /// <param name="question">What is asked.</param>
    public Outcome<TrainingEstimate> Train(TrainingQuestion question) => new TrainingSearch(question, factors).Best();

    /// <summary>A modelled prediction with the stated range.</summary>
    internal static Prediction Predicted(double value, EfficiencyFactors factors) =>
        new(value, value * (1 - factors.Range), value * (1 + factors.Range), Provenance.Modelled);

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
