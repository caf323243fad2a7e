using System.Collections.Immutable;
using Switchyard.Performance;

namespace Switchyard.Prove;

/// <summary>What is drawn once for a seed: how wrong the predictions are, and for how much of what can be drawn the run stands.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Slowness">Factor on times, by pool.</param>
/// <param name="Weights">How many of equally likely runs this one stands for, by workload: 1 on average over the runs of a proof.</param>
/// <param name="Weight">The same for all workloads together.</param>
internal sealed record SeedDraws(ulong Seed, double[] Slowness, ImmutableSortedDictionary<string, double> Weights, double Weight)
{
    /// <summary>
    /// Draws; what is the same accelerator for the same model is wrong in the same way. Of runs that are judged together each draws its error from a part of the distribution of its own: the bad end is
    /// among a dozen runs, where independent draws would leave it out in a third of the proofs (McKay, Beckman, Conover, Technometrics 1979). What a workload hangs on most is drawn from parts that
    /// are narrower at the bad end, and each run counts for as much as its part is wide (<see cref="Edges"/>).
    /// </summary>
    public static SeedDraws Of(Stage stage, ProofCase circumstances, ulong seed, RunPlace place)
    {
        var slowness = new double[stage.Makes.Length];
        var mine = stage.MainErrors;
        for (var pool = 0; pool < slowness.Length; pool++)
        {
            var make = stage.Makes[pool];
            if (make.Accelerator is null)
            {
                slowness[pool] = 1;
                continue;
            }

            var generator = Streams.Of(seed, make.ErrorGroup);
            var part = Part(seed, make.ErrorGroup, place);
            var (from, to) = EdgesOf(place.Count, mine.ContainsValue(make.ErrorGroup), part);
            var score = circumstances.ErrorScore ?? NormalScore.AnyOf(from + ((to - from) * Math.Clamp(generator.Unit(), 1e-9, 1 - 1e-9)));
            slowness[pool] = make.Error.At(score);
        }

        double Weight(string group)
        {
            if (circumstances.ErrorScore is not null) return 1;
            var (from, to) = EdgesOf(place.Count, true, Part(seed, group, place));
            return (to - from) * place.Count;
        }

        return new(seed, slowness, mine.ToImmutableSortedDictionary(m => m.Key, m => Weight(m.Value), StringComparer.Ordinal),
            mine.Values.Distinct(StringComparer.Ordinal).Aggregate(1.0, (product, group) => product * Weight(group)));
    }

    /// <summary>Share of the distribution at its bad end that has parts of its own.</summary>
    internal const double Tail = 0.04;

    // One run in so many is drawn from it; fewer runs than twice as many are all alike.
    private const int TailRuns = 4;

    private static (double From, double To) EdgesOf(int count, bool isMain, int part)
    {
        var tail = isMain && count >= 2 * TailRuns ? count / TailRuns : 0;
        var rest = count - tail;
        if (tail == 0) return (part / (double)count, (part + 1) / (double)count);
        return part < rest ? ((1 - Tail) * part / rest, (1 - Tail) * (part + 1) / rest)
            : (1 - Tail + (Tail * (part - rest) / tail), 1 - Tail + (Tail * (part - rest + 1) / tail));
    }

    /// <summary>
    /// The parts of the distribution that the runs of a proof divide among them, best first. A quarter of the runs divides its worst 4%: a service falls over where machines are slower than it
    /// has room for, and where that lies in the last few percent, parts of a twelfth miss it more often than not, and then their interval has no width.
    /// </summary>
    /// <param name="count">Runs of the proof.</param>
    internal static ImmutableArray<double> Edges(int count) => [0, .. Enumerable.Range(0, count).Select(part => EdgesOf(count, true, part).To)];

    // The runs take the parts in an order of its own for each group: the same for all of them, since it is drawn for the first.
    private static int Part(ulong seed, string group, in RunPlace place)
    {
        var order = Streams.Of(seed - (ulong)place.Index, $"parts of {group}");
        int[] parts = [.. Enumerable.Range(0, place.Count)];
        for (var last = place.Count - 1; last > 0; last--)
        {
            var other = Math.Min(last, (int)(order.Unit() * (last + 1)));
            (parts[last], parts[other]) = (parts[other], parts[last]);
        }

        return parts[place.Index];
    }
}
