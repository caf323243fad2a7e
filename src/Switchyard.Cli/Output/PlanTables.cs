using System.Buffers;
using System.Globalization;
using Spectre.Console;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>A plan as tables: what is wanted, what to buy, what it costs against simpler ways, and why.</summary>
internal static class PlanTables
{
    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, PurchasePlan plan, Scenario scenario)
    {
        var last = plan.Horizon.Months - 1;
        console.MarkupLineInterpolated(
            $"[bold]{plan.Scenario}[/]: {plan.Horizon.Label(0)} to {plan.Horizon.Label(last)}, prices as of {plan.PricesAsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        foreach (var line in Wanted(scenario)) console.MarkupLineInterpolated($"  {line}");
        if (plan.Baseline is { } way)
        {
            var breaks = way.Breaks.IsEmpty ? "within every limit" : $"breaks {string.Join(", ", way.Breaks)}";
            console.MarkupLineInterpolated($"  [bold]not the best plan but a baseline[/]: {way.Name} ({way.Detail}), {breaks}");
        }

        console.WriteLine();
        console.Write(console.Profile.Width < 130 ? NarrowPurchases(plan) : Purchases(plan, console.Profile.Width - Rest));
        Plots.Write(console, plan);
        console.Write(Costs(plan, console.Profile.Width < 100));
        console.Write(MonthTable.Of(plan));
        UseFirstTables.Write(console, plan);
        Why(console, plan);
        WhyTables.Write(console, plan);
        Tight(console, scenario);
        Notes(console, plan);
    }

    private static void Tight(IAnsiConsole console, Scenario scenario)
    {
        foreach (var service in scenario.Workloads.OfType<InferenceWorkload>().Where(s => s.Headroom < InferenceWorkload.LeastHeadroom && s.ServiceLevel != ServiceLevel.None))
        {
            console.MarkupLineInterpolated(
                $"[bold]Room[/]   {service.Name}: {Text($"a headroom of {service.Headroom:P0}")} is what rounding up to whole machines leaves and little more; at its capacity a replica only just meets its objectives, and chance breaks them. Ask for {Text($"{InferenceWorkload.LeastHeadroom:P0}")} or more.");
        }
    }

    private static IEnumerable<string> Wanted(Scenario scenario)
    {
        foreach (var workload in scenario.Workloads)
        {
            yield return workload switch
            {
                InferenceWorkload s => Text($"{s.Name}: serve {s.Model.Name}, {s.Load.PeakPerSecond:0.###}/s at peak ({s.Load.Shape.Name}), {Growth(s.Load.MonthlyGrowth)}{Objectives(s.ServiceLevel)}"),
                TrainingWorkload t => Text($"{t.Name}: train {t.Model.Name} on {t.Work}{Every(t.Cadence)}, each within {t.Cadence.Within.TotalDays:0.#} days"),
                BatchWorkload b => Text($"{b.Name}: run {b.Model.Name} over {Count(b.Requests)} requests{Every(b.Cadence)}, each time within {b.Cadence.Within.TotalHours:0.#} h"),
                _ => workload.Name,
            };
        }

        var limits = scenario.Limits;
        var said = new List<string>();
        if (limits.CashPerMonth is { } cash) said.Add($"cash {cash}/month");
        if (limits.TotalCost is { } total) said.Add($"total {total}");
        if (limits.ProviderShare is { } share) said.Add(Text($"at most {share:P0} at one provider"));
        if (limits.Regions.Length > 0) said.Add($"regions {string.Join(", ", limits.Regions)}");
        if (limits.Providers.Length > 0) said.Add($"providers {string.Join(", ", limits.Providers)}");
        if (said.Count > 0) yield return $"limits: {string.Join("; ", said)}";
    }

    private static string Objectives(ServiceLevel level)
    {
        var said = new List<string>();
        if (level.Ttft is { } ttft) said.Add($"TTFT {ttft}");
        if (level.Tpot is { } tpot) said.Add($"TPOT {tpot}");
        if (level.EndToEnd is { } whole) said.Add($"end to end {whole}");
        return said.Count == 0 ? "" : $", {string.Join(", ", said)}";
    }

    private static string Growth(double monthly) => Text($"{monthly * 100:+0.##;-0.##;±0}% a month");

    private static string Every(Cadence cadence) => cadence switch
    {
        { EveryMonths: 1 } => " every month",
        { EveryMonths: > 1 } => $" every {cadence.EveryMonths} months",
        { EveryDays: 1 } => " every day",
        { EveryDays: 7 } => " every week",
        { EveryDays: > 0 } => Text($" every {cadence.EveryDays:0.##} days"),
        _ => "",
    };

    private static string Count(double count) => count switch
    {
        >= 1e9 => Text($"{count / 1e9:0.##}B"),
        >= 1e6 => Text($"{count / 1e6:0.##}M"),
        >= 1e4 => Text($"{count / 1e3:0.##}k"),
        _ => Text($"{count:0.##}"),
    };

    // Characters in a line of what has no spaces, so that the table fits where it is shown: what all else takes, the least that is left for an offer, and an accelerator's most.
    private const int Rest = 116;
    private const int LeastOffer = 24;
    private const int AcceleratorsWidth = 14;
    private static readonly SearchValues<char> Joints = SearchValues.Create("/-_.: ");

    private static Table Purchases(PurchasePlan plan, int offerWidth)
    {
        var table = Compact("Buy");
        foreach (var heading in new[] { "Workload", "Offer", "How", "Accelerators", "One instance does", "Months" })
            table.AddColumn(new TableColumn(heading) { NoWrap = heading is not "One instance does" });
        foreach (var heading in new[] { "Instances", "Cost" }) table.AddColumn(new TableColumn(heading) { NoWrap = true }.RightAligned());
        string? before = null;
        foreach (var purchase in Merged(plan.Purchases))
        {
            var source = purchase.Source;
            table.AddRow(Row(
                purchase.Workload == before ? "" : purchase.Workload,
                InLines(Offer(source), Math.Max(LeastOffer, offerWidth)),
                How(source),
                InLines(Accelerators(source), AcceleratorsWidth),
                purchase.Configuration,
                Months(plan.Horizon, purchase),
                Instances(source, purchase),
                purchase.Cost.ToString()));
            before = purchase.Workload;
        }

        return table;
    }

    // Names that a line would tear go on in the next where they have a joint, best after a slash.
    private static string InLines(string name, int width)
    {
        var lines = new List<string>();
        while (name.Length > width)
        {
            var at = name.LastIndexOf('/', width - 1);
            if (at < width / 3) at = name.AsSpan(0, width).LastIndexOfAny(Joints);
            if (at < 1) at = width - 1;
            lines.Add(name[..(at + 1)].TrimEnd());
            name = name[(at + 1)..];
        }

        return string.Join('\n', [.. lines, name]);
    }

    // On a narrow terminal an offer takes some lines, so that no number is torn.
    private static Table NarrowPurchases(PurchasePlan plan)
    {
        var table = Compact("Buy");
        table.AddColumn("For, and what");
        foreach (var heading in new[] { "Instances", "Cost" }) table.AddColumn(new TableColumn(heading) { NoWrap = true }.RightAligned());
        string? before = null;
        foreach (var purchase in Merged(plan.Purchases))
        {
            var source = purchase.Source;
            if (purchase.Workload != before) table.AddRow(Row(purchase.Workload, "", ""));
            before = purchase.Workload;
            var what = string.Join(", ", new[] { Accelerators(source), purchase.Configuration }.Where(s => s.Length > 0));
            table.AddRow(Row($"  {Offer(source)}\n  {How(source)}, {Months(plan.Horizon, purchase)}\n  {what}", Instances(source, purchase), purchase.Cost.ToString()));
        }

        return table;
    }

    private static string Offer(Source source) =>
        source.Kind is PurchaseKind.Commitment or PurchaseKind.Block && source.Id[..Math.Max(0, source.Id.LastIndexOf('@'))] is { Length: > 0 } id ? id : source.Id;

    private static string Accelerators(Source source) => source.AcceleratorCount > 0 ? Text($"{source.Accelerator}:{source.AcceleratorCount:0.###}") : "";

    // One offer can stand in several columns of the plan, each for other users: for people it is one.
    private static IEnumerable<Purchase> Merged(IEnumerable<Purchase> purchases) => purchases
        .GroupBy(p => (p.Workload, p.Source.Label, p.Source.Kind)).Select(same => same.First() with
        {
            Configuration = string.Join("; ", same.Select(p => p.Configuration.Split(InBlocks)).GroupBy(parts => parts[0])
                .Select(parts => string.Join(InBlocks, [parts.Key, .. parts.Where(p => p.Length > 1).Select(p => p[1]).Distinct(StringComparer.Ordinal).Take(1)]) + More([.. parts.SelectMany(p => p.Skip(1)).Distinct(StringComparer.Ordinal)]))),
            Months =
            [
                .. same.SelectMany(p => p.Months).GroupBy(m => m.Month).OrderBy(g => g.Key).Select(month => month.First() with
                {
                    Instances = month.Sum(m => m.Instances), InstanceHours = month.Sum(m => m.InstanceHours), Cash = new(month.Sum(m => m.Cash.Usd)), Amortised = new(month.Sum(m => m.Amortised.Usd)),
                }),
            ],
        });

    private const string InBlocks = ", blocks of ";

    // Blocks of several lengths.
    private static string More(string[] lengths) => string.Concat(lengths.Skip(1).Select(length => $", {length}"));

    private static string How(Source source) => source.Kind switch
    {
        PurchaseKind.OnDemand => source.Basis == PriceBasis.Quote ? "quote" : "on demand",
        PurchaseKind.Spot => "spot",
        PurchaseKind.Commitment => source.TermMonths % 12 == 0 ? Text($"commit {source.TermMonths / 12} y") : Text($"commit {source.TermMonths} mo"),
        PurchaseKind.Owned => "owned",
        PurchaseKind.Block => "in blocks",
        _ => "by token",
    };

    private static string Months(Horizon horizon, Purchase purchase)
    {
        var used = purchase.Months.Where(m => m.Instances > 0).Select(m => m.Month).ToList();
        if (used.Count == 0) return "";
        var whole = used[^1] - used[0] + 1;
        var span = used.Count == 1 ? horizon.Label(used[0]) : $"{horizon.Label(used[0])}…{horizon.Label(used[^1])}";
        return used.Count == whole ? span : Text($"{span} ({used.Count})");
    }

    private static string Instances(Source source, Purchase purchase)
    {
        var counts = purchase.Months.Where(m => m.Instances > 0).Select(m => m.Instances).ToList();
        if (counts.Count == 0) return "";
        if (source.Kind == PurchaseKind.Tokens) return Text($"{counts.Max():P0} of load");
        var (least, most) = (counts.Min(), counts.Max());
        return least == most ? Text($"{most:#,##0.##}") : Text($"{least:#,##0.##}–{most:#,##0.##}");
    }

    // On a narrow terminal what a way buys is left to JSON and the report; which limits it breaks is not.
    private static Table Costs(PurchasePlan plan, bool isNarrow)
    {
        var table = Compact("Cost");
        table.AddColumns("", "Way of buying");
        table.AddColumn(isNarrow ? "" : "Which");
        foreach (var heading in new[] { "Total", "Against the plan" }) table.AddColumn(new TableColumn(heading) { NoWrap = true }.RightAligned());
        table.AddRow(Row("✓", plan.Baseline is null ? "this plan" : plan.Baseline.Name, isNarrow ? "" : Summary(plan), plan.Cost.Total.ToString(), ""));
        foreach (var baseline in plan.Baselines)
        {
            var against = baseline.Cost is { } cost ? Difference(cost, plan.Cost.Total) : "";
            var (breaks, detail) = ($"breaks {string.Join(", ", baseline.Breaks.Select(b => isNarrow && b.StartsWith("limits.", StringComparison.Ordinal) ? b["limits.".Length..] : b))}", isNarrow ? "" : baseline.Detail);
            if (baseline.Cost is null) (breaks, detail) = ("", baseline.Breaks.IsEmpty ? detail : $"cannot be done: {string.Join("; ", baseline.Breaks)}");
            else if (baseline.Breaks.IsEmpty) breaks = "";
            table.AddRow(Row(
                "", baseline.Name == "current" ? "what runs today, kept" : baseline.Name,
                detail.Length > 0 && breaks.Length > 0 ? $"{detail} ({breaks})" : detail + breaks,
                baseline.Cost?.ToString() ?? "none", against));
        }

        return table;
    }

    private static string Summary(PurchasePlan plan) =>
        string.Join(", ", plan.Cost.PerProvider.Where(p => p.Value > Money.Zero).OrderByDescending(p => p.Value.Usd).Select(p => $"{p.Key} {p.Value}"));

    /// <summary>How much dearer a cost is than the plan, in US dollars and as a share.</summary>
    public static string Difference(Money cost, Money plan)
    {
        var share = plan.Usd == 0 ? 0 : (double)((cost.Usd - plan.Usd) / plan.Usd);
        return Text($"{(cost >= plan ? "+" : "")}{cost - plan} ({share:+0.0%;-0.0%;0%})");
    }

    private static void Why(IAnsiConsole console, PurchasePlan plan)
    {
        var cost = plan.Cost;
        console.MarkupLineInterpolated($"[bold]Bound[/]  no plan within the limits can cost less than {plan.Bound} (gap {plan.Gap.ToString("P2", English.Numbers)}).");
        if (cost.PresentValue != cost.Total) console.MarkupLineInterpolated($"       The plan is {cost.Total} as cash and {cost.PresentValue} in today's money, which is what is compared.");
        if (cost.AfterHorizon > Money.Zero) console.MarkupLineInterpolated($"       {cost.AfterHorizon} of it falls due after {plan.Horizon.Label(plan.Horizon.Months - 1)}.");
        if (cost.CreditsUsed > Money.Zero) console.MarkupLineInterpolated($"       Credits pay {cost.CreditsUsed}.");
        foreach (var alternative in plan.Alternatives)
        {
            if (alternative.RunnerUp is { } runnerUp)
                console.MarkupLineInterpolated($"[bold]Why[/]    {alternative.Workload}: {alternative.Winner}; without it {runnerUp}, {alternative.Gap} ({(alternative.GapShare ?? 0).ToString("+0.0%;-0.0%;0%", CultureInfo.InvariantCulture)}) dearer.");
            else if (alternative.Winner != "nothing")
                console.MarkupLineInterpolated($"[bold]Why[/]    {alternative.Workload}: {alternative.Winner}; without it there is no plan within the limits.");
        }

        foreach (var binding in plan.Binding)
            console.MarkupLineInterpolated($"[bold]Binds[/]  {binding.Limit} ({binding.Value}) costs about {binding.Worth}.");
        foreach (var left in plan.OwnOffersLeftOut)
            console.MarkupLineInterpolated($"[bold]Not[/]    your offer {left.Source} is no option for {left.Workload}: {left.Reason}.");
        if (plan.Binding.IsEmpty && !plan.Baselines.IsEmpty) console.MarkupLine("[bold]Binds[/]  no limit makes the plan dearer by more than 0.1%.");
    }

    private static void Notes(IAnsiConsole console, PurchasePlan plan)
    {
        console.WriteLine();
        foreach (var assumed in plan.Assumed) console.MarkupLineInterpolated($"[grey]assumed  {assumed}[/]");
        if (!plan.NotYetUsed.IsEmpty) console.MarkupLineInterpolated($"[grey]not yet used  {string.Join(", ", plan.NotYetUsed)}[/]");
    }

    /// <summary>A table without needless lines.</summary>
    public static Table Compact(string title)
    {
        var table = new Table().Border(TableBorder.Simple).Title(new TableTitle(title, new Style(decoration: Decoration.Bold)));
        table.ShowRowSeparators = false;
        return table;
    }

    /// <summary>Cells that hold text, whatever characters it has.</summary>
    public static IEnumerable<Text> Row(params IEnumerable<string> cells) => cells.Select(cell => new Text(cell));

    private static string Text(FormattableString text) => English.Text(text);
}
