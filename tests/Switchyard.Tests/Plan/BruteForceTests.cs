using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>The solver's plan is the cheapest there is, found by trying everything.</summary>
public sealed class BruteForceTests
{
    private const int Count = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_budgets(int batch) => Compare(batch, Count, (seed, problem, _) => problem);

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void With_budgets(int batch) => Compare(batch, Count, (seed, _, cheapest) => RandomProblems.Limited(seed, cheapest, shares: false));

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    public void With_provider_shares(int batch) =>
        Compare(batch, Count, (seed, _, cheapest) => Dominance.Reduce(RandomProblems.Limited(seed, cheapest, shares: true)));

    [Fact]
    public void Every_element_changes_some_answers()
    {
        var changed = new SortedSet<Element>();
        for (var seed = 0; seed < 300; seed++)
        {
            var drawn = RandomProblems.Drawn(seed);
            var free = ProblemSolver.Solve(RandomProblems.Free(seed), SolveLimits.Exact).PresentValue;
            var problem = RandomProblems.Limited(seed, free, shares: false);
            var with = ProblemSolver.Solve(problem, SolveLimits.Exact).PresentValue;
            foreach (var element in Enum.GetValues<Element>().Where(e => e != Element.None && drawn.HasFlag(e) && !changed.Contains(e)))
            {
                if (Without(problem, element) is not { } plain) continue;
                var less = ProblemSolver.Solve(plain, SolveLimits.Exact).PresentValue;
                if (double.IsFinite(with) != double.IsFinite(less) || Math.Abs(with - less) > 0.01) changed.Add(element);
            }
        }

        Enum.GetValues<Element>().Where(e => Without(RandomProblems.Free(1), e) is not null).Except(changed).ShouldBeEmpty();
    }

    // The same problem without an element; null where it is in the numbers of the whole problem.
    private static PlanningProblem? Without(PlanningProblem problem, Element element)
    {
        PlanningProblem Each(Func<ServiceNeed, Need> service, Func<RunNeed, Need>? runs = null, Func<PileNeed, Need>? piles = null) => problem with
        {
            Needs = [.. problem.Needs.Select(n => n switch { ServiceNeed s => service(s), RunNeed r when runs is not null => runs(r), PileNeed p when piles is not null => piles(p), _ => n })],
        };
        return element switch
        {
            Element.Windows => Each(s => s, null, p => p with { Piles = [.. p.Piles.Select(x => x with { Windows = [] })] }),
            Element.Valley => Each(s => s, r => r with { Options = [.. r.Options.Where(o => o.Segments == uint.MaxValue)] }),
            Element.Futures => problem with { Futures = [.. problem.Futures.Zip(problem.Futures.Reverse(), (f, other) => f with { Probability = other.Probability })] },
            Element.Risk => problem with { RiskWeight = 0 },
            Element.Tail => problem with { TailShare = 1 },
            Element.Setups => problem with { Needs = [.. problem.Needs.Select(n => n with { Setups = [.. n.Setups.Select(x => x with { Usd = 0, UsdPerMonth = 0 })] })] },
            Element.Use => problem with { UseLimits = [] },
            Element.Teams => problem with { TeamBudgets = [] },
            Element.Blocks => Each(s => s, null, p => p with { Options = [.. p.Options.Where(o => o.Blocks.IsEmpty)] }),
            Element.Power => problem with { CapacityLimits = [.. problem.CapacityLimits.Where(l => l.Each.IsEmpty)] },
            Element.Survive => Each(s => s with { Survives = FailureDomain.None }),
            Element.Spread => Each(s => s with { Spread = FailureDomain.None }),
            Element.Firm => Each(s => s with { FirmShare = 0 }),
            Element.SpotPools => Each(s => s with { SpotPoolShare = 1 }),
            Element.OnTop => Each(s => s with { Options = [.. s.Options.Select(o => problem.Sources[o.Source].Kind == PurchaseKind.Tokens ? o : o with { CostPerRequest = 0 })] },
                r => r with { Options = [.. r.Options.Select(o => o with { CostPerRun = 0 })] }),
            _ => null,
        };
    }

    [Fact]
    public void More_seeds_on_request()
    {
        var range = (Environment.GetEnvironmentVariable("SWITCHYARD_SEEDS") ?? "").Split('+').Select(x => int.TryParse(x, CultureInfo.InvariantCulture, out var n) ? n : 0).ToArray();
        if (range is not [var first, var count]) Assert.Skip("SWITCHYARD_SEEDS=first+count asks for more");
        else Compare(first, count, (seed, problem, cheapest) => (seed % 3) switch
        {
            0 => problem,
            1 => RandomProblems.Limited(seed, cheapest, shares: false),
            _ => Dominance.Reduce(RandomProblems.Limited(seed, cheapest, shares: true)),
        }, batchSize: 1);
    }

    private static void Compare(int batch, int count, Func<int, PlanningProblem, double, PlanningProblem> limited, int batchSize = 10_000)
    {
        var wrong = new List<string>();
        int seen = 0, without = 0;
        for (var seed = batch * batchSize; seen < count; seed++)
        {
            var free = RandomProblems.Free(seed);
            try
            {
                var problem = limited(seed, free, ProblemSolver.Solve(free, SolveLimits.Exact).PresentValue);
                var solved = ProblemSolver.Solve(problem, SolveLimits.Exact);
                var close = 1e-6 * Math.Max(10, Math.Abs(solved.PresentValue));
                var best = BruteForce.Best(problem, solved.PresentValue + close);
                if (double.IsNaN(best)) continue;
                seen++;
                if (!solved.HasPlan) without++;
                var what = $"{seed} ({RandomProblems.Drawn(seed)})";
                if (solved.HasPlan != double.IsFinite(best)) wrong.Add($"{what}: {solved.Status} at {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && Math.Abs(solved.PresentValue - best) > close) wrong.Add($"{what}: {solved.PresentValue}, brute force {best}");
                else if (solved.HasPlan && solved.Bound > best + close) wrong.Add($"{what}: bound {solved.Bound} above {best}");
            }
            catch (InvalidOperationException e)
            {
                seen++;
                wrong.Add($"{seed} ({RandomProblems.Drawn(seed)}): {e.Message}");
            }
        }

        wrong.ShouldBeEmpty();
        without.ShouldBeInRange(1, count * 9 / 10);
    }
}
