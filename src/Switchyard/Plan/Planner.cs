using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan.Solve;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>When the solver may stop, and what is asked beside the plan itself.</summary>
/// <param name="Gap">The plan's present value may lie above the proven bound by at most this share of it.</param>
/// <param name="MaximumNodes">Most nodes of the search tree, for each program solved.</param>
/// <param name="Explain">False to leave out baselines, alternatives and what limits cost.</param>
/// <param name="Why">True to ask further, by solving again with something changed: what limits cost, what would flip the choice, other loads.</param>
public sealed record PlannerSettings(double Gap = 0.002, int MaximumNodes = 50, bool Explain = true, bool Why = false)
{
    /// <inheritdoc cref="SolveLimits.SideBySide"/>
    public Action<IReadOnlyList<Action>> SideBySide { get; init; } = SolveLimits.OneByOne;

    /// <inheritdoc cref="SolveLimits.Elsewhere"/>
    public Func<byte[], byte[]?>? Elsewhere { get; init; }

    /// <summary>Limits of a search that is one of many side by side, and lends no cores on.</summary>
    internal SolveLimits Limits => new(Gap, MaximumNodes) { Elsewhere = Elsewhere };
}

/// <summary>Finds the cheapest way to do all the work within all the limits, and says why.</summary>
public sealed class Planner
{
    private readonly Scenario scenario;
    private readonly PriceBook prices;
    private readonly RememberedPerformance performance;
    private readonly PlannerSettings settings;
    // A simpler way that is at most this much dearer is worth a second look.
    private const double Close = 0.03;

    // A limit that costs less than this share of the plan is not worth a line.
    private const double LeastWorth = 0.001;

    private readonly SolveLimits limits;

    // Explanations compare whole plans; a comparison need not be sharper than this, nor wait for a proof.
    private readonly SolveLimits rough;

    // The relaxation of a scenario like this one, and then its own.
    private Relaxed? near;

    private Planner(Scenario scenario, PriceBook prices, PerformanceModel performance, PlannerSettings settings)
    {
        this.scenario = scenario;
        this.prices = prices;
        this.performance = new(performance);
        this.settings = settings;
        limits = settings.Limits with { SideBySide = settings.SideBySide };
        rough = limits with { RelativeGap = Math.Max(settings.Gap, 0.01), MaximumNodes = Math.Min(settings.MaximumNodes, 15) };
    }

    /// <summary>Plans a scenario.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="prices">What can be had.</param>
    /// <param name="performance">What workloads do on hardware.</param>
    /// <param name="settings">When to stop and what to explain.</param>
    /// <returns>The plan, or the limits that cannot all hold.</returns>
    public static PlanningResult Plan(Scenario scenario, PriceBook prices, PerformanceModel performance, PlannerSettings settings) =>
        new Planner(scenario, prices, performance, settings).Plan();

    /// <summary>The same without explanations, from the relaxation of a scenario like it: quicker. Gives its own relaxation too.</summary>
    internal static (PlanningResult Result, Relaxed? Relaxed) PlanNear(
        Scenario scenario, PriceBook prices, PerformanceModel performance, PlannerSettings settings, Relaxed? near)
    {
        var planner = new Planner(scenario, prices, performance, settings with { Explain = false }) { near = near };
        return (planner.Plan(), planner.near);
    }

    /// <summary>Plans a scenario in a simpler way, by fixed rules or with less choice, instead of the best way found.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="prices">What can be had.</param>
    /// <param name="performance">What workloads do on hardware.</param>
    /// <param name="settings">When to stop.</param>
    /// <param name="baseline">The way, one of <see cref="BaselineName.All"/>.</param>
    /// <returns>The way, and its plan; no plan where it cannot be done.</returns>
    /// <exception cref="ArgumentException">There is no such way.</exception>
    public static (Baseline Way, PurchasePlan? Plan) PlanBaseline(
        Scenario scenario, PriceBook prices, PerformanceModel performance, PlannerSettings settings, string baseline)
    {
        var planner = new Planner(scenario, prices, performance, settings);
        var built = planner.Build(scenario);
        var baselines = new Baselines(scenario, built.Problem, planner.limits);
        var found = baselines.Named(baseline) ?? throw new ArgumentException($"There is no baseline '{baseline}'.", nameof(baseline));
        if (found is not (var way, { } problem, var decisions, _) || way.Cost is null) return (found.Baseline, null);
        var cost = (double)Ledger.Cost(problem, Ledger.Purchases(problem, decisions), decisions).PresentValue.Usd;
        // The bound is that of all plans within the limits: a baseline that breaks one may lie below it.
        var bound = ProblemSolver.Relaxation(built.Problem, sharp: true);
        var solved = new SolvedProblem([.. decisions], cost, Math.Min(cost, bound), SolveStatus.Feasible) { Problem = problem, Credits = (double)problem.Credits.Sum(c => c.Amount.Usd) };
        return (way, planner.PlanOf(built, solved) with { Baseline = way, Bound = Money.FromUsd(double.IsFinite(bound) ? bound : cost) });
    }

    private BuiltProblem Build(Scenario asked, params IEnumerable<string> lifted) =>
        new ProblemBuilder(asked, prices, performance, lifted.ToHashSet(StringComparer.Ordinal)).Build();

    private PlanningResult Plan()
    {
        var built = Build(scenario);
        var declared = DeclaredLimit.Of(scenario, built).Where(l => !l.IsChoice).ToList();
        var searched = new Baselines(scenario, built.Problem, rough);
        // What simpler ways cost does not depend on the plan, and is not asked where there is none.
        SolvedProblem? found = null;
        List<Lazy<BindingLimit?>> binding = [];
        settings.SideBySide(
        [
            () =>
            {
                found = ProblemSolver.Solve(built.Problem, limits, prove: true, near);
                if (!settings.Explain || !found.HasPlan) return;
                // What limits cost depends on nothing but the relaxation: who waits for the simpler ways begins with it.
                binding = [.. declared.Select(limit => new Lazy<BindingLimit?>(() => PriceOf(limit, built, found)))];
                foreach (var price in binding.TakeWhile(_ => !searched.Done)) _ = price.Value;
            },
            .. settings.Explain ? searched.Finding(() => found is { HasPlan: false }) : [],
        ]);
        var solved = found!;
        near = solved.Draft ?? near;
        if (!solved.HasPlan)
        {
            if (solved.Status != SolveStatus.Infeasible) throw new SearchStoppedException(settings.MaximumNodes);
            return new(null, new ConflictFinder(scenario, built, (asked, lifted) => Build(asked, lifted), settings.Elsewhere).Find());
        }

        if (!settings.Explain) return new(PlanOf(built, solved), null);
        // Where a simpler way comes close to what the search found, or below it, the best of both is looked for among the offers of both.
        if (searched.Cheapest is { } simple && simple.PresentValue < solved.PresentValue * (1 + Close))
        {
            var both = OffersOf(solved).Union(OffersOf(simple)).ToHashSet(StringComparer.Ordinal);
            var merged = built.Problem with
            {
                Needs = [.. built.Problem.Needs.Select(n => Filter(n, source => both.Contains($"{n.Workload} {built.Problem.Sources[source].Label}")))],
            };
            var best = new[] { solved, simple, ProblemSolver.Solve(merged, limits) }.MinBy(s => s.PresentValue)!;
            solved = best with
            {
                Bound = Math.Min(solved.Bound, best.PresentValue), Relaxation = solved.Relaxation, TightLimits = solved.TightLimits, Draft = solved.Draft,
            };
        }

        var plan = PlanOf(built, solved);
        var alternatives = new Alternative[built.Problem.Needs.Length];
        settings.SideBySide(
        [
            .. alternatives.Select((_, need) => (Action)(() => alternatives[need] = RunnerUp(built.Problem, solved, plan.Purchases, need))),
            .. binding.Select(price => (Action)(() => _ = price.Value)),
        ]);
        plan = plan with
        {
            Baselines = searched.Found,
            Alternatives = [.. alternatives],
            Binding = [.. binding.Select(price => price.Value).OfType<BindingLimit>()],
            UseFirst = new UseFirst.UseFirstFinder(scenario, prices, performance, built).Find(plan.Purchases),
        };
        return new(settings.Why ? plan with { Why = new WhyFinder(scenario, (asked, lifted) => Build(asked, lifted), built, solved, plan, settings).Find() } : plan, null);
    }

    // The offers that a plan buys or uses for each workload, and what is held already.
    private static IEnumerable<string> OffersOf(SolvedProblem solved) => solved.Decisions
        .Where(d => d.Need >= 0 && d.SourceIn(solved.Problem) >= 0)
        .Select(d => $"{solved.Problem.Needs[d.Need].Workload} {solved.Problem.Sources[d.SourceIn(solved.Problem)].Label}");

    private PurchasePlan PlanOf(BuiltProblem built, SolvedProblem solved)
    {
        var purchases = Ledger.Purchases(solved.Problem, solved.Decisions);
        var cost = Ledger.Cost(solved.Problem, purchases, solved.Decisions);
        return new()
        {
            Scenario = scenario.Name,
            Horizon = scenario.Horizon,
            PricesAsOf = prices.AsOf,
            Cost = cost,
            Bound = Money.FromUsd(Math.Min(solved.Bound, (double)cost.PresentValue.Usd)),
            Gap = solved.Gap,
            Purchases = purchases,
            Commitments = Ledger.Commitments(solved.Problem, solved.Decisions),
            Demand = WorkloadDemand.Of(scenario, solved.Problem, solved.Decisions),
            Considered = [.. built.Problem.Needs.Select((_, need) => Considerations.Of(built, need, purchases))],
            OwnOffersLeftOut = [.. OwnOffersLeftOut(built)],
            Limits = [.. DeclaredLimit.Of(scenario, built).Select(l => new StatedLimit(l.Path, l.Value))],
            Assumed = [.. scenario.Assumed, .. built.Assumed],
            NotYetUsed = scenario.NotYetUsed,
        };
    }

    private IEnumerable<Exclusion> OwnOffersLeftOut(BuiltProblem built)
    {
        var own = scenario.HourlyQuotes.Select(q => (Label: $"{q.Id} on-demand", Name: q.InstanceType))
            .Concat(scenario.TermQuotes.Select(q => (Label: q.Id, Name: q.Instance.InstanceType)))
            .Concat(scenario.TokenOffers.Select(q => (Label: q.Name, q.Name)))
            .DistinctBy(q => q.Label).ToDictionary(q => q.Label, q => q.Name, StringComparer.Ordinal);
        return built.Exclusions.Where(e => own.ContainsKey(e.Source)).Select(e => e with { Source = own[e.Source] });
    }

    // The best plan in which a workload does without the machine that it spends most on.
    private Alternative RunnerUp(PlanningProblem problem, SolvedProblem solved, ImmutableArray<Purchase> purchases, int need)
    {
        var workload = problem.Needs[need].Workload;
        var winner = Main(purchases, workload);
        if (winner is null) return new(workload, "nothing", null, null, null);
        // The other workloads keep to the offers that they have.
        var needs = problem.Needs.Select((other, n) => n == need
            ? Filter(other, source => !IsSameMachine(problem.Sources[source], winner))
            : Filter(other, source => purchases.Any(p => p.Workload == other.Workload && p.Source == problem.Sources[source])
                || problem.Sources[source].Kind == PurchaseKind.Owned));
        var without = problem with { Needs = [.. needs] };
        var second = ProblemSolver.Solve(without, rough, prove: false, solved.Draft);
        if (!second.HasPlan) return new(workload, winner.Label, null, null, null);
        var dearer = Math.Max(0, second.PresentValue - solved.PresentValue);
        return new(
            workload, winner.Label, Main(Ledger.Purchases(second.Problem, second.Decisions), workload)?.Label,
            Money.FromUsd(dearer), dearer / Math.Max(1e-9, solved.PresentValue));
    }

    /// <summary>The same machine bought in the same way, wherever: its twin in another region is no alternative.</summary>
    internal static bool IsSameMachine(Source a, Source b) => a.Kind == b.Kind && a.Provider == b.Provider && a.TermMonths == b.TermMonths
        && a.Accelerator == b.Accelerator && a.AcceleratorCount == b.AcceleratorCount
        && a.Id.Split('/')[^1] == b.Id.Split('/')[^1];

    /// <summary>What a workload spends most on; null where it buys nothing.</summary>
    internal static Source? Main(ImmutableArray<Purchase> purchases, string workload) => purchases
        .Where(p => p.Workload == workload && p.Source.Kind != PurchaseKind.Owned)
        .OrderByDescending(p => p.Cost.Usd).ThenBy(p => p.Source.Label, StringComparer.Ordinal).FirstOrDefault()?.Source;

    /// <summary>A need with only the options whose source passes.</summary>
    internal static Need Filter(Need need, Func<int, bool> keep) => need switch
    {
        ServiceNeed service => service with { Options = [.. service.Options.Where(o => keep(o.Source))] },
        RunNeed runs => runs with { Options = [.. runs.Options.Where(o => keep(o.Source))] },
        PileNeed piles => piles with { Options = [.. piles.Options.Where(o => keep(o.Source))] },
        _ => need,
    };

    // What a limit costs, by the difference of the relaxations with and without it: both are proven, and quick to find. Null where it costs next to nothing.
    private BindingLimit? PriceOf(DeclaredLimit limit, BuiltProblem built, SolvedProblem solved)
    {
        // What only rows state needs no new program. A quota or an availability can also rule out gangs before there are rows.
        var rowsOnly = limit.IsRow && built.Exclusions.All(e => e.Limit != limit.Path);
        if (rowsOnly && !solved.TightLimits.Contains(limit.Path)) return null;
        var cheaper = (rowsOnly ? ProblemSolver.CheaperWithout(solved, limit.Path) : null)
            ?? solved.Relaxation - ProblemSolver.Relaxation(Build(scenario, limit.Path).Problem, sharp: false, solved.Draft);
        return cheaper > LeastWorth * Math.Abs(solved.Relaxation) ? new(limit.Path, limit.Value, Money.FromUsd(cheaper)) : null;
    }
}
