using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Performance;
using Switchyard.Tests.Prove;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>How large gangs are, and how much of their time they work.</summary>
public sealed class GangTests
{
    private static readonly Offer Offer = HandMade.Offer("aws", "us-east-1", 20);

    // Hours that a gang takes on what is held until it is done, by the definition.
    private static double Hours(TrainingWorkload workload, Source source, int machines) =>
        new PerformanceModel().Train(new(workload.Model, workload.Precisions, Offer.Accelerator, 8, machines, Offer.Fabric, workload.SequenceLength)).Value is { } estimate
            ? workload.Work.Count / estimate.TokensPerSecond.Value / 3600 / Goodput.Useful(machines, 8, Gangs.CheckpointGB(workload), 0) / GangTime.Together(source, machines, 0)
            : double.PositiveInfinity;

    private static PriceBook Committed(int? most) => new(HandMade.AsOf, new(), Fixtures.Accelerators, [],
        [
            new()
            {
                Instance = Offer, Kind = CommitmentKind.ReservedInstance, TermMonths = 3, UpfrontShare = 0, Price = new(12), Basis = PriceBasis.Quote, AsOf = HandMade.AsOf, Source = "by hand",
                MaxCount = most,
            },
        ], [], [], new([], [], []));

    private static Purchase? Bought(TrainingWorkload workload, int? most) =>
        HandMade.Plan(HandMade.Scenario(null, workload), Committed(most)).Plan?.Purchases.ShouldHaveSingleItem();

    [Theory]
    [InlineData(30, 2)]
    [InlineData(47, 2)]
    [InlineData(200, 5)]
    [InlineData(330, 5)]
    public void What_is_committed_to_is_the_smallest_gang_that_ends_in_time(double billionTokens, double days)
    {
        var workload = HandMade.Training("train", billionTokens, days);
        var bought = Bought(workload, null).ShouldNotBeNull();
        var gang = ((TrainingUse)bought.Use!).Gang;
        bought.Months.Max(month => month.Instances).ShouldBe(gang);
        Hours(workload, bought.Source, gang).ShouldBeLessThanOrEqualTo(days * 24);
        Enumerable.Range(1, gang - 1).Min(fewer => Hours(workload, bought.Source, fewer)).ShouldBeGreaterThan(days * 24);
    }

    [Fact]
    public void All_that_is_offered_is_tried_where_the_next_size_is_larger()
    {
        // Work of which the smallest gang lies between two coarse sizes.
        int[] coarse = [1, 2, 3, 4, 6, 8, 12, 16, 24];
        var (workload, gang) = Enumerable.Range(0, 20).Select(more => HandMade.Training("train", 60 * Math.Pow(1.1, more), 2))
            .Select(work => (work, ((TrainingUse)Bought(work, null)!.Use!).Gang)).First(tried => !coarse.Contains(tried.Gang));
        ((TrainingUse)Bought(workload, gang)!.Use!).Gang.ShouldBe(gang);
        Bought(workload, gang - 1).ShouldBeNull();
    }

    [Fact]
    public void A_quoted_block_is_bought_for_a_run_in_whole_days()
    {
        // $12 an hour in blocks of 2 to 14 days, up to 8 machines, against $20 on demand.
        var workload = HandMade.Training("train", 60, 3);
        var quote = Committed(8).Commitments[0] with { Kind = CommitmentKind.CapacityBlock, TermMonths = null, BlockDays = (2, 14), UpfrontShare = 1 };
        var plan = HandMade.Plan(HandMade.Scenario(null, workload) with { TermQuotes = [quote] }, HandMade.Prices(Offer)).Plan.ShouldNotBeNull();
        var bought = plan.Purchases.ShouldHaveSingleItem();
        bought.Source.Kind.ShouldBe(PurchaseKind.Block);
        var use = (TrainingUse)bought.Use!;
        var days = Math.Max(2, Math.Ceiling(use.Hours / 24));
        foreach (var month in bought.Months) ((double)month.Cash.Usd).ShouldBe(use.Gang * days * 24 * 12, 0.01);
        plan.Assumed.ShouldNotContain(line => line.StartsWith("capacity blocks: booked", StringComparison.Ordinal), "nothing is said of when it can be booked");
    }

    [Theory]
    [InlineData(0, 5, "1 2 3 4 5")]
    [InlineData(48, 64, "49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64")]
    [InlineData(256, 320, "264 272 280 288 296 304 312 320")]
    [InlineData(256, 317, "264 272 280 288 296 304 312 316 317")]
    [InlineData(8, 8, "")]
    public void Sizes_are_as_fine_as_they_matter(int after, int until, string sizes) => string.Join(' ', Gangs.Between(after, until)).ShouldBe(sizes);

    [Theory]
    [InlineData(0.4, 0)]
    [InlineData(3, 2)]
    [InlineData(3, 6)]
    public void Spares_are_enough_for_the_expected_share_of_the_time(double away, int spares)
    {
        // Machines fail without memory and are away for an hour.
        var random = new Generator(11);
        double now = 0, enough = 0;
        var back = new Queue<double>();
        for (var failure = 0; failure < 200_000; failure++)
        {
            var next = now + (random.Exponential() / away);
            while (back.Count > 0 && back.Peek() <= next)
            {
                var until = back.Dequeue();
                if (back.Count + 1 <= spares) enough += until - now;
                now = until;
            }

            if (back.Count <= spares) enough += next - now;
            now = next;
            back.Enqueue(next + 1);
        }

        Reliability.AllThere(away, spares).ShouldBe(enough / now, 0.01);
    }

    [Theory]
    [InlineData(600, 40)]
    [InlineData(2000, 80)]
    public void A_gang_takes_as_long_as_its_proof(double billionTokens, double days)
    {
        var horizon = new Horizon(new(2027, 1, 1), 4);
        var workload = HandMade.Training("train", billionTokens, days) with { Cadence = new(horizon.Start, 0, 0, TimeSpan.FromDays(days)) };
        var scenario = HandMade.Scenario(null, workload) with { Horizon = horizon };
        var prices = Committed(null);
        var plan = HandMade.Plan(scenario, prices).Plan.ShouldNotBeNull();
        var stage = Staging.Set(plan, scenario, prices, Staged.Factors, Staged.Within(0.9999, 1.0001)).Stage.ShouldNotBeNull();
        var planned = ((TrainingUse)plan.Purchases.Single().Use!).Hours;
        var played = Staged.Play(Prover.Runs(stage, Staged.Factors, new(12)));
        played.Average(run => (run.Jobs.Single().Ended - run.Jobs.Single().Arrives) / 3600).ShouldBe(planned, 0.02 * planned);
    }
}
