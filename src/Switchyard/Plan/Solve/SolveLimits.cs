namespace Switchyard.Plan.Solve;

/// <summary>When a solve may stop. There is deliberately no clock: a stop by time is not reproducible.</summary>
/// <param name="RelativeGap">
/// Stop when (objective − bound) / |objective| is at most this; 0 to 1. The default, 1e-4, is a hundredth of a percent of the cost.
/// </param>
/// <param name="MaximumNodes">
/// Stop after about this many branch-and-bound nodes; 0: the root only. A hard program of 1,000 columns visits 50 to 300 a second.
/// </param>
public sealed record SolveLimits(double RelativeGap = 1e-4, int MaximumNodes = 2_000)
{
    /// <summary>
    /// How far a returned point may be outside a row or bound, relative to the largest magnitude in that row (at least 1).
    /// </summary>
    public double FeasibilityTolerance { get; init; } = 1e-9;

    /// <summary>
    /// Does things that do not depend on each other. One after the other unless the host lends its cores; the answers are the same.
    /// </summary>
    public Action<IReadOnlyList<Action>> SideBySide { get; init; } = OneByOne;

    /// <summary>
    /// Answers in another process what is asked of CBC, by <see cref="CbcSolver.Answer"/>; null where the host lends none. An answer of null: the process
    /// did not come to an end. Another is asked once more in a different way; without an answer nothing is found, and nothing proven.
    /// </summary>
    public Func<byte[], byte[]?>? Elsewhere { get; init; }

    /// <summary>A point found to be so near to its bound, as a share of its cost, is not tried to be improved upon; 0: whatever is usual is tried.</summary>
    internal double Enough { get; init; }

    /// <summary>What costs as much as this is of no interest; infinite where everything is.</summary>
    internal double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Proves optimality to nine digits: for tests and small programs.</summary>
    public static SolveLimits Exact { get; } = new(1e-9, int.MaxValue);

    /// <summary>Does things one after the other.</summary>
    internal static void OneByOne(IReadOnlyList<Action> things)
    {
        foreach (var thing in things) thing();
    }

    internal void Check()
    {
        InRange(RelativeGap, 0, 1, "relative gap");
        InRange(MaximumNodes, 0, int.MaxValue, "node limit");
        InRange(FeasibilityTolerance, 1e-12, 1e-3, "feasibility tolerance");
    }

    private static void InRange(double value, double least, double greatest, string what)
    {
        if (!(value >= least && value <= greatest))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"The {what} is outside {least} to {greatest}.");
    }
}
