using System.Collections.Immutable;

namespace Switchyard.Prove;

/// <summary>
/// What a proof will find broken whatever the runs give that have not been played yet: a plan that is doomed by its first runs need not be played to the end.
/// It says nothing where there is still a chance.
/// </summary>
internal static class Doom
{
    // Thirds that the interval in which the best mean lies loses.
    private const int Steps = 40;

    /// <summary>The workloads whose objectives or deadlines are broken for certain.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="known">The runs that were played.</param>
    /// <param name="all">What is drawn for each of all runs, those that were played among them.</param>
    public static ImmutableArray<string> Of(Stage stage, IReadOnlyList<RunResult> known, IReadOnlyList<SeedDraws> all)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        for (var s = 0; s < stage.Services.Length; s++)
            if (Misses(stage, s, known, all)) found.Add(stage.Services[s].Name);
        foreach (var workload in known.SelectMany(r => r.Jobs).Select(j => j.Workload).Distinct(StringComparer.Ordinal))
        {
            // Each run has the same jobs.
            var late = known.Sum(r => r.WeightOf(workload) * r.Jobs.Count(j => j.Workload == workload && !j.InTime));
            var total = known[0].Jobs.Count(j => j.Workload == workload) * all.Sum(d => d.Weights.GetValueOrDefault(workload, 1));
            if (late > ((1 - Judge.PromisedInTime) * total) + 1e-9) found.Add(workload);
        }

        return found.ToImmutable();
    }

    private static bool Misses(Stage stage, int service, IReadOnlyList<RunResult> known, IReadOnlyList<SeedDraws> all)
    {
        var (name, wanted) = (stage.Services[service].Name, stage.Services[service].ServiceLevel.InOrder);
        var total = all.Sum(d => d.Weights.GetValueOrDefault(name, 1));
        for (var kind = 0; kind < wanted.Count; kind++)
        {
            if (wanted[kind] is not { } objective) continue;
            for (var month = 0; month < stage.Horizon.Months; month++)
            {
                var shares = known.Select(r => (Month: r.Services[service].Months[month], Weight: r.WeightOf(name))).Where(p => p.Month.Requests > 0).Select(p => (p.Month.Met[kind] / p.Month.Requests, p.Weight)).ToList();
                if (shares.Count > 0 && HighestLow(shares, all.Count, total) < (objective.Percentile / 100) - 1e-9) return true;
            }
        }

        return false;
    }

    /// <summary>
    /// No interval of so many shares has a higher lower end when some of them are known. The lower end is mean − t e; whatever the others are, the mean is at most that with all of them at 1, and
    /// with a mean m the error e is at least what the known shares add to it, √(n/(n−1) Σ w² (x − m)²) / Σ w. What is left is concave in m: it rises and then falls.
    /// </summary>
    /// <param name="known">The shares that are known, each with its weight.</param>
    /// <param name="all">How many there will be.</param>
    /// <param name="total">The weight of all of them.</param>
    internal static double HighestLow(IReadOnlyList<(double Share, double Weight)> known, int all, double total)
    {
        if (all < 3) return 1;
        var most = Math.Min(1, (known.Sum(k => k.Share * k.Weight) + (total - known.Sum(k => k.Weight))) / total);
        var scale = Figure.T(all) * Math.Sqrt(all / (all - 1.0)) / total;
        double Low(double mean) => mean - (scale * Math.Sqrt(known.Sum(k => k.Weight * k.Weight * (k.Share - mean) * (k.Share - mean))));
        var (from, to) = (0.0, most);
        for (var step = 0; step < Steps; step++)
        {
            var (left, right) = (from + ((to - from) / 3), to - ((to - from) / 3));
            if (Low(left) < Low(right)) from = left;
            else to = right;
        }

        return Math.Max(0, Math.Max(Low(most), Low((from + to) / 2)));
    }
}
