using System.Collections.Immutable;

namespace Switchyard.Operate;

/// <summary>The load of a service as it is seen.</summary>
/// <param name="RequestsPerSecond">Requests that arrive a second.</param>
/// <param name="Waiting">Requests that wait beyond what replicas work on.</param>
public readonly record struct ObservedLoad(double RequestsPerSecond, double Waiting);

/// <summary>Something that a controller hears of. The same events come from a simulated fleet and from a real one.</summary>
/// <param name="Seconds">When, in seconds from the horizon's start.</param>
public abstract record ControllerEvent(double Seconds)
{
    /// <summary>Requests that APIs have answered since the beginning, by index of the pool, as their meters say; empty where no service has one.</summary>
    public ImmutableArray<double> ByApi { get; init; } = [];
}

/// <summary>Time to look at everything.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Loads">The load of each service, in the order of the mandate.</param>
public sealed record Tick(double Seconds, ImmutableArray<ObservedLoad> Loads) : ControllerEvent(Seconds);

/// <summary>An instance works.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Instance">Which.</param>
public sealed record InstanceReady(double Seconds, int Instance) : ControllerEvent(Seconds);

/// <summary>An instance is gone: failed, preempted, or its zone is down.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Instance">Which.</param>
/// <param name="Cause">Why.</param>
public sealed record InstanceLost(double Seconds, int Instance, string Cause) : ControllerEvent(Seconds);

/// <summary>An instance of a gang works more slowly than the others, which wait for it at every step.</summary>
/// <param name="Seconds">When it was found.</param>
/// <param name="Instance">Which.</param>
/// <param name="Slowness">Its time over that of the others, above 1.</param>
public sealed record InstanceSlow(double Seconds, int Instance, double Slowness) : ControllerEvent(Seconds);

/// <summary>An instance that was asked for cannot be had.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Instance">Which.</param>
/// <param name="Cause">Why.</param>
public sealed record InstanceRefused(double Seconds, int Instance, string Cause) : ControllerEvent(Seconds);

/// <summary>A job may begin.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Job">The job.</param>
public sealed record JobArrived(double Seconds, JobOrder Job) : ControllerEvent(Seconds);

/// <summary>A job stopped by itself; its machines are well.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Job">Which.</param>
/// <param name="Cause">Why.</param>
public sealed record JobInterrupted(double Seconds, string Job, string Cause) : ControllerEvent(Seconds);

/// <summary>How far a job is.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Job">Which.</param>
/// <param name="Share">Share of its work that is done, 0 to 1.</param>
public sealed record JobProgressed(double Seconds, string Job, double Share) : ControllerEvent(Seconds);

/// <summary>A job has done its work.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Job">Which.</param>
public sealed record JobEnded(double Seconds, string Job) : ControllerEvent(Seconds);

/// <summary>What a controller decides, and why. Whoever carries it out reports back by events.</summary>
/// <param name="Reason">Why.</param>
public abstract record ControllerDecision(string Reason);

/// <summary>Ask for an instance.</summary>
/// <param name="Instance">The id that it shall have.</param>
/// <param name="Pool">Index of the pool.</param>
/// <param name="Zone">The zone of its region, from 0.</param>
/// <param name="Job">The job that it is for; null for a service or for standing capacity.</param>
/// <param name="Reason">Why.</param>
public sealed record StartInstance(int Instance, int Pool, int Zone, string? Job, string Reason) : ControllerDecision(Reason);

/// <summary>Send an instance nothing new, and stop it when it has answered what it has.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record DrainInstance(int Instance, string Reason) : ControllerDecision(Reason);

/// <summary>Stop an instance.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record StopInstance(int Instance, string Reason) : ControllerDecision(Reason);

/// <summary>Give a machine that is not well back, and have it repaired or another put in its place.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Reason">Why.</param>
public sealed record ReplaceInstance(int Instance, string Reason) : ControllerDecision(Reason);

/// <summary>Put a machine of shared capacity to the use of another pool: it stops what it does and works again when it is ready for the new.</summary>
/// <param name="Instance">Which.</param>
/// <param name="Pool">Index of the pool.</param>
/// <param name="Job">The job that it is for; null for a service.</param>
/// <param name="Reason">Why.</param>
public sealed record AssignInstance(int Instance, int Pool, string? Job, string Reason) : ControllerDecision(Reason);

/// <summary>Run a job on instances, from its last checkpoint.</summary>
/// <param name="Job">Which.</param>
/// <param name="Pool">Index of the pool that they are of.</param>
/// <param name="Instances">Their ids.</param>
/// <param name="Reason">Why.</param>
public sealed record RunJob(string Job, int Pool, ImmutableArray<int> Instances, string Reason) : ControllerDecision(Reason);

/// <summary>
/// A limit does not let an instance be asked for, or a request be sent to an API: what wants it goes without until a time, or takes something else.
/// </summary>
/// <param name="Pool">Index of the pool.</param>
/// <param name="Limit">The limit's path in the scenario.</param>
/// <param name="Until">When it can be tried again.</param>
/// <param name="Reason">Why.</param>
public sealed record HoldBack(int Pool, string Limit, double Until, string Reason) : ControllerDecision(Reason);

/// <summary>Nothing can be done now: look again at a time.</summary>
/// <param name="Seconds">When.</param>
/// <param name="Reason">Why.</param>
public sealed record LookAgain(double Seconds, string Reason) : ControllerDecision(Reason);
