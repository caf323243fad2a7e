using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Plan;

namespace Switchyard.Cli;

/// <summary><c>switchyard explain</c>: why a saved plan serves a workload as it does.</summary>
internal static class ExplainCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> file = new("plan") { Description = "A plan saved by 'switchyard plan --out', or - for stdin" };
        Argument<string?> workload = new("workload") { Description = "One workload; all of them when not given", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("explain", "Say why a saved plan buys what it buys: what was weighed, what was left out, the runner-up") { file, workload };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var reading = SavedPlan.Read(path);
            if (reading.Value is not { } plan) return Printer.Fail(reading.Problems);
            var names = plan.Considered.Select(c => c.Workload).ToList();
            var wanted = parsed.GetValue(workload);
            if (wanted is not null && !names.Contains(wanted))
                return Printer.Fail([new Problem(path, 0, "", $"there is no workload '{wanted}' in this plan; there are {string.Join(", ", names)}")]);
            var console = Printer.Terminal();
            foreach (var name in wanted is null ? names : [wanted]) Explain(console, plan, name);
            WhyTables.Write(console, plan, wanted);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Explain(IAnsiConsole console, PurchasePlan plan, string workload)
    {
        var considered = plan.Considered.First(c => c.Workload == workload);
        var credits = plan.Cost.CreditsUsed.Usd > 0 ? " before credits" : "";
        console.MarkupLineInterpolated(
            $"[bold]{workload}[/]: {plan.Cost.PerWorkload.GetValueOrDefault(workload)}{credits}, the whole plan {plan.Cost.Total}; {considered.Options} options were weighed.");
        foreach (var purchase in plan.Purchases.Where(p => p.Workload == workload))
        {
            console.MarkupLineInterpolated(
                $"  buys {purchase.Source.Label} for {purchase.Cost}: {purchase.Configuration}; price of {Day(purchase.Source.AsOf)}, {purchase.Source.Origin}");
        }

        if (plan.Alternatives.FirstOrDefault(a => a.Workload == workload) is { } alternative)
        {
            console.MarkupLineInterpolated(alternative.RunnerUp is null
                ? (FormattableString)$"  without {alternative.Winner} there is no plan within the limits"
                : $"  without {alternative.Winner} it would use {alternative.RunnerUp}, {alternative.Gap} dearer");
        }

        var used = plan.Purchases.Where(p => p.Workload == workload).Select(p => p.Source.Label).ToHashSet(StringComparer.Ordinal);
        var table = PlanTables.Compact("Cheapest when fully used");
        table.AddColumns("", "Option", "Accelerators", "One instance does");
        table.AddColumn(new TableColumn("Cost").RightAligned());
        table.AddColumn("Price of");
        foreach (var option in considered.Best)
        {
            table.AddRow(PlanTables.Row(
                used.Contains(option.Source) ? "✓" : "", option.Source, option.Accelerators, option.Configuration,
                string.Create(CultureInfo.InvariantCulture, $"${option.UnitCost:#,##0.00}/{option.Unit}"), Day(option.AsOf)));
        }

        console.Write(table);
        foreach (var excluded in considered.Excluded)
            console.MarkupLineInterpolated($"  left out: {excluded.Count} × {(excluded.Limit is null ? "" : $"by {excluded.Limit}, ")}such as {excluded.Example}");
        console.WriteLine();
    }

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "no date";
}
