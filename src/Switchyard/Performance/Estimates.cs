using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Performance;

/// <summary>What one instance must do: serve a model within a service level.</summary>
/// <param name="Model">The model.</param>
/// <param name="Precisions">The number formats allowed; the best is chosen.</param>
/// <param name="Accelerator">The accelerator in the instance.</param>
/// <param name="AcceleratorCount">How many the instance has; a whole number of at least 1.</param>
/// <param name="Input">How long prompts are.</param>
/// <param name="Output">How long answers are; 0 for embeddings.</param>
/// <param name="ServiceLevel">What is promised; <see cref="ServiceLevel.None"/> for throughput alone.</param>
/// <param name="NetworkRoundTrip">The part of the time to first token that the network takes.</param>
public sealed record ServingQuestion(
    ModelArchitecture Model,
    ImmutableArray<Precision> Precisions,
    Accelerator Accelerator,
    int AcceleratorCount,
    TokenLengths Input,
    TokenLengths Output,
    ServiceLevel ServiceLevel,
    TimeSpan NetworkRoundTrip);

/// <summary>How one instance best serves a model, and how much of it.</summary>
public sealed record ServingEstimate
{
    /// <summary>The number format chosen.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Accelerators of one replica.</summary>
    public required int TensorParallel { get; init; }

    /// <summary>Replicas in one instance.</summary>
    public required int Replicas { get; init; }

    /// <summary>Requests a second that one replica sustains within the service level.</summary>
    public required Prediction RequestsPerSecond { get; init; }

    /// <summary>Time to first token at that load, in seconds, at the objective's percentile (95th where none is promised), network included.</summary>
    public required Prediction TtftSeconds { get; init; }

    /// <summary>Time per output token at that load, in seconds, at the objective's percentile; 0 where there is no answer.</summary>
    public required Prediction TpotSeconds { get; init; }

    /// <summary>Requests that one replica answers at the same time at that load.</summary>
    public required double Concurrency { get; init; }

    /// <summary>Weights on one accelerator.</summary>
    public required DataSize Weights { get; init; }

    /// <summary>Room for keys and values on one accelerator.</summary>
    public required DataSize KvRoom { get; init; }

    /// <summary>Tokens whose keys and values fit into one replica.</summary>
    public required double KvTokens { get; init; }

    /// <summary>Share of the accelerators' peak arithmetic rate in use at that load.</summary>
    public required Prediction Mfu { get; init; }

    /// <summary>Power of one instance's accelerators at that load; null where the accelerator's power is unknown.</summary>
    public Prediction? PowerWatts { get; init; }
}

/// <summary>What a gang of instances must do: train a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Precisions">The number formats allowed; the best is chosen.</param>
/// <param name="Accelerator">The accelerator in the instances.</param>
/// <param name="AcceleratorCount">How many an instance has; a whole number of at least 1.</param>
/// <param name="Instances">Instances in the gang; at least 1.</param>
/// <param name="Fabric">Bandwidth between instances, per instance and direction; null where unknown, which allows one instance only.</param>
/// <param name="SequenceLength">Tokens in a sequence.</param>
public sealed record TrainingQuestion(
    ModelArchitecture Model,
    ImmutableArray<Precision> Precisions,
    Accelerator Accelerator,
    int AcceleratorCount,
    int Instances,
    DataRate? Fabric,
    int SequenceLength)
{
    /// <summary>Whether only small adapters are trained and the model's own weights stay as they are (LoRA).</summary>
    public bool Frozen { get; init; }

    /// <summary>Accelerators of one instance of a gang: a server's eight, or of each rack, which its scale-up link joins, as many as divide the gang evenly.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="gang">Accelerators of the gang; at least 1.</param>
    public static int InstanceOf(Accelerator accelerator, int gang)
    {
        if (accelerator.ScaleUpDomain <= 8) return Math.Min(gang, 8);
        var each = Math.Min(gang, accelerator.ScaleUpDomain);
        while (gang % each != 0) each--;
        return each;
    }
}

/// <summary>How fast a gang trains a model.</summary>
public sealed record TrainingEstimate
{
    /// <summary>The number format chosen.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Accelerators over which a layer is split.</summary>
    public required int TensorParallel { get; init; }

    /// <summary>Stages into which the layers are split.</summary>
    public required int PipelineParallel { get; init; }

    /// <summary>Copies of the model that train on different data.</summary>
    public required int DataParallel { get; init; }

    /// <summary>Accelerators over which a sequence is split; 1 where it is not.</summary>
    public int ContextParallel { get; init; } = 1;

    /// <summary>Tokens a second of the whole gang, while nothing fails (<see cref="Goodput"/>).</summary>
    public required Prediction TokensPerSecond { get; init; }

    /// <summary>Share of the accelerators' peak arithmetic rate that is useful work.</summary>
    public required Prediction Mfu { get; init; }

    /// <summary>Memory needed on one accelerator.</summary>
    public required DataSize Memory { get; init; }

    /// <summary>Power of the gang's accelerators; null where the accelerator's power is unknown.</summary>
    public Prediction? PowerWatts { get; init; }
}
