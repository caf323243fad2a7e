using System.Collections.Immutable;

namespace Switchyard.Prove;

/// <summary>
/// What a proof will find broken whatever the runs give that have not been played yet: a plan that is doomed by its first runs need not be played to the end.
/// It says nothing where there is still a chance.
/// </summary>
internal static class Doom
{
    // Halvings of the interval in which the best of the others lies.
    private const int Steps = 40;

    /// <summary>The workloads whose objectives or deadlines are broken for certain.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="known">The runs that were played.</param>
    /// <param name="all">How many there will be.</param>
    public static ImmutableArray<string> Of(Stage stage, IReadOnlyList<RunResult> known, int all)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        for (var s = 0; s < stage.Services.Length; s++)
            if (Misses(stage, s, known, all)) found.Add(stage.Services[s].Name);
        foreach (var jobs in known.SelectMany(r => r.Jobs).GroupBy(j => j.Workload, StringComparer.Ordinal))
        {
            var total = jobs.Count() / known.Count * (double)all;
            if (jobs.Count(j => !j.InTime) > ((1 - Judge.PromisedInTime) * total) + 1e-9) found.Add(jobs.Key);
        }

        return found.ToImmutable();
    }

    private static bool Misses(Stage stage, int service, IReadOnlyList<RunResult> known, int all)
    {
        var wanted = stage.Services[service].ServiceLevel.InOrder;
        for (var kind = 0; kind < wanted.Count; kind++)
        {
            if (wanted[kind] is not { } objective) continue;
            for (var month = 0; month < stage.Horizon.Months; month++)
            {
                var shares = known.Select(r => r.Services[service].Months[month]).Where(m => m.Requests > 0).Select(m => m.Met[kind] / m.Requests).ToList();
                if (shares.Count > 0 && HighestLow(shares, all) < (objective.Percentile / 100) - 1e-9) return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The highest lower end that the interval of so many shares can have when some of them are known. The lower end is mean − t s/√n: concave in the shares, since a
    /// deviation is convex, and the same whatever the order of the others. So it is highest where all the others are alike, and along that line it rises and then falls.
    /// </summary>
    /// <param name="known">The shares that are known.</param>
    /// <param name="all">How many there will be.</param>
    internal static double HighestLow(IReadOnlyList<double> known, int all)
    {
        // As of amounts: what lies below 0 is not cut off, which would hide where it rises.
        double Low(double others) => Figure.OfAmounts([.. known, .. Enumerable.Repeat(others, all - known.Count)]).Low;
        var (from, to) = (0.0, 1.0);
        for (var step = 0; step < Steps; step++)
        {
            var (left, right) = (from + ((to - from) / 3), to - ((to - from) / 3));
            if (Low(left) < Low(right)) from = left;
            else to = right;
        }

        return Math.Max(0, Math.Max(Low(1), Low((from + to) / 2)));
    }
}
