using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// What can be served at all, by arithmetic alone: a proof, thousands of times quicker than a relaxation, that work is far beyond what can be had or paid for. What it does
/// not rule out may still be impossible.
/// <list type="bullet">
/// <item>Machines: what a load or a pile asks for is more than all its sources could do together, each group of sources under its tightest limit at the best that any of the
/// group does for one unit of the limit, as if there were no other work.</item>
/// <item>Money: until some month, the work cannot be paid for even where everything is done in the cheapest way and nothing is paid in advance
/// (<see cref="CheapBound"/>).</item>
/// </list>
/// </summary>
internal static class Reach
{
    // A proof by arithmetic must not rest on a rounding error.
    private const double Slack = 1 + 1e-6;

    /// <summary>Whether there is certainly no plan.</summary>
    /// <param name="problem">The problem.</param>
    public static bool IsBeyond(PlanningProblem problem) => problem.Needs.Any(need => need switch
    {
        ServiceNeed service => IsBeyond(problem, service),
        PileNeed piles => IsBeyond(problem, piles),
        _ => false,
    }) || CannotBePaid(problem);

    private static bool IsBeyond(PlanningProblem problem, ServiceNeed service)
    {
        var groups = Enumerable.Range(0, service.UserShares.Length).Select(g => (Users: 1u << g, Share: service.UserShares[g])).Append((uint.MaxValue, 1.0));
        var peaks = service.Slots.GroupBy(slot => slot.Month).Select(month => (Month: month.Key, Rate: month.Max(slot => slot.Rate))).ToList();
        foreach (var (users, share) in groups)
        {
            var most = new Most(problem, service.Options.Where(o => (o.Users & users) != 0).Select(o => (o.Source, o.Capacity)));
            if (peaks.Exists(peak => peak.Rate * share > most.At(peak.Month) * Slack)) return true;
        }

        return false;
    }

    // Each hour of the window, all that can be had works on it.
    private static bool IsBeyond(PlanningProblem problem, PileNeed piles)
    {
        var most = new Most(problem, piles.Options.Select(o => (o.Source, o.RequestsPerHour * (problem.Sources[o.Source].Kind == PurchaseKind.Tokens ? 3600 : 1))));
        return piles.Piles.Any(pile => pile.Requests > most.At(pile.Month) * pile.WindowHours * Slack);
    }

    // Σ over limits of the most of each × the best that one unit of it does, and what the sources without a limit do.
    private sealed class Most
    {
        private readonly double limited;
        private readonly List<(Source Source, double Each)> free = [];

        public Most(PlanningProblem problem, IEnumerable<(int Source, double Each)> ways)
        {
            var best = ways.GroupBy(way => way.Source).ToDictionary(g => g.Key, g => g.Max(way => way.Each));
            var tightest = new Dictionary<int, (int Limit, double Instances, double Weight)>();
            for (var limit = 0; limit < problem.CapacityLimits.Length; limit++)
            {
                var own = problem.CapacityLimits[limit];
                for (var i = 0; i < own.Sources.Length; i++)
                {
                    if (!best.ContainsKey(own.Sources[i]) || own.Weight(problem, i) is not (> 0 and var weight)) continue;
                    if (!tightest.TryGetValue(own.Sources[i], out var known) || own.Most / weight < known.Instances)
                        tightest[own.Sources[i]] = (limit, own.Most / weight, weight);
                }
            }

            limited = tightest.GroupBy(x => x.Value.Limit).Sum(group => problem.CapacityLimits[group.Key].Most * group.Max(x => best[x.Key] / x.Value.Weight));
            free.AddRange(best.Where(x => !tightest.ContainsKey(x.Key)).Select(x => (problem.Sources[x.Key], x.Value)));
        }

        public double At(int month) => limited + free.Sum(way => way.Each * (way.Source.MostAt(month) ?? double.PositiveInfinity));
    }

    /// <summary>
    /// The assumed limits that loads fill where each service alone is served from the cheapest sources first: those that a plan will likely have to reckon with. It is a
    /// guess, which changes no answer.
    /// </summary>
    /// <param name="problem">The problem.</param>
    public static ImmutableArray<CapacityLimit> Filled(PlanningProblem problem)
    {
        var limits = new Dictionary<int, CapacityLimit>();
        foreach (var limit in problem.CapacityLimits)
            foreach (var source in limit.Sources) limits[source] = limit;
        var filled = new HashSet<CapacityLimit>();
        foreach (var service in problem.Needs.OfType<ServiceNeed>())
        {
            var left = service.Slots.Select(slot => slot.Rate).DefaultIfEmpty(0).Max();
            foreach (var option in service.Options.OrderBy(o => (problem.Sources[o.Source].PricePerHour / o.Capacity) + (o.CostPerRequest * 3600)))
            {
                // What does not limit more than itself is left out; where something has no limit at all, the rest can be had there.
                if (!limits.TryGetValue(option.Source, out var limit))
                {
                    if (problem.Sources[option.Source].MostAt(0) is null) break;
                    continue;
                }

                if (filled.Contains(limit)) continue;
                left -= limit.Most / limit.Weight(problem, limit.Sources.IndexOf(option.Source)) * option.Capacity;
                if (left <= 0) break;
                if (limit.Assumed) filled.Add(limit);
            }
        }

        return [.. problem.CapacityLimits.Where(filled.Contains)];
    }

    // What an hour of use costs has been paid by the end of its month: rent then, commitments then or before.
    private static bool CannotBePaid(PlanningProblem problem)
    {
        if (problem.CashPerMonth is null && problem.TotalCost is null) return false;
        var least = CheapBound.CashByMonth(problem);
        var left = (double)problem.Credits.Sum(credit => credit.Amount.Usd);
        if (problem.TotalCost is { } total && least.Sum() > Math.Max(0, total - problem.FixedCash.Sum() + left) * Slack) return true;
        if (problem.CashPerMonth is not { } most) return false;
        var due = 0.0;
        for (var month = 0; month < problem.Horizon.Months; month++)
        {
            due += least[month];
            left += most - (month < problem.FixedCash.Length ? problem.FixedCash[month] : 0);
            if (due > Math.Max(0, left) * Slack) return true;
        }

        return false;
    }
}
