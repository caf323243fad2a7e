using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>
/// Solves a plan's problem again and again with one thing changed. Limits and loads are searched among all offers; flips, which need many
/// solves, among those near to the plan.
/// </summary>
internal sealed class WhyFinder
{
    // Rougher than a plan: a difference is asked for, not a proof.
    private const double RoughGap = 0.002;
    private const int RoughNodes = 60;

    private static readonly double[] LoadFactors = [0.25, 0.5, 1, 2, 4];

    // Tried in turn; between the last that changes nothing and the first that does it is halved.
    private static readonly double[] Outward = [1.05, 1.15, 1.35, 1.7, 2.3, 3, Why.FarthestFactor];

    private readonly Scenario scenario;
    private readonly Func<Scenario, IEnumerable<string>, BuiltProblem> build;
    private readonly BuiltProblem built;
    private readonly SolvedProblem solved;
    private readonly PurchasePlan plan;
    private readonly SolveLimits limits;
    private readonly NearOffers near = new();

    public WhyFinder(
        Scenario scenario, Func<Scenario, IEnumerable<string>, BuiltProblem> build, BuiltProblem built, SolvedProblem solved, PurchasePlan plan, PlannerSettings settings)
    {
        (this.scenario, this.build, this.built, this.solved, this.plan) = (scenario, build, built, solved, plan);
        limits = settings.Limits with { RelativeGap = Math.Max(settings.Gap, RoughGap), MaximumNodes = Math.Min(settings.MaximumNodes, RoughNodes) };
        near.Learn(plan.Purchases);
        foreach (var alternative in plan.Alternatives.Where(a => a.RunnerUp is not null)) near.Learn(alternative.Workload, alternative.RunnerUp!);
    }

    /// <summary>All answers.</summary>
    public Why Find() => new(
        limits.RelativeGap, [.. Limits()], [.. plan.Alternatives.Where(a => a.Winner != "nothing").Select(FlipOf)], [.. LoadFactors.Select(Load)]);

    private IEnumerable<LimitPrice> Limits()
    {
        // The relaxation's prices say which limits are worth a search.
        var binding = plan.Binding.Select(b => b.Limit).ToHashSet(StringComparer.Ordinal);
        foreach (var limit in DeclaredLimit.Of(scenario, built).Where(l => !l.IsChoice && (binding.Contains(l.Path) || solved.TightLimits.Contains(l.Path))))
        {
            var without = ProblemSolver.Solve(build(scenario, [limit.Path]).Problem, limits, prove: false);
            Money? price = without.HasPlan ? Cheaper(without) : null;
            Money? worth = null;
            if (LimitStep.Of(scenario, limit.Path) is not { } step) yield return new(limit.Path, limit.Value, price, null, null);
            else
            {
                // What the limit keeps from being bought is near once it is looser.
                if (without.HasPlan) near.Learn(Ledger.Purchases(without.Problem, without.Decisions));
                var looser = ProblemSolver.Solve(near.Only(build(step.Scenario, []).Problem), limits, prove: false);
                if (looser.HasPlan) worth = Cheaper(looser);
                // One step cannot be worth more than all of them.
                if (worth > price) price = worth;
                yield return new(limit.Path, limit.Value, price, step.Text, worth);
            }
        }
    }

    private Money Cheaper(SolvedProblem other) => Money.FromUsd(Math.Max(0, solved.PresentValue - other.PresentValue));

    private Flip FlipOf(Alternative alternative)
    {
        var workload = alternative.Workload;
        var sources = built.Problem.Sources;
        var winner = sources.First(s => s.Label == alternative.Winner);
        var runnerUp = alternative.RunnerUp is null ? null : sources.FirstOrDefault(s => s.Label == alternative.RunnerUp);
        var problem = near.Only(built.Problem);
        // What a workload mostly uses after a change; null while that is the winner, in whichever region.
        string? Instead(PlanningProblem changed)
        {
            var found = ProblemSolver.Solve(changed, limits, prove: false);
            if (!found.HasPlan) return "no plan within the limits";
            var main = Planner.Main(Ledger.Purchases(found.Problem, found.Decisions), workload);
            return main is not null && Planner.IsSameMachine(main, winner) ? null : main?.Label ?? "what is held already";
        }

        var dearer = First(1, f => Instead(Repriced(problem, s => Planner.IsSameMachine(s, winner), f)));
        var cheaper = runnerUp is null ? null : First(-1, f => Instead(Repriced(problem, s => Planner.IsSameMachine(s, runnerUp), f)));
        var up = First(1, f => Instead(near.Only(build(scenario.Scaled(f, workload), []).Problem)));
        var down = First(-1, f => Instead(near.Only(build(scenario.Scaled(f, workload), []).Problem)));
        return new(workload, alternative.Winner, alternative.RunnerUp, dearer?.Factor, cheaper?.Factor, up?.Factor, up?.To, down?.Factor, down?.To);
    }

    // The factor nearest to 1, upwards or downwards, at which something else takes over; null where nothing does.
    private static (double Factor, string To)? First(int direction, Func<double, string?> instead)
    {
        var same = 1.0;
        foreach (var step in Outward)
        {
            if (instead(Math.Pow(step, direction)) is not { } other)
            {
                same = step;
                continue;
            }

            var flipped = step;
            while (flipped / same > 1 + Why.FlipTolerance)
            {
                var middle = Math.Sqrt(flipped * same);
                if (instead(Math.Pow(middle, direction)) is { } there) (flipped, other) = (middle, there);
                else same = middle;
            }

            return (Math.Pow(flipped, direction), other);
        }

        return null;
    }

    // The problem with another price of some sources; an API's price is in its answers.
    private static PlanningProblem Repriced(PlanningProblem problem, Func<Source, bool> chosen, double factor)
    {
        bool Tokens(int source) => problem.Sources[source].Kind == PurchaseKind.Tokens && chosen(problem.Sources[source]);
        return problem with
        {
            Sources = [.. problem.Sources.Select(s => chosen(s) ? s with { PricePerHour = s.PricePerHour * factor } : s)],
            Needs =
            [
                .. problem.Needs.Select(need => need switch
                {
                    ServiceNeed service => service with { Options = [.. service.Options.Select(o => Tokens(o.Source) ? o with { CostPerRequest = o.CostPerRequest * factor } : o)] },
                    PileNeed piles => piles with { Options = [.. piles.Options.Select(o => Tokens(o.Source) ? o with { CostPerRequest = o.CostPerRequest * factor } : o)] },
                    _ => need,
                }),
            ],
        };
    }

    private LoadPoint Load(double factor)
    {
        if (factor == 1) return new(factor, plan.Cost.Total, [.. Units(scenario, plan.Cost, plan.Purchases)]);
        var scaled = scenario.Scaled(factor);
        var found = ProblemSolver.Solve(build(scaled, []).Problem, limits, prove: false);
        if (!found.HasPlan) return new(factor, null, []);
        var purchases = Ledger.Purchases(found.Problem, found.Decisions);
        var cost = Ledger.Cost(found.Problem, purchases, found.Decisions);
        return new(factor, cost.Total, [.. Units(scaled, cost, purchases)]);
    }

    private static IEnumerable<UnitCost> Units(Scenario scenario, PlanCost cost, ImmutableArray<Purchase> purchases)
    {
        foreach (var workload in scenario.Workloads)
        {
            var usd = (double)cost.PerWorkload.GetValueOrDefault(workload.Name).Usd;
            var hours = purchases.Where(p => p.Workload == workload.Name && p.Source.Kind != PurchaseKind.Tokens).Sum(p => p.Source.AcceleratorCount * p.Months.Sum(m => m.InstanceHours));
            var (unit, units) = workload.Units(scenario.Horizon);
            if (units > 0) yield return new(workload.Name, unit, usd / units, hours > 0 ? usd / hours : null);
        }
    }
}
