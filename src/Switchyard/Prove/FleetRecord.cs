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
