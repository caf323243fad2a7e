namespace Switchyard.Performance;

/// <summary>The efficiency of training.</summary>
public sealed record TrainingFactors
{
    /// <summary>Share of the 16-bit peak of matrix products in training by Ampere and older, 0 to 1; fitted, and held at most what the best shapes reach, as are the next two.</summary>
    public double MatrixAmpere { get; init; } = 0.82;

    /// <summary>The same by Hopper and its contemporaries; fitted.</summary>
    public double MatrixHopper { get; init; } = 0.68;

    /// <summary>The same by Blackwell and later; fitted.</summary>
    public double MatrixBlackwell { get; init; } = 0.74;

    /// <summary>Factor on <see cref="MatrixBlackwell"/> on Blackwell Ultra, whose rated power is higher (1,400 W of a GB300 against 1,200 of a GB200) at like peaks; fitted.</summary>
    public double BlackwellUltra { get; init; } = 1.1;

    /// <summary>What is left of the share in 8 bits, whose peak is twice as high, 0 to 1; fitted.</summary>
    public double Fp8 { get; init; } = 0.80;

    /// <summary>What is left of the share in 4 bits, 0 to 1; fitted.</summary>
    public double Fp4 { get; init; } = 0.52;

    /// <summary>What is left of the share for routed experts, with their all-to-all, 0 to 1; fitted.</summary>
    public double Experts { get; init; } = 0.36;

    /// <summary>Seconds that a layer with experts takes at least for a micro-batch, forward and backward: the host launches its many kernels one by one; fitted.</summary>
    public double ExpertLayerSeconds { get; init; } = 6e-3;

    /// <summary>Share of the 16-bit peak that attention reaches forward and backward, 0 to 1; fitted.</summary>
    public double Attention { get; init; } = 0.31;

    /// <summary>The same since Hopper, by kernels made for it (FlashAttention 3, arXiv 2407.08608; cuDNN); fitted.</summary>
    public double AttentionHopper { get; init; } = 0.45;

    /// <summary>What is left of <see cref="Attention"/> of FlashAttention 2 on a Hopper, whose asynchronous products it does not use: 35% of the peak against 73% on an A100 forward (arXiv 2307.08691, 2407.08608).</summary>
    public double EarlierAttention { get; init; } = 0.48;

    /// <summary>
    /// How often the activations of a forward pass (5 widths of the residual stream and 3 of the gate a layer, twice the former for each expert) go through memory, forward
    /// and backward with what the backward pass needs; fitted. Narrow models, and narrow formats, spend their time there.
    /// </summary>
    public double Passes { get; init; } = 10;

    /// <summary>The same of PyTorch's own layers, each step a kernel (MosaicML's llm-foundry); fitted.</summary>
    public double EagerPasses { get; init; } = 10;

    /// <summary>
    /// Seconds that each expert on an accelerator adds to a layer and micro-batch, forward and backward: some 25 kernels (nine products, and narrowing what they take in)
    /// that cannot fill the accelerator as they start and end, about 4 µs each; fitted.
    /// </summary>
    public double ExpertSeconds { get; init; } = 1e-4;

    /// <summary>Share of the fabric reached by collectives between instances, 0 to 1.</summary>
    public double FabricBandwidth { get; init; } = 0.70;

    /// <summary>Share of the data-parallel traffic that hides behind arithmetic, 0 to 1; fitted.</summary>
    public double Overlap { get; init; } = 0.73;

    /// <summary>Share of the tensor-parallel traffic that hides behind the products it feeds, cut into pieces, 0 to 1; fitted.</summary>
    public double TensorOverlap { get; init; } = 0.5;

    /// <summary>Tokens in a global batch up to 1,024 accelerators: 4 Mi (Llama 3, arXiv 2407.21783, starts with 4 million).</summary>
    public double BatchTokens { get; init; } = 4 * 1024 * 1024;

    /// <summary>Most tokens in a global batch: 16 Mi (Llama 3 405B ends with 16 million on 16,384 accelerators).</summary>
    public double MaxBatchTokens { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most virtual stages per pipeline stage, which divide its bubble (interleaved schedule, arXiv 2104.04473; Llama 3 405B cuts 16 stages into eighths).</summary>
    public double Interleave { get; init; } = 8;

    /// <summary>Share of memory that training may use.</summary>
    public double MemoryShare { get; init; } = 0.92;
}
