using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>Turns runs into evidence: figures with their intervals over the seeds, and what is broken.</summary>
public static class Judge
{
    /// <summary>How far the billed cost may lie above the planned one: the plan's stated interval, ±10%.</summary>
    public const double CostTolerance = 0.10;

    /// <summary>Share of a workload's runs that must end in time, where the scenario does not say.</summary>
    public const double PromisedInTime = 0.95;

    /// <summary>So far may the room above the peak, as it is predicted here, lie below the headroom asked for: as far as a plan's rates may differ without a note.</summary>
    public const double HeadroomTolerance = 0.02;

    // So far below what is promised may the share of jobs in time lie by the chance of a dozen runs: between bad draws and good ones it differs by more.
    private const double CloseInTime = 0.01;

    /// <summary>The evidence of runs of one case.</summary>
    /// <param name="stage">The plan, set up.</param>
    /// <param name="circumstances">The case.</param>
    /// <param name="runs">Its runs, one for each seed.</param>
    public static CaseEvidence Of(Stage stage, ProofCase circumstances, IReadOnlyList<RunResult> runs)
    {
        var services = stage.Services.Select((_, s) => ServiceOf(stage, s, runs)).ToImmutableArray();
        var jobs = stage.Jobs.GroupBy(j => j.Workload).Select(g => JobsOf(stage, g.Key, runs)).ToImmutableArray();
        var limits = LimitJudge.Of(stage, runs);
        var months = stage.Horizon.Months;
        double[] weights = [.. runs.Select(r => r.Weight)];
        var cash = Enumerable.Range(0, months).Select(m => Figure.OfAmounts([.. runs.Select(r => (double)r.CashPerMonth[m])], weights)).ToImmutableArray();
        var cost = Figure.OfAmounts([.. runs.Select(r => (double)r.CashPerMonth.Sum())], weights);
        return new()
        {
            Name = circumstances.Name,
            Seeds = runs.Count,
            Services = services,
            Jobs = jobs,
            CashPerMonth = cash,
            Cost = cost,
            PlannedCost = stage.PlannedTotal,
            Hours = runs[0].Hours.Keys.ToImmutableSortedDictionary(
                w => w, w => Enum.GetValues<HourState>().Select(s => Figure.OfAmounts([.. runs.Select(r => r.Hours[w][(int)s])], [.. runs.Select(r => r.WeightOf(w))])).ToImmutableArray(), StringComparer.Ordinal),
            KilowattHours = Known(runs, r => r.KilowattHours),
            CarbonKilograms = Known(runs, r => r.CarbonKilograms),
            Limits = limits,
            Breaches = [.. Breaches(stage, services, jobs, cost, runs).Concat(Limits(stage, limits)).OrderBy(b => b.Seconds).ThenBy(b => b.What, StringComparer.Ordinal)],
            Timeline = [.. runs.MaxBy(run => Shortfall(stage, run))!.Noted.Select(n => new TimelineEntry(n.Seconds, n.Text))],
            Played = runs.Sum(r => r.Played),
        };
    }

    // How far a run lies below what is wanted where it is worst: the share of requests in a month, or of jobs in time. Of equals, the first run counts.
    private static double Shortfall(Stage stage, RunResult run)
    {
        var most = 0.0;
        for (var s = 0; s < stage.Services.Length; s++)
        {
            var wanted = stage.Services[s].ServiceLevel.InOrder;
            foreach (var month in run.Services[s].Months.Where(month => month.Requests > 0))
                for (var kind = 0; kind < wanted.Count; kind++)
                    if (wanted[kind] is { } objective) most = Math.Max(most, (objective.Percentile / 100) - (month.Met[kind] / month.Requests));
        }

        foreach (var jobs in run.Jobs.GroupBy(job => job.Workload, StringComparer.Ordinal))
            most = Math.Max(most, PromisedInTime - (jobs.Count(job => job.InTime) / (double)jobs.Count()));
        return most;
    }

    private static Figure? Known(IReadOnlyList<RunResult> runs, Func<RunResult, double?> figure) =>
        runs.All(r => figure(r) is not null) ? Figure.OfAmounts([.. runs.Select(r => figure(r)!.Value)], [.. runs.Select(r => r.Weight)]) : null;

    private static ServiceEvidence ServiceOf(Stage stage, int service, IReadOnlyList<RunResult> runs)
    {
        var workload = stage.Services[service];
        var room = Room.Of(stage, service);
        var all = new MonthTally();
        double[] weights = [.. runs.Select(r => r.WeightOf(workload.Name))];
        foreach (var run in runs)
            foreach (var month in run.Services[service].Months) all.Add(month, run.WeightOf(workload.Name));
        var objectives = ImmutableArray.CreateBuilder<ObjectiveEvidence>();
        var wanted = workload.ServiceLevel.InOrder;
        for (var kind = 0; kind < 3; kind++)
        {
            if (wanted[kind] is not { } objective) continue;
            for (var month = 0; month < stage.Horizon.Months; month++)
            {
                var played = runs.Select(r => (Month: r.Services[service].Months[month], Weight: r.WeightOf(workload.Name))).Where(p => p.Month.Requests > 0).ToList();
                if (played.Count == 0) continue;
                objectives.Add(new((ObjectiveKind)kind, month, objective.Percentile / 100, objective.Limit.TotalSeconds, Figure.OfShares([.. played.Select(p => p.Month.Met[kind] / p.Month.Requests)], [.. played.Select(p => p.Weight)])));
            }
        }

        return new(
            workload.Name, all.Requests / weights.Sum(), LatencyOf(all, 0), LatencyOf(all, 1), LatencyOf(all, 2),
            Figure.OfShares([.. runs.Select(r => r.Services[service].Months.Sum(m => m.Failed) / Math.Max(1e-9, r.Services[service].Months.Sum(m => m.Requests)))], weights),
            objectives.ToImmutable(), room.IsEmpty ? null : room.MinBy(r => r.Share));
    }

    private static Latency LatencyOf(MonthTally tally, int kind)
    {
        var (mean, median, p95, p99) = tally.Times[kind].Summary();
        return new(mean, median, p95, p99);
    }

    private static JobEvidence JobsOf(Stage stage, string workload, IReadOnlyList<RunResult> runs)
    {
        var jobs = runs.SelectMany(r => r.Jobs.Where(j => j.Workload == workload).Select(j => (Job: j, Weight: r.WeightOf(workload)))).ToList();
        var all = jobs.Sum(j => j.Weight);
        double Share(Func<JobOutcome, double> of) => jobs.Sum(j => j.Weight * of(j.Job)) / all;
        Figure Over(Func<JobOutcome, double> figure) => Figure.OfAmounts(
            [.. runs.Select(r => r.Jobs.Where(j => j.Workload == workload && !double.IsNaN(j.Ended)).Select(figure).DefaultIfEmpty(double.NaN).Average())], [.. runs.Select(r => r.WeightOf(workload))]);
        return new(
            workload, jobs.Count, jobs.Count(j => !double.IsNaN(j.Job.Ended)), Share(j => j.InTime ? 1 : 0), PromisedInTime,
            Over(j => (j.Ended - j.Arrives) / 3600), Over(j => (j.Started - j.Arrives) / 3600), Share(j => j.Failures),
            Reached([.. jobs.Select(j => (double.IsNaN(j.Job.Ended) ? double.NegativeInfinity : (j.Job.Deadline - j.Job.Ended) / 3600, j.Weight))], 0.05))
        {
            // A run that is played once in each is in time or not: a dozen of them say little of one in twenty.
            IsClose = Share(j => j.InTime ? 1 : 0) >= PromisedInTime - 1e-12
                && Figure.OfShares([.. runs.Select(r => r.Jobs.Where(j => j.Workload == workload).Average(j => j.InTime ? 1.0 : 0))], [.. runs.Select(r => r.WeightOf(workload))]).Low < PromisedInTime,
        };
    }

    /// <summary>The smallest figure of which a share of all, by weight, are no larger.</summary>
    /// <param name="figures">The figures with their weights.</param>
    /// <param name="share">The share, such as 0.05.</param>
    internal static double Reached(IReadOnlyList<(double Figure, double Weight)> figures, double share)
    {
        var left = (share * figures.Sum(f => f.Weight)) - 1e-9;
        var last = double.NaN;
        foreach (var (figure, weight) in figures.OrderBy(f => f.Figure))
        {
            last = figure;
            if ((left -= weight) <= 0) break;
        }

        return last;
    }

    private static IEnumerable<Breach> Breaches(
        Stage stage, ImmutableArray<ServiceEvidence> services, ImmutableArray<JobEvidence> jobs, Figure cost, IReadOnlyList<RunResult> runs)
    {
        var horizon = stage.Horizon;
        for (var s = 0; s < services.Length; s++)
        {
            foreach (var objective in services[s].Objectives.Where(o => !o.Holds).GroupBy(o => o.Kind))
            {
                var worst = objective.MinBy(o => o.Attained.Low)!;
                var months = objective.Select(o => o.Month).ToImmutableArray();
                var first = runs.SelectMany(r => r.Services[s].Missed).Where(m => m.Kind == objective.Key && months.Contains(HorizonTime.MonthAt(horizon, m.Seconds)))
                    .Select(m => m.Seconds).DefaultIfEmpty(horizon.HoursBefore(months[0]) * 3600).Min();
                yield return new(first, Text($"{services[s].Workload}: {Name(objective.Key)} p{worst.Wanted * 100:0.##} < {worst.Limit * 1000:0.##}ms"), months,
                    Text($"{worst.Attained.Mean:P2} of requests in {horizon.Label(worst.Month)} (95% interval from {worst.Attained.Low:P2}), {worst.Wanted:P0} wanted"), services[s].Workload)
                {
                    Kind = BreachKind.Objective,
                    IsClose = objective.All(o => o.Attained.Mean >= o.Wanted),
                };
            }
        }

        for (var s = 0; s < services.Length; s++)
        {
            var wanted = stage.Services[s].Headroom;
            var tight = Room.Of(stage, s).Where(r => r.Share < wanted - HeadroomTolerance).ToList();
            if (tight.Count == 0) continue;
            var least = tight.MinBy(r => r.Share);
            yield return new(horizon.HoursBefore(tight[0].Month) * 3600, $"{services[s].Workload}: headroom", [.. tight.Select(r => r.Month)],
                Text($"{least.Share:P0} above the peak of {horizon.Label(least.Month)} as it is predicted here, {wanted:P0} asked for"), services[s].Workload) { Kind = BreachKind.Headroom };
        }

        foreach (var job in jobs.Where(j => j.InTime < j.Promised - 1e-12))
        {
            var late = runs.SelectMany(r => r.Jobs).Where(j => j.Workload == job.Workload && !j.InTime).ToList();
            yield return new(late.Min(j => j.Deadline), $"{job.Workload}: deadline",
                [.. late.Select(j => Math.Min(horizon.Months - 1, HorizonTime.MonthAt(horizon, j.Deadline))).Distinct().Order()],
                Text($"{job.InTime:P1} of {job.Runs} runs end in time, {job.Promised:P0} wanted; {(double.IsNegativeInfinity(job.WorstSlackHours) ? "some never end" : Late(-job.WorstSlackHours))}"),
                job.Workload)
            {
                Kind = BreachKind.Deadline,
                IsClose = job.InTime >= job.Promised - CloseInTime,
            };
        }

        var planned = (double)stage.PlannedTotal.Usd;
        if (cost.Mean > planned * (1 + CostTolerance))
            yield return new(0, "cost", [], Text($"billed {Usd(cost.Mean)}, {(cost.Mean / planned) - 1:P1} above the planned {Usd(planned)}; up to {CostTolerance:P0} is within the plan's interval"), null) { Kind = BreachKind.Cost };
    }

    private static IEnumerable<Breach> Limits(Stage stage, ImmutableArray<LimitEvidence> limits)
    {
        foreach (var limit in limits)
        {
            if (limit.Measured is not { Holds: false } measured) continue;
            var months = measured.Month is { } month ? [month] : ImmutableArray<int>.Empty;
            var (kind, whose) = KindOf(stage, limit.Limit);
            yield return new(months.IsEmpty ? 0 : stage.Horizon.HoursBefore(months[0]) * 3600, limit.Limit, months,
                $"{limit.What}: {(measured.AtLeast ? "down to" : "up to")} {LimitJudge.Text(measured.Unit, measured.Worst)}, {LimitJudge.Text(measured.Unit, measured.Figure.Mean)} on average; {LimitJudge.Text(measured.Unit, measured.Bound)} {(measured.AtLeast ? "wanted" : "allowed")}{By(measured)}", whose)
            {
                Kind = kind,
            };
        }
    }

    // By how much, in what is judged.
    private static string By(LimitFigure measured)
    {
        var off = Math.Abs(measured.Judged - measured.Bound);
        return measured.Unit switch
        {
            LimitUnit.Share => Text($": {off * 100:0.##} points too {(measured.AtLeast ? "few" : "many")}{(measured.AtLeast ? "" : Text($", {LimitJudge.ShareTolerance * 100:0} are let pass"))}"),
            _ when measured.Bound > 0 => Text($": {off / measured.Bound:0.#%} too {(measured.AtLeast ? "little" : "much")}"),
            _ => "",
        };
    }

    private static (BreachKind Kind, string? Workload) KindOf(Stage stage, string limit)
    {
        foreach (var service in stage.Services)
        {
            if (limit == LimitJudge.FewestReplicas(service.Name)) return (BreachKind.Replicas, service.Name);
            if (limit == LimitJudge.SpreadOver(service.Name)) return (BreachKind.Spread, service.Name);
        }

        return (BreachKind.Limit, null);
    }

    /// <summary>An objective's name, as scenario files write it.</summary>
    public static string Name(ObjectiveKind kind) => kind switch { ObjectiveKind.Ttft => "ttft", ObjectiveKind.Tpot => "tpot", _ => "e2e" };

    private static string Late(double hours) => hours < 1 ? Text($"{hours * 60:0.#} min late in the worst 5%") : Text($"{hours:0.#} h late in the worst 5%");

    private static string Usd(double usd) => Units.Money.FromUsd(usd).ToString();

    private static string Text(FormattableString text) => English.Text(text);
}
