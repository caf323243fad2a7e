using Switchyard.Demand;

namespace Switchyard.Performance;

/// <summary>The program that serves a model. Engines differ in the fixed costs of a step.</summary>
public enum Engine
{
    /// <summary>Not said: taken as the mean of the others.</summary>
    Unknown,

    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>SGLang.</summary>
    Sglang,

    /// <summary>NVIDIA TensorRT-LLM.</summary>
    TensorRt,
}

/// <summary>How one replica of a model is laid out over accelerators, and the limits of its engine.</summary>
public sealed record Deployment
{
    /// <summary>Number format of the weights.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Accelerators over which the attention of one rank is split; at least 1.</summary>
    public int TensorParallel { get; init; } = 1;

    /// <summary>Ranks that each attend to their own requests and share the experts (data-parallel attention); at least 1.</summary>
    public int DataParallel { get; init; } = 1;

    /// <summary>
    /// Stages into which the layers are cut; at least 1. As many batches take turns on them, each with its own requests: a step takes as long as
    /// without stages, but for the hops between them, and there are as many steps at a time as stages.
    /// </summary>
    public int PipelineParallel { get; init; } = 1;

    /// <summary>Groups among which whole experts are dealt out; 1 where each expert is split over all accelerators.</summary>
    public int ExpertParallel { get; init; } = 1;

    /// <summary>The engine.</summary>
    public Engine Engine { get; init; }

    /// <summary>
    /// Whether 8-bit weights carry a scale for each block of 128 × 128, as DeepSeek publishes them, and not one for each matrix or column: null where the
    /// model's own format decides.
    /// </summary>
    public bool? BlockScaled { get; init; }

    /// <summary>
    /// Whether the engine decides on a step while the one before it still runs, as vLLM does by default since 0.14 (January 2026): the host's work hides behind
    /// the accelerator's, and a request waits a step longer for its first token.
    /// </summary>
    public bool ScheduledAhead { get; init; }

    /// <summary>Steps that only decode between two looks of the engine at what has arrived (SGLang's <c>--scheduler-recv-interval</c>); 0 or 1 for every step.</summary>
    public int StepsPerLook { get; init; }

    /// <summary>Bytes of one element of keys and values; 0 for the engine's default.</summary>
    public double CacheElementBytes { get; init; }

    /// <summary>Most requests in a batch; 0 for the engine's default.</summary>
    public int MaxSequences { get; init; }

    /// <summary>Most tokens in a step; 0 for the engine's default.</summary>
    public int TokenBudget { get; init; }

    /// <summary>Share of memory that the engine may use, 0 to 1; 0 for its default.</summary>
    public double MemoryShare { get; init; }

    /// <summary>Tokens whose keys and values fit, where the engine said so; 0 where it follows from the memory.</summary>
    public double KvTokens { get; init; }

    /// <summary>Accelerators of the replica.</summary>
    public int Accelerators => TensorParallel * DataParallel * PipelineParallel;

    /// <summary>Accelerators of one stage; all of them where there is one.</summary>
    public int StageAccelerators => TensorParallel * DataParallel;

    /// <summary>Most watts that each accelerator may draw; 0 for its rated power.</summary>
    public double PowerCapWatts { get; init; }

    /// <summary>As people write it, such as <c>TP2</c>, <c>TP4 PP2</c> or <c>TP1 DP8 EP8</c>.</summary>
    public string Division =>
        $"TP{TensorParallel}{(PipelineParallel > 1 ? $" PP{PipelineParallel}" : "")}{(DataParallel > 1 ? $" DP{DataParallel}" : "")}{(ExpertParallel > 1 ? $" EP{ExpertParallel}" : "")}";

    /// <summary>Why a model cannot be divided like this; null where it can.</summary>
    /// <param name="model">The model.</param>
    public string? Impossible(ModelArchitecture model)
    {
        if (TensorParallel < 1 || DataParallel < 1 || ExpertParallel < 1 || PipelineParallel < 1) return "a replica has at least one accelerator in each direction";
        if (model.Heads % TensorParallel != 0) return $"{model.Heads} heads of {model.Name} cannot be split over {TensorParallel} accelerators";
        var copies = model.Attention == AttentionKind.Latent
            || (model.KvHeads >= TensorParallel ? model.KvHeads % TensorParallel == 0 : TensorParallel % model.KvHeads == 0);
        if (!copies) return $"{model.KvHeads} key and value heads of {model.Name} can be neither split over {TensorParallel} accelerators nor copied";
        if (PipelineParallel > model.Layers) return $"{model.Layers} layers of {model.Name} cannot be cut into {PipelineParallel} stages";
        if (ExpertParallel > 1 && model.Experts == 0) return $"{model.Name} has no experts to deal out";
        return null;
    }
}
