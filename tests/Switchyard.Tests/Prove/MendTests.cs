using System.Collections.Immutable;
using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>What mends a plan goes with what is broken: another replica, spares, a margin, or a later deadline where no plan is enough.</summary>
public sealed class MendTests
{
    private static readonly WindowRule Short = new() { BusyRequests = 20, OtherRequests = 5, FaultsPerMonth = 0, MostWindows = 1 };

    private static readonly ImmutableArray<Holding> Lab = [new() { Name = "lab", Instance = HandMade.Offer("owned", "basement", 0) with { OnDemand = null }, Count = 2, Committed = new(10), Running = new(0) }];

    // Two machines of one's own with four replicas each: while one is repaired for a day there are four.
    private static readonly Scenario Own = HandMade.Scenario(null, HandMade.Service("chat", 4, 5) with { Headroom = 0.3 }) with { Holdings = Lab };

    [Fact]
    public void Too_few_replicas_are_mended_by_another_machine_and_not_by_a_margin()
    {
        var plan = Staged.PlanOf(Own);
        var evidence = Prove(plan, Own, 20);
        var breach = evidence.Expected.Breaches.ShouldHaveSingleItem();
        breach.Kind.ShouldBe(BreachKind.Replicas);
        breach.Workload.ShouldBe("chat");

        var mend = new Mender(plan, Own, Staged.Prices, Staged.Factors, Staged.Sure, new(20, Rule: Short)).Mend(evidence, Staged.Play);
        mend.Holds.ShouldBeTrue(string.Join("; ", mend.Additions));
        mend.Measures.ShouldHaveSingleItem().ShouldBe(new("chat", MeasureKind.Replicas, 9));
        mend.Cost.Usd.ShouldBeGreaterThan(0);
        // What the mended plan has more is in its file, and the controller keeps to it.
        var again = PlanReader.Read(PlanWriter.Write(mend.Plan!), "plan.json").Value.ShouldNotBeNull();
        again.Extras["chat"].ShouldBe(new(9));
        PlanFingerprint.Of(again).ShouldBe(PlanFingerprint.Of(mend.Plan!));
        var stage = Staged.Of(again, Own);
        stage.Mandate.Services[0].MinReplicas.ShouldBe(9);
        stage.Services[0].MinReplicas.ShouldBe(5);
        Prove(again, Own, 20).Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_deadline_that_no_plan_keeps_is_said_with_what_stands_in_the_way_and_the_one_that_it_would_take()
    {
        var scenario = HandMade.Scenario(null, HandMade.Training("tune", 50, 4)) with { Commercial = new() { Quotas = [new("aws", "us-east", "*", 16), new("crusoe", "us-west", "*", 16)] }, Holdings = Lab };
        // Training takes a third longer than predicted, or more.
        var slow = Staged.Within(0.6, 0.75);
        var plan = Staged.PlanOf(scenario);
        var evidence = Prove(plan, scenario, 6, slow);
        evidence.Expected.Breaches.ShouldAllBe(b => b.Kind == BreachKind.Deadline);
        evidence.Holds.ShouldBeFalse();
        var mend = new Mender(plan, scenario, Staged.Prices, Staged.Factors, slow, new(6, Rule: Short)).Mend(evidence, Staged.Play);
        mend.Holds.ShouldBeFalse();
        mend.Obstacle.ShouldNotBeNull().ShouldContain("commercial.quota");
        var later = mend.Later.ShouldHaveSingleItem();
        later.Workload.ShouldBe("tune");
        later.Instead.ShouldBe(TimeSpan.FromDays(4));
        later.Within.ShouldBeGreaterThan(later.Instead);
        var longer = scenario with { Workloads = [((TrainingWorkload)scenario.Workloads[0]) with { Cadence = ((TrainingWorkload)scenario.Workloads[0]).Cadence with { Within = later.Within } }] };
        Prove(mend.Plan ?? plan, longer, 6, slow).Holds.ShouldBeTrue();
    }

    [Fact]
    public void Spares_stand_beside_a_gang_and_take_the_place_of_what_fails()
    {
        var training = HandMade.Training("tune", 400, 12);
        var quote = new CommitmentOffer
        {
            Instance = HandMade.Offer("crusoe", "us-west", 10) with { OnDemand = null }, Kind = CommitmentKind.Reserved, TermMonths = 3, Price = new(1), UpfrontShare = 0, Basis = PriceBasis.List, AsOf = HandMade.AsOf, Source = "by hand",
        };
        (PurchasePlan Plan, double Waits, int Gang) With(int spares)
        {
            var scenario = HandMade.Scenario(null, training with { Spares = spares }) with { TermQuotes = [quote] };
            var plan = Staged.PlanOf(scenario);
            var stage = Staged.Of(plan, scenario);
            var faults = FaultModel.None with { NodeFailuresPerDay = 0.1, SharedFate = 0, ReplaceHours = 6 };
            var result = new ProofRun(stage, ProofCase.Expected with { Faults = faults }, 1, Short, Staged.Factors).Play();
            return (plan, result.Hours["tune"][(int)HourState.Waiting], stage.Mandate.Pools.Single(p => p.Kind == PurchaseKind.Commitment).Gang);
        }

        var (bare, waits, gang) = With(0);
        var (spared, hardly, same) = With(2);
        bare.Commitments.ShouldHaveSingleItem().Instances.ShouldBe(gang);
        spared.Commitments.ShouldHaveSingleItem().Instances.ShouldBe(gang + 2);
        same.ShouldBe(gang);
        spared.Purchases[0].Configuration.ShouldContain("and 2 spare");
        waits.ShouldBeGreaterThan(0);
        hardly.ShouldBeLessThan(waits / 3);
    }

    [Fact]
    public void A_gang_larger_than_what_the_plan_has_is_refused()
    {
        var scenario = HandMade.Scenario(null, HandMade.Training("tune", 400, 12));
        var plan = Staged.PlanOf(scenario);
        var use = (TrainingUse)plan.Purchases[0].Use!;
        var larger = plan with { Purchases = [plan.Purchases[0] with { Use = use with { Gang = use.Gang * 2 } }, .. plan.Purchases.Skip(1)] };
        var mismatch = Staging.Set(larger, scenario, Staged.Prices, Staged.Factors, Staged.Sure).Mismatches.ShouldHaveSingleItem();
        mismatch.Place.ShouldBe("purchases[0].use.gang");
        mismatch.Message.ShouldContain($"the {use.Gang} instances that the plan has");
    }

    [Fact]
    public void A_slow_machine_is_found_and_replaced_where_a_gang_waits_for_it()
    {
        var scenario = HandMade.Scenario(null, HandMade.Training("tune", 400, 12));
        var stage = Staged.Of(Staged.PlanOf(scenario), scenario);
        stage.Mandate.Pools[0].Gang.ShouldBeGreaterThan(1);
        (RunResult Result, IReadOnlyList<RecordedDecision> Log) Play(double find) =>
            new ProofRun(stage, ProofCase.Expected with { Faults = FaultModel.None with { SlowNodes = 0.3, SlowFactor = 1.5, FindSlowSeconds = find } }, 2, Short, Staged.Factors).Record() is var (result, log) ? (result, log) : default;

        var (found, log) = Play(1800);
        var replaced = log.Where(l => l.Happened is InstanceSlow).ToList();
        replaced.ShouldNotBeEmpty();
        replaced.ShouldAllBe(l => l.Decisions.OfType<ReplaceInstance>().Single().Reason.Contains("50% slower", StringComparison.Ordinal));
        var (never, _) = Play(1e12);
        found.Jobs[0].Ended.ShouldBeLessThan(never.Jobs[0].Ended / 1.3);
    }

    [Fact]
    public void More_is_asked_for_step_by_step_and_what_no_plan_has_is_taken_back()
    {
        var ladder = new Ladder(HandMade.Service("chat", 1, 2) with { Spread = FailureDomain.Zone }, 0, Extra.None, 1);
        bool Grow(BreachKind cause)
        {
            ladder.Mark();
            return ladder.Grow(cause, Ladder.FirstStep, 0);
        }

        Grow(BreachKind.Spread).ShouldBeTrue();
        ladder.Extra.ShouldBe(new(3));
        Grow(BreachKind.Spread).ShouldBeTrue();
        ladder.Extra.ShouldBe(new(3, FailureDomain.Region));
        ladder.TakeBack(isKnown: true);
        Grow(BreachKind.Spread).ShouldBeTrue();
        ladder.Extra.ShouldBe(new(4));
        Grow(BreachKind.Spread).ShouldBeFalse();

        foreach (var step in new[] { 0.15, 0.3, 0.5, 0.75 })
        {
            Grow(BreachKind.Objective).ShouldBeTrue();
            ladder.Margin.ShouldBe(step);
        }

        ladder.TakeBack(isKnown: true);
        ladder.Margin.ShouldBe(0.5);
        Grow(BreachKind.Objective).ShouldBeTrue();
        ladder.Margin.ShouldBe(0.625);
        Grow(BreachKind.Objective).ShouldBeFalse();
        ladder.Extra.ShouldBe(new(4));
    }

    [Fact]
    public void Between_what_is_too_little_and_what_is_enough_the_middle_is_tried_until_they_are_near()
    {
        var ladder = new Ladder(HandMade.Service("chat", 1, 2), 0, Extra.None, 1);
        ladder.Between.ShouldBeNull();
        ladder.Grow(BreachKind.Objective, Ladder.FirstStep, 0).ShouldBeTrue();
        ladder.Grow(BreachKind.Objective, Ladder.FirstStep, 0).ShouldBeTrue();
        ladder.Margin.ShouldBe(0.3);
        // As if 0.21 were the least.
        var tried = new List<double>();
        while (ladder.Between is { } between)
        {
            tried.Add(between);
            ladder.Settle(between, between >= 0.21);
        }

        tried.Count.ShouldBe(3);
        tried[0].ShouldBe(0.225, 1e-12);
        ladder.Margin!.Value.ShouldBeInRange(0.21, 0.23);
    }

    private static Evidence Prove(PurchasePlan plan, Scenario scenario, int seeds, Switchyard.Performance.ErrorIntervals? errors = null) => Staged.Prove(plan, scenario, seeds, errors, Short);
}
