using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>One step more of a limit.</summary>
/// <param name="Text">The step in words, with what the limit then says.</param>
/// <param name="Scenario">The scenario with it.</param>
internal sealed record LimitStep(string Text, Scenario Scenario)
{
    private const decimal MoneyStep = 1.05m;
    private const double ShareStep = 0.05;
    private const int AcceleratorStep = 8;

    /// <summary>The step of a limit; null where it has none, such as a list of regions, or cannot be looser.</summary>
    public static LimitStep? Of(Scenario scenario, string path)
    {
        var limits = scenario.Limits;
        LimitStep With(string text, Limits changed) => new(text, scenario with { Limits = changed });
        switch (path)
        {
            case "limits.budget.cash" when limits.CashPerMonth is { } cash:
                var more = new Money(cash.Usd * MoneyStep);
                return With($"5% more ({more}/month)", limits with { CashPerMonth = more });
            case "limits.budget.total" when limits.TotalCost is { } total:
                var larger = new Money(total.Usd * MoneyStep);
                return With($"5% more ({larger})", limits with { TotalCost = larger });
            case "limits.provider_share" when limits.ProviderShare is { } share && share < 1:
                return With(Points(share), limits with { ProviderShare = Wider(share) });
            case "limits.region_share" when limits.RegionShare is { } share && share < 1:
                return With(Points(share), limits with { RegionShare = Wider(share) });
            case "limits.spot_share" when limits.SpotShare is { } share && share < 1:
                return With(Points(share), limits with { SpotShare = Wider(share) });
            case StatedLimits.Carbon when limits.CarbonPerMonth is { } carbon:
                var kilograms = new Carbon(carbon.Kilograms * (double)MoneyStep);
                return With($"5% more ({kilograms}/month)", limits with { CarbonPerMonth = kilograms });
            case StatedLimits.Power when limits.Power is { } power:
                var watts = new Power(power.Watts * (double)MoneyStep);
                return With($"5% more ({watts})", limits with { Power = watts });
        }

        foreach (var team in limits.Teams)
        {
            if (path == StatedLimits.Cash(team.Team) && team.CashPerMonth is { } own)
            {
                var richer = team with { CashPerMonth = new(own.Usd * MoneyStep) };
                return With($"5% more ({richer.CashPerMonth}/month)", limits with { Teams = limits.Teams.Replace(team, richer) });
            }

            if (path == StatedLimits.Total(team.Team) && team.TotalCost is { } all)
            {
                var richer = team with { TotalCost = new(all.Usd * MoneyStep) };
                return With($"5% more ({richer.TotalCost})", limits with { Teams = limits.Teams.Replace(team, richer) });
            }
        }

        if (scenario.Commercial.Quotas.FirstOrDefault(q => $"commercial.quota.{q.Id}" == path) is { } quota)
        {
            var granted = quota with { Count = quota.Count + AcceleratorStep };
            return new(
                string.Create(CultureInfo.InvariantCulture, $"{AcceleratorStep} accelerators more ({granted.Count:0.##})"),
                scenario with { Commercial = scenario.Commercial with { Quotas = [.. scenario.Commercial.Quotas.Select(q => q == quota ? granted : q)] } });
        }

        return scenario.Workloads.OfType<InferenceWorkload>().Select(service => Of(service) switch
        {
            var steps when steps.TryGetValue(path, out var step) => new LimitStep(step.Text, scenario with { Workloads = scenario.Workloads.Replace(service, step.Service) }),
            _ => null,
        }).FirstOrDefault(step => step is not null);
    }

    // The steps of what a service asks for that can be loosened.
    private static Dictionary<string, (string Text, InferenceWorkload Service)> Of(InferenceWorkload service)
    {
        var path = $"workloads.{service.Name}";
        var steps = new Dictionary<string, (string, InferenceWorkload)>(StringComparer.Ordinal);
        if (service.MinReplicas > 0) steps[$"{path}.availability.replicas_min"] = ($"one replica less ({Whole(service.MinReplicas - 1)})", service with { MinReplicas = service.MinReplicas - 1 });
        if (service.Survives > FailureDomain.None) steps[$"{path}.availability.survive"] = ($"one domain less ({(service.Survives - 1).Text()})", service with { Survives = service.Survives - 1 });
        if (service.Spread > FailureDomain.None) steps[$"{path}.availability.spread"] = ($"one domain less ({(service.Spread - 1).Text()})", service with { Spread = service.Spread - 1 });
        if (service.SpotPools > 1) steps[$"{path}.spot.pools"] = ($"one pool less ({Whole(service.SpotPools - 1)})", service with { SpotPools = service.SpotPools - 1 });
        var firm = Math.Max(0, Math.Round(service.FirmShare - ShareStep, 9));
        if (service.FirmShare > 0) steps[$"{path}.spot.base"] = (string.Create(CultureInfo.InvariantCulture, $"5 points less ({firm:0.##%})"), service with { FirmShare = firm });
        return steps;
    }

    private static double Wider(double share) => Math.Min(1, share + ShareStep);

    private static string Points(double share) => string.Create(CultureInfo.InvariantCulture, $"5 points more ({Wider(share):0.##%})");

    private static string Whole(int count) => count.ToString(CultureInfo.InvariantCulture);
}
