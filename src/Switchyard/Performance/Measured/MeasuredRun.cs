using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Measured;

/// <summary>A run that somebody measured, as far as its source describes it.</summary>
public abstract record MeasuredRun
{
    /// <summary>Line of the file that it stands on.</summary>
    public required int Line { get; init; }

    /// <summary>Its name in the file.</summary>
    public required string Id { get; init; }

    /// <summary>The model as the file names it.</summary>
    public required string ModelName { get; init; }

    /// <summary>The model; null where the catalog does not know it.</summary>
    public ModelArchitecture? Model { get; init; }

    /// <summary>The system as the file names it.</summary>
    public required string System { get; init; }

    /// <summary>The accelerator; null where the catalog does not know it.</summary>
    public Accelerator? Accelerator { get; init; }

    /// <summary>The engine as the file names it.</summary>
    public string EngineName { get; init; } = "";

    /// <summary>Its version; empty where not said.</summary>
    public string Version { get; init; } = "";

    /// <summary>Why the run cannot be predicted from what the file says; null where it can be tried.</summary>
    public string? Incomplete { get; init; }

    /// <summary>Why the run may not be what it says, such as speculation that is not marked; null where nothing is odd. Such runs take no part in a fit.</summary>
    public string? Suspect { get; init; }

    /// <summary>What was measured.</summary>
    public required ImmutableArray<Observation> Observed { get; init; }

    /// <summary>The model's name: the catalog's, else the file's.</summary>
    public string ModelKey => Model?.Name ?? ModelName;

    /// <summary>The accelerator's name: the catalog's, else the file's.</summary>
    public string SystemKey => Accelerator?.Name ?? System;

    /// <summary>Whether the model has no experts; true where the model is unknown.</summary>
    public bool Dense => Model is null or { Experts: 0 };
}

/// <summary>A measured run of serving.</summary>
public sealed record ServingRun : MeasuredRun
{
    /// <summary>The replica, or the one that decodes where prefill has its own.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>Measured kernels of the model on the accelerator; null where there are none.</summary>
    public KernelProfile? Kernels { get; init; }

    /// <summary>Replicas that share the load; those that decode where prefill has its own.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The replica that prefills; null where one does both.</summary>
    public Deployment? Prefill { get; init; }

    /// <summary>Replicas that prefill.</summary>
    public int PrefillReplicas { get; init; } = 1;

    /// <summary>Prompt lengths.</summary>
    public required RequestLengths Input { get; init; }

    /// <summary>Answer lengths.</summary>
    public required RequestLengths Output { get; init; }

    /// <summary>Tokens at the start of a prompt that are already in the cache.</summary>
    public int CachedPrefix { get; init; }

    /// <summary>Different prompts that are sent again and again, and so lie in the cache whole once each was worked on; 0 where every prompt is its own.</summary>
    public int RepeatedPrompts { get; init; }

    /// <summary>Whether the repeated prompts were all sent before the run began.</summary>
    public bool Warm { get; init; }

    /// <summary>Whether the times were taken in the engine's own process, with prompts that are tokens already: no way there, no tokeniser.</summary>
    public bool InProcess { get; init; }

    /// <summary>How requests come.</summary>
    public required Load Load { get; init; }
}

/// <summary>A measured run of training.</summary>
public sealed record TrainingRun : MeasuredRun
{
    /// <summary>The number format.</summary>
    public required Precision Precision { get; init; }

    /// <summary>The division; null where the source does not say and the best is assumed.</summary>
    public TrainingLayout? Layout { get; init; }

    /// <summary>Accelerators.</summary>
    public required int Accelerators { get; init; }

    /// <summary>Accelerators of an instance.</summary>
    public required int PerInstance { get; init; }

    /// <summary>Bandwidth between instances, bytes a second, per instance and direction.</summary>
    public required double Fabric { get; init; }

    /// <summary>Tokens in a sequence.</summary>
    public required int Sequence { get; init; }

    /// <summary>Sequences of a global batch.</summary>
    public required double Sequences { get; init; }

    /// <summary>Whether only adapters are trained and the model's own weights stay as they are.</summary>
    public bool Frozen { get; init; }
}

/// <summary>How requests come to a replica.</summary>
public abstract record Load
{
    private protected Load()
    {
    }
}

/// <summary>So many clients, each sending its next request when the last is answered; all start at once.</summary>
/// <param name="Concurrency">Clients; at least 1.</param>
/// <param name="Requests">Requests in all.</param>
public sealed record ClosedLoop(int Concurrency, int Requests) : Load;

/// <summary>Requests that arrive at random, or evenly, at a rate that may change from stage to stage.</summary>
/// <param name="Stages">The stages, one after the other.</param>
/// <param name="Even">Whether they arrive evenly instead of at random (Poisson).</param>
public sealed record OpenLoop(ImmutableArray<Stage> Stages, bool Even = false) : Load;

/// <summary>A time of constant rate.</summary>
/// <param name="PerSecond">Requests a second; positive.</param>
/// <param name="Seconds">For how long; positive.</param>
public readonly record struct Stage(double PerSecond, double Seconds);

/// <summary>Requests with their own arrivals and lengths.</summary>
/// <param name="Requests">The requests in the order of their arrival.</param>
public sealed record Replay(ImmutableArray<RequestShape> Requests) : Load;

/// <summary>As many requests as fit within a service level.</summary>
/// <param name="Level">What is promised; <see cref="ServiceLevel.None"/> for throughput alone.</param>
public sealed record Saturated(ServiceLevel Level) : Load;
