using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Operate;

/// <summary>Money that may be spent on what is paid by the hour and on APIs, month by month and in all: a hard limit.</summary>
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

/// <summary>
/// Keeps hard limits over time: books what runs, refuses what would pass a limit, and stops what can no longer be paid. Money is paced: what services are expected to take until it is
/// renewed is kept for them, so that jobs, APIs and surprises spend only what is over (docs/decisions/0007).
/// </summary>
internal sealed class Bounds(Mandate mandate)
{
    // A start must be payable for so long; what cannot be is not begun.
    private const double Ahead = 3600;

    // With so much more than services are expected to take, more than expected may be served.
    private const double Ease = 1.02;

    // An API can be used more at any moment: it is closed while its largest use can still be paid for so long.
    private const double ApiSeconds = 60;

    private readonly bool[] isService = [.. mandate.Pools.Select(p => mandate.Services.Any(s => s.Pools.Contains(p.Index)))];
    private Reserves? reserves;

    private Reserves Kept => reserves ??= Reserves.Of(mandate);

    /// <summary>Books what has run since the last event, and what APIs have answered.</summary>
    public ControllerState Book(ControllerState state, ControllerEvent happened)
    {
        var now = happened.Seconds;
        if (mandate.Budgets.IsEmpty || now <= state.PaidUntil) return state;
        var spent = state.Spent.IsEmpty ? new Spending[mandate.Budgets.Length] : [.. state.Spent];
        var rates = mandate.Budgets.Select(b => Rate(state, b) + (Bought(state, happened, b) / (now - state.PaidUntil) * 3600)).ToArray();
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

        return state with { PaidUntil = now, Spent = [.. spent], ByApi = happened.ByApi.IsEmpty ? state.ByApi : happened.ByApi };
    }

    // US dollars that APIs of a budget took since the last event.
    private double Bought(ControllerState state, ControllerEvent happened, Budget budget)
    {
        var usd = 0.0;
        for (var api = 0; api < happened.ByApi.Length; api++)
            if (budget.Pools[api]) usd += (happened.ByApi[api] - (api < state.ByApi.Length ? state.ByApi[api] : 0)) * mandate.Pools[api].PricePerRequest;

        return usd;
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
            var hours = Math.Min(Ahead, end - now) / 3600;
            var left = Left(state, b, now);
            var next = (Rate(state, budget) + (count * pool.PricePerHour)) * hours;
            if (next > left)
                return (budget.Limit, Text($"{count} × {pool.Source} cannot be paid: ${Math.Max(0, left):#,##0.00} of {budget.Limit} are left, the next hour would take ${next:#,##0.00}"), Math.Min(end, now + Ahead));
            if (isService[pool.Index]) continue;
            var (spare, jobs) = (Spare(state, b, now, withApis: true), (JobRate(state, budget) + (count * pool.PricePerHour)) * hours);
            if (jobs > spare)
                return (budget.Limit, Text($"{count} × {pool.Source} cannot be paid: services are expected to take all but ${Math.Max(0, spare):#,##0.00} of what is left of {budget.Limit}, the next hour of jobs would take ${jobs:#,##0.00}"), Math.Min(end, now + Ahead));
        }

        return null;
    }

    /// <summary>
    /// How much of what a service is expected to need beyond its fewest replicas its budgets can pay until they are renewed, at most 1; null where there is money for more than that.
    /// </summary>
    public double? Pace(ControllerState state, ServiceMandate service, double now)
    {
        double? least = null;
        for (var b = 0; b < mandate.Budgets.Length; b++)
        {
            if (!service.Pools.Any(p => mandate.Budgets[b].Pools[p] && IsHourly(p))) continue;
            var (month, all) = Lefts(state, b, now);
            var pace = Math.Min(Pace(b, month, now, MonthEnd(HorizonTime.MonthAt(mandate.Horizon, now))), Pace(b, all, now, double.MaxValue));
            if (pace < Ease) least = Math.Min(least ?? 1, Math.Max(0, pace));
        }

        return least;
    }

    private double Pace(int b, double left, double now, double until)
    {
        if (double.IsPositiveInfinity(left)) return left;
        var (wanted, floor) = (Kept.Instances(b, now, until), Kept.Floor(b, now, until));
        return left >= Ease * wanted ? double.PositiveInfinity : wanted - floor < 1e-9 ? 1 : (left - floor) / (wanted - floor);
    }

    /// <summary>Stops what can no longer be paid, and says when to look again where that will be so before the month is over.</summary>
    public void Keep(Draft draft)
    {
        for (var b = 0; b < mandate.Budgets.Length; b++)
        {
            var budget = mandate.Budgets[b];
            var (left, end) = (Left(draft.State, b, draft.Seconds), MonthEnd(draft.Month));
            if (double.IsPositiveInfinity(left)) continue;
            KeepApis(draft, b, end);
            // APIs can take as much at any moment.
            var apis = Most(draft, budget) * 3600;
            var (rate, jobs) = (Rate(draft.State, budget), JobRate(draft.State, budget));
            if (rate > 0 && left <= rate / 3600)
            {
                Stop(draft, budget, end);
                continue;
            }

            if (rate > 0) LookAt(draft, draft.Seconds + (left / (rate + apis) * 3600), end, $"{budget.Limit} is used up then, as things run now");
            if (jobs <= 0) continue;
            var spare = Spare(draft.State, b, draft.Seconds, withApis: true);
            if (spare <= jobs / 3600) StopJobs(draft, budget, $"what is left of {budget.Limit} is what services are expected to take", Math.Min(end, draft.Seconds + Ahead));
            else LookAt(draft, draft.Seconds + (spare / (jobs + apis) * 3600), end, $"what {budget.Limit} has for jobs is used up then, as things run now");
        }
    }

    private static void LookAt(Draft draft, double empty, double end, string reason)
    {
        if (empty >= end || (draft.State.LookAt > draft.Seconds && draft.State.LookAt <= empty)) return;
        draft.State = draft.State with { LookAt = empty };
        draft.Decide(new LookAgain(empty, reason));
    }

    // An API may take what instances of services are not expected to; it is closed before its largest use could pass that.
    private void KeepApis(Draft draft, int b, double end)
    {
        var budget = mandate.Budgets[b];
        var most = Most(draft, budget);
        if (most <= 0) return;
        var spare = Spare(draft.State, b, draft.Seconds, withApis: false);
        if (spare > most * ApiSeconds)
        {
            LookAt(draft, draft.Seconds + Math.Max(ApiSeconds, (spare / most) - ApiSeconds), end, $"{budget.Limit} may have no more for APIs then");
            return;
        }

        foreach (var api in mandate.Services.SelectMany(service => service.Apis))
            if (budget.Pools[api] && !draft.IsRefused(api)) draft.HoldBack(api, budget.Limit, $"{budget.Limit} has no more for APIs", end);
    }

    // US dollars a second of the APIs that are open, used as much as the plan allows.
    private double Most(Draft draft, Budget budget)
    {
        var most = 0.0;
        foreach (var service in mandate.Services)
        {
            foreach (var api in service.Apis)
                if (budget.Pools[api] && !draft.IsRefused(api)) most += mandate.Pools[api].MostAt(draft.Month) * mandate.Pools[api].PricePerRequest;
        }

        return most;
    }

    private void StopJobs(Draft draft, Budget budget, string reason, double until)
    {
        foreach (var instance in draft.State.Instances.Values.Where(i => budget.Pools[i.Pool] && !isService[i.Pool] && IsHourly(i.Pool)).ToList())
        {
            draft.Stop(instance, reason);
            JobPlacement.Lose(draft, instance);
        }

        for (var pool = 0; pool < mandate.Pools.Length; pool++)
            if (budget.Pools[pool] && !isService[pool] && IsHourly(pool)) draft.HoldBack(pool, budget.Limit, reason, until);
    }

    private void Stop(Draft draft, Budget budget, double until)
    {
        var reason = $"{budget.Limit} is used up";
        foreach (var instance in draft.State.Instances.Values.Where(i => budget.Pools[i.Pool] && isService[i.Pool] && IsHourly(i.Pool)).ToList()) draft.Drain(instance, reason);
        StopJobs(draft, budget, reason, until);
        for (var pool = 0; pool < mandate.Pools.Length; pool++)
            if (budget.Pools[pool] && isService[pool] && IsHourly(pool)) draft.HoldBack(pool, budget.Limit, reason, until);
    }

    private bool IsHourly(int pool) => mandate.Pools[pool] is { IsStanding: false, PricePerHour: > 0 };

    // What is left for what services are not expected to take with instances (and, with them, by API) until the money is renewed.
    private double Spare(ControllerState state, int b, double now, bool withApis)
    {
        var (month, all) = Lefts(state, b, now);
        double Taken(double until) => Kept.Instances(b, now, until) + (withApis ? Kept.Apis(b, now, until) : 0);
        return Math.Min(
            double.IsPositiveInfinity(month) ? month : month - Taken(MonthEnd(HorizonTime.MonthAt(mandate.Horizon, now))),
            double.IsPositiveInfinity(all) ? all : all - Taken(double.MaxValue));
    }

    private double Left(ControllerState state, int budget, double now)
    {
        var (month, all) = Lefts(state, budget, now);
        return Math.Min(month, all);
    }

    private (double Month, double All) Lefts(ControllerState state, int budget, double now)
    {
        var (b, spent) = (mandate.Budgets[budget], state.Spent.IsEmpty ? default : state.Spent[budget]);
        return (b.In(HorizonTime.MonthAt(mandate.Horizon, now)) - spent.InMonth, b.Total - spent.InAll);
    }

    private double Rate(ControllerState state, Budget budget)
    {
        var rate = 0.0;
        foreach (var (_, instance) in state.Instances)
            if (budget.Pools[instance.Pool]) rate += mandate.Pools[instance.Pool].PricePerHour;
        return rate;
    }

    // US dollars an hour of what jobs run on by the hour.
    private double JobRate(ControllerState state, Budget budget)
    {
        var rate = 0.0;
        foreach (var (_, instance) in state.Instances)
            if (budget.Pools[instance.Pool] && !isService[instance.Pool] && IsHourly(instance.Pool)) rate += mandate.Pools[instance.Pool].PricePerHour;
        return rate;
    }

    private double MonthEnd(int month) => mandate.Horizon.HoursBefore(month + 1) * 3600;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
