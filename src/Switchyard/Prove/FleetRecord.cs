using System.Collections.Immutable;
using Switchyard.Operate;
using Switchyard.Performance;

namespace Switchyard.Prove;

/// <summary>What became of a machine that serves.</summary>
internal enum ReplicaChangeKind
{
    Serves,
    Drains,
    IsLost,
}

/// <summary>A machine begins or ends to serve.</summary>
internal readonly record struct ReplicaChange(double Seconds, ReplicaChangeKind Kind, int Node, int Pool, double Slowness);

/// <summary>What is drawn once for a seed: how wrong the predictions are.</summary>
internal sealed record SeedDraws(ulong Seed, double[] Slowness)
{
    /// <summary>
    /// Draws; what is the same accelerator for the same model is wrong in the same way. Of runs that are judged together each draws its error from a part of the distribution of its own, all as
    /// likely: the bad end is among a dozen runs, where independent draws would leave it out in a third of the proofs (McKay, Beckman, Conover, Technometrics 1979).
    /// </summary>
    public static SeedDraws Of(Stage stage, ProofCase circumstances, ulong seed, RunPlace place)
    {
        var slowness = new double[stage.Makes.Length];
        for (var pool = 0; pool < slowness.Length; pool++)
        {
            var make = stage.Makes[pool];
            if (make.Accelerator is null)
            {
                slowness[pool] = 1;
                continue;
            }

            var generator = Streams.Of(seed, make.ErrorGroup);
            var score = circumstances.ErrorScore ?? NormalScore.AnyOf((Part(seed, make.ErrorGroup, place) + Math.Clamp(generator.Unit(), 1e-9, 1 - 1e-9)) / place.Count);
            slowness[pool] = make.Error.At(score);
        }

        return new(seed, slowness);
    }

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

/// <summary>What happened to a fleet over the whole horizon.</summary>
internal sealed record FleetRecord
{
    public required Mandate Mandate { get; init; }

    public required Books Books { get; init; }

    public required IReadOnlyList<ReplicaChange>[] Changes { get; init; }

    /// <summary>When a limit let nothing be sent to an API of each service, in order of time.</summary>
    public required IReadOnlyList<(int Api, double From, double To)>[] WithoutApi { get; init; }

    public required IReadOnlyList<JobRun> Jobs { get; init; }

    public required IReadOnlyList<(double Seconds, string Text)> Noted { get; init; }

    public required IReadOnlyList<Presence> Presences { get; init; }

    public required Peaks Peaks { get; init; }

    /// <summary>How often each limit held something back, when first, and why.</summary>
    public required IReadOnlyDictionary<string, (int Times, double First, string Reason)> HeldBack { get; init; }

    public required string Hash { get; init; }

    public required long Events { get; init; }

    /// <summary>Every event with what was decided; null where it was not kept.</summary>
    public IReadOnlyList<(ControllerEvent Happened, ImmutableArray<ControllerDecision> Decisions)>? Log { get; init; }
}
