using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>What to buy, where, from when to when, what it costs, and why.</summary>
public sealed record PurchasePlan
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The months planned.</summary>
    public required Horizon Horizon { get; init; }

    /// <summary>The price book's date.</summary>
    public required DateOnly PricesAsOf { get; init; }

    /// <summary>What it costs.</summary>
    public required PlanCost Cost { get; init; }

    /// <summary>Proven: no plan within the limits has a smaller present value, in US dollars.</summary>
    public required Money Bound { get; init; }

    /// <summary>How far the present value can at most lie above the bound, as a share of the present value and the credits.</summary>
    public required double Gap { get; init; }

    /// <summary>What is bought, by workload and source.</summary>
    public required ImmutableArray<Purchase> Purchases { get; init; }

    /// <summary>What is committed to, by source and start.</summary>
    public ImmutableArray<CommitmentEntered> Commitments { get; init; } = [];
    /// <summary>For each workload, what it asks for and what is there for it.</summary>
    public ImmutableArray<WorkloadDemand> Demand { get; init; } = [];

    /// <summary>How much slower than predicted machines may be, by workload, such as 0.25: what it was sized for; 0 where a workload is not named.</summary>
    public ImmutableSortedDictionary<string, double> Margins { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>What it was planned with beyond what the scenario asks for, by workload; what is not named has nothing more.</summary>
    public ImmutableSortedDictionary<string, Extra> Extras { get; init; } = ImmutableSortedDictionary<string, Extra>.Empty;

    /// <summary>What simpler ways of buying would cost.</summary>
    public ImmutableArray<Baseline> Baselines { get; init; } = [];

    /// <summary>The limits that make the plan dearer than it would be without them.</summary>
    public ImmutableArray<BindingLimit> Binding { get; init; } = [];

    /// <summary>Every limit in force.</summary>
    public ImmutableArray<StatedLimit> Limits { get; init; } = [];

    /// <summary>For each workload, the best plan without its main source.</summary>
    public ImmutableArray<Alternative> Alternatives { get; init; } = [];

    /// <summary>For each workload, what was weighed and what was left out.</summary>
    public ImmutableArray<Consideration> Considered { get; init; } = [];

    /// <summary>The user's own offers that cannot do a workload, and why.</summary>
    public ImmutableArray<Exclusion> OwnOffersLeftOut { get; init; } = [];

    /// <summary>What better use of what is there frees before anything is bought; null where nothing is there, or nothing was explained.</summary>
    public UseFirst.UseFirst? UseFirst { get; init; }

    /// <summary>Why it is so, asked by solving again with something changed; null where that was not asked.</summary>
    public WhatIf.Why? Why { get; init; }

    /// <summary>The simpler way of buying that it follows; null where it is the best plan found.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>Defaults in force.</summary>
    public ImmutableArray<string> Assumed { get; init; } = [];

    /// <summary>Parts of the scenario that were checked and not used.</summary>
    public ImmutableArray<string> NotYetUsed { get; init; } = [];
}

/// <summary>What a plan has for a workload beyond what its scenario asks for, so that it keeps what it promises.</summary>
/// <param name="MinReplicas">Fewest replicas at any time; 0 for as many as the scenario says.</param>
/// <param name="Spread">Over what the replicas are spread; <see cref="FailureDomain.None"/> for what the scenario says.</param>
/// <param name="Spares">Machines held beside each training gang, to take the place of one that fails.</param>
public sealed record Extra(int MinReplicas = 0, FailureDomain Spread = FailureDomain.None, int Spares = 0)
{
    /// <summary>Nothing more.</summary>
    public static Extra None { get; } = new();

    /// <summary>A workload with it: never less than the scenario asks for.</summary>
    /// <param name="workload">The workload.</param>
    public Workload On(Workload workload) => workload switch
    {
        InferenceWorkload s => s with { MinReplicas = Math.Max(s.MinReplicas, MinReplicas), Spread = s.Spread > Spread ? s.Spread : Spread },
        TrainingWorkload t => t with { Spares = Math.Max(t.Spares, Spares) },
        _ => workload,
    };
}

/// <summary>What a plan costs: cash when it is paid, commitments for their whole term.</summary>
public sealed record PlanCost
{
    /// <summary>All of it, credits taken off.</summary>
    public required Money Total { get; init; }

    /// <summary>All of it in today's money, at the scenario's discount rate.</summary>
    public required Money PresentValue { get; init; }

    /// <summary>Cash by month of the horizon, credits taken off.</summary>
    public required ImmutableArray<Money> PerMonth { get; init; }

    /// <summary>Cost by month of the horizon when each commitment is spread over its term by the hours, credits taken off.</summary>
    public required ImmutableArray<Money> AmortisedPerMonth { get; init; }

    /// <summary>Cash by month of the horizon in today's money, credits taken off.</summary>
    public required ImmutableArray<Money> PresentValuePerMonth { get; init; }

    /// <summary>What is still owed for commitments and runs after the horizon; part of the total.</summary>
    public required Money AfterHorizon { get; init; }

    /// <summary>By workload, before credits.</summary>
    public required ImmutableSortedDictionary<string, Money> PerWorkload { get; init; }

    /// <summary>By way of buying, before credits.</summary>
    public required ImmutableSortedDictionary<string, Money> PerPurchaseKind { get; init; }

    /// <summary>By provider, before credits.</summary>
    public required ImmutableSortedDictionary<string, Money> PerProvider { get; init; }

    /// <summary>Commitments entered earlier, paid whatever is decided; part of the total.</summary>
    public required Money CommittedEarlier { get; init; }

    /// <summary>Credits spent.</summary>
    public required Money CreditsUsed { get; init; }
}

/// <summary>A source bought from for a workload.</summary>
public sealed record Purchase
{
    /// <summary>The workload.</summary>
    public required string Workload { get; init; }

    /// <summary>The source.</summary>
    public required Source Source { get; init; }

    /// <summary>How one instance does the work, in words.</summary>
    public required string Configuration { get; init; }

    /// <summary>The same as numbers; null for tokens and for what is set up once.</summary>
    public InstanceUse? Use { get; init; }

    /// <summary>Whether it is something set up once, such as a copy of the data, rather than instances or tokens.</summary>
    public bool IsSetup { get; init; }

    /// <summary>Month by month: only months in which there is something.</summary>
    public required ImmutableArray<PurchaseMonth> Months { get; init; }

    /// <summary>All of it.</summary>
    public Money Cost => new(Months.Sum(m => m.Cash.Usd));
}

/// <summary>A month of a purchase.</summary>
/// <param name="Month">Zero-based month; beyond the horizon where something is still owed.</param>
/// <param name="Instances">Most instances at a time; for tokens, the largest share of the load.</param>
/// <param name="InstanceHours">Instance-hours paid for; for tokens, requests.</param>
/// <param name="Cash">Cash paid.</param>
/// <param name="Amortised">What the month costs when a commitment is spread over its term by the hours.</param>
public sealed record PurchaseMonth(int Month, double Instances, double InstanceHours, Money Cash, Money Amortised)
{
    /// <summary>
    /// Instances that serve at each level of a service's load, in the order of <see cref="DemandMonth.Levels"/>; none at levels beyond the last. Empty for other work, and in plans that do not say.
    /// </summary>
    public ImmutableArray<double> AtLevels { get; init; } = [];
}

/// <summary>Instances committed to, for whichever workloads use them.</summary>
/// <param name="Source">The commitment.</param>
/// <param name="Start">Zero-based month in which the term begins.</param>
/// <param name="Instances">Instances.</param>
/// <param name="Cost">All that is paid for the term.</param>
/// <param name="AfterHorizon">The part of it that is paid after the horizon.</param>
/// <param name="Workloads">The workloads that use it.</param>
public sealed record CommitmentEntered(
    Source Source, int Start, double Instances, Money Cost, Money AfterHorizon, ImmutableArray<string> Workloads);

/// <summary>A simpler way of buying, for comparison.</summary>
/// <param name="Name">Its name, such as <c>one provider only</c>.</param>
/// <param name="Detail">Which offers or provider.</param>
/// <param name="Cost">What it costs in total; null where it cannot be done.</param>
/// <param name="Breaks">The limits that it would break; empty where it is feasible.</param>
public sealed record Baseline(string Name, string Detail, Money? Cost, ImmutableArray<string> Breaks);

/// <summary>A limit that makes the plan dearer.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
/// <param name="Worth">How much cheaper the relaxation is without it, in present value: about what the limit costs.</param>
public sealed record BindingLimit(string Limit, string Value, Money Worth);

/// <summary>A limit in force.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
public sealed record StatedLimit(string Limit, string Value);

/// <summary>The runner-up for a workload.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Winner">The source that it spends most on.</param>
/// <param name="RunnerUp">The source that it would spend most on without the winner; null where there is no feasible plan.</param>
/// <param name="Gap">How much dearer the whole plan would be.</param>
/// <param name="GapShare">The same as a share of the plan's total.</param>
public sealed record Alternative(string Workload, string Winner, string? RunnerUp, Money? Gap, double? GapShare);

/// <summary>What was weighed for a workload.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Options">How many options there were.</param>
/// <param name="Best">The cheapest per unit of work, when fully used.</param>
/// <param name="Excluded">Offers left out, by limit and reason.</param>
public sealed record Consideration(
    string Workload, int Options, ImmutableArray<RankedOption> Best, ImmutableArray<ExclusionCount> Excluded);

/// <summary>An option with its price for a unit of work.</summary>
/// <param name="Source">The source.</param>
/// <param name="Accelerators">The accelerators of an instance, such as <c>H100-80GB:8</c>.</param>
/// <param name="Configuration">How one instance does the work.</param>
/// <param name="UnitCost">US dollars for a unit of work, when fully used.</param>
/// <param name="Unit">The unit of work.</param>
/// <param name="AsOf">The day of the price; null where unknown or quoted.</param>
/// <param name="Origin">Where the price was read.</param>
public sealed record RankedOption(
    string Source, string Accelerators, string Configuration, double UnitCost, string Unit, DateOnly? AsOf, string Origin);

/// <summary>Offers left out for the same reason.</summary>
/// <param name="Limit">The limit that rules them out; null where they cannot do the work.</param>
/// <param name="Count">How many.</param>
/// <param name="Example">One of them with its reason.</param>
public sealed record ExclusionCount(string? Limit, int Count, string Example);

/// <summary>Why there is no plan: a smallest set of limits that cannot all hold.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Limits">The limits in conflict.</param>
/// <param name="Unservable">Workloads that no offer can do at all, with the reasons.</param>
public sealed record Conflict(string Scenario, ImmutableArray<ConflictingLimit> Limits, ImmutableArray<Consideration> Unservable);

/// <summary>One of the limits in conflict.</summary>
/// <param name="Limit">Its path in the scenario.</param>
/// <param name="Value">What it says.</param>
/// <param name="Enough">What it would have to say for a plan to exist, the others unchanged; null where that alone is not enough.</param>
public sealed record ConflictingLimit(string Limit, string Value, string? Enough)
{
    /// <summary>With less than this there is certainly no plan, the others unchanged; null where nothing more is known.</summary>
    public string? Least { get; init; }
}

/// <summary>A plan, or why there is none. Exactly one is given.</summary>
/// <param name="Plan">The plan; null where there is none.</param>
/// <param name="Conflict">Why there is none; null where there is one.</param>
public sealed record PlanningResult(PurchasePlan? Plan, Conflict? Conflict);
