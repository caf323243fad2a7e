using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>
/// A plan that needs as little of a limit as can be found, where rows Σ … ≤ most state the limit (budgets, carbon, power at once). The relaxation says
/// how little that could be, and its duals which rows (which months) matter how much; a search that minimises what those rows use at these prices, the
/// limit itself left out, always has somewhere to begin (Lagrangian relaxation; Geoffrion, 1974). Among the offers that the plans so found buy,
/// the limit itself is then what is minimised. What the limit says makes no difference to the answer.
/// </summary>
internal static class LeastLimit
{
    // What a plan costs counts so little beside what it uses of the limit: of two that use as much, the cheaper one.
    private const double Cheap = 0.02;
    private const double Cheaper = 1e-4;

    // Offers that are looked at for each workload: few make a search sharp.
    private const int Offers = 3;

    /// <summary>When the searches on the way stop.</summary>
    public static SolveLimits Rough { get; } = new(0.01, 15);

    private static readonly SolveLimits Sharp = new(0.005, 200);

    /// <summary>The limits of a problem that this can find the least of.</summary>
    /// <param name="problem">The problem.</param>
    public static IEnumerable<string> Known(PlanningProblem problem) =>
    [
        .. problem.CashPerMonth is null ? (string[])[] : ["limits.budget.cash"],
        .. problem.TotalCost is null ? (string[])[] : ["limits.budget.total"],
        .. problem.TeamBudgets.Select(b => b.Id), .. problem.UseLimits.Select(u => u.Id), .. problem.CapacityLimits.Select(c => c.Id).Where(id => id == StatedLimits.Power),
    ];

    /// <summary>Plans that need little of a limit, each with what every plan needs of it at least; empty where none was found.</summary>
    /// <param name="problem">The problem with the limit.</param>
    /// <param name="limit">The limit's path.</param>
    /// <param name="known">The plan without the limit, found as <see cref="Rough"/> says; null to look for it.</param>
    /// <param name="close">Plans need not be looked for any more when one needs at most so much more than every plan does, as a share.</param>
    /// <param name="elsewhere">Who searches in another process: <see cref="SolveLimits.Elsewhere"/>.</param>
    public static IEnumerable<(SolvedProblem Plan, double Least)> Plans(
        PlanningProblem problem, string limit, SolvedProblem? known = null, double close = double.NegativeInfinity, Func<byte[], byte[]?>? elsewhere = null)
    {
        var zero = With(problem with { OffersPerWorkload = null }, limit, 0);
        var reckoned = zero.CapacityLimits.Where(l => l.Id == limit).ToImmutableArray();
        var rough = Rough with { Elsewhere = elsewhere };
        var free = known ?? ProblemSolver.Solve(With(problem, limit, null), rough, prove: false);
        if (!free.HasPlan) yield break;
        // What the plan without the limit had to reckon with, this one will have to as well.
        reckoned = free.Draft is { } before ? [.. reckoned, .. before.Problem.CapacityLimits.Where(l => zero.CapacityLimits.Any(own => own.Id == l.Id) && reckoned.All(own => own.Id != l.Id))] : reckoned;
        var (prices, draft, least) = Price(zero, limit, ref reckoned, free.Draft);
        if (draft is null) yield break;
        void Change(Formulation formulation) => Reprice(formulation, limit, prices);
        var few = FewOffers.Solve(draft, Offers, rough, false, (some, until) => ProblemSolver.Search(Relaxed.Of(some, some.CapacityLimits, Change), until, prove: false));
        var plans = new[] { free, few }.Where(plan => plan.HasPlan).ToList();
        bool IsClose() => plans.Min(plan => Needs(plan, limit)) <= least * (1 + close);
        if (!IsClose() && ProblemSolver.Search(draft, rough, prove: false) is { HasPlan: true } all) plans.Add(all);
        if (IsClose())
        {
            foreach (var plan in plans.OrderBy(plan => Needs(plan, limit))) yield return (Whole(plan.Decisions, plan.Problem), least);
            yield break;
        }

        // The dearer ones by the limit's prices have little to add.
        var bought = plans.OrderBy(plan => Needs(plan, limit)).Take(2).SelectMany(Bought).ToHashSet();
        var near = draft.Problem with
        {
            Needs = [.. draft.Problem.Needs.Select(need => Planner.Filter(need, source =>
                draft.Problem.Sources[source].Kind == PurchaseKind.Owned || bought.Contains((need.Workload, draft.Problem.Sources[source].Offer))))],
        };

        if (Least(near, limit, Sharp with { Elsewhere = elsewhere }) is { } found) yield return (Whole(found, near), least);
        foreach (var plan in plans) yield return (Whole(plan.Decisions, plan.Problem), least);

        // Its present value is that of its payments, whatever it was found by.
        SolvedProblem Whole(ImmutableArray<Decision> decisions, PlanningProblem of)
        {
            var whole = With(of with { CapacityLimits = problem.CapacityLimits }, limit, null);
            var cost = (double)Ledger.Cost(whole, Ledger.Purchases(whole, decisions), decisions).PresentValue.Usd;
            return new(decisions, cost, double.NegativeInfinity, SolveStatus.Feasible) { Problem = whole, Credits = (double)problem.Credits.Sum(c => c.Amount.Usd) };
        }
    }

    // How much a plan needs of the limit.
    private static double Needs(SolvedProblem plan, string limit)
    {
        var use = new LimitUse(plan);
        return limit switch
        {
            "limits.budget.cash" => use.LargestMonth,
            "limits.budget.total" => use.Total,
            _ when plan.Problem.TeamBudgets.FirstOrDefault(b => b.Id == limit) is { } team => team.Total is null ? use.OfTeam(team.Team).LargestMonth : use.OfTeam(team.Team).Total,
            _ when plan.Problem.UseLimits.FirstOrDefault(u => u.Id == limit) is { } own => use.LargestUse(own),
            _ when plan.Problem.CapacityLimits.FirstOrDefault(c => c.Id == limit) is { } own => use.LargestAtOnce(own),
            _ => 0,
        };
    }

    private static IEnumerable<(string Workload, string Offer)> Bought(SolvedProblem plan) => plan.Decisions.Where(d => d.Need >= 0 && d.SourceIn(plan.Problem) >= 0)
        .Select(d => (plan.Problem.Needs[d.Need].Workload, plan.Problem.Sources[d.SourceIn(plan.Problem)].Offer));

    // The problem with another value of the limit; null to leave it out.
    private static PlanningProblem With(PlanningProblem problem, string limit, double? most) => limit switch
    {
        "limits.budget.cash" => problem with { CashPerMonth = most },
        "limits.budget.total" => problem with { TotalCost = most },
        _ => problem with
        {
            TeamBudgets = [.. problem.TeamBudgets.Where(b => b.Id != limit || most is not null)
                .Select(b => b.Id != limit ? b : b with { CashPerMonth = b.CashPerMonth is null ? null : most, Total = b.Total is null ? null : most })],
            UseLimits = [.. problem.UseLimits.Where(u => u.Id != limit || most is not null).Select(u => u.Id != limit ? u : u with { PerMonth = most!.Value })],
            CapacityLimits = [.. problem.CapacityLimits.Where(c => c.Id != limit || most is not null).Select(c => c.Id != limit ? c : c with { Most = most!.Value })],
        },
    };

    // The price of each row of the limit, summing to 1, the relaxation at these prices, with the capacity limits that it takes, and the least that every plan needs of the limit.
    private static (double[] Prices, Relaxed? Draft, double Least) Price(PlanningProblem zero, string limit, ref ImmutableArray<CapacityLimit> reckoned, Relaxed? near)
    {
        var known = near is { Solution.HasPoint: true } ? (near.Formulation, near.Solution.Values) : default;
        while (true)
        {
            var part = Dominance.Under(zero, reckoned);
            var formulation = Formulation.Of(part);
            var program = formulation.Program;
            double[] costs = [.. program.Cost];
            var like = known.Formulation is null ? null : formulation.Like(known.Formulation, known.Values);
            if (Says(formulation, limit, 0) is null) return ([], null, 0);
            var relaxed = ColumnGeneration.Solve(program, formulation.Lasts, like is null ? null : [.. like, true], null, [.. costs, 0])?.Solution ?? ClpSolver.Solve(program);
            if (!relaxed.HasPoint || relaxed.RowDuals is not { } duals) return ([], null, 0);
            double[] prices = [.. formulation.RowsOf(limit).Select(row => Math.Abs(duals[row]))];
            var sum = Math.Max(1e-9, prices.Sum());
            prices = [.. prices.Select(price => price / sum)];
            known = (formulation, [.. relaxed.Values]);
            var more = ProblemSolver.Exceeded(zero, part, [.. formulation.Read(relaxed.Values)], reckoned);
            if (more.IsEmpty)
            {
                var draft = Relaxed.Of(zero, reckoned, written => Reprice(written, limit, prices));
                if (!draft.Solution.HasPoint) return ([], null, 0);
                more = ProblemSolver.Exceeded(zero, draft.Problem, draft.Point, reckoned);
                if (more.IsEmpty) return (prices, draft, Math.Min(relaxed.Bound, relaxed.Objective) / prices.Length);
            }

            reckoned = [.. reckoned, .. more];
        }
    }

    // Makes what the limit says a column, which is minimised; null where other than rows state the limit.
    private static int? Says(Formulation formulation, string limit, double cheap)
    {
        var program = formulation.Program;
        var rows = formulation.RowsOf(limit).ToList();
        if (rows.Count == 0 || rows.Exists(row => row < 0)) return null;
        for (var column = 0; column < program.ColumnCount; column++) program.SetCost(column, cheap * rows.Count * program.Cost[column]);
        // As dear as the rows together, so that what stands in for columns not there yet costs about what they do.
        var says = program.AddColumn(0, double.PositiveInfinity, rows.Count);
        foreach (var row in rows) program.AddTerm(row, says, -1);
        return says;
    }

    // The plan that needs least among few offers.
    private static ImmutableArray<Decision>? Least(PlanningProblem near, string limit, SolveLimits limits)
    {
        var formulation = Formulation.Of(near);
        if (formulation.Program.ColumnCount > ProblemSolver.Large || Says(formulation, limit, Cheaper) is null) return null;
        var found = CbcSolver.Solve(formulation.Program, limits);
        return found.HasPoint ? [.. formulation.Read(found.Values)] : null;
    }

    // Costs become what is used of the limit at the prices of its rows, and the rows no longer bind.
    private static void Reprice(Formulation formulation, string limit, double[] prices)
    {
        var program = formulation.Program;
        var rows = formulation.RowsOf(limit).Select((row, i) => (row, i)).ToDictionary(x => x.row, x => x.i < prices.Length ? prices[x.i] : 0);
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var own = program.Matrix.RowsOf(column);
            var each = program.Matrix.CoefficientsOf(column);
            var uses = 0.0;
            for (var i = 0; i < own.Length; i++) uses += rows.GetValueOrDefault(own[i]) * each[i];
            program.SetCost(column, uses + (Cheap * program.Cost[column]));
        }

        foreach (var row in rows.Keys) program.SetRowBounds(row, double.NegativeInfinity, double.PositiveInfinity);
    }
}
