using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Operate;

/// <summary>
/// The cheapest instances of a few pools whose capacity suffices: exact, by enumeration with a bound. Capacity suffices when every set of
/// user groups can be answered by the pools that are near enough to one of them (Hall), also without what the service must survive, when there are enough replicas that
/// nobody can take away, and not all of them in one place where they are to be spread. What the plan runs at the load comes before what it runs at others.
/// </summary>
internal static class CapacityChoice
{
    // A US dollar outside the plan's mix counts for so many within it: outside is taken only what the mix lacks.
    private const double OutsideMix = 1000;

    /// <summary>Chooses.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="most">Most instances of each.</param>
    /// <param name="charge">The service.</param>
    /// <param name="need">Requests a second.</param>
    /// <param name="together">Most machines for the pools that share them, by index of the shared capacity.</param>
    /// <param name="mix">What the plan runs at this load; null where it does not say.</param>
    /// <returns>Instances by pool, and whether they suffice; where nothing suffices, all there are.</returns>
    public static (ImmutableArray<int> Counts, bool Suffices) Of(
        IReadOnlyList<Pool> pools, IReadOnlyList<int> most, ServiceMandate charge, double need, IReadOnlyDictionary<int, int>? together = null, Mix? mix = null)
    {
        // Capacity that is paid for anyway comes first, then the cheapest for its rate: good answers early cut the search.
        var order = Enumerable.Range(0, pools.Count).OrderBy(i => pools[i].PricePerHour / Math.Max(1e-9, pools[i].Rate)).ThenBy(i => i).ToArray();
        int[] all = [.. most];
        if (!Suffices(pools, all, charge, need)) return ([.. Within(pools, all, order, together)], false);
        var search = new Search(pools, most, charge, need, order, together, mix);
        search.Best = Within(pools, all, order, together);
        search.Go(0, 0);
        return ([.. search.Best], search.Found);
    }

    // As much as there is, those that share machines one after the other.
    private static int[] Within(IReadOnlyList<Pool> pools, int[] most, int[] order, IReadOnlyDictionary<int, int>? together)
    {
        if (together is null) return most;
        var left = together.ToDictionary();
        foreach (var i in order)
        {
            if (pools[i].Shared < 0) continue;
            most[i] = Math.Min(most[i], left[pools[i].Shared]);
            left[pools[i].Shared] -= most[i];
        }

        return most;
    }

    private sealed class Search(
        IReadOnlyList<Pool> pools, IReadOnlyList<int> most, ServiceMandate charge, double need, int[] order, IReadOnlyDictionary<int, int>? together, Mix? mix)
    {
        private readonly int[] counts = new int[pools.Count];
        private double bestCost = double.PositiveInfinity;

        public int[] Best { get; set; } = [];

        public bool Found { get; private set; }

        public void Go(int at, double cost)
        {
            if (cost >= bestCost - 1e-9) return;
            if (Suffices(pools, counts, charge, need))
            {
                bestCost = cost;
                counts.CopyTo(Best, 0);
                Found = true;
                return;
            }

            if (at == order.Length) return;
            var pool = order[at];
            var own = pools[pool];
            var least = own is { IsStanding: true, Shared: < 0 } ? most[pool] : 0;
            // What is charged to a budget is taken as the plan has it, like what is rented.
            var within = (own.IsStanding && own.ChargePerHour == 0) || mix is null ? int.MaxValue : mix.Counts[pool];
            for (var count = least; count <= most[pool] && (own.Shared < 0 || count <= Left(own)); count++)
            {
                counts[pool] = count;
                // Each instance counts a little beside its price, so that ties go to fewer.
                var all = cost + (count * (own.PricePerHour + 1e-6)) + (Math.Max(0, count - within) * (own.PricePerHour + own.ChargePerHour) * OutsideMix);
                Go(at + 1, all);
                if (all >= bestCost - 1e-9) break;
            }

            counts[pool] = 0;
        }

        // Pools of the same machines cannot have more than there are.
        private int Left(Pool own)
        {
            var taken = 0;
            for (var i = 0; i < counts.Length; i++)
                if (pools[i].Shared == own.Shared && pools[i].Index != own.Index) taken += counts[i];
            return together![own.Shared] - taken;
        }
    }

    /// <summary>Whether instances suffice.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="chosen">Instances of each.</param>
    /// <param name="charge">The service.</param>
    /// <param name="need">Requests a second.</param>
    public static bool Suffices(IReadOnlyList<Pool> pools, int[] chosen, ServiceMandate charge, double need)
    {
        var replicas = 0;
        for (var i = 0; i < chosen.Length; i++) replicas += pools[i].Kind == PurchaseKind.Spot ? 0 : chosen[i] * pools[i].Replicas;
        if (replicas < charge.MinReplicas || !Answers(pools, chosen, charge, need, static (_, _) => 1)) return false;
        if (charge.FirmShare > 0 && !Answers(pools, chosen, charge, need * charge.FirmShare, (pool, _) => pool.Kind == PurchaseKind.Spot ? 0 : 1)) return false;
        return IsSpread(pools, chosen, charge.Spread) && Survives(pools, chosen, charge, need);
    }

    // Every set of groups of users has enough near it, of so much of each pool as is left.
    private static bool Answers(IReadOnlyList<Pool> pools, int[] chosen, ServiceMandate charge, double need, Func<Pool, int, double> left)
    {
        var shares = charge.UserShares;
        for (var set = 1u; set < 1u << shares.Length; set++)
        {
            double share = 0, capacity = 0;
            for (var group = 0; group < shares.Length; group++) share += (set >> group & 1) * shares[group];
            for (var i = 0; i < chosen.Length; i++)
                if (chosen[i] > 0 && (pools[i].Users & set) != 0) capacity += chosen[i] * pools[i].Rate * left(pools[i], chosen[i]);
            if (capacity < (need * share) - 1e-9) return false;
        }

        return true;
    }

    private static bool IsSpread(IReadOnlyList<Pool> pools, int[] chosen, FailureDomain spread)
    {
        if (spread == FailureDomain.None) return true;
        Pool? first = null;
        var (instances, elsewhere) = (0, false);
        for (var i = 0; i < chosen.Length; i++)
        {
            if (chosen[i] == 0) continue;
            first ??= pools[i];
            elsewhere |= spread == FailureDomain.Provider ? pools[i].Provider != first.Provider : !SamePlace(pools[i], first);
            // New instances go to the zone with fewest: two of a region are in two zones where it has them.
            instances += chosen[i];
        }

        return elsewhere || (instances >= 2 && (spread == FailureDomain.Instance || (spread == FailureDomain.Zone && first!.Zones > 1)));
    }

    private static bool Survives(IReadOnlyList<Pool> pools, int[] chosen, ServiceMandate charge, double need)
    {
        for (var lost = 0; lost < chosen.Length && charge.Survives != FailureDomain.None; lost++)
        {
            if (chosen[lost] == 0) continue;
            var gone = pools[lost];
            // A zone takes its part of what is spread over its region.
            Func<Pool, int, double> left = charge.Survives switch
            {
                FailureDomain.Instance => (pool, count) => pool.Index == gone.Index ? (count - 1.0) / count : 1,
                FailureDomain.Zone => (pool, _) => SamePlace(pool, gone) ? 1 - (1.0 / Math.Max(1, pool.Zones)) : 1,
                FailureDomain.Region => (pool, _) => SamePlace(pool, gone) ? 0 : 1,
                _ => (pool, _) => pool.Provider == gone.Provider ? 0 : 1,
            };
            if (!Answers(pools, chosen, charge, need, left)) return false;
        }

        return true;
    }

    private static bool SamePlace(Pool a, Pool b) => a.Provider == b.Provider && a.Region == b.Region;
}
