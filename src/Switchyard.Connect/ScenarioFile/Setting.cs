using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>A value that takes the place of what a scenario file says at a path.</summary>
/// <param name="Path">Where: keys joined by points, list elements in brackets, such as <c>workloads.chat.rate.peak</c> or <c>current[0].count</c>.</param>
/// <param name="Value">The value as the file would write it; empty to take out what the file says.</param>
public sealed record Setting(string Path, string Value)
{
    /// <summary>As it is written on the command line, without the option's name.</summary>
    public override string ToString() => $"{Path}={Value}";
}

/// <summary>The values that a path takes one after the other: one for a plain setting, several for a sweep.</summary>
/// <param name="Path">Where, see <see cref="Setting"/>.</param>
/// <param name="Values">The values; at least one.</param>
public sealed record SettingRange(string Path, ImmutableArray<string> Values)
{
    /// <summary>What problems of a setting name as their file.</summary>
    public const string Option = "--set";

    /// <summary>Most values of one range.</summary>
    public const int MostValues = 500;

    private const int LongestNumber = 20;

    /// <summary>Whether it makes a sweep.</summary>
    public bool IsSweep => Values.Length > 1;

    /// <summary>
    /// Reads <c>PATH=VALUE</c>. Commas outside brackets and quotes separate the values of a sweep, <c>FROM..TO:STEP</c> counts them up or down,
    /// a value in double quotes is one text.
    /// </summary>
    /// <param name="text">The text.</param>
    public static Reading<SettingRange> Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = (equals < 0 ? text : text[..equals]).Trim();
        Reading<SettingRange> Wrong(string message, string? correction = null) =>
            new List<Problem> { new(Option, 0, Problem.Shown(path), message) { Value = text, Correction = correction } };
        if (path.Length == 0) return Wrong("which value? Write a path of the scenario file, such as limits.provider_share=40%");
        if (equals < 0) return Wrong($"has no value; write {Problem.Shown(path)}=VALUE, or {Problem.Shown(path)}= to take out what the file says");
        var parts = Split(text[(equals + 1)..]);
        if (parts is null) return Wrong($"'{Problem.Shown(text[(equals + 1)..])}' has a bracket or quote that is not closed");
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var part in parts)
        {
            if (part.Length == 0 && parts.Count > 1) return Wrong("has an empty value between its commas");
            if (Count(part, out var problem, out var correction) is { } counted) values.AddRange(counted);
            else if (problem is not null) return Wrong(problem, correction);
            else values.Add(part);
            if (values.Count > MostValues) return Wrong($"takes more than {MostValues} values");
        }

        if (values.GroupBy(v => v, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) return Wrong($"'{Problem.Shown(twice.Key)}' is given twice");
        return new SettingRange(path, values.ToImmutable());
    }

    /// <summary>Every combination of the values of some paths, the last path changing fastest; one without settings where there are no paths.</summary>
    /// <param name="ranges">The paths with their values.</param>
    public static IEnumerable<ImmutableArray<Setting>> Combinations(IReadOnlyList<SettingRange> ranges)
    {
        IEnumerable<ImmutableArray<Setting>> all = [[]];
        return ranges.Aggregate(all, (before, range) => before.SelectMany(row => range.Values.Select(value => row.Add(new(range.Path, value)))));
    }

    // Commas inside brackets, braces and quotes belong to one value.
    private static List<string>? Split(string text)
    {
        var parts = new List<string>();
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '"' || (c is '\'' && text[start..i].Trim().Length == 0)) quote = c;
            else if (c is '[' or '{') depth++;
            else if (c is ']' or '}') depth--;
            else if (c == ',' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }

            if (depth < 0) return null;
        }

        parts.Add(text[start..].Trim());
        return depth == 0 && quote == '\0' ? parts : null;
    }

    // FROM..TO:STEP, the unit written at least once, on TO: '40%..100%:20%', '6..24/s:6'. Null where the text is something else.
    private static List<string>? Count(string text, out string? problem, out string? correction)
    {
        (problem, correction) = (null, null);
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        if (dots < 0 || colon < dots) return null;
        if (Part(text[..dots]) is not { } from || Part(text[(dots + 2)..colon]) is not { } to || Part(text[(colon + 1)..]) is not { } step) return null;
        bool Fits(Amount part) => (part.Before.Length == 0 || part.Before == to.Before) && to.After.StartsWith(part.After, StringComparison.Ordinal);
        string Shown(decimal number) => string.Create(CultureInfo.InvariantCulture, $"{to.Before}{number:0.############}{to.After}");
        if (!Fits(from) || !Fits(step))
        {
            problem = $"'{Problem.Shown(text)}' mixes units; write all three alike";
            correction = $"{Shown(from.Number)}..{Shown(to.Number)}:{Shown(step.Number)}";
            return null;
        }

        var (width, each) = (Math.Abs(to.Number - from.Number), Math.Abs(step.Number));
        if (each == 0) problem = $"'{Problem.Shown(text)}' has a step of 0";
        else if (width / each >= MostValues) problem = $"'{Problem.Shown(text)}' takes more than {MostValues} values";
        if (problem is not null) return null;
        return [.. Enumerable.Range(0, (int)(width / each) + 1).Select(n => Shown(from.Number + (Math.Sign(to.Number - from.Number) * n * each)))];
    }

    private sealed record Amount(string Before, decimal Number, string After);

    // A dollar sign or nothing, a number, and a unit without digits; null where it is something else.
    private static Amount? Part(string text)
    {
        text = text.Trim();
        var start = text.StartsWith('$') ? 1 : 0;
        var end = start;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+')) end++;
        return end - start <= LongestNumber && !text[end..].Any(char.IsAsciiDigit)
            && decimal.TryParse(text[start..end], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? new(text[..start], number, text[end..].TrimEnd())
            : null;
    }
}
