using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>Plans made by the real planner on offers made by hand, set up to be played.</summary>
internal static class Staged
{
    public static readonly PriceBook Prices = HandMade.Prices(
        HandMade.Offer("aws", "us-east", 20), HandMade.Offer("crusoe", "us-west", 17) with { Spot = new(9) });

    public static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;

    /// <summary>Predictions that are right within 2%.</summary>
    public static readonly ErrorIntervals Sure = Within(0.98, 1.02);

    public static Scenario Mixed { get; } = HandMade.Scenario(
        null, HandMade.Service("chat", 8, 2), HandMade.Training("tune", 8, 4) with { SpotAllowed = true },
        new BatchWorkload
        {
            Name = "nightly", Model = HandMade.Service("x", 1).Model, Precisions = [Precision.Fp8], Requests = 40_000, Input = new(400, 900), Output = new(60, 150),
            Cadence = new(HandMade.Quarter.Start, 0, 1, TimeSpan.FromHours(6)), SpotAllowed = true,
        });

    private static readonly Lazy<PurchasePlan> Made = new(() => PlanOf(Mixed));

    public static PurchasePlan MixedPlan => Made.Value;

    public static ErrorIntervals Within(double low, double high) => new()
    {
        Factors = [.. Enum.GetValues<Switchyard.Performance.Measured.Quantity>().Select(q => new ErrorIntervals.Factor(new(q, Switchyard.Performance.Measured.Statistic.Mean), true, low, high, 99))],
    };

    public static PurchasePlan PlanOf(Scenario scenario, EfficiencyFactors? factors = null) =>
        Planner.Plan(scenario, Prices, new PerformanceModel(factors ?? Factors), new(0.01, 200, Explain: false)).Plan.ShouldNotBeNull();

    public static Stage Of(PurchasePlan plan, Scenario scenario, ErrorIntervals? errors = null)
    {
        var result = Staging.Set(plan, scenario, Prices, Factors, errors ?? Sure);
        result.Mismatches.ShouldBeEmpty();
        return result.Stage!;
    }

    public static IReadOnlyList<RunResult> Play(ImmutableArray<ProofRun> runs) => [.. runs.Select(r => r.Play())];

    public static Evidence Prove(PurchasePlan plan, Scenario scenario, int seeds = 6, ErrorIntervals? errors = null, WindowRule? rule = null, FaultModel? faults = null)
    {
        var stage = Of(plan, scenario, errors);
        var runs = Prover.Runs(stage, Factors, new(seeds, Rule: rule));
        if (faults is not null) runs = [.. runs.Select(r => r with { Case = r.Case with { Faults = faults } })];
        return Prover.Evidence(stage, runs, Play(runs));
    }

    /// <summary>The same purchases with fewer instances at a time.</summary>
    public static PurchasePlan Fewer(PurchasePlan plan, string workload, int fewer) => plan with
    {
        Purchases = [.. plan.Purchases.Select(p => p.Workload != workload ? p : p with { Months = [.. p.Months.Select(m => m with { Instances = Math.Max(0, m.Instances - fewer) })] })],
    };
}
