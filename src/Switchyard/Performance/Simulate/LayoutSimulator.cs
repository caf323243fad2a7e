using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance.Simulate;

/// <summary>What a layout did under a load.</summary>
/// <param name="Result">Times as its users see them; counts, tokens and energy of the whole layout.</param>
/// <param name="Percentile">Any percentile of the time to first token, the time per output token or the time to the last token.</param>
public sealed record LayoutResult(SimulationResult Result, Func<Quantity, double, double> Percentile)
{
    /// <summary>Mean seconds that keys and values of a request travel from prefill to decode; 0 where one replica does both.</summary>
    public double TransferSeconds { get; init; }

    /// <summary>Whether objectives are kept, and no request was turned away.</summary>
    /// <param name="level">The objectives.</param>
    public bool Keeps(ServiceLevel level) => Result.Rejected == 0 && Keeps(level.Ttft, Quantity.Ttft) && Keeps(level.Tpot, Quantity.Tpot) && Keeps(level.EndToEnd, Quantity.EndToEnd);

    private bool Keeps(LatencyObjective? objective, Quantity quantity) =>
        objective is not { } promised || Percentile(quantity, promised.Percentile) <= promised.Limit.TotalSeconds;
}

/// <summary>
/// A layout of replicas, simulated: requests go to replicas in turn, so that one of those that do all, and one of those that decode, stands for the others; of
/// replicas that prefill each is simulated, and sends keys and values one request after the other.
/// </summary>
public sealed class LayoutSimulator
{
    private const int LeastRequests = 400, MostRequests = 60_000;
    private readonly RequestSample sample;
    private readonly ServingLayout layout;
    private readonly Replica replica;
    private readonly Replica? prefill;
    private readonly SchedulerLimits limits;
    private readonly SchedulerLimits? prefillLimits;
    private readonly Collective link;
    private readonly Accelerator accelerator;
    private readonly EfficiencyFactors factors;
    private readonly int engines, prefillEngines;

    /// <summary>Prepares a layout.</summary>
    /// <param name="model">The model.</param>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="layout">The layout; one that is possible for the model.</param>
    /// <param name="sample">The requests.</param>
    /// <param name="factors">The efficiency reached.</param>
    public LayoutSimulator(ModelArchitecture model, Accelerator accelerator, ServingLayout layout, RequestSample sample, EfficiencyFactors factors)
    {
        (this.layout, this.sample, this.accelerator, this.factors) = (layout, sample, accelerator, factors);
        replica = new(model, layout.Deployment, accelerator, factors);
        var context = sample.Input + sample.Output;
        limits = SchedulerLimits.Of(replica, layout.Deployment, context, factors);
        // Stages are as many batches, each with its own requests.
        engines = layout.Replicas * layout.Deployment.PipelineParallel;
        if (layout.Prefill is not { } apart) return;
        prefill = new(model, apart, accelerator, factors);
        prefillLimits = SchedulerLimits.Of(prefill, apart, context, factors) with { ArrivalSeconds = factors.SeparateArrivalSeconds };
        limits = limits with { PrefilledElsewhere = true, ArrivalSeconds = 0, TokenSeconds = 0 };
        prefillEngines = layout.PrefillReplicas * apart.PipelineParallel;
        link = Collective.Hop(accelerator, layout.Accelerators, factors);
    }

    /// <summary>Answers requests that arrive at random.</summary>
    /// <param name="rate">Requests a second, of the whole layout; above 0.</param>
    /// <param name="requests">Requests that one decoding replica answers.</param>
    /// <param name="unseen">Of these, how many at the start count in no time, while the batch fills.</param>
    public LayoutResult Answer(double rate, int requests, int unseen = 0)
    {
        if (prefill is not null) return Apart(rate, requests, unseen);
        var arrivals = sample.First(requests).ToArray();
        var each = rate / engines;
        for (var i = 0; i < arrivals.Length; i++) arrivals[i] = arrivals[i] with { Arrival = arrivals[i].Arrival / each };
        var simulator = new ReplicaSimulator(replica, limits) { Unseen = unseen };
        return new(Times(simulator.Answer(arrivals), engines), simulator.At);
    }

    /// <summary>
    /// Answers clients that each wait for their answer before they ask again. With prefill apart it is the rate at which so many requests are in the layout
    /// at a time when they arrive at random (Little's law).
    /// </summary>
    /// <param name="clients">Clients of the whole layout; at least as many as replicas.</param>
    /// <param name="requests">Requests that one replica answers.</param>
    /// <param name="unseen">Of these, how many at the start count in no time.</param>
    public LayoutResult Serve(int clients, int requests, int unseen = 0)
    {
        if (prefill is null)
        {
            var each = Math.Max(1, (int)Math.Round((double)clients / engines));
            var simulator = new ReplicaSimulator(replica, limits) { Unseen = unseen };
            return new(Times(simulator.Serve(each, Math.Max(requests, each), sample.Inputs, sample.Outputs, sample.Prefix, 1), engines), simulator.At);
        }

        LayoutResult Run(double rate) => Apart(rate, requests, unseen);
        var (low, high) = (0.0, 1.0);
        while (high < 1e6 && high * Run(high).Result.EndToEnd.Mean < clients) (low, high) = (high, 2 * high);
        for (var i = 0; i < 12; i++)
        {
            var middle = (low + high) / 2;
            if (middle * Run(middle).Result.EndToEnd.Mean < clients) low = middle;
            else high = middle;
        }

        return Run(high);
    }

    private LayoutResult Apart(double rate, int requests, int unseen)
    {
        var many = (int)Math.Min(MostRequests, Math.Max((long)LeastRequests * Math.Max(engines, prefillEngines), (long)requests * engines));
        var shapes = sample.First(many);
        var ready = new double[many];
        var order = new int[many];
        double joules = 0, travelled = 0, seconds = 0, power = 0;
        long promptTokens = 0, steps = 0;
        var rejected = 0;
        for (var engine = 0; engine < prefillEngines; engine++)
        {
            var simulator = new ReplicaSimulator(prefill!, prefillLimits!);
            var share = new RequestShape[((many - engine - 1) / prefillEngines) + 1];
            for (var i = 0; i < share.Length; i++)
            {
                var shape = shapes[engine + (i * prefillEngines)];
                share[i] = shape with { Arrival = shape.Arrival / rate, Output = 1 };
            }

            var done = simulator.Answer(share);
            (joules, seconds, promptTokens, steps, rejected) =
                (joules + (done.Joules ?? double.NaN), Math.Max(seconds, done.Seconds), promptTokens + done.PromptTokens, steps + done.Steps, rejected + done.Rejected);
            power += done.Watts ?? double.NaN;
            var free = 0.0;
            for (var i = 0; i < share.Length; i++)
            {
                var at = engine + (i * prefillEngines);
                var time = Transfer(share[i].Input);
                travelled += time;
                free = Math.Max(free, simulator.Finished[i]) + time;
                (ready[at], order[at]) = (free, at);
            }
        }

        Array.Sort((double[])ready.Clone(), order);
        var mine = new int[(many + engines - 1) / engines];
        var taken = new RequestShape[mine.Length];
        for (var i = 0; i < mine.Length; i++)
        {
            mine[i] = order[i * engines];
            taken[i] = shapes[mine[i]] with { Arrival = ready[mine[i]], Cached = 0 };
        }

        var decoder = new ReplicaSimulator(replica, limits) { Unseen = unseen };
        var decoded = decoder.Answer(taken);
        var (first, whole) = (new double[mine.Length], new double[mine.Length]);
        var kept = 0;
        for (var i = Math.Min(unseen, mine.Length / 2); i < mine.Length; i++)
        {
            var arrival = shapes[mine[i]].Arrival / rate;
            if (double.IsNaN(decoder.Finished[i])) continue;
            (first[kept], whole[kept++]) = (decoder.FirstTokens[i] - arrival, decoder.Finished[i] - arrival);
        }

        var (ttft, endToEnd) = (Distribution.Of(first.AsSpan(0, kept)), Distribution.Of(whole.AsSpan(0, kept)));
        var all = Times(decoded, engines);
        // Prefill draws power for as long as decode goes on.
        var result = all with
        {
            Ttft = ttft,
            EndToEnd = endToEnd,
            PromptTokens = promptTokens,
            Steps = all.Steps + steps,
            Rejected = all.Rejected + rejected,
            Joules = all.Joules is { } energy && !double.IsNaN(joules) ? energy + joules + (Math.Max(0, all.Seconds - seconds) * power) : null,
        };
        return new(result, (quantity, percentile) => quantity switch
        {
            Quantity.Ttft => Distribution.At(first.AsSpan(0, kept), percentile / 100),
            Quantity.EndToEnd => Distribution.At(whole.AsSpan(0, kept), percentile / 100),
            _ => decoder.At(quantity, percentile),
        }) { TransferSeconds = travelled / many };
    }

    // Every accelerator of the group sends, or receives, its part at once; the slower side counts.
    private double Transfer(int input) => link.LatencySeconds + (link.SecondsPerByte * Math.Max(
        replica.KvBytesOf(input) / layout.Deployment.PipelineParallel, prefill!.KvBytesOf(input) / layout.Prefill!.PipelineParallel));

    private static SimulationResult Times(SimulationResult one, int many) => one with
    {
        Requests = one.Requests * many,
        Rejected = one.Rejected * many,
        OutputTokens = one.OutputTokens * many,
        PromptTokens = one.PromptTokens * many,
        Steps = one.Steps * many,
        Preemptions = one.Preemptions * many,
        Joules = one.Joules * many,
    };
}
