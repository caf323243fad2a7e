using System.Collections.Immutable;

namespace Switchyard.Operate;

/// <summary>
/// Where jobs run: those with the earliest deadline first, a gang all at once or not at all, on what is paid for anyway, then the cheapest of the
/// plan's pools that can be had; spot first where the plan has it, what stands beside it when spot is refused.
/// </summary>
internal sealed class JobPlacement(Mandate mandate)
{
    private readonly PilePlacement piles = new(mandate);

    public void Place(Draft draft)
    {
        if (draft.State.Jobs.Count == 0) return;
        // Where nothing is to be had, a hundred jobs that wait for it need not be looked at each.
        var open = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var job in draft.State.Jobs.Values.OrderBy(j => j.Order.Deadline).ThenBy(j => j.Order.Id, StringComparer.Ordinal))
        {
            if (draft.Seconds > job.Order.Deadline + (mandate.Policy.GiveUp * (job.Order.Deadline - job.Order.Arrives))) continue;
            if (!open.TryGetValue(job.Order.Workload, out var any) || any) open[job.Order.Workload] = any = IsOpen(draft, job.Order.Workload);
            if (!any && !draft.State.Instances.Values.Any(i => i.Job == job.Order.Id)) continue;
            if (!job.Order.IsGang) piles.Spread(draft, job);
            else if (!job.IsRunning) Gather(draft, job);
        }
    }

    private bool IsOpen(Draft draft, string workload) => mandate.Pools.Any(p => p.Workload == workload
        && (p.IsStanding || (!draft.IsRefused(p.Index) && (p.Gang > 1 || draft.Count(p.Index) < p.Most.DefaultIfEmpty(0).Max()))));

    /// <summary>Looks at a pile when its progress is known.</summary>
    public void Progress(Draft draft, Job job, double share) => piles.Progress(draft, job, share);

    /// <summary>Looks at when a pile's machines have done their part, once one works.</summary>
    public void Foresee(Draft draft, string job)
    {
        if (draft.State.Jobs.TryGetValue(job, out var pile) && !pile.Order.IsGang) piles.Foresee(draft, pile);
    }

    /// <summary>Takes note that an instance of a job is lost.</summary>
    public static void Lose(Draft draft, Instance instance)
    {
        if (instance.Job is { } name && draft.State.Jobs.TryGetValue(name, out var job) && job.Order.IsGang) draft.Put(job with { IsRunning = false });
    }

    /// <summary>Gives a job's machines back.</summary>
    public void End(Draft draft, Job job)
    {
        draft.State = draft.State with { Jobs = draft.State.Jobs.Remove(job.Order.Id) };
        foreach (var instance in Of(draft, job)) Release(draft, instance, $"{job.Order.Id} is done");
    }

    private void Release(Draft draft, Instance instance, string reason)
    {
        if (mandate.Pools[instance.Pool].IsStanding) draft.Put(instance with { Job = null });
        else draft.Stop(instance, reason);
    }

    // A machine that is there for a job: as it is where it is of the job's pool, put to its use where it is shared.
    public static Instance Take(Draft draft, Instance free, Pool pool, string job)
    {
        if (free.Pool == pool.Index) draft.Put(free with { Job = job, Since = draft.Seconds });
        else draft.Assign(free, pool, job, $"{job}: nobody else wants it");
        return draft.State.Instances[free.Id];
    }

    public static List<Instance> Of(Draft draft, Job job) => [.. draft.State.Instances.Values.Where(i => i.Job == job.Order.Id)];

    // A run belongs to the month in which it may begin, and may draw on the purchases of the months until its deadline.
    public static int Most(Mandate mandate, Pool pool, Job job)
    {
        var most = 0;
        for (var month = HorizonTime.MonthAt(mandate.Horizon, job.Order.Arrives); month <= HorizonTime.MonthAt(mandate.Horizon, job.Order.Deadline); month++)
            most = Math.Max(most, pool.MostAt(month));
        return most;
    }

    public static IEnumerable<Pool> PoolsOf(Mandate mandate, Draft draft, Job job) => mandate.Pools
        .Where(p => p.Workload == job.Order.Workload && Most(mandate, p, job) > 0 && !draft.IsRefused(p.Index))
        .OrderBy(p => p.IsStanding ? 0 : 1).ThenBy(p => p.PricePerHour * p.Gang / Math.Max(1e-9, p.Rate)).ThenBy(p => p.Index);

    private void Gather(Draft draft, Job job)
    {
        var mine = Of(draft, job);
        // A gang that is being put together stays where it is unless what is missing cannot be had there.
        var pool = job.Pool >= 0 && !draft.IsRefused(job.Pool) && Fits(draft, mandate.Pools[job.Pool], job, mine) ? mandate.Pools[job.Pool]
            : PoolsOf(mandate, draft, job).FirstOrDefault(p => Fits(draft, p, job, mine));
        if (pool is null) return;
        foreach (var stranger in mine.Where(i => i.Pool != pool.Index)) Release(draft, stranger, $"{job.Order.Id} moves to {pool.Source}");
        mine = [.. mine.Where(i => i.Pool == pool.Index)];
        if (job.Pool != pool.Index) draft.Put(job = job with { Pool = pool.Index });
        var why = job.Attempts == 0 ? "it may begin" : "it goes on from its last checkpoint";
        if (pool.IsStanding)
        {
            foreach (var free in Sharing.Free(draft, mandate, pool).Take(pool.Gang - mine.Count)) mine.Add(Take(draft, free, pool, job.Order.Id));
        }
        else
        {
            if (mine.Count > 0 && mine.Count < pool.Gang && draft.IsRefused(pool.Index, mine[0].Zone))
            {
                // What is missing cannot be had beside the others: all of them elsewhere.
                foreach (var left in mine) Release(draft, left, $"{job.Order.Id} moves to another zone");
                mine = [];
            }

            if (pool.Gang > mine.Count && !draft.May(pool, pool.Gang - mine.Count))
            {
                Gather(draft, draft.State.Jobs[job.Order.Id]);
                return;
            }

            int? where = mine.Count > 0 ? mine[0].Zone : null;
            for (var missing = pool.Gang - mine.Count; missing > 0; missing--) draft.Start(pool, job.Order.Id, $"{job.Order.Id}: {why}", where);
        }

        if (mine.Count < pool.Gang || mine.Exists(i => i.Phase != InstancePhase.Ready)) return;
        draft.Put(job with { IsRunning = true, Attempts = job.Attempts + 1 });
        draft.Decide(new RunJob(job.Order.Id, pool.Index, [.. mine.Select(i => i.Id).Order()], $"all {pool.Gang} of its machines are ready: {why}"));
    }

    private bool Fits(Draft draft, Pool pool, Job job, List<Instance> mine)
    {
        var own = mine.Count(i => i.Pool == pool.Index);
        if (pool.IsStanding) return own + Sharing.Free(draft, mandate, pool).Count >= pool.Gang || own > 0;
        return Most(mandate, pool, job) - draft.Count(pool.Index) + own >= pool.Gang;
    }
}
