using Switchyard.Market;

namespace Switchyard.Plan.WhatIf;

/// <summary>
/// The offers that a plan for a question close to one already answered is likely to buy: those bought before, and those with the lowest
/// price for a unit of work. A problem with these alone is solved many times faster; how far its plan can be from the cheapest one is
/// then measured against the bound of the whole problem.
/// </summary>
internal sealed class NearOffers
{
    // The cheapest by unit price that are always looked at, for each workload and way of buying.
    private const int Cheapest = 4;

    private readonly HashSet<(string Workload, string Source)> bought = [];

    /// <summary>Whether any plan has been learned from.</summary>
    public bool IsEmpty => bought.Count == 0;

    /// <summary>Remembers what a plan buys.</summary>
    public void Learn(IEnumerable<Purchase> purchases)
    {
        foreach (var purchase in purchases) Learn(purchase.Workload, purchase.Source.Label);
    }

    /// <summary>Remembers an offer, by its label.</summary>
    public void Learn(string workload, string label) => bought.Add((workload, label));

    /// <summary>The problem with near offers alone, and what is held.</summary>
    public PlanningProblem Only(PlanningProblem problem) => problem with
    {
        Needs =
        [
            .. problem.Needs.Select(need =>
            {
                var near = Considerations.Costs(problem, need)
                    .GroupBy(o => problem.Sources[o.Source].Kind)
                    .SelectMany(kind => kind.GroupBy(o => o.Source).OrderBy(g => g.Min(o => o.Cost)).ThenBy(g => g.Key).Take(Cheapest).Select(g => g.Key))
                    .ToHashSet();
                return Planner.Filter(need, source => near.Contains(source) || problem.Sources[source].Kind == PurchaseKind.Owned
                    || bought.Contains((need.Workload, problem.Sources[source].Label)));
            }),
        ],
    };
}
