using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan.WhatIf;

/// <summary>
/// The offers that a plan for a question close to one already answered is likely to buy: those bought before, and those with the lowest
/// price for a unit of work. A problem with these alone is solved many times faster; how far its plan can be from the cheapest one is
/// then measured against the bound of the whole problem.
/// </summary>
/// <param name="plans">How many of the plans learned last are remembered.</param>
/// <param name="cheapest">How many of the cheapest by unit price are looked at besides, for each workload and way of buying.</param>
internal sealed class NearOffers(int plans = int.MaxValue, int cheapest = NearOffers.Usual)
{
    /// <summary>A plan from near offers may have a gap this much wider than is usual, of the present value and the credits.</summary>
    public const double Wider = 0.005;

    // Near offers are few, so that more nodes rarely help, and what they miss is judged by the gap.
    private const int Nodes = 15;
    private const double Gap = 0.005;
    private const double Enough = 0.001;

    /// <summary>The cheapest that are looked at unless something else is asked.</summary>
    public const int Usual = 4;

    // The plan, counted up, in which an offer was bought last.
    private readonly Dictionary<(string Workload, string Source), int> bought = [];
    private int learned;

    /// <summary>Whether any plan has been learned from.</summary>
    public bool IsEmpty => bought.Count == 0;

    /// <summary>Remembers what a plan buys.</summary>
    public void Learn(IEnumerable<Purchase> purchases)
    {
        learned++;
        foreach (var purchase in purchases) Learn(purchase.Workload, purchase.Source.Label);
    }

    /// <summary>Remembers an offer, by its label.</summary>
    public void Learn(string workload, string label) => bought[(workload, label)] = learned;

    /// <summary>A plan of near offers, and what is held.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="settings">When the solver may stop.</param>
    public SolvedProblem Search(PlanningProblem problem, PlannerSettings settings)
    {
        var part = Only(problem);
        // So few that none needs to be dropped again.
        if (cheapest == 0 && Most(part) <= problem.OffersPerWorkload) part = part with { OffersPerWorkload = null };
        return ProblemSolver.Solve(part, settings.Limits with { RelativeGap = Math.Max(settings.Gap, Gap), MaximumNodes = Math.Min(settings.MaximumNodes, Nodes), Enough = Enough }, prove: false);
    }

    // Most different offers for one workload, each counted once however it is bought.
    private static int Most(PlanningProblem problem) => problem.Needs.Max(need => Enumerable.Range(0, SingleSource.OptionCount(need)).Select(o => problem.Sources[SingleSource.SourceOf(need, o)])
        .Where(source => source.Kind != PurchaseKind.Owned).Select(source => source.Offer).Distinct().Count());

    /// <summary>The gap that a plan has to a bound.</summary>
    public static double GapTo(SolvedProblem solved, double bound) => (solved with { Bound = Math.Min(bound, solved.PresentValue) }).Gap;

    /// <summary>The problem with near offers alone, and what is held.</summary>
    public PlanningProblem Only(PlanningProblem problem) => problem with
    {
        Needs =
        [
            .. problem.Needs.Select(need =>
            {
                var near = Considerations.Costs(problem, need)
                    .GroupBy(o => problem.Sources[o.Source].Kind)
                    .SelectMany(kind => kind.GroupBy(o => o.Source).OrderBy(g => g.Min(o => o.Cost)).ThenBy(g => g.Key).Take(cheapest).Select(g => g.Key))
                    .ToHashSet();
                return Planner.Filter(need, source => near.Contains(source) || problem.Sources[source].Kind == PurchaseKind.Owned
                    || (bought.TryGetValue((need.Workload, problem.Sources[source].Label), out var last) && learned - last < plans));
            }),
        ],
    };
}
