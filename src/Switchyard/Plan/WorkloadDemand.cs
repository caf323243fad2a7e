using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>What a workload asks for, month by month, and what each source bought for it can do.</summary>
public sealed record WorkloadDemand
{
    /// <summary>The workload.</summary>
    public required string Workload { get; init; }

    /// <summary><c>inference</c>, <c>training</c> or <c>batch</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The model that it runs or trains.</summary>
    public required string Model { get; init; }

    /// <summary>What is counted: <c>requests/s</c>; a month's <c>runs</c> or <c>requests</c> where work has a window instead of a latency.</summary>
    public required string Unit { get; init; }

    /// <summary>What is promised; nothing where throughput alone counts.</summary>
    public ServiceLevel ServiceLevel { get; init; } = ServiceLevel.None;

    /// <summary>Hours in which each run or each pile must be done; 0 for services.</summary>
    public double WithinHours { get; init; }

    /// <summary>Where the users are; empty where it does not matter.</summary>
    public ImmutableArray<UserGroup> Users { get; init; } = [];

    /// <summary>The demand of each month.</summary>
    public required ImmutableArray<DemandMonth> Months { get; init; }

    /// <summary>What is bought for it, by source, in the unit of the demand.</summary>
    public required ImmutableArray<SourceSupply> Supply { get; init; }

    /// <summary>What each workload asks for, and what a plan does about it.</summary>
    internal static ImmutableArray<WorkloadDemand> Of(Scenario scenario, PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
    [
        .. problem.Needs.Select((need, index) =>
        {
            var workload = scenario.Workloads.First(w => w.Name == need.Workload);
            var service = workload as InferenceWorkload;
            var cadence = (workload as TrainingWorkload)?.Cadence ?? (workload as BatchWorkload)?.Cadence;
            return new WorkloadDemand
            {
                Workload = need.Workload,
                Kind = workload.Kind,
                Model = workload.Model.Name,
                Unit = need switch { ServiceNeed => "requests/s", RunNeed => "runs", _ => "requests" },
                ServiceLevel = service?.ServiceLevel ?? ServiceLevel.None,
                WithinHours = cadence?.Within.TotalHours ?? 0,
                Users = service?.Users ?? [],
                Months = [.. Enumerable.Range(0, problem.Horizon.Months).Select(month => Asked(need, service, month))],
                Supply = [.. Supplied(problem, index, decisions)],
            };
        }),
    ];

    private static DemandMonth Asked(Need need, InferenceWorkload? service, int month)
    {
        switch (need)
        {
            case ServiceNeed slots:
                var ofMonth = slots.Slots.Where(s => s.Month == month).ToList();
                var hours = ofMonth.Sum(s => s.Hours);
                var needed = ofMonth.Count == 0 ? 0 : ofMonth.Max(s => s.Rate);
                return new(hours == 0 ? 0 : ofMonth.Sum(s => s.Served * s.Hours) / hours, needed / (1 + (service?.Headroom ?? 0)), needed) { Levels = [.. ofMonth.Select(s => new LoadLevel(s.Rate, s.Hours))] };
            case RunNeed runs:
                var due = runs.Groups.Where(g => g.Month == month).Sum(g => g.Starts.Length);
                return new(due, due, due);
            case PileNeed piles:
                var work = piles.Piles.Where(p => p.Month == month).Sum(p => p.Requests);
                return new(work, work, work);
            default:
                throw new InvalidOperationException($"No demand is known of {need}.");
        }
    }

    private static IEnumerable<SourceSupply> Supplied(PlanningProblem problem, int index, IReadOnlyCollection<Decision> decisions)
    {
        var need = problem.Needs[index];
        return decisions.Where(d => d.Need == index && d.SourceIn(problem) >= 0).GroupBy(d => d.SourceIn(problem))
            .OrderBy(g => g.Min(d => d.Option)).Select(group =>
            {
                var capacity = new double[problem.Horizon.Months];
                foreach (var decision in group)
                    foreach (var (month, value) in Capacity(problem, need, decision))
                        if (month < capacity.Length) capacity[month] += value;
                var source = problem.Sources[group.Key];
                return new SourceSupply(source.Id, source.Provider, source.Region, source.Kind, [.. capacity]);
            }).Where(s => s.Capacity.Any(c => c > 0));
    }

    // For services the capacity in the month's busiest slot, where all the others have less to do.
    private static IEnumerable<(int Month, double Value)> Capacity(PlanningProblem problem, Need need, Decision decision)
    {
        switch (need, decision.Kind)
        {
            case (ServiceNeed service, DecisionKind.RentForSlot or DecisionKind.UsePool or DecisionKind.BuyTokens):
                var slot = service.Slots[decision.Index];
                var busiest = service.Slots.Where(s => s.Month == slot.Month).MaxBy(s => s.Rate) == slot;
                var each = decision.Kind == DecisionKind.BuyTokens ? slot.Rate : service.Options[decision.Option].Capacity;
                if (busiest) yield return (slot.Month, decision.Value * each);
                break;
            case (RunNeed runs, DecisionKind.DoRuns):
                yield return (runs.Groups[decision.Index].Month, decision.Value);
                break;
            case (PileNeed piles, DecisionKind.WorkPile):
                yield return (piles.Piles[decision.Index].Month, decision.Value * piles.Options[decision.Option].RequestsPerHour);
                break;
            case (PileNeed piles, DecisionKind.WorkSegment):
                yield return (piles.Piles[decision.Index / problem.Segments.Length].Month, decision.Value * piles.Options[decision.Option].RequestsPerHour);
                break;
            case (PileNeed piles, DecisionKind.BuyTokens):
                yield return (piles.Piles[decision.Index].Month, decision.Value);
                break;
        }
    }
}

/// <summary>The demand of a month, in the unit of its workload.</summary>
/// <param name="Mean">Over the month; for work with a window, all of it.</param>
/// <param name="Peak">In the busiest hour.</param>
/// <param name="Needed">What there must be capacity for: the peak with its headroom.</param>
public readonly record struct DemandMonth(double Mean, double Peak, double Needed)
{
    /// <summary>The levels of a service's load for which capacity is bought, in the order of the load's segments; empty for other work.</summary>
    public ImmutableArray<LoadLevel> Levels { get; init; } = [];
}

/// <summary>Hours of a month in which a service has about the same load.</summary>
/// <param name="Needed">Requests a second for which there must be capacity, headroom included.</param>
/// <param name="Hours">Hours in the month.</param>
public readonly record struct LoadLevel(double Needed, double Hours);

/// <summary>What a source can do for a workload in each month: for services, in the busiest hours.</summary>
/// <param name="Offer">The source's id.</param>
/// <param name="Provider">Whose it is.</param>
/// <param name="Region">Where it is.</param>
/// <param name="Kind">How it is bought.</param>
/// <param name="Capacity">By month, in the unit of the demand.</param>
public sealed record SourceSupply(string Offer, string Provider, string Region, PurchaseKind Kind, ImmutableArray<double> Capacity);
