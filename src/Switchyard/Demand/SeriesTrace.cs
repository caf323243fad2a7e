using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>One quantity over time.</summary>
/// <param name="Name">What it is, such as <c>requests a second</c> or <c>GPUs in use</c>.</param>
/// <param name="Values">Its values, one for each moment of the trace; NaN where unknown.</param>
public sealed record Series(string Name, ImmutableArray<double> Values);

/// <summary>Quantities read off at moments that need not be evenly spaced: a request rate, GPUs in use.</summary>
/// <param name="Times">Seconds since second 0, not falling.</param>
/// <param name="Columns">The quantities.</param>
public sealed record SeriesTrace(ImmutableArray<double> Times, ImmutableArray<Series> Columns)
{
    /// <summary>The moment of second 0; null where the trace counts seconds from an unknown moment.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Seconds from the first moment to the last.</summary>
    public double Seconds => Times.Length == 0 ? 0 : Times[^1] - Times[0];

    /// <summary>A quantity by its name; null where there is none.</summary>
    public Series? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);
}
