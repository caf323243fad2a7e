using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Performance;

/// <summary>Architectures and accelerators as their makers publish them, for tests that do not depend on the shipped catalog.</summary>
internal static class Fixtures
{
    public static readonly ModelArchitecture Llama8 = Dense("llama-3.1-8b", 8.03e9, 32, 4096, 32, 8, 128, 14336, 128256);
    public static readonly ModelArchitecture Llama70 = Dense("llama-3.1-70b", 70.55e9, 80, 8192, 64, 8, 128, 28672, 128256);
    public static readonly ModelArchitecture Llama405 = Dense("llama-3.1-405b", 405.85e9, 126, 16384, 128, 8, 128, 53248, 128256);
    public static readonly ModelArchitecture Qwen32 = Dense("qwen3-32b", 32.76e9, 64, 5120, 64, 8, 128, 25600, 151936);
    public static readonly ModelArchitecture Qwen7 = Dense("qwen2.5-7b", 7.62e9, 28, 3584, 28, 4, 128, 18944, 152064);
    public static readonly ModelArchitecture Llama2 = Dense("llama-2-7b", 6.74e9, 32, 4096, 32, 32, 128, 11008, 32000);
    public static readonly ModelArchitecture Nemo = Dense("mistral-nemo-12b", 12.25e9, 40, 5120, 32, 8, 128, 14336, 131072);
    public static readonly ModelArchitecture Yi = Dense("yi-34b", 34.39e9, 60, 7168, 56, 8, 128, 20480, 64000);

    public static readonly ModelArchitecture Scout = Experts("llama-4-scout", 108.6e9, 17.2e9, 48, 5120, 40, 8, 128, 202048, 16, 1, 8192) with { SharedExperts = 1 };
    public static readonly ModelArchitecture Qwen235 = Experts("qwen3-235b-a22b", 235.1e9, 22.2e9, 94, 4096, 64, 4, 128, 151936, 128, 8, 1536);
    public static readonly ModelArchitecture Qwen30 = Experts("qwen3-30b-a3b", 30.5e9, 3.3e9, 48, 2048, 32, 4, 128, 151936, 128, 8, 768);
    public static readonly ModelArchitecture MiniMax = Experts("minimax-m2.5", 229e9, 10e9, 62, 3072, 48, 8, 128, 200064, 256, 8, 1536);
    public static readonly ModelArchitecture GptOss = Experts("gpt-oss-120b", 116.8e9, 5.1e9, 36, 2880, 64, 8, 64, 201088, 128, 4, 2880)
        with { NativePrecision = Precision.Fp4, SlidingWindow = 128, SlidingWindowLayers = 18 };
    public static readonly ModelArchitecture DeepSeek = Experts("deepseek-v3", 671e9, 37e9, 61, 7168, 128, 128, 128, 129280, 256, 8, 2048)
        with { SharedExperts = 1, DenseLayers = 3, Ffn = 18432, Attention = AttentionKind.Latent, KvLoraRank = 512, QkRopeHeadDim = 64, NativePrecision = Precision.Fp8 };
    public static readonly ModelArchitecture Kimi = Experts("kimi-k2", 1.03e12, 32e9, 61, 7168, 64, 64, 128, 163840, 384, 8, 2048)
        with { SharedExperts = 1, DenseLayers = 1, Ffn = 18432, Attention = AttentionKind.Latent, KvLoraRank = 512, QkRopeHeadDim = 64, NativePrecision = Precision.Int4 };

    public static readonly Accelerator A100x40 = Gpu("A100-40GB", "Ampere", 40, 1555, 312, null, null, 300, 8, 400);
    public static readonly Accelerator A100 = Gpu("A100-80GB", "Ampere", 80, 2039, 312, null, null, 300, 8, 400);
    public static readonly Accelerator L4 = Gpu("L4", "Ada", 24, 300, 121, 242, null, null, 1, 72);
    public static readonly Accelerator L40S = Gpu("L40S", "Ada", 48, 864, 362, 733, null, null, 1, 350);
    public static readonly Accelerator H100 = Gpu("H100-80GB", "Hopper", 80, 3350, 989, 1979, null, 450, 8, 700);
    public static readonly Accelerator H200 = Gpu("H200-141GB", "Hopper", 141, 4800, 989, 1979, null, 450, 8, 700);
    public static readonly Accelerator B200 = Gpu("B200-180GB", "Blackwell", 180, 7700, 2250, 4500, 9000, 900, 8, 1000);
    public static readonly Accelerator B300 = Gpu("B300-270GB", "Blackwell Ultra", 268, 7750, 2250, 4500, 14000, 900, 8, 1100);
    public static readonly Accelerator GB200 = Gpu("GB200", "Blackwell", 185, 8000, 2500, 5000, 10000, 900, 72, 1200);
    public static readonly Accelerator GB300 = Gpu("GB300", "Blackwell Ultra", 278, 8000, 2500, 5000, 15000, 900, 72, 1400);
    public static readonly Accelerator MI300X = Gpu("MI300X", "CDNA3", 192, 5300, 1307, 2615, null, 448, 8, 750) with { Vendor = "AMD" };

    public static readonly ImmutableArray<ModelArchitecture> Models = [Llama8, Llama70, Llama405, Qwen32, Qwen7, Llama2, Nemo, Yi, Scout, Qwen235, Qwen30, MiniMax, GptOss, DeepSeek, Kimi];
    public static readonly ImmutableArray<Accelerator> Accelerators = [A100x40, A100, L4, L40S, H100, H200, B200, B300, GB200, GB300, MI300X];

    public static ServiceLevel Level(double ttftMs, double tpotMs, double percentile = 95) =>
        new(new(percentile, TimeSpan.FromMilliseconds(ttftMs)), new(percentile, TimeSpan.FromMilliseconds(tpotMs)));

    public static ServingQuestion Chat(ModelArchitecture model, Accelerator accelerator, int count, params ImmutableArray<Precision> precisions) => new(
        model, precisions.IsEmpty ? [Precision.Bf16, Precision.Fp8] : precisions, accelerator, count, new(900, 2400), new(180, 400), Level(1000, 60), TimeSpan.FromMilliseconds(20));

    public static TrainingQuestion Pretrain(ModelArchitecture model, Accelerator accelerator, int instances, int count = 8) => new(
        model, [Precision.Bf16], accelerator, count, instances, DataRate.FromGBPerSecond(400), 4096);

    /// <summary>MosaicML's MPT family: no gate in the feed-forward layer, tied embeddings, all heads with their own keys and values.</summary>
    public static ModelArchitecture Mpt(string name, double parameters, int layers, int hidden, int heads) => new()
    {
        Name = name, Parameters = parameters, ActiveParameters = parameters, Layers = layers, Hidden = hidden, Heads = heads, KvHeads = heads,
        HeadDim = hidden / heads, Ffn = hidden * 8 / 3, Vocabulary = 50368, Context = 65536, Attention = AttentionKind.MultiHead, Source = "llm-foundry",
    };

    private static ModelArchitecture Dense(string name, double parameters, int layers, int hidden, int heads, int kv, int width, int ffn, int vocabulary) => new()
    {
        Name = name, Parameters = parameters, ActiveParameters = parameters, Layers = layers, Hidden = hidden, Heads = heads, KvHeads = kv, HeadDim = width,
        Ffn = ffn, Vocabulary = vocabulary, Context = 131072, Attention = kv == heads ? AttentionKind.MultiHead : AttentionKind.GroupedQuery, Source = "config.json",
    };

    private static ModelArchitecture Experts(
        string name, double parameters, double active, int layers, int hidden, int heads, int kv, int width, int vocabulary, int experts, int each, int ffn) =>
        Dense(name, parameters, layers, hidden, heads, kv, width, 0, vocabulary) with
        {
            ActiveParameters = active, Experts = experts, ExpertsPerToken = each, ExpertFfn = ffn,
        };

    private static Accelerator Gpu(
        string name, string architecture, double gib, double gbs, double tflops16, double? tflops8, double? tflops4, double? link, int domain, double watts) => new()
    {
        Name = name, Family = name, Vendor = "NVIDIA", Architecture = architecture, Memory = DataSize.FromGiB(gib), MemoryBandwidth = DataRate.FromGBPerSecond(gbs),
        Fp16Tflops = tflops16, Bf16Tflops = tflops16, Fp8Tflops = tflops8, Int8Tops = tflops8, Fp4Tflops = tflops4,
        ScaleUp = link is { } rate ? DataRate.FromGBPerSecond(rate) : null, ScaleUpDomain = domain, ThermalDesignPower = new(watts), Verified = true, Source = "datasheet",
    };
}
