using Switchyard.Demand;
using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// Drops options that no optimal plan needs: B, when another option A of the same provider and way of buying, in whole instances, does at
/// least what B does for no more money in any month. A commitment is a pool for all workloads, so A must do it in every need in which B
/// could. It is exact unless a limit on accelerators could keep A from replacing B (then B stays) or spending shares of providers are limited
/// (then it is a rule: a plan does not pay a provider more for the same, docs/model/planning.md).
/// </summary>
public static class Dominance
{
    private const double Tolerance = 1e-12;

    /// <summary>The problem without needless options. Sources keep their indices, and all capacity limits stay.</summary>
    /// <param name="problem">The problem.</param>
    public static PlanningProblem Reduce(PlanningProblem problem) => Under(problem, problem.CapacityLimits);

    /// <summary>The problem with only some of its capacity limits, and without the options that are needless then.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">The capacity limits to reckon with; leaving others out can only make plans cheaper.</param>
    internal static PlanningProblem Under(PlanningProblem problem, ImmutableArray<CapacityLimit> limits)
    {
        var tight = limits.SelectMany(limit => limit.Sources).ToHashSet();
        var needless = new DominatedPools(problem, tight).Find();
        return problem with { Needs = [.. problem.Needs.Select(need => Reduce(problem, need, tight, needless))], CapacityLimits = limits };
    }

    private static Need Reduce(PlanningProblem problem, Need need, HashSet<int> tight, HashSet<int> needless) => need switch
    {
        ServiceNeed service => service with
        {
            Options = Keep(problem, service.Options, o => o.Source, tight, needless, (a, b) => Covers(problem, service, a, b),
                o => (problem.Sources[o.Source].PricePerHour, -o.Capacity)),
        },
        RunNeed runs => runs with
        {
            Options = Keep(problem, runs.Options, o => o.Source, tight, needless, new RunCash(problem, runs).Covers,
                o => (problem.Sources[o.Source].PricePerHour * o.Gang * o.BilledHours, o.Hours)),
        },
        PileNeed piles => piles with
        {
            Options = Keep(problem, piles.Options, o => o.Source, tight, needless, (a, b) => Covers(problem, a, b),
                o => (problem.Sources[o.Source].PricePerHour * o.PaidForWorked / o.RequestsPerHour, o.Blocks.IsEmpty ? 0 : o.Blocks.Max(chain => chain.UsefulHours))),
        },
        _ => need,
    };

    /// <summary>Bought in the same way from the same provider, the first under no narrower terms than the second, and as good for every limit.</summary>
    internal static bool Alike(PlanningProblem problem, int a, int b, double copies = 1)
    {
        var (x, y) = (problem.Sources[a], problem.Sources[b]);
        return x.Kind == y.Kind && x.Provider == y.Provider && x.Team == y.Team
            && x.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens)
            && x.TermMonths == y.TermMonths && x.LastStart >= y.LastStart && x.MinCount <= 1 && x.MaxCount is null
            && x.UpfrontShare == y.UpfrontShare
            && (problem.RegionShare is null || x.Region == y.Region)
            && problem.UseLimits.All(limit => limit.EachHour[a] * copies <= limit.EachHour[b] * (1 + Tolerance));
    }

    // An option goes when a kept one covers it. Whatever covers an option comes before it in the order given, and of equals the first in
    // the order of the sources, which is canonical; so each is compared with the few that were kept before it and bought in the same way.
    private static ImmutableArray<T> Keep<T>(
        PlanningProblem problem, ImmutableArray<T> options, Func<T, int> source, HashSet<int> tight, HashSet<int> needless,
        Func<T, T, bool> covers, Func<T, (double First, double Second)> order)
        where T : class
    {
        var ranks = options.Select(order).ToArray();
        var ranked = Enumerable.Range(0, options.Length).ToArray();
        Array.Sort(ranked, (a, b) => ranks[a].CompareTo(ranks[b]) is not 0 and var first ? first : a.CompareTo(b));
        var kept = new bool[options.Length];
        var before = new Dictionary<(string Provider, PurchaseKind Kind), List<T>>();
        foreach (var i in ranked)
        {
            var (option, own) = (options[i], problem.Sources[source(options[i])]);
            if (own.Kind == PurchaseKind.Commitment)
            {
                kept[i] = !needless.Contains(source(option));
                continue;
            }

            if (!before.TryGetValue((own.Provider, own.Kind), out var others)) before[(own.Provider, own.Kind)] = others = [];
            kept[i] = !others.Exists(other => covers(other, option));
            if (kept[i] && !tight.Contains(source(option))) others.Add(option);
        }

        return [.. options.Where((_, i) => kept[i])];
    }

    private static bool Covers(PlanningProblem problem, ServiceNeed service, ServiceOption a, ServiceOption b) =>
        Copies(problem, service, a, b) is { } each && Alike(problem, a.Source, b.Source, each)
        && each * problem.Sources[a.Source].PricePerHour <= problem.Sources[b.Source].PricePerHour * (1 + Tolerance);

    /// <summary>How many instances of one option do for a service what one of another does, for no more on top; null where none do.</summary>
    internal static double? Copies(PlanningProblem problem, ServiceNeed service, ServiceOption a, ServiceOption b)
    {
        if ((a.Users & b.Users) != b.Users || (a.Setup >= 0 && a.Setup != b.Setup)) return null;
        var (x, y) = (problem.Sources[a.Source], problem.Sources[b.Source]);
        var anywhere = service.Survives is FailureDomain.None or FailureDomain.Instance or FailureDomain.Provider
            && (service.Spread is FailureDomain.None or FailureDomain.Instance or FailureDomain.Provider || (service.Spread == FailureDomain.Zone && x.Zones > 1))
            && (service.SpotPoolShare >= 1 || x.Kind != PurchaseKind.Spot);
        if (!anywhere && (x.Region != y.Region || x.Accelerator != y.Accelerator || x.Zones < y.Zones)) return null;
        var each = Math.Max(1, Math.Ceiling((b.Capacity / a.Capacity) - Tolerance));
        if (b.Replicas > 0) each = Math.Max(each, Math.Ceiling(b.Replicas / (double)Math.Max(1, a.Replicas)));
        // One spot pool may carry its share and one instance more: a larger instance could carry too much of it.
        if (service.SpotPoolShare < 1 && x.Kind == PurchaseKind.Spot && each * a.Capacity > b.Capacity * (1 + Tolerance)) return null;
        return SendsNoMore(service, a, each, b) ? each : null;
    }

    // What an instance sends grows with the load up to its capacity: two straight lines each, so that what holds at the least load, at the greatest and at the bends
    // between them holds at every load.
    private static bool SendsNoMore(ServiceNeed service, ServiceOption a, double copies, ServiceOption b)
    {
        if (a.CostPerRequest <= 0) return true;
        var (least, greatest) = (double.PositiveInfinity, 0.0);
        foreach (var slot in service.Slots)
            if (slot.Rate > 0) (least, greatest) = (Math.Min(least, slot.Rate), Math.Max(greatest, slot.Rate));
        return greatest <= 0 || (NoMore(least) && NoMore(greatest) && NoMore(Math.Clamp(a.Capacity, least, greatest)) && NoMore(Math.Clamp(b.Capacity, least, greatest)));

        bool NoMore(double rate) => copies * Math.Min(a.Capacity, rate) * a.CostPerRequest <= Math.Min(b.Capacity, rate) * b.CostPerRequest * (1 + Tolerance);
    }

    // Compares ways of doing runs, of which each pays its own in each month.
    private sealed class RunCash(PlanningProblem problem, RunNeed runs)
    {
        private readonly Dictionary<RunOption, Payment[][]> known = new(ReferenceEqualityComparer.Instance);

        public bool Covers(RunOption a, RunOption b)
        {
            if (a.Hours > b.Hours * (1 + Tolerance) || a.CostPerRun > b.CostPerRun * (1 + Tolerance) || (a.Setup >= 0 && a.Setup != b.Setup)) return false;
            if (!Alike(problem, a.Source, b.Source, a.Gang * a.BilledHours / (b.Gang * b.BilledHours))) return false;
            var (cashA, cashB) = (Of(a), Of(b));
            for (var group = 0; group < cashA.Length; group++)
                if (!NoMore(cashA[group], cashB[group])) return false;
            return true;
        }

        private Payment[][] Of(RunOption option)
        {
            if (!known.TryGetValue(option, out var cash))
                known[option] = cash = [.. runs.Groups.Select(group => Payments.OfRun(problem.Horizon, problem.Sources[option.Source], option, group).ToArray())];
            return cash;
        }

        // Both by month, ascending.
        private static bool NoMore(Payment[] a, Payment[] b)
        {
            var at = 0;
            foreach (var paid in a)
            {
                while (at < b.Length && b[at].Month < paid.Month) at++;
                if (paid.Usd > (at < b.Length && b[at].Month == paid.Month ? b[at].Usd : 0) * (1 + Tolerance)) return false;
            }

            return true;
        }
    }

    // For each month, so many whole instances of the first do what one of the second does, and they are paid for and held no longer in any month.
    private static bool CoversInBlocks(PlanningProblem problem, PileOption a, PileOption b)
    {
        if (a.Blocks.Length != b.Blocks.Length || a.CostPerRequest > b.CostPerRequest * (1 + Tolerance)) return false;
        var (x, y) = (problem.Sources[a.Source], problem.Sources[b.Source]);
        return a.Blocks.Zip(b.Blocks).All(month =>
        {
            var (first, second) = month;
            var copies = Math.Max(1, Math.Ceiling((second.UsefulHours * b.RequestsPerHour / (first.UsefulHours * a.RequestsPerHour)) - 1e-9));
            return Alike(problem, a.Source, b.Source, copies)
                && NoMore(first.Paid(problem.Horizon, x.PricePerHour * copies).Select(p => (p.Month, p.Usd)), second.Paid(problem.Horizon, y.PricePerHour).Select(p => (p.Month, p.Usd)))
                && (problem.UseLimits.IsEmpty || NoMore(first.Held(problem.Horizon), second.Held(problem.Horizon)));
        });

        static bool NoMore(IEnumerable<(int Month, double Amount)> less, IEnumerable<(int Month, double Amount)> more)
        {
            var most = more.ToDictionary(x => x.Month, x => x.Amount);
            return less.All(x => x.Amount <= most.GetValueOrDefault(x.Month) * (1 + Tolerance));
        }
    }

    private static bool Covers(PlanningProblem problem, PileOption a, PileOption b)
    {
        if (a.Setup >= 0 && a.Setup != b.Setup) return false;
        if (!a.Blocks.IsEmpty || !b.Blocks.IsEmpty) return CoversInBlocks(problem, a, b);
        var each = b.RequestsPerHour / a.RequestsPerHour;
        return Alike(problem, a.Source, b.Source, each) && a.CostPerRequest <= b.CostPerRequest * (1 + Tolerance)
            && each * problem.Sources[a.Source].PricePerHour <= problem.Sources[b.Source].PricePerHour * (1 + Tolerance);
    }
}
