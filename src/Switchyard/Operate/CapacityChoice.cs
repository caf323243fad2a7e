using System.Collections.Immutable;

namespace Switchyard.Operate;

/// <summary>
/// The cheapest instances of a few pools whose capacity suffices: exact, by enumeration with a bound. Capacity suffices when every set of
/// user groups can be answered by the pools that are near enough to one of them (Hall), and there are enough replicas.
/// </summary>
internal static class CapacityChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="most">Most instances of each.</param>
    /// <param name="shares">Share of the load by group of users.</param>
    /// <param name="need">Requests a second.</param>
    /// <param name="minReplicas">Fewest replicas.</param>
    /// <returns>Instances by pool, and whether they suffice; where nothing suffices, all there are.</returns>
    public static (ImmutableArray<int> Counts, bool Suffices) Of(
        IReadOnlyList<Pool> pools, IReadOnlyList<int> most, IReadOnlyList<double> shares, double need, int minReplicas)
    {
        // Capacity that is paid for anyway comes first, then the cheapest for its rate: good answers early cut the search.
        var order = Enumerable.Range(0, pools.Count).OrderBy(i => pools[i].PricePerHour / Math.Max(1e-9, pools[i].Rate)).ThenBy(i => i).ToArray();
        var search = new Search(pools, most, shares, need, minReplicas, order);
        if (!Suffices(pools, [.. most], shares, need, minReplicas)) return ([.. most], false);
        search.Go(0, 0);
        return ([.. search.Best], true);
    }

    private sealed class Search(
        IReadOnlyList<Pool> pools, IReadOnlyList<int> most, IReadOnlyList<double> shares, double need, int minReplicas, int[] order)
    {
        private readonly int[] counts = new int[pools.Count];
        private double bestCost = double.PositiveInfinity;

        public int[] Best { get; } = [.. most];

        public void Go(int at, double cost)
        {
            if (cost >= bestCost - 1e-9) return;
            if (Suffices(pools, counts, shares, need, minReplicas))
            {
                bestCost = cost;
                counts.CopyTo(Best, 0);
                return;
            }

            if (at == order.Length) return;
            var pool = order[at];
            var price = pools[pool].PricePerHour;
            // Each instance counts a little beside its price, so that ties go to fewer.
            var least = pools[pool].IsStanding ? most[pool] : 0;
            for (var count = least; count <= most[pool]; count++)
            {
                counts[pool] = count;
                Go(at + 1, cost + (count * (price + 1e-6)));
                if (cost + (count * (price + 1e-6)) >= bestCost - 1e-9) break;
            }

            counts[pool] = 0;
        }
    }

    /// <summary>Whether instances suffice.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="chosen">Instances of each.</param>
    /// <param name="shares">Share of the load by group of users.</param>
    /// <param name="need">Requests a second.</param>
    /// <param name="minReplicas">Fewest replicas.</param>
    public static bool Suffices(IReadOnlyList<Pool> pools, int[] chosen, IReadOnlyList<double> shares, double need, int minReplicas)
    {
        var replicas = 0;
        for (var i = 0; i < chosen.Length; i++) replicas += chosen[i] * pools[i].Replicas;
        if (replicas < minReplicas) return false;
        for (var set = 1u; set < 1u << shares.Count; set++)
        {
            double share = 0, capacity = 0;
            for (var group = 0; group < shares.Count; group++) share += (set >> group & 1) * shares[group];
            for (var i = 0; i < chosen.Length; i++)
                if ((pools[i].Users & set) != 0) capacity += chosen[i] * pools[i].Rate;
            if (capacity < (need * share) - 1e-9) return false;
        }

        return true;
    }
}
