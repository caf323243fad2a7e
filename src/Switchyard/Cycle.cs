using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Search;
using Switchyard.Plan;
using Switchyard.Prove;

namespace Switchyard;

/// <summary>
/// The whole flow on one page. Everything here is pure: facts in, answer out, the same bytes for the same facts. Files, clusters and
/// people are on the other side of Switchyard.Connect and Switchyard.Cli.
/// </summary>
/// <remarks>
/// <para><b>Market</b>: a <see cref="PriceBook"/> holds what can be had as of a day. Each price knows its source and whether a plan may
/// choose it or only show it.</para>
/// <para><b>Demand</b>: a <see cref="Scenario"/> holds the workloads and the limits they live with.</para>
/// <para><b>Performance</b>: a <see cref="PerformanceModel"/> says what a workload does on an instance, with a range.</para>
/// <para><b>Plan</b>: a <see cref="Planner"/> joins the three: each offer becomes an option with a capacity and a price
/// (<see cref="ProblemBuilder"/>), needless options go (<see cref="Dominance"/>), a mixed-integer program finds the cheapest plan and a
/// bound below which none can lie (<see cref="ProblemSolver"/>), and every answer is recomputed (<see cref="Recheck"/>) and explained.</para>
/// <para><b>Prove</b>: a plan is set up on a simulated fleet (<see cref="Staging"/>) and played through the controller, once for each seed
/// (<see cref="ProofRun"/>: independent of each other, so that the caller may play them side by side); what they gave is evidence
/// (<see cref="Evidence"/>), and what would mend a plan that does not hold is looked for (<see cref="Mender"/>).</para>
/// <para><b>Operate</b>: the <see cref="Operate.Controller"/> decides on events, the same for a simulated fleet and for a real one.</para>
/// </remarks>
public sealed class Cycle
{
    private readonly PriceBook prices;
    private readonly PerformanceModel performance;

    /// <summary>Takes the facts that hold for every scenario.</summary>
    /// <param name="prices">What can be had, as of a day.</param>
    /// <param name="performance">What workloads do on hardware.</param>
    public Cycle(PriceBook prices, PerformanceModel performance)
    {
        this.prices = prices;
        this.performance = performance;
    }

    /// <summary>What to buy, where, from when: the cheapest plan within the scenario's limits, or the limits that cannot all hold.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="settings">When the solver may stop and what is explained.</param>
    public PlanningResult Plan(Scenario scenario, PlannerSettings settings) => Planner.Plan(scenario, prices, performance, settings);

    /// <summary>A plan set up to be played, or all that keeps it from that.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="scenario">The scenario that it was made for.</param>
    /// <param name="factors">What engines reach.</param>
    /// <param name="intervals">How far predictions are off.</param>
    /// <param name="capacities">What simulations say of capacities, where the plan was made with them; null for the closed form.</param>
    public StagingResult Stage(PurchasePlan plan, Scenario scenario, EfficiencyFactors factors, ErrorIntervals intervals, SimulatedCapacities? capacities = null) =>
        Staging.Set(plan, scenario, prices, factors, intervals, capacities);

    /// <summary>The same in a simpler way, for comparison: the way, and its plan where it can be done.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="settings">When the solver may stop.</param>
    /// <param name="baseline">The way, one of <see cref="BaselineName.All"/>.</param>
    public (Baseline Way, PurchasePlan? Plan) PlanBaseline(Scenario scenario, PlannerSettings settings, string baseline) =>
        Planner.PlanBaseline(scenario, prices, performance, settings, baseline);
}
