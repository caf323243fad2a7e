using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Tests.ScenarioFile;

public sealed class LogisticsTests
{
    private static readonly Scenario Scenario = Given.Scenario(Given.Logistics);

    [Fact]
    public void What_is_said_once_is_read()
    {
        Scenario.Name.ShouldBe("logistics");
        Scenario.Horizon.ShouldBe(new Horizon(new(2027, 1, 1), 24));
        Scenario.DiscountRate.ShouldBe(0.08);
        Scenario.Limits.CashPerMonth.ShouldBe(new Money(120_000));
        Scenario.Limits.TotalCost.ShouldBe(new Money(2_000_000));
        Scenario.Limits.ProviderShare.ShouldBe(0.6);
        Scenario.Limits.Regions.ShouldBe(["us-*"]);
    }

    [Fact]
    public void A_week_is_in_as_many_segments_as_were_asked_for()
    {
        // Each hour of the day at a level of its own.
        string Text(string more) => Given.Logistics.Replace("shape: business-hours", $"shape: [{string.Join(", ", Enumerable.Range(1, 24).Select(h => $"{h / 24.0:0.000}"))}]", StringComparison.Ordinal)
            .Replace("discount_rate: 8%/year", $"discount_rate: 8%/year{more}", StringComparison.Ordinal);
        var (six, many) = (Switchyard.Plan.WorkloadOptions.SegmentsOf(Given.Scenario(Text(""))), Switchyard.Plan.WorkloadOptions.SegmentsOf(Given.Scenario(Text("\nload_segments: 24"))));
        (six.Shares.Length, many.Shares.Length).ShouldBe((6, 24));
        many.Held.ShouldBeLessThan(six.Held);
    }

    [Fact]
    public void What_was_agreed_is_read()
    {
        Scenario.Commercial.Discounts["aws"].ShouldBe(0.12);
        Scenario.Commercial.Credits.ShouldBe([new("gcp", new(100_000), new(2027, 9, 30))]);
        Scenario.Commercial.Quotas.ShouldBe([new("aws", "us-east-1", "H100-80GB", 16)]);
        var commitment = Scenario.Holdings[1];
        commitment.Instance.Id.ShouldBe("gcp/us-central1/a3-highgpu-8g");
        commitment.Ends.ShouldBe(new DateOnly(2027, 7, 1));
        commitment.Committed.Usd.ShouldBeInRange(50, 70);
        commitment.Running.Usd.ShouldBe(0);
    }

    [Fact]
    public void Quotes_are_offers_made_for_them()
    {
        var quote = Scenario.TermQuotes.ShouldHaveSingleItem();
        quote.Id.ShouldBe("coreweave/us-east/quote-cw@1y");
        quote.Price.Usd.ShouldBe(20.80m);
        quote.UpfrontShare.ShouldBe(0.2);
        quote.MaxCount.ShouldBe(8);
        quote.ValidUntil.ShouldBe(new DateOnly(2027, 2, 1));
        quote.Basis.ShouldBe(PriceBasis.Quote);
        quote.Instance.Accelerators.ShouldBe("H100-80GB:8");
        quote.Instance.Fabric!.Value.GBPerSecond.ShouldBe(400);
        var api = Scenario.TokenOffers.ShouldHaveSingleItem();
        (api.InputPerMillion, api.OutputPerMillion, api.Provider).ShouldBe((0.60, 0.80, "api"));
    }

    [Theory]
    [InlineData("1-182 days", 1, 182)]
    [InlineData("2-8 weeks", 14, 56)]
    [InlineData("14 days", 14, 14)]
    public void Quotes_can_be_for_blocks(string text, int least, int most)
    {
        var quote = Given.Scenario(Given.Logistics.Replace("term: 12 months, upfront: 20%", $"block: {text}", StringComparison.Ordinal)).TermQuotes.ShouldHaveSingleItem();
        quote.Id.ShouldBe("coreweave/us-east/quote-cw@block");
        (quote.Kind, quote.TermMonths, quote.BlockDays, quote.UpfrontShare, quote.MaxCount).ShouldBe((CommitmentKind.CapacityBlock, (int?)null, (least, most), 1, 8));
        quote.Instance.OnDemand.ShouldBeNull();
    }

    [Fact]
    public void Owned_machines_are_held()
    {
        var lab = Scenario.Holdings[0];
        (lab.Name, lab.Count, lab.Instance.Id, lab.Ends).ShouldBe(("lab", 2, "owned/us-east/lab", null));
        lab.Running.Usd.ShouldBe(1.60m);
        lab.Committed.Usd.ShouldBe(0);
    }

    [Fact]
    public void Inference_is_read()
    {
        var routing = Scenario.Workloads[0].ShouldBeOfType<InferenceWorkload>();
        routing.Precisions.ShouldBe([Precision.Bf16, Precision.Fp8]);
        routing.Load.PeakPerSecond.ShouldBe(6);
        routing.Load.MonthlyGrowth.ShouldBe(0.04);
        routing.Load.Shape.ShouldBe(WeekShape.BusinessHours);
        routing.Input.ShouldBe(new TokenLengths(900, 2400));
        routing.ServiceLevel.ShouldBe(new(new(95, TimeSpan.FromMilliseconds(500)), new(95, TimeSpan.FromMilliseconds(50))));
        routing.Users.Select(user => (user.Geography.Name, user.Share)).ShouldBe([("us-east", 0.6), ("us-west", 0.4)]);
        (routing.MinReplicas, routing.Headroom, routing.SpotAllowed).ShouldBe((2, 0.2, false));
    }

    [Fact]
    public void Training_and_batch_are_read()
    {
        var tune = Scenario.Workloads[1].ShouldBeOfType<TrainingWorkload>();
        tune.Work.Count.ShouldBe(20e9);
        tune.Cadence.ShouldBe(new Cadence(new(2027, 1, 1), 1, 0, TimeSpan.FromDays(5)));
        tune.Checkpoint!.Value.GB.ShouldBe(100);
        tune.SpotAllowed.ShouldBeTrue();
        var embed = Scenario.Workloads[2].ShouldBeOfType<BatchWorkload>();
        (embed.Requests, embed.Input.Mean, embed.Output.Mean).ShouldBe((40e6, 400, 0));
        embed.Cadence.ShouldBe(new Cadence(new(2027, 1, 1), 0, 1, TimeSpan.FromHours(8)));
    }

    [Fact]
    public void Defaults_and_what_nothing_uses_yet_are_listed()
    {
        Scenario.Assumed.ShouldContain("workloads.routing-llm.headroom: 20% (capacity above the expected load for bursts within the hour)");
        Scenario.Assumed.ShouldContain("workloads.finetune.precision: [bf16] (training in 16 bits)");
        Scenario.Assumed.ShouldContain("workloads.embed.spot: no (spot capacity can be taken away; write 'spot: yes' to allow it)");
        Scenario.Assumed.ShouldContain(line => line.StartsWith("commercial.commitments[0].price: $61.38", StringComparison.Ordinal));
        Scenario.NotYetUsed.ShouldBeEmpty();
    }
}
