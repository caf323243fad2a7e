namespace Switchyard.Operate;

/// <summary>
/// Who works on machines that several workloads share: services first, as many as the plan gives them and their load wants, in the order of the scenario; jobs
/// get what is left, the earliest deadline first, and give it back when a service wants it: piles first, then the run with the latest deadline.
/// </summary>
internal static class Sharing
{
    /// <summary>Machines that no service wants and no job has, for a pool: its own first, and of those what works already.</summary>
    public static List<Instance> Free(Draft draft, Mandate mandate, Pool pool)
    {
        List<Instance> free = [.. draft.Of(pool.Index).Where(i => i.Job is null).OrderBy(i => i.Phase == InstancePhase.Ready ? 0 : 1)];
        if (pool.Shared < 0) return free;
        foreach (var other in mandate.Shared[pool.Shared].Pools.Where(p => p != pool.Index))
        {
            if (!draft.State.Wanted.TryGetValue(other, out var wanted))
            {
                free.AddRange(draft.Of(other).Where(i => i.Job is null && !IsService(mandate, other)));
                continue;
            }

            free.AddRange(draft.Of(other).Reverse().Take(Math.Max(0, draft.Count(other) - wanted)));
        }

        return free;
    }

    /// <summary>Gives a service as many machines as it wants of a pool, taking them from jobs where none are free.</summary>
    public static void Claim(Draft draft, Mandate mandate, Pool pool, int wanted, string reason)
    {
        draft.State = draft.State with { Wanted = draft.State.Wanted.SetItem(pool.Index, wanted) };
        var missing = wanted - draft.Count(pool.Index);
        if (missing <= 0) return;
        foreach (var instance in Free(draft, mandate, pool).Where(i => i.Pool != pool.Index).Take(missing).ToList())
        {
            draft.Assign(instance, pool, null, reason);
            missing--;
        }

        for (; missing > 0 && Held(draft, mandate, pool) is { } held; missing--)
        {
            Release(draft, held);
            draft.Assign(held, pool, null, reason);
        }
    }

    /// <summary>How many machines of shared capacity a service may want: what services before it do not.</summary>
    public static int Left(Draft draft, Mandate mandate, int service, int shared, int month)
    {
        var left = mandate.Shared[shared].MostAt(month);
        for (var before = 0; before < service; before++)
            foreach (var other in mandate.Services[before].Pools)
                if (mandate.Pools[other].Shared == shared) left -= draft.State.Wanted.GetValueOrDefault(other);
        return Math.Max(0, left);
    }

    // The machine of a job that is missed least; piles lose one, a run all of its machines.
    private static Instance? Held(Draft draft, Mandate mandate, Pool pool) => mandate.Shared[pool.Shared].Pools.SelectMany(draft.Of)
        .Where(i => i.Job is not null && draft.State.Jobs.ContainsKey(i.Job))
        .OrderBy(i => draft.State.Jobs[i.Job!].Order.IsGang ? 1 : 0).ThenByDescending(i => draft.State.Jobs[i.Job!].Order.Deadline).ThenByDescending(i => i.Id).FirstOrDefault();

    private static void Release(Draft draft, Instance held)
    {
        if (!draft.State.Jobs[held.Job!].Order.IsGang) return;
        JobPlacement.Lose(draft, held);
        foreach (var other in draft.State.Instances.Values.Where(i => i.Job == held.Job && i.Id != held.Id).ToList()) draft.Put(other with { Job = null });
    }

    private static bool IsService(Mandate mandate, int pool) => mandate.Services.Any(s => s.Pools.Contains(pool));
}
