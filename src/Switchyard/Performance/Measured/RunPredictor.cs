using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Simulate;
using Switchyard.Units;

namespace Switchyard.Performance.Measured;

/// <summary>Predicts what a measured run measured, or says why not. The run's numbers play no part.</summary>
/// <param name="factors">The efficiency reached.</param>
/// <param name="quick">Whether replicas that prefill and decode apart are predicted in closed form, as fits do, and not simulated.</param>
public sealed class RunPredictor(EfficiencyFactors factors, bool quick = false)
{
    private const int MostRequests = 20_000;
    private const ulong Seed = 20261122;

    /// <summary>What was predicted, by metric.</summary>
    public sealed record Predicted
    {
        /// <summary>Time to first token, where it was predicted.</summary>
        public Distribution? Ttft { get; init; }

        /// <summary>Time per output token.</summary>
        public Distribution? Tpot { get; init; }

        /// <summary>Time between tokens.</summary>
        public Distribution? Itl { get; init; }

        /// <summary>Time to the last token.</summary>
        public Distribution? EndToEnd { get; init; }

        /// <summary>Tokens a second and accelerator: of output, or trained.</summary>
        public double? Rate { get; init; }

        /// <summary>A prediction; null where the metric was not predicted.</summary>
        /// <param name="metric">The metric.</param>
        public double? Of(Metric metric) => metric.Quantity switch
        {
            Quantity.Ttft => Ttft?.At(metric.Statistic),
            Quantity.Tpot => Tpot?.At(metric.Statistic),
            Quantity.Itl => Itl?.At(metric.Statistic),
            Quantity.EndToEnd => EndToEnd?.At(metric.Statistic),
            _ => Rate,
        };
    }

    /// <summary>The prediction of a run.</summary>
    /// <param name="run">The run.</param>
    public Outcome<Predicted> Predict(MeasuredRun run)
    {
        if (run.Model is not { } model) return Refused($"unknown model {run.ModelName}");
        if (run.Accelerator is not { } accelerator) return Refused($"unknown accelerator {run.System}");
        if (run.Incomplete is { } incomplete) return Refused(incomplete);
        return run switch
        {
            ServingRun serving => Serve(serving, model, accelerator),
            TrainingRun training => Train(training, model, accelerator),
            _ => Refused("neither serving nor training"),
        };
    }

    private static Outcome<Predicted> Refused(string reason) => Outcome<Predicted>.Refused(reason);

    private Outcome<Predicted> Serve(ServingRun run, ModelArchitecture model, Accelerator accelerator)
    {
        if (run.Load is Saturated saturated) return Saturate(run, saturated, model, accelerator);
        if (Unfit(run.Deployment, model, accelerator) is { } reason) return Refused(reason);
        var replica = new Replica(model, run.Deployment, accelerator, factors) { Kernels = run.Kernels };
        var context = run.Input.Mean + run.Output.Mean;
        if (replica.KvTokens(context) < context)
            return Refused($"{PerformanceModel.NameOf(run.Deployment.Precision)} weights leave no room for one request on {run.Deployment.Accelerators} accelerators");
        if (run.Prefill is { } before) return Apart(run, before, replica, model, accelerator);
        var limits = Limits(run, replica, context);
        // Prompts sent in turn stay in the cache if all of them and their answers fit; if not, each is gone when its turn comes (least recently used goes first).
        var repeated = run.RepeatedPrompts * context <= limits.KvTokens ? run.RepeatedPrompts : 0;
        if (repeated > 0) limits = limits with { SharedBlocks = (int)(repeated * run.Input.Mean / SchedulerLimits.BlockTokens) };
        var simulator = new ReplicaSimulator(replica, limits);
        var result = run.Load switch
        {
            ClosedLoop loop => Closed(simulator, run, loop),
            OpenLoop open => simulator.Answer(Repeated(Arrivals(open.Stages, open.Even, run.Input, run.Output, run.CachedPrefix), run.Warm ? 0 : repeated, repeated)),
            Replay replay => simulator.Answer(replay.Requests.AsSpan()),
            _ => throw new ArgumentException($"no load {run.Load}", nameof(run)),
        };
        if (result.Requests == 0) return Refused("no request fits into the memory for keys and values");
        return new Predicted
        {
            Ttft = result.Ttft,
            Tpot = result.Tpot,
            Itl = result.Itl,
            EndToEnd = result.EndToEnd,
            Rate = result.OutputTokensPerSecond / run.Deployment.Accelerators,
        };
    }

    // Tests in a closed loop begin with all clients at once, on an engine that has answered little before; those within its process warm it up first.
    private SchedulerLimits Limits(ServingRun run, Replica replica, double context)
    {
        var limits = SchedulerLimits.Of(replica, run.Deployment, context, factors);
        return run.InProcess ? limits with { ArrivalSeconds = 0, TokenSeconds = 0 } : run.Load is ClosedLoop ? limits with { ColdSeconds = replica.ColdSeconds } : limits;
    }

    /// <summary>Counts the steps of a run in a closed loop over replicas that do all; null for other runs and those that cannot be predicted.</summary>
    /// <param name="run">The run.</param>
    internal StepTally? Count(ServingRun run)
    {
        if (run is not { Load: ClosedLoop loop, Prefill: null, Incomplete: null, Model: { } model, Accelerator: { } accelerator }) return null;
        if (Unfit(run.Deployment, model, accelerator) is not null) return null;
        var replica = new Replica(model, run.Deployment, accelerator, factors);
        var context = run.Input.Mean + run.Output.Mean;
        if (replica.KvTokens(context) < context) return null;
        var tally = new StepTally();
        var simulator = new ReplicaSimulator(replica, Limits(run, replica, context)) { Tally = tally };
        return Closed(simulator, run, loop).Requests > 0 ? tally : null;
    }

    /// <summary>Mean times of a run whose steps were counted.</summary>
    /// <param name="run">The run.</param>
    /// <param name="tally">Its steps.</param>
    internal (double Ttft, double Tpot) FromSteps(ServingRun run, StepTally tally)
    {
        var replica = new Replica(run.Model!, run.Deployment, run.Accelerator!, factors);
        return (tally.Ttft(replica, run.InProcess ? 0 : factors.ArrivalOf(run.Deployment.Engine) + (factors.ArrivalTokenSeconds * run.Input.Mean)), tally.Tpot(replica));
    }

    private static SimulationResult Closed(ReplicaSimulator simulator, ServingRun run, ClosedLoop loop)
    {
        var clients = Math.Max(1, loop.Concurrency / run.Replicas);
        var requests = Math.Max(clients, loop.Requests / run.Replicas);
        return simulator.Serve(clients, Math.Min(requests, Math.Max(MostRequests, 3 * clients)), run.Input, run.Output, run.CachedPrefix, Seed);
    }

    private Outcome<Predicted> Apart(ServingRun run, Deployment before, Replica replica, ModelArchitecture model, Accelerator accelerator)
    {
        if (Unfit(before, model, accelerator) is { } reason) return Refused(reason);
        if (run.Load is not ClosedLoop loop) return Refused("disaggregated serving is predicted in a closed loop only");
        var prefill = new Replica(model, before, accelerator, factors);
        if (quick)
        {
            var (first, pace) = SteadyState.Disaggregated(run, prefill, replica, factors);
            return double.IsNaN(first) ? Refused("weights leave no room for one request")
                : new Predicted { Ttft = Mean(first), Tpot = Mean(pace), EndToEnd = Mean(first + ((run.Output.Mean - 1) * pace)) };
        }

        if (prefill.KvTokens(run.Input.Mean) < run.Input.Mean) return Refused("weights leave no room for one request");
        var requests = Math.Max(loop.Concurrency, loop.Requests);
        var simulated = Math.Min(requests, Math.Max(MostRequests, 2 * loop.Concurrency));
        var (ttft, tpot, whole) = new SeparateLoop(run, prefill, replica, accelerator, factors).Serve(loop.Concurrency, simulated, run.Input, run.Output, Seed);
        if (ttft.All(double.IsNaN)) return Refused("no request fits into the memory for keys and values");
        return new Predicted { Ttft = Of(ttft), Tpot = Of(tpot), EndToEnd = Of(whole) };

        static Distribution Mean(double value) => new(value, value, value, value, value);
        Distribution Of(double[] times)
        {
            // Where fewer requests are simulated than were sent, the first ones, which all came at once, count for what they are of all.
            double Average(ReadOnlySpan<double> part) => part.ToArray().Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
            var all = Distribution.Of(times.Where(double.IsFinite).ToArray());
            var settled = Average(times.AsSpan(loop.Concurrency));
            var share = loop.Concurrency / (double)requests;
            return double.IsNaN(settled) ? all : all with { Mean = (share * Average(times.AsSpan(0, loop.Concurrency))) + ((1 - share) * settled) };
        }
    }

    /// <summary>Why a model cannot be served like this; null where it can be tried.</summary>
    /// <param name="deployment">The division.</param>
    /// <param name="model">The model.</param>
    /// <param name="accelerator">The accelerator.</param>
    public static string? Unfit(Deployment deployment, ModelArchitecture model, Accelerator accelerator)
    {
        if (deployment.Impossible(model) is { } reason) return reason;
        if (Footprint.PeakFlops(accelerator, deployment.Precision, model.NativePrecision) is not > 0)
            return $"{accelerator.Name} cannot multiply in {PerformanceModel.NameOf(deployment.Precision)}";
        return deployment.StageAccelerators > Math.Max(8, accelerator.ScaleUpDomain)
            ? $"a replica over {deployment.StageAccelerators} accelerators leaves the scale-up link of {accelerator.Name}" : null;
    }

    private Outcome<Predicted> Saturate(ServingRun run, Saturated saturated, ModelArchitecture model, Accelerator accelerator)
    {
        // A result over several systems is that of one, several times.
        var count = Math.Min(run.Deployment.Accelerators, Math.Max(8, accelerator.ScaleUpDomain));
        while (count > 8 && run.Deployment.Accelerators % count != 0) count--;
        var question = new ServingQuestion(
            model, [run.Deployment.Precision], accelerator, count, TokenLengths.Constant(run.Input.Mean), TokenLengths.Constant(run.Output.Mean), saturated.Level, TimeSpan.Zero);
        var answer = new PerformanceModel(factors with { MaxSequences = 2048 }).Serve(question);
        if (answer.Value is not { } estimate) return Refused(answer.Refusal!);
        return new Predicted { Rate = estimate.RequestsPerSecond.Value * estimate.Replicas * run.Output.Mean / count };
    }

    /// <summary>Requests that arrive by themselves.</summary>
    /// <param name="stages">Times of constant rate.</param>
    /// <param name="even">Whether they arrive evenly instead of at random (Poisson).</param>
    /// <param name="inputs">Prompt lengths.</param>
    /// <param name="outputs">Answer lengths.</param>
    /// <param name="prefix">Tokens at the start of each prompt that are in the cache already.</param>
    /// <param name="seed">Of the arrivals and lengths.</param>
    public static RequestShape[] Arrivals(
        IEnumerable<Stage> stages, bool even, RequestLengths inputs, RequestLengths outputs, int prefix, ulong seed = Seed)
    {
        var generator = new Generator(seed);
        List<RequestShape> requests = [];
        var start = 0.0;
        foreach (var stage in stages)
        {
            var end = start + stage.Seconds;
            for (var at = start + Gap(ref generator, stage, even); at < end; at += Gap(ref generator, stage, even))
                requests.Add(new(at, inputs.Draw(ref generator), outputs.Draw(ref generator), prefix));
            start = end;
        }

        return [.. requests];
    }

    /// <summary>Marks prompts that were sent before as cached: the whole of each but the first of every kind.</summary>
    private static RequestShape[] Repeated(RequestShape[] requests, int cold, int kinds)
    {
        for (var i = cold; kinds > 0 && i < requests.Length; i++) requests[i] = requests[i] with { Cached = requests[i].Input };
        return requests;
    }

    private static double Gap(ref Generator generator, Stage stage, bool even) => (even ? 1 : generator.Exponential()) / stage.PerSecond;

    private Outcome<Predicted> Train(TrainingRun run, ModelArchitecture model, Accelerator accelerator)
    {
        if (Footprint.TrainingFlops(accelerator, run.Precision) is not > 0)
            return Refused($"{accelerator.Name} cannot multiply in {PerformanceModel.NameOf(run.Precision)}");
        var step = new TrainingStep(model, run.Precision, accelerator, run.PerInstance, run.Fabric, run.Sequence, factors, run.Frozen,
            // MosaicML's tables are of 2023 and 2024: PyTorch's own layers, and attention before it had kernels for Hopper.
            run.EngineName.Contains("llm-foundry", StringComparison.OrdinalIgnoreCase));
        double seconds;
        if (run.Layout is { } layout)
        {
            seconds = step.Seconds(layout, run.Sequences);
        }
        else
        {
            var question = new TrainingQuestion(
                model, [run.Precision], accelerator, run.PerInstance, Math.Max(1, run.Accelerators / run.PerInstance), new DataRate(run.Fabric), run.Sequence) { Frozen = run.Frozen };
            var (best, rate) = new TrainingSearch(question, factors).BestLayout(run.Precision, run.Sequences);
            if (best is null) return Refused("no division over so many accelerators fits");
            seconds = run.Sequences * run.Sequence / rate;
        }

        return new Predicted { Rate = run.Sequences * run.Sequence / seconds / run.Accelerators };
    }
}
