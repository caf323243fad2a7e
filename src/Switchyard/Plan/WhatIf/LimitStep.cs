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
                var wider = Math.Min(1, share + ShareStep);
                return With(string.Create(CultureInfo.InvariantCulture, $"5 points more ({wider:0.##%})"), limits with { ProviderShare = wider });
        }

        if (scenario.Commercial.Quotas.FirstOrDefault(q => $"commercial.quota.{q.Id}" == path) is { } quota)
        {
            var granted = quota with { Count = quota.Count + AcceleratorStep };
            return new(
                string.Create(CultureInfo.InvariantCulture, $"{AcceleratorStep} accelerators more ({granted.Count:0.##})"),
                scenario with { Commercial = scenario.Commercial with { Quotas = [.. scenario.Commercial.Quotas.Select(q => q == quota ? granted : q)] } });
        }

        var service = scenario.Workloads.OfType<InferenceWorkload>().FirstOrDefault(w => path == $"workloads.{w.Name}.availability.replicas_min");
        return service is null or { MinReplicas: < 1 } ? null : new(
            string.Create(CultureInfo.InvariantCulture, $"one replica less ({service.MinReplicas - 1})"),
            scenario with { Workloads = scenario.Workloads.Replace(service, service with { MinReplicas = service.MinReplicas - 1 }) });
    }
}
