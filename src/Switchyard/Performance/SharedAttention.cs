using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// FlashAttention 2 in a step that has prompts and decodes, as vLLM runs it where there is nothing later (Ampere, Ada, and Blackwell's cards without stacked memory): one kernel
/// for both, in which a decode is neither split along its context nor packed with the query heads that share its keys. Each query head multiplies a tile of rows of which one is
/// used, and reads the keys for itself: from the shared cache where the others of its group run at the same time or the keys of all requests fit there, else from memory. Kernels
/// that LLMServingSim's authors measured under vLLM 0.19 on an RTX 4090 and an RTX PRO 6000 (Llama 3.1 8B, four query heads to a group, 2026) take 1.4 to 1.8 times as long as
/// decodes alone up to 64 of them, 3 to 4 times with 128 long ones, and 1.7 to 2.4 times with 128 short ones.
/// </summary>
internal sealed record SharedAttention
{
    // Where the data sheet does not say: an A100's.
    private const double UsualMultiprocessors = 108, UsualCache = 40e6;

    // Rows of a tile, and the share of the 16-bit peak at which it is multiplied: the 4090's time per position.
    private const double TileRows = 64, TileShare = 0.85;

    // Without splitting, the longest decode ends last.
    private const double Unsplit = 1.35;

    // Query heads of a group, those of one accelerator, bytes of a position's keys and values for one of its heads.
    private readonly double group, heads, headBytes, multiprocessors, cache;

    private SharedAttention(ModelArchitecture model, int tensorParallel, Accelerator accelerator, double elementBytes)
    {
        group = (double)model.Heads / Math.Max(1, model.KvHeads);
        heads = Math.Max(1, (double)model.Heads / tensorParallel);
        headBytes = 2 * elementBytes * model.HeadDim;
        (multiprocessors, cache) = (accelerator.Multiprocessors ?? UsualMultiprocessors, accelerator.SharedCache?.Bytes ?? UsualCache);
        TileFactor = TileRows / TileShare;
    }

    /// <summary>Time of a tile over that of the one row that is used of it, at the 16-bit peak.</summary>
    public double TileFactor { get; }

    /// <summary>Where it applies; null elsewhere.</summary>
    /// <param name="model">The model.</param>
    /// <param name="deployment">Its division and engine.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="factors">Bytes of an element of keys and values.</param>
    public static SharedAttention? Of(ModelArchitecture model, Deployment deployment, Accelerator accelerator, EfficiencyFactors factors)
    {
        var second = accelerator.Vendor.Equals("NVIDIA", StringComparison.OrdinalIgnoreCase)
            && (accelerator.Architecture is "Ampere" or "Ada" || (accelerator.Architecture == "Blackwell" && accelerator.ScaleUpDomain <= 2));
        // Learned sinks (gpt-oss, whose window of 128 is the shortest) are not in it: vLLM takes another kernel then, which packs.
        var sinks = model.SlidingWindow is > 0 and <= 128;
        return second && deployment.Engine == Engine.Vllm && model.Attention != AttentionKind.Latent && !sinks
            ? new(model, deployment.TensorParallel, accelerator, factors.CacheBytesOf(deployment, accelerator)) : null;
    }

    /// <summary>How many times as long the keys and values of decodes take to be read as without prompts beside them.</summary>
    /// <param name="decodes">Requests that get one more token.</param>
    /// <param name="context">Their mean context.</param>
    public double Reads(double decodes, double context)
    {
        // A block for each query head of each request, one on each multiprocessor at a time: a group in several goes reads its keys as often.
        var goes = decodes * context * headBytes <= cache ? 1 : Math.Clamp(group * decodes / multiprocessors, 1, group);
        return Math.Max(Math.Min(Unsplit, group), goes) * Math.Max(1, multiprocessors / (decodes * heads));
    }
}
