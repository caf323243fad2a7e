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

    /// <summary>Credits to be spent, in US dollars.</summary>
    public double Credits { get; init; }

    /// <summary>How far the present value can at most lie above the bound, as a share of it and the credits.</summary>
    public double Gap => PresentValue <= Bound ? 0 : (PresentValue - Bound) / Math.Max(1e-9, Math.Abs(PresentValue + Credits));
}

/// <summary>Solves planning problems: needless options out, then the program, then a check by independent arithmetic.</summary>
public static class ProblemSolver
{
    /// <summary>The cheapest plan within the limits, as far as the solver's limits allow.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="prove">False to be content with a good plan and a weaker bound.</param>
    /// <exception cref="InvalidOperationException">The solver's plan breaks a limit: a bug.</exception>
    public static SolvedProblem Solve(PlanningProblem problem, SolveLimits limits, bool prove = true)
    {
        if (Impossible(problem)) return None(problem, double.PositiveInfinity, SolveStatus.Infeasible);
        var (reduced, tight) = Dominance.Find(problem);
        SolvedProblem Exactly(PlanningProblem part, SolveLimits until, bool proven) =>
            Solve(part, tight, until, proven) ?? Solve(part, part.CapacityLimits, until, proven) ?? throw new UnreachableException();
        // Plans on the way to a thinner one are not shown, and not rechecked: the last one is.
        SolvedProblem Roughly(PlanningProblem part, SolveLimits until) =>
            Solve(part, tight, until, prove: false, check: false) ?? throw new UnreachableException();
        // Limits that no plan without an instance too many can reach need no rows; should the solver keep such an instance, they get them.
        return problem.OffersPerWorkload is { } most
            ? FewOffers.Solve(reduced, tight, most, limits, Roughly, (part, until) => Exactly(part, until, prove))
            : Exactly(reduced, limits, prove);
    }

    private static SolvedProblem? Solve(
        PlanningProblem reduced, ImmutableArray<CapacityLimit> capacity, SolveLimits limits, bool prove, bool check = true)
    {
        var earlier = Earlier(reduced);
        var formulation = Formulation.Of(reduced with { CapacityLimits = capacity });
        // What credits pay is spent all the same: the gap is measured against what is spent, not against the little that is left to pay.
        var credits = (double)reduced.Credits.Sum(c => c.Amount.Usd);
        if (credits > 0) formulation.Program.AddColumn(1, 1, credits);
        var solution = PricedSolver.Solve(formulation.Program, limits, prove, out var relaxed);
        if (!solution.HasPoint) return None(reduced, solution.Bound - credits + earlier, solution.Status);
        var decisions = ImmutableArray.CreateRange(formulation.Read(solution.Values));
        if (check && Recheck.Problems(reduced, decisions) is [_, ..] broken)
        {
            if (capacity.Length < reduced.CapacityLimits.Length) return null;
            throw new InvalidOperationException($"The solver's plan breaks {broken.Length} limits: {string.Join("; ", broken.Take(3))}");
        }

        return new(decisions, solution.Objective - credits + earlier, solution.Bound - credits + earlier, solution.Status)
        {
            Problem = reduced,
            Credits = credits,
            Relaxation = relaxed.Bound - credits + earlier,
            TightLimits = relaxed.HasPoint ? formulation.TightLimits(relaxed.Values) : FrozenSet<string>.Empty,
        };
    }

    /// <summary>Present value of the relaxation in which instances can be split: a lower bound, and infinite where not even that has a plan.</summary>
    /// <param name="problem">The problem.</param>
    public static double Relaxation(PlanningProblem problem)
    {
        if (Impossible(problem)) return double.PositiveInfinity;
        var (reduced, tight) = Dominance.Find(problem);
        var solution = ClpSolver.Solve(Formulation.Of(reduced with { CapacityLimits = tight }).Program);
        // Where the simplex met numerical trouble only its bound is known.
        return solution.Status == SolveStatus.Infeasible ? double.PositiveInfinity : solution.Bound + Earlier(problem);
    }

    private static SolvedProblem None(PlanningProblem problem, double bound, SolveStatus status) =>
        new([], double.PositiveInfinity, bound, status) { Problem = problem };

    /// <summary>Present value of what is paid whatever is decided.</summary>
    internal static double Earlier(PlanningProblem problem) =>
        problem.FixedCash.Select((usd, month) => usd * problem.PresentValueFactor(month)).Sum();

    private static bool Impossible(PlanningProblem problem) => problem.Needs.Any(need => need switch
    {
        ServiceNeed service => service.Options.IsEmpty,
        RunNeed runs => runs.Options.IsEmpty && !runs.Groups.IsEmpty,
        PileNeed piles => piles.Options.IsEmpty && !piles.Piles.IsEmpty,
        _ => false,
    });
}
