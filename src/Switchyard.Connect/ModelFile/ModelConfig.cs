using Switchyard.Demand;

namespace Switchyard.Connect.ModelFile;

/// <summary>A model as its <c>config.json</c> states it, under names of our own.</summary>
internal sealed record ModelConfig
{
    public required string Type { get; init; }

    public required int Layers { get; init; }

    public required int Hidden { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Width of a dense feed-forward layer.</summary>
    public required int Ffn { get; init; }

    public required int Vocabulary { get; init; }

    public required int Context { get; init; }

    /// <summary>Learned positions, each as wide as the embedding; 0 where positions are rotated or added to scores.</summary>
    public int Positions { get; init; }

    /// <summary>Width of the embedding where it is projected to the residual stream; 0 where it is the same.</summary>
    public int EmbeddingWidth { get; init; }

    public bool Tied { get; init; }

    public bool Gated { get; init; }

    public bool AttentionBias { get; init; }

    /// <summary>A bias on queries, keys and values alone.</summary>
    public bool QueryBias { get; init; }

    public bool FfnBias { get; init; }

    /// <summary>A bias in norms; two numbers for each width.</summary>
    public bool NormBias { get; init; }

    /// <summary>Norms of the width of the residual stream in one layer.</summary>
    public int Norms { get; init; } = 2;

    /// <summary>Norms of the width of a head over queries and keys.</summary>
    public bool HeadNorms { get; init; }

    /// <summary>A gate on what attention gives out, as wide as the queries.</summary>
    public bool OutputGate { get; init; }

    public int KvLoraRank { get; init; }

    public int QLoraRank { get; init; }

    public int RopeHeadDim { get; init; }

    public int NopeHeadDim { get; init; }

    public int ValueHeadDim { get; init; }

    /// <summary>Earlier positions that sparse attention picks; 0 where it sees all.</summary>
    public int SparseTokens { get; init; }

    public int IndexHeads { get; init; }

    public int IndexHeadDim { get; init; }

    /// <summary>Whether queries and keys are normed over all heads together.</summary>
    public bool WideNorms { get; init; }

    public int Experts { get; init; }

    public int ExpertsPerToken { get; init; }

    public int ExpertFfn { get; init; }

    /// <summary>Width of all shared experts together.</summary>
    public int SharedFfn { get; init; }

    public bool SharedGate { get; init; }

    public bool RouterBias { get; init; }

    /// <summary>Leading layers without experts.</summary>
    public int DenseLayers { get; init; }

    /// <summary>After them every so many layers has experts.</summary>
    public int ExpertStep { get; init; } = 1;

    public int Window { get; init; }

    public int WindowLayers { get; init; }

    public int LinearLayers { get; init; }

    /// <summary>Parameters of one layer's linear attention.</summary>
    public long LinearParameters { get; init; }

    public string NativePrecision { get; init; } = "bf16";

    /// <summary>Parameters of the vision tower as far as its configuration tells; 0 where there is none.</summary>
    public double VisionParameters { get; init; }

    /// <summary>Layers with experts.</summary>
    public int ExpertLayers => Experts > 0 ? Math.Max(0, (Layers - DenseLayers) / Math.Max(1, ExpertStep)) : 0;

    /// <summary>Whether keys and values are kept as a latent.</summary>
    public bool Latent => KvLoraRank > 0;

    /// <summary>How keys and values are kept.</summary>
    public AttentionKind Attention => Latent ? AttentionKind.Latent : KvHeads == Heads ? AttentionKind.MultiHead : KvHeads == 1 ? AttentionKind.MultiQuery : AttentionKind.GroupedQuery;
}
