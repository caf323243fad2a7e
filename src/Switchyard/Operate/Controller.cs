using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Operate;

/// <summary>
/// Decides what a fleet does: (state, event) → decisions, each with its reason. It knows no clock, no fleet and no market but what events tell it,
/// so that the same one is proven by replay and runs real clusters. What it remembers beside the state are answers that follow from the
/// mandate alone: the same state and event give the same decisions whatever came before.
/// </summary>
public sealed class Controller
{
    private readonly Mandate mandate;
    private readonly ServiceScaling services;
    private readonly JobPlacement jobs;
    private readonly Bounds bounds;

    /// <summary>A controller with its charge.</summary>
    /// <param name="mandate">What it is charged with.</param>
    public Controller(Mandate mandate)
    {
        this.mandate = mandate;
        services = new(mandate);
        jobs = new(mandate);
        bounds = new(mandate);
    }

    /// <summary>Decides.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="happened">What happened.</param>
    public Decided Decide(ControllerState state, ControllerEvent happened)
    {
        state = bounds.Book(state, happened);
        var draft = new Draft(mandate, bounds, state, happened.Seconds);
        switch (happened)
        {
            case Tick tick:
                draft.State = state with { Loads = tick.Loads };
                StandingCapacity(draft);
                services.Scale(draft);
                jobs.Place(draft);
                break;
            case InstanceReady ready when state.Instances.TryGetValue(ready.Instance, out var instance):
                draft.Put(instance with { Phase = InstancePhase.Ready, Since = happened.Seconds });
                if (instance.Job is not null || mandate.Pools[instance.Pool].IsStanding) jobs.Place(draft);
                if (instance.Job is { } its) jobs.Foresee(draft, its);
                break;
            case InstanceLost lost when state.Instances.TryGetValue(lost.Instance, out var instance):
                draft.Remove(instance);
                JobPlacement.Lose(draft, instance);
                if (mandate.Pools[instance.Pool].IsStanding) StandingCapacity(draft);
                services.Replace(draft, instance, lost.Cause);
                jobs.Place(draft);
                break;
            case InstanceSlow slow when state.Instances.TryGetValue(slow.Instance, out var instance) && instance.Job is not null && mandate.Pools[instance.Pool].Gang > 1:
                draft.Replace(instance, English.Text($"it is {slow.Slowness - 1:0%} slower than the rest of its gang, which waits for it"));
                JobPlacement.Lose(draft, instance);
                if (mandate.Pools[instance.Pool].IsStanding) StandingCapacity(draft);
                jobs.Place(draft);
                break;
            case InstanceRefused refused when state.Instances.TryGetValue(refused.Instance, out var instance):
                draft.Remove(instance);
                draft.Refuse(instance.Pool, instance.Zone, happened.Seconds + mandate.Policy.RetrySeconds, refused.Cause);
                services.Replace(draft, instance, refused.Cause);
                jobs.Place(draft);
                break;
            case JobArrived arrived:
                draft.Put(new Job(arrived.Job, -1, false, 0, 0));
                jobs.Place(draft);
                break;
            case JobInterrupted stopped when state.Jobs.TryGetValue(stopped.Job, out var job):
                draft.Put(job with { IsRunning = false });
                jobs.Place(draft);
                break;
            case JobProgressed progressed when state.Jobs.TryGetValue(progressed.Job, out var job):
                jobs.Progress(draft, job, progressed.Share);
                break;
            case JobEnded ended when state.Jobs.TryGetValue(ended.Job, out var job):
                jobs.End(draft, job);
                jobs.Place(draft);
                break;
        }

        bounds.Keep(draft);
        return new(draft.State, draft.Decisions);
    }

    /// <summary>Capacity that is paid for whatever happens is kept up.</summary>
    private void StandingCapacity(Draft draft)
    {
        foreach (var pool in mandate.Pools)
        {
            if (pool is not { IsStanding: true, Shared: < 0 } || draft.Count(pool.Index) == pool.MostAt(draft.Month)) continue;
            Keep(draft, pool, pool.MostAt(draft.Month), draft.Of(pool.Index).Reverse().ToList());
        }

        foreach (var shared in mandate.Shared)
        {
            // Those without a job go first where a term ends.
            var there = shared.Pools.SelectMany(draft.Of).OrderBy(i => i.Job is null ? 0 : 1).ThenByDescending(i => i.Id).ToList();
            Keep(draft, mandate.Pools[shared.Pools[0]], shared.MostAt(draft.Month), there);
        }
    }

    private static void Keep(Draft draft, Pool pool, int most, List<Instance> there)
    {
        for (var have = there.Count; have < most; have++) draft.Start(pool, null, "paid for in this month");
        foreach (var instance in there.Take(Math.Max(0, there.Count - most)))
        {
            draft.Stop(instance, "its term has ended");
            if (instance.Job is not null) JobPlacement.Lose(draft, instance);
        }
    }
}

/// <summary>A decision in the making: the state as it becomes, and what is to be done.</summary>
internal sealed class Draft(Mandate mandate, Bounds bounds, ControllerState state, double seconds)
{
    private readonly ImmutableArray<ControllerDecision>.Builder decisions = ImmutableArray.CreateBuilder<ControllerDecision>();

    public ControllerState State { get; set; } = state;

    public double Seconds { get; } = seconds;

    public int Month { get; } = HorizonTime.MonthAt(mandate.Horizon, seconds);

    public ImmutableArray<ControllerDecision> Decisions => decisions.ToImmutable();

    public IEnumerable<Instance> Of(int pool) => State.Instances.Values.Where(i => i.Pool == pool);

    public int Count(int pool)
    {
        var count = 0;
        foreach (var (_, instance) in State.Instances) count += instance.Pool == pool ? 1 : 0;
        return count;
    }

    /// <summary>Whether no zone of a pool may be asked.</summary>
    public bool IsRefused(int pool)
    {
        if (State.RefusedUntil.IsEmpty) return false;
        for (var zone = 0; zone < Math.Max(1, mandate.Pools[pool].Zones); zone++)
            if (!IsRefused(pool, zone)) return false;
        return true;
    }

    /// <summary>Whether a zone of a pool may not be asked.</summary>
    public bool IsRefused(int pool, int zone) => State.RefusedUntil.TryGetValue((pool, zone), out var until) && until > Seconds;

    public void Put(Instance instance) => State = State with { Instances = State.Instances.SetItem(instance.Id, instance) };

    public void Put(Job job) => State = State with { Jobs = State.Jobs.SetItem(job.Order.Id, job) };

    public void Remove(Instance instance)
    {
        Leave(instance);
        State = State with { Instances = State.Instances.Remove(instance.Id) };
    }

    // The time that a machine worked on a pile counts for its part of it.
    private void Leave(Instance instance)
    {
        if (instance is not { Phase: InstancePhase.Ready, Job: { } name } || !State.Jobs.TryGetValue(name, out var job) || job.Order.IsGang) return;
        Put(job with { Worked = job.Worked.SetItem(instance.Pool, job.Worked.GetValueOrDefault(instance.Pool) + Seconds - instance.Since) });
    }

    /// <summary>Whether so many more of a pool may be asked for; where not, the pool is left alone until that can change.</summary>
    public bool May(Pool pool, int count)
    {
        if (bounds.Hinders(State, pool, count, Seconds) is not { } hinder) return true;
        HoldBack(pool.Index, hinder.Limit, hinder.Reason, hinder.Until);
        return false;
    }

    /// <summary>How much of what a service is expected to need can be paid, at most 1; null where there is money for more than that.</summary>
    public double? Pace(ServiceMandate service) => bounds.Pace(State, service, Seconds);

    public void HoldBack(int pool, string limit, string reason, double until)
    {
        for (var zone = 0; zone < Math.Max(1, mandate.Pools[pool].Zones); zone++) State = State with { RefusedUntil = State.RefusedUntil.SetItem((pool, zone), until) };
        decisions.Add(new HoldBack(pool, limit, until, reason));
    }

    public void Start(Pool pool, string? job, string reason, int? where = null)
    {
        Span<int> inZone = stackalloc int[Math.Max(1, pool.Zones)];
        CountZones(pool, inZone);
        // Everything is spread but a gang, which stays together; a zone that has none is left out.
        var zone = where ?? -1;
        for (var i = 0; i < inZone.Length && where is null; i++)
        {
            if (!pool.IsStanding && IsRefused(pool.Index, i)) continue;
            if (zone < 0 || (pool.Gang == 1 && inZone[i] < inZone[zone])) zone = i;
        }

        zone = Math.Max(0, zone);

        var id = State.NextInstance;
        State = State with { NextInstance = id + 1, Instances = State.Instances.Add(id, new(id, pool.Index, zone, InstancePhase.Starting, job)) };
        decisions.Add(new StartInstance(id, pool.Index, zone, job, reason));
    }

    private void CountZones(Pool pool, Span<int> inZone)
    {
        foreach (var (_, other) in State.Instances)
            if (mandate.Pools[other.Pool] is var its && its.Workload == pool.Workload && its.Provider == pool.Provider && its.Region == pool.Region && other.Zone < inZone.Length)
                inZone[other.Zone]++;
    }

    /// <summary>The instance of a pool that is missed least: the last in the zone with most.</summary>
    public Instance MostCrowded(Pool pool)
    {
        Span<int> inZone = stackalloc int[Math.Max(1, pool.Zones)];
        CountZones(pool, inZone);
        Instance? found = null;
        foreach (var (_, instance) in State.Instances)
            if (instance.Pool == pool.Index && (found is null || inZone[instance.Zone] >= inZone[found.Zone])) found = instance;
        return found!;
    }

    public void Assign(Instance instance, Pool pool, string? job, string reason)
    {
        Leave(instance);
        Put(instance with { Pool = pool.Index, Phase = InstancePhase.Starting, Job = job });
        decisions.Add(new AssignInstance(instance.Id, pool.Index, job, reason));
    }

    public void Drain(Instance instance, string reason)
    {
        Remove(instance);
        decisions.Add(new DrainInstance(instance.Id, reason));
    }

    public void Stop(Instance instance, string reason)
    {
        Remove(instance);
        decisions.Add(new StopInstance(instance.Id, reason));
    }

    public void Replace(Instance instance, string reason)
    {
        Remove(instance);
        decisions.Add(new ReplaceInstance(instance.Id, reason));
    }

    public void Refuse(int pool, int zone, double until, string cause)
    {
        State = State with { RefusedUntil = State.RefusedUntil.SetItem((pool, zone), until) };
        decisions.Add(new LookAgain(until, $"{mandate.Pools[pool].Source} cannot be had: {cause}"));
    }

    public void Decide(ControllerDecision decision) => decisions.Add(decision);
}
