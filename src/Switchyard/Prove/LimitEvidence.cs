namespace Switchyard.Prove;

/// <summary>In what a limit is measured.</summary>
public enum LimitUnit
{
    /// <summary>US dollars.</summary>
    Usd,

    /// <summary>A share, 0 to 1.</summary>
    Share,

    /// <summary>Accelerators at once.</summary>
    Accelerators,

    /// <summary>Kilowatts at once.</summary>
    Kilowatts,

    /// <summary>Kilograms of CO2e.</summary>
    Kilograms,

    /// <summary>Accelerator-hours.</summary>
    Hours,
}

/// <summary>A limit of the scenario against what the runs measured.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
/// <param name="What">What was measured, in words; why it was not where nothing was.</param>
/// <param name="Measured">The figure; null where the replay cannot measure it.</param>
public sealed record LimitEvidence(string Limit, string Value, string What, LimitFigure? Measured)
{
    /// <summary>Whether it holds; null where it was not measured.</summary>
    public bool? Holds => Measured?.Holds;

    /// <summary>How often a run it held something back that was to be started, and when and why first; null where it never did.</summary>
    public HeldBack? HeldBack { get; init; }
}

/// <summary>What was measured of a limit.</summary>
/// <param name="Unit">In what.</param>
/// <param name="Bound">What it allows.</param>
/// <param name="AtLeast">Whether the bound is the least rather than the most.</param>
/// <param name="Figure">The figure, over the runs: that of the worst month where the limit is by month.</param>
/// <param name="Worst">The worst of a run.</param>
/// <param name="Month">The month of that, zero-based; null where months mean nothing.</param>
/// <param name="Holds">Whether it holds.</param>
public sealed record LimitFigure(LimitUnit Unit, double Bound, bool AtLeast, Figure Figure, double Worst, int? Month, bool Holds)
{
    /// <summary>Whether more runs could find otherwise: the mean breaks it, and its interval reaches to where it holds.</summary>
    public bool IsClose { get; init; }

    /// <summary>The figure that is judged: the worst of a run for hard limits, the mean of the runs for shares.</summary>
    public double Judged => Unit == LimitUnit.Share ? Figure.Mean : Worst;
}

/// <summary>What a limit held back.</summary>
/// <param name="TimesARun">How often a run, on average.</param>
/// <param name="Seconds">When first in any run, seconds from the start.</param>
/// <param name="Reason">Why then.</param>
public sealed record HeldBack(double TimesARun, double Seconds, string Reason);
