using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <content>What is paid for moving and keeping data, beside machines.</content>
public sealed partial class Staging
{
    // Owned machines send and keep at no price of its own, as the plan has it.
    private DataRoutes Routes(Workload workload) => new(prices, workload, (0, scenario.Horizon.Months, 1), new SortedSet<string>(StringComparer.Ordinal));

    private static Location At(Offer offer) => new(offer.Provider, offer.Region);

    /// <summary>US dollars for sending an answer out of the region, at the tier of all answers of a mean month.</summary>
    private double Outwards(InferenceWorkload service, Offer offer)
    {
        if (service.ResponseSize.GB <= 0) return 0;
        var monthly = Enumerable.Range(0, scenario.Horizon.Months).Average(m => service.Load.Requests(m, scenario.Horizon.Hours(m))) * service.ResponseSize.GB;
        return Routes(service).Outwards(At(offer), monthly) * service.ResponseSize.GB;
    }

    /// <summary>US dollars for bringing a workload's data in once; nothing where it lies, or where the plan has a copy made.</summary>
    private double BroughtIn(Workload workload, Offer offer)
    {
        var copied = plan.Purchases.Any(p => p.IsSetup && p.Workload == workload.Name && p.Source.Provider == offer.Provider && p.Source.Region == offer.Region);
        return copied ? 0 : Routes(workload).To(At(offer)).Where(way => way.Setup < 0).Select(way => way.UsdEachTime).FirstOrDefault();
    }

    /// <summary>US dollars for keeping a run's checkpoint while it goes on.</summary>
    private double Kept(TrainingWorkload training, Offer offer, double bytes, double hours) =>
        bytes / 1e9 * Routes(training).Keep(At(offer), StorageClass.Object) * hours / Horizon.AverageMonthHours;

    /// <summary>What moving data is expected to take in a month at the dearest of a plan's places: set aside from budgets, which the controller keeps by the hour.</summary>
    private double Moves(int month, Func<string, bool> pays)
    {
        var sum = 0.0;
        foreach (var workload in scenario.Workloads.Where(w => pays(w.Name)))
        {
            var mine = pools.Where(p => p.Workload == workload.Name && p.Kind != PurchaseKind.Tokens && p.MostAt(month) > 0).ToList();
            if (mine.Count == 0) continue;
            var (request, run) = (mine.Max(p => p.PricePerRequest), mine.Max(p => makes[p.Index].UsdExpected(Interruptions(p))));
            sum += workload switch
            {
                InferenceWorkload s => s.Load.Requests(month, scenario.Horizon.Hours(month)) * request,
                BatchWorkload b => Begin(b.Cadence, month) * b.Requests * Math.Pow(1 + b.MonthlyGrowth, month) * request,
                TrainingWorkload t => Begin(t.Cadence, month) * run,
                _ => 0,
            };
        }

        return sum;
    }

    // Of a machine, in the time that a run takes.
    private double Interruptions(Operate.Pool pool)
    {
        if (pool.Kind != PurchaseKind.Spot) return 0;
        var make = makes[pool.Index];
        return make.RunSeconds / 3600 * (make.Spot.IsDefaultOrEmpty ? MarketAssumptions.SpotInterruptionsPerHour : make.Spot.Average(s => s.InterruptionsPerHour));
    }

    private int Begin(Cadence cadence, int month) => cadence.Starts(scenario.Horizon).Count(start => Operate.HorizonTime.MonthAt(scenario.Horizon, start * 3600) == month);
}
