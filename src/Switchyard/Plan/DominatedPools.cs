using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Finds commitments that no optimal plan needs, because another does for every need what they do, for no more.</summary>
/// <param name="problem">The problem.</param>
/// <param name="tight">Sources that a limit on accelerators could keep from replacing others.</param>
internal sealed class DominatedPools(PlanningProblem problem, HashSet<int> tight)
{
    private const double Tolerance = 1e-12;

    // options[source] = the options that use it, by need.
    private readonly Dictionary<int, List<(int Need, List<int> Options)>> users = [];

    /// <summary>The commitments that can go.</summary>
    public HashSet<int> Find()
    {
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            for (var o = 0; o < SingleSource.OptionCount(problem.Needs[need]); o++)
            {
                var source = SingleSource.SourceOf(problem.Needs[need], o);
                if (problem.Sources[source].Kind != PurchaseKind.Commitment) continue;
                if (!users.TryGetValue(source, out var list)) users[source] = list = [];
                if (list.Count == 0 || list[^1].Need != need) list.Add((need, []));
                list[^1].Options.Add(o);
            }
        }

        var needless = new HashSet<int>();
        var groups = users.Keys.GroupBy(s => (problem.Sources[s].Provider, problem.Sources[s].TermMonths));
        foreach (var group in groups)
        {
            // Whatever covers a commitment costs no more; of equals the one that more needs could use comes first, then the first in order.
            var kept = new List<int>();
            foreach (var source in group.OrderBy(s => problem.Sources[s].PricePerHour).ThenByDescending(s => users[s].Count).ThenBy(Rank).ThenBy(s => s))
            {
                if (kept.Exists(other => Covers(other, source))) needless.Add(source);
                else if (!tight.Contains(source)) kept.Add(source);
            }
        }

        return needless;
    }

    // What does more comes before what does less.
    private double Rank(int source) => -users[source].Sum(user => user.Options.Max(o => problem.Needs[user.Need] switch
    {
        ServiceNeed service => service.Options[o].Capacity,
        PileNeed piles => piles.Options[o].RequestsPerHour,
        RunNeed runs => -runs.Options[o].Hours * runs.Options[o].Gang,
        _ => 0,
    }));

    private bool Covers(int a, int b)
    {
        var copies = 1.0;
        foreach (var (need, options) in users[b])
        {
            var own = users[a].Find(user => user.Need == need).Options;
            if (own is null) return false;
            foreach (var option in options)
            {
                // The fewest copies by any of the other's options.
                double? least = null;
                foreach (var other in own)
                {
                    if (Copies(problem.Needs[need], other, option) is { } each && !(least <= each)) least = each;
                }

                if (least is not { } enough) return false;
                copies = Math.Max(copies, enough);
            }
        }

        return Dominance.Alike(problem, a, b, copies)
            && copies * problem.Sources[a].PricePerHour <= problem.Sources[b].PricePerHour * (1 + Tolerance);
    }

    private double? Copies(Need need, int a, int b)
    {
        switch (need)
        {
            case ServiceNeed service:
                return Dominance.Copies(problem, service, service.Options[a], service.Options[b]);
            case RunNeed runs:
                var (x, y) = (runs.Options[a], runs.Options[b]);
                if (x.Hours > y.Hours * (1 + Tolerance) || x.CostPerRun > y.CostPerRun * (1 + Tolerance) || (x.Setup >= 0 && x.Setup != y.Setup)) return null;
                return (x.Segments & ~y.Segments) != 0 ? null : Math.Max(1, Math.Ceiling(((double)x.Gang / y.Gang) - Tolerance));
            case PileNeed piles:
                var (p, q) = (piles.Options[a], piles.Options[b]);
                if (p.CostPerRequest > q.CostPerRequest * (1 + Tolerance) || (p.Setup >= 0 && p.Setup != q.Setup)) return null;
                return Math.Max(1, Math.Ceiling((q.RequestsPerHour / p.RequestsPerHour) - Tolerance));
            default:
                return null;
        }
    }
}
