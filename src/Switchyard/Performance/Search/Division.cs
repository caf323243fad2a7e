using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Performance.Search;

/// <summary>A way to divide one replica that fits, with its step times.</summary>
/// <param name="Deployment">The division.</param>
/// <param name="Replica">Its step times.</param>
/// <param name="Memory">Its memory.</param>
internal sealed record Division(Deployment Deployment, Replica Replica, MemoryUse Memory)
{
    /// <summary>Accelerators of the replica.</summary>
    public int Accelerators => Deployment.Accelerators;

    /// <summary>Batches that run at a time.</summary>
    public int Engines => Deployment.PipelineParallel;
}

/// <summary>All ways to divide a replica over the accelerators there are, and those that are ruled out, each with its reason.</summary>
internal static class Divisions
{
    // More sequences than any engine's default allows: what the promise and the cache leave is the limit.
    public const int MostSequences = 1024;

    public static ImmutableArray<Division> Of(LayoutQuestion question, EfficiencyFactors factors, List<RuledOut> ruledOut)
    {
        var found = ImmutableArray.CreateBuilder<Division>();
        var (model, accelerator) = (question.Model, question.Accelerator);
        var domain = Math.Max(8, accelerator.ScaleUpDomain);
        foreach (var precision in question.Precisions.Distinct())
        {
            if (Footprint.PeakFlops(accelerator, precision, model.NativePrecision) is not > 0)
            {
                ruledOut.Add(new(precision, "", $"{accelerator.Name} has no known rate in {PerformanceModel.NameOf(precision)}", null));
                continue;
            }

            foreach (var tensor in Splits(Math.Min(domain, question.Accelerators)))
            {
                foreach (var ranks in model.Experts > 0 ? Splits(Math.Min(domain, question.Accelerators) / tensor) : [1])
                {
                    foreach (var stages in Splits(Math.Min(8, question.Accelerators / (tensor * ranks))))
                    {
                        var deployment = new Deployment
                        {
                            Precision = precision, TensorParallel = tensor, DataParallel = ranks, ExpertParallel = ranks, PipelineParallel = stages,
                            Engine = question.Engine, ScheduledAhead = question.Engine != Engine.Unknown, PowerCapWatts = question.PowerCapWatts,
                        };
                        if (Try(question, deployment, factors, ruledOut) is { } division) found.Add(division);
                    }
                }
            }
        }

        return found.ToImmutable();
    }

    private static Division? Try(LayoutQuestion question, Deployment deployment, EfficiencyFactors factors, List<RuledOut> ruledOut)
    {
        void Out(string reason, MemoryUse? memory = null) => ruledOut.Add(new(deployment.Precision, deployment.Division, reason, memory));
        if (deployment.Impossible(question.Model) is { } reason)
        {
            Out(reason);
            return null;
        }

        var replica = new Replica(question.Model, deployment, question.Accelerator, factors);
        var longest = question.Input.P95 + question.Output.P95;
        var memory = new MemoryUse(
            replica.WeightBytes, replica.ReservedBytes, replica.KvBytesOf(longest) / deployment.PipelineParallel, replica.UsableBytes, question.Accelerator.Memory.Bytes);
        // Each of the batches of a pipeline must hold a request.
        if (memory.Room >= memory.Request * deployment.PipelineParallel) return new(deployment, replica, memory);
        Out(Arithmetic(question, deployment, memory), memory);
        return null;
    }

    private static string Arithmetic(LayoutQuestion question, Deployment deployment, MemoryUse memory)
    {
        static string GiB(double bytes) => (bytes / DataSize.BytesPerGiB).ToString("0.0", CultureInfo.InvariantCulture);
        var needed = memory.Weights + memory.Activations + (memory.Request * deployment.PipelineParallel);
        return string.Create(CultureInfo.InvariantCulture,
            $"each of {deployment.Accelerators} x {question.Accelerator.Name} needs weights {GiB(memory.Weights)} + activations {GiB(memory.Activations)} + keys and values of {(deployment.PipelineParallel > 1 ? $"{deployment.PipelineParallel} requests" : "one request")} {GiB(memory.Request * deployment.PipelineParallel)} = {GiB(needed)} GiB; {GiB(memory.Usable)} of {GiB(memory.Total)} are usable");
    }

    /// <summary>1, 2, 4, ... up to a number, and the number itself up to 8 (an instance with six accelerators is divided by six).</summary>
    private static IEnumerable<int> Splits(int most)
    {
        for (var split = 1; split <= most; split *= 2) yield return split;
        if (most is > 2 and <= 8 && (most & (most - 1)) != 0) yield return most;
    }
}
