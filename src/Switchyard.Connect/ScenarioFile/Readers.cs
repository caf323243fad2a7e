using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary>Readers of values that only a scenario file has.</summary>
internal static class Readers
{
    private static readonly string[] DateShapes = ["yyyy-M-d", "yyyy/M/d", "d.M.yyyy", "M/d/yyyy", "yyyyMMdd", "d MMM yyyy", "MMM d yyyy", "MMM d, yyyy"];

    internal static bool Date(string text, out DateOnly value, out Misread misread)
    {
        var ok = DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
        var likely = ok || text.Length > 40 ? null
            : DateOnly.TryParseExact(text.Trim(), DateShapes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? Shown(day)
            : DateOnly.TryParseExact(text.Trim(), "yyyy-M", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) ? Shown(day)
            : null;
        misread = new("a date, such as '2027-01-01'", likely);
        if (!ok || value.Year is >= 1990 and <= 2200) return ok;
        misread = new("a date from 1990 to 2200");
        return false;
    }

    internal static string Shown(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static bool YesNo(string text, out bool value, out Misread misread)
    {
        var word = text.Trim().ToLowerInvariant();
        value = word is "yes" or "true" or "on";
        misread = new("'yes' or 'no'", Nearest.To(word, ["yes", "no"]) ?? (word is "y" or "1" ? "yes" : word is "n" or "0" ? "no" : null));
        return value || word is "no" or "false" or "off";
    }

    internal static bool MonthlyMoney(string text, out Money value, out Misread misread)
    {
        value = default;
        misread = new("an amount by month, such as '$120k/month'");
        if (!Price.TryParse(text, out var price, out var why))
        {
            if (MoneyText.TryParse(text, out _, out _)) misread = misread with { Correction = $"{text.Trim()}/month" };
            else if (why.Expected.Contains("dollars", StringComparison.Ordinal)) misread = why;
            return false;
        }

        if (price.Per == PricePer.Year) misread = misread with { Correction = $"${Math.Round(price.Usd / 12, 2).ToString("0.##", CultureInfo.InvariantCulture)}/month" };
        if (price.Per != PricePer.Month) return false;
        value = new(price.Usd);
        misread = new("an amount above $0");
        return price.Usd > 0;
    }

    /// <summary>An hourly price above 0, by accelerator or by instance.</summary>
    internal static bool Hourly(string text, out Price value, out Misread misread) => HourlyOrFree(text, out value, out misread) && Paid(value, out misread);

    /// <summary>An hourly price that may be 0.</summary>
    internal static bool HourlyOrFree(string text, out Price value, out Misread misread)
    {
        var ok = Price.TryParse(text, out value, out var why);
        misread = new("a price by hour, such as '$2.60/GPU-hour' or '$20.80/hour'", MoneyText.TryParse(text, out _, out _) ? $"{text.Trim()}/GPU-hour" : null);
        if (!ok && why.Expected.Contains("dollars", StringComparison.Ordinal)) misread = why;
        return ok && value.Per is PricePer.AcceleratorHour or PricePer.Hour;
    }

    /// <summary>A price above 0 by tokens, in US dollars a million.</summary>
    internal static bool PerTokens(string text, out double value, out Misread misread)
    {
        value = 0;
        var ok = Price.TryParse(text, out var price, out _);
        misread = new("a price by tokens, such as '$0.60/1M tokens'", MoneyText.TryParse(text, out _, out _) ? $"{text.Trim()}/1M tokens" : null);
        if (!ok || price.Per != PricePer.MillionTokens) return false;
        value = (double)price.Usd;
        return Paid(price, out misread);
    }

    internal static bool Latency(string text, out (LatencyObjective Objective, bool Defaulted) value, out Misread misread)
    {
        var ok = LatencyObjective.TryParse(text, out var objective, out var defaulted, out misread);
        value = (objective, defaulted);
        return ok;
    }

    internal static bool PrecisionOf(string text, out Precision value, out Misread misread)
    {
        misread = new($"a number format ({string.Join(", ", Precisions)})", text.Trim().ToLowerInvariant() switch
        {
            "fp16" or "float16" or "half" or "bfloat16" or "16" => "bf16",
            "fp4_e2m1" or "nvfp4" or "mxfp4" or "4" => "fp4",
            "w4a16" or "awq" or "gptq" or "q4" => "int4",
            "e4m3" or "8" => "fp8",
            var word => Nearest.To(word, Precisions),
        });
        return Enum.TryParse(text.Trim(), ignoreCase: true, out value) && Enum.IsDefined(value) && Precisions.Contains(text.Trim().ToLowerInvariant());
    }

    internal static string Shown(Precision precision) => precision.ToString().ToLowerInvariant();

    internal static readonly string[] Precisions = ["bf16", "fp8", "int8", "fp4", "int4"];

    private static bool Paid(Price price, out Misread misread)
    {
        misread = new("a price above 0");
        return price.Usd > 0;
    }
}
