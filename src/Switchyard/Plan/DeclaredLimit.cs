using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>A limit that a scenario states or that is in force by default. <see cref="ProblemBuilder"/> builds without it when told its path.</summary>
/// <param name="Path">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
internal sealed record DeclaredLimit(string Path, string Value)
{
    /// <summary>Whether it is a choice of a workload (spot, accelerators) rather than a limit on the plan: a reason for there being no plan, not a cost.</summary>
    public bool IsChoice => Path.StartsWith("workloads.", StringComparison.Ordinal) && !Path.EndsWith(".replicas_min", StringComparison.Ordinal);

    /// <summary>Whether it stands in rows of the program, rather than ruling out options before.</summary>
    public bool IsRow => Path == Availability || Path is "limits.budget.cash" or "limits.budget.total" or "limits.provider_share"
        || Path.StartsWith("commercial.quota.", StringComparison.Ordinal) || Path.EndsWith(".replicas_min", StringComparison.Ordinal);

    /// <summary>The path that stands for all assumed availabilities together.</summary>
    public const string Availability = "availability (assumed)";

    /// <summary>Every limit in force, in the order of the scenario file.</summary>
    public static IEnumerable<DeclaredLimit> Of(Scenario scenario, BuiltProblem built)
    {
        var limits = scenario.Limits;
        if (limits.CashPerMonth is { } cash) yield return new("limits.budget.cash", $"{cash}/month");
        if (limits.TotalCost is { } total) yield return new("limits.budget.total", $"{total}");
        if (limits.ProviderShare is { } share) yield return new("limits.provider_share", share.ToString("0.##%", CultureInfo.InvariantCulture));
        if (limits.Regions.Length > 0) yield return new("limits.regions", $"[{string.Join(", ", limits.Regions)}]");
        if (limits.Providers.Length > 0) yield return new("limits.providers", $"[{string.Join(", ", limits.Providers)}]");
        foreach (var quota in scenario.Commercial.Quotas)
            yield return new($"commercial.quota.{quota.Id}", quota.Count.ToString(CultureInfo.InvariantCulture));
        if (built.Problem.CapacityLimits.Any(l => l.Assumed) || built.Exclusions.Any(e => e.Limit == Availability))
            yield return new(Availability, "defaults by provider class");
        foreach (var workload in scenario.Workloads)
        {
            if (!workload.SpotAllowed) yield return new($"workloads.{workload.Name}.spot", "no");
            if (workload.AcceleratorPatterns.Length > 0)
                yield return new($"workloads.{workload.Name}.accelerators", $"[{string.Join(", ", workload.AcceleratorPatterns)}]");
            if (workload is InferenceWorkload { MinReplicas: > 1 } service)
                yield return new($"workloads.{workload.Name}.availability.replicas_min", service.MinReplicas.ToString(CultureInfo.InvariantCulture));
        }
    }
}
