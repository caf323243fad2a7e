using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Performance;

/// <summary>The fastest layout of a training gang, over a small grid, or why none fits.</summary>
internal readonly struct TrainingSearch(TrainingQuestion question, EfficiencyFactors factors)
{
    // Below so many tokens an accelerator's share of a sequence is too little for its products, and nobody splits one so far.
    private const int MostStages = 64, LeastPart = 2048;

    public Outcome<TrainingEstimate> Best()
    {
        if (Impossible() is { } reason) return Outcome<TrainingEstimate>.Refused(reason);
        var accelerator = question.Accelerator;
        var gang = question.AcceleratorCount * (double)question.Instances;
        var limit = accelerator.Memory.Bytes * factors.Training.MemoryShare;
        TrainingStep? best = null;
        TrainingLayout bestLayout = default;
        var (bestPrecision, bestRate, least) = (Precision.Bf16, 0.0, double.PositiveInfinity);
        var supported = false;
        foreach (var precision in question.Precisions)
        {
            if (precision is Precision.Int4 or Precision.Int8 || Footprint.TrainingFlops(accelerator, precision) is not > 0) continue;
            supported = true;
            var step = new TrainingStep(
                question.Model, precision, accelerator, question.AcceleratorCount, question.Fabric?.BytesPerSecond ?? 0, question.SequenceLength, factors, question.Frozen);
            var (layout, rate, memory) = Fastest(step, gang, limit, Math.Max(1, BatchTokens(gang) / question.SequenceLength));
            least = Math.Min(least, memory);
            if (rate > bestRate * (1 + 1e-9) || (rate >= bestRate * (1 - 1e-9) && rate > 0 && precision < bestPrecision))
                (best, bestLayout, bestPrecision, bestRate) = (step, layout, precision, rate);
        }

        if (best is null) return Outcome<TrainingEstimate>.Refused(Why(supported, least, limit));
        var useful = best.FlopsPerToken * bestRate / gang / best.Peak;
        var watts = PowerDraw.Watts(accelerator, Math.Min(1, useful / factors.Power.ArithmeticKnee) * factors.Power.TrafficWhenComputing, useful, factors.Power);
        return new TrainingEstimate
        {
            Precision = bestPrecision,
            TensorParallel = bestLayout.TensorParallel,
            PipelineParallel = bestLayout.PipelineParallel,
            DataParallel = bestLayout.DataParallel,
            ContextParallel = bestLayout.Parts,
            TokensPerSecond = PerformanceModel.Predicted(
                bestRate, factors, TrainingCorrection.For(factors.TrainingCorrections, question.Model, accelerator) is not null),
            Mfu = PerformanceModel.PredictedShare(useful, factors),
            Memory = new(best.MemoryBytes(bestLayout)),
            PowerWatts = watts is { } each ? PerformanceModel.Predicted(each * gang, factors) : null,
        };
    }

    /// <summary>The fastest division for a global batch of one's own, and its tokens a second; null where none fits.</summary>
    internal (TrainingLayout? Layout, double TokensPerSecond) BestLayout(Precision precision, double sequences)
    {
        var accelerator = question.Accelerator;
        var step = new TrainingStep(
            question.Model, precision, accelerator, question.AcceleratorCount, question.Fabric?.BytesPerSecond ?? 0, question.SequenceLength, factors, question.Frozen);
        var (layout, rate, _) = Fastest(
            step, question.AcceleratorCount * (double)question.Instances, accelerator.Memory.Bytes * factors.Training.MemoryShare, sequences);
        return rate > 0 ? (layout, rate) : (null, 0);
    }

    private string? Impossible()
    {
        if (question.Precisions.IsDefaultOrEmpty) return "no number format is allowed";
        if (question.AcceleratorCount < 1 || question.Instances < 1) return "a gang without accelerators trains nothing";
        if (question.SequenceLength < 1) return "a sequence has at least one token";
        return question.Instances > 1 && question.Fabric is not { BytesPerSecond: > 0 } ? "multi-node gangs need known fabric" : null;
    }

    /// <summary>Tokens of the global batch: fixed for small gangs, growing with large ones.</summary>
    private double BatchTokens(double gang) =>
        Math.Min(factors.Training.MaxBatchTokens, factors.Training.BatchTokens * Math.Max(1, gang / 1024));

    private (TrainingLayout Layout, double TokensPerSecond, double LeastMemory) Fastest(TrainingStep step, double gang, double limit, double sequences)
    {
        var (best, bestRate, least) = (default(TrainingLayout), 0.0, double.PositiveInfinity);
        for (var tensor = 1; tensor <= question.AcceleratorCount; tensor *= 2)
        {
            if (question.AcceleratorCount % tensor != 0 || question.Model.Heads % tensor != 0) continue;
            for (var stages = 1; stages <= Math.Min(MostStages, question.Model.Layers); stages *= 2)
            {
                // A sequence is split only where one at a time is too much: two parts of one are as many tokens as one of two, with a ring on top.
                for (var parts = 1; parts * LeastPart <= Math.Max(LeastPart, question.SequenceLength); parts *= 2)
                {
                    var copies = gang / (tensor * stages * (double)parts);
                    if (copies < 1 || copies != Math.Floor(copies) || copies > sequences) continue;
                    for (var micro = 1; micro <= (parts > 1 ? 1 : 8) && micro * copies <= sequences; micro *= 2)
                    {
                        for (var kind = 0; kind < 4; kind++)
                        {
                            var layout = new TrainingLayout(tensor, stages, (int)copies, micro, kind % 2 == 1, kind >= 2)
                            {
                                ContextParallel = parts,
                                // Whole experts are dealt out over as many of an instance as there are.
                                ExpertParallel = question.Model.Experts > 0 ? (int)Math.Min(copies * parts * tensor, question.AcceleratorCount) : 0,
                            };
                            if (layout.Sharded && (stages > 1 || copies * parts <= 1)) continue;
                            var memory = step.MemoryBytes(layout);
                            least = Math.Min(least, memory);
                            if (memory > limit) continue;
                            var rate = sequences * question.SequenceLength / step.Seconds(layout, sequences);
                            if (rate > bestRate * (1 + 1e-9)) (best, bestRate) = (layout, rate);
                        }
                    }
                }
            }
        }

        return (best, bestRate, least);
    }

    private string Why(bool supported, double least, double limit)
    {
        var culture = CultureInfo.InvariantCulture;
        var formats = string.Join(", ", question.Precisions.Select(PerformanceModel.NameOf));
        if (!supported) return $"{question.Accelerator.Name} cannot train in {formats}";
        var gang = string.Create(culture, $"{question.Instances * (long)question.AcceleratorCount:#,##0} x {question.Accelerator.Name}");
        return double.IsInfinity(least)
            ? $"no division of {question.Model.Name} over {gang} keeps every copy busy with a sequence of {question.SequenceLength} tokens"
            : string.Create(culture, $"training {question.Model.Name} needs {least / DataSize.BytesPerGiB:0.0} GiB per accelerator over {gang}; each has {question.Accelerator.Memory.GiB:0.#} GiB ({limit / DataSize.BytesPerGiB:0.0} usable)");
    }
}
