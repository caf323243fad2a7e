using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Catalog;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>Capacity comes and goes as its statistics, or its record, say.</summary>
public sealed class SupplyTests
{
    [Theory]
    [InlineData(0.55, 0.69)]
    [InlineData(0.47, 1)]
    [InlineData(1, 1)]
    public void Drawn_lives_have_their_mean_share_and_hazard(double shape, double absence)
    {
        var (up, down) = (SpotLifetime.OfMean(shape, 4.3), SpotLifetime.OfMean(absence, 0.7));
        var supply = new DrawnSupply(new Generator(9), up, down, true, "preempted");
        var (there, away, young, youngHours) = (0.0, 0.0, 0, 0.0);
        var now = supply.FirstDown();
        const int cycles = 40_000;
        for (var i = 0; i < cycles; i++)
        {
            var back = supply.UpAfter(now);
            away += back - now;
            now = supply.DownAfter(back);
            there += now - back;
            // How often capacity that is younger than half an hour goes.
            youngHours += Math.Min(now - back, 1800) / 3600;
            if (now - back < 1800) young++;
        }

        (there / cycles / 3600).ShouldBe(4.3, 0.15);
        (there / (there + away)).ShouldBe(4.3 / 5.0, 0.01);
        (young / (double)cycles).ShouldBe(1 - up.SurvivalAt(0.5), 0.01);
        // Without memory the young go as often as all; otherwise more often.
        if (shape < 1) (young / youngHours).ShouldBeGreaterThan(2 / 4.3);
        else (young / youngHours).ShouldBe(1 / 4.3, 0.01);
    }

    [Fact]
    public void At_the_start_it_is_up_as_often_as_over_all_time()
    {
        var (up, down) = (SpotLifetime.OfMean(0.55, 4.3), SpotLifetime.OfMean(0.69, 1.4));
        var starts = Enumerable.Range(0, 4_000).Count(i => new DrawnSupply(new Generator((ulong)i), up, down, true, "").FirstDown() > 0);
        (starts / 4_000.0).ShouldBe(4.3 / 5.7, 0.02);
    }

    [Fact]
    public void A_record_is_played_flag_by_flag_from_a_moment_of_it()
    {
        ImmutableArray<bool> flags = [true, true, false, false, true, false, true, true, true, false];
        var trace = new AvailabilityTrace(600, [new("z", flags)]);
        foreach (var from in new[] { 0.0, 700, 1_500, 5_999 })
        {
            var supply = new RecordedSupply(trace, 0, from, "preempted");
            var (up, change) = (true, supply.FirstDown());
            for (var now = 0.0; now < 3 * 6_000; now += 50)
            {
                while (now >= change)
                {
                    up = !up;
                    change = up ? supply.DownAfter(change) : supply.UpAfter(change);
                }

                up.ShouldBe(trace.IsAvailable(0, now + from), $"{now} s from {from} s");
            }
        }
    }

    [Fact]
    public void What_was_measured_of_a_zone_is_what_is_drawn_there()
    {
        var zones = Shipped.Catalog.Value.Prices.SpotZones;
        zones.Length.ShouldBeGreaterThan(10);
        foreach (var zone in zones.Where(z => z is { Share: > 0 and < 1, InterruptionsPerHour: > 0 }))
        {
            var supply = SpotSupply.Of(zone);
            supply.InterruptionsPerHour.ShouldBe(zone.InterruptionsPerHour, 1e-9);
            (supply.Up.MeanHours / (supply.Up.MeanHours + supply.Down.MeanHours)).ShouldBe(zone.Share, 1e-9);
            if (zone.Life is { } life) supply.Up.Shape.ShouldBe(life.Shape);
        }
    }

    [Fact]
    public void A_plan_is_staged_with_the_zones_that_were_measured()
    {
        var zone = new SpotZone("crusoe", "us-west", "us-west-a", Switchyard.Tests.Performance.Fixtures.H100, "gpu8", 1, 600, 14, 0.5, 99, 0.5, new(0.4, 1), 2, new(0.5, 1), null, "by hand");
        var prices = HandMade.Prices(HandMade.Offer("aws", "us-east", 20), HandMade.Offer("crusoe", "us-west", 17) with { Spot = new(9) });
        var measured = new PriceBook(prices.AsOf, prices.Policy, prices.Accelerators, prices.Offers, prices.Commitments, prices.Regions, prices.Storage, prices.Network) { SpotZones = [zone] };
        var stage = Staging.Set(Staged.MixedPlan, Staged.Mixed, measured, Staged.Factors, Staged.Sure).Stage.ShouldNotBeNull();
        var spot = stage.Mandate.Pools.Where(p => p.Kind == PurchaseKind.Spot).ToList();
        spot.ShouldNotBeEmpty();
        foreach (var pool in spot) stage.Makes[pool.Index].Spot.ShouldHaveSingleItem().Up.Shape.ShouldBe(0.4);
        // Half the time away instead of a seventh: seen in what is lost, and said.
        int Lost(Stage of) => new ProofRun(of, ProofCase.Expected, 1, new() { BusyRequests = 1, OtherRequests = 1, FaultsPerMonth = 0 }, Staged.Factors).Record().Log.Count(l => l.Happened is InstanceLost { Cause: "preempted" } or InstanceRefused { Cause: "preempted" });
        Lost(stage).ShouldBeGreaterThan(Lost(Staged.Of(Staged.MixedPlan, Staged.Mixed)));
        var runs = Prover.Runs(stage, Staged.Factors, new(1, Rule: new() { BusyRequests = 1, OtherRequests = 1 }));
        Prover.Evidence(stage, runs, Staged.Play(runs)).Assumed.ShouldContain(a => a.Contains("us-west-a 0.5 interruptions", StringComparison.Ordinal));
    }

    [Fact]
    public void A_proof_plays_a_record_that_is_given()
    {
        var never = new AvailabilityTrace(600, [new("z", [.. Enumerable.Repeat(false, 50)])]);
        var always = new AvailabilityTrace(600, [new("z", [.. Enumerable.Repeat(true, 50)])]);
        var stage = Staged.Of(Staged.MixedPlan, Staged.Mixed);
        double Held(AvailabilityTrace? trace)
        {
            var run = Prover.Runs(stage, Staged.Factors, new(1, Rule: new() { BusyRequests = 1, OtherRequests = 1 }, SpotTrace: trace))[0].Play();
            return stage.Mandate.Pools.Where(p => p.Kind == PurchaseKind.Spot).Sum(p => run.Fleet.Books.Held[p.Index]);
        }

        Held(never).ShouldBe(0);
        Held(always).ShouldBeGreaterThan(0);
    }
}
