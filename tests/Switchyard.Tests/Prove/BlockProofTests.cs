using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Performance;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>Capacity blocks in proofs: paid whatever happens, all of their machines at work from the beginning, and what is held longer is paid on top.</summary>
public sealed class BlockProofTests
{
    private static readonly Scenario Monthly = HandMade.Scenario(null, new BatchWorkload
    {
        Name = "archive", Model = Fixtures.Llama70, Precisions = [Precision.Fp8], Requests = 12e6, Cadence = new(HandMade.Quarter.Start, 1, 0, TimeSpan.FromDays(4)),
        Input = new(900, 2400), Output = new(180, 400),
    }) with
    {
        TermQuotes =
        [
            new()
            {
                Instance = HandMade.Offer("aws", "us-east", 20), Kind = CommitmentKind.CapacityBlock, BlockDays = (1, 182), UpfrontShare = 1, Price = new(8), Basis = PriceBasis.Quote,
                AsOf = HandMade.AsOf, Source = "by hand", MaxCount = 4,
            },
        ],
    };

    [Fact]
    public void A_plan_with_blocks_is_played_and_billed_as_it_is_paid()
    {
        var plan = Staged.PlanOf(Monthly);
        var blocks = plan.Purchases.Where(p => p.Source.Kind == PurchaseKind.Block).ToList();
        blocks.ShouldNotBeEmpty();
        var stage = Staged.Of(plan, Monthly, Staged.Within(0.999, 1.001));
        stage.Fixed.Sum(f => f.Usd).ShouldBe(blocks.Sum(p => p.Cost.Usd));
        var evidence = Staged.Prove(plan, Monthly, errors: Staged.Within(0.999, 1.001), faults: FaultModel.None);
        evidence.Expected.Jobs.ShouldHaveSingleItem().InTime.ShouldBe(1);
        evidence.Expected.Cost.Mean.ShouldBe((double)plan.Cost.Total.Usd, 0.03 * (double)plan.Cost.Total.Usd);
        evidence.Expected.Cost.Mean.ShouldBeGreaterThanOrEqualTo((double)blocks.Sum(p => p.Cost.Usd) - 0.01, "what is booked is paid, used or not");
    }

    [Theory]
    [InlineData(new double[] { 24, 24, 24 }, new double[] { 24, 24, 24 }, new double[] { })]
    [InlineData(new double[] { 24, 24, 24 }, new double[] { 30, 24, 24 }, new double[] { 6, 0 })]
    [InlineData(new double[] { 24, 24, 24 }, new double[] { 20, 30, 24 }, new double[] { 2, 1 })]
    [InlineData(new double[] { 24 }, new double[] { 23, 3 }, new double[] { 2, 1 })]
    public void What_is_held_longer_than_it_was_booked_is_paid_on_top(double[] booked, double[] held, double[] beyond)
    {
        var paid = Bill.Beyond(new() { BookedHours = [.. booked], UsdPerExtraHour = 1 }, month => month < held.Length ? held[month] : 0, 4).ToList();
        if (beyond.Length == 0) paid.ShouldBeEmpty();
        else paid.ShouldHaveSingleItem().ShouldBe(((int)beyond[1], beyond[0]));
    }
}
