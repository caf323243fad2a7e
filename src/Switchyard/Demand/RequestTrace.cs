using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>
/// Requests as they came, a column per field so that millions fit: row <c>i</c> of each column that is not empty is request <c>i</c>.
/// An empty column means that the trace does not say.
/// </summary>
public sealed record RequestTrace
{
    /// <summary>When each request came: seconds since second 0, not falling. At least one.</summary>
    public required ImmutableArray<double> Arrivals { get; init; }

    /// <summary>Tokens of each prompt, at least 0; empty where unknown.</summary>
    public ImmutableArray<int> Input { get; init; } = [];

    /// <summary>Tokens of each answer, at least 0; empty where unknown.</summary>
    public ImmutableArray<int> Output { get; init; } = [];

    /// <summary>How long each request was served where the trace was taken, in seconds; empty where unknown.</summary>
    public ImmutableArray<double> ServedSeconds { get; init; } = [];

    /// <summary>The moment of second 0; null where the trace counts seconds from an unknown moment.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Requests in the trace.</summary>
    public int Count => Arrivals.Length;

    /// <summary>Seconds from the first request to the last.</summary>
    public double Seconds => Count == 0 ? 0 : Arrivals[^1] - Arrivals[0];
}
