using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A solved planning problem.</summary>
/// <param name="Decisions">The decisions that are not zero; empty where there is no plan.</param>
/// <param name="PresentValue">
/// What a plan minimises, in US dollars: the expected present value of all payments, earlier commitments included, and on top of it the weighted
/// risk where risk counts; infinite where there is no plan.
/// </param>
/// <param name="Bound">No plan has a smaller present value.</param>
/// <param name="Status">How the solver ended.</param>
public sealed record SolvedProblem(ImmutableArray<Decision> Decisions, double PresentValue, double Bound, SolveStatus Status)
{
    /// <summary>The problem that the decisions index into: the given one without needless options.</summary>
    public required PlanningProblem Problem { get; init; }

    /// <summary>Whether there is a plan.</summary>
    public bool HasPlan => Status is SolveStatus.Optimal or SolveStatus.Feasible;

    /// <summary>Present value of the relaxation in which instances can be split; a lower bound.</summary>
    public double Relaxation { get; init; } = double.NegativeInfinity;

    /// <summary>Paths of the limits of which the relaxation uses everything; lifting any other row limit leaves it as it is.</summary>
    public IReadOnlySet<string> TightLimits { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The relaxation of the whole problem that the search started from.</summary>
    internal Relaxed? Draft { get; init; }

    /// <summary>Credits to be spent, in US dollars.</summary>
    public double Credits { get; init; }

    /// <summary>How far the present value can at most lie above the bound, as a share of it and the credits.</summary>
    public double Gap => PresentValue <= Bound ? 0 : (PresentValue - Bound) / Math.Max(1e-9, Math.Abs(PresentValue + Credits));
}

/// <summary>Solves planning problems: needless options out, then the program, then a check by independent arithmetic.</summary>
public static class ProblemSolver
{
    // Beyond so many columns branch and cut finds nothing in good time.
    internal const int Large = 25_000;

    // Of more columns than this, what the stages find is compared with what rounding finds where it lies further from its bound than so.
    private const int Many = 5000;
    private const double Wide = 0.03;

    // Among few offers what the stages find is near enough, unless the gap asked for is as small as this: their bound is not the plan's.
    private const double Sharp = 1e-4;

    /// <summary>The cheapest plan within the limits, as far as the solver's limits allow.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="prove">False to be content with a good plan and a weaker bound.</param>
    /// <exception cref="InvalidOperationException">The solver's plan breaks a limit: a bug.</exception>
    public static SolvedProblem Solve(PlanningProblem problem, SolveLimits limits, bool prove = true) => Solve(problem, limits, prove, near: null);

    /// <summary>The same, from the relaxation of a problem like it: quicker; or from its own, where that is known (<see cref="Relax"/>).</summary>
    internal static SolvedProblem Solve(PlanningProblem problem, SolveLimits limits, bool prove, Relaxed? near, Relaxed? own = null)
    {
        if (Impossible(problem)) return None(problem, double.PositiveInfinity, SolveStatus.Infeasible);
        var reckoned = own?.Problem.CapacityLimits ?? Reckoned(problem);
        var below = prove ? double.PositiveInfinity : limits.Most;
        limits = limits with { Most = double.PositiveInfinity };
        while (true)
        {
            var draft = own ?? Relaxed.Of(problem, reckoned, near: near, most: below);
            (near, own) = (draft, null);
            if (draft.Solution.Status == SolveStatus.Infeasible) return None(problem, double.PositiveInfinity, SolveStatus.Infeasible);
            if (double.IsFinite(below) && draft.Whole >= below) return None(problem, draft.Whole, SolveStatus.NoIncumbent);
            if (Exceeded(problem, draft.Problem, draft.Point, reckoned) is { Length: > 0 } more)
            {
                reckoned = [.. reckoned, .. more];
                continue;
            }

            var solved = None(problem, double.PositiveInfinity, SolveStatus.NoIncumbent);
            limits.SideBySide(
            [
                () => solved = problem.OffersPerWorkload is { } most && draft.Solution.HasPoint
                    ? FewOffers.Solve(draft, most, limits, prove, (part, until) => Search(part, until, prove && until.RelativeGap <= Sharp))
                    : Search(draft, limits, prove),
                // What is rounded mostly lies so far from the relaxation that this is asked for next.
                .. prove && draft.Formulation.Program.ColumnCount > Large ? [() => _ = draft.Whole] : (Action[])[],
            ]);
            if (solved.Status == SolveStatus.NoIncumbent && prove && Within(problem, draft, limits.Elsewhere) is { } tight) return tight;
            if (!solved.HasPlan) return solved with { Problem = solved.Problem with { CapacityLimits = problem.CapacityLimits } };
            if (Exceeded(problem, solved.Problem, solved.Decisions, reckoned) is { Length: > 0 } broken)
            {
                reckoned = [.. reckoned, .. broken];
                continue;
            }

            var whole = solved with { Problem = solved.Problem with { CapacityLimits = problem.CapacityLimits }, Draft = draft };
            if (prove && whole.Gap > limits.RelativeGap) whole = whole with { Bound = Math.Min(whole.PresentValue, Math.Max(whole.Bound, draft.Whole)) };
            if (Recheck.Problems(whole.Problem, whole.Decisions) is [_, ..] wrong)
                throw new InvalidOperationException($"The solver's plan breaks {wrong.Length} limits: {string.Join("; ", wrong.Take(3))}");
            return whole;
        }
    }

    // Assumed availabilities that nothing comes near need no rows, and without them more options are needless. Those that the relaxation or a
    // plan exceeds are reckoned with from then on. Stated limits are few, and mostly meant.
    private static ImmutableArray<CapacityLimit> Reckoned(PlanningProblem problem) => problem.CapacityLimits.RemoveAll(limit => limit.Assumed).AddRange(Reach.Filled(problem));

    // Where the search finds nothing within a tight limit, the plan that needs least of it may still be within it, and within all others.
    private static SolvedProblem? Within(PlanningProblem problem, Relaxed draft, Func<byte[], byte[]?>? elsewhere)
    {
        if (problem.Futures.Length > 1 || !draft.Solution.HasPoint || draft.Formulation.Program.ColumnCount > Large) return null;
        var found = LeastLimit.Known(problem).SelectMany(limit => LeastLimit.Plans(problem, limit, elsewhere: elsewhere).Select(found => found.Plan))
            .FirstOrDefault(plan => Recheck.Problems(With(plan), plan.Decisions).IsEmpty);
        return found is null ? null : found with
        {
            Problem = With(found), Bound = Math.Min(found.PresentValue, draft.Bound), Relaxation = draft.Plain, TightLimits = draft.Formulation.TightLimits(draft.Solution.Values), Draft = draft,
        };

        PlanningProblem With(SolvedProblem plan) => problem with { Needs = plan.Problem.Needs };
    }

    // The capacity limits that are not reckoned with yet and that a point exceeds.
    internal static ImmutableArray<CapacityLimit> Exceeded(
        PlanningProblem problem, PlanningProblem reduced, IReadOnlyCollection<Decision> point, ImmutableArray<CapacityLimit> reckoned)
    {
        var known = reckoned.Select(limit => limit.Id).ToHashSet(StringComparer.Ordinal);
        if (point.Count == 0 || problem.CapacityLimits.All(limit => known.Contains(limit.Id))) return [];
        return [.. Recheck.Exceeded(reduced with { CapacityLimits = problem.CapacityLimits }, point).Select(over => over.Limit).Where(limit => !known.Contains(limit.Id))];
    }

    // Where it is not to be proven, what is of no interest is not looked for either.
    private static SolvedProblem Search(PlanningProblem part, SolveLimits limits, bool prove)
    {
        var draft = Relaxed.Of(part);
        var most = prove || draft.Formulation.Program.ColumnCount > Many ? double.PositiveInfinity : limits.Most;
        return draft.Bound >= most ? None(part, draft.Bound, SolveStatus.NoIncumbent) : Search(draft, limits with { Most = most - draft.Shift }, prove);
    }

    internal static SolvedProblem Search(Relaxed draft, SolveLimits limits, bool prove)
    {
        var program = draft.Formulation.Program;
        var rounds = draft.Covers.Count > 0 && draft.Solution.HasPoint;
        var staged = program.ColumnCount > Large && rounds ? Rounded(draft, limits) : StagedSolver.Solve(program, draft.Formulation.Lasts, draft.Solution, limits);
        if (program.ColumnCount is > Many and <= Large && rounds && (staged is null ? !prove : staged.HasPoint && staged.Gap > Wide)
            && Rounded(draft, limits) is { HasPoint: true } rounded && rounded.Objective < (staged?.Objective ?? double.PositiveInfinity))
        {
            staged = rounded.Proven(Math.Max(staged?.Bound ?? rounded.Bound, rounded.Bound), limits);
            prove &= staged.Gap > Wide;
        }

        if (staged is { HasPoint: false } && staged.Bound >= limits.Most) return None(draft.Problem, staged.Bound + draft.Shift, SolveStatus.NoIncumbent);
        prove &= program.ColumnCount <= Large;
        var solution = staged is { HasPoint: true } && (!prove || staged.Gap <= limits.RelativeGap)
            ? staged : PricedSolver.Solve(program, limits, prove, draft.Solution, staged);
        var (problem, shift) = (draft.Problem, draft.Shift);
        if (!solution.HasPoint) return None(problem, solution.Bound + shift, solution.Status);
        return new([.. draft.Formulation.Read(solution.Values)], solution.Objective + shift, solution.Bound + shift, solution.Status)
        {
            Problem = problem,
            Credits = draft.Credits,
            Relaxation = draft.Plain,
            TightLimits = draft.Solution.HasPoint ? draft.Formulation.TightLimits(draft.Solution.Values) : FrozenSet<string>.Empty,
        };
    }

    private static Solution Rounded(Relaxed draft, SolveLimits limits) =>
        CoverRounding.Solve(draft.Formulation.Program, draft.Covers, draft.Formulation.Lasts, draft.Solution, limits);

    /// <summary>Present value of the relaxation in which instances can be split: a lower bound, and infinite where not even that has a plan.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="sharp">Whether rows that only whole numbers keep may raise it; without, it compares with another problem's.</param>
    public static double Relaxation(PlanningProblem problem, bool sharp = false) => Relaxation(problem, sharp, null);

    /// <summary>The same, from the relaxation of a problem like it: quicker.</summary>
    internal static double Relaxation(PlanningProblem problem, bool sharp, Relaxed? near) =>
        Relaxing(problem, (reckoned, before) => Relaxed.Of(problem, reckoned, sharp, before ?? near)) is not { } draft ? double.PositiveInfinity : sharp ? draft.Whole : draft.Bound;

    /// <summary>The sharp relaxation, from where that of a problem like it ended; null where not even that has a plan.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="from">Where the other one ended; null for none.</param>
    /// <param name="enough">Whether a bound is all that is wanted: it is not made sharper then.</param>
    internal static Relaxed? Relax(PlanningProblem problem, ColumnGeneration.End? from, Func<double, bool>? enough = null) =>
        Relaxing(problem, (reckoned, before) => Relaxed.Of(problem, reckoned, before is null ? from : before.End, enough));

    // A relaxation by the capacity limits reckoned with and the one before, again until it exceeds no other; null where there is no plan.
    private static Relaxed? Relaxing(PlanningProblem problem, Func<ImmutableArray<CapacityLimit>, Relaxed?, Relaxed> relax)
    {
        if (Impossible(problem)) return null;
        var reckoned = Reckoned(problem);
        Relaxed? draft = null;
        while (true)
        {
            draft = relax(reckoned, draft);
            if (draft.Solution.Status == SolveStatus.Infeasible) return null;
            // Where the simplex met numerical trouble only its bound is known.
            if (Exceeded(problem, draft.Problem, draft.Point, reckoned) is not { Length: > 0 } more) return draft;
            reckoned = [.. reckoned, .. more];
        }
    }

    /// <summary>By how much the relaxation of a solved problem costs less without a limit that only rows state; null where that takes solving it anew.</summary>
    /// <param name="solved">The solved problem.</param>
    /// <param name="path">The limit's path.</param>
    internal static double? CheaperWithout(SolvedProblem solved, string path)
    {
        if (solved.Draft?.Without(path) is not var (point, cheaper)) return null;
        var whole = solved.Problem with { CapacityLimits = [.. solved.Problem.CapacityLimits.Where(limit => limit.Path != path)] };
        return Exceeded(whole, solved.Draft.Problem, point, solved.Draft.Problem.CapacityLimits).IsEmpty ? cheaper : null;
    }

    private static SolvedProblem None(PlanningProblem problem, double bound, SolveStatus status) =>
        new([], double.PositiveInfinity, bound, status) { Problem = problem };

    private static bool Impossible(PlanningProblem problem) => problem.Needs.Any(need => need switch
    {
        ServiceNeed service => service.Options.IsEmpty,
        RunNeed runs => runs.Options.IsEmpty && !runs.Groups.IsEmpty,
        PileNeed piles => piles.Options.IsEmpty && !piles.Piles.IsEmpty,
        _ => false,
    }) || Reach.IsBeyond(problem);
}
