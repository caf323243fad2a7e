using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>What a variant of a scenario comes to.</summary>
/// <param name="Cost">What its plan costs.</param>
/// <param name="Bound">No plan for it has a smaller present value, in US dollars.</param>
/// <param name="Gap">How far the present value can at most lie above the bound, as a share of the present value and the credits.</param>
/// <param name="MainOffers">What each workload spends most on, by workload.</param>
/// <param name="Found">How the plan was found.</param>
public sealed record Variant(
    PlanCost Cost, Money Bound, double Gap, ImmutableSortedDictionary<string, string> MainOffers, VariantSource Found)
{
    internal static Variant Of(SolvedProblem solved, ImmutableArray<Purchase> purchases, VariantSource how)
    {
        var main = purchases.Where(p => p.Source.Kind != PurchaseKind.Owned).GroupBy(p => p.Workload).ToImmutableSortedDictionary(
            g => g.Key,
            g => g.GroupBy(p => p.Source.Label).OrderByDescending(s => s.Sum(p => p.Cost.Usd)).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key,
            StringComparer.Ordinal);
        var cost = Ledger.Cost(solved.Problem, purchases, solved.Decisions);
        return new(cost, Money.FromUsd(Math.Min(solved.Bound, (double)cost.PresentValue.Usd)), solved.Gap, main, how);
    }
}

/// <summary>How a variant's plan was found.</summary>
public enum VariantSource
{
    /// <summary>By a search of the whole problem.</summary>
    Whole,

    /// <summary>By a search among the offers near to the plans of its neighbours, against the bound of the whole problem.</summary>
    Near,

    /// <summary>It is the plan of a neighbour with looser limits, which keeps the tighter ones too.</summary>
    Kept,
}
