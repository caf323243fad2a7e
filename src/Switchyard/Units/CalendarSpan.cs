using System.Globalization;

namespace Switchyard.Units;

/// <summary>A length of time as people say it: calendar months, whose length depends on where they begin, and exact time.</summary>
/// <param name="Months">Whole calendar months; a year is 12.</param>
/// <param name="Time">Time on top of them; not negative.</param>
public readonly record struct CalendarSpan(int Months, TimeSpan Time)
{
    private const string Example = "a duration, such as '500ms', '8h', '5 days' or '1 month'";

    /// <summary>The longest span that can be read: a thousand years is a typing error.</summary>
    private const double MostMonths = 12_000;

    /// <summary>How long it takes from a day on.</summary>
    /// <param name="day">The day at whose beginning it starts.</param>
    public TimeSpan From(DateOnly day) => TimeSpan.FromDays(day.AddMonths(Months).DayNumber - day.DayNumber) + Time;

    /// <summary>Months and time, such as <c>1 month</c> or <c>5 days</c>.</summary>
    public override string ToString()
    {
        var time = Time switch
        {
            { Ticks: 0 } when Months > 0 => "",
            { TotalDays: >= 1 } => Label(Time.TotalDays, "day"),
            { TotalHours: >= 1 } => Label(Time.TotalHours, "hour"),
            { TotalMinutes: >= 1 } => $"{QuantityText.Plain(Time.TotalMinutes)} min",
            { TotalSeconds: >= 1 } => $"{QuantityText.Plain(Time.TotalSeconds)}s",
            _ => $"{QuantityText.Plain(Time.TotalMilliseconds)}ms",
        };
        return Months == 0 ? time : time.Length == 0 ? Label(Months, "month") : $"{Label(Months, "month")} {time}";
    }

    /// <summary>Reads <c>500ms</c>, <c>30 min</c>, <c>8h</c>, <c>1h 30min</c>, <c>5 days</c>, <c>1 month</c>, <c>2 years</c>; longer than 0.</summary>
    public static bool TryParse(string text, out CalendarSpan value, out Misread misread)
    {
        if (TryRead(text, out value, out misread)) return true;
        // What is suggested must itself be right: '9e8M' is not meant to be 900,000,000 minutes.
        if (misread.Correction is { } likely && !TryRead(likely, out _, out _)) misread = misread with { Correction = null };
        return false;
    }

    private static bool TryRead(string text, out CalendarSpan value, out Misread misread)
    {
        value = default;
        misread = new(Example);
        var (months, milliseconds) = (0.0, 0.0);
        var rest = text.AsSpan().Trim();
        if (!QuantityText.TrySplit(rest, out _, out _))
        {
            misread = new("a duration", Likely(text));
            return false;
        }

        while (rest.Length > 0)
        {
            if (!QuantityText.TrySplit(rest, out var number, out var after)) return false;
            var length = 0;
            while (length < after.Length && (char.IsLetter(after[length]) || after[length] == 'µ')) length++;
            var (unit, isMonths) = UnitOf(after[..length]);
            if (unit <= 0 || number < 0)
            {
                misread = new("a duration", number < 0 ? null : Likely(text));
                return false;
            }

            if (isMonths) months += number * unit;
            else milliseconds += number * unit;
            rest = after[length..].TrimStart(" ,");
        }

        if (months > MostMonths || milliseconds > TimeSpan.FromDays(366_000).TotalMilliseconds) return false;
        if (months != Math.Floor(months))
        {
            misread = new("a duration in whole months", $"{QuantityText.Plain(Math.Round(months * 30.436875))} days");
            return false;
        }

        value = new((int)months, TimeSpan.FromTicks((long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond)));
        if (value.Months > 0 || value.Time > TimeSpan.Zero) return true;
        misread = new("a duration longer than 0");
        return false;
    }

    /// <summary>Reads a span that is exact time, without calendar months.</summary>
    public static bool TryParseTime(string text, out TimeSpan value, out Misread misread)
    {
        var ok = TryParse(text, out var span, out misread);
        value = span.Time;
        if (!ok && misread.Correction is { } likely && !(TryParse(likely, out var meant, out _) && meant.Months == 0)) misread = misread with { Correction = null };
        if (!ok || span.Months == 0) return ok;
        misread = new("a duration without months, such as '30 days'", $"{QuantityText.Plain(Math.Round(span.Months * 30.436875))} days");
        return false;
    }

    /// <summary>Reads a span of whole calendar months, such as <c>24 months</c> or <c>2 years</c>.</summary>
    public static bool TryParseMonths(string text, out int value, out Misread misread)
    {
        var ok = TryParse(text, out var span, out misread);
        value = span.Months;
        if (ok && span.Time == TimeSpan.Zero) return true;
        var days = span.Time.TotalDays;
        var bare = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1200;
        misread = new("a number of whole months, such as '12 months'", bare ? Label(count, "month")
            : ok && days >= 28 ? Label(Math.Max(1, Math.Round(days / 30.436875)) + span.Months, "month")
            : misread.Correction is { } likely && TryParse(likely, out var meant, out _) && meant.Time == TimeSpan.Zero ? likely
            : null);
        return false;
    }

    private static (double Size, bool IsMonths) UnitOf(ReadOnlySpan<char> unit) => unit.ToString().ToLowerInvariant() switch
    {
        "us" or "µs" => (0.001, false),
        "ms" or "msec" or "millisecond" or "milliseconds" => (1, false),
        "s" or "sec" or "secs" or "second" or "seconds" => (1000, false),
        "min" or "mins" or "minute" or "minutes" => (60_000, false),
        "h" or "hr" or "hrs" or "hour" or "hours" => (3_600_000, false),
        "d" or "day" or "days" => (86_400_000, false),
        "w" or "wk" or "week" or "weeks" => (7 * 86_400_000, false),
        "mo" or "month" or "months" => (1, true),
        "y" or "yr" or "year" or "years" => (12, true),
        _ => (0, false),
    };

    private static string Likely(string text)
    {
        if (!QuantityText.TrySplit(text, out var number, out var rest) || number <= 0) return Swapped(text) ?? "500ms";
        var unit = QuantityText.Squeezed(rest);
        if (unit is "m") return $"{QuantityText.Plain(number)} min";
        if (UnitOf(unit).Size > 0) return QuantityText.Plain(number) + unit;
        if (unit.Length == 0) return number >= 10 ? $"{QuantityText.Plain(number)}ms" : $"{QuantityText.Plain(number)}s";
        string[] known = ["ms", "s", "min", "h", "days", "weeks", "months", "years"];
        return Nearest.To(unit, known) is { } near
            ? near.Length > 2 ? $"{QuantityText.Plain(number)} {near}" : QuantityText.Plain(number) + near
            : "500ms";
    }

    /// <summary>A decimal comma or a unit before its number, put right.</summary>
    private static string? Swapped(string text)
    {
        var pointed = text.Replace(',', '.');
        return pointed != text && TryRead(pointed, out _, out _) ? pointed : null;
    }

    private static string Label(double number, string unit) => $"{QuantityText.Plain(number)} {unit}{(number == 1 ? "" : "s")}";
}
