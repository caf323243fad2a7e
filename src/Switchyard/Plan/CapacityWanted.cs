using Switchyard.Demand;
using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>How many accelerators needs could want at most, so that limits that cannot bind need no rows.</summary>
internal static class CapacityWanted
{
    private const double Tolerance = 1e-12;

    /// <summary>For groups of sources, the most of their accelerators that a need could use in a plan without an instance too many.</summary>
    public static Func<ImmutableArray<int>, double> Of(PlanningProblem problem, Need need, HashSet<int> tight)
    {
        switch (need)
        {
            case ServiceNeed service:
            {
                var options = service.Options.ToLookup(o => o.Source);
                return sources => Wanted(problem, service, [.. sources.SelectMany(s => options[s])], tight);
            }

            case RunNeed runs:
            {
                var options = runs.Options.ToLookup(o => o.Source);
                var all = new RunGroup(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]);
                return sources => sources.SelectMany(s => options[s])
                    .Select(o => problem.Sources[o.Source].AcceleratorCount * o.Gang * Payments.Concurrent(all, o.Hours)).DefaultIfEmpty(0).Max();
            }

            case PileNeed piles:
            {
                var options = piles.Options.ToLookup(o => o.Source);
                var busiest = piles.Piles.Select(p => p.Requests / p.WindowHours).DefaultIfEmpty(0).Max();
                return sources => sources.SelectMany(s => options[s])
                    .Select(o => problem.Sources[o.Source].AcceleratorCount * (1 + (busiest / o.RequestsPerHour))).DefaultIfEmpty(0).Max();
            }

            default:
                return _ => 0;
        }
    }

    // Instances that are all needed serve the load at their full capacity, but for one for each group of users (a vertex of the
    // transport problem), or are there for the fewest replicas. The load is given to the options with the most accelerators for it first,
    // each as often as it can stand beside a larger one that does the same for less.
    private static double Wanted(PlanningProblem problem, ServiceNeed service, List<ServiceOption> options, HashSet<int> tight)
    {
        if (options.Count == 0) return 0;
        double Each(ServiceOption o) => problem.Sources[o.Source].AcceleratorCount;
        var largest = options.Max(Each);
        var replicas = service.MinReplicas == 0 ? 0 : options.Max(o => Each(o) * service.MinReplicas / Math.Max(1, o.Replicas)) + largest;
        var rest = service.Slots.Select(s => s.Rate).DefaultIfEmpty(0).Max();
        var wanted = (service.UserShares.Length * largest) + replicas;
        foreach (var option in options.OrderByDescending(o => Each(o) / o.Capacity))
        {
            var rate = Math.Min(rest, option.Capacity * MostBeside(problem, service, option, tight));
            wanted += Each(option) * rate / option.Capacity;
            rest -= rate;
            if (rest <= 0) break;
        }

        // What must still be there when something fails is at most as much again.
        return service.Survives == FailureDomain.None && service.Spread == FailureDomain.None ? wanted : 2 * (wanted + largest);
    }

    // More of an option than this gives way to one larger instance; those that are there for replicas come on top.
    private static double MostBeside(PlanningProblem problem, ServiceNeed service, ServiceOption option, HashSet<int> tight)
    {
        var most = double.PositiveInfinity;
        foreach (var larger in service.Options)
        {
            var (a, b) = (problem.Sources[larger.Source], problem.Sources[option.Source]);
            if (larger.Capacity <= option.Capacity || (larger.Users & option.Users) != option.Users
                || tight.Contains(larger.Source) || !Dominance.Alike(problem, larger.Source, option.Source)
                || (a.Kind == PurchaseKind.Commitment && problem.Needs.Length > 1)) continue;
            var copies = Math.Ceiling((a.PricePerHour / b.PricePerHour) - Tolerance);
            if (copies >= 1 && copies * option.Capacity <= larger.Capacity)
                most = Math.Min(most, copies - 1 + Math.Ceiling(service.MinReplicas / (double)Math.Max(1, option.Replicas)));
        }

        return most;
    }
}
