using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>How far a service's load could grow above its peak until all that the plan buys for it is used up, by what instances are predicted to serve here.</summary>
internal static class Room
{
    /// <summary>The room in each month, such as 0.2; empty for a service whose peak is 0.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="service">Index of the service.</param>
    public static ImmutableArray<(double Share, int Month)> Of(Stage stage, int service)
    {
        var mandate = stage.Mandate.Services[service];
        var pools = mandate.Pools.Concat(mandate.Apis).Select(p => stage.Mandate.Pools[p]).ToList();
        return [.. Enumerable.Range(0, stage.Horizon.Months).Where(m => mandate.Load.Peak(m) > 0).Select(m => (Of(stage, mandate, pools, m), m))];
    }

    // Each set of groups of users must be answered by what is near enough to one of them: the tightest set says how much room there is.
    private static double Of(Stage stage, ServiceMandate mandate, List<Pool> pools, int month)
    {
        var least = double.PositiveInfinity;
        for (var set = 1u; set < 1u << mandate.UserShares.Length; set++)
        {
            var share = 0.0;
            for (var group = 0; group < mandate.UserShares.Length; group++) share += (set >> group & 1) * mandate.UserShares[group];
            if (share <= 0) continue;
            var near = pools.Where(p => p.Kind == PurchaseKind.Tokens || (p.Users & set) != 0).ToList();
            least = Math.Min(least, (Capacity(stage, near, month) / (mandate.Load.Peak(month) * share)) - 1);
        }

        return least;
    }

    // A machine that can be put to several uses counts once, for the one in which it does most.
    private static double Capacity(Stage stage, List<Pool> pools, int month)
    {
        double RateOf(Pool pool) => stage.Makes[pool.Index].PredictedRate ?? pool.Rate;
        var sum = pools.Where(p => p.Shared < 0).Sum(p => p.MostAt(month) * RateOf(p));
        foreach (var uses in pools.Where(p => p.Shared >= 0).GroupBy(p => p.Shared))
        {
            var left = stage.Mandate.Shared[uses.Key].MostAt(month);
            foreach (var use in uses.OrderByDescending(RateOf))
            {
                var taken = Math.Min(left, use.MostAt(month));
                sum += taken * RateOf(use);
                left -= taken;
            }
        }

        return sum;
    }
}
