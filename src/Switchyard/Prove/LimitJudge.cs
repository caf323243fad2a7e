using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Plan;

namespace Switchyard.Prove;

/// <summary>Holds every limit of a scenario against what the runs measured, and says which cannot be measured.</summary>
public sealed class LimitJudge
{
    /// <summary>Shares of the spending may lie so far above their limit on average: plans lie at limits, and who is paid how much is known afterwards.</summary>
    public const double ShareTolerance = 0.02;

    /// <summary>Share of the time in which replicas must be as many and as spread as the scenario says: failures take some of it.</summary>
    public const double PresenceShare = 0.999;

    // How exactly sums of thousands of hours agree.
    private const double Slack = 1e-6;

    private readonly Stage stage;
    private readonly IReadOnlyList<RunResult> runs;
    private readonly Dictionary<string, string> values;
    private readonly List<LimitEvidence> found = [];

    private LimitJudge(Stage stage, IReadOnlyList<RunResult> runs)
    {
        (this.stage, this.runs) = (stage, runs);
        values = stage.Stated.GroupBy(s => s.Limit).ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
    }

    /// <summary>The evidence on every limit, in the order of the plan.</summary>
    internal static ImmutableArray<LimitEvidence> Of(Stage stage, IReadOnlyList<RunResult> runs)
    {
        var judge = new LimitJudge(stage, runs);
        judge.Money();
        judge.Shares();
        judge.AtOnce();
        judge.Carbon();
        judge.Places();
        judge.Services();
        foreach (var stated in stage.Stated.Where(s => judge.found.TrueForAll(f => f.Limit != s.Limit)))
            judge.found.Add(new(stated.Limit, stated.Value, Unmeasured(stated.Limit), null));
        var order = stage.Stated.Select(s => s.Limit).ToList();
        return [.. judge.found.OrderBy(f => order.IndexOf(f.Limit) is >= 0 and var at ? at : int.MaxValue).ThenBy(f => f.Limit, StringComparer.Ordinal).Select(judge.WithHeldBack)];
    }

    private static string Unmeasured(string limit) => limit switch
    {
        _ when limit.EndsWith(".survive", StringComparison.Ordinal) => "not measured by itself: what losses do is in the objectives",
        _ when limit.EndsWith(".residency", StringComparison.Ordinal) => "not measured: data has no place in the replay",
        _ when limit.EndsWith(".spot.base", StringComparison.Ordinal) || limit.EndsWith(".spot.pools", StringComparison.Ordinal) =>
            "not measured: the plan sees to it, and what preemptions do is in the objectives",
        _ when limit.EndsWith(".accelerators", StringComparison.Ordinal) => "not measured: the replay has only what the plan buys",
        DeclaredLimit.Availability => "not measured: what is assumed to be on offer is assumed in the replay too",
        _ => "not measured",
    };

    private LimitEvidence WithHeldBack(LimitEvidence limit)
    {
        var held = runs.Where(r => r.Fleet.HeldBack.ContainsKey(limit.Limit)).Select(r => r.Fleet.HeldBack[limit.Limit]).ToList();
        if (held.Count == 0) return limit;
        var first = held.MinBy(h => h.First);
        var times = runs.Sum(r => r.Weight * (r.Fleet.HeldBack.TryGetValue(limit.Limit, out var own) ? own.Times : 0));
        return limit with { HeldBack = new(times / runs.Sum(r => r.Weight), first.First, first.Reason) };
    }

    private void Money()
    {
        var limits = stage.Limits;
        if (limits.CashPerMonth is { } cash)
            Worst("limits.budget.cash", "cash of the dearest month", LimitUnit.Usd, (double)cash.Usd, r => Largest(r.CashPerMonth.Take(stage.Horizon.Months).Select(m => (double)m)));
        if (limits.TotalCost is { } total) Worst("limits.budget.total", "all cash", LimitUnit.Usd, (double)total.Usd, r => ((double)r.CashPerMonth.Sum(), null));
        foreach (var team in limits.Teams)
        {
            // What it pays, and what it is charged for machines that somebody else pays for (docs/model/planning.md#teams).
            double[] Owed(RunResult run)
            {
                var months = new double[run.CashPerMonth.Length + run.Fleet.Books.Months];
                foreach (var line in run.Lines.Where(l => l.Team == team.Team)) months[line.Month] += (double)line.Usd;
                foreach (var pool in stage.Mandate.Pools.Where(p => p.ChargePerHour > 0 && stage.Teams.GetValueOrDefault(p.Workload) == team.Team))
                    for (var month = 0; month < run.Fleet.Books.Months; month++) months[month] += run.Fleet.Books.Charged[pool.Index, month];
                return months;
            }

            var charged = stage.Mandate.Pools.Any(p => p.ChargePerHour > 0 && stage.Teams.GetValueOrDefault(p.Workload) == team.Team);
            if (team.CashPerMonth is { } own)
            {
                Worst(StatedLimits.Cash(team.Team), charged ? "what the team paid and was charged by use in the dearest month" : "the team's cash of the dearest month", LimitUnit.Usd, (double)own.Usd,
                    r => Largest(Owed(r).Take(stage.Horizon.Months)));
            }

            if (team.TotalCost is { } all)
                Worst(StatedLimits.Total(team.Team), charged ? "all that the team paid and was charged by use" : "all of the team's cash", LimitUnit.Usd, (double)all.Usd, r => (Owed(r).Sum(), null));
        }
    }

    private const string Spot = "share of the spending that went into spot";

    private void Shares()
    {
        void Share(string limit, string of, double? most, Func<BillLine, string?> group)
        {
            if (most is not { } share) return;
            double Largest(RunResult run)
            {
                var spending = run.Lines.Where(l => l.IsSpending).ToList();
                var all = spending.Sum(l => l.Usd);
                return all <= 0 ? 0 : (double)(spending.Where(l => group(l) is not null).GroupBy(group).Select(g => g.Sum(l => l.Usd)).DefaultIfEmpty(0).Max() / all);
            }

            // Whose it is, over all runs.
            var largest = runs.SelectMany(r => r.Lines.Where(l => l.IsSpending && group(l) is not null).Select(l => (Group: group(l)!, Usd: l.Usd * (decimal)r.Weight)))
                .GroupBy(l => l.Group, StringComparer.Ordinal).OrderByDescending(g => g.Sum(l => l.Usd)).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault();
            Average(limit, of == Spot || largest is null ? of : $"{of}, {largest.Key}", share, false, Largest, ShareTolerance);
        }

        Share("limits.provider_share", "largest share of the spending that one provider had", stage.Limits.ProviderShare, l => l.Provider);
        Share("limits.region_share", "largest share of the spending that one region had", stage.Limits.RegionShare, l => $"{l.Provider}/{l.Region}");
        Share("limits.spot_share", Spot, stage.Limits.SpotShare, l => l.Kind == PurchaseKind.Spot ? "spot" : null);
    }

    private void AtOnce()
    {
        for (var i = 0; i < stage.Mandate.Caps.Length; i++)
        {
            var (cap, index) = (stage.Mandate.Caps[i], i);
            Worst(cap.Limit, cap.Limit == StatedLimits.Power ? "most that owned machines drew at once, at full load" : "most accelerators held at once",
                cap.Limit == StatedLimits.Power ? LimitUnit.Kilowatts : LimitUnit.Accelerators, cap.Most,
                r => (r.Fleet.Peaks.Most[index], Math.Min(stage.Horizon.Months - 1, HorizonTime.MonthAt(stage.Horizon, r.Fleet.Peaks.At[index]))));
        }
    }

    private void Carbon()
    {
        if (stage.Limits.CarbonPerMonth is not { } most) return;
        if (runs.Any(r => r.CarbonPerMonth.IsEmpty))
        {
            found.Add(new(StatedLimits.Carbon, Said(StatedLimits.Carbon, LimitUnit.Kilograms, most.Kilograms), "not measured: power or carbon of a region is not known", null));
            return;
        }

        Worst(StatedLimits.Carbon, "emitted in the worst month, by what machines drew", LimitUnit.Kilograms, most.Kilograms, r => Largest(r.CarbonPerMonth.Take(stage.Horizon.Months)));
    }

    private void Places()
    {
        if (stage.Limits.Regions.Length > 0) Elsewhere("limits.regions");
        if (stage.Limits.Providers.Length > 0) Elsewhere("limits.providers");
        foreach (var stated in stage.Stated.Where(s => s.Limit.StartsWith("workloads.", StringComparison.Ordinal) && s.Limit.EndsWith(".spot", StringComparison.Ordinal)))
        {
            var workload = stated.Limit["workloads.".Length..^".spot".Length];
            Worst(stated.Limit, "accelerator-hours of spot held", LimitUnit.Hours, 0,
                r => (stage.Mandate.Pools.Where(p => p.Workload == workload && p.Kind == PurchaseKind.Spot).Sum(p => r.Fleet.Books.Held[p.Index]), null));
        }
    }

    private void Elsewhere(string limit) => Worst(limit, "accelerator-hours held elsewhere", LimitUnit.Hours, 0,
        r => (stage.Mandate.Pools.Where(p => !stage.Makes[p.Index].IsAllowed).Sum(p => r.Fleet.Books.Held[p.Index]), null));

    private void Services()
    {
        for (var s = 0; s < stage.Services.Length; s++)
        {
            var (service, index) = (stage.Services[s], s);
            // An API has no replicas; what it answers does not hang on how many there are.
            if (stage.Mandate.Services[s].Pools.IsEmpty) continue;
            if (service.MinReplicas > 1)
                Average(FewestReplicas(service.Name), $"share of the time with at least {service.MinReplicas} replicas answering", PresenceShare, true, r => 1 - (r.Fleet.Presences[index].FewSeconds / stage.End), 0);
            if (service.Spread != FailureDomain.None)
            {
                Average(SpreadOver(service.Name), $"share of the time with replicas in more than one {service.Spread.Text()}",
                    PresenceShare, true, r => 1 - (r.Fleet.Presences[index].TogetherSeconds / stage.End), 0);
            }
        }
    }

    /// <summary>The path of the fewest replicas of a service.</summary>
    internal static string FewestReplicas(string service) => $"workloads.{service}.availability.replicas_min";

    /// <summary>The path of what its replicas are spread over.</summary>
    internal static string SpreadOver(string service) => $"workloads.{service}.availability.spread";

    private static (double, int?) Largest(IEnumerable<double> months)
    {
        var (most, month) = (double.NegativeInfinity, 0);
        var at = 0;
        foreach (var amount in months)
        {
            if (amount > most) (most, month) = (amount, at);
            at++;
        }

        return (most, month);
    }

    // A hard limit: no run may pass it.
    private void Worst(string limit, string what, LimitUnit unit, double most, Func<RunResult, (double Amount, int? Month)> measure)
    {
        var measured = runs.Select(measure).ToList();
        var (amount, month) = measured.MaxBy(m => m.Amount);
        var holds = amount <= (most * (1 + Slack)) + (unit == LimitUnit.Usd ? 0.01 : Slack);
        found.Add(new(limit, Said(limit, unit, most), what, new(unit, most, false, Figure.OfAmounts([.. measured.Select(m => m.Amount)], [.. runs.Select(r => r.Weight)]), amount, month, holds)));
    }

    // Over the runs: broken where the interval of the mean says so, since what it measures hangs on what happens to fail.
    private void Average(string limit, string what, double bound, bool atLeast, Func<RunResult, double> measure, double tolerance)
    {
        var measured = runs.Select(measure).ToList();
        var figure = Figure.OfShares(measured, [.. runs.Select(r => r.Weight)]);
        var holds = atLeast ? figure.High >= bound - tolerance - Slack : figure.Low <= bound + tolerance + Slack;
        var wrong = atLeast ? figure.Mean < bound - tolerance - Slack : figure.Mean > bound + tolerance + Slack;
        // What passes the limit and is no breach says why.
        if (tolerance > 0 && holds && !wrong && (atLeast ? figure.Mean < bound - Slack : figure.Mean > bound + Slack))
            what += string.Create(CultureInfo.InvariantCulture, $"; {100 * tolerance:0.#} points of tolerance");
        found.Add(new(limit, Said(limit, LimitUnit.Share, bound), what, new(LimitUnit.Share, bound, atLeast, figure, atLeast ? measured.Min() : measured.Max(), null, holds) { IsClose = holds && wrong }));
    }

    // What the scenario says now, in case the plan was made when it said something else; what is no amount, as the plan has it.
    private string Said(string limit, LimitUnit unit, double bound) =>
        values.TryGetValue(limit, out var said) && (unit == LimitUnit.Hours || limit.Contains(".availability.", StringComparison.Ordinal)) ? said : Text(unit, bound);

    /// <summary>A figure of a limit as people write it.</summary>
    public static string Text(LimitUnit unit, double amount) => unit switch
    {
        LimitUnit.Usd => Units.Money.FromUsd(amount).ToString(),
        LimitUnit.Share => amount.ToString("0.0##%", CultureInfo.InvariantCulture),
        LimitUnit.Accelerators => string.Create(CultureInfo.InvariantCulture, $"{amount:#,##0.##} accelerators"),
        LimitUnit.Kilowatts => string.Create(CultureInfo.InvariantCulture, $"{amount:#,##0.##} kW"),
        LimitUnit.Kilograms => string.Create(CultureInfo.InvariantCulture, $"{amount:#,##0.#} kg"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{amount:#,##0.#} h"),
    };
}
