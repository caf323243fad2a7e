using System.Collections.Immutable;
using Switchyard.Demand;

namespace Switchyard.Plan;

/// <summary>How one instance of a purchase does the work, as a plan reckons with it: what a proof sets its machines up from.</summary>
/// <param name="Precision">The number format.</param>
public abstract record InstanceUse(Precision Precision);

/// <summary>An instance that answers requests.</summary>
/// <param name="Precision">The number format.</param>
/// <param name="TensorParallel">Accelerators of a replica.</param>
/// <param name="Replicas">Replicas of an instance.</param>
/// <param name="RequestsPerSecond">Requests a second that a replica answers within the service level.</param>
/// <param name="Users">Positions, from 0, of the groups of users in the scenario that it is near enough to; empty for work that nobody waits for.</param>
public sealed record ServingUse(Precision Precision, int TensorParallel, int Replicas, double RequestsPerSecond, ImmutableArray<int> Users) : InstanceUse(Precision);

/// <summary>An instance that trains in a gang.</summary>
/// <param name="Precision">The number format.</param>
/// <param name="Gang">Instances that work together.</param>
/// <param name="Hours">Hours from start to end, interruptions included.</param>
/// <param name="RestsWhenBusy">Whether it rests in the busiest hours, in which services need the machines.</param>
public sealed record TrainingUse(Precision Precision, int Gang, double Hours, bool RestsWhenBusy) : InstanceUse(Precision);
