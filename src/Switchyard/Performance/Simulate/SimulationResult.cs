namespace Switchyard.Performance.Simulate;

/// <summary>The limits of a replica's scheduler.</summary>
public sealed record SchedulerLimits
{
    /// <summary>Most requests in a batch; at least 1.</summary>
    public int MaxSequences { get; init; } = 256;

    /// <summary>Most tokens in a step; at least 1.</summary>
    public int TokenBudget { get; init; } = 8192;

    /// <summary>Tokens whose keys and values fit; at least one block.</summary>
    public double KvTokens { get; init; } = double.PositiveInfinity;

    /// <summary>Tokens of a block of keys and values: 16 in vLLM.</summary>
    public const int BlockTokens = 16;

    /// <summary>Blocks that hold shared prefixes all the time.</summary>
    public int SharedBlocks { get; init; }

    /// <summary>Seconds from an arrival to its place in the engine's queue, besides <see cref="TokenSeconds"/>.</summary>
    public double ArrivalSeconds { get; init; }

    /// <summary>Further seconds for each token of the prompt: the way of the text, and taking it apart into tokens.</summary>
    public double TokenSeconds { get; init; }

    /// <summary>Steps that only decode between two looks at what has arrived; 1 for every step.</summary>
    public int StepsPerLook { get; init; } = 1;

    /// <summary>Further seconds of the first step with prompts, before which no kernel was used; 0 for a replica that has served before.</summary>
    public double ColdSeconds { get; init; }

    /// <summary>Whether a step is decided on while the one before it still runs: who arrives meanwhile joins one step later.</summary>
    public bool ScheduledAhead { get; init; }

    /// <summary>Whether a step has prompts or decodes and never both: prompts that wait go first, and every answer stands still meanwhile.</summary>
    public bool PromptsAlone { get; init; }

    /// <summary>Whether prompts are worked on by other replicas, and requests come with their keys, values and first token.</summary>
    public bool PrefilledElsewhere { get; init; }

    /// <summary>The limits of a deployment; where it says nothing, the engine's defaults.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="deployment">Its deployment.</param>
    /// <param name="context">Tokens of a request, which matter where layers have a sliding window.</param>
    /// <param name="factors">The defaults.</param>
    public static SchedulerLimits Of(Replica replica, Deployment deployment, double context, EfficiencyFactors factors) => new()
    {
        MaxSequences = (deployment.MaxSequences > 0 ? deployment.MaxSequences : EngineDefaults.Sequences(deployment, replica.Accelerator, factors)) * deployment.DataParallel,
        TokenBudget = (deployment.TokenBudget > 0 ? deployment.TokenBudget : EngineDefaults.Tokens(deployment, replica.Accelerator, factors)) * deployment.DataParallel,
        KvTokens = replica.KvTokens(context),
        ScheduledAhead = deployment.ScheduledAhead,
        PromptsAlone = EngineDefaults.PromptsAlone(deployment.Engine),
        StepsPerLook = Math.Max(1, deployment.StepsPerLook),
        ArrivalSeconds = factors.ArrivalOf(deployment.Engine) * replica.Correction.Arrival,
        TokenSeconds = factors.ArrivalTokenSeconds * replica.Correction.Arrival,
    };
}

/// <summary>Mean and percentiles of a time, in seconds. Percentiles lie between neighbours as numpy's default has them.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Median">50th percentile.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public readonly record struct Distribution(double Mean, double Median, double P90, double P95, double P99)
{
    /// <summary>Of numbers; zeros where there are none.</summary>
    /// <param name="values">The numbers.</param>
    public static Distribution Of(IEnumerable<double> values) => Of(values.ToArray().AsSpan());

    /// <summary>The statistic.</summary>
    /// <param name="statistic">Which.</param>
    public double At(Measured.Statistic statistic) => statistic switch
    {
        Measured.Statistic.Mean => Mean,
        Measured.Statistic.Median => Median,
        Measured.Statistic.P90 => P90,
        Measured.Statistic.P95 => P95,
        _ => P99,
    };

    /// <summary>Of numbers, which are put in order.</summary>
    internal static Distribution Of(Span<double> values)
    {
        if (values.Length == 0) return default;
        var sum = 0.0;
        foreach (var value in values) sum += value;
        values.Sort();
        return new(sum / values.Length, At(values, 0.5), At(values, 0.9), At(values, 0.95), At(values, 0.99));
    }

    /// <summary>The number at a share of ordered numbers, between neighbours as numpy's default has it; 0 where there are none.</summary>
    internal static double At(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.Length == 0) return 0;
        var place = share * (sorted.Length - 1);
        var low = (int)place;
        return low + 1 < sorted.Length ? sorted[low] + ((place - low) * (sorted[low + 1] - sorted[low])) : sorted[low];
    }
}

/// <summary>What a simulated replica did.</summary>
public sealed record SimulationResult
{
    /// <summary>Requests answered.</summary>
    public required int Requests { get; init; }

    /// <summary>Requests that never fit into the memory for keys and values.</summary>
    public required int Rejected { get; init; }

    /// <summary>Seconds from the start to the last token.</summary>
    public required double Seconds { get; init; }

    /// <summary>Time to first token.</summary>
    public required Distribution Ttft { get; init; }

    /// <summary>Time per output token of a request after its first, over requests with more than one.</summary>
    public required Distribution Tpot { get; init; }

    /// <summary>Time between two tokens, over all tokens; percentiles to within 1%.</summary>
    public required Distribution Itl { get; init; }

    /// <summary>Time from a request to its last token.</summary>
    public required Distribution EndToEnd { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Prompt tokens worked on, those of requests started again included.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Steps of the engine.</summary>
    public required long Steps { get; init; }

    /// <summary>Requests put back because keys and values did not fit.</summary>
    public required int Preemptions { get; init; }

    /// <summary>Mean requests in a batch while there was one.</summary>
    public required double Batch { get; init; }

    /// <summary>Largest share of the memory for keys and values in use, 0 to 1.</summary>
    public required double PeakKvShare { get; init; }

    /// <summary>Mean share of the memory for keys and values in use while there was work, 0 to 1.</summary>
    public required double MeanKvShare { get; init; }

    /// <summary>Energy of the replica's accelerators, joules; null where their power is unknown.</summary>
    public double? Joules { get; init; }

    /// <summary>Requests answered a second.</summary>
    public double RequestsPerSecond => Requests / Seconds;

    /// <summary>Output tokens a second.</summary>
    public double OutputTokensPerSecond => OutputTokens / Seconds;

    /// <summary>Mean power of the replica's accelerators, watts; null where unknown.</summary>
    public double? Watts => Joules / Seconds;
}

/// <summary>Counts of times in classes 1% apart, for percentiles of what is too many to keep.</summary>
internal sealed class TimeHistogram
{
    private const double Least = 1e-6, Ratio = 1.01;
    private static readonly double PerLog = 1 / Math.Log(Ratio);
    private readonly double[] counts = new double[2100];
    private double total, weighted;

    public void Clear()
    {
        Array.Clear(counts);
        (total, weighted) = (0, 0);
    }

    public void Add(double seconds, double count)
    {
        total += count;
        weighted += seconds * count;
        counts[Math.Clamp((int)(Math.Log(seconds / Least) * PerLog), 0, counts.Length - 1)] += count;
    }

    /// <summary>Adds another's counts.</summary>
    /// <param name="other">The other.</param>
    /// <param name="weight">For how many of each they stand.</param>
    public void Add(TimeHistogram other, double weight = 1)
    {
        for (var i = 0; i < counts.Length; i++) counts[i] += weight * other.counts[i];
        total += weight * other.total;
        weighted += weight * other.weighted;
    }

    /// <summary>Mean and three percentiles; zeros where there is nothing.</summary>
    public (double Mean, double Median, double P95, double P99) Summary() => total > 0 ? (weighted / total, At(0.5), At(0.95), At(0.99)) : default;

    public Distribution Distribution() => total > 0 ? new(weighted / total, At(0.5), At(0.9), At(0.95), At(0.99)) : default;

    private double At(double share)
    {
        var left = share * total;
        for (var i = 0; i < counts.Length; i++)
        {
            left -= counts[i];
            if (left <= 0) return Least * Math.Pow(Ratio, i + 0.5);
        }

        return Least * Math.Pow(Ratio, counts.Length);
    }
}
