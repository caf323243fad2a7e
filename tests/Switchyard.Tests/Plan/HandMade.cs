using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Tests.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>A few offers and workloads made by hand, planned by the real planner on the real performance model.</summary>
internal static class HandMade
{
    public static readonly DateOnly AsOf = new(2026, 11, 1);
    public static readonly Horizon Quarter = new(new(2027, 1, 1), 3);

    /// <summary>Eight H100 with a fast fabric.</summary>
    public static Offer Offer(string provider, string region, double price, Accelerator? accelerator = null, string type = "gpu8") => new()
    {
        Provider = provider, Region = region, InstanceType = type, Accelerator = accelerator ?? Fixtures.H100, AcceleratorCount = 8,
        OnDemand = new((decimal)price), Fabric = DataRate.FromGBPerSecond(400), Basis = PriceBasis.List, AsOf = AsOf, Source = "by hand",
    };

    public static PriceBook Prices(params IEnumerable<Offer> offers) =>
        new(AsOf, new(), Fixtures.Accelerators, offers, [], [], [], new([], [], []));

    public static InferenceWorkload Service(string name, double peak, int replicas = 1) => new()
    {
        Name = name, Model = Fixtures.Llama70, Precisions = [Precision.Fp8], Load = new(peak, 0.02, WeekShape.BusinessHours),
        Input = new(900, 2400), Output = new(180, 400), ServiceLevel = Fixtures.Level(1000, 60), MinReplicas = replicas,
    };

    /// <summary>A run each month of which the smallest gang that ends in time needs about so many instances.</summary>
    public static TrainingWorkload Training(string name, double billionTokens, double days) => new()
    {
        Name = name, Model = Fixtures.Llama8, Precisions = [Precision.Bf16], Work = new(billionTokens * 1e9),
        Cadence = new(Quarter.Start, 1, 0, TimeSpan.FromDays(days)),
    };

    public static Scenario Scenario(Limits? limits = null, params ImmutableArray<Workload> workloads) =>
        new() { Name = "by hand", Horizon = Quarter, Limits = limits ?? new(), Workloads = workloads };

    public static PlanningResult Plan(Scenario scenario, PriceBook prices, double gap = 1e-6) =>
        Planner.Plan(scenario, prices, new PerformanceModel(), new(gap, 20_000));
}
