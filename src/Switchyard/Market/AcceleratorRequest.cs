using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Units;

namespace Switchyard.Market;

/// <summary>
/// Accelerators as people ask for them, in SkyPilot's and dstack's spellings: <c>H100</c>, <c>H100:8</c>, <c>A100-80GB:4</c>,
/// <c>H100:1-8</c>, <c>H100:4+</c>, <c>A10G,A100:4..8</c>, <c>24GB..</c>, <c>16GB+</c>, <c>nvidia:24GB..48GB:2</c>, <c>A100*</c>.
/// </summary>
public sealed record AcceleratorRequest
{
    /// <summary>The maker in lower case; null for any.</summary>
    public string? Vendor { get; init; }

    /// <summary>Names, aliases, families or patterns with <c>*</c>; empty for any.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Least memory of one accelerator, in gigabytes as makers state it; null for any.</summary>
    public double? MinMemoryGB { get; init; }

    /// <summary>Most memory of one accelerator, in gigabytes as makers state it; null for any.</summary>
    public double? MaxMemoryGB { get; init; }

    /// <summary>Fewest accelerators; null where no count is written.</summary>
    public double? MinCount { get; init; }

    /// <summary>Most accelerators; null where there is no upper end.</summary>
    public double? MaxCount { get; init; }

    private static readonly string[] Vendors = ["nvidia", "amd", "intel", "google", "aws", "tenstorrent"];

    /// <summary>Whether an accelerator is among those asked for; counts play no part.</summary>
    public bool Admits(Accelerator accelerator) =>
        (Vendor is null || string.Equals(Vendor, accelerator.Vendor, StringComparison.OrdinalIgnoreCase))
        && (Names.IsEmpty || Names.Any(name => IsNamed(accelerator, name)))
        && (MinMemoryGB is not { } min || accelerator.Memory.GiB >= min - 0.5)
        && (MaxMemoryGB is not { } max || accelerator.Memory.GiB <= max + 0.5);

    private static bool IsNamed(Accelerator accelerator, string name) =>
        accelerator.IsNamed(name)
        || string.Equals(accelerator.Family, name, StringComparison.OrdinalIgnoreCase)
        || (name.Contains('*', StringComparison.Ordinal)
            && (NamePattern.Matches(name, accelerator.Name) || NamePattern.Matches(name, accelerator.Family)));

    /// <summary>Reads a request.</summary>
    public static bool TryParse(string text, out AcceleratorRequest value, out Misread misread)
    {
        value = new();
        misread = new("accelerators, such as 'H100', 'H100:8', 'H100:1-8' or '24GB..'");
        var parts = text.Trim().Split(':');
        if (text.Length > 200 || parts.Length > 4) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i].Trim();
            if (part.Length == 0) return false;
            if (i == 0 && Vendors.Contains(part, StringComparer.OrdinalIgnoreCase)) value = value with { Vendor = part.ToLowerInvariant() };
            else if (TryRange(part, memory: true, out var min, out var max)) value = value with { MinMemoryGB = min, MaxMemoryGB = max };
            else if (i > 0 && TryRange(part, memory: false, out min, out max)) value = value with { MinCount = min, MaxCount = max };
            else if (value.Names.IsEmpty && value.MinCount is null && char.IsAsciiLetterOrDigit(part[0]) | part[0] == '*' && IsNames(part))
                value = value with { Names = [.. part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] };
            else return false;
        }

        return value.Names.Length > 0 || value.MinMemoryGB is not null || value.MaxMemoryGB is not null || value.Vendor is not null;
    }

    /// <summary>Reads one accelerator and a count, such as <c>H100:8</c>; a count of 1 where none is written.</summary>
    public static bool TryParseExact(string text, out AcceleratorRequest value, out Misread misread)
    {
        var ok = TryParse(text, out value, out misread) && value.Names.Length == 1 && value.MinMemoryGB is null && value.Vendor is null
            && !value.Names[0].Contains('*', StringComparison.Ordinal)
            && (value.MinCount is null || value.MinCount == value.MaxCount);
        misread = new("one accelerator and its count, such as 'H100:8'");
        if (ok && value.MinCount is null) value = value with { MinCount = 1, MaxCount = 1 };
        return ok;
    }

    private static bool IsNames(string part) => part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ',' or ' ' or '*');

    /// <summary>Reads <c>8</c>, <c>1-8</c>, <c>1..8</c>, <c>4+</c>, <c>4..</c> or <c>..8</c>, each number with GB behind it for memory.</summary>
    private static bool TryRange(string text, bool memory, out double? min, out double? max)
    {
        (min, max) = (null, null);
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var dash = memory ? -1 : text.IndexOf('-', StringComparison.Ordinal);
        var (low, high) = dots >= 0 ? (text[..dots], text[(dots + 2)..])
            : dash >= 0 ? (text[..dash], text[(dash + 1)..])
            : text.EndsWith('+') ? (text[..^1], "")
            : (text, text);
        if ((low.Length == 0 && high.Length == 0) || (dash >= 0 && (low.Length == 0 || high.Length == 0))) return false;
        if (low.Length > 0 && !TryAmount(low, memory, out min)) return false;
        if (high.Length > 0 && !TryAmount(high, memory, out max)) return false;
        return !(min > max);
    }

    private static bool TryAmount(string text, bool memory, out double? amount)
    {
        amount = null;
        text = text.Trim();
        if (memory)
        {
            if (!text.EndsWith("GB", StringComparison.OrdinalIgnoreCase)) return false;
            text = text[..^2].TrimEnd();
        }

        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number is not (> 0 and <= 1e6)) return false;
        amount = number;
        return true;
    }
}
