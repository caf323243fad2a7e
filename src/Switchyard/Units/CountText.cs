using System.Globalization;

namespace Switchyard.Units;

/// <summary>A number of things with their name, such as <c>20B tokens</c>.</summary>
/// <param name="Number">How many; not negative.</param>
/// <param name="Unit">The thing in lower case and plural, such as <c>tokens</c>; empty where none is named.</param>
public readonly record struct Count(double Number, string Unit)
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = "",
        ["token"] = "tokens", ["tokens"] = "tokens",
        ["request"] = "requests", ["requests"] = "requests",
        ["gpu"] = "gpus", ["gpus"] = "gpus", ["accelerator"] = "gpus", ["accelerators"] = "gpus",
        ["instance"] = "instances", ["instances"] = "instances", ["node"] = "instances", ["nodes"] = "instances",
    };

    /// <summary>Reads <c>20B tokens</c>, <c>40M requests</c>, <c>64 GPU</c> or a bare number; not negative, at most 10^18.</summary>
    public static bool TryParse(string text, out Count value, out Misread misread)
    {
        value = default;
        misread = new("a count, such as '20B tokens', '40M requests' or '64 GPU'");
        if (!QuantityText.TrySplit(text, out var number, out var unit)) return false;
        var magnitude = QuantityText.TakeMagnitude(ref unit);
        var name = unit.ToString();
        if (!Units.TryGetValue(name, out var plural))
        {
            var near = Nearest.To(name, ["tokens", "requests", "GPU", "instances"]);
            misread = misread with { Correction = near is null || number * magnitude is not (>= 0 and <= 1e18) ? null : $"{text[..text.LastIndexOf(name, StringComparison.Ordinal)].TrimEnd()} {near}" };
            return false;
        }

        if (number < 0 || number * magnitude > 1e18) return false;
        value = new(number * magnitude, plural);
        return true;
    }

    /// <summary>Reads a whole number of at least 0, such as <c>16</c> or <c>2,048</c>.</summary>
    public static bool TryParseWhole(string text, out int value, out Misread misread)
    {
        misread = new("a whole number");
        value = 0;
        if (!QuantityText.TrySplit(text, out var number, out var unit) || unit.Length > 0 || number < 0 || number > 1e9) return false;
        value = (int)number;
        if (number == value) return true;
        misread = misread with { Correction = Math.Ceiling(number).ToString("0", CultureInfo.InvariantCulture) };
        return false;
    }

    /// <summary>Reads a whole number of at least 1.</summary>
    public static bool TryParsePositive(string text, out int value, out Misread misread)
    {
        if (!TryParseWhole(text, out value, out misread))
        {
            misread = misread with { Expected = "a whole number of at least 1" };
            return false;
        }

        misread = new("a whole number of at least 1");
        return value > 0;
    }

    /// <summary>Reads a finite number above 0.</summary>
    public static bool TryParseNumber(string text, out double value, out Misread misread)
    {
        misread = new("a number above 0");
        return QuantityText.TrySplit(text, out value, out var unit) && unit.Length == 0 && value > 0;
    }
}

/// <summary>Reads shares of a whole.</summary>
public static class ShareText
{
    /// <summary>Reads <c>60%</c> or <c>0.6</c> as 0.6; from 0 to 1.</summary>
    public static bool TryParse(string text, out double value, out Misread misread)
    {
        misread = new("a share from 0% to 100%");
        value = 0;
        if (!QuantityText.TrySplit(text, out var number, out var unit) || !(unit.Length == 0 || unit is "%")) return false;
        value = unit is "%" ? number / 100 : number;
        if (value is >= 0 and <= 1) return true;
        if (unit.Length == 0 && number is > 1 and <= 100) misread = misread with { Correction = $"{QuantityText.Plain(number)}%" };
        return false;
    }

    /// <summary>Reads a share above 0, up to 100%.</summary>
    public static bool TryParsePositive(string text, out double value, out Misread misread)
    {
        if (!TryParse(text, out value, out misread)) return false;
        misread = new("a share above 0%");
        return value > 0;
    }
}

/// <summary>Reads how often something happens.</summary>
public static class FrequencyText
{
    /// <summary>Reads <c>6/s</c>, <c>2k/min</c>, <c>100/h</c> or <c>3M requests/day</c> as a number a second, above 0.</summary>
    public static bool TryParse(string text, out double value, out Misread misread)
    {
        value = 0;
        misread = new("a rate, such as '6/s', '2k/min' or '100/h'");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var amount = (slash < 0 ? text : text[..slash]).AsSpan();
        if (!QuantityText.TrySplit(amount, out var number, out var unit)) return false;
        if (number < 0)
        {
            misread = new("a rate above 0, such as '6/s'");
            return false;
        }

        var magnitude = QuantityText.TakeMagnitude(ref unit);
        if (slash < 0)
        {
            var name = QuantityText.Squeezed(unit);
            misread = misread with { Correction = number * magnitude is > 0 and <= 1e12 && (name is "" or "rps" or "qps" or "req" or "requests") ? $"{QuantityText.Plain(number * magnitude)}/s" : null };
            return false;
        }

        if (!(unit.Length == 0 || unit is "requests" || unit is "request" || unit is "req")) return false;
        var seconds = text[(slash + 1)..].Trim().ToLowerInvariant() switch
        {
            "s" or "sec" or "second" => 1,
            "min" or "minute" => 60,
            "h" or "hr" or "hour" => 3600,
            "d" or "day" => 86_400,
            "week" => 7 * 86_400,
            "month" => Horizon.AverageMonthHours * 3600,
            _ => 0,
        };
        value = seconds > 0 ? number * magnitude / seconds : 0;
        if (seconds == 0)
        {
            var near = Nearest.To(text[(slash + 1)..], ["s", "min", "h", "day", "week", "month"]);
            misread = misread with { Correction = near is null || number * magnitude is not (> 0 and <= 1e12) ? null : $"{text[..slash].Trim()}/{near}" };
            return false;
        }

        if (value is > 0 and <= 1e12) return true;
        misread = new("a rate above 0, such as '6/s'");
        return false;
    }
}
