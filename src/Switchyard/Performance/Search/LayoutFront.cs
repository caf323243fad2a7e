using System.Collections.Immutable;
using Switchyard.Performance.Measured;

namespace Switchyard.Performance.Search;

/// <summary>
/// The front of throughput against speed for one user (Pareto): layouts and batches that no other beats in both. Found in closed form, thinned, and then
/// simulated; only the promise for the first token holds along it, since pace is what it shows.
/// </summary>
internal sealed class LayoutFront(LayoutQuestion question, EfficiencyFactors factors, ImmutableArray<Division> divisions, ClosedForm closed, LoadTester tester)
{
    private const int Simulated = 12;

    private sealed record Point(ServingLayout Layout, double Rate, double Batch, double User, double PerAccelerator);

    /// <summary>The front, the fastest for a user first.</summary>
    public ImmutableArray<FrontPoint> Find()
    {
        List<Point> points = [];
        if (question.Prefill != PrefillChoice.Apart) points.AddRange(Together());
        if (question.Prefill != PrefillChoice.Together) points.AddRange(Apart());
        var simulated = Thin(Undominated(points, p => p.User, p => p.PerAccelerator)).Select(Simulate).OfType<FrontPoint>();
        return [.. Undominated(simulated, p => p.UserTokens, p => p.AcceleratorTokens)];
    }

    private FrontPoint? Simulate(Point point)
    {
        var rate = point.Rate;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var result = tester.At(point.Layout, rate, point.Batch);
            var pace = result.Result.Tpot.Mean;
            var late = question.Level.Ttft is { } promised && result.Percentile(Quantity.Ttft, promised.Percentile) > promised.Limit.TotalSeconds;
            if (!late && pace > 0 && result.Result.Rejected == 0)
                return new(point.Layout, rate, 1 / pace, rate * closed.Output / point.Layout.Accelerators, result);
            rate *= 0.85;
        }

        return null;
    }

    private IEnumerable<Point> Together()
    {
        foreach (var division in divisions)
        {
            var replicas = question.Accelerators / division.Accelerators;
            foreach (var batch in closed.Batches(division))
            {
                if (closed.At(division, batch) is not var (rate, pace)) break;
                var layout = new ServingLayout
                {
                    Deployment = division.Deployment with { TokenBudget = (int)factors.TokenBudget, MaxSequences = ClosedForm.Sequences(batch, division) }, Replicas = replicas,
                };
                yield return new(layout, rate * replicas, batch, 1 / pace, rate * closed.Output / division.Accelerators);
            }
        }
    }

    private IEnumerable<Point> Apart()
    {
        // One replica that prefills for each format: the one with most requests for each accelerator.
        foreach (var format in divisions.GroupBy(d => d.Deployment.Precision))
        {
            var before = format.Select(d => (Division: d, Rate: closed.Prompts(d))).Where(d => d.Rate > 0).OrderByDescending(d => d.Rate / d.Division.Accelerators).FirstOrDefault();
            if (before.Division is null) continue;
            foreach (var after in format)
            {
                foreach (var batch in closed.Batches(after))
                {
                    var each = closed.Decodes(after, batch);
                    var (x, y) = LayoutSearch.Matched(before.Division.Accelerators, before.Rate, after.Accelerators, each, question.Accelerators);
                    if (y == 0) break;
                    var layout = new ServingLayout
                    {
                        Deployment = after.Deployment with { MaxSequences = ClosedForm.Sequences(batch, after) }, Replicas = y, Prefill = before.Division.Deployment, PrefillReplicas = x,
                    };
                    var rate = Math.Min(x * before.Rate, y * each);
                    yield return new(layout, rate, batch, 1 / closed.Pace(after, batch), rate * closed.Output / layout.Accelerators);
                }
            }
        }
    }

    /// <summary>Those that no other beats in both respects, by falling speed.</summary>
    internal static List<T> Undominated<T>(IEnumerable<T> points, Func<T, double> speed, Func<T, double> throughput)
    {
        List<T> kept = [];
        var most = 0.0;
        foreach (var point in points.OrderByDescending(speed).ThenByDescending(throughput))
        {
            if (throughput(point) <= most) continue;
            most = throughput(point);
            kept.Add(point);
        }

        return kept;
    }

    private static IEnumerable<Point> Thin(List<Point> points) => points.Count <= Simulated ? points
        : Enumerable.Range(0, Simulated).Select(i => points[(int)Math.Round(i * (points.Count - 1) / (Simulated - 1.0))]);
}
