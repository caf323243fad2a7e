using System.Collections.Immutable;
using Switchyard.Operate;

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
    /// <summary>Draws; what is the same accelerator for the same model is wrong in the same way.</summary>
    public static SeedDraws Of(Stage stage, ProofCase circumstances, ulong seed)
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
            slowness[pool] = make.Error.At(circumstances.ErrorScore ?? generator.Normal());
        }

        return new(seed, slowness);
    }
}

/// <summary>What happened to a fleet over the whole horizon.</summary>
internal sealed record FleetRecord
{
    public required Mandate Mandate { get; init; }

    public required Books Books { get; init; }

    public required IReadOnlyList<ReplicaChange>[] Changes { get; init; }

    /// <summary>When a limit let nothing be sent to the API of each service, in order of time.</summary>
    public required IReadOnlyList<(double From, double To)>[] WithoutApi { get; init; }

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
