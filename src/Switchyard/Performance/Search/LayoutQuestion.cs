using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Search;

/// <summary>Whether prompts get accelerators of their own.</summary>
public enum PrefillChoice
{
    /// <summary>Either, whichever is better.</summary>
    Either,

    /// <summary>Never: each replica works on prompts and answers.</summary>
    Together,

    /// <summary>Always: some replicas prefill, others decode.</summary>
    Apart,
}

/// <summary>A model, accelerators, and what is promised: for the layout that serves best.</summary>
public sealed record LayoutQuestion
{
    /// <summary>The model.</summary>
    public required ModelArchitecture Model { get; init; }

    /// <summary>Number formats that may be used; at least one.</summary>
    public required ImmutableArray<Precision> Precisions { get; init; }

    /// <summary>The accelerator.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>How many there are; at least 1.</summary>
    public required int Accelerators { get; init; }

    /// <summary>Prompt lengths.</summary>
    public required TokenLengths Input { get; init; }

    /// <summary>Answer lengths; more than one token.</summary>
    public required TokenLengths Output { get; init; }

    /// <summary>What is promised.</summary>
    public ServiceLevel Level { get; init; } = ServiceLevel.None;

    /// <summary>Requests a second that must be served, with as few accelerators as can be; null for as many as all accelerators can.</summary>
    public double? Rate { get; init; }

    /// <summary>Clients that each wait for their answer before they ask again, instead of a rate; null for none.</summary>
    public int? Clients { get; init; }

    /// <summary>Tokens at the start of each prompt that are in the cache already.</summary>
    public int CachedPrefix { get; init; }

    /// <summary>The engine.</summary>
    public Engine Engine { get; init; } = Engine.Vllm;

    /// <summary>Whether prompts get accelerators of their own.</summary>
    public PrefillChoice Prefill { get; init; }

    /// <summary>Most watts that each accelerator may draw; 0 for its rated power.</summary>
    public double PowerCapWatts { get; init; }
}

/// <summary>A layout that keeps what is promised.</summary>
public sealed record FoundLayout
{
    /// <summary>The layout.</summary>
    public required ServingLayout Layout { get; init; }

    /// <summary>Requests a second of the whole layout: most that it serves within the promise, by simulation.</summary>
    public required double Capacity { get; init; }

    /// <summary>The layout at the rate asked for, or at its capacity.</summary>
    public required LayoutResult AtLoad { get; init; }

    /// <summary>Requests a second at that load.</summary>
    public required double Rate { get; init; }

    /// <summary>Memory of one accelerator that decodes.</summary>
    public required MemoryUse Memory { get; init; }

    /// <summary>Whether the user's own runs correct the numbers.</summary>
    public bool Calibrated { get; init; }

    /// <summary>Output tokens a second and accelerator at that load.</summary>
    /// <param name="output">Mean answer, tokens.</param>
    public double OutputPerAccelerator(double output) => Rate * output / Layout.Accelerators;
}

/// <summary>A point of the front: no other layout gives one user more tokens a second and each accelerator more throughput.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Rate">Requests a second of the whole layout.</param>
/// <param name="UserTokens">Tokens a second that one user gets after the first: one over the mean time per output token.</param>
/// <param name="AcceleratorTokens">Output tokens a second and accelerator.</param>
/// <param name="Result">Everything simulated at that load.</param>
public sealed record FrontPoint(ServingLayout Layout, double Rate, double UserTokens, double AcceleratorTokens, LayoutResult Result);

/// <summary>How the memory of one accelerator is used, bytes.</summary>
/// <param name="Weights">Weights.</param>
/// <param name="Activations">Activations, graphs and communication.</param>
/// <param name="Request">Keys and values of one request, the longest promised for.</param>
/// <param name="Usable">What the engine may use.</param>
/// <param name="Total">What the accelerator has.</param>
public readonly record struct MemoryUse(double Weights, double Activations, double Request, double Usable, double Total)
{
    /// <summary>Room for keys and values; below 0 where the weights do not fit.</summary>
    public double Room => Usable - Weights - Activations;
}

/// <summary>A layout that cannot be used, and why.</summary>
/// <param name="Precision">The number format.</param>
/// <param name="Division">The division; empty where the reason holds for all.</param>
/// <param name="Reason">Why.</param>
/// <param name="Memory">The arithmetic, where memory is the reason.</param>
public sealed record RuledOut(Precision Precision, string Division, string Reason, MemoryUse? Memory);

/// <summary>What was found for one accelerator.</summary>
public sealed record LayoutAnswer
{
    /// <summary>Layouts that keep the promise, the best first; empty where there is none.</summary>
    public required ImmutableArray<FoundLayout> Best { get; init; }

    /// <summary>The front of throughput against speed for one user, the fastest for a user first.</summary>
    public required ImmutableArray<FrontPoint> Front { get; init; }

    /// <summary>What cannot be used, and why.</summary>
    public required ImmutableArray<RuledOut> RuledOut { get; init; }

    /// <summary>Why nothing was found; null where something was.</summary>
    public string? Refusal { get; init; }

    /// <summary>Divisions considered.</summary>
    public required int Considered { get; init; }

    /// <summary>Loads simulated.</summary>
    public required int Simulated { get; init; }
}
