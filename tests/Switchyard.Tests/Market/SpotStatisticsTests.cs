using Switchyard.Market;
using Switchyard.Tests.Traces;

namespace Switchyard.Tests.Market;

public sealed class SpotStatisticsTests
{
    [Fact]
    public void Periods_hazards_and_shares_are_those_counted_by_hand()
    {
        // Steps of half an hour. Zone a: there from the start (1 h), then 1.5 h, then 0.5 h, then there to the end (1 h).
        var trace = Trace("1101110100011", "1111111111111");
        var statistics = SpotStatistics.Of(trace);
        var a = statistics.Zones[0];
        (a.Share, a.Periods, a.MeanHours, a.MedianHours).ShouldBe((8 / 13.0, 2, 1, 1));
        a.InterruptionsPerHour.ShouldBe(3 / 4.0);
        statistics.Zones[1].InterruptionsPerHour.ShouldBe(0);
        statistics.InterruptionsPerHour.ShouldBe(3 / (4.0 + 6.5));
        // Known ages: periods of 1.5 h and 0.5 h that ended, one of 1 h that did not.
        statistics.Hazard.Select(h => (h.FromHours, h.Hours, h.Ends)).ShouldBe([(0, 1.5, 1), (0.5, 1.0, 0), (1, 0.5, 1)]);
        statistics.Correlations.ShouldBeEmpty();
        statistics.AnyZone.ShouldBe(1);
        SpotStatistics.Of(Trace("1100", "0011")).Correlations.ShouldHaveSingleItem().Correlation.ShouldBe(-1, 1e-12);
        SpotStatistics.Of(Trace("1100", "1100")).MeanCorrelation.ShouldBe(1, 1e-12);
    }

    [Fact]
    public void What_was_filled_in_is_neither_a_life_nor_an_end()
    {
        var zone = new ZoneAvailability("a", [true, false, true, true, true, true, false]) { Filled = [(3, 2)] };
        SpotPeriod.Of(zone, 3600).ShouldBe([new(0, 1, false, true), new(2, 1, true, false), new(5, 1, false, true)]);
    }

    [Fact]
    public void A_steady_hazard_is_found_again()
    {
        var random = new Random(3);
        var flags = new bool[200_000];
        for (var i = 1; i < flags.Length; i++) flags[i] = flags[i - 1] ? random.NextDouble() > 0.05 : random.NextDouble() < 0.2;
        var found = SpotStatistics.Of(new(360, [new("a", [.. flags])]));
        // 5% a step of a tenth of an hour.
        found.InterruptionsPerHour.ShouldBe(0.5, 0.02);
        foreach (var age in found.Hazard.Where(h => h.Ends > 400)) age.PerHour.ShouldBe(0.5, 0.08, $"from {age.FromHours} h");
    }

    [Fact]
    public void Both_published_records_fall_with_age_and_agree_on_the_rate()
    {
        var h100 = SpotStatistics.Of(AvailabilityTrace.Join([.. Files.InArchive("spot/multi_region/h100_13_zones.tar.gz", "/full.json").Select(f => f.Availability!)]).Value!);
        var v100 = SpotStatistics.Of(AvailabilityTrace.Join([.. Files.InArchive("spot/multi_region/v100_2month_raw_csv.tar.gz", ".csv").Select(f => f.Availability!)]).Value!);
        foreach (var statistics in new[] { h100, v100 })
        {
            // docs/model/spot.md: new capacity is the most at risk.
            statistics.Hazard.Where(h => h.ToHours <= 24).Select(h => h.PerHour).ShouldBeInOrder(SortDirection.Descending);
            statistics.Hazard[0].PerHour.ShouldBeGreaterThan(1);
        }

        (h100.InterruptionsPerHour, v100.MedianInterruptionsPerHour).ShouldBe((0.229, 0.234), Tolerance);
        h100.MeanCorrelation.ShouldBe(0.06, 0.01);
        v100.MeanCorrelation.ShouldBe(0.22, 0.01);
    }

    [Fact]
    public void Lives_fitted_to_the_records_are_those_of_another_program()
    {
        // Interval-censored Weibull by maximum likelihood, written in Python from the description in docs/model/spot.md.
        Fitted("spot/multi_region/h100_13_zones.tar.gz", "/full.json", true).ShouldBe((0.365, 0.7851), Tolerance);
        Fitted("spot/multi_region/v100_2month_raw_csv.tar.gz", ".csv", true).ShouldBe((0.5738, 1.6999), Tolerance);
        Fitted("spot/multi_region/v100_2month_raw_csv.tar.gz", ".csv", false).ShouldBe((0.6855, 1.2575), Tolerance);

        static (double, double) Fitted(string archive, string ending, bool available)
        {
            var trace = AvailabilityTrace.Join([.. Files.InArchive(archive, ending).Select(f => f.Availability!)]).Value!;
            var life = SpotLifetime.Fit(trace.Zones.SelectMany(z => SpotPeriod.Of(z, trace.StepSeconds, available)), trace.StepSeconds / 3600)!.Value;
            return (life.Shape, life.ScaleHours);
        }
    }

    [Theory]
    [InlineData(0.4, 2)]
    [InlineData(0.55, 3)]
    [InlineData(1, 1.5)]
    public void A_life_that_is_drawn_is_found_again(double shape, double scale)
    {
        var random = new Random(17);
        var life = new SpotLifetime(shape, scale);
        const double step = 0.05;
        List<SpotPeriod> periods = [];
        for (var i = 0; i < 20_000; i++)
        {
            var hours = scale * Math.Pow(-Math.Log(1 - random.NextDouble()), 1 / shape);
            // A third is cut off by the end of the record after six hours.
            var ended = i % 3 > 0 || hours <= 6;
            periods.Add(new(0, Math.Ceiling((ended ? hours : 6) / step) * step, true, ended));
        }

        var found = SpotLifetime.Fit(periods, step)!.Value;
        found.Shape.ShouldBe(shape, 0.02 * shape);
        found.ScaleHours.ShouldBe(scale, 0.05 * scale);
        // Means by summing the survival, and by the gamma function.
        var (mean, dt) = (0.0, life.MeanHours / 20_000);
        for (var t = 0; t < 4_000_000; t++) mean += life.SurvivalAt((t + 0.5) * dt) * dt;
        mean.ShouldBe(life.MeanHours, 0.005 * mean);
        life.HazardAt(2).ShouldBe((life.SurvivalAt(2) - life.SurvivalAt(2.0001)) / 0.0001 / life.SurvivalAt(2), 1e-3 * life.HazardAt(2));
        SpotLifetime.OfMean(shape, 4.3).MeanHours.ShouldBe(4.3, 1e-9);
    }

    private static readonly IEqualityComparer<(double, double)> Tolerance =
        EqualityComparer<(double, double)>.Create((a, b) => Math.Abs(a.Item1 - b.Item1) < 0.001 && Math.Abs(a.Item2 - b.Item2) < 0.001, _ => 0);

    private static AvailabilityTrace Trace(params string[] zones) => new(1800, [.. zones.Select((z, i) => new ZoneAvailability($"{(char)('a' + i)}", [.. z.Select(c => c == '1')]))]);
}
