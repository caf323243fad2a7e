using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>When a decision's money is paid: US dollars by month, for one unit of it.</summary>
public static class Payments
{
    /// <summary>Cash of one committed instance: the upfront share when the term begins, the rest by the hours of its months.</summary>
    /// <param name="horizon">The horizon; the term may run beyond it.</param>
    /// <param name="source">The commitment.</param>
    /// <param name="start">The month in which the term begins.</param>
    public static IEnumerable<(int Month, double Usd)> OfTerm(Horizon horizon, Source source, int start)
    {
        var total = (horizon.HoursBefore(start + source.TermMonths) - horizon.HoursBefore(start)) * source.PricePerHour;
        for (var month = start; month < start + source.TermMonths; month++)
        {
            var monthly = horizon.Hours(month) * source.PricePerHour * (1 - source.UpfrontShare);
            yield return (month, month == start ? monthly + (total * source.UpfrontShare) : monthly);
        }
    }

    /// <summary>Cash of one training run of a group on capacity paid by the hour, the mean over the group's runs.</summary>
    /// <param name="horizon">The horizon; a run may end beyond it.</param>
    /// <param name="source">The capacity.</param>
    /// <param name="option">The way to run.</param>
    /// <param name="group">The runs.</param>
    public static IEnumerable<(int Month, double Usd)> OfRun(Horizon horizon, Source source, RunOption option, RunGroup group)
    {
        var whole = source.PricePerHour * option.Gang * option.BilledHours;
        var byMonth = new SortedDictionary<int, double>();
        foreach (var (month, hours) in group.Starts.SelectMany(start => MonthsOf(horizon, start, option.Hours)))
            byMonth[month] = byMonth.GetValueOrDefault(month) + (whole * hours / option.Hours / group.Starts.Length);
        return byMonth.Select(pair => (pair.Key, pair.Value));
    }

    /// <summary>The months that a stretch of time touches, with its hours in each.</summary>
    /// <param name="horizon">The horizon; the stretch may run beyond it.</param>
    /// <param name="start">Hours from the horizon's start.</param>
    /// <param name="hours">Length in hours; positive.</param>
    public static IEnumerable<(int Month, double Hours)> MonthsOf(Horizon horizon, double start, double hours)
    {
        var month = horizon.MonthOf(horizon.Start.AddDays((int)(start / 24)));
        for (var end = start + hours; horizon.HoursBefore(month) < end; month++)
        {
            var inside = Math.Min(end, horizon.HoursBefore(month + 1)) - Math.Max(start, horizon.HoursBefore(month));
            if (inside > 0) yield return (month, inside);
        }
    }

    /// <summary>How many runs of a group are on at the same time when each takes so long.</summary>
    /// <param name="group">The runs.</param>
    /// <param name="hours">Length of a run.</param>
    public static int Concurrent(RunGroup group, double hours)
    {
        var (most, first) = (1, 0);
        for (var last = 0; last < group.Starts.Length; last++)
        {
            while (group.Starts[first] + hours <= group.Starts[last] + 1e-9) first++;
            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    /// <summary>Whether a source is paid by the hour of use (rented or held) rather than by the term or the token.</summary>
    public static bool ByTheHour(PurchaseKind kind) => kind is PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Owned;

    /// <summary>Cash of what one unit of a decision costs, by month.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="decision">The decision; its value does not matter.</param>
    public static ImmutableArray<(int Month, double Usd)> Of(PlanningProblem problem, Decision decision)
    {
        var horizon = problem.Horizon;
        switch (problem.Needs[decision.Need])
        {
            case ServiceNeed service:
            {
                var option = service.Options[decision.Option];
                var source = problem.Sources[option.Source];
                return decision.Kind switch
                {
                    DecisionKind.Commit => [.. OfTerm(horizon, source, decision.Index)],
                    DecisionKind.UseHeld => [(decision.Index, source.PricePerHour * horizon.Hours(decision.Index))],
                    DecisionKind.BuyTokens => Tokens(service.Slots[decision.Index], option.CostPerRequest),
                    DecisionKind.RentForSlot => Rent(service.Slots[decision.Index], source),
                    _ => [],
                };
            }

            case RunNeed runs:
            {
                var option = runs.Options[decision.Option];
                var source = problem.Sources[option.Source];
                return decision.Kind switch
                {
                    DecisionKind.Commit => [.. OfTerm(horizon, source, decision.Index)],
                    DecisionKind.DoRuns when ByTheHour(source.Kind) => [.. OfRun(horizon, source, option, runs.Groups[decision.Index])],
                    _ => [],
                };
            }

            case PileNeed piles:
            {
                var option = piles.Options[decision.Option];
                var source = problem.Sources[option.Source];
                return decision.Kind switch
                {
                    DecisionKind.Commit => [.. OfTerm(horizon, source, decision.Index)],
                    DecisionKind.WorkPile when ByTheHour(source.Kind) => [(piles.Piles[decision.Index].Month, source.PricePerHour)],
                    DecisionKind.BuyTokens => [(piles.Piles[decision.Index].Month, option.CostPerRequest)],
                    _ => [],
                };
            }

            default:
                return [];
        }
    }

    private static ImmutableArray<(int Month, double Usd)> Rent(Slot slot, Source source) => [(slot.Month, source.PricePerHour * slot.Hours)];

    private static ImmutableArray<(int Month, double Usd)> Tokens(Slot slot, double costPerRequest) =>
        [(slot.Month, slot.Served * slot.Hours * 3600 * costPerRequest)];
}
