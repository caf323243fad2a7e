using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Search;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>
/// Looks for what mends a plan: plans again with a margin for what is broken (machines slower than predicted by so much: objectives as much tighter,
/// capacity as much larger, runs as much longer), plays the new plan with the same seeds, and takes the next larger margin until it holds. The seeds whose
/// predictions are furthest off are played first, and no more of them than it takes to know that a margin is too small (<see cref="Doom"/>).
/// </summary>
public sealed class Mender
{
    // None first: the plan may simply not be the one that planning gives.
    private static readonly double[] Steps = [0, 0.15, 0.3, 0.5, 0.75, 1.0];

    // Runs that are played before it is first asked whether a margin can still hold.
    private const int FirstLook = 2;

    private readonly PurchasePlan plan;
    private readonly Scenario scenario;
    private readonly PriceBook prices;
    private readonly EfficiencyFactors factors;
    private readonly ErrorIntervals intervals;
    private readonly ProofSettings settings;
    private readonly SimulatedCapacities? capacities;

    // The relaxation of the plan before: the next one's is like it.
    private Relaxed? near;

    /// <summary>Takes what the plan was proven with.</summary>
    public Mender(PurchasePlan plan, Scenario scenario, PriceBook prices, EfficiencyFactors factors, ErrorIntervals intervals, ProofSettings settings, SimulatedCapacities? capacities = null)
    {
        (this.plan, this.scenario, this.prices, this.factors, this.intervals) = (plan, scenario, prices, factors, intervals);
        (this.settings, this.capacities) = (settings with { Stress = false }, capacities);
    }

    /// <summary>Mends.</summary>
    /// <param name="broken">The evidence against the plan.</param>
    /// <param name="play">Plays runs: all of them, in order.</param>
    /// <returns>What mends it, or comes closest; null where nothing that a plan can change is broken.</returns>
    public Mend? Mend(Evidence broken, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        var margins = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Mend? best = null;
        var last = plan;
        var wrong = Workloads(broken.Expected.Breaches);
        while (true)
        {
            var grown = new List<string>();
            foreach (var workload in wrong)
            {
                var step = margins.TryGetValue(workload, out var before) ? before + 1 : First(broken, workload);
                if (step >= Steps.Length) continue;
                margins[workload] = step;
                grown.Add(workload);
            }

            if (grown.Count == 0) return best;
            var wanted = margins.ToImmutableSortedDictionary(s => s.Key, s => Steps[s.Value], StringComparer.Ordinal);
            var (again, conflict) = Again(wanted);
            if (again is null) return new(wanted, [conflict ?? "no plan"], Money.Zero, false, null);
            // What was played already is not mended by a margin of which the controller knows nothing.
            if (Same(again, last) && (again.Margins.SequenceEqual(last.Margins) || grown.TrueForAll(IsTraining))) continue;
            if (Staging.Set(again, scenario, prices, factors, intervals, capacities).Stage is not { } stage) return best;
            last = again;
            var found = Broken(stage, play);
            best = new(wanted, [.. Changes(again)], again.Cost.Total - plan.Cost.Total, found is null, again);
            if (found is not { } still) return best;
            wrong = still;
        }
    }

    private static ImmutableArray<string> Workloads(ImmutableArray<Breach> breaches) => [.. breaches.Select(b => b.Workload).OfType<string>().Distinct(StringComparer.Ordinal)];

    // The workloads whose promises a plan breaks, once that is certain; null where it holds.
    private ImmutableArray<string>? Broken(Stage stage, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        var runs = Prover.Runs(stage, factors, settings).Take(settings.Seeds).ToList();
        var results = new RunResult?[runs.Count];
        var order = Enumerable.Range(0, runs.Count).OrderByDescending(i => SeedDraws.Of(stage, runs[i].Case, runs[i].Seed, runs[i].Place).Slowness.Max()).ThenBy(i => i).ToArray();
        for (var (done, batch) = (0, FirstLook); done < order.Length; done += batch, batch *= 2)
        {
            var now = order.Skip(done).Take(batch).ToArray();
            foreach (var (i, result) in now.Zip(play([.. now.Select(i => runs[i])]))) results[i] = result;
            var known = results.OfType<RunResult>().ToList();
            if (known.Count < runs.Count && Doom.Of(stage, known, runs.Count) is { IsEmpty: false } sure) return sure;
        }

        var breaches = Judge.Of(stage, runs[0].Case, results!).Breaches;
        return breaches.IsEmpty ? null : Workloads(breaches);
    }

    private bool IsTraining(string workload) => scenario.Workloads.First(w => w.Name == workload) is TrainingWorkload;

    // A plan with less than the load asks for is not the one that planning gives; one that is breaks because predictions were too good.
    private int First(Evidence evidence, string workload) =>
        plan.Margins.Count == 0 && evidence.Expected.Services.FirstOrDefault(s => s.Workload == workload) is { Headroom: { } room }
        && scenario.Workloads.OfType<InferenceWorkload>().First(w => w.Name == workload).Headroom is var wanted && room.Share >= wanted - Judge.HeadroomTolerance ? 1 : 0;

    // As a file keeps plans: figures are rounded there.
    private static bool Same(PurchasePlan a, PurchasePlan b) => Math.Abs((a.Cost.Total - b.Cost.Total).Usd) < 1 && a.Purchases.Length == b.Purchases.Length
        && a.Purchases.Zip(b.Purchases).All(p => p.First.Source.Label == p.Second.Source.Label && p.First.Months.Length == p.Second.Months.Length
            && p.First.Months.Zip(p.Second.Months).All(m => m.First.Month == m.Second.Month && Math.Abs(m.First.Instances - m.Second.Instances) < 1e-3 && Math.Abs(m.First.InstanceHours - m.Second.InstanceHours) < 0.01));

    /// <summary>Plans with margins.</summary>
    private (PurchasePlan? Plan, string? Conflict) Again(ImmutableSortedDictionary<string, double> margins)
    {
        var harder = scenario with { Workloads = [.. scenario.Workloads.Select(w => Harder(w, 1 + margins.GetValueOrDefault(w.Name, plan.Margins.GetValueOrDefault(w.Name))))] };
        PlanningResult result;
        try
        {
            (result, near) = Planner.PlanNear(harder, prices, new PerformanceModel(factors, capacities), near);
        }
        catch (SearchStoppedException stopped)
        {
            return (null, stopped.Message);
        }

        if (result.Plan is not { } again)
        {
            var limits = result.Conflict!.Limits.Select(l => l.Limit);
            return (null, $"no plan within the limits has this margin: {string.Join(", ", limits.DefaultIfEmpty("nothing on offer can do it"))}");
        }

        // What is promised stays what the scenario promises; the margin says what it was sized for.
        var demand = again.Demand.Select(d => scenario.Workloads.First(w => w.Name == d.Workload) is InferenceWorkload service ? d with { ServiceLevel = service.ServiceLevel } : d);
        return (again with { Demand = [.. demand], Margins = plan.Margins.SetItems(margins).Where(m => m.Value > 0).ToImmutableSortedDictionary(StringComparer.Ordinal) }, null);
    }

    /// <summary>A workload on machines that are slower by a factor, as one for machines as fast as predicted.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="slower">The factor on times.</param>
    internal static Workload Harder(Workload workload, double slower) => workload switch
    {
        InferenceWorkload s => s with { ServiceLevel = Tighter(s.ServiceLevel, slower), Headroom = ((1 + s.Headroom) * slower) - 1 },
        TrainingWorkload t => t with { Work = new(t.Work.Count * slower) },
        BatchWorkload b => b with { Requests = b.Requests * slower },
        _ => workload,
    };

    /// <summary>A service level as much tighter as machines may be slower.</summary>
    internal static ServiceLevel Tighter(ServiceLevel level, double slower)
    {
        LatencyObjective? By(LatencyObjective? objective) => objective is { } o ? o with { Limit = o.Limit / slower } : null;
        return new(By(level.Ttft), By(level.Tpot), By(level.EndToEnd));
    }

    private IEnumerable<string> Changes(PurchasePlan again)
    {
        static double Hours(PurchasePlan of, string workload, string source) =>
            of.Purchases.Where(p => p.Workload == workload && p.Source.Label == source).SelectMany(p => p.Months).Sum(m => m.InstanceHours);
        static double Most(PurchasePlan of, string workload, string source) =>
            of.Purchases.Where(p => p.Workload == workload && p.Source.Label == source).SelectMany(p => p.Months).Select(m => m.Instances).DefaultIfEmpty(0).Max();
        foreach (var (workload, source) in again.Purchases.Concat(plan.Purchases).Select(p => (p.Workload, p.Source.Label)).Distinct())
        {
            var (before, after) = (Hours(plan, workload, source), Hours(again, workload, source));
            if (Math.Abs(after - before) < 0.5 && Most(plan, workload, source) == Most(again, workload, source)) continue;
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{workload}: {after - before:+#,##0;-#,##0} h of {source} ({before:#,##0} to {after:#,##0}; at most {Most(plan, workload, source):0.##} to {Most(again, workload, source):0.##} at a time)");
        }
    }
}
