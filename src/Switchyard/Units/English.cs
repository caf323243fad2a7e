using System.Globalization;

namespace Switchyard.Units;

/// <summary>How numbers are written for people: as the invariant culture does, and percentages without a blank, <c>94.4%</c>, as scenario files write them.</summary>
public static class English
{
    /// <summary>The culture to format with.</summary>
    public static CultureInfo Numbers { get; } = Make();

    /// <summary>A text with its numbers.</summary>
    public static string Text(FormattableString text) => text.ToString(Numbers);

    private static CultureInfo Make()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        // n% and -n%
        culture.NumberFormat.PercentPositivePattern = 1;
        culture.NumberFormat.PercentNegativePattern = 1;
        return CultureInfo.ReadOnly(culture);
    }
}
