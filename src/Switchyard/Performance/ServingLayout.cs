namespace Switchyard.Performance;

/// <summary>
/// How accelerators serve a model: replicas that work on prompts and answers alike, or some that only prefill and some that only decode, with keys and
/// values sent from one to the other.
/// </summary>
public sealed record ServingLayout
{
    /// <summary>One replica; the one that decodes where prefill has its own.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>How many of it share the load; at least 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>A replica that only prefills; null where one does both.</summary>
    public Deployment? Prefill { get; init; }

    /// <summary>How many replicas prefill; 0 where one does both.</summary>
    public int PrefillReplicas { get; init; }

    /// <summary>Accelerators of the whole.</summary>
    public int Accelerators => (Replicas * Deployment.Accelerators) + (Prefill is { } apart ? PrefillReplicas * apart.Accelerators : 0);

    /// <summary>As people write it, such as <c>4 x TP2</c> or <c>3 x TP1 prefill + 2 x TP2 decode</c>.</summary>
    public string Division => Prefill is { } apart
        ? $"{PrefillReplicas} x {apart.Division} prefill + {Replicas} x {Deployment.Division} decode"
        : $"{Replicas} x {Deployment.Division}";

    /// <summary>Reads <c>4xTP2</c>, <c>TP4PP2</c> or <c>2xTP1DP8</c>: replicas and their division.</summary>
    /// <param name="text">The text.</param>
    /// <param name="deployment">What else is known of the replica.</param>
    /// <returns>The replicas and one of them; null where the text says neither.</returns>
    public static (int Replicas, Deployment Deployment)? Parse(string text, Deployment deployment)
    {
        var rest = text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var times = rest.IndexOf('X', StringComparison.Ordinal);
        var replicas = 1;
        if (times >= 0 && !Whole(rest[..times], out replicas)) return null;
        rest = rest[(times + 1)..];
        var (tensor, stages, ranks) = (0, 0, 0);
        while (rest.Length > 2)
        {
            var digits = 2;
            while (digits < rest.Length && char.IsAsciiDigit(rest[digits])) digits++;
            if (!Whole(rest[2..digits], out var number)) return null;
            ref var part = ref tensor;
            if (rest.StartsWith("PP", StringComparison.Ordinal)) part = ref stages;
            else if (rest.StartsWith("DP", StringComparison.Ordinal)) part = ref ranks;
            else if (!rest.StartsWith("TP", StringComparison.Ordinal)) return null;
            if (part != 0) return null;
            part = number;
            rest = rest[digits..];
        }

        if (rest.Length > 0 || (tensor == 0 && stages == 0 && ranks == 0)) return null;
        return (replicas, deployment with
        {
            TensorParallel = Math.Max(1, tensor), PipelineParallel = Math.Max(1, stages), DataParallel = Math.Max(1, ranks), ExpertParallel = Math.Max(1, ranks),
        });
    }

    private static bool Whole(string text, out int number) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 100_000;
}
