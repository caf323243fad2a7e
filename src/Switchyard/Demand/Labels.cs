using System.Collections.Immutable;

namespace Switchyard.Demand;

/// <summary>A column of names that repeat, such as users: each name once, and for each row which of them it is.</summary>
/// <param name="Names">The names, in the order of their first row.</param>
/// <param name="Of">For each row the position of its name; −1 where the row has none. Empty where the trace has no such column.</param>
public sealed record Labels(ImmutableArray<string> Names, ImmutableArray<int> Of)
{
    /// <summary>A column that is not there.</summary>
    public static Labels None { get; } = new([], []);

    /// <summary>The name in a row; null where there is none.</summary>
    public string? this[int row] => row < Of.Length && Of[row] >= 0 ? Names[Of[row]] : null;
}
