using System.Runtime.CompilerServices;

namespace Switchyard.Operate;

/// <summary>
/// What services are expected to take from each budget, hour by hour: the cheapest instances of the plan that suffice for the load that is expected, what runs whatever happens,
/// and what instances have no room for by API. It follows from the mandate alone.
/// </summary>
internal sealed class Reserves
{
    private readonly Mandate mandate;
    // US dollars from the start to the beginning of each hour, by budget.
    private readonly double[][] instances, floors, apis;

    // The runs of a proof have one mandate: it is reckoned once.
    private static readonly ConditionalWeakTable<Mandate, Lazy<Reserves>> Known = [];

    /// <summary>What services of a mandate are expected to take.</summary>
    public static Reserves Of(Mandate mandate) => Known.GetValue(mandate, static of => new(() => new Reserves(of))).Value;

    private Reserves(Mandate mandate)
    {
        this.mandate = mandate;
        var hours = (int)Math.Ceiling(mandate.Horizon.TotalHours);
        double[][] Empty() => [.. mandate.Budgets.Select(_ => new double[hours + 1])];
        (instances, floors, apis) = (Empty(), Empty(), Empty());
        var known = new Dictionary<(int Service, int Month, double Rate), (int[] Counts, (int Api, double Rate)[] Overflows)>();
        for (var hour = 0; hour < hours; hour++)
        {
            var month = HorizonTime.MonthAt(mandate.Horizon, hour * 3600.0);
            for (var b = 0; b < mandate.Budgets.Length; b++)
            {
                var standing = Standing(mandate.Budgets[b], month);
                (instances[b][hour + 1], floors[b][hour + 1]) = (instances[b][hour] + standing, floors[b][hour] + standing);
                apis[b][hour + 1] = apis[b][hour];
            }

            for (var s = 0; s < mandate.Services.Length; s++) Add(s, hour, month, known);
        }
    }

    /// <summary>US dollars that instances of services, and what runs whatever happens, are expected to take from a budget between two moments.</summary>
    public double Instances(int budget, double from, double to) => Between(instances[budget], from, to);

    /// <summary>The part of it that does not hang on the load: what runs whatever happens, and the fewest replicas.</summary>
    public double Floor(int budget, double from, double to) => Between(floors[budget], from, to);

    /// <summary>US dollars that APIs of services are expected to take.</summary>
    public double Apis(int budget, double from, double to) => Between(apis[budget], from, to);

    private static double Between(double[] sums, double from, double to) => Math.Max(0, At(sums, to) - At(sums, from));

    private static double At(double[] sums, double seconds)
    {
        var hours = Math.Clamp(seconds / 3600, 0, sums.Length - 1);
        var whole = Math.Min((int)hours, sums.Length - 2);
        return sums[whole] + ((hours - whole) * (sums[whole + 1] - sums[whole]));
    }

    private double Standing(Budget budget, int month)
    {
        var sum = mandate.Pools.Where(p => p is { IsStanding: true, Shared: < 0 } && budget.Pools[p.Index]).Sum(p => p.MostAt(month) * p.PricePerHour);
        return sum + mandate.Shared.Where(s => budget.Pools[s.Pools[0]]).Sum(s => s.MostAt(month) * mandate.Pools[s.Pools[0]].PricePerHour);
    }

    private void Add(int service, int hour, int month, Dictionary<(int Service, int Month, double Rate), (int[] Counts, (int Api, double Rate)[] Overflows)> known)
    {
        var charge = mandate.Services[service];
        var rate = charge.Expected(mandate.Horizon, hour * 3600.0);
        var taken = At(rate);
        var fewest = At(0);
        for (var b = 0; b < mandate.Budgets.Length; b++)
        {
            var pays = mandate.Budgets[b].Pools;
            for (var i = 0; i < taken.Counts.Length; i++)
            {
                if (mandate.Pools[charge.Pools[i]] is not { IsStanding: false } pool || !pays[pool.Index]) continue;
                instances[b][hour + 1] += taken.Counts[i] * pool.PricePerHour;
                floors[b][hour + 1] += Math.Min(fewest.Counts[i], taken.Counts[i]) * pool.PricePerHour;
            }

            foreach (var (api, sent) in taken.Overflows)
                if (pays[api]) apis[b][hour + 1] += sent * 3600 * mandate.Pools[api].PricePerRequest;
        }

        (int[] Counts, (int Api, double Rate)[] Overflows) At(double rate)
        {
            if (!known.TryGetValue((service, month, rate), out var found)) known[(service, month, rate)] = found = Taken(charge, month, rate);
            return found;
        }
    }

    private (int[] Counts, (int Api, double Rate)[] Overflows) Taken(ServiceMandate charge, int month, double rate)
    {
        var pools = charge.Pools.Select(p => mandate.Pools[p]).ToArray();
        var together = pools.Where(p => p.Shared >= 0).Select(p => p.Shared).Distinct().ToDictionary(s => s, s => mandate.Shared[s].MostAt(month));
        var (counts, _) = CapacityChoice.Of(pools, [.. pools.Select(p => p.MostAt(month))], charge, rate * (1 + charge.Headroom), together.Count > 0 ? together : null, charge.MixAt(month, rate));
        var capacity = counts.Select((count, i) => count * pools[i].Rate).Sum();
        return ([.. counts], [.. charge.Overflows(rate, capacity, api => mandate.Pools[api].MostAt(month))]);
    }
}
