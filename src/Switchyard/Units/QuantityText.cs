using System.Globalization;

namespace Switchyard.Units;

/// <summary>The grammar that all quantities share: a number, then a unit.</summary>
internal static class QuantityText
{
    /// <summary>Longest text that is looked at; nothing that a person writes as one quantity is longer.</summary>
    private const int Longest = 100;

    /// <summary>
    /// Splits a text into a finite number and what follows it. Digits may be grouped by commas in threes or by underscores;
    /// the decimal sign is a point.
    /// </summary>
    internal static bool TrySplit(ReadOnlySpan<char> text, out double number, out ReadOnlySpan<char> rest)
    {
        number = 0;
        rest = default;
        text = text.Trim();
        if (text.Length is 0 or > Longest) return false;
        var i = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, i, grouped: true);
        if (whole < 0) return false;
        var end = whole;
        if (end < text.Length && text[end] == '.')
        {
            var fraction = Digits(text, end + 1, grouped: false);
            if (fraction < 0) return false;
            end = fraction;
        }
        else if (whole == i)
        {
            return false;
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var sign = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            var exponent = Digits(text, sign, grouped: false);
            if (exponent > sign) end = exponent;
        }

        Span<char> plain = stackalloc char[Longest];
        var length = 0;
        foreach (var c in text[..end])
        {
            if (c is not (',' or '_')) plain[length++] = c;
        }

        rest = text[end..].TrimStart();
        return double.TryParse(plain[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    /// <summary>Takes a magnitude (k, M, B or G, T, or its word) off the front of a unit; 1 where there is none.</summary>
    internal static double TakeMagnitude(ref ReadOnlySpan<char> unit)
    {
        foreach (var (word, factor) in (ReadOnlySpan<(string, double)>)
            [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)])
        {
            if (!unit.StartsWith(word, StringComparison.OrdinalIgnoreCase)) continue;
            unit = unit[word.Length..].TrimStart();
            return factor;
        }

        // A magnitude stands alone or before something that is not a letter glued to it: 'M requests' and 'M', never 'min'.
        if (unit.Length == 0 || (unit.Length > 1 && char.IsLetter(unit[1]))) return 1;
        var magnitude = unit[0] switch { 'k' or 'K' => 1e3, 'm' or 'M' => 1e6, 'b' or 'B' or 'g' or 'G' => 1e9, 't' or 'T' => 1e12, _ => 1 };
        if (magnitude > 1) unit = unit[1..].TrimStart();
        return magnitude;
    }

    /// <summary>The shortest spelling of a number, for corrections.</summary>
    internal static string Plain(double number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>A unit without the blanks in it, in lower case: 'm s' becomes 'ms'.</summary>
    internal static string Squeezed(ReadOnlySpan<char> text) => text.ToString().Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static int Digits(ReadOnlySpan<char> text, int from, bool grouped)
    {
        var i = from;
        while (i < text.Length)
        {
            if (char.IsAsciiDigit(text[i])) i++;
            else if (grouped && i > from && text[i] == '_' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])) i++;
            else if (grouped && i > from && text[i] == ',') i = Group(text, i);
            else break;
            if (i < 0) return -1;
        }

        return i;
    }

    /// <summary>The end of a group of exactly three digits after a comma; −1 where it is not one ('1,5' is no number).</summary>
    private static int Group(ReadOnlySpan<char> text, int comma)
    {
        var end = comma + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - comma - 1 == 3 ? end : -1;
    }
}
