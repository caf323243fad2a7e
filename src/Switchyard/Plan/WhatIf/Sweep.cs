using System.Collections.Immutable;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>Variants of a scenario side by side.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="PricesAsOf">The price book's date.</param>
/// <param name="Paths">The paths whose values differ, in the order given.</param>
/// <param name="Base">The scenario without them; null where there is no plan for it.</param>
/// <param name="Rows">The variants, in the order of their values.</param>
public sealed record Sweep(
    string Scenario, DateOnly PricesAsOf, ImmutableArray<string> Paths, Variant? Base, ImmutableArray<SweepRow> Rows);

/// <summary>A variant of a sweep.</summary>
/// <param name="Values">The value of each path.</param>
/// <param name="Variant">What it comes to; null where there is no plan within its limits.</param>
public sealed record SweepRow(ImmutableArray<string> Values, Variant? Variant)
{
    /// <summary>How much dearer it is than the base in total; null where one of them has no plan.</summary>
    /// <param name="sweep">The sweep that it belongs to.</param>
    public Money? Against(Sweep sweep) => Variant is { } here && sweep.Base is { } before ? here.Cost.Total - before.Cost.Total : null;
}
