using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Tests.Catalog;
using Switchyard.Tests.Tidy;
using Switchyard.Units;

namespace Switchyard.Tests.Market;

public sealed class MarketInvariantTests
{
    private static readonly ImmutableArray<Offer> Offers = Shipped.Catalog.Value.Prices.Offers;

    [Fact]
    public void The_shipped_market_holds_them() => MarketInvariants.Violations(Offers).ShouldBeEmpty();

    [Fact]
    public void The_shipped_commitments_hold_them() => MarketInvariants.Violations(Shipped.Catalog.Value.Prices.Commitments).ShouldBeEmpty();

    /// <summary>Each trap, planted in one row after another of those where it can happen, is caught in every one.</summary>
    [Theory]
    [InlineData("per accelerator taken for per instance")]
    [InlineData("per instance taken for per accelerator")]
    [InlineData("host without its accelerators")]
    [InlineData("GB taken for GiB")]
    [InlineData("MiB taken for GiB")]
    [InlineData("spot and on demand swapped")]
    [InlineData("price of a month taken for one of an hour")]
    public void A_planted_trap_is_caught_wherever_it_is_planted(string trap)
    {
        var planted = 0;
        foreach (var offer in Offers.Where(offer => offer.Quarantined is null))
        {
            if (Plant(trap, offer) is not { } trapped) continue;
            planted++;
            var around = Offers.Where(other => other.Provider == offer.Provider && other.InstanceType == offer.InstanceType && other != offer);
            MarketInvariants.Violations([.. around, trapped]).ShouldNotBeEmpty($"{trap}: {offer.Id}");
        }

        planted.ShouldBeGreaterThan(20);
    }

    /// <summary>A trap in the whole of a provider's offers of a type, as an importer would plant it, is caught too.</summary>
    [Theory]
    [InlineData("per accelerator taken for per instance")]
    [InlineData("per instance taken for per accelerator")]
    [InlineData("host without its accelerators")]
    public void A_trap_planted_in_every_region_is_caught(string trap)
    {
        foreach (var type in Offers.Where(offer => offer.Quarantined is null && MarketInvariants.Bands.ContainsKey(offer.Accelerator.Name)).GroupBy(offer => (offer.Provider, offer.InstanceType)))
        {
            var trapped = type.Select(offer => Plant(trap, offer)).OfType<Offer>().ToList();
            if (trapped.Count > 0) MarketInvariants.Violations(trapped).ShouldNotBeEmpty($"{trap}: {type.Key}");
        }
    }

    [Fact]
    public void A_monthly_price_among_commitments_is_caught()
    {
        var commitment = Shipped.Catalog.Value.Prices.Commitments.First(c => c.Kind == CommitmentKind.CommittedUse && c.Instance.OnDemand is not null);
        MarketInvariants.Violations([commitment with { Price = commitment.Price * 730 }]).ShouldNotBeEmpty();
        MarketInvariants.Violations([commitment with { Price = commitment.Price * 0.125 }]).ShouldNotBeEmpty();
    }

    [Fact]
    public void Names_that_state_memory_agree_with_it()
    {
        foreach (var accelerator in Shipped.Catalog.Value.Prices.Accelerators)
        {
            var stated = System.Text.RegularExpressions.Regex.Match(accelerator.Name, @"-(\d+)GB");
            if (!stated.Success) continue;
            var gb = double.Parse(stated.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            accelerator.Memory.GiB.ShouldBe(gb, gb * 0.02, accelerator.Name);
        }
    }

    /// <summary>PROVENANCE.md names who sells H100, H200 and B200 here without a 1- and a 3-year price; this keeps it true.</summary>
    [Theory]
    [InlineData("H100")]
    [InlineData("H200")]
    [InlineData("B200")]
    public void Who_lacks_one_and_three_year_prices_is_what_PROVENANCE_says(string family)
    {
        var book = Shipped.Catalog.Value.Prices;
        string[] sellers = [.. book.Offers.Where(offer => offer.Accelerator.Family == family && offer.Quarantined is null).Select(offer => offer.Provider).Distinct()];
        string[] lacking = [.. sellers.Where(provider => !(Has(provider, 12) && Has(provider, 36)))];
        var text = Checkout.Read("data/PROVENANCE.md");
        var section = text[text.IndexOf("**No 1- and 3-year price.**", StringComparison.Ordinal)..];
        section = section[section.IndexOf($"**{family}**", StringComparison.Ordinal)..];
        var end = section.IndexOf("For **", 4, StringComparison.Ordinal);
        section = (end < 0 ? section[..section.IndexOf("\n\n", StringComparison.Ordinal)] : section[..end]).Replace("\n", " ", StringComparison.Ordinal);
        var list = section[(section.IndexOf(':', StringComparison.Ordinal) + 1)..];
        foreach (var provider in lacking) list.ShouldContain(Spelling(provider), Case.Insensitive);
        foreach (var provider in sellers.Except(lacking)) section[..section.IndexOf(':', StringComparison.Ordinal)].ShouldContain(provider == "gcp" ? "Google Cloud" : provider);

        bool Has(string provider, int months) => book.Commitments.Any(c => c.Instance.Provider == provider && c.Instance.Accelerator.Family == family && c.TermMonths == months);
    }

    private static string Spelling(string provider) => provider switch
    {
        "vast" => "vast.ai",
        "sfcompute" => "SF Compute",
        "voltagepark" => "Voltage Park",
        _ when provider.StartsWith("shadeform-", StringComparison.Ordinal) => "Shadeform",
        _ => provider,
    };

    private static Offer? Plant(string trap, Offer offer)
    {
        // Prices: where the bands are known and an instance has 8, so that the factor is 8.
        var eight = MarketInvariants.Bands.ContainsKey(offer.Accelerator.Name) && offer.AcceleratorCount == 8 && offer.OnDemand is not null;
        return trap switch
        {
            "per accelerator taken for per instance" when eight => offer with { OnDemand = offer.OnDemand!.Value * 0.125, Spot = null },
            "per instance taken for per accelerator" when eight => offer with { OnDemand = offer.OnDemand!.Value * 8 },
            // The host of an eight-accelerator instance makes about a tenth of its price (gcp a3: 8 to 12%).
            "host without its accelerators" when eight => offer with { OnDemand = offer.OnDemand!.Value * 0.11, Spot = null },
            "GB taken for GiB" when offer.Provider is "aws" or "gcp" or "azure" && offer.Memory is { } memory => offer with { Memory = DataSize.FromGiB(memory.GB) },
            "MiB taken for GiB" when offer.Memory is { } memory => offer with { Memory = DataSize.FromGiB(memory.GiB * 1024) },
            "spot and on demand swapped" when offer.Spot is { } spot && offer.OnDemand is { } onDemand && spot.Usd < onDemand.Usd => offer with { Spot = onDemand, OnDemand = spot },
            "price of a month taken for one of an hour" when offer.OnDemand is { } price => offer with { OnDemand = price * 730 },
            _ => null,
        };
    }
}
