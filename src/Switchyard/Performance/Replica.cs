using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// One copy of a model on a group of accelerators of one instance, and how long a step of it takes for any batch. A step's time is the
/// roofline of its matrix products, plus that of its experts, plus that of attention, plus the collectives, plus fixed costs:
/// max(operations, weight bytes) + max(operations, expert bytes) + max(operations, cache bytes) + collectives + layers and requests
/// (Williams et al., Roofline, CACM 2009).
/// </summary>
public sealed partial class Replica
{
    private readonly bool ahead;
    private readonly double tokenSeconds, headSeconds, sharedSeconds, assignmentSeconds, expertSeconds, expertsUntouched, independence, activationSeconds, tile, fill, ridge, spread;
    private readonly double hostSeconds, promptSeconds, decodeSeconds, cacheSeconds, tileSeconds, indexPromptSeconds, indexCacheSeconds, tokenLink, fixedSeconds, linkSeconds, promptFixed, graphTokens, requestHost, hostAlone, requestAlone, requestSeconds, kvTokens;
    private readonly int fullLayers, windowLayers, window, chosen, experts;
    private readonly double[] decoding = new double[513];
    private readonly SharedAttention? together;

    /// <summary>Places a model on accelerators, split by tensor parallelism alone, under no engine in particular.</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">Its number format; one that the accelerator can run.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="tensorParallel">Accelerators over which each layer is split; divides the heads.</param>
    /// <param name="factors">The efficiency reached.</param>
    /// <exception cref="ArgumentException">The accelerator has no rate for the format.</exception>
    public Replica(ModelArchitecture model, Precision precision, Accelerator accelerator, int tensorParallel, EfficiencyFactors factors)
        : this(model, new() { Precision = precision, TensorParallel = tensorParallel }, accelerator, factors)
    {
    }

    /// <summary>Places a model on accelerators, whether or not it fits (see <see cref="KvBytes"/>).</summary>
    /// <param name="model">The model.</param>
    /// <param name="deployment">Its division and engine; one that is possible for the model.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="factors">The efficiency reached.</param>
    /// <exception cref="ArgumentException">The accelerator has no rate for the format.</exception>
    public Replica(ModelArchitecture model, Deployment deployment, Accelerator accelerator, EfficiencyFactors factors)
    {
        var precision = deployment.Precision;
        var footprint = Footprint.Of(model, precision);
        var peak = Footprint.PeakFlops(accelerator, precision, model.NativePrecision)
            ?? throw new ArgumentException($"{accelerator.Name} has no known rate in {precision}.", nameof(deployment));
        var sixteen = 1e12 * (accelerator.Tflops16 ?? peak / 2e12);
        var own = accelerator.Vendor.Equals("NVIDIA", StringComparison.OrdinalIgnoreCase);
        var (maker, memory) = own ? (1, 1) : (factors.OtherVendors, factors.OtherVendorsBandwidth);
        var (tensor, ranks, group) = (deployment.TensorParallel, deployment.DataParallel, deployment.StageAccelerators);
        var widened = Footprint.IsWidened(accelerator, precision);
        var blocks = deployment.BlockScaled ?? model.NativePrecision == Precision.Fp8;
        var sixteenBits = factors.Matrix16 * (accelerator.Architecture == "Ampere" ? factors.AmpereMatrix : 1);
        var share = Sustained(accelerator, peak, precision, widened, factors) * maker * (widened ? sixteenBits : precision switch
        {
            Precision.Bf16 => sixteenBits,
            Precision.Fp4 when model.NativePrecision == Precision.Fp4 => factors.Matrix8,
            Precision.Fp4 => factors.Matrix4,
            Precision.Fp8 when blocks => factors.Matrix8 * factors.BlockScaled,
            _ => factors.Matrix8,
        });
        var bandwidth = accelerator.MemoryBandwidth.BytesPerSecond * memory;
        // The way from the memory to the cores adds its own time to every byte, which shows where memory is fast.
        var weightBandwidth = 1 / ((1 / (bandwidth * factors.WeightBandwidth * (widened ? factors.WeightOnly : precision == Precision.Fp4 ? factors.Fp4Bandwidth : 1)))
            + (1 / (factors.OnChipBytesPerSecond * memory)));

        Model = model;
        Precision = precision;
        TensorParallel = tensor;
        DataParallel = ranks;
        Footprint = footprint;
        PeakFlops = peak * group;
        Bandwidth = accelerator.MemoryBandwidth.BytesPerSecond * group;
        UsableBytes = accelerator.Memory.Bytes * (deployment.MemoryShare > 0 ? deployment.MemoryShare : factors.MemoryShare);
        WeightBytes = (((footprint.WeightBytes - (footprint.ExpertBytes * model.Experts)) / tensor) + (footprint.ExpertBytes * model.Experts / group))
            / deployment.PipelineParallel;
        ReservedBytes = factors.ReservedBytes;
        CacheBytesPerLayer = Footprint.CacheBytes(model, tensor, factors.CacheBytesOf(deployment, accelerator));

        (fullLayers, windowLayers, window, chosen, experts) = (footprint.FullLayers, footprint.WindowLayers, model.SlidingWindow, model.SparseTokens, model.Experts);
        (kvTokens, independence) = (deployment.KvTokens, factors.ExpertIndependence);
        // Every rank of data-parallel attention works on its share of the tokens; experts work on all of them together.
        var wide = sixteen * group * maker * sixteenBits * Sustained(accelerator, sixteen, Precision.Bf16, false, factors);
        tokenSeconds = (footprint.LayerFlops - footprint.ExpertFlops) / (Footprint.IsExpertsOnly(model, precision) ? wide : peak * group * share);
        headSeconds = footprint.HeadFlops / wide;
        // Where only experts are in 4 bits, the rest is read as it is multiplied.
        var plain = Footprint.IsExpertsOnly(model, precision) ? 1 / ((1 / (bandwidth * factors.WeightBandwidth)) + (1 / (factors.OnChipBytesPerSecond * memory))) : weightBandwidth;
        sharedSeconds = footprint.SharedBytes / (plain * tensor);
        var imbalance = deployment.ExpertParallel > 1 || ranks > 1 ? 1 + factors.ExpertImbalance : 1;
        var dealt = Math.Max(deployment.ExpertParallel, ranks);
        spread = dealt > 1 ? factors.ExpertImbalance : 0;
        (tile, fill, ridge) = (factors.ExpertTile, factors.ExpertFill, factors.Ridge);
        assignmentSeconds = footprint.ExpertFlops / Math.Max(1, model.ExpertsPerToken) * imbalance / (peak * group * share * factors.ExpertMatrix);
        // What lies between the matrix products passes through memory: norms and residuals whole on every accelerator of a group, gates split,
        // and what goes to an expert and comes back whole on each accelerator that has a slice of it.
        var sliced = group / (double)Math.Clamp(dealt, 1, group);
        activationSeconds = 2 * ((model.Layers * ((5.0 * model.Hidden * tensor) + (3.0 * footprint.GateWidth)))
            + (footprint.ExpertLayers * factors.ExpertPasses * model.ExpertsPerToken * model.ExpertWidth * sliced)) / (bandwidth * factors.WeightBandwidth * group);
        expertSeconds = footprint.ExpertBytes * experts / (weightBandwidth * factors.ExpertBandwidth * group);
        expertsUntouched = experts > 0 ? Math.Log(Math.Max(1e-9, 1 - ((double)model.ExpertsPerToken / experts))) : 0;
        var attention = sixteen * group * maker * factors.Attention;
        promptSeconds = footprint.AttentionFlops / attention;
        decodeSeconds = footprint.DecodeAttentionFlops / attention;
        cacheSeconds = CacheBytesPerLayer / (bandwidth * factors.CacheBandwidth * ranks);
        // Before sparse attention an indexer scores every earlier position, in 8 bits, by a small key of its own.
        indexPromptSeconds = footprint.IndexFlops / (attention * (accelerator.Fp8Tflops ?? accelerator.Tflops16 ?? 1) / (accelerator.Tflops16 ?? 1));
        indexCacheSeconds = footprint.IndexBytes / (bandwidth * factors.CacheBandwidth * ranks);
        requestSeconds = model.Layers * factors.RequestLayerSeconds / ranks;
        together = SharedAttention.Of(model, deployment, accelerator, factors);
        tileSeconds = together is null ? 0 : footprint.DecodeAttentionFlops * together.TileFactor / (sixteen * group * maker);

        var link = Collective.Between(accelerator, tensor, factors);
        var reductions = 2.0 * model.Layers;
        tokenLink = reductions * link.SecondsPerByte * 2 * model.Hidden / ranks;
        var collectives = reductions * link.LatencySeconds;
        if (ranks > 1 && experts > 0)
        {
            // Tokens go to the experts in 8 bits and come back in 16, each to as many accelerators as it has experts at most.
            var all = Collective.Between(accelerator, group, factors);
            var travels = Math.Min(model.ExpertsPerToken, group) * 3.0 * model.ExpertWidth * footprint.ExpertLayers;
            tokenLink += travels * all.SecondsPerByte / 2 / ranks;
            collectives += 2 * footprint.ExpertLayers * all.LatencySeconds;
        }

        if (deployment.PipelineParallel > 1)
        {
            // Activations hop from stage to stage, each accelerator sending its share of the width.
            var hop = Collective.Hop(accelerator, deployment.Accelerators, factors);
            tokenLink += (deployment.PipelineParallel - 1) * 2.0 * model.Hidden / group * hop.SecondsPerByte;
            collectives += (deployment.PipelineParallel - 1) * hop.LatencySeconds;
        }

        var special = model.Attention == AttentionKind.Latent ? model.Layers : model.LinearAttentionLayers;
        var further = (footprint.ExpertLayers * (factors.ExpertLayerOf(deployment.Engine) + (model.SharedExperts > 0 ? factors.SharedExpertLayerSeconds : 0)))
            + (special * factors.LatentLayerSeconds) + (model.SparseTokens > 0 ? model.Layers * factors.IndexerLayerSeconds : 0)
            + (model.WideNorms ? model.Layers * factors.WideNormLayerSeconds : 0) + (model.Layers * Narrowing(model, precision, widened, blocks, factors));
        var later = accelerator.Architecture is "Blackwell" or "Blackwell Ultra" or "Rubin";
        var newer = later ? factors.BlackwellSteps : 1;
        if (model.WideNorms && tensor > 1) collectives += model.Layers * link.LatencySeconds;
        if (later && accelerator.ScaleUpDomain > 2) collectives *= factors.BlackwellLinks;
        var pace = factors.StepsOf(deployment.Engine) * newer;
        // Where no engine is named: as the newest ones do.
        ahead = deployment.ScheduledAhead || deployment.Engine == Engine.Unknown;
        hostSeconds = factors.StepSeconds * pace * (ahead ? factors.AheadSteps : 1);
        requestHost = (ahead ? factors.RequestSeconds : factors.WaitingRequestSeconds) / ranks;
        (hostAlone, requestAlone) = (factors.StepSeconds * pace, factors.WaitingRequestSeconds / ranks);
        fixedSeconds = (model.Layers * factors.LayerSeconds * pace) + (further * newer) + collectives;
        linkSeconds = collectives;
        (this.accelerator, this.factors, capWatts) = (accelerator, factors, deployment.PowerCapWatts);
        Correction = Correction.For(factors.Corrections, model, accelerator, deployment.Engine);
        ColdSeconds = ((model.Layers - special) * factors.ColdLayerSeconds) + (special * factors.LatentColdLayerSeconds);
        promptFixed = ((model.Layers - special) * factors.PromptLayerSeconds) + (special * factors.LatentPromptLayerSeconds)
            + (footprint.ExpertLayers * factors.ExpertPromptLayerSeconds);
        graphTokens = deployment.Engine == Engine.Vllm ? factors.GraphTokens : 0;
    }

    /// <summary>The model.</summary>
    public ModelArchitecture Model { get; }

    /// <summary>The accelerator that it runs on.</summary>
    public Accelerator Accelerator => accelerator;

    /// <summary>Its number format.</summary>
    public Precision Precision { get; }

    /// <summary>Accelerators over which attention is split.</summary>
    public int TensorParallel { get; }

    /// <summary>Ranks of data-parallel attention.</summary>
    public int DataParallel { get; }

    /// <summary>What the model weighs.</summary>
    public Footprint Footprint { get; }

    /// <summary>Peak rate of the replica's accelerators in its number format, FLOP/s.</summary>
    public double PeakFlops { get; }

    /// <summary>Memory bandwidth of the replica's accelerators together, bytes a second.</summary>
    public double Bandwidth { get; }

    /// <summary>Memory that the engine may use, bytes per accelerator.</summary>
    public double UsableBytes { get; }

    /// <summary>Weights, bytes per accelerator.</summary>
    public double WeightBytes { get; }

    /// <summary>Activations and graphs, bytes per accelerator.</summary>
    public double ReservedBytes { get; }

    /// <summary>Cache of one token in one layer, bytes per accelerator.</summary>
    public double CacheBytesPerLayer { get; }

    /// <summary>Further seconds of a replica's first step with prompts, whose kernels are loaded, compiled or chosen then.</summary>
    public double ColdSeconds { get; }

    /// <summary>Room for keys and values, bytes per accelerator; negative where the weights do not fit.</summary>
    public double KvBytes => UsableBytes - WeightBytes - ReservedBytes;

    /// <summary>Tokens whose keys and values fit into the replica, at a context; 0 where the weights leave no room.</summary>
    /// <param name="context">Tokens of a request; matters where layers have a sliding window.</param>
    public double KvTokens(double context) => kvTokens > 0 ? kvTokens
        : Math.Max(0, KvBytes) / Math.Max(1, KvBytesOf(Math.Max(1, context))) * Math.Max(1, context) * DataParallel;

    /// <summary>Bytes that a request keeps in the cache of one accelerator.</summary>
    /// <param name="context">Its tokens so far.</param>
    public double KvBytesOf(double context) => (CacheBytesPerLayer + Footprint.IndexBytes) * Positions(context);

    /// <summary>Measured times of the model's kernels on this accelerator, which then stand for all but the exchange between accelerators; null for none.</summary>
    public KernelProfile? Kernels { get; init; }

    /// <summary>Seconds of one step at full power, before the user's own runs correct it.</summary>
    private double Plain(double prompt, double promptContext, double decodes, double context, double prompts)
    {
        var tokens = prompt + decodes;
        if (Kernels is not null)
        {
            var measured = Kernels.Step(prompt, promptContext, decodes, context, Model.Layers) + (tokens * tokenLink) + linkSeconds;
            // What is decided ahead hides behind steps that only decode, recorded as one graph; those with prompts are put together and launched anew.
            return prompt > 0 || !ahead ? Hosted(measured, decodes) : Math.Max(measured + (decodes * requestHost), hostAlone + (decodes * requestAlone));
        }

        // A prompt lies on one rank of data-parallel attention, and the others wait for the rank that has most.
        var uneven = DataParallel > 1 && prompts > 0 ? Math.Ceiling(prompts / DataParallel) * DataParallel / prompts : 1;
        var (attending, answering) = (prompt * uneven, DataParallel > 1 && decodes > 0 ? Math.Max(decodes, DataParallel) : decodes);
        var matrix = prompt > 0 || decodes >= decoding.Length || decodes != (int)decodes
            ? Matrix(attending + decodes, tokens, decodes + (prompt > 0 ? 1 : 0)) : Decoding((int)decodes);
        var attention = prompt > 0 ? attending * ((promptSeconds * Seen(promptContext)) + (indexPromptSeconds * Positions(promptContext))) : 0;
        if (decodes > 0)
        {
            var each = Math.Max(decodeSeconds, cacheSeconds);
            if (prompt > 0 && together is not null) each = Math.Max(cacheSeconds * together.Reads(answering / DataParallel, context), tileSeconds);
            attention += answering * ((Seen(context) * each) + (Positions(context) * indexCacheSeconds));
        }

        var seconds = matrix + attention + ((attending + decodes) * (tokenLink + activationSeconds)) + (decodes * requestSeconds) + fixedSeconds;
        // Kernels of a step with a prompt are launched one by one: it takes at least as long as their launches.
        return Hosted(prompt > 0 && tokens > graphTokens ? Math.Max(seconds, promptFixed) : seconds, decodes);
    }

    /// <summary>Seconds of a step's matrix products.</summary>
    private double Matrix(double shared, double tokens, double sampled) =>
        Both((shared * tokenSeconds) + (sampled * headSeconds), sharedSeconds) + (experts > 0 ? Experts(tokens) : 0);

    // Steps that only decode are most of all, and their products hang on nothing but the batch. Whoever asks first writes what every other would.
    private double Decoding(int batch)
    {
        if (decoding[batch] is > 0 and var known) return known;
        return decoding[batch] = Matrix(batch, batch, batch);
    }

    /// <summary>
    /// A step with the host's part, which schedules, samples and sends answers: whole where the accelerators wait for it, and what cannot be hidden where the
    /// engine decides on steps ahead, which takes no less than all that the host does.
    /// </summary>
    private double Hosted(double device, double decodes) =>
        Math.Max(device + hostSeconds + (decodes * requestHost), hostAlone + (decodes * requestAlone));

    /// <summary>Bytes that a decoding step moves on all accelerators of the replica.</summary>
    /// <param name="decodes">Requests that get one more token.</param>
    /// <param name="context">Their mean context in tokens.</param>
    public double StepBytes(double decodes, double context) =>
        (Footprint.SharedBytes * DataParallel) + (Footprint.ExpertBytes * experts * Touched(decodes)) + (decodes * KvBytesOf(context) * TensorParallel);

    /// <summary>Useful operations of one request, attention included.</summary>
    /// <param name="input">Prompt tokens.</param>
    /// <param name="output">Output tokens.</param>
    public double RequestFlops(double input, double output) =>
        ((input + output) * Footprint.LayerFlops) + (output * Footprint.HeadFlops)
        + (Footprint.AttentionFlops * ((input * Seen(input / 2)) + (output * Seen(input + (output / 2)))));

    // Of models with experts, 4 bits take in the experts and not attention, so that there is less to narrow.
    private static double Narrowing(ModelArchitecture model, Precision precision, bool widened, bool blocks, EfficiencyFactors factors) => precision switch
    {
        Precision.Bf16 => 0,
        _ when widened => 0,
        Precision.Fp4 when model.Experts > 0 => factors.Narrow4LayerSeconds,
        Precision.Fp8 when blocks => factors.BlockNarrowLayerSeconds,
        _ => factors.NarrowLayerSeconds,
    };

    /// <summary>Seconds of work and traffic that overlap but for the ridge between them, where neither is at its best: (aᵖ + bᵖ)^(1/p).</summary>
    private double Both(double a, double b)
    {
        var (most, least) = a > b ? (a, b) : (b, a);
        return most > 0 ? most * Math.Pow(1 + Math.Pow(least / most, ridge), 1 / ridge) : 0;
    }

    /// <summary>Products of the routed experts: each touched expert works on whole tiles of tokens and reads its weights once.</summary>
    private double Experts(double tokens)
    {
        var touched = experts * Touched(tokens);
        var each = tokens * Model.ExpertsPerToken / Math.Max(touched, 1e-9);
        var rows = Math.Max(tile, each + (tile / 2));
        // A group with few rows per expert works in small tiles, which fill the multipliers badly.
        var full = Math.Min(1, Math.Pow(rows / EfficiencyFactors.FullExpert, fill));
        // Where whole experts are dealt out, the accelerator on which most of them are touched reads longest: a binomial count's largest of so many.
        var share = touched / experts;
        var most = share * (1 + (spread * (1 - share)));
        return Both(touched * rows / full * assignmentSeconds, expertSeconds * most);
    }

    /// <summary>What rated power leaves of a peak rate: small cards and old ones cannot keep their clocks under matrix products.</summary>
    private static double Sustained(Accelerator accelerator, double peak, Precision precision, bool widened, EfficiencyFactors factors)
    {
        if (accelerator.ThermalDesignPower is not { } rated || !accelerator.Vendor.Equals("NVIDIA", StringComparison.OrdinalIgnoreCase)) return 1;
        if (accelerator.Architecture is "Hopper" || (accelerator.ScaleUpDomain > 2 && accelerator.Architecture is not ("Ampere" or "Volta" or "Turing"))) return 1;
        var narrow = widened || precision == Precision.Bf16 ? 1 : precision == Precision.Fp4 ? 4 : 2;
        return Math.Min(1, rated.Watts * factors.SustainedFlopsPerWatt * narrow / (peak * factors.Matrix16));
    }

    /// <summary>Positions that attention works on, summed over the layers: where it is sparse, at most as many as its indexer picks.</summary>
    private double Seen(double context) => Positions(chosen > 0 ? Math.Min(context, chosen) : context);

    /// <summary>Positions kept, summed over the layers.</summary>
    private double Positions(double context) => (fullLayers * context) + (windowLayers * Math.Min(context, window));

    /// <summary>Expected share of the experts that a batch touches when each token draws its own: 1 − (1 − k/E)^m, with m tokens that count as independent.</summary>
    private double Touched(double tokens) =>
        experts > 0 ? 1 - Math.Exp((tokens > 1 ? Math.Pow(tokens, independence) : tokens) * expertsUntouched) : 0;
}
