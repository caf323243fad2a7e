namespace Switchyard.Plan.Solve;

/// <summary>How a solve ended.</summary>
public enum SolveStatus
{
    /// <summary>A point was found and proven to be within the requested gap of the best possible.</summary>
    Optimal,

    /// <summary>A point was found; the node limit came before the proof.</summary>
    Feasible,

    /// <summary>It is proven that no point satisfies all rows and bounds.</summary>
    Infeasible,

    /// <summary>The linear relaxation's cost falls without end: a limit is missing from the program.</summary>
    Unbounded,

    /// <summary>The node limit came before any point was found, or no point survived the independent recheck.</summary>
    NoIncumbent,
}

/// <summary>What a solve found. A returned point has passed <see cref="Feasibility.Check"/>.</summary>
public sealed record Solution
{
    /// <summary>Relative accuracy of the solvers' own arithmetic: a gap below it cannot be told from none.</summary>
    internal const double Accuracy = 1e-7;

    /// <summary>How the solve ended.</summary>
    public required SolveStatus Status { get; init; }

    /// <summary>Cost of <see cref="Values"/>; positive infinity without a point, negative infinity when unbounded.</summary>
    public required double Objective { get; init; }

    /// <summary>No point costs less than this, as proven; never above <see cref="Objective"/>. Positive infinity when infeasible.</summary>
    public required double Bound { get; init; }

    /// <summary>One value per column; integer columns are exactly whole. Empty without a point.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>Branch-and-bound nodes visited.</summary>
    public int Nodes { get; init; }

    /// <summary>
    /// For a linear program: what one more unit of each row's binding bound adds to the cost (positive or zero for a lower bound,
    /// negative or zero for an upper bound). Null for a program with integers.
    /// </summary>
    public IReadOnlyList<double>? RowDuals { get; init; }

    /// <summary>For a linear program: what forcing one more unit of each column adds to the cost. Null for a program with integers.</summary>
    public IReadOnlyList<double>? ReducedCosts { get; init; }

    /// <summary>Whether <see cref="Values"/> holds a point.</summary>
    public bool HasPoint => Status is SolveStatus.Optimal or SolveStatus.Feasible;

    /// <summary>(Objective − Bound) / |Objective|: the most that could still be saved. 0 when both agree, infinite without a point.</summary>
    public double Gap => (HasPoint, Objective - Bound) switch
    {
        (false, _) => double.PositiveInfinity,
        (true, <= 0) => 0,
        (true, var difference) => difference / Math.Max(Math.Abs(Objective), 1e-10),
    };

    /// <summary>Whether a relaxation takes a column, or would if it were cheaper by a share of its cost. Sums that rows speak of cost nothing and are always near.</summary>
    internal bool IsNear(MixedIntegerProgram program, int column, double share) =>
        Values[column] > 1e-9 || ReducedCosts![column] <= (share * Math.Abs(program.Cost[column])) + 1e-9 || (program.Cost[column] == 0 && double.IsPositiveInfinity(program.ColumnUpper[column]));

    /// <summary>The same point with a bound, and with the status that the gap between them means.</summary>
    /// <param name="bound">No point costs less.</param>
    /// <param name="limits">The gap that was asked for.</param>
    internal Solution Proven(double bound, SolveLimits limits)
    {
        var proven = this with { Bound = Math.Min(Objective, bound) };
        return proven with { Status = proven.Gap <= Math.Max(limits.RelativeGap, Accuracy) * (1 + 1e-6) ? SolveStatus.Optimal : SolveStatus.Feasible };
    }

    internal static Solution Infeasible(int nodes = 0) => new()
    {
        Status = SolveStatus.Infeasible,
        Objective = double.PositiveInfinity,
        Bound = double.PositiveInfinity,
        Nodes = nodes,
    };

    internal static Solution Unbounded() => new()
    {
        Status = SolveStatus.Unbounded,
        Objective = double.NegativeInfinity,
        Bound = double.NegativeInfinity,
    };

    internal static Solution NoIncumbent(double bound, int nodes) => new()
    {
        Status = SolveStatus.NoIncumbent,
        Objective = double.PositiveInfinity,
        Bound = bound,
        Nodes = nodes,
    };
}
