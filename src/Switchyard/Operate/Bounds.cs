using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Operate;

/// <summary>Money that may be spent on what is paid by the hour, month by month and in all: a hard limit.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="PerMonth">US dollars for each month, what is paid anyway already taken off and credits put on; empty for no limit by month.</param>
/// <param name="Total">US dollars over all months; infinite for no limit.</param>
/// <param name="Pools">Which pools are paid from it, by index of the pool.</param>
public sealed record Budget(string Limit, ImmutableArray<double> PerMonth, double Total, ImmutableArray<bool> Pools)
{
    /// <summary>US dollars that may be spent in a month; infinite where nothing is said.</summary>
    /// <param name="month">Zero-based.</param>
    public double In(int month) => month < PerMonth.Length ? PerMonth[month] : double.PositiveInfinity;
}

/// <summary>Something of which only so much may be in use at once: a quota, power at a site.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Most">How much.</param>
/// <param name="Each">How much an instance of each pool takes, by index of the pool.</param>
/// <param name="Unit">Of what, in words.</param>
public sealed record Cap(string Limit, double Most, ImmutableArray<double> Each, string Unit);

/// <summary>What has been spent from a budget.</summary>
/// <param name="InMonth">US dollars in the month of <see cref="ControllerState.PaidUntil"/>.</param>
/// <param name="InAll">US dollars since the beginning.</param>
public readonly record struct Spending(double InMonth, double InAll);

/// <summary>Keeps hard limits over time: books what runs, refuses what would pass a limit, and stops what can no longer be paid.</summary>
internal sealed class Bounds(Mandate mandate)
{
    // A start must be payable for so long; what cannot be is not begun.
    private const double Ahead = 3600;

    /// <summary>Books what has run since the last event.</summary>
    public ControllerState Book(ControllerState state, double now)
    {
        if (mandate.Budgets.IsEmpty || now <= state.PaidUntil) return state;
        var spent = state.Spent.IsEmpty ? new Spending[mandate.Budgets.Length] : [.. state.Spent];
        var rates = mandate.Budgets.Select(b => Rate(state, b)).ToArray();
        for (var at = state.PaidUntil; at < now;)
        {
            var over = MonthEnd(HorizonTime.MonthAt(mandate.Horizon, at));
            var end = Math.Min(now, over);
            for (var b = 0; b < spent.Length; b++)
            {
                var usd = rates[b] * (end - at) / 3600;
                // A new month begins with nothing spent.
                spent[b] = new(end == over ? 0 : spent[b].InMonth + usd, spent[b].InAll + usd);
            }

            at = end;
        }

        return state with { PaidUntil = now, Spent = [.. spent] };
    }

    /// <summary>What keeps instances of a pool from being asked for; null where nothing does.</summary>
    public (string Limit, string Reason, double Until)? Hinders(ControllerState state, Pool pool, int count, double now)
    {
        if (pool.IsStanding) return null;
        foreach (var cap in mandate.Caps)
        {
            if (cap.Each[pool.Index] <= 0) continue;
            var used = state.Instances.Values.Sum(i => cap.Each[i.Pool]);
            if (used + (count * cap.Each[pool.Index]) > cap.Most + 1e-9)
                return (cap.Limit, Text($"{count} × {pool.Source} would make {used + (count * cap.Each[pool.Index]):0.##} {cap.Unit}, {cap.Limit} allows {cap.Most:0.##}"), now + mandate.Policy.RetrySeconds);
        }

        for (var b = 0; b < mandate.Budgets.Length; b++)
        {
            var budget = mandate.Budgets[b];
            if (!budget.Pools[pool.Index] || pool.PricePerHour <= 0) continue;
            var end = MonthEnd(HorizonTime.MonthAt(mandate.Horizon, now));
            var left = Left(state, b, now);
            var next = (Rate(state, budget) + (count * pool.PricePerHour)) * Math.Min(Ahead, end - now) / 3600;
            if (next > left)
                return (budget.Limit, Text($"{count} × {pool.Source} cannot be paid: ${Math.Max(0, left):#,##0.00} of {budget.Limit} are left, the next hour would take ${next:#,##0.00}"), Math.Min(end, now + Ahead));
        }

        return null;
    }

    /// <summary>Stops what can no longer be paid, and says when to look again where that will be so before the month is over.</summary>
    public void Keep(Draft draft)
    {
        for (var b = 0; b < mandate.Budgets.Length; b++)
        {
            var budget = mandate.Budgets[b];
            var rate = Rate(draft.State, budget);
            if (rate <= 0) continue;
            var (left, end) = (Left(draft.State, b, draft.Seconds), MonthEnd(draft.Month));
            if (double.IsPositiveInfinity(left)) continue;
            if (left <= rate / 3600)
            {
                Stop(draft, budget, end);
                continue;
            }

            var empty = draft.Seconds + (left / rate * 3600);
            if (empty >= end || (draft.State.LookAt > draft.Seconds && draft.State.LookAt <= empty)) continue;
            draft.State = draft.State with { LookAt = empty };
            draft.Decide(new LookAgain(empty, $"{budget.Limit} is used up then, as things run now"));
        }
    }

    private void Stop(Draft draft, Budget budget, double until)
    {
        var reason = $"{budget.Limit} is used up";
        foreach (var instance in draft.State.Instances.Values.Where(i => budget.Pools[i.Pool] && mandate.Pools[i.Pool] is { IsStanding: false, PricePerHour: > 0 }).ToList())
        {
            if (instance.Job is null)
            {
                draft.Drain(instance, reason);
                continue;
            }

            draft.Stop(instance, reason);
            JobPlacement.Lose(draft, instance);
        }

        for (var pool = 0; pool < mandate.Pools.Length; pool++)
            if (budget.Pools[pool] && mandate.Pools[pool] is { IsStanding: false, PricePerHour: > 0 }) draft.HoldBack(pool, budget.Limit, reason, until);
    }

    private double Left(ControllerState state, int budget, double now)
    {
        var (b, spent) = (mandate.Budgets[budget], state.Spent.IsEmpty ? default : state.Spent[budget]);
        return Math.Min(b.In(HorizonTime.MonthAt(mandate.Horizon, now)) - spent.InMonth, b.Total - spent.InAll);
    }

    private double Rate(ControllerState state, Budget budget)
    {
        var rate = 0.0;
        foreach (var (_, instance) in state.Instances)
            if (budget.Pools[instance.Pool]) rate += mandate.Pools[instance.Pool].PricePerHour;
        return rate;
    }

    private double MonthEnd(int month) => mandate.Horizon.HoursBefore(month + 1) * 3600;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
