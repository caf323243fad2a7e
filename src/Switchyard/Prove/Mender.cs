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
/// Looks for what mends a plan: plans again with what the cause of each breach asks for (a margin where machines are too slow, replicas or a wider spread where too few
/// answer, spares where a gang waits), plays the new plan with the same seeds, and asks for more until it holds (<see cref="Ladder"/>); then for less, until it is known to a few points how
/// little is enough. The seeds whose predictions are furthest off are played first, and no more of them than it takes to know that it is too little (<see cref="Doom"/>).
/// </summary>
public sealed class Mender
{
    // Runs that are played before it is first asked whether a plan can still hold.
    private const int FirstLook = 2;

    // A gang that waits for machines for so much of its time wants spares.
    private const double Waits = 0.01;

    // So often there are as many spares as machines that are away.
    private const double SparesSuffice = 0.99;

    // A margin is not looked for more closely, and a plan not played, where that could save no more than this share of what the plan costs.
    private const decimal LeastSaving = 0.01m;

    private readonly PurchasePlan plan;
    private readonly Scenario scenario;
    private readonly PriceBook prices;
    private readonly EfficiencyFactors factors;
    private readonly ErrorIntervals intervals;
    private readonly ProofSettings settings;
    private readonly SimulatedCapacities? capacities;
    private readonly SortedDictionary<string, Ladder> ladders = new(StringComparer.Ordinal);

    // The relaxation of the plan before: the next one's is like it.
    private Relaxed? near;

    /// <summary>Takes what the plan was proven with.</summary>
    public Mender(PurchasePlan plan, Scenario scenario, PriceBook prices, EfficiencyFactors factors, ErrorIntervals intervals, ProofSettings settings, SimulatedCapacities? capacities = null)
    {
        (this.plan, this.scenario, this.prices, this.factors, this.intervals) = (plan, scenario, prices, factors, intervals);
        (this.settings, this.capacities) = (settings with { Stress = false }, capacities);
        foreach (var workload in scenario.Workloads)
        {
            var each = plan.Purchases.Where(p => p.Workload == workload.Name).Select(p => (p.Use as ServingUse)?.Replicas ?? 1).DefaultIfEmpty(1).Max();
            ladders[workload.Name] = new(workload, plan.Margins.GetValueOrDefault(workload.Name), plan.Extras.GetValueOrDefault(workload.Name, Extra.None), each);
        }
    }

    /// <inheritdoc cref="PlannerSettings.Elsewhere"/>
    public Func<byte[], byte[]?>? Elsewhere { get; init; }

    /// <summary>Mends.</summary>
    /// <param name="broken">The evidence against the plan.</param>
    /// <param name="play">Plays runs: all of them, in order.</param>
    /// <returns>What mends it, or comes closest, and what stands in the way.</returns>
    public Mend Mend(Evidence broken, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        Mend? best = null;
        string? obstacle = null;
        var (last, tooLittle, causes, oneAtATime) = (plan, plan, Causes(broken.Expected.Breaches), false);
        if (causes.IsEmpty) obstacle = $"more machines do not mend {string.Join(", ", broken.Expected.Breaches.Select(b => b.What))}: the limit would have to be another, or the prices";
        while (true)
        {
            foreach (var ladder in ladders.Values) ladder.Mark();
            var grown = new List<string>();
            foreach (var (workload, kind) in causes.DistinctBy(c => (c.Workload, c.Kind is BreachKind.Replicas or BreachKind.Spread)))
            {
                if (oneAtATime && grown.Count > 0) break;
                if (ladders[workload].Grow(kind, First(broken, workload), Spares(broken, workload))) grown.Add(workload);
            }

            if (grown.Count == 0) return Closest(best, obstacle, play);
            var (again, conflict) = Again(Margins(), Extras());
            if (again is null)
            {
                obstacle = $"no plan {string.Join(" and ", ladders.Values.SelectMany(l => l.Asked).Select(m => m.Text))}: {conflict}";
                // Which of several is too much is found by asking for one after the other.
                foreach (var ladder in ladders.Values) ladder.TakeBack(isKnown: grown.Count == 1);
                oneAtATime = true;
                continue;
            }

            // What was played already is not mended by a margin of which the controller knows nothing.
            if (PlanFingerprint.BuysTheSame(again, last) && (PlanFingerprint.Of(again) == PlanFingerprint.Of(last) || grown.TrueForAll(IsTraining))) continue;
            if (Staging.Set(again, scenario, prices, factors, intervals, capacities).Stage is not { } stage) return Closest(best, obstacle, play);
            last = again;
            var (proof, still) = Proven(stage, play);
            var holds = proof is { Breaches.IsEmpty: true };
            best = Found(again, proof);
            if (holds) return Least(best, tooLittle, play);
            (causes, tooLittle) = (still, again);
        }
    }

    // Steps are coarse: the least that is enough lies between the one that is too little and the one that holds.
    private Mend Least(Mend best, PurchasePlan tooLittle, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        foreach (var (workload, ladder) in ladders)
        {
            while (ladder.Between is { } between && best.Plan!.Cost.Total.Usd - tooLittle.Cost.Total.Usd > plan.Cost.Total.Usd * LeastSaving)
            {
                var (again, _) = Again(Margins().SetItem(workload, between), Extras());
                var saves = again is not null && best.Plan.Cost.Total.Usd - again.Cost.Total.Usd > plan.Cost.Total.Usd * LeastSaving;
                var proof = saves && Staging.Set(again!, scenario, prices, factors, intervals, capacities).Stage is { } stage ? Proven(stage, play).Proof : null;
                var holds = proof is { Breaches.IsEmpty: true };
                ladder.Settle(between, holds || (again is not null && !saves));
                if (holds) best = Found(again!, proof);
                else if (saves) tooLittle = again!;
            }
        }

        return best with { Measures = Priced(best.Measures, best.Plan!) };
    }

    private Mend Found(PurchasePlan again, CaseEvidence? proof) =>
        new([.. Measure.Of(again)], [.. Changes(again)], again.Cost.Total - plan.Cost.Total, proof is { Breaches.IsEmpty: true }, again) { Billed = proof is { } played ? Money.FromUsd(played.Cost.Mean) : null };

    // What machines can change: of whose what is broken.
    private static ImmutableArray<(string Workload, BreachKind Kind)> Causes(ImmutableArray<Breach> breaches) =>
        [.. breaches.Where(b => b.Workload is not null).Select(b => (b.Workload!, b.Kind)).Distinct()];

    // The proof of a plan, and what it breaks; no proof where what it breaks is certain before its end.
    private (CaseEvidence? Proof, ImmutableArray<(string Workload, BreachKind Kind)> Causes) Proven(
        Stage stage, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play, ProofSettings? further = null)
    {
        // Runs are cheaper than machines: more of them are played before more is asked for.
        var runs = RunsOf(stage, further ?? settings);
        var results = new RunResult?[runs.Length];
        SeedDraws[] draws = [.. runs.Select(r => SeedDraws.Of(stage, r.Case, r.Seed, r.Place))];
        // What a workload hangs on most decides.
        var main = stage.Makes.Select((make, pool) => (make.ErrorGroup, Pool: pool)).Where(m => stage.MainErrors.ContainsValue(m.ErrorGroup)).Select(m => m.Pool).ToList();
        var order = Enumerable.Range(0, runs.Length).OrderByDescending(i => main.Select(pool => draws[i].Slowness[pool]).DefaultIfEmpty(1).Max()).ThenBy(i => i).ToArray();
        for (var (done, batch) = (0, FirstLook); done < order.Length; done += batch, batch *= 2)
        {
            var now = order.Skip(done).Take(batch).ToArray();
            foreach (var (i, result) in now.Zip(play([.. now.Select(i => runs[i])]))) results[i] = result;
            var known = results.OfType<RunResult>().ToList();
            if (known.Count < runs.Length && Doom.Of(stage, known, draws) is { IsEmpty: false } sure) return (null, [.. sure.Select(w => (w, BreachKind.Objective))]);
        }

        var evidence = Judge.Of(stage, runs[0].Case, results!);
        if (further is null && settings.Again(evidence) is { } again) return Proven(stage, play, again);
        return (evidence, Causes(evidence.Breaches));
    }

    private ImmutableArray<ProofRun> RunsOf(Stage stage, ProofSettings? how = null) => Prover.Runs(stage, factors, how ?? settings)[..(how ?? settings).Seeds];

    private Mend Closest(Mend? best, string? obstacle, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        var closest = best ?? new([], [], Money.Zero, false, null);
        if (Staging.Set(closest.Plan ?? plan, scenario, prices, factors, intervals, capacities).Stage is not { } stage) return closest with { Obstacle = obstacle };
        var runs = RunsOf(stage);
        var results = play(runs);
        var still = Judge.Of(stage, runs[0].Case, results).Breaches;
        return closest with { Obstacle = obstacle, Still = still, Later = Later(closest.Plan ?? plan, still, results, play) };
    }

    // Deadlines that enough of the runs kept, where deadlines are all that is broken; said only if the plan holds when it is played with them.
    private ImmutableArray<LaterDeadline> Later(PurchasePlan closest, ImmutableArray<Breach> still, IReadOnlyList<RunResult> results, Func<ImmutableArray<ProofRun>, IReadOnlyList<RunResult>> play)
    {
        if (still.Any(b => b.Kind != BreachKind.Deadline)) return [];
        var found = ImmutableArray.CreateBuilder<LaterDeadline>();
        foreach (var workload in still.Select(b => b.Workload!).Distinct(StringComparer.Ordinal))
        {
            var took = results.SelectMany(r => r.Jobs.Where(j => j.Workload == workload).Select(j => (double.IsNaN(j.Ended) ? double.PositiveInfinity : j.Ended - j.Arrives, r.WeightOf(workload)))).ToList();
            var enough = Judge.Reached(took, Judge.PromisedInTime);
            if (double.IsPositiveInfinity(enough)) return [];
            var cadence = CadenceOf(scenario.Workloads.First(w => w.Name == workload))!;
            var step = cadence.Within.TotalDays >= 10 ? 43_200 : cadence.Within.TotalDays >= 1 ? 3_600 : 300;
            found.Add(new(workload, TimeSpan.FromSeconds(Math.Ceiling(enough / step) * step), cadence.Within));
        }

        var longer = scenario with { Workloads = [.. scenario.Workloads.Select(w => found.FirstOrDefault(l => l.Workload == w.Name) is { } later ? LaterDeadline.On(w, later.Within) : w)] };
        return Staging.Set(closest, longer, prices, factors, intervals, capacities).Stage is { } stage && RunsOf(stage) is var runs
            && Judge.Of(stage, runs[0].Case, play(runs)).Breaches.IsEmpty ? found.ToImmutable() : [];
    }

    private static Cadence? CadenceOf(Workload workload) => workload switch { TrainingWorkload t => t.Cadence, BatchWorkload b => b.Cadence, _ => null };

    // What is for another cause than margins is priced by itself: the plan with all but margins tells them apart.
    private ImmutableArray<Measure> Priced(ImmutableArray<Measure> measures, PurchasePlan all)
    {
        if (!measures.Any(m => m.Kind is MeasureKind.Replicas or MeasureKind.Spread) || !measures.Any(m => m.Kind == MeasureKind.Margin)) return measures;
        if (Again(Margins().ToImmutableSortedDictionary(m => m.Key, m => plan.Margins.GetValueOrDefault(m.Key), StringComparer.Ordinal), Extras()).Plan is not { } some) return measures;
        var (without, with) = (some.Cost.Total - plan.Cost.Total, all.Cost.Total - some.Cost.Total);
        return [.. measures.Select(m => m with { Cost = m.Kind == MeasureKind.Margin ? with : without })];
    }

    private bool IsTraining(string workload) => scenario.Workloads.First(w => w.Name == workload) is TrainingWorkload;

    // A plan with less than the load asks for is not the one that planning gives; one that is breaks because predictions were too good.
    private double First(Evidence evidence, string workload) =>
        plan.Margins.Count == 0 && evidence.Expected.Services.FirstOrDefault(s => s.Workload == workload) is { Headroom: { } room }
        && scenario.Workloads.OfType<InferenceWorkload>().First(w => w.Name == workload).Headroom is var wanted && room.Share >= wanted - Judge.HeadroomTolerance ? Ladder.FirstStep : 0;

    /// <summary>Spares that a gang on machines that stand for it would want: as many as are away at a time, nearly always (Poisson). 0 where it hardly waits for any.</summary>
    private int Spares(Evidence evidence, string workload)
    {
        if (!IsTraining(workload) || !evidence.Expected.Hours.TryGetValue(workload, out var hours)) return 0;
        var held = hours.Sum(h => h.Mean) - hours[(int)HourState.Idle].Mean;
        if (!(hours[(int)HourState.Waiting].Mean > Waits * held)) return 0;
        var faults = ProofCase.Expected.Faults;
        var most = 0;
        foreach (var purchase in plan.Purchases.Where(p => p.Workload == workload && p.Use is TrainingUse && p.Source.Kind is PurchaseKind.Commitment or PurchaseKind.Owned))
        {
            var away = ((TrainingUse)purchase.Use!).Gang * faults.NodeFailureRate(purchase.Source.AcceleratorCount) * 3600
                * (purchase.Source.Provider == MarketAssumptions.OwnProvider ? faults.RepairHours : faults.ReplaceHours);
            var (spares, chance) = (0, Math.Exp(-away));
            for (var sum = chance; sum < SparesSuffice; sum += chance) chance *= away / ++spares;
            most = Math.Max(most, Math.Max(1, spares));
        }

        return most;
    }

    private ImmutableSortedDictionary<string, double> Margins() => ladders.Where(l => l.Value.Margin is not null).ToImmutableSortedDictionary(l => l.Key, l => l.Value.Margin!.Value, StringComparer.Ordinal);

    private ImmutableSortedDictionary<string, Extra> Extras() => ladders.Where(l => l.Value.Extra != Extra.None).ToImmutableSortedDictionary(l => l.Key, l => l.Value.Extra, StringComparer.Ordinal);

    /// <summary>Plans with margins and more than the scenario asks for.</summary>
    private (PurchasePlan? Plan, string? Conflict) Again(ImmutableSortedDictionary<string, double> margins, ImmutableSortedDictionary<string, Extra> extras)
    {
        Workload More(Workload w) => extras.GetValueOrDefault(w.Name, Extra.None).On(Harder(w, 1 + margins.GetValueOrDefault(w.Name, plan.Margins.GetValueOrDefault(w.Name))));
        PlanningResult result;
        try
        {
            (result, near) = Planner.PlanNear(scenario with { Workloads = [.. scenario.Workloads.Select(More)] }, prices, new PerformanceModel(factors, capacities), new() { Elsewhere = Elsewhere }, near);
        }
        catch (SearchStoppedException stopped)
        {
            return (null, stopped.Message);
        }

        if (result.Plan is not { } again) return (null, string.Join(", ", result.Conflict!.Limits.Select(l => l.Limit).DefaultIfEmpty("nothing on offer can do it")));

        // What is promised stays what the scenario promises; what it was sized for is said beside it.
        var demand = again.Demand.Select(d => scenario.Workloads.First(w => w.Name == d.Workload) is InferenceWorkload service ? d with { ServiceLevel = service.ServiceLevel } : d);
        return (again with
        {
            Demand = [.. demand],
            Margins = plan.Margins.SetItems(margins).Where(m => m.Value > 0).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Extras = extras,
        }, null);
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
