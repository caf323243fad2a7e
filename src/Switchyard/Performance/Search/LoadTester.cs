using System.Globalization;
using Switchyard.Demand;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Search;

/// <summary>Finds by simulation how much a layout serves within a promise, and how many replicas a load needs.</summary>
internal sealed class LoadTester
{
    private const double Step = 1.2;
    private const int MostRequests = 6000, MostAdded = 8;
    private readonly int leastRequests, halvings;
    private readonly LayoutQuestion question;
    private readonly EfficiencyFactors factors;
    private readonly RequestSample sample;

    /// <summary>Prepares.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="factors">The efficiency reached.</param>
    /// <param name="leastRequests">Fewest requests of a simulation.</param>
    /// <param name="halvings">How often the last step between too much and not too much, a fifth, is halved.</param>
    public LoadTester(LayoutQuestion question, EfficiencyFactors factors, int leastRequests = 1200, int halvings = 3)
    {
        (this.question, this.factors, this.leastRequests, this.halvings) = (question, factors, leastRequests, halvings);
        sample = new(RequestLengths.Of(question.Input), RequestLengths.Of(question.Output), question.CachedPrefix);
    }

    /// <summary>Loads simulated so far.</summary>
    public int Simulated { get; private set; }

    /// <summary>A candidate with as many replicas as the load needs, and what it does; null, with the reason, where it cannot be kept.</summary>
    public FoundLayout? Test(Candidate candidate, out string? why)
    {
        why = null;
        return candidate.Layout.Prefill is null ? Together(candidate, out why) : Apart(candidate, out why);
    }

    /// <summary>A layout at a rate.</summary>
    public LayoutResult At(ServingLayout layout, double rate, double batch)
    {
        Simulated++;
        return Simulator(layout).Answer(rate, Requests(batch), Unseen(batch));
    }

    private FoundLayout? Together(Candidate candidate, out string? why)
    {
        why = null;
        // Replicas that do all are alike and share nothing: one of them says how much each serves.
        var one = candidate.Layout with { Replicas = 1 };
        if (Capacity(one, candidate.Guess / candidate.Layout.Replicas, candidate.Batch) is not var (each, result)) return null;
        var most = question.Accelerators / one.Accelerators;
        if (question.Clients is { } clients)
        {
            var held = each * result.Result.EndToEnd.Mean;
            for (var replicas = Math.Max(1, (int)Math.Ceiling(clients / held)); replicas <= most; replicas++)
            {
                var layout = candidate.Layout with { Replicas = replicas };
                Simulated++;
                var at = Simulator(layout).Serve(clients, Requests(candidate.Batch), Unseen(candidate.Batch));
                if (at.Keeps(question.Level)) return Found(candidate, layout, each * replicas, at.Result.RequestsPerSecond, at);
                if (replicas > MostAdded + (clients / held)) break;
            }

            why = Needs(string.Create(CultureInfo.InvariantCulture, $"{clients} clients"), one, clients / held);
            return null;
        }

        if (question.Rate is { } rate)
        {
            var replicas = Math.Max(1, (int)Math.Ceiling(rate / each * (1 - 1e-9)));
            if (replicas > most)
            {
                why = Needs(string.Create(CultureInfo.InvariantCulture, $"{rate:0.###} requests/s"), one, rate / each);
                return null;
            }

            var layout = candidate.Layout with { Replicas = replicas };
            return Found(candidate, layout, each * replicas, rate, At(layout, rate, candidate.Batch));
        }

        return Found(candidate, candidate.Layout with { Replicas = most }, each * most, each * most, Times(result, most));
    }

    private FoundLayout? Apart(Candidate candidate, out string? why)
    {
        why = null;
        var layout = candidate.Layout;
        if (question.Rate is null && question.Clients is null)
            return Capacity(layout, candidate.Guess, candidate.Batch) is var (all, result) ? Found(candidate, layout, all, all, result) : null;
        for (var added = 0; added <= MostAdded && layout.Accelerators <= question.Accelerators; added++)
        {
            LayoutResult at;
            if (question.Rate is { } wanted)
            {
                at = At(layout, wanted, candidate.Batch);
            }
            else
            {
                Simulated++;
                at = Simulator(layout).Serve(question.Clients!.Value, Requests(candidate.Batch), Unseen(candidate.Batch));
            }

            var rate = question.Rate ?? at.Result.RequestsPerSecond;
            if (at.Keeps(question.Level))
                return Capacity(layout, Math.Max(rate, candidate.Guess), candidate.Batch) is var (most, _) ? Found(candidate, layout, Math.Max(most, rate), rate, at) : null;
            // A first token that comes too late asks for another replica that prefills, all else for one that decodes.
            var late = question.Level.Ttft is { } promised && at.Percentile(Quantity.Ttft, promised.Percentile) > promised.Limit.TotalSeconds;
            layout = late ? layout with { PrefillReplicas = layout.PrefillReplicas + 1 } : layout with { Replicas = layout.Replicas + 1 };
        }

        return null;
    }

    private string Needs(string load, ServingLayout one, double replicas) => string.Create(CultureInfo.InvariantCulture,
        $"{load} need {Math.Ceiling(replicas):0} x {one.Deployment.Division} in {PerformanceModel.NameOf(one.Deployment.Precision)}, {Math.Ceiling(replicas) * one.Accelerators:0} x {question.Accelerator.Name}; there are {question.Accelerators}");

    private FoundLayout Found(Candidate candidate, ServingLayout layout, double capacity, double rate, LayoutResult at) => new()
    {
        Layout = layout, Capacity = capacity, Rate = rate, AtLoad = at, Memory = candidate.Memory,
        Calibrated = !ReferenceEquals(Correction.For(factors.Corrections, question.Model, question.Accelerator, question.Engine), Correction.None),
    };

    // What one replica did, as so many do it.
    private static LayoutResult Times(LayoutResult one, int many) => one with
    {
        Result = one.Result with
        {
            Requests = one.Result.Requests * many, OutputTokens = one.Result.OutputTokens * many, PromptTokens = one.Result.PromptTokens * many,
            Steps = one.Result.Steps * many, Preemptions = one.Result.Preemptions * many, Joules = one.Result.Joules * many,
        },
    };

    private LayoutSimulator Simulator(ServingLayout layout) => new(question.Model, question.Accelerator, layout, sample, factors);

    /// <summary>Most requests a second within the promise, near a guess, and what the layout does there; null where the promise is broken however few they are.</summary>
    public (double Rate, LayoutResult Result)? Capacity(ServingLayout layout, double guess, double batch)
    {
        var simulator = Simulator(layout);
        var (requests, unseen) = (Requests(batch), Unseen(batch));
        var engines = layout.Replicas * layout.Deployment.PipelineParallel;
        if (question.Level == ServiceLevel.None)
        {
            // Nothing is promised: work waits in a pile.
            Simulated++;
            var piled = simulator.Serve((int)Math.Ceiling(batch * engines), requests, unseen);
            return (piled.Result.RequestsPerSecond, piled);
        }

        // Where nothing is promised for the first token, nobody should wait longer for it than an answer takes on an idle machine, or the queue grows for ever.
        var patience = double.PositiveInfinity;
        if (question.Level.Ttft is null && question.Level.EndToEnd is null)
        {
            Simulated++;
            patience = simulator.Serve(engines, 30).Result.EndToEnd.Mean;
        }

        (double Rate, LayoutResult Result)? best = null;
        bool Keeps(double rate)
        {
            Simulated++;
            var result = simulator.Answer(rate, requests, unseen);
            if (!result.Keeps(question.Level) || result.Percentile(Quantity.Ttft, 95) > patience) return false;
            best = (rate, result);
            return true;
        }

        var (low, high) = (0.0, double.PositiveInfinity);
        var at = guess;
        for (var i = 0; i < 12 && (low <= 0 || double.IsPositiveInfinity(high)); i++)
        {
            if (Keeps(at)) (low, at) = (at, at * Step);
            else (high, at) = (at, at / Step);
        }

        if (best is null) return null;
        for (var i = 0; i < halvings && double.IsFinite(high); i++)
        {
            var middle = Math.Sqrt(low * high);
            if (Keeps(middle)) low = middle;
            else high = middle;
        }

        return best;
    }

    // Long enough for the batch to fill and be replaced ten times.
    private int Requests(double batch) => (int)Math.Clamp(12 * batch, leastRequests, MostRequests);

    private int Unseen(double batch) => (int)Math.Min(2 * batch, Requests(batch) / 3.0);
}
