using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Cash paid in a month.</summary>
/// <param name="Month">Zero-based month; may lie beyond the horizon.</param>
/// <param name="Usd">US dollars.</param>
public readonly record struct Payment(int Month, double Usd);

/// <summary>When a decision's money is paid: US dollars by month, for one unit of it.</summary>
public static class Payments
{
    /// <summary>Cash of one committed instance: the upfront share when the term begins, the rest by the hours of its months.</summary>
    /// <param name="horizon">The horizon; the term may run beyond it.</param>
    /// <param name="source">The commitment.</param>
    /// <param name="start">The month in which the term begins.</param>
    public static IEnumerable<Payment> OfTerm(Horizon horizon, Source source, int start)
    {
        var total = (horizon.HoursBefore(start + source.TermMonths) - horizon.HoursBefore(start)) * source.PricePerHour;
        for (var month = start; month < start + source.TermMonths; month++)
        {
            var monthly = horizon.Hours(month) * source.PricePerHour * (1 - source.UpfrontShare);
            yield return new(month, month == start ? monthly + (total * source.UpfrontShare) : monthly);
        }
    }

    /// <summary>Cash of one training run of a group on capacity paid by the hour, the mean over the group's runs; a block is paid when its run begins.</summary>
    /// <param name="horizon">The horizon; a run may end beyond it.</param>
    /// <param name="source">The capacity.</param>
    /// <param name="option">The way to run.</param>
    /// <param name="group">The runs.</param>
    public static IEnumerable<Payment> OfRun(Horizon horizon, Source source, RunOption option, RunGroup group)
    {
        var whole = source.PricePerHour * option.Gang * option.BilledHours;
        if (source.Kind == PurchaseKind.Block) return [new(group.Month, whole)];
        var paid = new List<Payment>();
        foreach (var start in group.Starts)
            foreach (var (month, hours) in MonthsOf(horizon, start, option.Hours))
            {
                // By month, ascending.
                var at = paid.Count - 1;
                while (at >= 0 && paid[at].Month > month) at--;
                if (at >= 0 && paid[at].Month == month) paid[at] = new(month, paid[at].Usd + hours);
                else paid.Insert(at + 1, new(month, hours));
            }

        return paid.Select(x => x with { Usd = whole * x.Usd / option.Hours / group.Starts.Length });
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
            if (inside > 1e-9) yield return (month, inside);
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

    /// <summary>
    /// For each month, the moments at which most runs of a need are on at once, as runs by group; moments at which no group has more
    /// runs on than at another are left out.
    /// </summary>
    /// <param name="horizon">The horizon; months after it are included.</param>
    /// <param name="runs">The runs, those of each group in order.</param>
    /// <param name="hours">Length of a run.</param>
    public static IEnumerable<(int Month, List<List<(int Group, int Runs)>> Moments)> BusyMoments(Horizon horizon, RunNeed runs, double hours)
    {
        var starts = runs.Groups.SelectMany((group, g) => group.Starts.Select(start => (Start: start, Group: g))).OrderBy(x => x.Start).ToList();
        var months = new SortedDictionary<int, SortedSet<double>>();
        foreach (var (start, _) in starts)
        {
            // Runs add up only when one begins, so a month is at its busiest at its own beginning or at that of a run.
            foreach (var (month, _) in MonthsOf(horizon, start, hours))
            {
                if (!months.TryGetValue(month, out var moments)) months[month] = moments = [];
                moments.Add(Math.Max(start, horizon.HoursBefore(month)));
            }
        }

        var first = 0;
        foreach (var (month, times) in months)
        {
            var busiest = new List<List<(int Group, int Runs)>>();
            foreach (var time in times)
            {
                while (first < starts.Count && starts[first].Start + hours <= time + 1e-9) first++;
                var on = starts.Skip(first).TakeWhile(x => x.Start <= time + 1e-9).CountBy(x => x.Group).Select(x => (x.Key, x.Value)).ToList();
                if (busiest.Any(other => Within(on, other))) continue;
                busiest.RemoveAll(other => Within(other, on));
                busiest.Add(on);
            }

            yield return (month, busiest);
        }
    }

    private static bool Within(List<(int Group, int Runs)> on, List<(int Group, int Runs)> other) =>
        on.All(x => other.Exists(y => y.Group == x.Group && y.Runs >= x.Runs));

    /// <summary>Whether a source is paid by the hour of use (rented or held) rather than by the term or the token.</summary>
    public static bool ByTheHour(PurchaseKind kind) => kind is PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Owned or PurchaseKind.Block;

    /// <summary>Cash of what one unit of a decision costs, by month; in its future where it belongs to one.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="decision">The decision; its value does not matter.</param>
    public static ImmutableArray<Payment> Of(PlanningProblem problem, Decision decision)
    {
        if (decision.Kind == DecisionKind.Commit) return [.. OfTerm(problem.Horizon, problem.Sources[decision.Option], decision.Index)];
        if (decision.Need < 0) return [];
        var need = problem.Needs[decision.Need];
        if (decision.Kind == DecisionKind.SetUp) return [.. OfSetup(problem.Horizon, need.Setups[decision.Option])];
        return need switch
        {
            ServiceNeed service => [OfSlot(problem, service.Options[decision.Option], service.Slots[decision.Index], decision.Kind)],
            RunNeed runs => [.. OfRuns(problem, runs, decision)],
            PileNeed piles => [.. OfPile(problem, piles, decision)],
            _ => [],
        };
    }

    private static Payment OfSlot(PlanningProblem problem, ServiceOption option, Slot slot, DecisionKind kind)
    {
        if (kind == DecisionKind.BuyTokens) return new(slot.Month, slot.Served * slot.Hours * 3600 * option.CostPerRequest);
        var source = problem.Sources[option.Source];
        var hourly = source.Kind == PurchaseKind.Commitment ? 0 : source.PricePerHour;
        return new(slot.Month, slot.Hours * (hourly + (Answered(option, slot) * 3600 * option.CostPerRequest)));
    }

    /// <summary>
    /// Requests a second that one instance answers in a slot: its part of the load that there is capacity for, and never more than the load itself.
    /// </summary>
    /// <param name="option">The way to serve.</param>
    /// <param name="slot">The slot.</param>
    internal static double Answered(ServiceOption option, Slot slot) => slot.Rate > 0 ? Math.Min(option.Capacity, slot.Rate) * slot.Served / slot.Rate : 0;

    /// <summary>
    /// What one unit of a decision is charged to its team on top of what it pays, by month: machines that no team's own budget pays for (what all share of new commitments, and
    /// what was committed to earlier) are charged by use, an hour at the price of an hour.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="decision">The decision; its value does not matter.</param>
    public static IEnumerable<Payment> Charged(PlanningProblem problem, Decision decision)
    {
        if (decision.Need < 0 || decision.SourceIn(problem) is not (>= 0 and var source)) return [];
        var hourly = ChargedPerHour(problem.Needs[decision.Need].Team, problem.Sources[source]);
        return hourly <= 0 ? [] : InstanceHours.OfUse(problem, decision).Select(use => new Payment(use.Month, use.Hours * hourly));
    }

    /// <summary>What an hour of a machine is charged to a team with a budget, in US dollars; 0 for what its budget pays for itself.</summary>
    internal static double ChargedPerHour(string team, Source source) =>
        team.Length == 0 ? 0 : source.Kind switch
        {
            PurchaseKind.Commitment when source.Team != team => source.PricePerHour,
            PurchaseKind.Owned => source.CommittedPerHour,
            _ => 0,
        };

    private static IEnumerable<Payment> OfRuns(PlanningProblem problem, RunNeed runs, Decision decision)
    {
        var (option, group) = (runs.Options[decision.Option], runs.Groups[decision.Index]);
        var source = problem.Sources[option.Source];
        var byHour = ByTheHour(source.Kind) ? OfRun(problem.Horizon, source, option, group) : [];
        foreach (var paid in byHour)
        {
            // What is paid once is paid when the run begins.
            var once = paid.Month == group.Month ? option.CostPerRun : 0;
            yield return paid with { Usd = paid.Usd + once };
        }

        if (!ByTheHour(source.Kind) && option.CostPerRun > 0) yield return new(group.Month, option.CostPerRun);
    }

    private static IEnumerable<Payment> OfPile(PlanningProblem problem, PileNeed piles, Decision decision)
    {
        var option = piles.Options[decision.Option];
        var source = problem.Sources[option.Source];
        if (decision.Kind == DecisionKind.BookBlock) return option.Blocks[decision.Index].Paid(problem.Horizon, source.PricePerHour);
        if (decision.Kind == DecisionKind.BuyTokens) return [new(piles.Piles[decision.Index].Month, option.CostPerRequest)];
        var pile = piles.Piles[decision.Kind == DecisionKind.WorkSegment ? decision.Index / problem.Segments.Length : decision.Index];
        var hourly = ByTheHour(source.Kind) && option.Blocks.IsEmpty ? source.PricePerHour : 0;
        return [new(pile.Month, hourly + (option.RequestsPerHour * option.CostPerRequest))];
    }

    private static IEnumerable<Payment> OfSetup(Horizon horizon, Setup setup)
    {
        for (var month = setup.Month; month < horizon.Months; month++)
            yield return new(month, setup.UsdPerMonth + (month == setup.Month ? setup.Usd : 0));
    }
}
