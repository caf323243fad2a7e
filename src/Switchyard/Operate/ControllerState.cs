using System.Collections.Immutable;

namespace Switchyard.Operate;

/// <summary>Where an instance stands, as far as the controller knows.</summary>
public enum InstancePhase
{
    /// <summary>Asked for, not working yet.</summary>
    Starting,

    /// <summary>Working or free to.</summary>
    Ready,
}

/// <summary>An instance that the controller has.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Pool">Index of its pool.</param>
/// <param name="Zone">The zone that it is in.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Job">The job that it is for; null for none.</param>
public sealed record Instance(int Id, int Pool, int Zone, InstancePhase Phase, string? Job)
{
    /// <summary>Since when it works on what it is for, seconds; means nothing before it is ready.</summary>
    public double Since { get; init; }
}

/// <summary>A job that is not done.</summary>
/// <param name="Order">What it is.</param>
/// <param name="Pool">The pool that its gang is put together in; −1 for none yet.</param>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="Share">Share of its work known to be done.</param>
/// <param name="Attempts">How often it has been started.</param>
public sealed record Job(JobOrder Order, int Pool, bool IsRunning, double Share, int Attempts)
{
    /// <summary>Instance-seconds that machines of each pool worked on it and are gone, by the pool's index; kept for piles.</summary>
    public ImmutableSortedDictionary<int, double> Worked { get; init; } = ImmutableSortedDictionary<int, double>.Empty;

    /// <summary>How fast its machines are against what the plan reckons with, as its progress says; 1 before it is known.</summary>
    public double Pace { get; init; } = 1;
}

/// <summary>All that a controller knows: a value. A decision is a function of it and of an event.</summary>
public sealed record ControllerState
{
    /// <summary>The instances, by id.</summary>
    public ImmutableSortedDictionary<int, Instance> Instances { get; init; } = ImmutableSortedDictionary<int, Instance>.Empty;

    /// <summary>The jobs that are not done, by name.</summary>
    public ImmutableSortedDictionary<string, Job> Jobs { get; init; } = ImmutableSortedDictionary.Create<string, Job>(StringComparer.Ordinal);

    /// <summary>The id of the next instance.</summary>
    public int NextInstance { get; init; }

    /// <summary>Until when each zone of a pool is not asked again; empty where none was refused.</summary>
    public ImmutableSortedDictionary<(int Pool, int Zone), double> RefusedUntil { get; init; } = ImmutableSortedDictionary<(int Pool, int Zone), double>.Empty;

    /// <summary>How many machines of shared capacity each service's pool wants, by index of the pool: what it has on top, jobs may take.</summary>
    public ImmutableSortedDictionary<int, int> Wanted { get; init; } = ImmutableSortedDictionary<int, int>.Empty;

    /// <summary>Up to when what runs has been booked, seconds.</summary>
    public double PaidUntil { get; init; }

    /// <summary>What has been spent from each budget until then; empty where nothing has.</summary>
    public ImmutableArray<Spending> Spent { get; init; } = [];

    /// <summary>Requests that APIs had answered by then, by index of the pool; empty where none has.</summary>
    public ImmutableArray<double> ByApi { get; init; } = [];

    /// <summary>When the next budget is used up as things run, seconds; not ahead where none is.</summary>
    public double LookAt { get; init; }

    /// <summary>The load of each service when it was last seen.</summary>
    public ImmutableArray<ObservedLoad> Loads { get; init; } = [];
}

/// <summary>What was decided, and what the controller knows then.</summary>
/// <param name="State">What it knows.</param>
/// <param name="Decisions">What is to be done, in order.</param>
public readonly record struct Decided(ControllerState State, ImmutableArray<ControllerDecision> Decisions);
