using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>What is shared is never dearer than what is bought for each alone.</summary>
public sealed class PoolingTests
{
    [Fact]
    public void A_pool_for_all_workloads_is_never_dearer_than_one_for_each()
    {
        var cheaper = 0;
        for (var seed = 800_000; seed < 800_150; seed++)
        {
            var shared = RandomProblems.Free(seed);
            if (shared.Needs.Length < 2 || !shared.Sources.Any(s => s.Kind == PurchaseKind.Commitment)) continue;
            var apart = ProblemSolver.Solve(Apart(shared), SolveLimits.Exact);
            var together = ProblemSolver.Solve(shared, SolveLimits.Exact);
            if (!apart.HasPlan) continue;
            together.PresentValue.ShouldBeLessThanOrEqualTo(apart.PresentValue + (1e-6 * Math.Max(10, apart.PresentValue)), $"seed {seed}");
            if (together.PresentValue < apart.PresentValue - 0.01) cheaper++;
        }

        cheaper.ShouldBeGreaterThan(3);
    }

    // Each need gets commitments of its own; what is counted of one is counted of its copies.
    private static PlanningProblem Apart(PlanningProblem problem)
    {
        var (sources, of) = (problem.Sources.ToBuilder(), Enumerable.Range(0, problem.Sources.Length).ToList());
        var needs = problem.Needs.ToBuilder();
        for (var n = 1; n < needs.Count; n++)
        {
            var copies = new Dictionary<int, int>();
            int Copy(int source)
            {
                if (problem.Sources[source].Kind != PurchaseKind.Commitment) return source;
                if (copies.TryGetValue(source, out var known)) return known;
                sources.Add(problem.Sources[source] with { Id = $"{problem.Sources[source].Id} for {n}" });
                of.Add(source);
                return copies[source] = sources.Count - 1;
            }

            needs[n] = needs[n] switch
            {
                ServiceNeed s => s with { Options = [.. s.Options.Select(o => o with { Source = Copy(o.Source) })] },
                RunNeed r => r with { Options = [.. r.Options.Select(o => o with { Source = Copy(o.Source) })] },
                PileNeed p => p with { Options = [.. p.Options.Select(o => o with { Source = Copy(o.Source) })] },
                var other => other,
            };
        }

        CapacityLimit Counted(CapacityLimit limit)
        {
            var members = Enumerable.Range(0, of.Count).Where(s => limit.Sources.Contains(of[s])).ToList();
            return limit with
            {
                Sources = [.. members],
                Each = [.. members.Where(_ => !limit.Each.IsEmpty).Select(s => limit.Each[limit.Sources.IndexOf(of[s])])],
            };
        }

        return problem with
        {
            Sources = sources.ToImmutable(),
            Needs = needs.ToImmutable(),
            CapacityLimits =
            [
                .. problem.CapacityLimits.Select(Counted),
                // What is on offer of a commitment is on offer of all its copies together.
                .. Enumerable.Range(0, problem.Sources.Length).Where(s => problem.Sources[s] is { Kind: PurchaseKind.Commitment, MaxCount: not null })
                    .Select(s => new CapacityLimit($"copies of {s}", problem.Sources[s].MaxCount!.Value, false, [.. Enumerable.Range(0, of.Count).Where(c => of[c] == s)])
                    {
                        Each = [.. of.Where(c => c == s).Select(_ => 1.0)],
                    }),
            ],
            UseLimits = [.. problem.UseLimits.Select(l => l with { EachHour = [.. of.Select(s => l.EachHour[s])] })],
        };
    }
}
