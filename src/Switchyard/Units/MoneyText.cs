using System.Globalization;

namespace Switchyard.Units;

/// <summary>What a price counts.</summary>
public enum PricePer
{
    /// <summary>An hour of one accelerator.</summary>
    AcceleratorHour,

    /// <summary>An hour of one instance.</summary>
    Hour,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A year.</summary>
    Year,

    /// <summary>A million tokens.</summary>
    MillionTokens,
}

/// <summary>An amount of money per something.</summary>
/// <param name="Usd">US dollars; not negative.</param>
/// <param name="Per">What the amount is for.</param>
public readonly record struct Price(decimal Usd, PricePer Per)
{
    private const string Examples = "a price, such as '$2.60/GPU-hour', '$120k/month' or '$0.60/1M tokens'";

    /// <summary>Reads a price such as <c>$2.60/GPU-hour</c>, <c>$20.80/hour</c>, <c>$120k/month</c> or <c>$0.60/1M tokens</c>.</summary>
    public static bool TryParse(string text, out Price value, out Misread misread)
    {
        value = default;
        misread = new(Examples);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            slash = text.IndexOf(" per ", StringComparison.OrdinalIgnoreCase);
            if (slash < 0) return false;
        }

        if (!MoneyText.TryParseAny(text[..slash], out var amount, out var problem))
        {
            misread = problem with { Correction = null };
            return false;
        }

        var per = text[(slash + (text[slash] == '/' ? 1 : 5))..].Trim().ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal);
        if (PerOf(per) is not var (kind, units)) return false;
        value = new(amount.Usd / units, kind);
        return true;
    }

    private static (PricePer Kind, decimal Units)? PerOf(string per) => per switch
    {
        "gpu-hour" or "gpuhour" or "gpu/hour" or "gpu-h" or "gpu/h" or "gpuh" or "accelerator-hour" => (PricePer.AcceleratorHour, 1),
        "h" or "hr" or "hour" or "instance-hour" or "node-hour" => (PricePer.Hour, 1),
        "month" or "mo" => (PricePer.Month, 1),
        "year" or "yr" or "y" => (PricePer.Year, 1),
        "1mtokens" or "1mtoken" or "mtokens" or "mtoken" or "milliontokens" or "1milliontokens" => (PricePer.MillionTokens, 1),
        "1ktokens" or "ktokens" or "thousandtokens" => (PricePer.MillionTokens, 0.001m),
        "1btokens" or "btokens" => (PricePer.MillionTokens, 1000),
        "token" or "1token" => (PricePer.MillionTokens, 0.000001m),
        _ => null,
    };
}

/// <summary>Reads amounts of money.</summary>
public static class MoneyText
{
    private const string Expected = "an amount in US dollars, such as '$120k'";

    /// <summary>Reads an amount above 0 such as <c>$120k</c>, <c>$2.60</c> or <c>120000 USD</c>.</summary>
    public static bool TryParse(string text, out Money value, out Misread misread)
    {
        if (!TryParseAny(text, out value, out misread)) return false;
        if (value > Money.Zero) return true;
        misread = new("an amount above $0");
        return false;
    }

    /// <summary>Reads an amount of at least 0.</summary>
    public static bool TryParseAny(string text, out Money value, out Misread misread)
    {
        value = default;
        misread = new(Expected);
        var amount = text.AsSpan().Trim();
        if (amount.IndexOfAny("€£¥") >= 0 || NamesOtherCurrency(amount))
        {
            misread = new("an amount in US dollars (other currencies are not converted)");
            return false;
        }

        var dollars = Take(ref amount, "$") || Take(ref amount, "USD");
        if (!QuantityText.TrySplit(amount, out var number, out var unit))
        {
            misread = new(Expected, DecimalComma(text));
            return false;
        }

        var magnitude = QuantityText.TakeMagnitude(ref unit);
        var bare = unit.Length == 0 && !dollars;
        if (bare || (unit.Length > 0 && !(unit.Equals("USD", StringComparison.OrdinalIgnoreCase) || unit is "$" || unit is "dollars")))
        {
            misread = new(Expected, bare && number * magnitude is > 0 and <= 1e15 ? $"${text.Trim()}" : null);
            return false;
        }

        if (number < 0 || number * magnitude > 1e15) return false;
        // Through the decimal that was written, so that $2.60 is exactly 2.60.
        value = new((decimal)number * (decimal)magnitude);
        return true;
    }

    private static bool Take(ref ReadOnlySpan<char> text, string prefix)
    {
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return false;
        text = text[prefix.Length..].TrimStart();
        return true;
    }

    private static bool NamesOtherCurrency(ReadOnlySpan<char> text)
    {
        foreach (var code in (ReadOnlySpan<string>)["EUR", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "BRL", "KRW", "SGD"])
        {
            if (text.StartsWith(code, StringComparison.OrdinalIgnoreCase) || text.EndsWith(code, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static string? DecimalComma(string text)
    {
        var pointed = text.Replace(',', '.');
        return pointed != text && TryParse(pointed, out _, out _) ? pointed : null;
    }
}

/// <summary>Change by a share in each month or year.</summary>
/// <param name="Share">The share, such as 0.04; above −1.</param>
/// <param name="Months">Months in which it changes by that share: 1 or 12.</param>
public readonly record struct Growth(double Share, int Months)
{
    /// <summary>The same change stated by the month, compounded.</summary>
    public double Monthly => Months == 1 ? Share : Math.Pow(1 + Share, 1.0 / Months) - 1;

    /// <summary>The same change stated by the year, compounded.</summary>
    public double Yearly => Months == 12 ? Share : Math.Pow(1 + Share, 12.0 / Months) - 1;

    /// <summary>Reads <c>4%/month</c> or <c>8%/year</c>; may be negative, down to −90%, and is at most 1000%.</summary>
    public static bool TryParse(string text, out Growth value, out Misread misread)
    {
        value = default;
        misread = new("a growth, such as '4%/month' or '8%/year'");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var amount = (slash < 0 ? text : text[..slash]).AsSpan().Trim();
        if (!QuantityText.TrySplit(amount, out var number, out var unit) || !(unit.Length == 0 || unit is "%")) return false;
        var percent = unit is "%" ? number : number * 100;
        var months = slash < 0 ? 0 : text[(slash + 1)..].Trim().ToLowerInvariant() switch
        {
            "month" or "mo" => 1,
            "year" or "yr" or "y" => 12,
            _ => 0,
        };
        if (number == 0 && slash < 0) months = 1;
        if (months == 0 || (unit.Length == 0 && number != 0))
        {
            if (percent is >= -90 and <= 1000) misread = misread with { Correction = $"{QuantityText.Plain(percent)}%/{(months == 12 ? "year" : "month")}" };
            return false;
        }

        if (percent is < -90 or > 1000)
        {
            misread = new("a growth from -90% to 1000%");
            return false;
        }

        value = new(percent / 100, months);
        return true;
    }

    /// <summary>Per cent and period.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Share * 100:0.####}%/{(Months == 12 ? "year" : "month")}");
}
