using System.Globalization;
using Spectre.Console;
using Switchyard.Demand;
using Switchyard.Operate;
using Switchyard.Prove;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>Evidence as tables: the verdict, what is broken, and what the plan delivers.</summary>
internal static class EvidenceTables
{
    // Fewer runs than this have no interval.
    private const int Few = 3;

    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, Evidence evidence)
    {
        var expected = evidence.Expected;
        var horizon = evidence.Horizon;
        var verdict = evidence.Holds ? "[green bold]holds[/]" : "[red bold]does not hold[/]";
        console.MarkupLine($"[bold]{Markup.Escape(evidence.Scenario)}[/]: the plan {verdict} ({expected.Seeds} run{(expected.Seeds == 1 ? "" : "s")} of {horizon.Label(0)} to {horizon.Label(horizon.Months - 1)}, {expected.Played.ToString("#,##0", CultureInfo.InvariantCulture)} requests played, run hash {evidence.RunHash})");
        if (expected.Seeds < Few) console.MarkupLineInterpolated($"[yellow]Few[/]    so few runs have no interval: the worst of them counts, and what happens in one run of {expected.Seeds + 1} is not known; 12 is the default");
        console.WriteLine();
        foreach (var breach in expected.Breaches)
            console.MarkupLineInterpolated($"[bold]Broken[/] {breach.What}, {(breach.Months.IsEmpty ? "over all months" : $"first at {HorizonTime.Text(horizon, breach.Seconds)}")}: {breach.Detail}{Months(horizon, breach)}");
        if (!evidence.Holds && expected.Seeds < ProofSettings.Enough && expected.Breaches.All(b => b.IsClose))
            console.MarkupLineInterpolated($"[yellow]Close[/]  {expected.Seeds} runs cannot tell this from chance: prove it with --seeds {ProofSettings.Enough} before you decide");
        foreach (var limit in expected.Limits.Where(l => expected.Seeds < ProofSettings.Enough && l.Measured is { IsClose: true }))
            console.MarkupLineInterpolated($"[yellow]Close[/]  {limit.Limit}: {LimitJudge.Text(limit.Measured!.Unit, limit.Measured.Figure.Mean)} on average, {LimitJudge.Text(limit.Measured.Unit, limit.Measured.Bound)} {(limit.Measured.AtLeast ? "wanted" : "allowed")}: more runs may find it broken; prove it with --seeds {ProofSettings.Enough} before you decide");
        foreach (var job in expected.Jobs.Where(j => evidence.Holds && expected.Seeds < ProofSettings.Enough && j.IsClose))
            console.MarkupLineInterpolated($"[yellow]Close[/]  {job.Workload}: {Text($"{job.InTime:P1}")} in time, {Text($"{job.Promised:P0}")} promised: more runs may find it broken; prove it with --seeds {ProofSettings.Enough} before you decide");
        // Eight columns of numbers need as much; torn or cut they would say something else.
        if (console.Profile.Width < 116) EvidenceLines.Write(console, evidence);
        else Tables(console, evidence);
        Held(console, horizon, expected);
        Money(console, expected);
        Cases(console, evidence);
        Mended(console, evidence);
        foreach (var note in evidence.Notes) console.MarkupLineInterpolated($"[grey]note     {note}[/]");
        foreach (var assumed in evidence.Assumed) console.MarkupLineInterpolated($"[grey]assumed  {assumed}[/]");
    }

    private static void Tables(IAnsiConsole console, Evidence evidence)
    {
        var expected = evidence.Expected;
        if (!expected.Services.IsEmpty) console.Write(Services(evidence));
        if (!expected.Jobs.IsEmpty) console.Write(Jobs(expected));
        console.Write(Hours(expected));
        if (!expected.Limits.IsEmpty) console.Write(Limits(expected));
    }

    private static string Months(Horizon horizon, Breach breach) => breach.Months.Length switch
    {
        0 => "",
        1 => $" ({horizon.Label(breach.Months[0])})",
        var n => $" ({n} months from {horizon.Label(breach.Months[0])})",
    };

    private static Table Services(Evidence evidence)
    {
        var table = PlanTables.Compact("Services");
        foreach (var heading in new[] { "Workload", "Objective", "Attained, worst month", "95% interval", "", "p50", "p95", "p99" }) table.AddColumn(new TableColumn(heading) { NoWrap = true });
        foreach (var service in evidence.Expected.Services)
        {
            foreach (var kind in Enum.GetValues<ObjectiveKind>())
            {
                var times = kind switch { ObjectiveKind.Ttft => service.Ttft, ObjectiveKind.Tpot => service.Tpot, _ => service.EndToEnd };
                var worst = service.Objectives.Where(o => o.Kind == kind).MinBy(o => o.Attained.Low);
                table.AddRow(PlanTables.Row(
                    kind == ObjectiveKind.Ttft ? service.Workload : "",
                    worst is null ? Judge.Name(kind) : Text($"{Judge.Name(kind)} p{worst.Wanted * 100:0.##} < {worst.Limit * 1000:0.##}ms"),
                    worst is null ? "" : Text($"{worst.Attained.Mean:P2} in {evidence.Horizon.Label(worst.Month)}"),
                    worst is null ? "" : Text($"{worst.Attained.Low:P2} to {worst.Attained.High:P2}"),
                    worst is null ? "" : worst.Holds ? "✓" : "✗",
                    Text($"{times.P50 * 1000:#,##0} ms"), Text($"{times.P95 * 1000:#,##0} ms"), Text($"{times.P99 * 1000:#,##0} ms")));
            }
        }

        return table;
    }

    private static Table Jobs(CaseEvidence expected)
    {
        var table = PlanTables.Compact("Jobs");
        foreach (var heading in new[] { "Workload", "Runs", "In time", "Promised", "", "Hours each", "Waiting", "Interruptions", "Slack in the worst 5%" }) table.AddColumn(new TableColumn(heading) { NoWrap = true });
        foreach (var job in expected.Jobs)
        {
            table.AddRow(PlanTables.Row(
                job.Workload, Text($"{job.Runs:#,##0}"), Text($"{job.InTime:P1}"), Text($"{job.Promised:P0}"), job.InTime >= job.Promised ? "✓" : "✗",
                Text($"{job.Hours.Mean:0.##} ({job.Hours.Low:0.##} to {job.Hours.High:0.##})"), Text($"{job.WaitHours.Mean:0.##} h"), Text($"{job.Failures:0.##}"),
                EvidenceLines.Slack(job)));
        }

        return table;
    }

    private static Table Hours(CaseEvidence expected)
    {
        var table = PlanTables.Compact("Accelerator-hours");
        table.AddColumn(new TableColumn("Workload") { NoWrap = true });
        foreach (var state in Enum.GetNames<HourState>()) table.AddColumn(new TableColumn(state) { NoWrap = true }.RightAligned());
        table.AddColumn(new TableColumn("All").RightAligned());
        foreach (var (workload, hours) in expected.Hours)
            table.AddRow(PlanTables.Row([workload, .. hours.Select(h => Text($"{h.Mean:#,##0.#}")), Text($"{hours.Sum(h => h.Mean):#,##0}")]));
        return table;
    }

    private static Table Limits(CaseEvidence expected)
    {
        var table = PlanTables.Compact("Limits");
        foreach (var heading in new[] { "Limit", "Says", "Measured", "", "What" }) table.AddColumn(new TableColumn(heading) { NoWrap = heading.Length != 4 || heading == "Says" });
        foreach (var limit in expected.Limits)
        {
            table.AddRow(PlanTables.Row(
                limit.Limit, limit.Value, limit.Measured is { } measured ? LimitJudge.Text(measured.Unit, measured.Judged) : "–",
                limit.Holds is { } holds ? holds ? "✓" : "✗" : "", limit.What));
        }

        return table;
    }

    private static void Held(IAnsiConsole console, Horizon horizon, CaseEvidence expected)
    {
        foreach (var limit in expected.Limits)
        {
            if (limit.HeldBack is not { } held) continue;
            console.MarkupLineInterpolated($"[bold]Held[/]   by {limit.Limit} {Text($"{held.TimesARun:0.##}")} times a run, first at {HorizonTime.Text(horizon, held.Seconds)}: {held.Reason}.");
        }
    }

    private static void Money(IAnsiConsole console, CaseEvidence expected)
    {
        var planned = (double)expected.PlannedCost.Usd;
        console.MarkupLineInterpolated($"[bold]Cost[/]   {Usd(expected.Cost.Mean)} as billed ({Usd(expected.Cost.Low)} to {Usd(expected.Cost.High)}), {Usd(planned)} planned ({Text($"{(planned == 0 ? 0 : (expected.Cost.Mean / planned) - 1):+0.0%;-0.0%;0%}")}).");
        if (expected.KilowattHours is { } energy)
            console.MarkupLineInterpolated($"[bold]Energy[/] {new Energy(energy.Mean)}{(expected.CarbonKilograms is { } carbon ? Text($", {carbon.Mean / 1000:#,##0.##} t of CO2e") : ", carbon unknown for a region")}.");
        foreach (var service in expected.Services)
        {
            if (service.Headroom is not { } room) continue;
            var chance = room.Share < InferenceWorkload.LeastHeadroom ? Text($" With less than {InferenceWorkload.LeastHeadroom:P0}, chance breaks objectives: ask for more headroom.") : "";
            console.MarkupLineInterpolated($"[bold]Room[/]   {service.Workload}: load could {Grow(room.Share)} its peak in the tightest month before what the plan buys is used up, as it is predicted here.{chance}");
        }
    }

    private static string Grow(double share) => share < 0 ? Text($"reach {1 + share:P0} of") : Text($"grow {share:P0} above");

    private static void Cases(IAnsiConsole console, Evidence evidence)
    {
        if (evidence.Pessimistic is { } p90)
        {
            console.MarkupLineInterpolated($"[bold]P90[/]    {(p90.Breaches.IsEmpty ? "holds too if all predictions are wrong by their P90" : $"if all predictions were wrong by their P90, these would fail: {string.Join("; ", p90.Breaches.Select(b => b.What))}")}.");
        }

        foreach (var stress in evidence.Stress)
            console.MarkupLineInterpolated($"[bold]Stress[/] {stress.Name}: {(stress.Breaches.IsEmpty ? "holds" : string.Join("; ", stress.Breaches.Select(b => $"{b.What} ({b.Detail})")))}; {Usd(stress.Cost.Mean)} billed.");
    }

    private static void Mended(IAnsiConsole console, Evidence evidence)
    {
        if (evidence.Mend is not { } mend) return;
        if (mend.Plan is null) console.MarkupLine("[bold]Mend[/]   nothing was found that mends it.");
        else
        {
            var with = string.Join(", and ", mend.Measures.Select(m => $"{m.Text}{(m.Cost is { } cost ? $" ({More(cost)})" : "")}"));
            console.MarkupLineInterpolated($"[bold]Mend[/]   planned again {(with.Length == 0 ? "as the scenario says" : with)}, it {(mend.Holds ? "holds" : "comes closest and still does not hold")}, for {More(mend.Cost)}{(mend.Billed is { } billed ? $" (billed {billed} on average)" : "")}; save that plan with --mend:");
            foreach (var change in mend.Additions) console.MarkupLineInterpolated($"       {change}");
            foreach (var still in mend.Still) console.MarkupLineInterpolated($"       still broken: {still.What}: {still.Detail}");
        }

        if (mend is { Holds: false, Obstacle: { } obstacle }) console.MarkupLineInterpolated($"[bold]Stops[/]  {obstacle}.");
        foreach (var later in mend.Later)
            console.MarkupLineInterpolated($"[bold]Later[/]  {(mend.Plan is null ? "the plan as it is" : "that plan")} holds if {later.Workload} has {Duration(later.Within)} instead of {Duration(later.Instead)}: write within: {Duration(later.Within)}, or begin so much earlier.");
    }

    private static string More(Money cost) => $"{(cost.Usd >= 0 ? "+" : "")}{cost}";

    private static string Duration(TimeSpan time) => time.TotalDays >= 3 ? Text($"{time.TotalDays:0.##} days") : time.TotalHours >= 3 ? Text($"{time.TotalHours:0.##}h") : Text($"{time.TotalMinutes:0}min");

    private static string Usd(double usd) => Units.Money.FromUsd(double.IsFinite(usd) ? usd : 0).ToString();

    private static string Text(FormattableString text) => English.Text(text);
}
