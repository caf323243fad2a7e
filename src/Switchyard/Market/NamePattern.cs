namespace Switchyard.Market;

/// <summary>Matches names against patterns in which <c>*</c> stands for any run of characters, whatever the case.</summary>
public static class NamePattern
{
    /// <summary>Whether a name matches a pattern.</summary>
    public static bool Matches(string pattern, string name)
    {
        // The classic two-pointer walk: on a mismatch, let the last star swallow one more character. O(pattern × name).
        int p = 0, n = 0, star = -1, mark = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark, p) = (p, n, p + 1);
            else if (p < pattern.Length && char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(name[n])) (p, n) = (p + 1, n + 1);
            else if (star >= 0) (p, n) = (star + 1, ++mark);
            else return false;
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>Whether a provider's region matches one of the patterns: by its name, with the provider before it, or by its part of the world.</summary>
    /// <param name="patterns">Patterns such as <c>us-*</c> or <c>aws/eu-*</c>; none match everything.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="geography">The part of the world; null where unknown.</param>
    public static bool MatchesRegion(IReadOnlyCollection<string> patterns, string provider, string region, string? geography) =>
        patterns.Count == 0 || patterns.Any(pattern =>
            Matches(pattern, region) || Matches(pattern, $"{provider}/{region}") || (geography is not null && Matches(pattern, geography)));

    /// <summary>Whether an accelerator matches one of the patterns, by name, alias or family.</summary>
    /// <param name="patterns">Patterns such as <c>H100*</c>; none match everything.</param>
    /// <param name="accelerator">The accelerator.</param>
    public static bool MatchesAccelerator(IReadOnlyCollection<string> patterns, Accelerator accelerator) =>
        patterns.Count == 0 || patterns.Any(pattern =>
            Matches(pattern, accelerator.Name) || Matches(pattern, accelerator.Family) || accelerator.Aliases.Any(a => Matches(pattern, a)));
}
