using Switchyard.Demand;
using Switchyard.Prove;
using Switchyard.Tests.Plan;

namespace Switchyard.Tests.Prove;

/// <summary>A plan is given up before all its runs are played only where no further run could save it.</summary>
public sealed class DoomTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(30)]
    public void No_further_runs_lift_the_interval_above_what_is_said(int all)
    {
        var draws = new Random(7);
        for (var trial = 0; trial < 200; trial++)
        {
            var known = Enumerable.Range(0, 1 + draws.Next(all - 1)).Select(_ => Math.Pow(draws.NextDouble(), draws.Next(1, 6) / 5.0)).ToList();
            // Runs of a proof do not all stand for as much.
            double[] weights = [.. Enumerable.Range(0, all).Select(_ => trial % 2 == 0 ? 1 : 0.1 + draws.NextDouble())];
            var highest = Doom.HighestLow([.. known.Zip(weights)], all, weights.Sum());
            for (var other = 0; other < 20; other++)
            {
                var (level, width) = (draws.NextDouble(), draws.NextDouble() * draws.Next(2));
                var rest = Enumerable.Range(known.Count, all - known.Count).Select(_ => Math.Clamp(level + (width * (draws.NextDouble() - 0.5)), 0, 1));
                Figure.OfShares([.. known, .. rest], weights).Low.ShouldBeLessThanOrEqualTo(highest + 1e-9);
            }

            Figure.OfShares([.. known, .. Enumerable.Repeat(1.0, all - known.Count)], weights).Low.ShouldBeLessThanOrEqualTo(highest + 1e-12);
        }
    }

    [Fact]
    public void One_run_that_answers_nobody_dooms_a_dozen_and_one_that_just_misses_does_not()
    {
        Doom.HighestLow([(0, 1)], 12, 12).ShouldBeLessThan(0.95);
        Doom.HighestLow([(0.93, 1)], 12, 12).ShouldBeGreaterThan(0.95);
    }

    [Fact]
    public void What_is_doomed_by_its_first_runs_is_broken_by_all_of_them_and_what_holds_is_never_doomed()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 24, 2) with { Headroom = 0.2 });
        var plan = Staged.PlanOf(scenario);
        foreach (var (tried, holds) in new[] { (plan, true), (Staged.Fewer(plan, "chat", 2), false) })
        {
            var stage = Staged.Of(tried, scenario);
            var runs = Prover.Runs(stage, Staged.Factors, new(6))[..6];
            var results = Staged.Play(runs);
            var broken = Judge.Of(stage, runs[0].Case, results).Breaches.Select(b => b.Workload).OfType<string>().Distinct();
            var doomed = Doom.Of(stage, [.. results.Take(2)], [.. runs.Select(r => SeedDraws.Of(stage, r.Case, r.Seed, r.Place))]);
            doomed.ShouldBeSubsetOf(broken);
            doomed.IsEmpty.ShouldBe(holds);
        }
    }
}
