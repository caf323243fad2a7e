using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>
/// Keys with values at a place in the file. Opening one reports the keys that are not known there; each read reports what cannot be
/// read and goes on, so that all problems come at once.
/// </summary>
internal sealed class Section
{
    private readonly MapNode map;
    private readonly Findings findings;

    private Section(MapNode map, string path, Findings findings) => (this.map, Path, this.findings) = (map, path, findings);

    internal string Path { get; }

    internal int Line => map.Line;

    internal IReadOnlyList<(ScalarNode Key, Node Value)> Entries => map.Entries;

    /// <summary>Opens keys with values; null, with a problem, when the node is something else.</summary>
    /// <param name="node">The part of the file.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="findings">Takes the problems.</param>
    /// <param name="known">The keys known there; null where any may stand.</param>
    internal static Section? Open(Node node, string path, Findings findings, IReadOnlyList<string>? known)
    {
        if (node is not MapNode map)
        {
            var keys = known is null ? "keys with values" : $"keys with values ({string.Join(", ", known.Take(6))}{(known.Count > 6 ? ", …" : "")})";
            findings.NotA(node, path, new(keys));
            return null;
        }

        foreach (var (key, _) in map.Entries)
        {
            if (known is null || known.Contains(key.Text, StringComparer.Ordinal)) continue;
            var near = Nearest.To(key.Text, known);
            var listed = near is null ? $"; known here: {string.Join(", ", known)}" : "";
            findings.Say(key.Line, Findings.Join(path, key.Text), $"is not a known key{listed}", key.Text, near);
        }

        return new(map, path, findings);
    }

    internal string At(string key) => Findings.Join(Path, key);

    internal bool Has(string key) => Find(key) is { IsEmpty: false };

    internal Node? Find(string key)
    {
        foreach (var (name, value) in map.Entries)
        {
            if (name.Text == key) return value;
        }

        return null;
    }

    /// <summary>The line of a key, or of the section where the key is missing.</summary>
    internal int LineOf(string key)
    {
        foreach (var (name, _) in map.Entries)
        {
            if (name.Text == key) return name.Line;
        }

        return map.Line;
    }

    /// <summary>Keys with values below a key; null where there are none, or with a problem something else.</summary>
    internal Section? Open(string key, IReadOnlyList<string>? known) =>
        Find(key) is { IsEmpty: false } node ? Open(node, At(key), findings, known) : null;

    /// <summary>Reads a value; false where it is absent, or with a problem not readable.</summary>
    internal bool Read<T>(string key, QuantityReader<T> reader, out T value)
    {
        value = default!;
        return Find(key) is { } node && Read(node, At(key), reader, findings, out value);
    }

    /// <summary>Reads a value that must be there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reader">Reads the text.</param>
    /// <param name="example">What to write, such as <c>'horizon: 24 months'</c>.</param>
    /// <param name="value">The value.</param>
    internal bool Require<T>(string key, QuantityReader<T> reader, string example, out T value)
    {
        if (Find(key) is null) Missing(key, example);
        return Read(key, reader, out value);
    }

    internal void Missing(string key, string example) =>
        findings.Say(map.Line, At(key), $"is missing; write for example '{key}: {example}'");

    /// <summary>A value, or a default that is then listed.</summary>
    internal T ReadOr<T>(string key, QuantityReader<T> reader, T otherwise, string shown, string reason)
    {
        if (Find(key) is not null) return Read(key, reader, out var value) ? value : otherwise;
        findings.Assume(At(key), shown, reason);
        return otherwise;
    }

    /// <summary>One of a few words; null where absent, or with a problem unknown.</summary>
    internal string? Word(string key, IReadOnlyList<string> words)
    {
        if (Find(key) is not { } node) return null;
        if (node is not ScalarNode { IsEmpty: false } scalar)
        {
            findings.NotA(node, At(key), new($"one of {string.Join(", ", words)}"));
            return null;
        }

        var word = words.FirstOrDefault(w => string.Equals(w, scalar.Text, StringComparison.OrdinalIgnoreCase));
        if (word is null) findings.Unknown(node, At(key), $"one of {string.Join(", ", words)}", scalar.Text, words);
        return word;
    }

    /// <summary>A text that is not empty; null where absent or with a problem.</summary>
    internal string? Text(string key, string expected)
    {
        if (Find(key) is not { } node) return null;
        if (node is ScalarNode { IsEmpty: false } scalar && scalar.Text.Trim().Length > 0) return scalar.Text.Trim();
        findings.NotA(node, At(key), new(expected));
        return null;
    }

    /// <summary>The items of a list, each with its place; a single value counts as a list of one.</summary>
    internal IEnumerable<(Node Node, string Path)> Items(string key)
    {
        if (Find(key) is not { IsEmpty: false } node) yield break;
        if (node is not ListNode list)
        {
            yield return (node, At(key));
            yield break;
        }

        for (var i = 0; i < list.Items.Count; i++) yield return (list.Items[i], $"{At(key)}[{i}]");
    }

    /// <summary>The texts of a list of words.</summary>
    internal IEnumerable<(ScalarNode Node, string Path)> Words(string key, string expected)
    {
        foreach (var (node, path) in Items(key))
        {
            if (node is ScalarNode { IsEmpty: false } scalar) yield return (scalar, path);
            else findings.NotA(node, path, new(expected));
        }
    }

    internal static bool Read<T>(Node node, string path, QuantityReader<T> reader, Findings findings, out T value)
    {
        value = default!;
        if (node is not ScalarNode { IsEmpty: false } scalar)
        {
            reader("", out _, out var expected);
            findings.NotA(node, path, expected with { Correction = null });
            return false;
        }

        if (reader(scalar.Text, out value, out var misread)) return true;
        findings.NotA(node, path, misread);
        return false;
    }
}
