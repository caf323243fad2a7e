namespace Switchyard.Units;

/// <summary>Finds what was probably meant by a word that is not known.</summary>
public static class Nearest
{
    /// <summary>Longest words that are compared.</summary>
    private const int Longest = 128;

    /// <summary>
    /// The candidate with the fewest insertions, deletions, replacements and swaps of neighbours, whatever the case; of equals the first
    /// in the order given. Null when all are too far: more than a third of the word's length, and more than 2 for words of up to 6.
    /// </summary>
    /// <param name="word">The word.</param>
    /// <param name="candidates">What is known.</param>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        word = word.Trim();
        if (word.Length is 0 or > Longest) return null;
        var limit = word.Length <= 3 ? 1 : Math.Max(2, word.Length / 3);
        string? best = null;
        var fewest = limit + 1;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > Longest || Math.Abs(candidate.Length - word.Length) >= fewest) continue;
            var distance = Distance(word, candidate);
            if (distance < fewest) (best, fewest) = (candidate, distance);
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        Span<int> before = stackalloc int[Longest + 1];
        Span<int> last = stackalloc int[Longest + 1];
        Span<int> row = stackalloc int[Longest + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 2])
                    && char.ToLowerInvariant(a[i - 2]) == char.ToLowerInvariant(b[j - 1]))
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            last.CopyTo(before);
            row.CopyTo(last);
        }

        return last[b.Length];
    }
}
