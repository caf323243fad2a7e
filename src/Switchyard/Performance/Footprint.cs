using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// What a model weighs in one number format, in bytes and operations, before it is split over accelerators. Derived from the published
/// architecture alone: dense layers take 2 operations per parameter and token; attention 4 × heads × width per token and position seen
/// (2 for scores, 2 for values).
/// </summary>
public readonly record struct Footprint
{
    // Of DeepSeek's heads, where a configuration does not say.
    private const int UsualLatentWidth = 128;

    /// <summary>All weights, bytes.</summary>
    public double WeightBytes { get; private init; }

    /// <summary>Weights of one routed expert over all layers, bytes; 0 in a dense model.</summary>
    public double ExpertBytes { get; private init; }

    /// <summary>Weights that every step reads, bytes: all but routed experts and, where it is a table of its own, the input embedding.</summary>
    public double SharedBytes { get; private init; }

    /// <summary>Operations of a token in the layers, besides attention.</summary>
    public double LayerFlops { get; private init; }

    /// <summary>The part of <see cref="LayerFlops"/> that routed experts take; 0 in a dense model.</summary>
    public double ExpertFlops { get; private init; }

    /// <summary>Operations of the output head for a token that is sampled.</summary>
    public double HeadFlops { get; private init; }

    /// <summary>Operations of attention for a token of a prompt and a position that it sees, in one layer.</summary>
    public double AttentionFlops { get; private init; }

    /// <summary>Operations of attention for a decoded token and a position, in one layer; larger under latent attention, which works on the latent.</summary>
    public double DecodeAttentionFlops { get; private init; }

    /// <summary>Operations of sparse attention's indexer for a token and an earlier position, in one layer; 0 where attention sees all.</summary>
    public double IndexFlops { get; private init; }

    /// <summary>Bytes of the indexer's key for a position, in one layer: 8 bits and a scale of 32; 0 where there is none.</summary>
    public double IndexBytes { get; private init; }

    /// <summary>Width of the feed-forward layer that a token passes, its experts together, mean over the layers.</summary>
    public double GateWidth { get; private init; }

    /// <summary>Layers whose cache grows with the context without bound.</summary>
    public int FullLayers { get; private init; }

    /// <summary>Layers that see a sliding window.</summary>
    public int WindowLayers { get; private init; }

    /// <summary>Layers that route to experts.</summary>
    public int ExpertLayers { get; private init; }

    /// <summary>Bytes of one parameter of the layers, block scales included.</summary>
    /// <param name="precision">The number format.</param>
    public static double BytesPerParameter(Precision precision) => precision switch
    {
        Precision.Bf16 => 2,
        Precision.Fp8 or Precision.Int8 => 1,
        Precision.Fp4 => 0.5 + (1.0 / 16), // an 8-bit scale for 16 weights (NVFP4; MXFP4 has one for 32)
        Precision.Int4 => 0.5 + (2.0 / 128), // a 16-bit scale for 128 weights (AWQ, GPTQ)
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    /// <summary>The footprint of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">The number format of its layers; embeddings stay in 16 bits.</param>
    public static Footprint Of(ModelArchitecture model, Precision precision)
    {
        var latent = model.Attention == AttentionKind.Latent && model.KvLoraRank > 0;
        var table = (double)model.Vocabulary * model.Hidden;
        // The configuration's parts add up to the published count either with one embedding table or with two.
        var tied = !latent && model.Experts == 0 && model.Parameters - DenseParameters(model) < 1.5 * table;
        var tables = Math.Min(table * (tied ? 1 : 2), model.Parameters / 2);
        var expertLayers = model.Experts > 0 ? Math.Max(1, model.Layers - model.DenseLayers) : 0;
        var expert = Matrices(model) * model.ExpertWidth * model.ExpertFfn * expertLayers;
        var experts = Math.Min(expert * model.Experts, Math.Max(0, model.Parameters - tables));
        // Those published in 4 bits have other blocks: an 8-bit scale for 32 weights (MXFP4: gpt-oss), a 16-bit one for 32 (Kimi K2's int4).
        var bytes = !IsExpertsOnly(model, precision) ? BytesPerParameter(precision) : model.NativePrecision == Precision.Fp4 ? 0.5 + (1.0 / 32) : 0.5 + (2.0 / 32);
        var rank = model.KvLoraRank;
        // Models published in 4 bits have only their experts in them.
        var shared = IsExpertsOnly(model, precision) ? 2 : bytes;
        var layerFlops = 2 * Math.Max(model.ActiveParameters - tables, model.ActiveParameters * 0.3);
        // Publishers count active parameters with both, one or no embedding table: the parts themselves say what a token takes.
        if (model.Experts > 0) layerFlops = Math.Max(layerFlops, 2 * Math.Min((expert * model.ExpertsPerToken) + Math.Max(0, model.Parameters - tables - experts), model.ActiveParameters));
        return new()
        {
            WeightBytes = (experts * bytes) + ((model.Parameters - tables - experts) * shared) + (tables * 2),
            ExpertBytes = model.Experts > 0 ? experts / model.Experts * bytes : 0,
            SharedBytes = ((model.Parameters - tables - experts) * shared) + (Math.Min(table, tables) * 2),
            LayerFlops = layerFlops,
            ExpertFlops = model.Experts > 0 ? Math.Min(2 * expert * model.ExpertsPerToken, 0.95 * layerFlops) : 0,
            HeadFlops = 2 * table,
            IndexFlops = 2.0 * model.IndexHeads * model.IndexHeadDim,
            IndexBytes = model.SparseTokens > 0 ? model.IndexHeadDim + 4 : 0,
            // Over picked positions a prompt's attention works on the latent too, as decoding does.
            AttentionFlops = latent && model.SparseTokens > 0 ? 2.0 * model.Heads * ((2 * rank) + model.QkRopeHeadDim)
                : latent
                ? 2.0 * model.Heads * ((model.QkNopeHeadDim > 0 ? model.QkNopeHeadDim : UsualLatentWidth) + model.QkRopeHeadDim + (model.ValueHeadDim > 0 ? model.ValueHeadDim : UsualLatentWidth))
                : 4.0 * model.Heads * Width(model),
            DecodeAttentionFlops = latent ? 2.0 * model.Heads * ((2 * rank) + model.QkRopeHeadDim) : 4.0 * model.Heads * Width(model),
            WindowLayers = model.SlidingWindow > 0 ? Math.Min(model.SlidingWindowLayers, model.Layers) : 0,
            FullLayers = Math.Max(0, model.Layers - model.LinearAttentionLayers - (model.SlidingWindow > 0 ? model.SlidingWindowLayers : 0)),
            ExpertLayers = expertLayers,
            GateWidth = model.Layers > 0
                ? (((model.Layers - expertLayers) * (double)model.Ffn) + (expertLayers * (double)model.ExpertFfn * (model.ExpertsPerToken + model.SharedExperts))) / model.Layers : model.Ffn,
        };
    }

    /// <summary>Bytes that a token keeps in one layer's cache on one accelerator: heads are split and, past one each, copied; a latent is copied.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tensorParallel">Accelerators over which a layer is split.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    public static double CacheBytes(ModelArchitecture model, int tensorParallel, double elementBytes) =>
        model.Attention == AttentionKind.Latent && model.KvLoraRank > 0
            ? (model.KvLoraRank + model.QkRopeHeadDim) * elementBytes
            : 2.0 * ((model.KvHeads + tensorParallel - 1) / tensorParallel) * Width(model) * elementBytes;

    /// <summary>
    /// The rate of matrix products, FLOP/s per accelerator at its peak; null where the accelerator cannot run the format. Weights in int4
    /// are multiplied in 16 bits, and so are those of a model published in fp4 where there is no fp4 unit, and those in fp8 on Ampere, for which engines
    /// have kernels that widen them (Marlin). Where there is one, a model published in fp4 is multiplied with activations in 8 bits, at that rate.
    /// </summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="precision">The number format.</param>
    /// <param name="native">The format in which the model is published.</param>
    public static double? PeakFlops(Accelerator accelerator, Precision precision, Precision native) => 1e12 * precision switch
    {
        Precision.Bf16 or Precision.Int4 => accelerator.Tflops16,
        Precision.Fp8 => accelerator.Fp8Tflops ?? (IsWidened(accelerator, precision) ? accelerator.Tflops16 : null),
        Precision.Int8 => accelerator.Int8Tops,
        Precision.Fp4 when native == Precision.Fp4 => accelerator.Fp4Tflops is null ? accelerator.Tflops16 : accelerator.Fp8Tflops ?? accelerator.Fp4Tflops,
        Precision.Fp4 => accelerator.Fp4Tflops,
        _ => null,
    };

    /// <summary>The same for training, whose products must be in the format itself, forward and backward; null where they cannot be.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="precision">The number format.</param>
    public static double? TrainingFlops(Accelerator accelerator, Precision precision) => IsWidened(accelerator, precision) ? null : PeakFlops(accelerator, precision, Precision.Bf16);

    /// <summary>Whether only the experts are in the format, and the rest in 16 bits: models with experts published in fp4 (gpt-oss) or int4 (Kimi K2).</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">The number format.</param>
    public static bool IsExpertsOnly(ModelArchitecture model, Precision precision) => precision is Precision.Fp4 or Precision.Int4
        && model is { NativePrecision: Precision.Fp4 or Precision.Int4, Experts: > 0 };

    /// <summary>Whether weights are stored in the format, but widened to 16 bits before they are multiplied.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="precision">The number format.</param>
    public static bool IsWidened(Accelerator accelerator, Precision precision) => precision switch
    {
        Precision.Int4 => true,
        Precision.Fp4 => accelerator.Fp4Tflops is null,
        Precision.Fp8 => accelerator is { Fp8Tflops: null, Architecture: "Ampere" },
        _ => false,
    };

    /// <summary>Width of a head; where the configuration states none, the heads share the residual stream.</summary>
    private static double Width(ModelArchitecture model) => model.HeadDim > 0 ? model.HeadDim : (double)model.Hidden / model.Heads;

    private static double Matrices(ModelArchitecture model) => model.Gated ? 3 : 2;

    /// <summary>Parameters of a dense model's layers: query, key, value, output and the feed-forward matrices.</summary>
    private static double DenseParameters(ModelArchitecture model) =>
        (double)model.Layers * model.Hidden * ((2.0 * Width(model) * (model.Heads + model.KvHeads)) + (Matrices(model) * model.Ffn));
}
