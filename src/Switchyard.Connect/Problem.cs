using System.Collections.Immutable;
using System.Text;
using Switchyard.Units;

namespace Switchyard.Connect;

/// <summary>Something wrong in a file, said so that its reader knows what to change.</summary>
/// <param name="File">The file, as the user named it.</param>
/// <param name="Line">The line, from 1; 0 where the whole file is meant.</param>
/// <param name="Path">Where in the file: keys joined by points, or a column; empty for the whole file.</param>
/// <param name="Message">What is wrong, without the correction.</param>
public sealed record Problem(string File, int Line, string Path, string Message)
{
    private const int LongestValue = 60;

    /// <summary>The offending value; null where nothing is there.</summary>
    public string? Value { get; init; }

    /// <summary>What was expected; null where the message says it all.</summary>
    public string? Expected { get; init; }

    /// <summary>What was probably meant; null where nothing is likely.</summary>
    public string? Correction { get; init; }

    /// <summary>A value that is not what was expected.</summary>
    public static Problem NotA(string file, int line, string path, string value, Misread misread) =>
        new(file, line, path, $"'{Shown(value)}' is not {misread.Expected}")
        {
            Value = value, Expected = misread.Expected, Correction = misread.Correction,
        };

    /// <summary>A text as it can be shown in one line: shortened, and without control characters.</summary>
    public static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in (text.Length > LongestValue ? text[..LongestValue] : text).EnumerateRunes())
            shown.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar ? "�" : rune.ToString());
        return text.Length > LongestValue ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>One line, such as <c>scenario.yaml:14 workloads.chat.slo.ttft: 'fast' is not a duration; maybe '500ms'</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(File);
        if (Line > 0) text.Append(':').Append(Line);
        if (Path.Length > 0) text.Append(' ').Append(Path);
        text.Append(": ").Append(Message);
        if (Correction is not null) text.Append("; maybe '").Append(Correction).Append('\'');
        return text.ToString();
    }
}

/// <summary>What was read from outside: a value, or everything that is wrong with it.</summary>
/// <typeparam name="T">What is read.</typeparam>
/// <param name="Value">The value; null when there are problems.</param>
/// <param name="Problems">All problems, by file and line; empty when there is a value.</param>
public readonly record struct Reading<T>(T? Value, ImmutableArray<Problem> Problems)
    where T : class
{
    /// <summary>A value without problems.</summary>
    public static implicit operator Reading<T>(T value) => new(value, []);

    /// <summary>Problems, put into the order of their files and lines.</summary>
    public static implicit operator Reading<T>(List<Problem> problems) =>
        new(null, [.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)]);
}
