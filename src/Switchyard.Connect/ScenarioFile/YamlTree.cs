using System.Text;
using Switchyard.Units;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>A part of a YAML file with the line on which it begins.</summary>
internal abstract record Node(int Line)
{
    /// <summary>What kind of part it is, for messages.</summary>
    internal abstract string Kind { get; }

    /// <summary>Whether nothing was written.</summary>
    internal virtual bool IsEmpty => false;
}

/// <summary>A single value.</summary>
internal sealed record ScalarNode(int Line, string Text, bool Plain) : Node(Line)
{
    internal override string Kind => "a single value";

    internal override bool IsEmpty => Plain && Text is "" or "~" or "null";
}

/// <summary>Keys with values, in the order written. A key that is written twice counts once.</summary>
internal sealed record MapNode(int Line, IReadOnlyList<(ScalarNode Key, Node Value)> Entries) : Node(Line)
{
    internal override string Kind => "keys with values";
}

/// <summary>A list.</summary>
internal sealed record ListNode(int Line, IReadOnlyList<Node> Items) : Node(Line)
{
    internal override string Kind => "a list";
}

/// <summary>
/// Reads YAML into a tree, within bounds: nesting, the number of values and size are limited, and aliases are refused, so that no
/// file can make it hang or run out of memory.
/// </summary>
internal sealed class YamlTree
{
    internal const int MaxBytes = 10 * 1024 * 1024;
    private const int MaxDepth = 64;
    private const int MaxValues = 100_000;

    private readonly Findings findings;
    private readonly Parser parser;
    private int values;

    private YamlTree(string text, Findings findings)
    {
        this.findings = findings;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>The text of a file's bytes; null, with a problem, when it is too large, not UTF-8 or not text.</summary>
    internal static string? Decode(ReadOnlySpan<byte> bytes, Findings findings)
    {
        if (bytes.Length > MaxBytes)
        {
            findings.Say(0, "", $"the file is larger than {MaxBytes / 1024 / 1024} MB; a scenario takes a few kB");
            return null;
        }

        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            findings.Say(1, "", "the file is UTF-16; save it as UTF-8");
            return null;
        }

        var index = System.Text.Unicode.Utf8.IsValid(bytes) ? bytes.IndexOf((byte)0) : FirstInvalid(bytes);
        if (index < 0) return Encoding.UTF8.GetString(bytes);
        var line = 1 + bytes[..index].Count((byte)'\n');
        findings.Say(line, "", bytes[index] == 0 ? "the file is binary, not YAML text" : "the file is not UTF-8 text; save it as UTF-8");
        return null;
    }

    /// <summary>The tree; null, with problems, when the text is not one YAML document of bounded size.</summary>
    internal static Node? Read(string text, Findings findings)
    {
        if (text.Length > MaxBytes)
        {
            findings.Say(0, "", $"the file is larger than {MaxBytes / 1024 / 1024} MB; a scenario takes a few kB");
            return null;
        }

        if (text.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF") < 0)
        {
            findings.Say(1, "", "the file is empty; 'switchyard init inference' writes one to start from");
            return null;
        }

        try
        {
            return new YamlTree(text.TrimStart('\uFEFF'), findings).Document();
        }
        catch (YamlException broken)
        {
            findings.Problems.Add(Explained(broken, text, findings.File));
            return null;
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var index = 0;
        while (index < bytes.Length && Rune.DecodeFromUtf8(bytes[index..], out _, out var length) == System.Buffers.OperationStatus.Done)
            index += length;
        return index;
    }

    /// <summary>A tab that indents is the likeliest mistake near the place; else what the parser says.</summary>
    private static Problem Explained(YamlException broken, string text, string file)
    {
        var (first, last) = ((int)Math.Max(1, broken.Start.Line), (int)Math.Max(1, broken.End.Line));
        var lines = text.Split('\n');
        for (var line = Math.Max(1, first - 1); line <= Math.Min(last + 1, lines.Length); line++)
        {
            var indent = lines[line - 1].AsSpan()[..(lines[line - 1].Length - lines[line - 1].TrimStart().Length)];
            if (indent.Contains('\t')) return new(file, line, "", "a tab indents this line; YAML allows only spaces");
        }

        // The parser places the end of a text that is cut off on the line after its last.
        return new(file, Math.Min(first, lines.Length), "", $"not valid YAML: {Problem.Shown(broken.Message.TrimEnd('.'))}");
    }

    /// <summary>Goes to the next event. YamlDotNet throws more than its own exceptions on broken text; here they become one.</summary>
    private bool Advance()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (Exception failed) when (failed is not (YamlException or OutOfMemoryException))
        {
            var mark = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(mark, mark, "the text breaks off or is garbled near here", failed);
        }
    }

    private Node? Document()
    {
        Advance();
        Advance();
        if (parser.Current is not DocumentStart)
        {
            findings.Say(1, "", "the file holds nothing but comments; 'switchyard init inference' writes one to start from");
            return null;
        }

        Advance();
        var root = Value(1, "");
        if (root is null) return null;
        Advance();
        if (parser.Current is DocumentEnd) Advance();
        if (parser.Current is not DocumentStart second) return root;
        findings.Say((int)second.Start.Line, "", "a second document begins; a scenario file holds one");
        return null;
    }

    /// <summary>The part that begins at the current event; leaves the parser on its last event. Null ends the reading.</summary>
    private Node? Value(int depth, string path)
    {
        var at = parser.Current!;
        var line = (int)at.Start.Line;
        if (depth > MaxDepth)
        {
            findings.Say(line, "", $"nested deeper than {MaxDepth} levels");
            return null;
        }

        if (++values > MaxValues)
        {
            findings.Say(line, "", $"more than {MaxValues:#,##0} values; a scenario takes a few hundred");
            return null;
        }

        switch (at)
        {
            case Scalar scalar:
                return new ScalarNode(line, scalar.Value, scalar.Style == ScalarStyle.Plain);
            case AnchorAlias alias:
                findings.Say(line, path, $"'*{Problem.Shown(alias.Value.Value)}' is a YAML alias, which is not supported; write the value out, and put patterns with * in quotes");
                return null;
            case SequenceStart:
                return List(line, depth, path);
            case MappingStart:
                return Map(line, depth, path);
            default:
                findings.Say(line, path, "not valid YAML");
                return null;
        }
    }

    private ListNode? List(int line, int depth, string path)
    {
        List<Node> items = [];
        while (Advance() && parser.Current is not SequenceEnd)
        {
            if (Value(depth + 1, $"{path}[{items.Count}]") is not { } item) return null;
            items.Add(item);
        }

        return new(line, items);
    }

    private MapNode? Map(int line, int depth, string path)
    {
        List<(ScalarNode Key, Node Value)> entries = [];
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        while (Advance() && parser.Current is not MappingEnd)
        {
            if (Value(depth + 1, path) is not { } node) return null;
            var key = node as ScalarNode;
            if (key is null) findings.Say(node.Line, path, $"a key is {node.Kind}; a key is a word");
            Advance();
            var name = key?.Text ?? "?";
            if (Value(depth + 1, Findings.Join(path, name)) is not { } value) return null;
            if (key is null) continue;
            if (seen.TryAdd(name, key.Line)) entries.Add((key, value));
            else findings.Say(key.Line, Findings.Join(path, name), $"is written twice; the first is on line {seen[name]}");
        }

        return new(line, entries);
    }
}
