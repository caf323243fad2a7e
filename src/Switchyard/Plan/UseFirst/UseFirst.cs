using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Plan.UseFirst;

/// <summary>What better use of the machines that run today frees before anything is bought, in the first month of the plan.</summary>
public sealed record UseFirst
{
    /// <summary>Days in which old and new run beside each other while a step is taken. A default, stated in the plan; people's time is not counted.</summary>
    public const int DaysInParallel = 7;

    /// <summary>The month, zero-based.</summary>
    public int Month { get; init; }

    /// <summary>What the machines of today cost in it, all hours; zero where nothing runs today.</summary>
    public required Money Today { get; init; }

    /// <summary>Their accelerator-hours in it.</summary>
    public required double AcceleratorHours { get; init; }

    /// <summary>The steps, each after those before it.</summary>
    public required ImmutableArray<UseFirstStep> Steps { get; init; }

    /// <summary>What is held (owned, or committed to earlier) and how much of it the plan uses.</summary>
    public ImmutableArray<HeldUse> Held { get; init; } = [];

    /// <summary>What the figures rest on, in words.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What all steps together save in the month; never negative.</summary>
    public Money Saved => new(Steps.Sum(s => s.Saved.Usd));

    /// <summary>What all steps together cost once.</summary>
    public Money Migration => new(Steps.Sum(s => s.Migration.Usd));
}

/// <summary>A step towards using better what is there.</summary>
/// <param name="Name">Its name, such as <c>batching</c>.</param>
/// <param name="Detail">What it means here.</param>
/// <param name="Saved">What it saves in the month, after the steps before it; never negative.</param>
/// <param name="AcceleratorHoursFreed">Accelerator-hours that it frees in the month; negative where more, but cheaper, accelerators do the work.</param>
/// <param name="After">What the month costs after it.</param>
/// <param name="Migration">What it costs once: old and new beside each other for <see cref="UseFirst.DaysInParallel"/> days.</param>
public sealed record UseFirstStep(string Name, string Detail, Money Saved, double AcceleratorHoursFreed, Money After, Money Migration)
{
    /// <summary>Days until what it saves has paid for the migration; null where it saves nothing.</summary>
    /// <param name="hours">Hours in the month.</param>
    public double? PaybackDays(double hours) => Saved.Usd > 0 ? (double)(Migration.Usd / Saved.Usd) * hours / 24 : null;
}

/// <summary>How much of what is held the plan uses, over the months in which it is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Accelerator">The accelerator in it.</param>
/// <param name="AcceleratorHours">Accelerator-hours there in a month, on average.</param>
/// <param name="Used">Of these, used by the plan.</param>
/// <param name="IdleCost">What the unused ones cost a month, where they are paid for anyway.</param>
public sealed record HeldUse(string Name, string Accelerator, double AcceleratorHours, double Used, Money IdleCost);
