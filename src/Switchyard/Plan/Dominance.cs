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

    /// <summary>The problem without needless options. Sources keep their indices.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="acrossProviders">True to let an option of one provider replace another's: exact only without limits or credits by provider.</param>
    public static PlanningProblem Reduce(PlanningProblem problem, bool acrossProviders = false)
    {
        var roomy = Roomy(problem);
        return problem with { Needs = [.. problem.Needs.Select(need => Reduce(problem, need, roomy, acrossProviders))] };
    }

    private static Need Reduce(PlanningProblem problem, Need need, HashSet<int> roomy, bool across)
    {
        bool Comparable(int a, int b)
        {
            var (x, y) = (problem.Sources[a], problem.Sources[b]);
            return x.Kind == y.Kind && x.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens) && (across || x.Provider == y.Provider)
                && x.TermMonths == y.TermMonths && x.LastStart >= y.LastStart && x.MinCount <= 1 && x.MaxCount is null
                && x.UpfrontShare == y.UpfrontShare && roomy.Contains(a);
        }

        switch (need)
        {
            case ServiceNeed service:
                return service with
                {
                    Options = Keep(service.Options, o => o.Source, (a, b) => Comparable(a.Source, b.Source) && Covers(problem, a, b)),
                };
            case RunNeed runs:
                return runs with
                {
                    Options = Keep(runs.Options, o => o.Source, (a, b) => Comparable(a.Source, b.Source) && Covers(problem, runs, a, b)),
                };
            case PileNeed piles:
                return piles with
                {
                    Options = Keep(piles.Options, o => o.Source, (a, b) => Comparable(a.Source, b.Source) && Covers(problem, a, b)),
                };
            default:
                return need;
        }
    }

    // An option goes when a kept one covers it. In order of price, then id, so that of equals the first in that order stays.
    private static ImmutableArray<T> Keep<T>(ImmutableArray<T> options, Func<T, int> source, Func<T, T, bool> covers)
        where T : class
    {
        var gone = new bool[options.Length];
        for (var b = 0; b < options.Length; b++)
        {
            for (var a = 0; a < options.Length && !gone[b]; a++)
            {
                if (a == b || gone[a] || !covers(options[a], options[b])) continue;
                // Of two that cover each other the earlier stays: options are in the order of their sources, which is canonical.
                gone[b] = a < b || !covers(options[b], options[a]);
            }
        }

        return [.. options.Where((_, i) => !gone[i])];
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
            var (cashA, cashB) = (Payments.OfRun(problem.Horizon, x, a, group).ToDictionary(), Payments.OfRun(problem.Horizon, y, b, group).ToDictionary());
            if (cashA.Any(pair => pair.Value > cashB.GetValueOrDefault(pair.Key) * (1 + Tolerance))) return false;
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

    // The sources whose every capacity limit leaves room for all that the workloads together could want of its sources.
    private static HashSet<int> Roomy(PlanningProblem problem)
    {
        var tight = problem.CapacityLimits
            .Where(limit => problem.Needs.Sum(need => Wanted(problem, need, limit.Sources)) > limit.Accelerators + 1e-9)
            .SelectMany(limit => limit.Sources).ToHashSet();
        return [.. Enumerable.Range(0, problem.Sources.Length).Where(i => !tight.Contains(i))];
    }

    // Most accelerators of some sources that a need could use in a plan without an instance too many.
    private static double Wanted(PlanningProblem problem, Need need, ImmutableArray<int> sources)
    {
        switch (need)
        {
            case ServiceNeed service:
            {
                var options = service.Options.Where(o => sources.Contains(o.Source)).ToList();
                if (options.Count == 0) return 0;
                // Each set of users may need an instance of its own to round up, and replicas may be others than serve the load.
                var sets = (1 << service.UserShares.Length) - 1;
                var rate = service.Slots.Select(s => s.Rate).DefaultIfEmpty(0).Max() + (sets * options.Max(o => o.Capacity));
                var replicas = service.MinReplicas == 0 ? 0 : service.MinReplicas + options.Max(o => o.Replicas) - 1;
                return options.Max(o => problem.Sources[o.Source].AcceleratorCount * rate / o.Capacity)
                    + options.Max(o => problem.Sources[o.Source].AcceleratorCount * replicas / (double)Math.Max(1, o.Replicas));
            }

            case RunNeed runs:
                return runs.Options.Where(o => sources.Contains(o.Source))
                    .Select(o => problem.Sources[o.Source].AcceleratorCount * o.Gang
                        * Payments.Concurrent(new(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]), o.Hours))
                    .DefaultIfEmpty(0).Max();
            case PileNeed piles:
                return piles.Options.Where(o => sources.Contains(o.Source))
                    .Select(o => problem.Sources[o.Source].AcceleratorCount
                        * piles.Piles.Select(p => Math.Ceiling(p.Requests / o.RequestsPerHour / p.WindowHours)).DefaultIfEmpty(0).Max())
                    .DefaultIfEmpty(0).Max();
            default:
                return 0;
        }
    }
}
