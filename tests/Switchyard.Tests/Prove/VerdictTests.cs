using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>A plan that keeps its promises holds, one that cannot does not, and what mends it is said.</summary>
public sealed class VerdictTests
{
    private static readonly Scenario Service = HandMade.Scenario(null, HandMade.Service("chat", 24, 2) with { Headroom = 0.2 });

    [Fact]
    public void A_plan_on_right_predictions_holds()
    {
        var evidence = Staged.Prove(Staged.PlanOf(Service), Service);
        evidence.Expected.Breaches.ShouldBeEmpty();
        evidence.Holds.ShouldBeTrue();
        evidence.Expected.Services[0].Objectives.Length.ShouldBe(2 * 3);
    }

    [Fact]
    public void An_under_provisioned_plan_fails_and_says_which_objective_when_by_how_much_and_what_mends_it()
    {
        var plan = Staged.Fewer(Staged.PlanOf(Service), "chat", 2);
        var evidence = Staged.Prove(plan, Service);
        evidence.Holds.ShouldBeFalse();
        var breach = evidence.Expected.Breaches.First(b => b.What.StartsWith("chat: ttft", StringComparison.Ordinal));
        breach.Months.ShouldContain(2);
        breach.Seconds.ShouldBeGreaterThan(0);
        breach.Detail.ShouldContain("95% wanted");
        var mend = new Mender(plan, Service, Staged.Prices, Staged.Factors, Staged.Sure, new(6)).Mend(evidence, Staged.Play);
        mend.Holds.ShouldBeTrue();
        mend.Additions.ShouldNotBeEmpty();
        Staged.Prove(mend.Plan!, Service).Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_plan_for_something_else_is_refused_and_all_that_differs_is_said()
    {
        var plan = Staged.PlanOf(Service);
        var other = Service with { Name = "another", Workloads = [HandMade.Service("chat", 30, 2), HandMade.Training("tune", 8, 4)] };
        var dearer = HandMade.Prices(HandMade.Offer("aws", "us-east", 21), HandMade.Offer("crusoe", "us-west", 18));
        var mismatches = Staging.Set(plan, other, dearer, Staged.Factors, Staged.Sure).Mismatches.Select(m => $"{m.Place}: {m.Message}").ToList();
        mismatches.ShouldContain(m => m.Contains("'another'", StringComparison.Ordinal));
        mismatches.ShouldContain(m => m.Contains("'tune'", StringComparison.Ordinal));
        mismatches.ShouldContain(m => m.Contains("peak", StringComparison.Ordinal));
        mismatches.ShouldContain(m => m.Contains("usd_per_hour", StringComparison.Ordinal));
    }

    [Fact]
    public void Slower_machines_than_predicted_are_caught_and_the_pessimistic_case_is_worse()
    {
        var evidence = Staged.Prove(Staged.PlanOf(Service), Service, errors: Staged.Within(0.8, 2.2));
        evidence.Holds.ShouldBeFalse();
        var (expected, pessimistic) = (evidence.Expected.Services[0], evidence.Pessimistic!.Services[0]);
        pessimistic.Ttft.P95.ShouldBeGreaterThan(expected.Ttft.P50);
        evidence.Pessimistic.Breaches.ShouldNotBeEmpty();
    }
}
