using Switchyard.Demand;

namespace Switchyard.Performance;

/// <summary>What keeps a replica from serving.</summary>
internal enum Shortfall
{
    None,
    Unsupported,
    Heads,
    Memory,
    Cache,
    Tpot,
    Ttft,
    EndToEnd,
}

/// <summary>The largest load of one replica, and its latencies there.</summary>
internal readonly record struct Capacity(Shortfall Shortfall, Balance Balance, double TtftSeconds, double TpotSeconds, double EndToEndSeconds);

/// <summary>
/// How much one replica serves within a service level, in closed form: latencies are computed for a mean batch, and the largest batch at
/// which all of them hold is found by bisection.
/// </summary>
internal readonly struct ServingCapacity
{
    private const int Halvings = 18;
    private const double LeastBatch = 0.01;
    private readonly Replica replica;
    private readonly Traffic traffic;
    private readonly ServiceLevel level;
    private readonly EfficiencyFactors factors;
    private readonly double network, cacheLimit, roomScore;
    private readonly bool promised;
    private readonly (double Share, double Score, double Input) ttft, tpot, endToEnd;

    public ServingCapacity(Replica replica, in Traffic traffic, ServiceLevel level, double network, EfficiencyFactors factors)
    {
        (this.replica, this.traffic, this.level, this.network, this.factors) = (replica, traffic, level, network, factors);
        promised = level.Ttft is not null || level.Tpot is not null || level.EndToEnd is not null;
        ttft = At(level.Ttft?.Percentile ?? 95, traffic);
        tpot = At(level.Tpot?.Percentile ?? 95, traffic);
        endToEnd = At(level.EndToEnd?.Percentile ?? 95, traffic);
        roomScore = Math.Max(Math.Max(level.Ttft is null ? 0 : ttft.Score, level.Tpot is null ? 0 : tpot.Score), level.EndToEnd is null ? 0 : endToEnd.Score);
        cacheLimit = Math.Min(factors.MaxSequences, replica.KvBytes / replica.KvBytesOf(traffic.Context) * replica.DataParallel);
    }

    /// <summary>The largest load.</summary>
    public Capacity Find()
    {
        if (replica.KvBytes <= 0) return new(Shortfall.Memory, default, 0, 0, 0);
        if (cacheLimit < 1 || replica.KvBytesOf(traffic.Input.P95 + traffic.Output.P95) > replica.KvBytes)
            return new(Shortfall.Cache, default, 0, 0, 0);
        if (!promised)
        {
            // Work waits in a pile: the batch is as full as memory and the token budget allow.
            return Load(traffic.Decodes > 0 ? Math.Min(cacheLimit, traffic.Decodes * factors.TokenBudget / traffic.InputMean) : 1, queued: false);
        }

        var high = traffic.Decodes > 0 ? cacheLimit : factors.MaxUtilisation;
        var low = Math.Min(high / 2, traffic.Decodes > 0 ? LeastBatch * Math.Min(1, traffic.Decodes) : LeastBatch);
        var best = Load(high, queued: true);
        if (best.Shortfall != Shortfall.None)
        {
            best = Load(low, queued: true);
            if (best.Shortfall != Shortfall.None) return best;
            for (var i = 0; i < Halvings; i++)
            {
                var middle = Math.Sqrt(low * high);
                var at = Load(middle, queued: true);
                if (at.Shortfall == Shortfall.None) (low, best) = (middle, at);
                else high = middle;
            }
        }
        else
        {
            low = high;
        }

        return traffic.Decodes > 0 ? Peak(best, low) : best;
    }

    /// <summary>The load at a mean batch under random arrivals, and the first promise that it breaks.</summary>
    /// <param name="batch">Mean requests that decode; where nothing is decoded, the share of the prefill capacity in use.</param>
    public Capacity At(double batch) => Load(batch, queued: true);

    /// <summary>
    /// The load of most requests up to a batch. Decodes that share a step with a long prefill cost arithmetic that is free elsewhere, so
    /// that the rate can fall a little before the batch is full; such a batch is not filled.
    /// </summary>
    private Capacity Peak(in Capacity best, double batch)
    {
        if (Load(batch * 0.98, queued: true).Balance.Rate <= best.Balance.Rate) return best;
        double low = LeastBatch, high = batch;
        for (var i = 0; i < Halvings; i++)
        {
            var (a, b) = (low + ((high - low) * 0.382), low + ((high - low) * 0.618));
            if (Load(a, queued: true).Balance.Rate < Load(b, queued: true).Balance.Rate) low = a;
            else high = b;
        }

        return Load(low, queued: true);
    }

    /// <summary>The load at a mean batch (or, where nothing is decoded, at a share of the prefill capacity), and what it violates.</summary>
    private Capacity Load(double batch, bool queued)
    {
        var decoding = traffic.Decodes > 0;
        // A request that arrives at random finds the mean batch and adds itself to it.
        var seen = decoding ? queued ? batch + 1 : batch : 0;
        var balance = decoding
            ? Balance.OfBatch(replica, traffic, batch, seen, factors.TokenBudget)
            : Balance.OfPrompts(replica, traffic, batch, factors.TokenBudget);

        var perToken = decoding ? Tpot(balance, seen, queued, tpot.Score) : 0;
        if (queued && Exceeds(level.Tpot, perToken)) return new(Shortfall.Tpot, balance, 0, perToken, 0);
        var first = Ttft(balance, seen, queued, ttft.Share, ttft.Score, ttft.Input, out _);
        if (!queued) return new(Shortfall.None, balance, first, perToken, 0);
        if (Exceeds(level.Ttft, first) || balance.Utilisation > factors.MaxUtilisation + 1e-9) return new(Shortfall.Ttft, balance, first, perToken, 0);
        if (decoding && batch > LeastBatch && seen + (roomScore * Math.Sqrt(batch)) > Math.Max(cacheLimit, 1 + LeastBatch))
            return new(Shortfall.Cache, balance, first, perToken, 0);
        var total = level.EndToEnd is null ? 0 : EndToEnd(balance, seen);
        return new(Exceeds(level.EndToEnd, total) ? Shortfall.EndToEnd : Shortfall.None, balance, first, perToken, total);
    }

    /// <summary>Time to the last token at a percentile: a long answer at the pace of a busy hour, its excess and the first token's added in squares.</summary>
    private double EndToEnd(in Balance balance, double seen)
    {
        var mean = Ttft(balance, seen, true, 0.5, 0, traffic.InputMean, out _) + (traffic.Decodes * balance.StepSeconds);
        Ttft(balance, seen, true, endToEnd.Share, endToEnd.Score, endToEnd.Input, out var first);
        if (!(traffic.Decodes > 0)) return mean + first;
        var longest = Math.Max(0, traffic.Output.AtScore(endToEnd.Score) - 1) * Tpot(balance, seen, true, endToEnd.Score);
        var excess = Math.Max(0, longest - (traffic.Decodes * balance.StepSeconds));
        return mean + Math.Sqrt((first * first) + (excess * excess));
    }

    private static bool Exceeds(LatencyObjective? objective, double seconds) => objective is { } promise && seconds > promise.Limit.TotalSeconds;

    /// <summary>
    /// Time to first token at a percentile: network, arrival, what is left of the running step, the queue of prompts and the own prefill.
    /// The queue is M/G/1 with service proportional to the prompt: mean wait λ E[S²]/(2(1 − ρ)) (Pollaczek-Khinchine), its tail exponential
    /// with the same mean, P(W &gt; t) = ρ exp(−ρ t/E[W]), exact for exponential service and in heavy traffic (Kingman 1961). Excesses of
    /// wait, residual step and prefill over their means are independent and add up in squares.
    /// </summary>
    private double Ttft(in Balance balance, double seen, bool queued, double share, double score, double input, out double excess)
    {
        var mean = Prefill(traffic.InputMean, seen);
        var own = score > 0 ? Prefill(input, seen) - mean : 0;
        var fixedPart = network + factors.ArrivalSeconds + (factors.ArrivalTokenSeconds * traffic.InputMean) + mean + (balance.StepSeconds / 2);
        var rest = score > 0 ? balance.StepSeconds * (share - 0.5) : 0;
        double wait = 0, tail = 0;
        if (queued)
        {
            var rho = Math.Min(balance.Utilisation, 0.9999);
            var perToken = balance.SecondsPerPromptToken;
            wait = balance.Rate * perToken * perToken * traffic.InputSquare / (2 * (1 - rho));
            if (rho > 1 - share) tail = Math.Max(0, (wait / rho * Math.Log(rho / (1 - share))) - wait);
        }

        excess = Math.Sqrt((own * own) + (rest * rest) + (tail * tail));
        return fixedPart + wait + excess;
    }

    /// <summary>Seconds of one prompt's own prefill beside the running batch, in as many steps as the token budget asks for.</summary>
    private double Prefill(double input, double seen) => input <= factors.TokenBudget
        ? replica.Step(input, input / 2, seen, traffic.Context)
        : input / factors.TokenBudget * replica.Step(factors.TokenBudget, input / 2, seen, traffic.Context);

    /// <summary>
    /// Time per output token at a percentile. A request averages over its own steps, so what varies is the batch it meets (Poisson, and
    /// averaged over a stay as long as its own: variance 2/3 of the mean) and the prefills that arrive meanwhile (Poisson). More arrivals
    /// make both larger at once, so both are taken at the percentile.
    /// </summary>
    private double Tpot(in Balance balance, double seen, bool queued, double score)
    {
        if (!queued || score <= 0) return balance.StepSeconds;
        var met = seen + (score * Math.Sqrt(2.0 / 3 * balance.Batch));
        var spread = balance.MixedShare * Math.Sqrt(traffic.InputSquare / balance.Batch) / traffic.InputMean;
        var share = Math.Min(1, balance.MixedShare + (score * spread));
        return ((1 - share) * replica.Step(0, 0, met, traffic.Context))
            + (share * replica.Step(balance.Chunk, traffic.PromptContext, met, traffic.Context));
    }

    private static (double Share, double Score, double Input) At(double percentile, in Traffic traffic)
    {
        var score = NormalScore.Of(percentile);
        return (percentile / 100, score, traffic.Input.AtScore(score));
    }
}
