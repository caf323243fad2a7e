using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>
/// Over many loads: a plan on right predictions with the usual headroom holds at each, one sized with a model that is a fifth too fast is caught at each. One load alone proves
/// little, since rounding up to whole machines gives as much room as it happens to.
/// </summary>
public sealed class HeadroomTests
{
    // Two accelerators an instance, one replica: small enough that rounding hides no fifth.
    private static readonly PriceBook Prices = HandMade.Prices(HandMade.Offer("aws", "us-east", 5, type: "gpu2") with { AcceleratorCount = 2 });

    private static readonly WindowRule Rule = new() { BusyRequests = 800 };

    private static readonly EfficiencyFactors TooFast = Staged.Factors with
    {
        Matrix8 = Staged.Factors.Matrix8 * 1.2, Matrix16 = Staged.Factors.Matrix16 * 1.2, WeightBandwidth = 1, CacheBandwidth = 1,
        LayerSeconds = Staged.Factors.LayerSeconds / 1.2, StepSeconds = Staged.Factors.StepSeconds / 1.2, PromptLayerSeconds = Staged.Factors.PromptLayerSeconds / 1.2,
        NarrowLayerSeconds = Staged.Factors.NarrowLayerSeconds / 1.2, LinkLatencySeconds = Staged.Factors.LinkLatencySeconds / 1.2, RequestSeconds = Staged.Factors.RequestSeconds / 1.2,
        Attention = Staged.Factors.Attention * 1.2,
    };

    public static TheoryData<double> Loads => [40, 55, 60, 73, 88, 100, 120, 140, 160, 180];

    private static Scenario Flat(double load, double headroom) => HandMade.Scenario(
        null, HandMade.Service("chat", load, 2) with { Load = new(load, 0, WeekShape.Flat), Headroom = headroom }) with { Horizon = new(new(2027, 2, 1), 1) };

    private static PurchasePlan PlanOf(Scenario scenario, EfficiencyFactors factors) =>
        Planner.Plan(scenario, Prices, new PerformanceModel(factors), new(0.01, 200, Explain: false)).Plan.ShouldNotBeNull();

    private static Evidence Prove(PurchasePlan plan, Scenario scenario)
    {
        var stage = Staging.Set(plan, scenario, Prices, Staged.Factors, Staged.Sure).Stage.ShouldNotBeNull();
        var runs = Prover.Runs(stage, Staged.Factors, new(6, Rule: Rule));
        return Prover.Evidence(stage, runs, Staged.Play(runs));
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void With_the_usual_headroom_a_plan_on_right_predictions_holds_and_one_by_a_model_a_fifth_too_fast_does_not(double load)
    {
        var scenario = Flat(load, 0.2);
        var honest = Prove(PlanOf(scenario, Staged.Factors), scenario);
        honest.Expected.Breaches.ShouldBeEmpty();
        honest.Notes.ShouldBeEmpty();
        honest.Expected.Services[0].Headroom!.Value.Share.ShouldBeGreaterThan(0.199);

        var caught = Prove(PlanOf(scenario, TooFast), scenario);
        caught.Holds.ShouldBeFalse();
        caught.Notes.ShouldNotBeEmpty();
        var breach = caught.Expected.Breaches.First(b => b.What == "chat: headroom");
        breach.Workload.ShouldBe("chat");
        breach.Detail.ShouldContain("20% asked for");
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void Without_headroom_playing_alone_shows_a_model_that_is_a_fifth_too_fast(double load)
    {
        var scenario = Flat(load, 0);
        var caught = Prove(PlanOf(scenario, TooFast), scenario).Expected;
        caught.Breaches.ShouldContain(b => b.What.StartsWith("chat: tpot", StringComparison.Ordinal));
        caught.Services[0].Headroom!.Value.Share.ShouldBeLessThan(0);
    }

    [Fact]
    public void At_its_capacity_a_replica_only_just_meets_its_objectives_so_that_headroom_is_needed()
    {
        var scenario = Flat(120, 0);
        var stage = Staging.Set(PlanOf(scenario, Staged.Factors), scenario, Prices, Staged.Factors, Staged.Within(1, 1)).Stage.ShouldNotBeNull();
        double Attained(double room)
        {
            var load = new LoadCurve(16 * stage.Makes[0].PredictedRate!.Value / (1 + room), 0, WeekShape.Flat);
            var loaded = stage with
            {
                Services = [stage.Services[0] with { Load = load }],
                Mandate = stage.Mandate with { Services = [stage.Mandate.Services[0] with { Load = load }] },
            };
            var changes = Enumerable.Range(0, 16).Select(i => new ReplicaChange(0, ReplicaChangeKind.Serves, i, 0, 1)).ToList();
            var month = new ServicePlay(loaded, 0, changes, ProofCase.Expected).Play([new Window(1200, 3000, 0, 0, 1)], new() { WarmSeconds = 600 }, 1).Months[0];
            return month.Met[1] / month.Requests;
        }

        Attained(0).ShouldBeLessThan(0.95);
        Attained(InferenceWorkload.LeastHeadroom).ShouldBeGreaterThan(0.98);
        Attained(0.2).ShouldBeGreaterThan(0.995);
    }

    [Fact]
    public void Machines_with_two_uses_for_one_service_count_once_for_the_better()
    {
        var scenario = Flat(120, 0);
        var stage = Staging.Set(PlanOf(scenario, Staged.Factors), scenario, Prices, Staged.Factors, Staged.Sure).Stage.ShouldNotBeNull();
        var (pool, make) = (stage.Mandate.Pools[0] with { Kind = PurchaseKind.Owned, Shared = 0, Most = [20] }, stage.Makes[0] with { PredictedRate = 8 });
        var two = stage with
        {
            Makes = [make, make with { PredictedRate = 6 }],
            Mandate = stage.Mandate with
            {
                Pools = [pool, pool with { Index = 1, Most = [20] }],
                Shared = [new("lab", [0, 1], [24])],
                Services = [stage.Mandate.Services[0] with { Pools = [0, 1] }],
            },
        };
        Room.Of(two, 0).ShouldHaveSingleItem().Share.ShouldBe((((20 * 8.0) + (4 * 6)) / 120) - 1, 1e-9);
    }
}
