using Switchyard.Demand;
using Switchyard.Prove;
using Switchyard.Tests.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>Windows against everything, and other seeds against the stated range.</summary>
public sealed class WindowTests
{
    private static readonly Scenario Month = HandMade.Scenario(null, HandMade.Service("chat", 3, 2)) with { Horizon = new(new(2027, 2, 1), 1) };

    [Fact]
    public void Windows_give_what_the_whole_month_gives()
    {
        var plan = Staged.PlanOf(Month);
        var stage = Staged.Of(plan, Month);
        var faults = new FaultModel { NodeFailuresPerDay = 0.05 };
        double Attained(WindowRule rule, ulong seed)
        {
            var month = new ProofRun(stage, ProofCase.Expected with { Faults = faults }, seed, rule, Staged.Factors).Play().Services[0].Months[0];
            return month.Met[0] / month.Requests;
        }

        var windows = Enumerable.Range(1, 24).Select(seed => Attained(new(), (ulong)seed)).ToList();
        var whole = Enumerable.Range(1, 3).Select(seed => Attained(new() { Whole = true }, (ulong)seed)).Average();
        windows.Average().ShouldBe(whole, 0.004);
    }

    [Fact]
    public void Other_seeds_lie_in_the_stated_range_about_as_often_as_stated()
    {
        var stage = Staged.Of(Staged.PlanOf(Month), Month, Staged.Within(0.8, 1.5));
        var rule = new WindowRule { BusyRequests = 300, OtherRequests = 100, LeastSeconds = 60 };
        var cost = new List<double>();
        var shares = new List<double>();
        for (var seed = 1UL; seed <= 120; seed++)
        {
            var result = new ProofRun(stage, ProofCase.Expected, seed, rule, Staged.Factors).Play();
            cost.Add((double)result.CashPerMonth.Sum());
            shares.Add(result.Services[0].Months[0].Met[1] / result.Services[0].Months[0].Requests);
        }

        foreach (var (values, spread) in new (List<double>, Func<IReadOnlyList<double>, Figure>)[] { (shares, v => Figure.OfShares(v)), (cost, v => Figure.OfAmounts(v)) })
        {
            var (inside, all) = (0, 0);
            for (var first = 0; first + 30 <= 120; first += 30)
            {
                var stated = spread(values.GetRange(first, 30));
                foreach (var other in values.Take(first).Concat(values.Skip(first + 30)))
                {
                    all++;
                    if (other >= stated.Least - 1e-12 && other <= stated.Most + 1e-12) inside++;
                }
            }

            (inside / (double)all).ShouldBeGreaterThan(0.90);
        }
    }

    [Fact]
    public void Runs_that_are_judged_together_draw_their_errors_from_every_part_of_the_distribution()
    {
        var stage = Staged.Of(Staged.MixedPlan, Staged.Mixed, Staged.Within(0.8, 1.5));
        var runs = Prover.Runs(stage, Staged.Factors, new(12, 40)).Take(12).ToList();
        var draws = runs.Select(r => SeedDraws.Of(stage, r.Case, r.Seed, r.Place).Slowness).ToList();
        var orders = new HashSet<string>();
        for (var pool = 0; pool < stage.Makes.Length; pool++)
        {
            var error = stage.Makes[pool].Error;
            // The log of the factor is normal: its share of the distribution is in another part for each run.
            var edges = stage.MainErrors.ContainsValue(stage.Makes[pool].ErrorGroup) ? SeedDraws.Edges(12) : [.. Enumerable.Range(0, 13).Select(i => i / 12.0)];
            var shares = draws.Select(d => NormalShare((Math.Log(d[pool]) - Math.Log(error.At(0))) / (Math.Log(error.At(1)) - Math.Log(error.At(0))))).ToList();
            var parts = shares.Select(share => Enumerable.Range(0, 12).First(part => share <= edges[part + 1])).ToList();
            parts.Order().ShouldBe(Enumerable.Range(0, 12));
            orders.Add(string.Join(',', parts));
        }

        orders.Count.ShouldBeGreaterThan(1);
        // A run counts for as much as its part is wide, and all of them together for all that can be drawn.
        var weights = runs.Select(r => SeedDraws.Of(stage, r.Case, r.Seed, r.Place).Weights["chat"]).ToList();
        weights.Average().ShouldBe(1, 1e-9);
        weights.Order().Take(3).ShouldAllBe(w => Math.Abs(w - (12 * SeedDraws.Tail / 3)) < 1e-9);
        // A run alone draws from all of it, and the same seed in the same place draws the same.
        SeedDraws.Of(stage, runs[3].Case, runs[3].Seed, runs[3].Place).Slowness.ShouldBe(draws[3]);
        SeedDraws.Of(stage, runs[3].Case, runs[3].Seed, new(0, 1)).Slowness.ShouldNotBe(draws[3]);
    }

    // Abramowitz and Stegun 7.1.26, within 1e-7.
    private static double NormalShare(double score)
    {
        var x = Math.Abs(score) / Math.Sqrt(2);
        var t = 1 / (1 + (0.3275911 * x));
        var erf = 1 - (((((((((1.061405429 * t) - 1.453152027) * t) + 1.421413741) * t) - 0.284496736) * t) + 0.254829592) * t * Math.Exp(-x * x));
        return score < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
    }

    [Fact]
    public void Events_come_by_time_and_then_in_the_order_in_which_they_were_scheduled()
    {
        var queue = new Agenda<int>();
        var random = new Switchyard.Performance.Simulate.Generator(3);
        var expected = Enumerable.Range(0, 5_000).Select(i => (Time: Math.Floor(random.Unit() * 50), Item: i)).ToList();
        foreach (var (time, item) in expected) queue.Add(time, item);
        var taken = new List<(double, int)>();
        while (queue.Count > 0) taken.Add((queue.Take(out var item), item));
        taken.ShouldBe(expected.OrderBy(e => e.Time).ThenBy(e => e.Item));
    }
}
