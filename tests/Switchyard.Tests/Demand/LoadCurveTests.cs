using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Tests.Demand;

/// <summary>A week in a few levels, token lengths, and when runs begin.</summary>
public sealed class LoadCurveTests
{
    private static LoadSegments Alone(WeekShape shape, int most = LoadSegments.Default) => LoadSegments.Of([(shape, 1)], [], most);

    [Fact]
    public void Segments_are_at_most_six_cover_every_hour_and_keep_the_mean()
    {
        var random = new Random(1);
        var shapes = Enumerable.Range(0, 60).Select(i => WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(_ => Math.Pow(random.NextDouble(), 1 + (i % 4)))]));
        foreach (var shape in shapes.Concat(WeekShape.Named))
        {
            var segments = Alone(shape);
            var all = Enumerable.Range(0, segments.Shares.Length).ToList();
            all.Count.ShouldBeInRange(1, 6);
            segments.Level(0, shape).ShouldBe(1);
            all.Select(k => segments.Level(k, shape)).ShouldBe(all.Select(k => segments.Level(k, shape)).OrderDescending());
            segments.Hours.SelectMany(h => h).Order().ShouldBe(Enumerable.Range(0, 168));
            segments.Shares.Sum().ShouldBe(1, 1e-12);
            all.Sum(k => segments.Shares[k] * segments.Mean(k, shape)).ShouldBe(shape.Mean, 1e-12);
            (all.Sum(k => segments.Shares[k] * segments.Level(k, shape)) / shape.Mean).ShouldBe(1 + segments.Held, 1e-9);
        }
    }

    [Fact]
    public void Shapes_of_few_levels_lose_nothing()
    {
        foreach (var shape in new[] { WeekShape.Flat, WeekShape.BusinessHours, WeekShape.Nightly })
        {
            Alone(shape).Shares.Length.ShouldBe(shape.Levels.Distinct().Count());
            Alone(shape).Held.ShouldBe(0, 1e-12);
        }

        var office = Alone(WeekShape.BusinessHours);
        office.Hours.Select((h, k) => (h.Length, office.Level(k, WeekShape.BusinessHours))).ShouldBe([(40, 1), (20, 0.5), (108, 0.1)]);
        WeekShape.Daily.Levels.Min().ShouldBe(0.25);
        WeekShape.Daily.Levels.IndexOf(1).ShouldBe(20);
    }

    [Fact]
    public void The_cuts_are_the_best_there_are()
    {
        var random = new Random(2);
        for (var round = 0; round < 100; round++)
        {
            var levels = Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.NextDouble()).ToArray();
            var shape = WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(_ => levels[random.Next(levels.Length)])]);
            var most = random.Next(1, 5);
            ((1 + Alone(shape, most).Held) * shape.Mean).ShouldBe(Best(shape, most), 1e-9);
        }
    }

    [Fact]
    public void Segments_of_several_loads_are_few_hold_enough_for_each_and_hold_less_the_more_there_are()
    {
        var random = new Random(3);
        for (var round = 0; round < 30; round++)
        {
            var loads = Enumerable.Range(0, random.Next(2, 6)).Select(i => (Shape: random.Next(3) == 0
                ? WeekShape.Named[random.Next(4)]
                : WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(_ => random.NextDouble())]), Weight: 1 + random.NextDouble())).ToList();
            ImmutableArray<bool> night = [.. Enumerable.Range(0, 168).Select(hour => hour % 24 < 8)];
            var held = double.PositiveInfinity;
            foreach (var most in new[] { 1, 3, 6, 12, 168 })
            {
                var segments = LoadSegments.Of(loads, [night], most);
                segments.Shares.Length.ShouldBeLessThanOrEqualTo(most);
                segments.Hours.SelectMany(h => h).Order().ShouldBe(Enumerable.Range(0, 168));
                foreach (var (shape, _) in loads)
                    segments.Hours.Select((hours, k) => hours.All(hour => shape.Levels[hour] <= segments.Level(k, shape))).ShouldAllBe(enough => enough);
                segments.Held.ShouldBeLessThanOrEqualTo(held + 1e-9);
                held = segments.Held;
            }

            held.ShouldBe(0, 1e-9);
        }
    }

    // The least that must be held, over every choice of levels among those that occur.
    private static double Best(WeekShape shape, int most)
    {
        var distinct = shape.Levels.Distinct().OrderDescending().ToArray();
        var best = double.PositiveInfinity;
        for (var chosen = 1; chosen < 1 << distinct.Length; chosen += 2)
        {
            if (int.PopCount(chosen) > most) continue;
            var held = shape.Levels.Average(level => distinct.Where((d, i) => (chosen >> i & 1) == 1 && d >= level).Min());
            best = Math.Min(best, held);
        }

        return best;
    }

    [Fact]
    public void A_load_grows_by_the_month()
    {
        var load = new LoadCurve(10, 0.1, WeekShape.Nightly);
        load.Peak(0).ShouldBe(10);
        load.Peak(2).ShouldBe(12.1, 1e-12);
        load.Requests(1, 720).ShouldBe(11 * ((8 * 1) + (16 * 0.1)) / 24 * 720 * 3600, 1e-3);
    }

    [Theory]
    [InlineData(900, 2400)]
    [InlineData(180, 400)]
    [InlineData(50, 50)]
    public void Token_lengths_have_the_median_percentile_and_mean_of_their_distribution(double p50, double p95)
    {
        var lengths = new TokenLengths(p50, p95);
        lengths.AtScore(0).ShouldBe(p50, 1e-9);
        lengths.AtScore(1.6448536269514722).ShouldBe(p95, 1e-9 * p95);
        // The mean by summing over the quantiles of the normal distribution (trapezoids from −8 to 8).
        double mean = 0, square = 0;
        const double step = 1e-3;
        for (var z = -8.0; z <= 12; z += step)
        {
            var weight = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * step;
            mean += weight * lengths.AtScore(z);
            square += weight * lengths.AtScore(z) * lengths.AtScore(z);
        }

        lengths.Mean.ShouldBe(mean, 1e-6 * mean);
        lengths.MeanSquare.ShouldBe(square, 1e-6 * square);
    }

    [Fact]
    public void A_week_has_168_levels_of_which_one_is_positive()
    {
        Should.Throw<ArgumentException>(() => WeekShape.FromLevels("trace", new double[167]));
        Should.Throw<ArgumentException>(() => WeekShape.FromLevels("trace", new double[168]));
    }

    [Fact]
    public void Runs_begin_by_the_calendar()
    {
        var horizon = new Horizon(new(2028, 1, 31), 4);
        Days(new(horizon.Start, 1, 0, TimeSpan.FromDays(2))).ShouldBe([0, 29, 60, 90]);
        Days(new(horizon.Start, 0, 7, TimeSpan.FromDays(2))).ShouldBe(Enumerable.Range(0, 18).Select(i => 7.0 * i));
        Days(new(horizon.Start, 0, 1, TimeSpan.FromDays(1))).Count.ShouldBe(121);
        Days(new(horizon.Start.AddDays(-10), 0, 7, TimeSpan.FromDays(1)))[0].ShouldBe(4);
        Days(new(horizon.Start.AddDays(3), 0, 0, TimeSpan.FromDays(1))).ShouldBe([3]);
        Days(new(horizon.Start.AddDays(-3), 0, 0, TimeSpan.FromDays(1))).ShouldBeEmpty();
        Days(new(horizon.End, 1, 0, TimeSpan.FromDays(1))).ShouldBeEmpty();

        List<double> Days(Cadence cadence) => cadence.Starts(horizon).Select(hour => hour / 24).ToList();
    }
}
