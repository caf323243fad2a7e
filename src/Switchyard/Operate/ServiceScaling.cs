using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Switchyard.Operate;

/// <summary>
/// How many instances a service runs: enough for what is expected until an instance asked for now would work, for what is seen, and for the queue
/// that has built up; the cheapest of the plan's mix for the load that suffice, then of its other pools, and never more than the plan has.
/// </summary>
internal sealed class ServiceScaling(Mandate mandate)
{
    // What is cheapest follows from the need and the pools alone: remembered, not state.
    private readonly Dictionary<(int Service, int Month, double Need, double Expected, ulong Refused, ulong Kept), (ImmutableArray<int> Counts, bool Suffices)> known = [];

    public void Scale(Draft draft)
    {
        for (var service = 0; service < mandate.Services.Length; service++) Scale(draft, service, null);
    }

    /// <summary>Makes up for an instance that is lost or cannot be had.</summary>
    public void Replace(Draft draft, Instance instance, string cause)
    {
        if (instance.Job is not null) return;
        for (var service = 0; service < mandate.Services.Length; service++)
            if (mandate.Services[service].Pools.Contains(instance.Pool)) Scale(draft, service, cause);
    }

    private void Scale(Draft draft, int service, string? cause)
    {
        var charge = mandate.Services[service];
        var lead = mandate.Policy.LeadSeconds + charge.Pools.Select(p => mandate.Pools[p].StartSeconds).DefaultIfEmpty(0).Max();
        var now = charge.Expected(mandate.Horizon, draft.Seconds);
        var soon = charge.Expected(mandate.Horizon, draft.Seconds + lead);
        var load = service < draft.State.Loads.Length ? draft.State.Loads[service] : default;
        // Where money is short, headroom is given up, but not more: replicas that are overloaded answer nobody in time, which is worse than none at the end of a month.
        var pace = draft.Pace(charge);
        var room = pace is { } part ? Math.Clamp(((1 + charge.Headroom) * part) - 1, 0, charge.Headroom) : charge.Headroom;
        var need = (Math.Max(Math.Max(now, soon), load.RequestsPerSecond) * (1 + room)) + (pace is null ? load.Waiting / mandate.Policy.CatchUpSeconds : 0);
        // A rise is served in the month in which it comes.
        var month = Math.Min(HorizonTime.MonthAt(mandate.Horizon, draft.Seconds + lead), mandate.Horizon.Months - 1);
        Span<int> ready = stackalloc int[charge.Pools.Length], have = stackalloc int[charge.Pools.Length];
        foreach (var (_, instance) in draft.State.Instances)
        {
            var at = charge.Pools.IndexOf(instance.Pool);
            if (at < 0) continue;
            have[at]++;
            if (instance.Phase == InstancePhase.Ready) ready[at]++;
        }

        var (target, suffices) = Target(draft, service, month, need, Math.Max(now, soon), have);
        for (var i = 0; i < charge.Pools.Length; i++)
        {
            var pool = mandate.Pools[charge.Pools[i]];
            if (pool.Shared >= 0)
            {
                Sharing.Claim(draft, mandate, pool, target[i], Text($"{need:0.##} requests/s to be held ready"));
                continue;
            }

            if (pool.IsStanding || have[i] >= target[i]) continue;
            var reason = cause is not null ? $"{cause}: makes up for it"
                : soon > now ? Text($"{soon:0.##} requests/s expected within {lead / 60:0} min, {need:0.##}/s to be held ready")
                : load.Waiting > 1 ? Text($"{load.Waiting:0} requests wait")
                : Text($"{need:0.##} requests/s to be held ready");
            if (!suffices) reason += "; the plan has no more";
            for (var more = have[i]; more < target[i]; more++)
            {
                if (!draft.May(pool, 1))
                {
                    // What another pool can still give.
                    Scale(draft, service, cause);
                    return;
                }

                draft.Start(pool, null, reason);
            }
        }

        Apart(draft, charge, have);
        Shrink(draft, charge, target, ready, have, need);
    }

    /// <summary>After an outage everything can be in one zone: one more in another, in place of which one here goes once it works.</summary>
    private void Apart(Draft draft, ServiceMandate charge, Span<int> have)
    {
        if (charge.Spread != Demand.FailureDomain.Zone) return;
        Instance? first = null;
        foreach (var (_, instance) in draft.State.Instances)
        {
            if (!charge.Pools.Contains(instance.Pool)) continue;
            first ??= instance;
            var (pool, other) = (mandate.Pools[instance.Pool], mandate.Pools[first.Pool]);
            if (instance.Zone != first.Zone || pool.Provider != other.Provider || pool.Region != other.Region) return;
        }

        if (first is null) return;
        foreach (var at in Enumerable.Range(0, charge.Pools.Length))
        {
            var pool = mandate.Pools[charge.Pools[at]];
            if (have[at] == 0 || pool.IsStanding) continue;
            for (var zone = 0; zone < pool.Zones; zone++)
            {
                if (zone == first.Zone || draft.IsRefused(pool.Index, zone) || !draft.May(pool, 1)) continue;
                draft.Start(pool, null, "all replicas are in one zone", zone);
                have[at]++;
                return;
            }
        }
    }

    private (ImmutableArray<int> Counts, bool Suffices) Target(Draft draft, int service, int month, double need, double expected, ReadOnlySpan<int> have)
    {
        var charge = mandate.Services[service];
        var (refused, kept) = (0UL, 0UL);
        for (var i = 0; i < charge.Pools.Length; i++)
        {
            if (mandate.Pools[charge.Pools[i]].IsStanding || !draft.IsRefused(charge.Pools[i])) continue;
            refused |= 1UL << i;
            kept = (kept * 1_000_003) + (ulong)have[i] + 1;
        }

        Dictionary<int, int>? together = null;
        foreach (var index in charge.Pools)
        {
            if (mandate.Pools[index].Shared is not (>= 0 and var shared) || (together ??= []).ContainsKey(shared)) continue;
            together[shared] = Sharing.Left(draft, mandate, service, shared, month);
            kept = (kept * 1_000_003) + (ulong)together[shared] + 1;
        }

        var key = (service, month, need, expected, refused, kept);
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(known, key, out var exists);
        if (exists) return entry;
        var pools = charge.Pools.Select(p => mandate.Pools[p]).ToArray();
        // Whoever is refused keeps what it has: only what is still wanted on top is looked for elsewhere.
        var most = new int[pools.Length];
        for (var i = 0; i < most.Length; i++) most[i] = Math.Min(pools[i].MostAt(month), (refused >> i & 1) == 1 ? have[i] : int.MaxValue);
        return entry = CapacityChoice.Of(pools, most, charge, need, together, charge.MixAt(month, expected));
    }

    /// <summary>Drains what is not needed, once what remains and works suffices.</summary>
    private void Shrink(Draft draft, ServiceMandate charge, ImmutableArray<int> target, Span<int> ready, Span<int> have, double need)
    {
        for (var i = 0; i < charge.Pools.Length; i++)
        {
            var pool = mandate.Pools[charge.Pools[i]];
            if (pool.IsStanding || have[i] <= target[i] || draft.IsRefused(pool.Index)) continue;
            while (have[i] > target[i])
            {
                var instance = draft.MostCrowded(pool);
                if (instance.Phase == InstancePhase.Ready)
                {
                    ready[i]--;
                    if (!Suffices(charge, ready, target, need))
                    {
                        ready[i]++;
                        break;
                    }
                }

                have[i]--;
                draft.Drain(instance, Text($"{need:0.##} requests/s to be held ready need no more"));
            }
        }
    }

    // What works must be enough, or as much as is wanted of every pool.
    private bool Suffices(ServiceMandate charge, ReadOnlySpan<int> ready, ImmutableArray<int> target, double need)
    {
        int[] counts = [.. ready];
        var pools = charge.Pools.Select(p => mandate.Pools[p]).ToArray();
        return CapacityChoice.Suffices(pools, counts, charge, need)
            || counts.Select((c, i) => c >= target[i]).All(enough => enough);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
