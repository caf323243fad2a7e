using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Rechecks the part of a plan that serves one service.</summary>
internal static class RecheckSlots
{
    /// <summary>Adds what the decisions of a service break.</summary>
    public static void Check(PlanningProblem problem, ServiceNeed service, List<Decision> own, List<Recheck.Breach> found)
    {
        var bySlot = own.Where(d => d.Kind is DecisionKind.RentForSlot or DecisionKind.UsePool or DecisionKind.BuyTokens).ToLookup(d => d.Index);
        for (var s = 0; s < service.Slots.Length; s++) new SlotCheck(problem, service, service.Slots[s], [.. bySlot[s]]).Check(found);
    }

    private sealed class SlotCheck(PlanningProblem problem, ServiceNeed service, Slot slot, List<Decision> own)
    {
        private readonly double slack = Recheck.Slack * Math.Max(1, slot.Rate);
        private readonly List<(ServiceOption Option, Source Source, double Count)> instances =
        [
            .. own.Where(d => d.Kind != DecisionKind.BuyTokens && d.Value > Recheck.Slack).GroupBy(d => d.Option)
                .Select(g => (service.Options[g.Key], problem.Sources[service.Options[g.Key].Source], g.Sum(d => d.Value))),
        ];

        private readonly double answered = own.Where(d => d.Kind == DecisionKind.BuyTokens).Sum(d => d.Value);
        private readonly bool byApiAlone = own.Exists(d => d.Kind == DecisionKind.BuyTokens && d.Value >= 1 - Recheck.Slack);

        private string Where => $"{service.Workload}, {problem.Horizon.Label(slot.Month)}";

        private double Capacity(Func<Source, bool> counts) => instances.Where(x => counts(x.Source)).Sum(x => x.Count * x.Option.Capacity);

        private static string RegionOf(Source source) => $"{source.Provider}/{source.Region}";

        public void Check(List<Recheck.Breach> found)
        {
            Cover(found);
            var path = $"workloads.{service.Workload}.availability";
            var firm = instances.Where(x => x.Source.Kind != PurchaseKind.Spot).Sum(x => x.Count * x.Option.Replicas);
            if (firm < service.MinReplicas - Recheck.Slack && !byApiAlone)
                found.Add(new($"{path}.replicas_min", $"{Where}: {firm} replicas, fewer than {service.MinReplicas}"));
            if (service.FirmShare > 0 && Capacity(s => s.Kind != PurchaseKind.Spot) + (answered * slot.Rate) < (service.FirmShare * slot.Rate) - slack)
                found.Add(new($"workloads.{service.Workload}.spot.base", $"{Where}: less than {service.FirmShare:P0} on capacity that stays"));
            if (slot.Rate <= 0) return;
            if (!byApiAlone && Survivors() is var left && left + (answered * slot.Rate) < slot.Rate - slack)
                found.Add(new($"{path}.survive", $"{Where}: {left:G6} requests/s are left when a {service.Survives} fails, of {slot.Rate:G6}"));
            if (!byApiAlone && !IsSpread())
                found.Add(new($"{path}.spread", $"{Where}: all replicas are in one {service.Spread}"));
            SpotPools(found);
        }

        private void Cover(List<Recheck.Breach> found)
        {
            var supply = instances.Select(x => (x.Option.Users, Rate: x.Count * x.Option.Capacity))
                .Concat(own.Where(d => d.Kind == DecisionKind.BuyTokens).Select(d => (service.Options[d.Option].Users, Rate: d.Value * slot.Rate))).ToList();
            // Give each group of users capacity, those with the fewest ways first, by a maximum flow over so few groups: greedy
            // augmentation would do, but the subset condition says the same with less.
            for (var groups = 1u; groups < 1u << service.UserShares.Length; groups++)
            {
                var wanted = Enumerable.Range(0, service.UserShares.Length).Where(g => (groups >> g & 1) != 0).Sum(g => service.UserShares[g]) * slot.Rate;
                var near = supply.Where(x => (x.Users & groups) != 0).Sum(x => x.Rate);
                if (near < wanted - (Recheck.Slack * Math.Max(1, wanted)))
                    found.Add(new(null, $"{Where}: {near:G6} requests/s of capacity for {wanted:G6}"));
            }
        }

        // Capacity of our own that is left when the worst single domain fails.
        private double Survivors()
        {
            var all = Capacity(_ => true);
            return service.Survives switch
            {
                FailureDomain.Instance => all - instances.Select(x => x.Option.Capacity).DefaultIfEmpty(0).Max(),
                FailureDomain.Provider => Worst(s => s.Provider),
                FailureDomain.Region => Worst(RegionOf),
                FailureDomain.Zone => instances.GroupBy(x => RegionOf(x.Source)).Select(LostZone).Select(lost => all - lost).DefaultIfEmpty(0).Min(),
                _ => double.PositiveInfinity,
            };
            double Worst(Func<Source, string> domain) =>
                instances.Select(x => domain(x.Source)).Distinct().Select(name => Capacity(s => domain(s) != name)).DefaultIfEmpty(0).Min();
        }

        // Of n instances over z zones at most 1 + (n − 1) / z are in the fullest; in one zone, all of them.
        private static double LostZone(IEnumerable<(ServiceOption Option, Source Source, double Count)> region) =>
            region.Sum(x => x.Option.Capacity * (1 + ((x.Count - 1) / Math.Max(1, x.Source.Zones))));

        private bool IsSpread() => service.Spread switch
        {
            FailureDomain.None => true,
            FailureDomain.Instance => instances.Sum(x => x.Count) >= 2 - Recheck.Slack,
            FailureDomain.Provider => instances.Select(x => x.Source.Provider).Distinct().Count() > 1,
            FailureDomain.Region => instances.Select(x => RegionOf(x.Source)).Distinct().Count() > 1,
            FailureDomain.Zone => instances.Sum(x => x.Count) >= 2 - Recheck.Slack
                && (instances.Select(x => RegionOf(x.Source)).Distinct().Count() > 1 || instances.Exists(x => x.Source.Zones > 1)),
            _ => true,
        };

        private void SpotPools(List<Recheck.Breach> found)
        {
            if (service.SpotPoolShare >= 1) return;
            foreach (var pool in instances.Where(x => x.Source.Kind == PurchaseKind.Spot).GroupBy(x => $"{RegionOf(x.Source)}/{x.Source.Accelerator}"))
            {
                var largest = service.Options.Where(o => problem.Sources[o.Source] is { Kind: PurchaseKind.Spot } s
                    && $"{RegionOf(s)}/{s.Accelerator}" == pool.Key).Max(o => o.Capacity);
                if (pool.Sum(x => x.Count * x.Option.Capacity) > (service.SpotPoolShare * slot.Rate) + largest + slack)
                    found.Add(new($"workloads.{service.Workload}.spot.pools", $"{Where}: spot of {pool.Key} carries more than its share"));
            }
        }
    }
}
