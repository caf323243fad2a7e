using System.Collections.Immutable;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A problem without needless options, its program, and the solution of the program's relaxation.</summary>
internal sealed class Relaxed
{
    private Relaxed(PlanningProblem problem)
    {
        Problem = problem;
        Formulation = Formulation.Of(problem);
        // What credits pay is spent all the same: the gap is measured against what is spent, not against the little that is left to pay.
        Credits = (double)problem.Credits.Sum(c => c.Amount.Usd);
        if (Credits > 0) Formulation.Program.AddColumn(1, 1, Credits);
        Shift = problem.FixedCash.Select((usd, month) => usd * problem.PresentValueFactor(month)).Sum() - Credits;
        Solution = ClpSolver.Solve(Formulation.Program);
        Bound = Solution.Bound + Shift;
        Point = Solution.HasPoint ? [.. Formulation.Read(Solution.Values)] : [];
    }

    /// <summary>The problem.</summary>
    public PlanningProblem Problem { get; }

    /// <summary>Its program.</summary>
    public Formulation Formulation { get; }

    /// <summary>The solution of its relaxation.</summary>
    public Solution Solution { get; }

    /// <summary>The decisions of that solution; they need not be whole.</summary>
    public ImmutableArray<Decision> Point { get; }

    /// <summary>Credits to be spent, in US dollars.</summary>
    public double Credits { get; }

    /// <summary>What is added to the program's objective for the present value: what is paid whatever is decided, less credits.</summary>
    public double Shift { get; }

    /// <summary>No plan has a smaller present value.</summary>
    public double Bound { get; }

    /// <summary>Relaxes a problem as it is.</summary>
    public static Relaxed Of(PlanningProblem problem) => new(problem);

    /// <summary>Relaxes a problem with some of its capacity limits, without the options that are needless then.</summary>
    public static Relaxed Of(PlanningProblem problem, ImmutableArray<CapacityLimit> limits) => new(Dominance.Under(problem, limits));
}
