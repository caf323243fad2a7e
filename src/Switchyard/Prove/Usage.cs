using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>What a run used: accelerator-hours by workload and state, energy, carbon.</summary>
/// <param name="Hours">Accelerator-hours by workload, in the order of the states.</param>
/// <param name="KilowattHours">Energy, that of the site around the machines included; null where unknown.</param>
/// <param name="CarbonPerMonth">Kilograms of CO2e by month, a pool's spread by the hours that it was held; empty where unknown.</param>
internal sealed record Usage(ImmutableSortedDictionary<string, ImmutableArray<double>> Hours, double? KilowattHours, ImmutableArray<double> CarbonPerMonth)
{
    /// <summary>Adds up. A service's machines are useful while there is work on them: the share is that of the windows.</summary>
    public static Usage Of(Stage stage, Books books, ServiceTally[] services)
    {
        var states = Enum.GetValues<HourState>().Length;
        var indices = stage.Services.Select((s, i) => (s.Name, Index: i)).ToDictionary(s => s.Name, s => s.Index, StringComparer.Ordinal);
        var byWorkload = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        var kilowattHours = 0.0;
        var carbon = new double[books.Months];
        foreach (var pool in stage.Mandate.Pools.Where(p => p.Kind != PurchaseKind.Tokens))
        {
            if (!byWorkload.TryGetValue(pool.Workload, out var hours)) byWorkload[pool.Workload] = hours = new double[states];
            var serves = indices.GetValueOrDefault(pool.Workload, -1);
            var useful = books.Hours[pool.Index, (int)HourState.Useful];
            var (busy, joules) = (1.0, double.NaN);
            if (serves >= 0 && services[serves].LaneSeconds[pool.Index] is > 0 and var played)
            {
                busy = services[serves].BusySeconds[pool.Index] / played;
                // A replica's joules a second, as many replicas as the instance has.
                joules = services[serves].Joules[pool.Index] / played * pool.Replicas / pool.Accelerators * useful * 3600;
            }

            var all = 0.0;
            for (var state = 0; state < states; state++)
            {
                hours[state] += books.Hours[pool.Index, state];
                all += books.Hours[pool.Index, state];
            }

            hours[(int)HourState.Useful] -= useful * (1 - busy);
            hours[(int)HourState.Idle] += useful * (1 - busy);
            if (all == 0) continue;
            var make = stage.Makes[pool.Index];
            var worked = useful + books.Hours[pool.Index, (int)HourState.Lost];
            var busyJoules = serves >= 0 ? useful > 0 ? joules : 0 : worked > 0 ? worked * (make.Watts ?? double.NaN) / pool.Accelerators * 3600 : 0;
            var idle = all - (serves >= 0 ? useful : worked);
            var idleJoules = idle <= 0 ? 0 : idle * (make.IdleWatts ?? double.NaN) / pool.Accelerators * 3600;
            var kwh = (busyJoules + idleJoules) / 3.6e6 * (make.Pue ?? 1);
            kilowattHours += kwh;
            var held = Enumerable.Range(0, books.Months).Sum(m => books.Seconds[pool.Index, m]);
            for (var month = 0; month < carbon.Length && held > 0; month++)
                carbon[month] += kwh == 0 ? 0 : kwh * (make.CarbonGrams ?? double.NaN) / 1000 * books.Seconds[pool.Index, month] / held;
        }

        return new(byWorkload.ToImmutableSortedDictionary(p => p.Key, p => p.Value.ToImmutableArray(), StringComparer.Ordinal),
            double.IsNaN(kilowattHours) ? null : kilowattHours, carbon.Any(double.IsNaN) ? [] : [.. carbon]);
    }
}
