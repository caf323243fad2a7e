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
    public bool IsChoice => Path.StartsWith("workloads.", StringComparison.Ordinal)
        && (Path.EndsWith(".spot", StringComparison.Ordinal) || Path.EndsWith(".accelerators", StringComparison.Ordinal));

    /// <summary>Whether it stands in rows of the program, rather than ruling out options before.</summary>
    public bool IsRow => Path == Availability
        || Path is "limits.budget.cash" or "limits.budget.total" or "limits.provider_share" or "limits.region_share" or "limits.spot_share"
            or StatedLimits.Carbon or StatedLimits.Power
        || Path.StartsWith("commercial.quota.", StringComparison.Ordinal) || Path.StartsWith("limits.teams.", StringComparison.Ordinal)
        || Path.Contains(".availability.", StringComparison.Ordinal) || Path.Contains(".spot.", StringComparison.Ordinal);

    /// <summary>The path that stands for all assumed availabilities together.</summary>
    public const string Availability = "availability (assumed)";

    /// <summary>The path of where a workload's data may be.</summary>
    public static string Residency(string workload) => $"workloads.{workload}.data.residency";

    /// <summary>Every limit in force, in the order of the scenario file.</summary>
    public static IEnumerable<DeclaredLimit> Of(Scenario scenario, BuiltProblem built)
    {
        var limits = scenario.Limits;
        if (limits.CashPerMonth is { } cash) yield return new("limits.budget.cash", $"{cash}/month");
        if (limits.TotalCost is { } total) yield return new("limits.budget.total", $"{total}");
        foreach (var team in limits.Teams)
        {
            if (team.CashPerMonth is { } own) yield return new(StatedLimits.Cash(team.Team), $"{own}/month");
            if (team.TotalCost is { } all) yield return new(StatedLimits.Total(team.Team), $"{all}");
        }

        if (limits.ProviderShare is { } share) yield return new("limits.provider_share", Percent(share));
        if (limits.RegionShare is { } region) yield return new("limits.region_share", Percent(region));
        if (limits.SpotShare is { } spot) yield return new("limits.spot_share", Percent(spot));
        if (limits.Regions.Length > 0) yield return new("limits.regions", $"[{string.Join(", ", limits.Regions)}]");
        if (limits.Providers.Length > 0) yield return new("limits.providers", $"[{string.Join(", ", limits.Providers)}]");
        if (limits.CarbonPerMonth is { } carbon) yield return new(StatedLimits.Carbon, $"{carbon}/month");
        if (limits.Power is { } power) yield return new(StatedLimits.Power, $"{power}");
        foreach (var quota in scenario.Commercial.Quotas)
            yield return new($"commercial.quota.{quota.Id}", quota.Count.ToString(CultureInfo.InvariantCulture));
        if (built.Problem.CapacityLimits.Any(l => l.Assumed) || built.Exclusions.Any(e => e.Limit == Availability))
            yield return new(Availability, "defaults by provider class");
        foreach (var workload in scenario.Workloads)
        {
            if (!workload.SpotAllowed) yield return new($"workloads.{workload.Name}.spot", "no");
            if (workload.AcceleratorPatterns.Length > 0)
                yield return new($"workloads.{workload.Name}.accelerators", $"[{string.Join(", ", workload.AcceleratorPatterns)}]");
            if (workload.Residency.Length > 0) yield return new(Residency(workload.Name), $"[{string.Join(", ", workload.Residency)}]");
            if (workload is InferenceWorkload service) foreach (var limit in Of(service)) yield return limit;
        }
    }

    private static IEnumerable<DeclaredLimit> Of(InferenceWorkload service)
    {
        var path = $"workloads.{service.Name}";
        if (service.MinReplicas > 1) yield return new($"{path}.availability.replicas_min", service.MinReplicas.ToString(CultureInfo.InvariantCulture));
        if (service.Survives != FailureDomain.None) yield return new($"{path}.availability.survive", service.Survives.Text());
        if (service.Spread != FailureDomain.None) yield return new($"{path}.availability.spread", service.Spread.Text());
        if (service.FirmShare > 0) yield return new($"{path}.spot.base", Percent(service.FirmShare));
        if (service.SpotPools > 1) yield return new($"{path}.spot.pools", service.SpotPools.ToString(CultureInfo.InvariantCulture));
    }

    private static string Percent(double share) => share.ToString("0.##%", CultureInfo.InvariantCulture);
}
