using System.Collections.Immutable;

namespace Switchyard.Connect.Traces;

/// <summary>What a form is read with.</summary>
/// <param name="Options">What the user says.</param>
/// <param name="Notes">Takes how it was read.</param>
internal sealed record FormReading(TraceOptions Options, List<string> Notes);

/// <summary>Fills in what a file held; null when it has problems.</summary>
internal delegate TraceFile? FormReader(TraceTable table, FormReading reading, TraceFile file);

/// <summary>A kind of file with a header, recognised by the columns that it must have.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Required">The columns that it must have; of each group one, in lower case.</param>
/// <param name="Read">Reads its rows.</param>
internal sealed record TraceForm(string Name, ImmutableArray<ImmutableArray<string>> Required, FormReader Read)
{
    internal TraceForm(string name, string[] required, FormReader read)
        : this(name, [.. required.Select(column => column.Split('|').ToImmutableArray())], read)
    {
    }

    /// <summary>Columns that it can have besides; a misspelt one is a problem, any other is noted as not used.</summary>
    internal ImmutableArray<string> Optional { get; init; } = [];

    /// <summary>Whether the header must have no other columns than the required ones.</summary>
    internal bool Exact { get; init; }

    /// <summary>The groups of which the header has no column.</summary>
    internal IEnumerable<ImmutableArray<string>> Missing(ImmutableArray<string> header) => Required.Where(group => !group.Any(header.Contains));

    internal bool Fits(ImmutableArray<string> header) => !Missing(header).Any() && (!Exact || header.Length == Required.Length);
}
