using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Operate;

/// <summary>
/// Where jobs run: those with the earliest deadline first, a gang all at once or not at all, on what is paid for anyway, then the cheapest of the
/// plan's pools that can be had; spot first where the plan has it, what stands beside it when spot is refused.
/// </summary>
internal sealed class JobPlacement(Mandate mandate)
{
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
            if (!job.Order.IsGang) Spread(draft, job);
            else if (!job.IsRunning) Gather(draft, job);
        }
    }

    private bool IsOpen(Draft draft, string workload) => mandate.Pools.Any(p => p.Workload == workload
        && (p.IsStanding || (!draft.IsRefused(p.Index) && (p.Gang > 1 || draft.Count(p.Index) < p.Most.DefaultIfEmpty(0).Max()))));

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
    private static Instance Take(Draft draft, Instance free, Pool pool, string job)
    {
        if (free.Pool == pool.Index) draft.Put(free with { Job = job });
        else draft.Assign(free, pool, job, $"{job}: nobody else wants it");
        return draft.State.Instances[free.Id];
    }

    private static List<Instance> Of(Draft draft, Job job) => [.. draft.State.Instances.Values.Where(i => i.Job == job.Order.Id)];

    // A run belongs to the month in which it may begin, and may draw on the purchases of the months until its deadline.
    private int Most(Pool pool, Job job)
    {
        var most = 0;
        for (var month = HorizonTime.MonthAt(mandate.Horizon, job.Order.Arrives); month <= HorizonTime.MonthAt(mandate.Horizon, job.Order.Deadline); month++)
            most = Math.Max(most, pool.MostAt(month));
        return most;
    }

    private IEnumerable<Pool> PoolsOf(Draft draft, Job job) => mandate.Pools
        .Where(p => p.Workload == job.Order.Workload && Most(p, job) > 0 && !draft.IsRefused(p.Index))
        .OrderBy(p => p.IsStanding ? 0 : 1).ThenBy(p => p.PricePerHour * p.Gang / Math.Max(1e-9, p.Rate)).ThenBy(p => p.Index);

    private void Gather(Draft draft, Job job)
    {
        var mine = Of(draft, job);
        // A gang that is being put together stays where it is unless what is missing cannot be had there.
        var pool = job.Pool >= 0 && !draft.IsRefused(job.Pool) && Fits(draft, mandate.Pools[job.Pool], job, mine) ? mandate.Pools[job.Pool]
            : PoolsOf(draft, job).FirstOrDefault(p => Fits(draft, p, job, mine));
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
        return Most(pool, job) - draft.Count(pool.Index) + own >= pool.Gang;
    }

    /// <summary>Instances for a pile: as few of the cheapest as end it in its window, each joining when it is ready.</summary>
    private void Spread(Draft draft, Job job)
    {
        var pools = PoolsOf(draft, job).ToArray();
        var window = job.Order.Deadline - job.Order.Arrives;
        var left = Math.Max(1, job.Order.Deadline - draft.Seconds - (window * mandate.Policy.PileReserve));
        var need = job.Order.Requests * (1 - job.Share) / left * (1 + mandate.JobMargins.GetValueOrDefault(job.Order.Workload));
        var mine = Of(draft, job);
        var have = mine.Sum(i => mandate.Pools[i.Pool].Rate);
        // What it has is enough until its progress says otherwise.
        if (job.Attempts > 0 && have >= need * (1 - (2 * mandate.Policy.PileReserve))) return;
        var missing = need - have;
        foreach (var pool in pools)
        {
            var free = Most(pool, job) - draft.Count(pool.Index);
            var wanted = (int)Math.Ceiling((missing / pool.Rate) - 1e-9);
            if (pool.IsStanding)
            {
                if (pool.Shared >= 0) wanted = Math.Min(wanted, Most(pool, job) - draft.Of(pool.Index).Count(i => i.Job is not null));
                foreach (var idle in Sharing.Free(draft, mandate, pool).Take(Math.Max(0, wanted)))
                {
                    var taken = Take(draft, idle, pool, job.Order.Id);
                    missing -= pool.Rate;
                    if (taken.Phase == InstancePhase.Ready) draft.Decide(new RunJob(job.Order.Id, pool.Index, [idle.Id], "idle and paid for"));
                }

                continue;
            }

            for (; wanted > 0 && free > 0 && draft.May(pool, 1); wanted--, free--)
            {
                draft.Start(pool, job.Order.Id, string.Create(CultureInfo.InvariantCulture, $"{job.Order.Id}: {need:0.##} requests/s end it in time"));
                missing -= pool.Rate;
            }
        }

        if (job.Attempts == 0) draft.Put(draft.State.Jobs[job.Order.Id] with { Attempts = 1, IsRunning = true });
    }

    /// <summary>Adds an instance where a pile would end late at the pace that it has had.</summary>
    public void Hurry(Draft draft, Job job)
    {
        var elapsed = draft.Seconds - job.Order.Arrives;
        if (job.Order.IsGang || job.Share <= 0 || elapsed <= 0) return;
        var mine = Of(draft, job);
        var end = draft.Seconds + (elapsed * (1 - job.Share) / job.Share);
        if (end <= job.Order.Deadline || mine.Exists(i => i.Phase == InstancePhase.Starting)) return;
        var pool = PoolsOf(draft, job).FirstOrDefault(p => !p.IsStanding && Most(p, job) > draft.Count(p.Index));
        if (pool is null || !draft.May(pool, 1)) return;
        draft.Start(pool, job.Order.Id, string.Create(CultureInfo.InvariantCulture,
            $"{job.Order.Id} is {job.Share:P0} done after {elapsed / 3600:0.#} h and would end {(end - job.Order.Deadline) / 3600:0.#} h late"));
    }
}
