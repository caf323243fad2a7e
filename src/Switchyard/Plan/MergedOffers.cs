using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// A problem of far fewer options whose relaxation is a lower bound for a larger one: of each provider, what is bought in the same way under the same terms becomes one offer
/// that has the best of all of them, and is bought in units of the cheapest one's price. What is not bought in whole instances can be had from it for no more. Limits that
/// count instances, regions or carbon are left out; those on money stay.
/// </summary>
internal static class MergedOffers
{
    /// <summary>The smaller problem.</summary>
    /// <param name="problem">The problem.</param>
    public static PlanningProblem Of(PlanningProblem problem)
    {
        var sources = problem.Sources.ToBuilder();
        var merged = new int[sources.Count];
        foreach (var alike in Enumerable.Range(0, merged.Length).GroupBy(s => TermsOf(problem, s)))
        {
            var cheapest = alike.MinBy(s => problem.Sources[s].PricePerHour);
            foreach (var source in alike) merged[source] = cheapest;
            if (!CanMerge(problem.Sources[cheapest])) continue;
            sources[cheapest] = problem.Sources[cheapest] with
            {
                LastStart = alike.Max(s => problem.Sources[s].LastStart), MinCount = 1, MaxCount = null, Zones = alike.Max(s => problem.Sources[s].Zones),
            };
        }

        return problem with
        {
            Sources = sources.ToImmutable(),
            Needs = [.. problem.Needs.Select(need => Of(problem, need, merged))],
            CapacityLimits = [],
            UseLimits = [],
            ProviderShare = null,
            RegionShare = null,
            SpotShare = null,
            OffersPerWorkload = null,
        };
    }

    private static bool CanMerge(Source source) => source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Commitment && source.PricePerHour > 0;

    // What is not merged is on terms of its own.
    private static (PurchaseKind, string, int, double, string, int Own) TermsOf(PlanningProblem problem, int index)
    {
        var source = problem.Sources[index];
        return (source.Kind, source.Provider, source.TermMonths, source.UpfrontShare, source.Team, CanMerge(source) ? -1 : index);
    }

    private static Need Of(PlanningProblem problem, Need need, int[] merged)
    {
        // How many units of the merged offer cost as much as one instance.
        double Units(int source) => merged[source] == source ? 1 : problem.Sources[source].PricePerHour / problem.Sources[merged[source]].PricePerHour;
        return need switch
        {
            ServiceNeed service => service with
            {
                Setups = [], MinReplicas = 0, Survives = FailureDomain.None, Spread = FailureDomain.None, SpotPoolShare = 1,
                Options =
                [
                    .. service.Options.GroupBy(o => merged[o.Source]).Select(alike =>
                    {
                        var capacity = alike.Max(o => o.Capacity / Units(o.Source));
                        return alike.First() with
                        {
                            Source = alike.Key, Capacity = capacity, Replicas = 1, Users = alike.Aggregate(0u, (users, o) => users | o.Users), Setup = -1,
                            // At every load, the units of an instance together send for no more than the instance does.
                            CostPerRequest = alike.Min(o => o.CostPerRequest * Math.Min(1, o.Capacity / capacity) / Math.Max(1, Units(o.Source))),
                        };
                    }),
                ],
            },
            PileNeed piles => piles with
            {
                Setups = [],
                Options =
                [
                    .. piles.Options.Where(o => o.Blocks.IsEmpty).GroupBy(o => merged[o.Source]).Select(alike => alike.First() with
                    {
                        Source = alike.Key, RequestsPerHour = alike.Max(o => o.RequestsPerHour / Units(o.Source)), CostPerRequest = alike.Min(o => o.CostPerRequest), Setup = -1,
                    }),
                    .. piles.Options.Where(o => !o.Blocks.IsEmpty).Select(o => o with { Setup = -1 }),
                ],
            },
            // A gang stays whole: no more units than cost as much.
            RunNeed runs => runs with
            {
                Setups = [],
                Options = [.. runs.Options.Select(o => o with { Source = merged[o.Source], Gang = Math.Max(1, (int)Math.Floor((o.Gang * Units(o.Source)) + 1e-9)), Setup = -1 }).Distinct()],
            },
            _ => need,
        };
    }
}
