using Switchyard.Units;

namespace Switchyard.Demand;

/// <summary>A latency that a share of requests must stay under.</summary>
/// <param name="Percentile">The share of requests, in percent: 50 to 99.9.</param>
/// <param name="Limit">The latency they must stay under; positive.</param>
public readonly record struct LatencyObjective(double Percentile, TimeSpan Limit)
{
    /// <summary>The share of requests, in percent, where only a limit is written.</summary>
    public const double DefaultPercentile = 95;

    /// <summary>As the scenario file writes it, such as <c>p95 &lt; 500ms</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{Percentile:0.##} < {Limit.TotalMilliseconds:0.##}ms");

    /// <summary>Reads <c>p95 &lt; 500ms</c>, or <c>500ms</c> for the default percentile.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The objective.</param>
    /// <param name="defaulted">Whether no percentile was written.</param>
    /// <param name="misread">What was expected, when false is returned.</param>
    public static bool TryParse(string text, out LatencyObjective value, out bool defaulted, out Misread misread)
    {
        var rest = text.AsSpan().Trim();
        var percentile = DefaultPercentile;
        defaulted = true;
        value = default;
        if (rest.Length > 1 && rest[0] is 'p' or 'P' && char.IsAsciiDigit(rest[1]))
        {
            defaulted = false;
            var length = 1;
            while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '.')) length++;
            if (!double.TryParse(rest[1..length], System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out percentile)
                || percentile is not (>= 50 and <= 99.9))
            {
                misread = new("a percentile from p50 to p99.9, such as 'p95 < 500ms'", percentile > 99.9 ? $"p99.9{rest[length..]}" : null);
                return false;
            }

            rest = rest[length..].TrimStart();
            if (rest.Length == 0 || rest[0] is not ('<' or '≤' or ':'))
            {
                misread = new("a latency objective, such as 'p95 < 500ms'", CalendarSpan.TryParseTime(rest.ToString(), out _, out _)
                    ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{percentile:0.##} < {rest}") : null);
                return false;
            }
        }

        var limit = rest.TrimStart("<≤=: ").ToString();
        if (!CalendarSpan.TryParseTime(limit, out var time, out misread)) return false;
        misread = new("a latency of at most an hour");
        value = new(percentile, time);
        return time <= TimeSpan.FromHours(1);
    }
}

/// <summary>What a serving workload promises its users. An objective that is null is not promised.</summary>
/// <param name="Ttft">Time to first token, as the user sees it: network, queue and prefill.</param>
/// <param name="Tpot">Time per output token after the first.</param>
/// <param name="EndToEnd">Time from the request to its last token.</param>
public sealed record ServiceLevel(LatencyObjective? Ttft, LatencyObjective? Tpot, LatencyObjective? EndToEnd = null)
{
    /// <summary>The first objective of another service level that this one does not promise to keep; null where it keeps them all.</summary>
    public string? Misses(ServiceLevel wanted)
    {
        static bool Keeps(LatencyObjective? promised, LatencyObjective? wanted) =>
            wanted is not { } objective || (promised is { } given && given.Percentile >= objective.Percentile && given.Limit <= objective.Limit);
        return !Keeps(Ttft, wanted.Ttft) ? $"ttft {wanted.Ttft}"
            : !Keeps(Tpot, wanted.Tpot) ? $"tpot {wanted.Tpot}"
            : !Keeps(EndToEnd, wanted.EndToEnd) ? $"e2e {wanted.EndToEnd}"
            : null;
    }

    /// <summary>The objectives in the order time to first token, time per token, end to end; null where nothing is promised.</summary>
    public IReadOnlyList<LatencyObjective?> InOrder => [Ttft, Tpot, EndToEnd];

    /// <summary>No promise: throughput alone counts.</summary>
    public static ServiceLevel None { get; } = new(null, null);
}

/// <summary>How long prompts or answers are, in tokens: a log-normal through its median and 95th percentile, or a constant.</summary>
/// <param name="P50">Median; positive.</param>
/// <param name="P95">95th percentile; at least the median.</param>
public readonly record struct TokenLengths(double P50, double P95)
{
    private const double Z95 = 1.6448536269514722;

    /// <summary>Every request has the same length.</summary>
    public static TokenLengths Constant(double tokens) => new(tokens, tokens);

    /// <summary>Standard deviation of the length's natural logarithm.</summary>
    public double Sigma => P95 > P50 ? Math.Log(P95 / P50) / Z95 : 0;

    /// <summary>Mean length in tokens: P50 × exp(σ²/2).</summary>
    public double Mean => P50 * Math.Exp(Sigma * Sigma / 2);

    /// <summary>Mean of the squared length: P50² × exp(2σ²).</summary>
    public double MeanSquare => P50 * P50 * Math.Exp(2 * Sigma * Sigma);

    /// <summary>Length at a number of standard deviations of the logarithm, such as 1.645 for the 95th percentile.</summary>
    /// <param name="z">Standard score.</param>
    public double AtScore(double z) => P50 * Math.Exp(Sigma * z);
}
