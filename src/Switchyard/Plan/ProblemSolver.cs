using System.Collections.Immutable;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A solved planning problem.</summary>
/// <param name="Decisions">The decisions that are not zero; empty where there is no plan.</param>
/// <param name="PresentValue">Present value in US dollars of all payments, earlier commitments included; infinite where there is no plan.</param>
/// <param name="Bound">No plan has a smaller present value.</param>
/// <param name="Status">How the solver ended.</param>
public sealed record SolvedProblem(ImmutableArray<Decision> Decisions, double PresentValue, double Bound, SolveStatus Status)
{
    /// <summary>The problem that the decisions index into: the given one without needless options.</summary>
    public required PlanningProblem Problem { get; init; }

    /// <summary>Whether there is a plan.</summary>
    public bool HasPlan => Status is SolveStatus.Optimal or SolveStatus.Feasible;

    /// <summary>How far the present value can at most lie above the bound, as a share of the present value.</summary>
    public double Gap => PresentValue <= Bound ? 0 : (PresentValue - Bound) / Math.Max(1e-9, Math.Abs(PresentValue));
}

/// <summary>Solves planning problems: needless options out, then the program, then a check by independent arithmetic.</summary>
public static class ProblemSolver
{
    /// <summary>The cheapest plan within the limits, as far as the solver's limits allow.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">When to stop.</param>
    /// <exception cref="InvalidOperationException">The solver's plan breaks a limit: a bug.</exception>
    public static SolvedProblem Solve(PlanningProblem problem, SolveLimits limits)
    {
        var earlier = Earlier(problem);
        if (Impossible(problem)) return None(problem, double.PositiveInfinity, SolveStatus.Infeasible);
        var reduced = Dominance.Reduce(problem);
        var formulation = Formulation.Of(reduced);
        var solution = CbcSolver.Solve(formulation.Program, limits);
        if (!solution.HasPoint) return None(reduced, solution.Bound + earlier, solution.Status);
        var decisions = ImmutableArray.CreateRange(formulation.Read(solution.Values));
        if (Recheck.Problems(reduced, decisions) is [_, ..] broken)
            throw new InvalidOperationException($"The solver's plan breaks {broken.Length} limits: {string.Join("; ", broken.Take(3))}");
        return new(decisions, solution.Objective + earlier, solution.Bound + earlier, solution.Status) { Problem = reduced };
    }

    /// <summary>Present value of the relaxation in which instances can be split: a lower bound, and infinite where not even that has a plan.</summary>
    /// <param name="problem">The problem.</param>
    public static double Relaxation(PlanningProblem problem)
    {
        if (Impossible(problem)) return double.PositiveInfinity;
        var solution = ClpSolver.Solve(Formulation.Of(Dominance.Reduce(problem)).Program);
        // Where the simplex met numerical trouble only its bound is known.
        return solution.Status == SolveStatus.Infeasible ? double.PositiveInfinity : solution.Bound + Earlier(problem);
    }

    private static SolvedProblem None(PlanningProblem problem, double bound, SolveStatus status) =>
        new([], double.PositiveInfinity, bound, status) { Problem = problem };

    private static double Earlier(PlanningProblem problem) =>
        problem.FixedCash.Select((usd, month) => usd * problem.PresentValueFactor(month)).Sum();

    private static bool Impossible(PlanningProblem problem) => problem.Needs.Any(need => need switch
    {
        ServiceNeed service => service.Options.IsEmpty,
        RunNeed runs => runs.Options.IsEmpty && !runs.Groups.IsEmpty,
        PileNeed piles => piles.Options.IsEmpty && !piles.Piles.IsEmpty,
        _ => false,
    });
}
