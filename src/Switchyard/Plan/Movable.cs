using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>A limit that is a number which can be moved: budgets, shares, carbon, power, quotas.</summary>
/// <param name="Stated">What it says, in its unit.</param>
/// <param name="Step">The least by which it is worth moving.</param>
/// <param name="Used">How much of it a plan uses.</param>
/// <param name="With">The scenario with another value of it.</param>
/// <param name="Shown">A value in words.</param>
internal sealed record Movable(double Stated, double Step, Func<LimitUse, double> Used, Func<double, Scenario> With, Func<double, string> Shown)
{
    /// <summary>How many of its unit one of the unit of the rows is that state it.</summary>
    public double OfRow { get; init; } = 1;

    private const double Dollar = 1;
    private const double PerMille = 0.001;

    /// <summary>A value, rounded up to a whole number of steps.</summary>
    /// <param name="value">The value.</param>
    public double RoundedUp(double value) => Math.Round(Math.Ceiling((value / Step) - 1e-6) * Step, 9);

    /// <summary>The limit of a scenario with a path; null where it is no such number.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="built">Its problem.</param>
    /// <param name="path">The limit's path.</param>
    public static Movable? Of(Scenario scenario, BuiltProblem built, string path)
    {
        var limits = scenario.Limits;
        Scenario With(Limits changed) => scenario with { Limits = changed };
        return path switch
        {
            "limits.budget.cash" when limits.CashPerMonth is { } cash => Month(cash, use => use.LargestMonth, usd => With(limits with { CashPerMonth = usd })),
            "limits.budget.total" when limits.TotalCost is { } total => Total(total, use => use.Total, usd => With(limits with { TotalCost = usd })),
            "limits.provider_share" when limits.ProviderShare is { } share => Share(share, s => s.Provider, x => With(limits with { ProviderShare = x })),
            "limits.region_share" when limits.RegionShare is { } share => Share(share, s => $"{s.Provider}/{s.Region}", x => With(limits with { RegionShare = x })),
            "limits.spot_share" when limits.SpotShare is { } share =>
                Share(share, s => s.Kind == PurchaseKind.Spot ? "spot" : null, x => With(limits with { SpotShare = x })),
            StatedLimits.Carbon when limits.CarbonPerMonth is { } carbon => new(
                carbon.Kilograms, 1, use => use.LargestUse(built.Problem.UseLimits.First(l => l.Id == path)),
                kg => With(limits with { CarbonPerMonth = new(kg) }), kg => $"{new Carbon(kg)}/month"),
            StatedLimits.Power when limits.Power is { } power => new(
                power.Watts, 1, use => 1000 * use.LargestAtOnce(built.Problem.CapacityLimits.First(l => l.Id == path)),
                watts => With(limits with { Power = new(watts) }), watts => $"{new Power(watts)}") { OfRow = 1000 },
            _ => Team(scenario, path) ?? Quota(scenario, built, path),
        };
    }

    private static Movable Month(Money stated, Func<LimitUse, double> used, Func<Money, Scenario> with) =>
        new((double)stated.Usd, Dollar, used, usd => with(Money.FromUsd(usd)), usd => $"{Money.FromUsd(usd)}/month");

    private static Movable Total(Money stated, Func<LimitUse, double> used, Func<Money, Scenario> with) =>
        new((double)stated.Usd, Dollar, used, usd => with(Money.FromUsd(usd)), usd => $"{Money.FromUsd(usd)}");

    private static Movable Share(double stated, Func<Source, string?> groupOf, Func<double, Scenario> with) =>
        new(stated, PerMille, use => use.LargestShare(groupOf), with, share => share.ToString("0.#%", CultureInfo.InvariantCulture));

    private static Movable? Team(Scenario scenario, string path)
    {
        foreach (var team in scenario.Limits.Teams)
        {
            Scenario With(TeamLimit changed) => scenario with { Limits = scenario.Limits with { Teams = scenario.Limits.Teams.Replace(team, changed) } };
            if (path == StatedLimits.Cash(team.Team) && team.CashPerMonth is { } cash)
                return Month(cash, use => use.OfTeam(team.Team).LargestMonth, usd => With(team with { CashPerMonth = usd }));
            if (path == StatedLimits.Total(team.Team) && team.TotalCost is { } total)
                return Total(total, use => use.OfTeam(team.Team).Total, usd => With(team with { TotalCost = usd }));
        }

        return null;
    }

    // What a quota counts is counted by sources: they are there whether the quota lets them be used or not.
    private static Movable? Quota(Scenario scenario, BuiltProblem built, string path)
    {
        if (scenario.Commercial.Quotas.FirstOrDefault(q => $"commercial.quota.{q.Id}" == path) is not { } quota) return null;
        var sources = built.Problem.Sources;
        var counted = new CapacityLimit(path, 0, false, [.. Enumerable.Range(0, sources.Length).Where(i => ProblemBuilder.Covers(quota, sources[i]))]);
        return new(Math.Floor(quota.Count), 1, use => use.LargestAtOnce(counted), count => scenario with
        {
            Commercial = scenario.Commercial with { Quotas = [.. scenario.Commercial.Quotas.Select(q => q.Id == quota.Id ? q with { Count = count } : q)] },
        }, count => count.ToString(CultureInfo.InvariantCulture));
    }
}
