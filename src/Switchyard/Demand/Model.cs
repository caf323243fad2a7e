namespace Switchyard.Demand;

/// <summary>How a model's attention keeps keys and values.</summary>
public enum AttentionKind
{
    /// <summary>Every query head has its own key and value head.</summary>
    MultiHead,

    /// <summary>Groups of query heads share a key and value head.</summary>
    GroupedQuery,

    /// <summary>All query heads share one key and value head.</summary>
    MultiQuery,

    /// <summary>Keys and values are kept as one compressed latent per token.</summary>
    Latent,
}

/// <summary>The number format of weights and matrix products.</summary>
public enum Precision
{
    /// <summary>16 bits, bfloat16 (float16 on accelerators without it).</summary>
    Bf16,

    /// <summary>8-bit floating point.</summary>
    Fp8,

    /// <summary>8-bit integer.</summary>
    Int8,

    /// <summary>4-bit floating point with block scales (NVFP4, MXFP4).</summary>
    Fp4,

    /// <summary>4-bit integer weights (AWQ, GPTQ), products in 16 bits.</summary>
    Int4,
}

/// <summary>The architecture of a language model, as its published configuration states it.</summary>
public sealed record ModelArchitecture
{
    /// <summary>The catalog's name, such as <c>llama-3.1-70b</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Other spellings, among them its Hugging Face repositories.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>All parameters, a count.</summary>
    public required double Parameters { get; init; }

    /// <summary>Parameters that one token passes through, a count; equal to all of them in a dense model.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Transformer layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Hidden { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the dense feed-forward layer; 0 where every layer is a mixture of experts.</summary>
    public int Ffn { get; init; }

    /// <summary>Entries of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Longest context in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>How keys and values are kept.</summary>
    public required AttentionKind Attention { get; init; }

    /// <summary>Rank of the compressed latent of latent attention; 0 otherwise.</summary>
    public int KvLoraRank { get; init; }

    /// <summary>Width of the rotary part of a latent-attention head; 0 otherwise.</summary>
    public int QkRopeHeadDim { get; init; }

    /// <summary>Width of the part of each latent attention head's queries and keys that is not rotated; 0 where unknown.</summary>
    public int QkNopeHeadDim { get; init; }

    /// <summary>Width of each latent attention head's values; 0 where unknown.</summary>
    public int ValueHeadDim { get; init; }

    /// <summary>Routed experts a layer; 0 in a dense model.</summary>
    public int Experts { get; init; }

    /// <summary>Routed experts that a token passes through in a layer; 0 in a dense model.</summary>
    public int ExpertsPerToken { get; init; }

    /// <summary>Experts that every token passes through; 0 where there are none.</summary>
    public int SharedExperts { get; init; }

    /// <summary>Width of one expert; 0 in a dense model.</summary>
    public int ExpertFfn { get; init; }

    /// <summary>Layers without experts in a mixture-of-experts model; 0 otherwise.</summary>
    public int DenseLayers { get; init; }

    /// <summary>Width of the sliding attention window in tokens; 0 where attention sees everything.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>How many layers use the sliding window; 0 where none does.</summary>
    public int SlidingWindowLayers { get; init; }

    /// <summary>How many layers use linear attention or a state space and keep no cache that grows; 0 where none does.</summary>
    public int LinearAttentionLayers { get; init; }

    /// <summary>Earlier positions that sparse attention picks for each token; 0 where attention sees all.</summary>
    public int SparseTokens { get; init; }

    /// <summary>Heads of the indexer that picks them; 0 where there is none.</summary>
    public int IndexHeads { get; init; }

    /// <summary>Width of a head of the indexer; 0 where there is none.</summary>
    public int IndexHeadDim { get; init; }

    /// <summary>Whether queries and keys are normed over all heads together, so that accelerators which share the heads must exchange their sums.</summary>
    public bool WideNorms { get; init; }

    /// <summary>Width in which routed experts work, where tokens are narrowed for them (latent experts); 0 where it is that of the residual stream.</summary>
    public int LatentWidth { get; init; }

    /// <summary>Width in which a token travels to its experts and comes back.</summary>
    public int ExpertWidth => LatentWidth > 0 ? LatentWidth : Hidden;

    /// <summary>Whether feed-forward layers and experts have a gate: three matrices and not two.</summary>
    public bool Gated { get; init; } = true;

    /// <summary>The format in which the weights are published.</summary>
    public Precision NativePrecision { get; init; } = Precision.Bf16;

    /// <summary>Where the figures were read.</summary>
    public required string Source { get; init; }

    /// <summary>Whether <paramref name="text"/> names this model, by name or alias, whatever the case.</summary>
    public bool IsNamed(string text) =>
        string.Equals(Name, text, StringComparison.OrdinalIgnoreCase)
        || Aliases.Any(alias => string.Equals(alias, text, StringComparison.OrdinalIgnoreCase));
}
