using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>How a training job is divided over accelerators.</summary>
/// <param name="TensorParallel">Accelerators over which a layer is split, inside one instance.</param>
/// <param name="PipelineParallel">Stages into which the layers are split.</param>
/// <param name="DataParallel">Copies that train on different data.</param>
/// <param name="MicroBatch">Sequences that a copy works on at a time.</param>
/// <param name="Sharded">Whether weights and gradients are sharded over the copies too (ZeRO-3, FSDP), not the optimizer alone (ZeRO-1).</param>
/// <param name="Recompute">Whether all activations are computed a second time, not those of attention alone.</param>
public readonly record struct TrainingLayout(
    int TensorParallel, int PipelineParallel, int DataParallel, int MicroBatch, bool Sharded, bool Recompute)
{
    /// <summary>Accelerators over which a sequence is split; 0 and 1 mean that it is not.</summary>
    public int ContextParallel { get; init; }

    /// <summary>Accelerators among which whole experts are dealt out; 0 and 1 mean that each holds all.</summary>
    public int ExpertParallel { get; init; }

    /// <summary>Accelerators over which a sequence is split; at least 1.</summary>
    internal int Parts => Math.Max(1, ContextParallel);
}

/// <summary>What a training layout takes: seconds of a step and memory, in closed form.</summary>
public sealed class TrainingStep
{
    private readonly ModelArchitecture model;
    private readonly EfficiencyFactors factors;
    private readonly double layerFlops, attentionFlops, flopsPerSecond, attentionPerSecond, fabric, correction, expertParameters, activationSeconds;
    private readonly int expertLayers;
    private readonly Accelerator accelerator;
    private readonly int perInstance, sequence;
    private readonly bool frozen;
    private readonly double keptBytes, heldBytes;

    /// <summary>Prepares a model and precision on instances.</summary>
    /// <param name="model">The model.</param>
    /// <param name="precision">16, 8 or 4-bit floating point that the accelerator can run.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="perInstance">Accelerators of an instance.</param>
    /// <param name="fabricBytesPerSecond">Bandwidth between instances, per instance and direction; 0 for none.</param>
    /// <param name="sequence">Tokens in a sequence.</param>
    /// <param name="factors">The efficiency reached.</param>
    /// <param name="frozen">Whether the model's own weights stay as they are and only small adapters are trained (LoRA, arXiv 2106.09685).</param>
    /// <param name="eager">Whether layers run as PyTorch has them, step by step and with FlashAttention 2, which was made for Ampere, on later accelerators too.</param>
    /// <exception cref="ArgumentException">The accelerator has no rate for the format.</exception>
    public TrainingStep(
        ModelArchitecture model, Precision precision, Accelerator accelerator, int perInstance, double fabricBytesPerSecond, int sequence, EfficiencyFactors factors,
        bool frozen = false, bool eager = false)
    {
        this.frozen = frozen;
        // Of 34 bytes kept (arXiv 2205.05198) 14 are what products take in, which narrow formats keep in 8 bits: of queries, keys and values, of their result, of both of the feed-forward part.
        (keptBytes, heldBytes) = precision is Precision.Fp8 or Precision.Fp4 ? (27, 4) : (34, 6);
        (this.model, this.factors, this.accelerator, this.perInstance, this.sequence) = (model, factors, accelerator, perInstance, sequence);
        var training = factors.Training;
        Peak = Footprint.TrainingFlops(accelerator, precision)
            ?? throw new ArgumentException($"{accelerator.Name} has no known rate in {precision}.", nameof(precision));
        var footprint = Footprint.Of(model, Precision.Bf16);
        expertLayers = footprint.ExpertLayers;
        expertParameters = footprint.ExpertBytes * model.Experts / 2;
        // Three times the forward pass: once forward, twice backward (Kaplan et al., arXiv 2001.08361).
        // Frozen weights need no gradients of their own, only those that pass through them.
        layerFlops = (frozen ? 2 : 3) * (footprint.LayerFlops + footprint.HeadFlops);
        attentionFlops = 3 * footprint.AttentionFlops
            * ((footprint.FullLayers * sequence / 2.0) + (footprint.WindowLayers * Math.Min(sequence / 2.0, model.SlidingWindow)));
        var maker = accelerator.Vendor.Equals("NVIDIA", StringComparison.OrdinalIgnoreCase) ? 1 : factors.OtherVendors;
        var share = Generation(accelerator, training) * maker
            * (model.Experts > 0 ? training.Experts : 1)
            * precision switch { Precision.Fp8 => training.Fp8, Precision.Fp4 => training.Fp4, _ => 1 };
        flopsPerSecond = Peak * share;
        // What lies between the products passes through memory, however fast they are.
        var memory = accelerator.MemoryBandwidth.BytesPerSecond * factors.WeightBandwidth * (maker < 1 ? factors.OtherVendorsBandwidth : 1);
        activationSeconds = (eager ? training.EagerPasses : training.Passes) * 2 * ((model.Layers * ((5.0 * model.Hidden) + (3.0 * footprint.GateWidth)))
            + (footprint.ExpertLayers * 2.0 * model.ExpertsPerToken * model.ExpertWidth)) / memory;
        attentionPerSecond = 1e12 * (accelerator.Tflops16 ?? Peak / 1e12) * maker
            * (Generation(accelerator, training) == training.MatrixAmpere ? training.Attention : eager ? training.Attention * training.EarlierAttention : training.AttentionHopper);
        correction = TrainingCorrection.For(factors.TrainingCorrections, model, accelerator)?.Time ?? 1;
        fabric = fabricBytesPerSecond * training.FabricBandwidth;
    }

    /// <summary>Peak rate of one accelerator in the number format, FLOP/s.</summary>
    public double Peak { get; }

    /// <summary>Operations that one token is worth: 6 per active parameter, and attention over the causal half of the sequence.</summary>
    public double FlopsPerToken => layerFlops + attentionFlops;

    /// <summary>Seconds of one step over a global batch.</summary>
    /// <param name="layout">The division.</param>
    /// <param name="sequences">Sequences of the global batch.</param>
    public double Seconds(in TrainingLayout layout, double sequences)
    {
        var split = layout.TensorParallel * (double)layout.PipelineParallel;
        var micro = Math.Max(1, sequences / (layout.DataParallel * (double)layout.MicroBatch));
        var tokens = layout.MicroBatch * (double)sequence / layout.Parts;
        var again = layout.Recompute ? 4.0 / 3 : 1;
        var compute = tokens / split * ((layerFlops * again / flopsPerSecond) + (activationSeconds * again) + (attentionFlops * 4.0 / 3 / attentionPerSecond));
        // Every expert that an accelerator holds is a set of kernels of its own, with its own starts and ends.
        compute += expertLayers / (double)layout.PipelineParallel * Math.Max(1, model.Experts / (double)Math.Max(1, layout.ExpertParallel)) * factors.Training.ExpertSeconds;
        // Layers with experts are many small kernels: with few tokens the host, which launches them, is what takes the time.
        compute = Math.Max(compute, expertLayers / (double)layout.PipelineParallel * factors.Training.ExpertLayerSeconds) + Dealing(layout, tokens * again);
        // Four all-reduces a layer (two forward, two backward), as reduce-scatter and all-gather with sequence parallelism (arXiv 2205.05198).
        var link = Collective.Between(accelerator, layout.TensorParallel, factors);
        var layers = model.Layers / (double)layout.PipelineParallel;
        var tensor = 4 * again * layers * (link.LatencySeconds + (link.SecondsPerByte * tokens * 2 * model.Hidden * (1 - factors.Training.TensorOverlap)));
        // Keys and values of the other parts of a sequence come round a ring, once forward and twice backward, mostly behind attention (arXiv 2310.01889).
        // Where the parts of a sequence lie on several instances, it goes over the fabric.
        var ring = layout.Parts == 1 ? 0 : 3 * layers * tokens * (layout.Parts - 1) * 4.0 * model.KvHeads * model.HeadDim / layout.TensorParallel
            * (layout.TensorParallel * layout.Parts > perInstance && fabric > 0 ? perInstance / fabric
                : Collective.Between(accelerator, layout.TensorParallel * layout.Parts, factors).SecondsPerByte / 2);
        // Between stages goes each token's share of the residual stream, at every virtual stage there and back.
        var hops = layout.PipelineParallel == 1 || fabric <= 0 ? 0 : 2 * Virtual(layout) * tokens * 2 * model.Hidden / layout.TensorParallel * perInstance / fabric;
        var bubble = (layout.PipelineParallel - 1) / (micro * Virtual(layout));
        var work = micro * (compute + tensor + ((ring + hops) * (1 - factors.Training.Overlap))) * (1 + bubble);

        // Gradients are reduced and weights gathered once a step; fully sharded weights are gathered for each micro-batch, twice.
        var exchange = DataSeconds(layout, (layout.Sharded && layout.PipelineParallel == 1 ? 2 * micro : frozen ? 0 : 1) + (frozen ? 0 : 2));
        var hidden = Math.Min(exchange * factors.Training.Overlap, work * factors.Training.Overlap);
        return (work + exchange - hidden) * correction;
    }

    /// <summary>Bytes needed on one accelerator.</summary>
    /// <param name="layout">The division.</param>
    public double MemoryBytes(in TrainingLayout layout)
    {
        // 2 weights, 4 gradients (2 with narrow formats, as Megatron-Bridge's recipes have it), 12 master weights and moments (Rajbhandari et al., ZeRO, arXiv 1910.02054).
        var own = (((model.Parameters - expertParameters) / layout.TensorParallel) + (expertParameters / Math.Max(layout.TensorParallel, layout.ExpertParallel))) / layout.PipelineParallel;
        var copies = layout.DataParallel * (double)layout.Parts;
        var state = frozen ? 2 * own / (layout.Sharded ? copies : 1)
            : layout.Sharded
            ? ((12 + heldBytes) * own / copies) + (2 * 2 * 2 * own * layout.PipelineParallel / model.Layers)
            : own * (heldBytes + (12.0 / copies));
        // What is kept per token, width and layer with selective recomputation, 2 bytes where a layer is recomputed whole (Korthikanti et al., arXiv
        // 2205.05198). The first stage holds as many micro-batches as there are stages, interleaving adds its share.
        var tokens = layout.MicroBatch * (double)sequence * model.Hidden / layout.TensorParallel / layout.Parts;
        var held = layout.PipelineParallel > 1 ? 1 + ((layout.PipelineParallel - 1) / (layout.PipelineParallel * Virtual(layout))) : 1;
        var activations = layout.Recompute ? tokens * ((2 * model.Layers * held) + keptBytes) : tokens * keptBytes * model.Layers * held;
        // Scores of the vocabulary, in 16 bits and again in 32 for the loss.
        var scores = layout.MicroBatch * (double)sequence * model.Vocabulary * 6 / layout.TensorParallel / layout.Parts;
        return state + activations + scores + factors.ReservedBytes;
    }

    /// <summary>
    /// Seconds in which tokens go to experts of other instances and come back, forward and backward, in 16 bits: once for each instance that has one of a token's
    /// experts. What stays inside an instance is in the share of <see cref="TrainingFactors.Experts"/>.
    /// </summary>
    private double Dealing(in TrainingLayout layout, double tokens)
    {
        var instances = layout.ExpertParallel / (double)perInstance;
        if (expertLayers == 0 || instances <= 1 || !(fabric > 0)) return 0;
        var elsewhere = (instances - 1) * (1 - Math.Pow(1 - (1 / instances), model.ExpertsPerToken));
        return (1 - factors.Training.Overlap) * 4 * expertLayers / (double)layout.PipelineParallel * tokens / layout.TensorParallel * elsewhere * 2 * model.ExpertWidth / (fabric / perInstance);
    }

    /// <summary>Seconds to exchange a copy's parameters a number of times, 2 bytes each: over the link inside an instance and the fabric between them.</summary>
    private double DataSeconds(in TrainingLayout layout, double times)
    {
        var copies = layout.DataParallel * layout.Parts;
        if (copies <= 1) return 0;
        // Experts that are dealt out are on fewer copies, each with its share of them.
        var own = ((model.Parameters - expertParameters) / layout.TensorParallel) + (expertParameters / Math.Max(layout.TensorParallel, layout.ExpertParallel));
        var bytes = times * 2 * own / layout.PipelineParallel;
        var inside = Math.Max(1, perInstance / layout.TensorParallel);
        var local = Math.Min(inside, copies);
        var link = Collective.Between(accelerator, Math.Max(2, perInstance), factors);
        var seconds = local > 1 ? bytes * link.SecondsPerByte / 2 : 0;
        if (copies > local && fabric > 0)
        {
            // All accelerators of an instance share its fabric; copies inside it are reduced before they leave it.
            seconds += bytes * layout.TensorParallel * Math.Max(1, inside / local) / fabric;
        }

        return seconds;
    }

    // A virtual stage of fewer than two layers sends more than it gains.
    private double Virtual(in TrainingLayout layout) => Math.Clamp(model.Layers / (2.0 * layout.PipelineParallel), 1, factors.Training.Interleave);

    private static double Generation(Accelerator accelerator, TrainingFactors training) => accelerator.Architecture switch
    {
        "Ampere" or "Volta" or "Turing" or "Pascal" or "Kepler" => training.MatrixAmpere,
        "Blackwell" => training.MatrixBlackwell,
        "Blackwell Ultra" or "Rubin" => Math.Min(0.86, training.MatrixBlackwell * training.BlackwellUltra),
        _ => training.MatrixHopper,
    };
}
