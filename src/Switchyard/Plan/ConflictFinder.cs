using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>
/// Finds out why there is no plan: a smallest set of limits that cannot all hold (each of them can be met once any one of the others is
/// lifted), and how far each would have to move if the others stayed.
/// </summary>
internal sealed class ConflictFinder(
    Scenario scenario, BuiltProblem built, Func<Scenario, IEnumerable<string>, BuiltProblem> build, SolveLimits limits)
{
    // Any plan is found soon or hardly at all.
    private const int AnyPlanNodes = 50;
    private const int BisectionSteps = 14;
    private const double LargestQuota = 1 << 20;

    /// <summary>The conflict.</summary>
    public Conflict Find()
    {
        var all = DeclaredLimit.Of(scenario, built).ToList();
        var lifted = new HashSet<string>(StringComparer.Ordinal);
        if (!HasPlan(Problem(all.Select(l => l.Path).ToHashSet(StringComparer.Ordinal)))) return new(scenario.Name, [], Unservable(all));
        // Lift one limit after the other; a limit without which there is still no plan is not needed for the conflict and stays lifted.
        foreach (var limit in all)
        {
            lifted.Add(limit.Path);
            if (HasPlan(Problem(lifted))) lifted.Remove(limit.Path);
        }

        var conflicting = all.Where(l => !lifted.Contains(l.Path)).ToList();
        return new(scenario.Name, [.. conflicting.Select(l => new ConflictingLimit(l.Path, l.Value, Enough(l)))], []);
    }

    private ImmutableArray<Consideration> Unservable(List<DeclaredLimit> all)
    {
        var free = build(scenario, all.Select(l => l.Path));
        var empty = free.Problem.Needs.Select((need, i) => (Options: SingleSource.OptionCount(need), Index: i)).Where(x => x.Options == 0).ToList();
        return [.. (empty.Count > 0 ? empty : [.. free.Problem.Needs.Select((_, i) => (1, i))]).Select(x => Considerations.Of(free, x.Index))];
    }

    private PlanningProblem Problem(IReadOnlySet<string> without) => build(scenario, without).Problem;

    private bool HasPlan(Scenario changed) => HasPlan(build(changed, []).Problem);

    // Any plan will do: a gap of everything, and the relaxation first, which often settles it.
    private bool HasPlan(PlanningProblem problem) =>
        double.IsFinite(ProblemSolver.Relaxation(problem)) && ProblemSolver.Solve(problem with { OffersPerWorkload = null }, limits with { RelativeGap = 0.5, MaximumNodes = Math.Min(limits.MaximumNodes, AnyPlanNodes) }, prove: false).HasPlan;

    // What one limit would have to say, the others as they are; null where moving it alone is not enough. Each answer is tried on the
    // scenario itself, since a limit can also rule out options before anything is solved.
    private string? Enough(DeclaredLimit limit)
    {
        var without = build(scenario, [limit.Path]).Problem;
        if (!HasPlan(without)) return null;
        var free = ProblemSolver.Solve(without, limits);
        if (!free.HasPlan) return null;
        var purchases = Ledger.Purchases(free.Problem, free.Decisions);
        var cost = Ledger.Cost(free.Problem, purchases, free.Decisions);
        Scenario With(Limits changed) => scenario with { Limits = changed };
        switch (limit.Path)
        {
            case "limits.budget.cash":
                var cash = Least((double)scenario.Limits.CashPerMonth!.Value.Usd, (double)cost.PerMonth.Max().Usd,
                    usd => With(scenario.Limits with { CashPerMonth = Money.FromUsd(usd) }));
                return $"{Money.FromUsd(Math.Ceiling(cash))}/month";
            case "limits.budget.total":
                var total = Least((double)scenario.Limits.TotalCost!.Value.Usd, (double)cost.Total.Usd,
                    usd => With(scenario.Limits with { TotalCost = Money.FromUsd(usd) }));
                return Money.FromUsd(Math.Ceiling(total)).ToString();
            case "limits.provider_share":
                return Share(scenario.Limits.ProviderShare!.Value, x => With(scenario.Limits with { ProviderShare = x }));
            case "limits.region_share":
                return Share(scenario.Limits.RegionShare!.Value, x => With(scenario.Limits with { RegionShare = x }));
            case "limits.spot_share":
                return Share(scenario.Limits.SpotShare!.Value, x => With(scenario.Limits with { SpotShare = x }));
            case StatedLimits.Carbon:
                return Amount(scenario.Limits.CarbonPerMonth!.Value.Kilograms, kg => With(scenario.Limits with { CarbonPerMonth = new(kg) }), kg => $"{new Carbon(Math.Ceiling(kg))}/month");
            case StatedLimits.Power:
                return Amount(scenario.Limits.Power!.Value.Watts, watts => With(scenario.Limits with { Power = new(watts) }), watts => $"{new Power(Math.Ceiling(watts))}");
            case "limits.regions":
                return Allowed(Bought(purchases).Select(p => $"{p.Source.Provider}/{p.Source.Region}"));
            case "limits.providers":
                return Allowed(Bought(purchases).Select(p => p.Source.Provider));
            case DeclaredLimit.Availability:
                return $"{string.Join(", ", Beyond(free))}: if you can get them, state it as a quota";
            default:
                return Team(limit) ?? Quota(limit) ?? Workload(limit, purchases);
        }
    }

    private string Share(double stated, Func<double, Scenario> with)
    {
        var share = Least(stated, 1, with);
        return (Math.Ceiling((share * 1000) - 1e-9) / 1000).ToString("0.#%", CultureInfo.InvariantCulture);
    }

    // The least amount that is enough, found by doubling and then by bisection; null where none is.
    private string? Amount(double stated, Func<double, Scenario> with, Func<double, string> shown)
    {
        var (no, yes) = (stated, stated * 2);
        while (!HasPlan(with(yes)))
        {
            (no, yes) = (yes, yes * 2);
            if (yes > stated * LargestQuota) return null;
        }

        return shown(Least(no, yes, with));
    }

    private string? Team(DeclaredLimit limit)
    {
        foreach (var team in scenario.Limits.Teams)
        {
            Scenario With(TeamLimit changed) => scenario with { Limits = scenario.Limits with { Teams = scenario.Limits.Teams.Replace(team, changed) } };
            if (limit.Path == StatedLimits.Cash(team.Team))
                return Amount((double)team.CashPerMonth!.Value.Usd, usd => With(team with { CashPerMonth = Money.FromUsd(usd) }), usd => $"{Money.FromUsd(Math.Ceiling(usd))}/month");
            if (limit.Path == StatedLimits.Total(team.Team))
                return Amount((double)team.TotalCost!.Value.Usd, usd => With(team with { TotalCost = Money.FromUsd(usd) }), usd => $"{Money.FromUsd(Math.Ceiling(usd))}");
        }

        return null;
    }

    private static IEnumerable<Purchase> Bought(IEnumerable<Purchase> purchases) =>
        purchases.Where(p => p.Source.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens));

    private static string Allowed(IEnumerable<string> names) =>
        $"with {string.Join(", ", names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))} allowed too";

    // The fewest accelerators that a quota would have to grant; null where the limit is no quota, or no count is enough.
    private string? Quota(DeclaredLimit limit)
    {
        if (scenario.Commercial.Quotas.FirstOrDefault(q => $"commercial.quota.{q.Id}" == limit.Path) is not { } quota) return null;
        bool Grants(double count) => HasPlan(scenario with
        {
            Commercial = scenario.Commercial with { Quotas = [.. scenario.Commercial.Quotas.Select(q => q.Id == quota.Id ? q with { Count = count } : q)] },
        });
        var (no, yes) = (Math.Floor(quota.Count), Math.Max(1, Math.Ceiling(quota.Count)));
        while (!Grants(yes))
        {
            (no, yes) = (yes, yes * 2);
            if (yes > LargestQuota) return null;
        }

        while (yes - no > 1)
        {
            var middle = Math.Floor((no + yes) / 2);
            if (Grants(middle)) yes = middle;
            else no = middle;
        }

        return yes.ToString(CultureInfo.InvariantCulture);
    }

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
        return from.ToString().ToLowerInvariant();
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

    // The smallest value between one at which there is no plan and one at which there is, by bisection to 0.1% of it.
    // What is not even enough for the relaxation, which is quickly asked, is ruled out first.
    private double Least(double no, double yes, Func<double, Scenario> with)
    {
        var possible = Least(no, yes, x => double.IsFinite(ProblemSolver.Relaxation(build(with(x), []).Problem)));
        return HasPlan(with(possible)) ? possible : Least(possible, yes, x => HasPlan(with(x)));
    }

    private static double Least(double no, double yes, Func<double, bool> hasPlan)
    {
        for (var step = 0; step < BisectionSteps && yes - no > 1e-3 * yes; step++)
        {
            var middle = (no + yes) / 2;
            if (hasPlan(middle)) yes = middle;
            else no = middle;
        }

        return yes;
    }
}
