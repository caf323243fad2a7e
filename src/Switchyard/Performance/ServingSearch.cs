using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Performance;

/// <summary>The best way for one instance to serve, over number formats and tensor parallelism, or the most telling reason why there is none.</summary>
internal readonly struct ServingSearch
{
    private readonly ServingQuestion question;
    private readonly EfficiencyFactors factors;
    private readonly Traffic traffic;

    public ServingSearch(ServingQuestion question, EfficiencyFactors factors)
    {
        (this.question, this.factors) = (question, factors);
        traffic = new(question.Input, question.Output);
    }

    public Outcome<ServingEstimate> Best()
    {
        if (Impossible() is { } reason) return Outcome<ServingEstimate>.Refused(reason);
        var count = question.AcceleratorCount;
        Replica? best = null;
        Capacity bestCapacity = default;
        var bestRate = 0.0;
        (Shortfall Kind, Precision Precision, int Split) failed = default;
        for (var split = 1; split <= count; split++)
        {
            if (count % split != 0) continue;
            foreach (var precision in question.Precisions)
            {
                var kind = Try(precision, split, out var replica, out var capacity);
                if (kind != Shortfall.None)
                {
                    // The failure that came furthest tells most; among equals the one with most accelerators.
                    if (kind >= failed.Kind) failed = (kind, precision, split);
                    continue;
                }

                var rate = capacity.Balance.Rate * (count / split);
                var tied = best is not null && rate >= bestRate * (1 - 1e-9);
                if (rate > bestRate * (1 + 1e-9) || (tied && split == best!.TensorParallel && precision < best.Precision))
                    (best, bestCapacity, bestRate) = (replica, capacity, rate);
            }
        }

        return best is null ? Outcome<ServingEstimate>.Refused(Why(failed.Kind, failed.Precision, failed.Split)) : Estimate(best, bestCapacity);
    }

    private string? Impossible()
    {
        if (question.Precisions.IsDefaultOrEmpty) return "no number format is allowed";
        if (question.AcceleratorCount < 1) return "an instance without accelerators serves nothing";
        if (!(traffic.InputMean > 0) || !double.IsFinite(traffic.InputSquare) || !double.IsFinite(traffic.OutputMean))
            return "prompt and answer lengths must be positive and finite";
        if (!(question.Accelerator.Memory.Bytes > 0) || !(question.Accelerator.MemoryBandwidth.BytesPerSecond > 0))
            return $"memory or bandwidth of {question.Accelerator.Name} is unknown";
        var longest = Math.Max(question.Input.P95 + question.Output.P50, question.Input.P50 + question.Output.P95);
        return longest > question.Model.Context
            ? string.Create(CultureInfo.InvariantCulture, $"requests of {longest:#,##0} tokens exceed the context of {question.Model.Name}, {question.Model.Context:#,##0} tokens")
            : null;
    }

    private Shortfall Try(Precision precision, int split, out Replica? replica, out Capacity capacity)
    {
        (replica, capacity) = (null, default);
        var model = question.Model;
        if (Footprint.PeakFlops(question.Accelerator, precision, model.NativePrecision) is not > 0) return Shortfall.Unsupported;
        var divides = model.Heads % split == 0
            && (model.Attention == AttentionKind.Latent || (model.KvHeads >= split ? model.KvHeads % split == 0 : split % model.KvHeads == 0));
        if (!divides) return Shortfall.Heads;
        replica = new Replica(model, precision, question.Accelerator, split, factors);
        capacity = new ServingCapacity(replica, traffic, question.ServiceLevel, question.NetworkRoundTrip.TotalSeconds, factors).Find();
        return capacity.Shortfall;
    }

    private ServingEstimate Estimate(Replica replica, in Capacity capacity)
    {
        var balance = capacity.Balance;
        var replicas = question.AcceleratorCount / replica.TensorParallel;
        var mfu = Math.Min(1, balance.Rate * replica.RequestFlops(traffic.InputMean, traffic.OutputMean) / replica.PeakFlops);
        var moved = balance.StepSeconds > 0
            ? replica.StepBytes(balance.Batch, traffic.Context) / (balance.StepSeconds * replica.Bandwidth)
            : balance.Utilisation * factors.Power.TrafficWhenComputing;
        var watts = PowerDraw.Watts(question.Accelerator, moved, mfu, factors.Power);
        var stay = capacity.TtftSeconds - question.NetworkRoundTrip.TotalSeconds;
        return new()
        {
            Precision = replica.Precision,
            TensorParallel = replica.TensorParallel,
            Replicas = replicas,
            RequestsPerSecond = PerformanceModel.Predicted(balance.Rate, factors, replica.IsCalibrated),
            TtftSeconds = PerformanceModel.Predicted(capacity.TtftSeconds, factors, replica.IsCalibrated),
            TpotSeconds = PerformanceModel.Predicted(capacity.TpotSeconds, factors, replica.IsCalibrated),
            Concurrency = balance.Batch > 0 ? balance.Batch : balance.Rate * stay,
            Weights = new(replica.WeightBytes),
            KvRoom = new(replica.KvBytes),
            KvTokens = replica.KvBytes / Math.Max(1, replica.KvBytesOf(traffic.Context)) * traffic.Context,
            Mfu = PerformanceModel.PredictedShare(mfu, factors),
            PowerWatts = watts is { } each ? PerformanceModel.Predicted(each * question.AcceleratorCount, factors) : null,
        };
    }

    private string Why(Shortfall kind, Precision precision, int split)
    {
        var (model, accelerator, culture) = (question.Model, question.Accelerator, CultureInfo.InvariantCulture);
        var subject = $"{model.Name} in {PerformanceModel.NameOf(precision)}";
        if (kind == Shortfall.Unsupported) return $"{accelerator.Name} has no known rate in {string.Join(" or ", question.Precisions.Select(PerformanceModel.NameOf))}";
        if (kind == Shortfall.Heads) return string.Create(culture, $"heads {model.Heads} and key-value heads {model.KvHeads} of {model.Name} are not divisible among {split} accelerators");
        var footprint = Footprint.Of(model, precision);
        var group = string.Create(culture, $"{split} x {accelerator.Name}");
        var memory = accelerator.Memory.GiB * split;
        var usable = memory * factors.MemoryShare;
        var weights = footprint.WeightBytes / DataSize.BytesPerGiB;
        if (kind == Shortfall.Memory)
        {
            return string.Create(culture, $"{subject} needs {weights:0.0} GiB of weights{(weights < usable ? string.Create(culture, $" and {factors.ReservedBytes * split / DataSize.BytesPerGiB:0.0} GiB for activations") : "")}; {group} has {memory:0.#} GiB ({usable:0.0} usable)");
        }

        var replica = new Replica(model, precision, accelerator, split, factors);
        if (kind == Shortfall.Cache)
        {
            var longest = question.Input.P95 + question.Output.P95;
            return string.Create(culture, $"{subject} on {group} leaves {replica.KvBytes * split / DataSize.BytesPerGiB:0.0} GiB for keys and values; one request of {longest:#,##0} tokens takes {replica.KvBytesOf(longest) * split / DataSize.BytesPerGiB:0.0} GiB");
        }

        var level = question.ServiceLevel;
        var capacity = new ServingCapacity(replica, traffic, level, question.NetworkRoundTrip.TotalSeconds, factors).Find();
        if (kind == Shortfall.Tpot)
            return string.Create(culture, $"TPOT: {subject} on {group} takes {capacity.TpotSeconds * 1000:#,##0.0} ms per token even when idle, over {level.Tpot}");
        if (kind == Shortfall.EndToEnd)
            return string.Create(culture, $"end to end: {subject} on {group} takes {capacity.EndToEndSeconds:#,##0.0} s even when idle, over {level.EndToEnd}");
        if (level.Ttft is null) return $"{subject} on {group} is kept busy by prompts alone";
        var input = question.Input.AtScore(NormalScore.Of(level.Ttft.Value.Percentile));
        var network = question.NetworkRoundTrip.TotalMilliseconds;
        var alone = replica.Step(input, input / 2, 0, 0) * 1000;
        return alone > level.Ttft.Value.Limit.TotalMilliseconds
            ? string.Create(culture, $"TTFT: the prefill of a {input:#,##0}-token prompt alone takes {alone:#,##0} ms with {subject} on {group}, over {level.Ttft}")
            : string.Create(culture, $"TTFT: {capacity.TtftSeconds * 1000:#,##0} ms with {subject} on idle {group} ({network:0} ms of network, {alone:#,##0} ms prefill of a {input:#,##0}-token prompt), over {level.Ttft}");
    }
}
