using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// Drops options that no optimal plan needs: B, when another option A of the same provider and way of buying, in whole instances, does at
/// least what B does for no more money in any month. It is exact unless a limit on accelerators could keep A from replacing B (then B
/// stays) or spending shares are limited (then it is a rule: a plan does not pay a provider more for the same, docs/model/planning.md).
/// </summary>
public static class Dominance
{
    private const double Tolerance = 1e-12;

    /// <summary>The problem without needless options. Sources keep their indices, and all capacity limits stay.</summary>
    /// <param name="problem">The problem.</param>
    public static PlanningProblem Reduce(PlanningProblem problem) => Find(problem).Problem;

    /// <summary>
    /// The same, with the capacity limits that can bind. Replace every needless option by one that stays, drop every instance too many, and
    /// what is left of a plan costs no more and uses at most what is wanted of what stays. Where that is within a limit, the limit binds
    /// no such plan. Where it is not, the limit's sources replace no others, more options stay, and the question is asked again.
    /// </summary>
    internal static (PlanningProblem Problem, ImmutableArray<CapacityLimit> Tight) Find(PlanningProblem problem)
    {
        var tight = new HashSet<int>();
        while (true)
        {
            var reduced = problem with { Needs = [.. problem.Needs.Select(need => Reduce(problem, need, tight))] };
            var wants = reduced.Needs.Select(need => Wants(problem, need, tight)).ToArray();
            var binding = problem.CapacityLimits
                .Where(limit => wants.Sum(wanted => wanted(limit.Sources)) > limit.Most + 1e-9).ToImmutableArray();
            var before = tight.Count;
            tight.UnionWith(binding.SelectMany(limit => limit.Sources));
            if (tight.Count == before) return (reduced, binding);
        }
    }

    private static Need Reduce(PlanningProblem problem, Need need, HashSet<int> tight) => need switch
    {
        ServiceNeed service => service with
        {
            Options = Keep(problem, service.Options, o => o.Source, tight, (a, b) => Covers(problem, a, b),
                o => (problem.Sources[o.Source].PricePerHour, -o.Capacity)),
        },
        RunNeed runs => runs with
        {
            Options = Keep(problem, runs.Options, o => o.Source, tight, (a, b) => Covers(problem, runs, a, b),
                o => (problem.Sources[o.Source].PricePerHour * o.Gang * (problem.Sources[o.Source].Kind == PurchaseKind.Commitment ? 1 : o.BilledHours), o.Hours)),
        },
        PileNeed piles => piles with
        {
            Options = Keep(problem, piles.Options, o => o.Source, tight, (a, b) => Covers(problem, a, b),
                o => problem.Sources[o.Source] is { Kind: PurchaseKind.Commitment } term
                    ? (term.PricePerHour, -o.RequestsPerHour)
                    : (problem.Sources[o.Source].PricePerHour / o.RequestsPerHour, 0)),
        },
        _ => need,
    };

    // Bought in the same way from the same provider, the first under no narrower terms than the second.
    private static bool Alike(Source a, Source b) => a.Kind == b.Kind && a.Provider == b.Provider
        && a.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens)
        && a.TermMonths == b.TermMonths && a.LastStart >= b.LastStart && a.MinCount <= 1 && a.MaxCount is null
        && a.UpfrontShare == b.UpfrontShare;

    // An option goes when a kept one covers it. Whatever covers an option comes before it in the order given, and of equals the first in
    // the order of the sources, which is canonical; so each is compared with the few that were kept before it and bought in the same way.
    private static ImmutableArray<T> Keep<T>(
        PlanningProblem problem, ImmutableArray<T> options, Func<T, int> source, HashSet<int> tight,
        Func<T, T, bool> covers, Func<T, (double First, double Second)> order)
        where T : class
    {
        var ranks = options.Select(order).ToArray();
        var ranked = Enumerable.Range(0, options.Length).ToArray();
        Array.Sort(ranked, (a, b) => ranks[a].CompareTo(ranks[b]) is not 0 and var first ? first : a.CompareTo(b));
        var kept = new bool[options.Length];
        var before = new Dictionary<(string Provider, PurchaseKind Kind, int TermMonths), List<T>>();
        foreach (var i in ranked)
        {
            var (option, own) = (options[i], problem.Sources[source(options[i])]);
            if (!before.TryGetValue((own.Provider, own.Kind, own.TermMonths), out var others))
                before[(own.Provider, own.Kind, own.TermMonths)] = others = [];
            kept[i] = !others.Exists(other => Alike(problem.Sources[source(other)], own) && covers(other, option));
            if (kept[i] && !tight.Contains(source(option))) others.Add(option);
        }

        return [.. options.Where((_, i) => kept[i])];
    }

    private static bool Covers(PlanningProblem problem, ServiceOption a, ServiceOption b)
    {
        if ((a.Users & b.Users) != b.Users) return false;
        var each = Math.Max(1, Math.Ceiling((b.Capacity / a.Capacity) - Tolerance));
        if (b.Replicas > 0) each = Math.Max(each, Math.Ceiling(b.Replicas / (double)Math.Max(1, a.Replicas)));
        return each * problem.Sources[a.Source].PricePerHour <= problem.Sources[b.Source].PricePerHour * (1 + Tolerance);
    }

    private static bool Covers(PlanningProblem problem, RunNeed runs, RunOption a, RunOption b)
    {
        var (x, y) = (problem.Sources[a.Source], problem.Sources[b.Source]);
        if (a.Hours > b.Hours * (1 + Tolerance)) return false;
        if (x.Kind == PurchaseKind.Commitment) return a.Gang * x.PricePerHour <= b.Gang * y.PricePerHour * (1 + Tolerance);
        foreach (var group in runs.Groups)
        {
            var cashA = Payments.OfRun(problem.Horizon, x, a, group);
            var cashB = Payments.OfRun(problem.Horizon, y, b, group).ToDictionary(p => p.Month, p => p.Usd);
            if (cashA.Any(paid => paid.Usd > cashB.GetValueOrDefault(paid.Month) * (1 + Tolerance))) return false;
        }

        return true;
    }

    private static bool Covers(PlanningProblem problem, PileOption a, PileOption b)
    {
        var (x, y) = (problem.Sources[a.Source], problem.Sources[b.Source]);
        var each = b.RequestsPerHour / a.RequestsPerHour;
        if (x.Kind == PurchaseKind.Commitment) each = Math.Max(1, Math.Ceiling(each - Tolerance));
        return each * x.PricePerHour <= y.PricePerHour * (1 + Tolerance);
    }

    // Most accelerators of some sources that a need could use in a plan without an instance too many.
    private static Func<ImmutableArray<int>, double> Wants(PlanningProblem problem, Need need, HashSet<int> tight)
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

        return wanted;
    }

    // More of an option than this gives way to one larger instance; those that are there for replicas come on top.
    private static double MostBeside(PlanningProblem problem, ServiceNeed service, ServiceOption option, HashSet<int> tight)
    {
        var most = double.PositiveInfinity;
        foreach (var larger in service.Options)
        {
            var (a, b) = (problem.Sources[larger.Source], problem.Sources[option.Source]);
            if (larger.Capacity <= option.Capacity || (larger.Users & option.Users) != option.Users
                || tight.Contains(larger.Source) || !Alike(a, b)) continue;
            var copies = Math.Ceiling((a.PricePerHour / b.PricePerHour) - Tolerance);
            if (copies >= 1 && copies * option.Capacity <= larger.Capacity)
                most = Math.Min(most, copies - 1 + Math.Ceiling(service.MinReplicas / (double)Math.Max(1, option.Replicas)));
        }

        return most;
    }
}
