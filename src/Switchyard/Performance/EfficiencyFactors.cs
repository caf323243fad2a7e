namespace Switchyard.Performance;

/// <summary>
/// How much of what is printed on the datasheet real engines reach: the few numbers, the same for every model and accelerator, that
/// stand between physics and measurement. Those marked <em>fitted</em> come from least squares on the logarithm of measured times
/// (docs/model/performance.md says on which rows, and with which error on models left out); the others are read from a source.
/// </summary>
public sealed record EfficiencyFactors
{
    /// <summary>The factors that the product ships.</summary>
    public static EfficiencyFactors Default { get; } = new();

    /// <summary>Share of the dense 16-bit peak that large matrix products reach, 0 to 1; fitted, and held at most 0.75, what the best libraries report.</summary>
    public double Matrix16 { get; init; } = 0.74;

    /// <summary>Share of the dense 8-bit peak that large matrix products reach, scaling included, 0 to 1; fitted.</summary>
    public double Matrix8 { get; init; } = 0.65;

    /// <summary>
    /// Factor on <see cref="Matrix16"/> on Ampere, which holds its clock better: at the best shapes an A100 reaches 268 of 312 TFLOP/s, an H100 794 of 989
    /// (Bekman's ml-engineering tables, 2024).
    /// </summary>
    public double AmpereMatrix { get; init; } = 1.07;

    /// <summary>What is left of <see cref="Matrix8"/> where every block of weights and activations has its own scale, 0 to 1; fitted.</summary>
    public double BlockScaled { get; init; } = 0.85;

    /// <summary>Share of the dense 4-bit peak that large matrix products reach, scaling included, 0 to 1; fitted, and held at most the share in 8 bits.</summary>
    public double Matrix4 { get; init; } = 0.62;

    /// <summary>What is left of the matrix share for grouped products over routed experts, unequal load included, 0 to 1; fitted.</summary>
    public double ExpertMatrix { get; init; } = 0.75;

    /// <summary>Share of the 16-bit peak that attention's products reach, 0 to 1 (FlashAttention-3, arXiv 2407.08608, reports 0.5 to 0.75 forward).</summary>
    public double Attention { get; init; } = 0.50;

    /// <summary>Share of memory bandwidth reached when reading weights, 0 to 1; fitted.</summary>
    public double WeightBandwidth { get; init; } = 0.92;

    /// <summary>Bytes a second at which the cores of one accelerator can take weights in, besides the memory's own rate; fitted.</summary>
    public double OnChipBytesPerSecond { get; init; } = 60e12;

    /// <summary>How fast the share of experts' products rises with the tokens that an expert works on: as this power of them, up to <see cref="FullExpert"/>; fitted.</summary>
    public double ExpertFill { get; init; } = 0.3;

    /// <summary>Tokens of one expert from which on its products are as good as they get.</summary>
    public const double FullExpert = 1024;

    /// <summary>What is left of <see cref="WeightBandwidth"/> for 4-bit weights that are multiplied as such, 0 to 1; fitted.</summary>
    public double Fp4Bandwidth { get; init; } = 0.95;

    /// <summary>
    /// How often a token's activations, in 16 bits, pass through memory for each expert that it goes to: gathered and narrowed, read, written by the second
    /// product and read again for the weighted sum. Splitting an expert's width does not split them; fitted.
    /// </summary>
    public double ExpertPasses { get; init; } = 4;

    /// <summary>What is left of <see cref="WeightBandwidth"/> for routed experts, whose matrices are small and many, 0 to 1; fitted.</summary>
    public double ExpertBandwidth { get; init; } = 0.90;

    /// <summary>What is left of <see cref="WeightBandwidth"/> where 4-bit weights are widened to 16 bits before they are multiplied, 0 to 1; fitted.</summary>
    public double WeightOnly { get; init; } = 0.90;

    /// <summary>
    /// How independently tokens choose their experts, 0 to 1: n tokens touch as many experts as n to this power independent ones would.
    /// Requests of one subject, and tokens of one request, prefer the same experts; fitted.
    /// </summary>
    public double ExpertIndependence { get; init; } = 0.95;

    /// <summary>Further arithmetic of the busiest accelerator where whole experts are dealt out, as a share; fitted.</summary>
    public double ExpertImbalance { get; init; } = 0.20;

    /// <summary>Share of memory bandwidth reached when reading paged keys and values, 0 to 1; fitted.</summary>
    public double CacheBandwidth { get; init; } = 0.80;

    /// <summary>Sharpness of the ridge between reading weights and multiplying them: 1 adds the two, large values take the longer; fitted.</summary>
    public double Ridge { get; init; } = 2.5;

    /// <summary>
    /// Factor on the shares of memory bandwidth for accelerators not made by NVIDIA: stream benchmarks publish 4.0 to 4.3 of an MI300X's 5.3 TB/s, where an
    /// H100 gives 3.0 of 3.35.
    /// </summary>
    public double OtherVendorsBandwidth { get; init; } = 0.87;

    /// <summary>
    /// Factor on the shares of peak arithmetic above for accelerators not made by NVIDIA. MLPerf Inference 5.1, Llama-2-70B offline in fp8: 3,475 tokens/s per
    /// MI300X against 3,900 per H100, with 1.32 times the peak: 0.67; MI355X against B200: 0.82.
    /// </summary>
    public double OtherVendors { get; init; } = 0.70;

    /// <summary>Seconds a layer takes besides its arithmetic and traffic (kernels of normalisation, rotation, routing; captured graphs); fitted.</summary>
    public double LayerSeconds { get; init; } = 30e-6;

    /// <summary>Further seconds for a layer with routed experts (routing, permutation, a second set of kernels), under vLLM; fitted.</summary>
    public double ExpertLayerSeconds { get; init; } = 20e-6;

    /// <summary>The same under SGLang; fitted.</summary>
    public double SglangExpertLayerSeconds { get; init; } = 20e-6;

    /// <summary>The same under TensorRT-LLM; fitted.</summary>
    public double TensorRtExpertLayerSeconds { get; init; } = 20e-6;

    /// <summary>Further seconds for a layer whose experts stand beside one that every token uses: its kernels and the sum of both; fitted.</summary>
    public double SharedExpertLayerSeconds { get; init; } = 10e-6;

    /// <summary>Further seconds that a layer with routed experts takes at least in a step with a prompt; fitted.</summary>
    public double ExpertPromptLayerSeconds { get; init; } = 100e-6;

    /// <summary>Further seconds for a layer with latent or linear attention (the projections to and from the latent, the state); fitted.</summary>
    public double LatentLayerSeconds { get; init; } = 30e-6;

    /// <summary>
    /// Further seconds for a layer whose queries and keys are normed over all heads together: four small kernels of some 4 µs, which no kernel of attention takes in. Where
    /// heads are split, an exchange of the sums of squares comes on top.
    /// </summary>
    public double WideNormLayerSeconds { get; init; } = 16e-6;

    /// <summary>
    /// Further seconds for a layer with sparse attention, whose indexer is some ten small kernels (three products, a norm, rotation, narrowing, scores, the choice
    /// of the best, their places in the cache); fitted.
    /// </summary>
    public double IndexerLayerSeconds { get; init; } = 45e-6;

    /// <summary>Further seconds for a layer whose activations are narrowed to 8 bits before each product; fitted.</summary>
    public double NarrowLayerSeconds { get; init; } = 15e-6;

    /// <summary>The same where every block of activations gets its own scale, which takes a kernel of its own before each product; fitted.</summary>
    public double BlockNarrowLayerSeconds { get; init; } = 20e-6;

    /// <summary>The same for 4 bits in models with experts, of which attention stays wider; fitted.</summary>
    public double Narrow4LayerSeconds { get; init; } = 5e-6;

    /// <summary>Seconds a step takes besides its layers (scheduling, sampling, detokenising); fitted.</summary>
    public double StepSeconds { get; init; } = 0.6e-3;

    /// <summary>Seconds each running request adds to a step (sampling, bookkeeping); fitted.</summary>
    public double RequestSeconds { get; init; } = 6.3e-6;

    /// <summary>
    /// Seconds each running request adds to a step of an engine that does not decide ahead, and so waits while answers are taken apart and sent; fitted. ML.ENERGY's
    /// 8B on H100 (2025) takes 75 µs longer for each further request, of which 25 are its keys and values.
    /// </summary>
    public double WaitingRequestSeconds { get; init; } = 45e-6;

    /// <summary>Seconds each running request adds to each layer (attention's work that does not depend on the context); fitted.</summary>
    public double RequestLayerSeconds { get; init; } = 0.1e-6;

    /// <summary>Tokens of a tile of grouped products: an expert works on whole tiles; fitted.</summary>
    public double ExpertTile { get; init; } = 16;

    /// <summary>Factor on the fixed seconds of a step on Blackwell and later, whose kernels start and end faster; fitted.</summary>
    public double BlackwellSteps { get; init; } = 0.9;

    /// <summary>
    /// Factor on the latency of exchanges over NVLink 5, whose switches reduce on the way, and which engines join with the norm that follows; fitted.
    /// </summary>
    public double BlackwellLinks { get; init; } = 0.7;

    /// <summary>What is left of <see cref="StepSeconds"/> where steps are decided on ahead, so that the host works while the accelerator does, 0 to 1; fitted.</summary>
    public double AheadSteps { get; init; } = 0.4;

    /// <summary>Tokens up to which vLLM runs a step with prompts as captured graphs too: the default of its <c>max_cudagraph_capture_size</c>.</summary>
    public double GraphTokens { get; init; } = 512;

    /// <summary>Factor on the fixed seconds of a step under vLLM; fitted.</summary>
    public double VllmSteps { get; init; } = 1;

    /// <summary>Factor on the fixed seconds of a step under SGLang; fitted.</summary>
    public double SglangSteps { get; init; } = 1;

    /// <summary>Factor on the fixed seconds of a step under TensorRT-LLM; fitted.</summary>
    public double TensorRtSteps { get; init; } = 1;

    /// <summary>
    /// Seconds a layer takes at least in a step with a prompt, whose kernels are launched one by one and not as a captured graph; fitted.
    /// </summary>
    public double PromptLayerSeconds { get; init; } = 200e-6;

    /// <summary>The same for a layer with latent or linear attention, whose kernels are more; fitted.</summary>
    public double LatentPromptLayerSeconds { get; init; } = 1.5e-3;

    /// <summary>Seconds a layer adds to a replica's first step with prompts, whose kernels are met for the first time; fitted.</summary>
    public double ColdLayerSeconds { get; init; } = 1e-3;

    /// <summary>The same for a layer with latent or linear attention, whose kernels are compiled as they are met (DeepGEMM, Triton); fitted.</summary>
    public double LatentColdLayerSeconds { get; init; } = 6e-3;

    /// <summary>Seconds from an arrival to its place in the queue and from its first token to the client (HTTP, tokeniser, scheduler), under vLLM; fitted.</summary>
    public double ArrivalSeconds { get; init; } = 6e-3;

    /// <summary>The same under SGLang; fitted.</summary>
    public double SglangArrivalSeconds { get; init; } = 15e-3;

    /// <summary>The same under TensorRT-LLM; fitted.</summary>
    public double TensorRtArrivalSeconds { get; init; } = 30e-3;

    /// <summary>The same where prefill has its own replicas: the router in front of them takes requests in and hands them on, whatever the engine behind it; fitted.</summary>
    public double SeparateArrivalSeconds { get; init; } = 15e-3;

    /// <summary>Further seconds for each token of a prompt: the way of its text and its tokeniser, some 1 MB/s on one core; fitted.</summary>
    public double ArrivalTokenSeconds { get; init; } = 3e-6;

    /// <summary>Latency of one all-reduce over the scale-up link, seconds, waiting for the slowest accelerator included; fitted.</summary>
    public double LinkLatencySeconds { get; init; } = 10e-6;

    /// <summary>Further latency of an all-reduce for each accelerator past the second, seconds; fitted.</summary>
    public double LinkPeerSeconds { get; init; } = 1e-6;

    /// <summary>Share of the scale-up link reached, 0 to 1: 339 of 450 GB/s at 67 MB over eight H100 (Vidur's measured all-reduce).</summary>
    public double LinkBandwidth { get; init; } = 0.75;

    /// <summary>Latency of one all-reduce over PCIe, seconds: no peer-to-peer one-shot kernel, host memory in between.</summary>
    public double PcieLatencySeconds { get; init; } = 40e-6;

    /// <summary>Share of a PCIe slot's rate reached by an all-reduce: 23 of 32 GB/s over four A100 joined in pairs, 49 of 64 over four H100 (Vidur's measured all-reduce at 67 MB).</summary>
    public double PcieShare { get; init; } = 0.73;

    /// <summary>Bandwidth between accelerators past the reach of their link, bytes a second: PCIe 4, with the share above.</summary>
    public double PcieBytesPerSecond { get; init; } = 23e9;

    /// <summary>
    /// Operations in 16 bits a second and watt of rated power that cards without stacked memory sustain, and Ampere and older altogether; twice as many in 8
    /// bits, four times in 4. An RTX PRO 6000 reaches 394 TFLOP/s at 600 W (LLMServingSim's measured kernels), an A100 about 260 at 400.
    /// </summary>
    public double SustainedFlopsPerWatt { get; init; } = 0.66e12;

    /// <summary>Latency of a message between instances, seconds: an RDMA write and the kernel that waits for it; an assumption.</summary>
    public double FabricLatencySeconds { get; init; } = 20e-6;

    /// <summary>Bandwidth between instances, bytes a second and accelerator: 70% of one 400 Gbit/s port each, as H100 servers have them.</summary>
    public double FabricBytesPerSecond { get; init; } = 35e9;

    /// <summary>Share of memory that an engine may use: the default of vLLM's <c>gpu_memory_utilization</c>.</summary>
    public double MemoryShare { get; init; } = 0.90;

    /// <summary>
    /// Memory kept for activations, graphs and communication, bytes per accelerator. vLLM 0.15 on H100 left 1.1 to 2.2 GiB out of its KV
    /// blocks beside the weights (five models of the open-loop runs).
    /// </summary>
    public double ReservedBytes { get; init; } = 2.0 * 1024 * 1024 * 1024;

    /// <summary>Bytes of one element of the key and value cache; 2, the default of vLLM.</summary>
    public double CacheElementBytes { get; init; } = 2;

    /// <summary>Most requests in one batch: vLLM's default <c>max_num_seqs</c>.</summary>
    public double MaxSequences { get; init; } = 256;

    /// <summary>Most tokens in one step: the budget of chunked prefill.</summary>
    public double TokenBudget { get; init; } = 8192;

    /// <summary>Highest share of the time that prefills may keep a replica busy under a service level. Above it waiting times are too sensitive to promise.</summary>
    public double MaxUtilisation { get; init; } = 0.85;

    /// <summary>Half of the stated range around a prediction, such as 0.3 for ±30%.</summary>
    public double Range { get; init; } = 0.30;

    /// <summary>The factor on fixed seconds of an engine.</summary>
    /// <param name="engine">The engine.</param>
    public double StepsOf(Engine engine) => engine switch
    {
        Engine.Vllm => VllmSteps,
        Engine.Sglang => SglangSteps,
        Engine.TensorRt => TensorRtSteps,
        _ => (VllmSteps + SglangSteps + TensorRtSteps) / 3,
    };

    /// <summary>Further seconds of a layer with routed experts under an engine.</summary>
    /// <param name="engine">The engine.</param>
    public double ExpertLayerOf(Engine engine) => engine switch
    {
        Engine.Vllm => ExpertLayerSeconds,
        Engine.Sglang => SglangExpertLayerSeconds,
        Engine.TensorRt => TensorRtExpertLayerSeconds,
        _ => (ExpertLayerSeconds + SglangExpertLayerSeconds + TensorRtExpertLayerSeconds) / 3,
    };

    /// <summary>Seconds from an arrival to its place in an engine's queue; vLLM's where none is named.</summary>
    /// <param name="engine">The engine.</param>
    public double ArrivalOf(Engine engine) => engine switch
    {
        Engine.Sglang => SglangArrivalSeconds,
        Engine.TensorRt => TensorRtArrivalSeconds,
        _ => ArrivalSeconds,
    };

    /// <summary>
    /// Bytes of an element of keys and values: 2, but 1 where the checkpoint asks for it, as NVIDIA's in 4 bits do, and those in 8 bits under their own
    /// engine. Where no engine is named, 2.
    /// </summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="accelerator">The accelerator.</param>
    public double CacheBytesOf(Deployment deployment, Market.Accelerator accelerator) =>
        deployment.CacheElementBytes > 0 ? deployment.CacheElementBytes
        : (deployment.Engine == Engine.TensorRt && deployment.Precision is Demand.Precision.Fp8 or Demand.Precision.Fp4)
            || (deployment.Engine != Engine.Unknown && deployment.Precision == Demand.Precision.Fp4 && accelerator.Fp4Tflops is not null) ? 1 : CacheElementBytes;

    /// <summary>What the user's own runs correct, by accelerator, engine and kind of model; empty where nothing was calibrated.</summary>
    public System.Collections.Immutable.ImmutableArray<Correction> Corrections { get; init; } = [];

    /// <summary>The same for training.</summary>
    public System.Collections.Immutable.ImmutableArray<TrainingCorrection> TrainingCorrections { get; init; } = [];

    /// <summary>What training, its failures and its power reach.</summary>
    public TrainingFactors Training { get; init; } = new();

    /// <summary>How an accelerator's power follows its load.</summary>
    public PowerFactors Power { get; init; } = new();
}
