using System.Collections.Immutable;

namespace Switchyard.Performance.Fit;

/// <summary>An efficiency that is fitted, by name: how to read it from the factors and how to change it there.</summary>
/// <param name="Name">Its name in the file of coefficients.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">Changes it.</param>
/// <param name="Least">Least value that physics allows; positive.</param>
/// <param name="Most">Most that physics allows.</param>
/// <param name="Spread">How far it may lie from its value in <see cref="EfficiencyFactors"/> before that is surprising: a standard deviation of its logarithm.</param>
public sealed record Coefficient(
    string Name, string Unit, Func<EfficiencyFactors, double> Get, Func<EfficiencyFactors, double, EfficiencyFactors> With, double Least, double Most, double Spread)
{
    /// <summary>The coefficients of serving.</summary>
    public static ImmutableArray<Coefficient> Serving { get; } =
    [
        new("matrix_16", "share of peak", f => f.Matrix16, (f, v) => f with { Matrix16 = v }, 0.3, 0.80, 0.06),
        new("matrix_8", "share of peak", f => f.Matrix8, (f, v) => f with { Matrix8 = v }, 0.60, 0.80, 0.1),
        new("block_scaled", "share", f => f.BlockScaled, (f, v) => f with { BlockScaled = v }, 0.3, 1, 0.15),
        new("matrix_4", "share of peak", f => f.Matrix4, (f, v) => f with { Matrix4 = v }, 0.45, 0.80, 0.15),
        new("expert_matrix", "share", f => f.ExpertMatrix, (f, v) => f with { ExpertMatrix = v }, 0.05, 1, 0.2),
        new("weight_bandwidth", "share of bandwidth", f => f.WeightBandwidth, (f, v) => f with { WeightBandwidth = v }, 0.4, 0.95, 0.04),
        new("on_chip_bandwidth", "B/s", f => f.OnChipBytesPerSecond, (f, v) => f with { OnChipBytesPerSecond = v }, 10e12, 1e15, 0.5),
        new("fp4_bandwidth", "share", f => f.Fp4Bandwidth, (f, v) => f with { Fp4Bandwidth = v }, 0.3, 1, 0.1),
        new("expert_fill", "exponent", f => f.ExpertFill, (f, v) => f with { ExpertFill = v }, 0.02, 0.8, 0.4),
        new("expert_passes", "passes", f => f.ExpertPasses, (f, v) => f with { ExpertPasses = v }, 0.5, 40, 0.5),
        new("expert_bandwidth", "share", f => f.ExpertBandwidth, (f, v) => f with { ExpertBandwidth = v }, 0.2, 1, 0.1),
        new("weight_only", "share", f => f.WeightOnly, (f, v) => f with { WeightOnly = v }, 0.2, 1, 0.15),
        new("expert_independence", "exponent", f => f.ExpertIndependence, (f, v) => f with { ExpertIndependence = v }, 0.9, 1, 0.03),
        new("expert_imbalance", "share", f => f.ExpertImbalance, (f, v) => f with { ExpertImbalance = v }, 0.01, 1, 0.5),
        new("cache_bandwidth", "share of bandwidth", f => f.CacheBandwidth, (f, v) => f with { CacheBandwidth = v }, 0.3, 0.95, 0.12),
        new("attention", "share of peak", f => f.Attention, (f, v) => f with { Attention = v }, 0.1, 0.80, 0.3),
        new("layer_seconds", "s", f => f.LayerSeconds, (f, v) => f with { LayerSeconds = v }, 1e-6, 1e-4, 0.4),
        new("expert_layer_seconds", "s", f => f.ExpertLayerSeconds, (f, v) => f with { ExpertLayerSeconds = v }, 1e-6, 2e-4, 0.5),
        new("sglang_expert_layer_seconds", "s", f => f.SglangExpertLayerSeconds, (f, v) => f with { SglangExpertLayerSeconds = v }, 1e-6, 2e-4, 0.5),
        new("tensorrt_expert_layer_seconds", "s", f => f.TensorRtExpertLayerSeconds, (f, v) => f with { TensorRtExpertLayerSeconds = v }, 1e-6, 2e-4, 0.5),
        new("shared_expert_layer_seconds", "s", f => f.SharedExpertLayerSeconds, (f, v) => f with { SharedExpertLayerSeconds = v }, 1e-7, 1e-4, 0.7),
        new("expert_prompt_layer_seconds", "s", f => f.ExpertPromptLayerSeconds, (f, v) => f with { ExpertPromptLayerSeconds = v }, 1e-6, 2e-3, 0.7),
        new("step_seconds", "s", f => f.StepSeconds, (f, v) => f with { StepSeconds = v }, 1e-4, 1e-2, 0.5),
        new("request_seconds", "s", f => f.RequestSeconds, (f, v) => f with { RequestSeconds = v }, 1e-7, 1e-4, 0.5),
        new("waiting_request_seconds", "s", f => f.WaitingRequestSeconds, (f, v) => f with { WaitingRequestSeconds = v }, 1e-6, 2e-4, 0.5),
        new("request_layer_seconds", "s", f => f.RequestLayerSeconds, (f, v) => f with { RequestLayerSeconds = v }, 1e-8, 1e-6, 0.5),
        new("expert_tile", "tokens", f => f.ExpertTile, (f, v) => f with { ExpertTile = v }, 1, 128, 0.5),
        new("ridge", "exponent", f => f.Ridge, (f, v) => f with { Ridge = v }, 1.2, 6, 0.2),
        new("ahead_steps", "share", f => f.AheadSteps, (f, v) => f with { AheadSteps = v }, 0.05, 1, 0.4),
        new("vllm_steps", "factor", f => f.VllmSteps, (f, v) => f with { VllmSteps = v }, 0.3, 3, 0.3),
        new("sglang_steps", "factor", f => f.SglangSteps, (f, v) => f with { SglangSteps = v }, 0.3, 3, 0.3),
        new("tensorrt_steps", "factor", f => f.TensorRtSteps, (f, v) => f with { TensorRtSteps = v }, 0.3, 3, 0.3),
        new("link_latency_seconds", "s", f => f.LinkLatencySeconds, (f, v) => f with { LinkLatencySeconds = v }, 2e-6, 5e-5, 0.4),
        new("link_peer_seconds", "s", f => f.LinkPeerSeconds, (f, v) => f with { LinkPeerSeconds = v }, 1e-8, 1e-5, 0.7),
        new("prompt_layer_seconds", "s", f => f.PromptLayerSeconds, (f, v) => f with { PromptLayerSeconds = v }, 1e-5, 2e-3, 0.4),
        new("latent_prompt_layer_seconds", "s", f => f.LatentPromptLayerSeconds, (f, v) => f with { LatentPromptLayerSeconds = v }, 1e-5, 5e-3, 0.6),
        new("latent_layer_seconds", "s", f => f.LatentLayerSeconds, (f, v) => f with { LatentLayerSeconds = v }, 1e-7, 1e-4, 0.5),
        new("indexer_layer_seconds", "s", f => f.IndexerLayerSeconds, (f, v) => f with { IndexerLayerSeconds = v }, 1e-6, 2e-4, 0.4),
        new("narrow4_layer_seconds", "s", f => f.Narrow4LayerSeconds, (f, v) => f with { Narrow4LayerSeconds = v }, 1e-7, 5e-5, 0.6),
        new("blackwell_steps", "factor", f => f.BlackwellSteps, (f, v) => f with { BlackwellSteps = v }, 0.3, 1.5, 0.1),
        new("blackwell_links", "factor", f => f.BlackwellLinks, (f, v) => f with { BlackwellLinks = v }, 0.2, 1.2, 0.3),
        new("narrow_layer_seconds", "s", f => f.NarrowLayerSeconds, (f, v) => f with { NarrowLayerSeconds = v }, 1e-7, 5e-5, 0.6),
        new("block_narrow_layer_seconds", "s", f => f.BlockNarrowLayerSeconds, (f, v) => f with { BlockNarrowLayerSeconds = v }, 1e-7, 8e-5, 0.6),
        new("arrival_seconds", "s", f => f.ArrivalSeconds, (f, v) => f with { ArrivalSeconds = v }, 1e-3, 0.3, 0.3),
        new("sglang_arrival_seconds", "s", f => f.SglangArrivalSeconds, (f, v) => f with { SglangArrivalSeconds = v }, 1e-3, 0.5, 0.5),
        new("tensorrt_arrival_seconds", "s", f => f.TensorRtArrivalSeconds, (f, v) => f with { TensorRtArrivalSeconds = v }, 1e-3, 0.5, 0.8),
        new("separate_arrival_seconds", "s", f => f.SeparateArrivalSeconds, (f, v) => f with { SeparateArrivalSeconds = v }, 1e-3, 0.5, 0.8),
        new("cold_layer_seconds", "s", f => f.ColdLayerSeconds, (f, v) => f with { ColdLayerSeconds = v }, 1e-5, 2e-2, 0.7),
        new("latent_cold_layer_seconds", "s", f => f.LatentColdLayerSeconds, (f, v) => f with { LatentColdLayerSeconds = v }, 1e-5, 5e-2, 0.7),
        new("arrival_token_seconds", "s", f => f.ArrivalTokenSeconds, (f, v) => f with { ArrivalTokenSeconds = v }, 1e-7, 3e-5, 0.4),
    ];

    /// <summary>The coefficients of training.</summary>
    public static ImmutableArray<Coefficient> Training { get; } =
    [
        new("training_matrix_ampere", "share of peak", f => f.Training.MatrixAmpere, (f, v) => f with { Training = f.Training with { MatrixAmpere = v } }, 0.3, 0.86, 0.2),
        new("training_matrix_hopper", "share of peak", f => f.Training.MatrixHopper, (f, v) => f with { Training = f.Training with { MatrixHopper = v } }, 0.3, 0.80, 0.2),
        new("training_matrix_blackwell", "share of peak", f => f.Training.MatrixBlackwell, (f, v) => f with { Training = f.Training with { MatrixBlackwell = v } }, 0.3, 0.80, 0.2),
        new("training_blackwell_ultra", "factor", f => f.Training.BlackwellUltra, (f, v) => f with { Training = f.Training with { BlackwellUltra = v } }, 0.8, 1.4, 0.1),
        new("training_fp8", "share", f => f.Training.Fp8, (f, v) => f with { Training = f.Training with { Fp8 = v } }, 0.3, 1, 0.2),
        new("training_fp4", "share", f => f.Training.Fp4, (f, v) => f with { Training = f.Training with { Fp4 = v } }, 0.2, 1, 0.2),
        new("training_experts", "share", f => f.Training.Experts, (f, v) => f with { Training = f.Training with { Experts = v } }, 0.1, 1, 0.3),
        new("training_expert_layer_seconds", "s", f => f.Training.ExpertLayerSeconds, (f, v) => f with { Training = f.Training with { ExpertLayerSeconds = v } }, 1e-4, 3e-2, 0.5),
        new("training_attention", "share of peak", f => f.Training.Attention, (f, v) => f with { Training = f.Training with { Attention = v } }, 0.1, 0.8, 0.3),
        new("training_attention_hopper", "share of peak", f => f.Training.AttentionHopper, (f, v) => f with { Training = f.Training with { AttentionHopper = v } }, 0.1, 0.8, 0.3),
        new("training_passes", "passes", f => f.Training.Passes, (f, v) => f with { Training = f.Training with { Passes = v } }, 1, 40, 0.4),
        new("training_eager_passes", "passes", f => f.Training.EagerPasses, (f, v) => f with { Training = f.Training with { EagerPasses = v } }, 1, 40, 0.4),
        new("training_expert_seconds", "s", f => f.Training.ExpertSeconds, (f, v) => f with { Training = f.Training with { ExpertSeconds = v } }, 1e-6, 2e-3, 0.4),
        new("training_overlap", "share", f => f.Training.Overlap, (f, v) => f with { Training = f.Training with { Overlap = v } }, 0.2, 0.98, 0.2),
        new("training_tensor_overlap", "share", f => f.Training.TensorOverlap, (f, v) => f with { Training = f.Training with { TensorOverlap = v } }, 0.05, 0.95, 0.3),
    ];

    /// <summary>The value of a parameter of the fit: its logarithm, bounded.</summary>
    internal EfficiencyFactors Apply(EfficiencyFactors factors, double logarithm) => With(factors, Math.Clamp(Math.Exp(logarithm), Least, Most));
}
