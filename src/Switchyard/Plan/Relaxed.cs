using System.Collections.Immutable;
using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A problem without needless options, its program, and the solution of the program's relaxation.</summary>
internal sealed class Relaxed
{
    // From so many columns on most are left out of the simplex until they are worth it.
    private const int Many = 200;

    private double? whole;

    private Relaxed(PlanningProblem problem, bool cut, Relaxed? near = null, Action<Formulation>? change = null, PlanningProblem? whole = null, ColumnGeneration.End? from = null,
        Func<double, bool>? enough = null, double most = double.PositiveInfinity)
    {
        Problem = problem;
        Formulation = Formulation.Of(problem);
        change?.Invoke(Formulation);
        // What credits pay is spent all the same: the gap is measured against what is spent, not against the little that is left to pay.
        Credits = (double)problem.Credits.Sum(c => c.Amount.Usd);
        if (Credits > 0) Formulation.Program.AddColumn(1, 1, Credits);
        Shift = problem.FixedCash.Select((usd, month) => usd * problem.PresentValueFactor(month)).Sum() - Credits;
        (Solution Of, double Bound)? asked = null;
        var relaxation = Solve(Formulation.Program, cut ? Formulation.Lasts : null,
            near is { Solution.HasPoint: true } ? Formulation.Like(near.Formulation, near.Solution.Values) : null,
            whole is null ? null : values => ProblemSolver.Exceeded(whole, problem, [.. Formulation.Read(values)], problem.CapacityLimits).Length > 0, from,
            enough is null ? null : (solution, covers) =>
            {
                asked = (solution, Raised(solution, covers));
                return enough(asked.Value.Bound);
            },
            most - Shift);
        (Solution, Covers, End) = (relaxation.Solution, relaxation.Covers, relaxation.End);
        Plain = relaxation.Plain + Shift;
        Bound = Solution.Bound + Shift;
        if (asked is var (of, bound) && ReferenceEquals(of, Solution)) this.whole = bound;
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

    /// <summary>No plan has a smaller present value: what the relaxation proves, comparable with another relaxation's.</summary>
    public double Bound { get; }

    /// <summary>No plan has a smaller present value: what whole numbers prove on top of the relaxation, found when first asked for.</summary>
    public double Whole => whole ??= Raised(Solution, Covers);

    private double Raised(Solution solution, IReadOnlyList<Cover> covers) => Shift + (covers.Count == 0 || !solution.HasPoint ? solution.Bound
        : Math.Max(solution.Bound, CoverRegrets.Bound(Formulation.Program, covers, Formulation.Lasts, solution.RowDuals!, sharp: Formulation.Program.ColumnCount > ProblemSolver.Large)));

    /// <summary>The parts of the program that are small covering problems of their own, where they were looked for.</summary>
    public IReadOnlyList<Cover> Covers { get; }

    /// <summary>The same without the rows that sharpen it: what compares with another relaxation.</summary>
    public double Plain { get; }

    /// <summary>Where the simplex ended, for another to go on from; null where there is no point or columns are few.</summary>
    public ColumnGeneration.End? End { get; }

    /// <summary>Relaxes a problem as it is.</summary>
    public static Relaxed Of(PlanningProblem problem) => new(problem, cut: true);

    /// <summary>
    /// Relaxes a problem with some of its capacity limits, without the options that are needless then. Where that exceeds one of the others, it is not
    /// brought to its end.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">The capacity limits to reckon with.</param>
    /// <param name="cut">Whether the bound is to be as sharp as can be had quickly; without, it is that of the plain relaxation.</param>
    /// <param name="near">The relaxation of a problem like this one, to start from; null for none. It changes no answer, only the time it takes.</param>
    /// <param name="most">A present value that is of no interest: once it is proven that nothing costs less there is no point.</param>
    public static Relaxed Of(PlanningProblem problem, ImmutableArray<CapacityLimit> limits, bool cut = true, Relaxed? near = null, double most = double.PositiveInfinity) =>
        new(Dominance.Under(problem, limits), cut, near, null, problem, most: most);

    /// <summary>
    /// Relaxes a problem, as sharply as can be had quickly, from where the relaxation of another problem ended: where its program is of the same size, as it
    /// is where only loads differ, that takes a few steps of the simplex. How sharp it is without the rows that sharpen it stays unknown then.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">The capacity limits to reckon with.</param>
    /// <param name="from">Where the other one ended; null for none.</param>
    /// <param name="enough">Whether a bound (<see cref="Whole"/>) is all that is wanted: it is not made sharper then.</param>
    public static Relaxed Of(PlanningProblem problem, ImmutableArray<CapacityLimit> limits, ColumnGeneration.End? from, Func<double, bool>? enough) =>
        new(Dominance.Under(problem, limits), cut: true, null, null, problem, from, enough);

    /// <summary>Relaxes a problem whose program is changed first: other costs, other bounds.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">The capacity limits to reckon with.</param>
    /// <param name="change">Changes the program.</param>
    public static Relaxed Of(PlanningProblem problem, ImmutableArray<CapacityLimit> limits, Action<Formulation> change) => new(Dominance.Under(problem, limits), true, null, change);

    /// <summary>The point of the relaxation without a limit that only rows state, and by how much it costs less; null where that is not known.</summary>
    /// <param name="limit">The limit's path.</param>
    public (ImmutableArray<Decision> Point, double Cheaper)? Without(string limit)
    {
        if (!Solution.HasPoint) return null;
        var program = Formulation.Program.Clone();
        var rows = Formulation.RowsOf(limit).ToHashSet();
        if (rows.Contains(-1)) return null;
        // What follows from the limit goes with it.
        rows.UnionWith(Covers.SelectMany(cover => cover.Rows).Where(row => rows.Contains(row.Origin)).Select(row => row.Index));
        foreach (var row in rows) program.SetRowBounds(row, double.NegativeInfinity, double.PositiveInfinity);

        if ((program.ColumnCount >= Many ? ColumnGeneration.Solve(program, Formulation.Lasts, [.. Solution.Values.Select(amount => amount > 1e-9)])?.Solution : ClpSolver.Solve(program)) is not { HasPoint: true } free) return null;
        return ([.. Formulation.Read(free.Values)], Math.Max(0, Solution.Bound - free.Bound));
    }

    private static ColumnGeneration.Relaxation Solve(MixedIntegerProgram program, Func<int, bool>? lasts, bool[]? known, Func<double[], bool>? ends, ColumnGeneration.End? from,
        Func<Solution, IReadOnlyList<Cover>, bool>? enough, double most)
    {
        if (program.ColumnCount >= Many && ColumnGeneration.Solve(program, lasts, known, ends, null, from, enough, most) is { } generated) return generated;
        var solution = ClpSolver.Solve(program);
        return new(solution, solution.Bound, []);
    }
}
