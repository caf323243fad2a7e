using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Plan.WhatIf;

/// <summary>Workloads with more or less to do, and how much that is.</summary>
internal static class ScaledWork
{
    /// <summary>A scenario in which one workload, or with null every one, has so many times the work.</summary>
    public static Scenario Scaled(this Scenario scenario, double factor, string? workload = null) => scenario with
    {
        Workloads = [.. scenario.Workloads.Select(w => workload is null || w.Name == workload ? Scaled(w, factor) : w)],
    };

    private static Workload Scaled(Workload workload, double factor) => workload switch
    {
        InferenceWorkload service => service with { Load = new(service.Load.PeakPerSecond * factor, service.Load.MonthlyGrowth, service.Load.Shape) },
        TrainingWorkload training => training with { Work = new(training.Work.Count * factor) },
        BatchWorkload batch => batch with { Requests = batch.Requests * factor },
        _ => workload,
    };

    /// <summary>What a workload's work is counted in, and how much there is over the horizon.</summary>
    public static (string Unit, double Units) Units(this Workload workload, Horizon horizon) => workload switch
    {
        InferenceWorkload service => ("1M tokens", Enumerable.Range(0, horizon.Months).Sum(m => service.Load.Requests(m, horizon.Hours(m))) * (service.Input.Mean + service.Output.Mean) / 1e6),
        TrainingWorkload training => ("run", training.Cadence.Starts(horizon).Count()),
        BatchWorkload batch => ("1M tokens", batch.Cadence.Starts(horizon).Sum(hour => batch.Requests * Math.Pow(1 + batch.MonthlyGrowth, horizon.MonthOf(horizon.Start.AddDays((int)(hour / 24)))))
            * (batch.Input.Mean + batch.Output.Mean) / 1e6),
        _ => ("", 0),
    };
}
