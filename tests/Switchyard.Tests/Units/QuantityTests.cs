using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Tests.Units;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("500ms", 0, 0.5)]
    [InlineData(" 500 ms ", 0, 0.5)]
    [InlineData("1.5s", 0, 1.5)]
    [InlineData("30 min", 0, 1800)]
    [InlineData("8h", 0, 28800)]
    [InlineData("1h 30min", 0, 5400)]
    [InlineData("5 days", 0, 432000)]
    [InlineData("2 weeks", 0, 1209600)]
    [InlineData("1 month", 1, 0)]
    [InlineData("24 months", 24, 0)]
    [InlineData("2 years", 24, 0)]
    [InlineData("1y", 12, 0)]
    [InlineData("0.5 years", 6, 0)]
    [InlineData("1 month 2 days", 1, 172800)]
    public void Durations_are_read(string text, int months, double seconds)
    {
        CalendarSpan.TryParse(text, out var span, out _).ShouldBeTrue();
        span.ShouldBe(new CalendarSpan(months, TimeSpan.FromSeconds(seconds)));
    }

    [Theory]
    [InlineData("fast", "a duration", "500ms")]
    [InlineData("500 m s", "a duration", "500ms")]
    [InlineData("500", "a duration", "500ms")]
    [InlineData("5", "a duration", "5s")]
    [InlineData("30m", "a duration", "30 min")]
    [InlineData("5 dyas", "a duration", "5 days")]
    [InlineData("2 mnths", "a duration", "2 months")]
    [InlineData("1,5s", "a duration", "1.5s")]
    [InlineData("-5s", "a duration", null)]
    [InlineData("0s", "a duration longer than 0", null)]
    [InlineData("1.5 months", "a duration in whole months", "46 days")]
    [InlineData("NaN s", "a duration", "500ms")]
    [InlineData("1e999 s", "a duration", "500ms")]
    public void A_misread_duration_says_what_was_meant(string text, string expected, string? correction)
    {
        CalendarSpan.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread(expected, correction));
        if (correction is not null) CalendarSpan.TryParse(correction, out _, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("12", "12 months")]
    [InlineData("1", "1 month")]
    [InlineData("365 days", "12 months")]
    public void Whole_months_are_asked_for(string text, string correction)
    {
        CalendarSpan.TryParseMonths(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread("a number of whole months, such as '12 months'", correction));
    }

    [Theory]
    [InlineData("$120k", 120000)]
    [InlineData("$2.60", 2.60)]
    [InlineData("120000 USD", 120000)]
    [InlineData("USD 1.5M", 1500000)]
    [InlineData("$1,250,000", 1250000)]
    [InlineData("$ 2 million", 2000000)]
    [InlineData("120k USD", 120000)]
    public void Money_is_read(string text, double usd)
    {
        MoneyText.TryParse(text, out var money, out _).ShouldBeTrue();
        money.Usd.ShouldBe((decimal)usd);
    }

    [Theory]
    [InlineData("120000", "an amount in US dollars, such as '$120k'", "$120000")]
    [InlineData("€120k", "an amount in US dollars (other currencies are not converted)", null)]
    [InlineData("120k EUR", "an amount in US dollars (other currencies are not converted)", null)]
    [InlineData("$0", "an amount above $0", null)]
    [InlineData("$-5", "an amount in US dollars, such as '$120k'", null)]
    [InlineData("$2,60", "an amount in US dollars, such as '$120k'", "$2.60")]
    [InlineData("$NaN", "an amount in US dollars, such as '$120k'", null)]
    [InlineData("$1e300", "an amount in US dollars, such as '$120k'", null)]
    [InlineData("cheap", "an amount in US dollars, such as '$120k'", null)]
    public void Misread_money_says_what_was_expected(string text, string expected, string? correction)
    {
        MoneyText.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread(expected, correction));
    }

    [Theory]
    [InlineData("$120k/month", 120000, PricePer.Month)]
    [InlineData("$2.60/GPU-hour", 2.60, PricePer.AcceleratorHour)]
    [InlineData("$2.60 / gpu-h", 2.60, PricePer.AcceleratorHour)]
    [InlineData("$20.80/hour", 20.80, PricePer.Hour)]
    [InlineData("$0.60/1M tokens", 0.60, PricePer.MillionTokens)]
    [InlineData("$0.60 per million tokens", 0.60, PricePer.MillionTokens)]
    [InlineData("$0.0006/1k tokens", 0.60, PricePer.MillionTokens)]
    [InlineData("$1M/year", 1000000, PricePer.Year)]
    public void Prices_are_read(string text, double usd, PricePer per)
    {
        Price.TryParse(text, out var price, out _).ShouldBeTrue();
        price.ShouldBe(new Price((decimal)usd, per));
    }

    [Theory]
    [InlineData("4%/month", 0.04, 0.04, 0.601032)]
    [InlineData("8%/year", 0.08, 0.006434, 0.08)]
    [InlineData("-2%/month", -0.02, -0.02, -0.215283)]
    [InlineData("0", 0, 0, 0)]
    public void Growth_is_read_and_compounded(string text, double share, double monthly, double yearly)
    {
        Growth.TryParse(text, out var growth, out _).ShouldBeTrue();
        growth.Share.ShouldBe(share, 1e-9);
        growth.Monthly.ShouldBe(monthly, 1e-6);
        growth.Yearly.ShouldBe(yearly, 1e-6);
    }

    [Theory]
    [InlineData("4%", "4%/month")]
    [InlineData("0.04", "4%/month")]
    [InlineData("8%/years", "8%/month")]
    public void Growth_without_a_period_is_asked_for_one(string text, string correction)
    {
        Growth.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread("a growth, such as '4%/month' or '8%/year'", correction));
    }

    [Theory]
    [InlineData("60%", 0.6)]
    [InlineData("0.6", 0.6)]
    [InlineData("60 %", 0.6)]
    [InlineData("100%", 1)]
    public void Shares_are_read(string text, double share)
    {
        ShareText.TryParse(text, out var value, out _).ShouldBeTrue();
        value.ShouldBe(share);
    }

    [Theory]
    [InlineData("60", "60%")]
    [InlineData("160%", null)]
    [InlineData("-1%", null)]
    [InlineData("NaN", null)]
    [InlineData("∞", null)]
    public void Shares_beyond_the_whole_are_refused(string text, string? correction)
    {
        ShareText.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread("a share from 0% to 100%", correction));
    }

    [Theory]
    [InlineData("20B tokens", 20e9, "tokens")]
    [InlineData("40M requests", 40e6, "requests")]
    [InlineData("1.5 million requests", 1.5e6, "requests")]
    [InlineData("64 GPU", 64, "gpus")]
    [InlineData("8 instances", 8, "instances")]
    [InlineData("512", 512, "")]
    [InlineData("15T tokens", 15e12, "tokens")]
    public void Counts_are_read(string text, double number, string unit)
    {
        Count.TryParse(text, out var count, out _).ShouldBeTrue();
        count.ShouldBe(new Count(number, unit));
    }

    [Theory]
    [InlineData("20B tokns", "20B tokens")]
    [InlineData("40M request s", "40M requests")]
    [InlineData("-3 tokens", null)]
    [InlineData("many", null)]
    public void Misread_counts_say_what_was_meant(string text, string? correction)
    {
        Count.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.Correction.ShouldBe(correction);
    }

    [Theory]
    [InlineData("6/s", 6)]
    [InlineData("2k/min", 33.333333)]
    [InlineData("100/h", 0.0277777)]
    [InlineData("6 requests/s", 6)]
    [InlineData("3M requests/day", 34.722222)]
    public void Rates_are_read(string text, double perSecond)
    {
        FrequencyText.TryParse(text, out var rate, out _).ShouldBeTrue();
        rate.ShouldBe(perSecond, 1e-5);
    }

    [Theory]
    [InlineData("6", "a rate, such as '6/s', '2k/min' or '100/h'", "6/s")]
    [InlineData("6 rps", "a rate, such as '6/s', '2k/min' or '100/h'", "6/s")]
    [InlineData("6/sec.", "a rate, such as '6/s', '2k/min' or '100/h'", null)]
    [InlineData("6/mins", "a rate, such as '6/s', '2k/min' or '100/h'", "6/min")]
    [InlineData("-6/s", "a rate above 0, such as '6/s'", null)]
    [InlineData("0/s", "a rate above 0, such as '6/s'", null)]
    public void Misread_rates_say_what_was_meant(string text, string expected, string? correction)
    {
        FrequencyText.TryParse(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread(expected, correction));
    }

    [Theory]
    [InlineData("4 TB", 4e12)]
    [InlineData("100 GB", 1e11)]
    [InlineData("80GiB", 85899345920)]
    public void Sizes_are_read(string text, double bytes)
    {
        PhysicalText.TryParseSize(text, out var size, out _).ShouldBeTrue();
        size.Bytes.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("400 GB/s", 4e11)]
    [InlineData("3200 Gbit/s", 4e11)]
    [InlineData("3.2 Tbit/s", 4e11)]
    [InlineData("400Gbps", 5e10)]
    public void Data_rates_are_read(string text, double bytes)
    {
        PhysicalText.TryParseRate(text, out var rate, out _).ShouldBeTrue();
        rate.BytesPerSecond.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("100", "100 GB")]
    [InlineData("100 gb", "100 GB")]
    [InlineData("100 G", "100 GB")]
    [InlineData("0 GB", null)]
    public void Misread_sizes_say_what_was_meant(string text, string? correction)
    {
        PhysicalText.TryParseSize(text, out _, out var misread).ShouldBeFalse();
        misread.ShouldBe(new Misread("a size, such as '100 GB' or '80GiB'", correction));
    }

    [Theory]
    [InlineData("40 kW", 40e3)]
    [InlineData("1.2MW", 1.2e6)]
    public void Power_is_read(string text, double watts)
    {
        PhysicalText.TryParsePower(text, out var power, out _).ShouldBeTrue();
        power.Watts.ShouldBe(watts);
        PhysicalText.TryParsePower("40 KW", out _, out var misread).ShouldBeFalse();
        misread.Correction.ShouldBe("40 kW");
    }

    [Theory]
    [InlineData("p95 < 500ms", 95, 500, false)]
    [InlineData("p95<500 ms", 95, 500, false)]
    [InlineData("p99.9 <= 2s", 99.9, 2000, false)]
    [InlineData("500ms", 95, 500, true)]
    [InlineData("< 500ms", 95, 500, true)]
    public void Objectives_are_read(string text, double percentile, double milliseconds, bool defaulted)
    {
        LatencyObjective.TryParse(text, out var objective, out var assumed, out _).ShouldBeTrue();
        objective.ShouldBe(new LatencyObjective(percentile, TimeSpan.FromMilliseconds(milliseconds)));
        assumed.ShouldBe(defaulted);
    }

    [Theory]
    [InlineData("p95 500ms", "p95 < 500ms")]
    [InlineData("p100 < 1s", "p99.9 < 1s")]
    [InlineData("p20 < 1s", null)]
    [InlineData("p95 < fast", "500ms")]
    [InlineData("p95 > 500ms", null)]
    public void Misread_objectives_say_what_was_meant(string text, string? correction)
    {
        LatencyObjective.TryParse(text, out _, out _, out var misread).ShouldBeFalse();
        misread.Correction.ShouldBe(correction);
    }

    [Theory]
    [InlineData("H100", "H100", null, null, null)]
    [InlineData("H100:8", "H100", 8.0, 8.0, null)]
    [InlineData("A100-80GB:4", "A100-80GB", 4.0, 4.0, null)]
    [InlineData("H100:1-8", "H100", 1.0, 8.0, null)]
    [InlineData("H100:4..8", "H100", 4.0, 8.0, null)]
    [InlineData("H100:4+", "H100", 4.0, null, null)]
    [InlineData("V100:0.5", "V100", 0.5, 0.5, null)]
    [InlineData("24GB..", "", null, null, 24.0)]
    [InlineData("16GB+", "", null, null, 16.0)]
    [InlineData("nvidia:24GB..:2", "", 2.0, 2.0, 24.0)]
    [InlineData("A10G,A100:4..8", "A10G A100", 4.0, 8.0, null)]
    [InlineData("A100:80GB:2", "A100", 2.0, 2.0, 80.0)]
    public void Accelerators_are_read_as_SkyPilot_and_dstack_write_them(string text, string names, double? min, double? max, double? memory)
    {
        AcceleratorRequest.TryParse(text, out var request, out _).ShouldBeTrue();
        string.Join(' ', request.Names).ShouldBe(names);
        (request.MinCount, request.MaxCount, request.MinMemoryGB).ShouldBe((min, max, memory));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":8")]
    [InlineData("H100:")]
    [InlineData("H100:8-1")]
    [InlineData("H100:0")]
    [InlineData("H100:-1")]
    [InlineData("..")]
    [InlineData("H100:8:8:8:8")]
    [InlineData("8 pieces of $")]
    public void Misread_accelerators_are_refused(string text) => AcceleratorRequest.TryParse(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void What_is_written_reads_back()
    {
        // Seeded, so that a failure comes back.
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var span = random.Next(3) == 0
                ? new CalendarSpan(random.Next(1, 100), TimeSpan.Zero)
                : new CalendarSpan(0, TimeSpan.FromMilliseconds(Math.Ceiling(Math.Pow(10, random.NextDouble() * 9))));
            CalendarSpan.TryParse(span.ToString(), out var back, out _).ShouldBeTrue(span.ToString());
            back.Months.ShouldBe(span.Months);
            back.Time.TotalMilliseconds.ShouldBe(span.Time.TotalMilliseconds, 1);
            var growth = new Growth(random.Next(-50, 200) / 100.0, random.Next(2) == 0 ? 1 : 12);
            Growth.TryParse(growth.ToString(), out var grown, out _).ShouldBeTrue(growth.ToString());
            grown.ShouldBe(growth);
            var money = new Money(random.Next(1, 1_000_000_000) / 100m);
            MoneyText.TryParse("$" + money.Usd.ToString(CultureInfo.InvariantCulture), out var paid, out _).ShouldBeTrue();
            paid.ShouldBe(money);
            var objective = new LatencyObjective(random.Next(50, 100), TimeSpan.FromMilliseconds(random.Next(1, 100000)));
            LatencyObjective.TryParse(objective.ToString(), out var promised, out _, out _).ShouldBeTrue();
            promised.ShouldBe(objective);
        }
    }

    [Fact]
    public void No_text_makes_a_reader_throw()
    {
        var random = new Random(11);
        const string letters = "0123456789.,-+eE%/$: pkMBTGNaUSDhsmind<>=*\u00e9\u0000\u221e";
        for (var i = 0; i < 60_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => letters[random.Next(letters.Length)])]);
            Reads<CalendarSpan>(CalendarSpan.TryParse, text);
            Reads<int>(CalendarSpan.TryParseMonths, text);
            Reads<Money>(MoneyText.TryParse, text);
            Reads<Price>(Price.TryParse, text);
            Reads<Growth>(Growth.TryParse, text);
            Reads<Count>(Count.TryParse, text);
            Reads<int>(Count.TryParsePositive, text);
            Reads<double>(ShareText.TryParse, text);
            Reads<double>(FrequencyText.TryParse, text);
            Reads<DataSize>(PhysicalText.TryParseSize, text);
            Reads<DataRate>(PhysicalText.TryParseRate, text);
            Reads<AcceleratorRequest>(AcceleratorRequest.TryParseExact, text);
            (LatencyObjective.TryParse(text, out var objective, out _, out _) && objective.Limit <= TimeSpan.Zero).ShouldBeFalse(text);
        }
    }

    /// <summary>A reader either gives a finite value or says what it expected, and what it suggests it can read itself.</summary>
    private static void Reads<T>(QuantityReader<T> reader, string text)
    {
        if (reader(text, out var value, out var misread))
        {
            if (value is double number) double.IsFinite(number).ShouldBeTrue(text);
            return;
        }

        misread.Expected.ShouldNotBeNullOrEmpty(text);
        if (misread.Correction is { } correction) reader(correction, out _, out _).ShouldBeTrue($"{text} -> {correction}");
    }

    [Theory]
    [InlineData("horzon", "horizon")]
    [InlineData("worklaods", "workloads")]
    [InlineData("budgett", "budget")]
    [InlineData("banana", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_found(string word, string? nearest) =>
        Nearest.To(word, ["horizon", "workloads", "limits", "budget"]).ShouldBe(nearest);
}
