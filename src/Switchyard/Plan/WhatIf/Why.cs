using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>Why a plan is as it is, asked by solving it again with something changed. Amounts are present values in US dollars.</summary>
/// <param name="Tolerance">The gap to which each changed problem was searched: smaller differences may be the search's, not the change's.</param>
/// <param name="Limits">What each limit that holds the plan costs, and what one step more of it is worth.</param>
/// <param name="Flips">For each workload, how far prices and demand can move until it would mostly use something else.</param>
/// <param name="Loads">What the work costs at other loads.</param>
public sealed record Why(
    double Tolerance, ImmutableArray<LimitPrice> Limits, ImmutableArray<Flip> Flips, ImmutableArray<LoadPoint> Loads)
{
    /// <summary>Prices and demand are tried up to this factor, up and down.</summary>
    public const double FarthestFactor = 4;

    /// <summary>A flip is found to this share of the factor at which it happens.</summary>
    public const double FlipTolerance = 0.01;
}

/// <summary>What a limit costs.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
/// <param name="Price">How much cheaper the plan is without it; null where that was not asked.</param>
/// <param name="Step">One step more of it, in words; null where it has no steps.</param>
/// <param name="StepWorth">How much cheaper the plan is with one step more.</param>
public sealed record LimitPrice(string Limit, string Value, Money? Price, string? Step, Money? StepWorth);

/// <summary>How firmly a workload's main source is chosen. A null factor means: not within <see cref="Why.FarthestFactor"/>.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Winner">What it spends most on: all regions of the machine count as one.</param>
/// <param name="RunnerUp">What it would use without; null where there is nothing.</param>
/// <param name="WinnerDearer">The factor on the winner's price from which on it is no longer what is spent most on.</param>
/// <param name="RunnerUpCheaper">The factor on the runner-up's price from which on the same holds.</param>
/// <param name="DemandUp">The factor on the workload's demand, above 1, from which on the same holds.</param>
/// <param name="DemandUpTo">What then takes its place.</param>
/// <param name="DemandDown">The factor on the workload's demand, below 1, from which on the same holds.</param>
/// <param name="DemandDownTo">What then takes its place.</param>
public sealed record Flip(
    string Workload, string Winner, string? RunnerUp, double? WinnerDearer, double? RunnerUpCheaper,
    double? DemandUp, string? DemandUpTo, double? DemandDown, string? DemandDownTo);

/// <summary>What the work costs when all of it is scaled.</summary>
/// <param name="Load">The factor on the work of every workload.</param>
/// <param name="Total">All that is paid; null where there is no plan within the limits.</param>
/// <param name="Units">What a unit of each workload costs.</param>
public sealed record LoadPoint(double Load, Money? Total, ImmutableArray<UnitCost> Units);

/// <summary>What a unit of work costs, before credits and without what was committed to earlier.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Unit">The unit: <c>1M tokens</c> or <c>run</c>.</param>
/// <param name="Usd">US dollars for one.</param>
/// <param name="UsdPerAcceleratorHour">US dollars for an accelerator-hour; null where none is used.</param>
public sealed record UnitCost(string Workload, string Unit, double Usd, double? UsdPerAcceleratorHour);
