using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Tests.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Capacity blocks booked for batch work.</summary>
public sealed class BlockChainTests
{
    private static readonly Offer Offer = HandMade.Offer("aws", "us-east-1", 40);

    private static CommitmentOffer Sold(int min, int max) => new()
    {
        Instance = Offer, Kind = CommitmentKind.CapacityBlock, BlockDays = (min, max), UpfrontShare = 1, Price = new(12), Basis = PriceBasis.Quote, AsOf = HandMade.AsOf, Source = "by hand",
    };

    private static ImmutableArray<double> Every(double days, int count, double first = 0) => [.. Enumerable.Range(0, count).Select(i => first + (i * days * 24))];

    [Theory]
    [InlineData(1, 1, 8, 31, 1, 31 * 8, 31)] // a night of eight hours, a day for each
    [InlineData(1, 7, 48, 4, 1, 4 * 24, 4)] // the first day of two
    [InlineData(1, 7, 48, 4, 2, 4 * 48, 8)]
    [InlineData(7, 1, 8, 31, 7, 31 * 8, 35)] // a week is the shortest
    [InlineData(10, 1, 8, 31, 10, 31 * 8, 40)]
    [InlineData(1, 1, 24, 31, 14, 31 * 24, 31)] // two fortnights, and three days
    [InlineData(1, 30, 200, 1, 9, 200, 9)]
    public void Blocks_last_for_the_windows(int shortest, double every, double window, int piles, int days, double useful, double paidDays)
    {
        var chain = BlockChain.Of(Sold(shortest, 182), days * 24, Every(every, piles), window, double.PositiveInfinity);
        chain.UsefulHours.ShouldBe(useful);
        chain.PaidHours.ShouldBe(paidDays * 24);
    }

    [Fact]
    public void Hour_by_hour_every_useful_hour_is_in_a_block_that_is_sold()
    {
        var random = new Random(5);
        for (var problem = 0; problem < 300; problem++)
        {
            var sold = Sold(random.Next(1, 9), random.Next(9, 60));
            var (every, window, count) = (random.Next(1, 8), random.Next(1, 300), random.Next(1, 12));
            var starts = Every(every, count, random.Next(0, 100));
            foreach (var chain in BlockChain.Worth(sold, [(starts, double.PositiveInfinity)], window).Select(chains => chains[0]))
            {
                var there = new int[24 * 1000];
                foreach (var (begin, hours) in chain.Blocks)
                {
                    sold.BlockHours(hours).ShouldBe(hours, "a length that is sold");
                    for (var hour = (int)begin; hour < begin + hours; hour++) there[hour]++;
                }

                there.Max().ShouldBe(1, "no two blocks at a time");
                var open = Enumerable.Range(0, there.Length).Where(hour => starts.Any(start => hour >= start && hour < start + window)).ToHashSet();
                chain.UsefulHours.ShouldBeLessThanOrEqualTo(open.Count(hour => there[hour] > 0));
                chain.UsefulHours.ShouldBeGreaterThan(0);
            }
        }
    }

    [Fact]
    public void Longer_blocks_that_do_the_same_are_left_out()
    {
        var chains = BlockChain.Worth(Sold(1, 182), [(Every(30, 1), 100)], 100);
        chains.Select(c => c[0].PaidHours / 24).ShouldBe([1, 2, 3, 4, 5]);
        BlockChain.Worth(Sold(3, 3), [(Every(30, 1), 100)], 100).Select(c => c[0].PaidHours / 24).ShouldBe([3]);
    }

    private static BatchWorkload Archive(double requests, double days) => new()
    {
        Name = "archive", Model = Fixtures.Llama70, Precisions = [Precision.Fp8], Requests = requests, Cadence = new(HandMade.Quarter.Start, 1, 0, TimeSpan.FromDays(days)),
        Input = new(900, 2400), Output = new(180, 400),
    };

    [Fact]
    public void Batch_work_is_booked_in_blocks_where_that_is_cheaper()
    {
        // $12 an hour in whole days against $40 on demand, at most two machines in blocks.
        var scenario = HandMade.Scenario(null, Archive(20e6, 4)) with { TermQuotes = [Sold(1, 182) with { MaxCount = 2 }] };
        var plan = HandMade.Plan(scenario, HandMade.Prices(Offer)).Plan.ShouldNotBeNull();
        var booked = plan.Purchases.Where(p => p.Source.Kind == PurchaseKind.Block).ToList();
        booked.ShouldNotBeEmpty();
        foreach (var purchase in booked)
        {
            purchase.Configuration.ShouldContain("blocks of ");
            foreach (var month in purchase.Months) ((double)month.Cash.Usd).ShouldBe(month.InstanceHours * 12, 0.01);
            purchase.Months.ShouldAllBe(month => month.InstanceHours % 24 == 0 && month.Instances <= 2);
        }

        var without = HandMade.Plan(scenario with { TermQuotes = [] }, HandMade.Prices(Offer)).Plan.ShouldNotBeNull();
        without.Cost.Total.Usd.ShouldBeGreaterThan(plan.Cost.Total.Usd * 1.2m, "without blocks the plan is dearer");
    }

    [Fact]
    public void Nights_are_worked_on_in_blocks_only_where_that_pays()
    {
        // Eight hours of a day that is paid for: $12 an hour is $36 for each that works.
        var nightly = Archive(3e6, 1) with { Cadence = new(HandMade.Quarter.Start, 0, 1, TimeSpan.FromHours(8)) };
        foreach (var (onDemand, blocks) in new[] { (30.0, false), (40.0, true) })
        {
            var offer = HandMade.Offer("aws", "us-east-1", onDemand);
            var scenario = HandMade.Scenario(null, nightly) with { TermQuotes = [Sold(1, 182)] };
            var plan = HandMade.Plan(scenario, HandMade.Prices(offer), gap: 1e-4).Plan.ShouldNotBeNull();
            plan.Purchases.Any(p => p.Source.Kind == PurchaseKind.Block).ShouldBe(blocks, $"${onDemand} on demand");
        }
    }
}
