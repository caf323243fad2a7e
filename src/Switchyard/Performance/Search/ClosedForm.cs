using Switchyard.Demand;

namespace Switchyard.Performance.Search;

/// <summary>What a replica does in closed form: enough to tell which layouts are worth a simulation.</summary>
internal sealed class ClosedForm(LayoutQuestion question, EfficiencyFactors factors)
{
    // Small budgets keep the pace of answers even, large ones waste least on prompts.
    private static readonly int[] Budgets = [512, 2048, 8192, 16384];
    private readonly Traffic traffic = new(Uncached(question), question.Output);
    private readonly Traffic prompts = new(Uncached(question), TokenLengths.Constant(0));

    /// <summary>Mean answer, tokens.</summary>
    public double Output => traffic.OutputMean;

    /// <summary>Requests a second of one replica that does all, within the promise, and the limits that allow them; null where even one request breaks it.</summary>
    public (double Rate, double Batch, Deployment Deployment)? Together(Division division)
    {
        (double Rate, double Batch, Deployment Deployment)? best = null;
        foreach (var budget in Budgets)
        {
            if (Find(division, traffic, question.Level, budget) is not { } capacity || !(capacity.Balance.Rate > 0)) continue;
            var rate = capacity.Balance.Rate * division.Engines;
            if (best is { } known && rate <= known.Rate * 1.01) continue;
            best = (rate, capacity.Balance.Batch, division.Deployment with { TokenBudget = budget, MaxSequences = Sequences(capacity.Balance.Batch, division) });
        }

        return best;
    }

    /// <summary>Requests a second that one replica prefills within the promise for the first token.</summary>
    public double Prompts(Division division)
    {
        var level = question.Level with { Tpot = null, EndToEnd = null };
        // Without a promise the replicas are kept busy, but not so busy that the queue grows without bound.
        if (level.Ttft is null) return Balance.OfPrompts(division.Replica, prompts, factors.MaxUtilisation, factors.TokenBudget).Rate * division.Engines;
        return Find(division, prompts, level, (int)factors.TokenBudget) is { } capacity ? capacity.Balance.Rate * division.Engines : 0;
    }

    /// <summary>Requests a second that one replica only decodes, for a mean batch.</summary>
    public double Decodes(Division division, double batch) =>
        batch / (traffic.Decodes * division.Replica.Step(0, 0, batch, traffic.Context)) * division.Engines;

    /// <summary>The largest mean batch with which a replica that only decodes keeps the promised pace; 0 where there is none.</summary>
    public double DecodeBatch(Division division)
    {
        var room = Room(division);
        if (question.Level.Tpot is not { } promised) return room;
        var score = NormalScore.Of(promised.Percentile);
        bool Keeps(double batch) => division.Replica.Step(0, 0, batch + 1 + (score * Math.Sqrt(2.0 / 3 * batch)), traffic.Context) <= promised.Limit.TotalSeconds;
        if (Keeps(room)) return room;
        if (!Keeps(0.01)) return 0;
        var (low, high) = (0.01, room);
        for (var i = 0; i < 20; i++)
        {
            var middle = Math.Sqrt(low * high);
            if (Keeps(middle)) low = middle;
            else high = middle;
        }

        return low;
    }

    /// <summary>Batches from one request to as many as fit, for a front.</summary>
    public IEnumerable<double> Batches(Division division)
    {
        var room = Room(division);
        for (var batch = 1.0; batch < room; batch *= 1.6) yield return batch;
        if (room >= 1) yield return room;
    }

    /// <summary>Requests a second and seconds per token of a replica that does all, at a mean batch; null where its first tokens come too late.</summary>
    public (double Rate, double Tpot)? At(Division division, double batch)
    {
        var level = question.Level with { Tpot = null, EndToEnd = null };
        var at = new ServingCapacity(division.Replica, traffic, level, 0, Limited(division, (int)factors.TokenBudget)).At(batch);
        return at.Shortfall == Shortfall.None ? (at.Balance.Rate * division.Engines, at.Balance.StepSeconds) : null;
    }

    /// <summary>Seconds per token of a replica that only decodes, at a mean batch.</summary>
    public double Pace(Division division, double batch) => division.Replica.Step(0, 0, batch, traffic.Context);

    /// <summary>Most sequences to allow where so many are in a batch on average: three standard deviations more, in eights.</summary>
    public static int Sequences(double batch, Division division)
    {
        var each = (batch + 1 + (3 * Math.Sqrt(batch))) / division.Deployment.DataParallel;
        return Math.Clamp((int)Math.Ceiling(each / 8) * 8, 8, Divisions.MostSequences);
    }

    /// <summary>Why even an idle replica breaks the promise; null where it does not.</summary>
    public string? WhyNot(Division division)
    {
        var at = new ServingCapacity(division.Replica, traffic, question.Level, 0, Limited(division, (int)factors.TokenBudget)).Find();
        FormattableString? reason = at.Shortfall switch
        {
            Shortfall.Tpot => $"takes {at.TpotSeconds * 1000:0.0} ms per token even when idle, over {question.Level.Tpot}",
            Shortfall.Ttft => $"takes {at.TtftSeconds * 1000:0} ms to the first token even when idle, over {question.Level.Ttft}",
            Shortfall.EndToEnd => $"takes {at.EndToEndSeconds:0.0} s to the last token even when idle, over {question.Level.EndToEnd}",
            Shortfall.Cache or Shortfall.Memory => $"has no room for the batch",
            _ => null,
        };
        return reason is null ? null : FormattableString.Invariant(reason);
    }

    private double Room(Division division) => Math.Min(
        (double)Divisions.MostSequences * division.Deployment.DataParallel, division.Replica.KvTokens(traffic.Context) / traffic.Context);

    private Capacity? Find(Division division, in Traffic of, ServiceLevel level, int budget)
    {
        var capacity = new ServingCapacity(division.Replica, of, level, 0, Limited(division, budget)).Find();
        return capacity.Shortfall == Shortfall.None ? capacity : null;
    }

    private EfficiencyFactors Limited(Division division, int budget) => factors with
    {
        MaxSequences = (double)Divisions.MostSequences * division.Deployment.DataParallel,
        TokenBudget = (double)budget * division.Deployment.DataParallel,
        ArrivalSeconds = factors.ArrivalOf(question.Engine),
    };

    // What is in the cache already is not computed; it still fills memory, which the simulation sees.
    private static TokenLengths Uncached(LayoutQuestion question) => question.CachedPrefix <= 0 ? question.Input
        : new(Math.Max(1, question.Input.P50 - question.CachedPrefix), Math.Max(1, question.Input.P95 - question.CachedPrefix));
}
