using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// Finds out why there is no plan: a smallest set of limits that cannot all hold (each of them can be met once any one of the others is
/// lifted), and how far each would have to move if the others stayed.
/// </summary>
internal sealed class ConflictFinder(
    Scenario scenario, BuiltProblem built, Func<Scenario, IEnumerable<string>, BuiltProblem> build, Func<byte[], byte[]?>? elsewhere)
{
    // What is said to be enough is at most this much more than what no plan was found for.
    private const double Tolerance = 0.005;

    // A plan that needs so much more of a limit than every plan does is near enough to say what would be.
    private const double Close = 0.03;

    // What every plan needs of a limit.
    private readonly Dictionary<string, string> proven = new(StringComparer.Ordinal);

    private readonly Dictionary<string, SolvedProblem?> known = new(StringComparer.Ordinal);

    /// <summary>The conflict.</summary>
    public Conflict Find()
    {
        var all = DeclaredLimit.Of(scenario, built).ToList();
        var lifted = new HashSet<string>(StringComparer.Ordinal);
        // Lift one limit after the other; a limit without which there is still no plan is not needed for the conflict and stays lifted.
        foreach (var limit in all)
        {
            lifted.Add(limit.Path);
            if (Without(lifted) is not null) lifted.Remove(limit.Path);
        }

        var conflicting = all.Where(l => !lifted.Contains(l.Path)).ToList();
        return conflicting.Count == 0
            ? new(scenario.Name, [], Unservable(all))
            : new(scenario.Name, [.. conflicting.Select(Said)], []);

        ConflictingLimit Said(DeclaredLimit limit)
        {
            var enough = Enough(limit);
            return new(limit.Path, limit.Value, enough) { Least = enough is null ? null : proven.GetValueOrDefault(limit.Path) };
        }
    }

    private ImmutableArray<Consideration> Unservable(List<DeclaredLimit> all)
    {
        var free = build(scenario, all.Select(l => l.Path));
        var empty = free.Problem.Needs.Select((need, i) => (Options: SingleSource.OptionCount(need), Index: i)).Where(x => x.Options == 0).ToList();
        return [.. (empty.Count > 0 ? empty : [.. free.Problem.Needs.Select((_, i) => (1, i))]).Select(x => Considerations.Of(free, x.Index))];
    }

    // The plan of a problem, or null. What not even the relaxation allows, which is quickly found, is not searched.
    private SolvedProblem? Try(PlanningProblem problem) => ProblemSolver.Solve(problem, LeastLimit.Rough with { Elsewhere = elsewhere }, prove: false) is { HasPlan: true } plan ? plan : null;

    // The plan of the scenario without some limits; asked for more than once.
    private SolvedProblem? Without(IReadOnlyCollection<string> lifted)
    {
        var key = string.Join('\n', lifted.Order(StringComparer.Ordinal));
        if (!known.TryGetValue(key, out var plan)) known[key] = plan = Try(build(scenario, lifted).Problem);
        return plan;
    }

    private SolvedProblem? Try(Scenario changed) => Try(build(changed, []).Problem);

    private bool HasPlan(Scenario changed) => Try(changed) is not null;

    // What one limit would have to say, the others as they are; null where moving it alone is not enough. Each answer is tried on the
    // scenario itself, since a limit can also rule out options before anything is solved.
    private string? Enough(DeclaredLimit limit)
    {
        if (Without([limit.Path]) is not { } free) return null;
        var purchases = new LimitUse(free).Purchases;
        switch (limit.Path)
        {
            case "limits.regions":
                return Allowed(Bought(purchases).Select(p => $"{p.Source.Provider}/{p.Source.Region}"));
            case "limits.providers":
                return Allowed(Bought(purchases).Select(p => p.Source.Provider));
            case DeclaredLimit.Availability:
                return $"{string.Join(", ", Beyond(free))}: if you can get them, state it as a quota";
            default:
                return Movable.Of(scenario, built, limit.Path) is { } movable ? Moved(movable, limit.Path, free) : Workload(limit, purchases);
        }
    }

    // The least that a limit would have to say. Where rows state it, that is minimised; else it is halved towards what was found. What a found plan
    // itself uses is enough, so that is the next upper end.
    private string? Moved(Movable limit, string path, SolvedProblem free)
    {
        double Use(SolvedProblem plan) => limit.RoundedUp(limit.Used(new(plan)));
        if (LeastLimit.Known(built.Problem).Contains(path) && LeastLimit.Plans(built.Problem, path, free, Close, elsewhere).Select(found => (Use: Use(found.Plan), found.Least)).ToList() is { Count: > 0 } found)
        {
            var (use, least) = (found.Min(x => x.Use), Math.Floor(found[0].Least * limit.OfRow / limit.Step) * limit.Step);
            if (least > limit.Stated && least < use) proven[path] = limit.Shown(least);
            return limit.Shown(use);
        }

        var (no, yes, tried) = (limit.Stated, Math.Max(Use(free), limit.RoundedUp(limit.Stated)), double.PositiveInfinity);
        while (yes - no > Math.Max(limit.Step, Tolerance * yes) * (1 + 1e-9))
        {
            var middle = limit.RoundedUp((no + yes) / 2);
            if (Try(limit.With(middle)) is { } plan) (yes, tried) = (Math.Min(middle, Use(plan)), middle);
            else no = middle;
        }

        // A plan that uses just so much need not be found again where just so much is allowed.
        for (var more = Tolerance; yes < tried && !HasPlan(limit.With(yes)); more *= 2)
        {
            if (more > 1) return null;
            yes = Math.Min(tried, Math.Max(limit.RoundedUp(yes * (1 + more)), yes + limit.Step));
        }

        return limit.Shown(yes);
    }

    private static IEnumerable<Purchase> Bought(IEnumerable<Purchase> purchases) =>
        purchases.Where(p => p.Source.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens));

    private static string Allowed(IEnumerable<string> names) =>
        $"with {string.Join(", ", names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))} allowed too";

    private string Workload(DeclaredLimit limit, ImmutableArray<Purchase> purchases)
    {
        var workload = scenario.Workloads.First(w => limit.Path.StartsWith($"workloads.{w.Name}.", StringComparison.Ordinal));
        if (limit.Path.EndsWith(".spot", StringComparison.Ordinal)) return "yes";
        if (limit.Path.EndsWith(".accelerators", StringComparison.Ordinal))
            return Allowed(Bought(purchases).Where(p => p.Workload == workload.Name).Select(p => p.Source.Accelerator));
        if (limit.Path == DeclaredLimit.Residency(workload.Name))
            return Allowed(Bought(purchases).Where(p => p.Workload == workload.Name && !p.IsSetup).Select(p => $"{p.Source.Provider}/{p.Source.Region}"));
        var service = (InferenceWorkload)workload;
        bool Serves(InferenceWorkload changed) => HasPlan(scenario with { Workloads = scenario.Workloads.Replace(workload, changed) });
        if (limit.Path.EndsWith(".spot.base", StringComparison.Ordinal))
        {
            var most = 1 - Least(1 - service.FirmShare, 1, x => Serves(service with { FirmShare = 1 - x }));
            return (Math.Floor((most * 1000) + 1e-9) / 1000).ToString("0.#%", CultureInfo.InvariantCulture);
        }

        if (limit.Path.EndsWith(".spot.pools", StringComparison.Ordinal))
            return Whole(service.SpotPools - 1, 1, pools => Serves(service with { SpotPools = pools }));
        if (limit.Path.EndsWith(".survive", StringComparison.Ordinal)) return Domain(service.Survives, domain => Serves(service with { Survives = domain }));
        if (limit.Path.EndsWith(".spread", StringComparison.Ordinal)) return Domain(service.Spread, domain => Serves(service with { Spread = domain }));
        return Whole(service.MinReplicas - 1, 0, replicas => Serves(service with { MinReplicas = replicas }));
    }

    // The largest number below what is asked for with which there is a plan.
    private static string Whole(int from, int least, Func<int, bool> hasPlan)
    {
        while (from > least && !hasPlan(from)) from--;
        return from.ToString(CultureInfo.InvariantCulture);
    }

    private static string Domain(FailureDomain from, Func<FailureDomain, bool> hasPlan)
    {
        do from--;
        while (from > FailureDomain.None && !hasPlan(from));
        return from.Text();
    }

    // The pools of which a plan uses more than is assumed to be had, with how much.
    private IEnumerable<string> Beyond(SolvedProblem free) => Recheck.Peaks(free.Problem, free.Decisions)
        .Select(use => (Source: free.Problem.Sources[use.Key.Source], use.Key.Month, Accelerators: use.Value * free.Problem.Sources[use.Key.Source].AcceleratorCount))
        .Where(use => ProblemBuilder.IsAssumed(use.Source, scenario.Commercial.Quotas))
        .GroupBy(use => (use.Source.Provider, use.Source.Region, use.Source.Accelerator))
        .Where(pool => pool.GroupBy(use => (use.Source.Kind, use.Month))
            .Any(kind => kind.Sum(use => use.Accelerators) > MarketAssumptions.Available(pool.Key.Provider, kind.Key.Kind) + 1e-6))
        .Select(pool => (pool.Key, Wanted: Math.Ceiling(pool.GroupBy(use => use.Month).Max(month => month.Sum(use => use.Accelerators)) - 1e-6)))
        .Select(x => $"{x.Wanted.ToString(CultureInfo.InvariantCulture)} × {x.Key.Provider}/{x.Key.Region}/{x.Key.Accelerator}");

    // The smallest value between one at which there is no plan and one at which there is, by bisection.
    private static double Least(double no, double yes, Func<double, bool> hasPlan)
    {
        while (yes - no > Tolerance * yes)
        {
            var middle = (no + yes) / 2;
            if (hasPlan(middle)) yes = middle;
            else no = middle;
        }

        return yes;
    }
}
