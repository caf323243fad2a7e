using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>A plan says what it runs at each level of a service's load; played, it keeps to a provider's share as it was planned to.</summary>
public sealed class MixProofTests
{
    private static readonly WindowRule Short = new() { BusyRequests = 20, OtherRequests = 5, FaultsPerMonth = 0, MostWindows = 1 };

    // Spot is cheaper by far and would take everything; a plan within the limit has as much elsewhere.
    private static readonly Scenario Shared = HandMade.Scenario(new() { ProviderShare = 0.6 }, HandMade.Service("chat", 40, 2) with { SpotAllowed = true });

    private static readonly Lazy<PurchasePlan> Made = new(() => Staged.PlanOf(Shared));

    [Fact]
    public void Instances_at_the_levels_of_the_load_add_up_to_the_hours_of_the_month()
    {
        var demand = Made.Value.Demand.ShouldHaveSingleItem();
        foreach (var purchase in Made.Value.Purchases.Where(p => p.Source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot))
        {
            foreach (var month in purchase.Months)
                month.AtLevels.Zip(demand.Months[month.Month].Levels, (instances, level) => instances * level.Hours).Sum().ShouldBe(month.InstanceHours, 1e-6 * month.InstanceHours);
        }

        var again = PlanReader.Read(PlanWriter.Write(Made.Value), "plan.json").Value.ShouldNotBeNull();
        again.Purchases.SelectMany(p => p.Months).SelectMany(m => m.AtLevels).ShouldBe(Made.Value.Purchases.SelectMany(p => p.Months).SelectMany(m => m.AtLevels));
        var (before, after) = (Staged.Of(Made.Value, Shared).Mandate.Services[0], Staged.Of(again, Shared).Mandate.Services[0]);
        before.Mixes.Length.ShouldBe(3);
        before.Mixes.ShouldAllBe(m => m.Length > 1);
        after.Mixes.SelectMany(m => m).Select(m => m.Needed).ShouldBe(before.Mixes.SelectMany(m => m).Select(m => m.Needed));
        after.Mixes.SelectMany(m => m).SelectMany(m => m.Counts).ShouldBe(before.Mixes.SelectMany(m => m).SelectMany(m => m.Counts));
    }

    [Fact]
    public void Levels_that_are_no_numbers_are_refused_with_their_place()
    {
        var text = PlanWriter.Write(Made.Value);
        var at = text.IndexOf("\"at_levels\": [", StringComparison.Ordinal);
        at.ShouldBeGreaterThan(0);
        var problems = PlanReader.Read(text.Insert(at + "\"at_levels\": [".Length, " -1, \"two\","), "plan.json").Problems.Select(p => p.ToString()).ToList();
        problems.ShouldContain(p => p.Contains("at_levels[0]", StringComparison.Ordinal) && p.Contains("'-1' is not at least 0", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("at_levels[1]", StringComparison.Ordinal) && p.Contains("instead of a number", StringComparison.Ordinal));
    }

    [Fact]
    public void A_providers_share_is_kept_as_planned_and_would_be_broken_by_the_cheapest()
    {
        var stage = Staged.Of(Made.Value, Shared);
        LimitEvidence Share(Stage played) => Judge.Of(played, ProofCase.Expected, [new ProofRun(played, ProofCase.Expected, 1, Short, Staged.Factors).Play()])
            .Limits.Single(l => l.Limit == "limits.provider_share");
        Share(stage).Measured!.Figure.Mean.ShouldBeInRange(0.5, 0.61);
        var cheapest = stage with { Mandate = stage.Mandate with { Services = [.. stage.Mandate.Services.Select(s => s with { Mixes = [] })] } };
        var broken = Share(cheapest);
        broken.Measured!.Figure.Mean.ShouldBeGreaterThan(0.62);
        broken.Holds.ShouldBe(false);
        broken.What.ShouldContain("that one provider had, ");
        var breach = Judge.Of(cheapest, ProofCase.Expected, [new ProofRun(cheapest, ProofCase.Expected, 1, Short, Staged.Factors).Play()]).Breaches.Single(b => b.What == "limits.provider_share");
        breach.Months.ShouldBeEmpty();
        breach.Detail.ShouldContain("points too many, 2 are let pass");
    }

    [Fact]
    public void More_runs_are_played_only_where_fewer_cannot_tell()
    {
        var stage = Staged.Of(Made.Value, Shared);
        var evidence = Judge.Of(stage, ProofCase.Expected, [new ProofRun(stage, ProofCase.Expected, 1, Short, Staged.Factors).Play()]);
        Breach Of(bool close) => new(0, "chat: tpot p95 < 60ms", [1], "", "chat") { Kind = BreachKind.Objective, IsClose = close };
        var close = evidence with { Breaches = [Of(true)] };
        close.IsUndecided.ShouldBeTrue();
        var holds = evidence with { Breaches = [], Limits = [] };
        holds.IsUndecided.ShouldBeFalse();
        var jobs = new JobEvidence("tune", 12, 12, 0.96, 0.95, Figure.OfAmounts([1]), Figure.OfAmounts([1]), 0, -1);
        (holds with { Jobs = [jobs] }).IsUndecided.ShouldBeFalse();
        (holds with { Jobs = [jobs with { IsClose = true }] }).IsUndecided.ShouldBeTrue();
        (evidence with { Breaches = [Of(true), Of(false)] }).IsUndecided.ShouldBeFalse();
        new ProofSettings { Further = 30 }.Again(close)!.Seeds.ShouldBe(30);
        new ProofSettings(30) { Further = 30 }.Again(close).ShouldBeNull();
        new ProofSettings().Again(close).ShouldBeNull();
        new ProofSettings { Further = 30 }.Again(evidence with { Breaches = [Of(false)] }).ShouldBeNull();
    }
}
