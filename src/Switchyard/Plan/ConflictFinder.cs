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
    Scenario scenario, BuiltProblem built, Func<IEnumerable<string>, BuiltProblem> build, SolveLimits limits)
{
    private const int BisectionSteps = 14;

    /// <summary>The conflict.</summary>
    public Conflict Find()
    {
        var all = DeclaredLimit.Of(scenario, built.Problem).ToList();
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
        var free = build(all.Select(l => l.Path));
        var empty = free.Problem.Needs.Select((need, i) => (Options: SingleSource.OptionCount(need), Index: i)).Where(x => x.Options == 0).ToList();
        return [.. (empty.Count > 0 ? empty : [.. free.Problem.Needs.Select((_, i) => (1, i))]).Select(x => Considerations.Of(free, x.Index))];
    }

    private PlanningProblem Problem(IReadOnlySet<string> without) => build(without).Problem;

    // Any plan will do: a gap of everything, and the relaxation first, which often settles it.
    private bool HasPlan(PlanningProblem problem) =>
        double.IsFinite(ProblemSolver.Relaxation(problem)) && ProblemSolver.Solve(problem, limits with { RelativeGap = 0.5 }).HasPlan;

    // What one limit would have to say, the others as they are; null where moving it alone is not enough.
    private string? Enough(DeclaredLimit limit)
    {
        var without = build([limit.Path]).Problem;
        if (!HasPlan(without)) return null;
        var free = ProblemSolver.Solve(without, limits);
        var cost = Ledger.Cost(free.Problem, Ledger.Purchases(free.Problem, free.Decisions), free.Decisions);
        switch (limit.Path)
        {
            case "limits.budget.cash":
                return Least(built.Problem.CashPerMonth!.Value, (double)cost.PerMonth.Max().Usd, x => without with { CashPerMonth = x })
                    is var cash ? $"{Money.FromUsd(Math.Ceiling(cash))}/month" : null;
            case "limits.budget.total":
                return Money.FromUsd(Math.Ceiling((double)cost.Total.Usd)).ToString();
            case "limits.provider_share":
                return Least(built.Problem.ProviderShare!.Value, 1, x => without with { ProviderShare = x }).ToString("P1", CultureInfo.InvariantCulture);
            case "limits.regions" or "limits.providers":
                var used = Ledger.Purchases(free.Problem, free.Decisions).Where(p => p.Source.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens))
                    .Select(p => limit.Path == "limits.regions" ? $"{p.Source.Provider}/{p.Source.Region}" : p.Source.Provider);
                return $"with {string.Join(", ", used.Distinct().Order(StringComparer.Ordinal))} allowed too";
            case DeclaredLimit.Availability:
                return $"{string.Join(", ", Beyond(free))}: if you can get them, state it as a quota";
            default:
                if (limit.Path.StartsWith("commercial.quota.", StringComparison.Ordinal))
                {
                    var quota = built.Problem.CapacityLimits.First(l => l.Id == limit.Path);
                    return Math.Ceiling(Least(quota.Accelerators, Math.Max(quota.Accelerators, 1) * 4096, x => built.Problem with
                    {
                        CapacityLimits = built.Problem.CapacityLimits.Replace(quota, quota with { Accelerators = x }),
                    })).ToString(CultureInfo.InvariantCulture);
                }

                return "any other value";
        }
    }

    // The pools of which a plan uses more than is assumed to be had.
    private static IEnumerable<string> Beyond(SolvedProblem free) => Ledger.Purchases(free.Problem, free.Decisions)
        .Where(p => p.Source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Commitment)
        .GroupBy(p => (p.Source.Provider, p.Source.Region, p.Source.Accelerator, p.Source.Kind))
        .Select(g => (g.Key, Wanted: g.Max(p => p.Months.Max(m => m.Instances) * p.Source.AcceleratorCount)))
        .Where(x => x.Wanted > MarketAssumptions.Available(x.Key.Provider, x.Key.Kind))
        .Select(x => $"{x.Wanted.ToString(CultureInfo.InvariantCulture)} × {x.Key.Provider}/{x.Key.Region}/{x.Key.Accelerator}");

    // The smallest value between one at which there is no plan and one at which there is, by bisection to 0.1% of it.
    private double Least(double no, double yes, Func<double, PlanningProblem> at)
    {
        for (var step = 0; step < BisectionSteps && yes - no > 1e-3 * yes; step++)
        {
            var middle = (no + yes) / 2;
            if (HasPlan(at(middle))) yes = middle;
            else no = middle;
        }

        return yes;
    }
}
