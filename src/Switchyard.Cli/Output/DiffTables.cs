using System.Globalization;
using Spectre.Console;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>What changed between two plans, as tables.</summary>
internal static class DiffTables
{
    // So many months of changed counts fit in a cell.
    private const int MostMonths = 6;

    /// <summary>Writes the tables.</summary>
    public static void Write(IAnsiConsole console, string before, string after, PlanDiff diff)
    {
        console.MarkupLineInterpolated($"[bold]{before}[/] → [bold]{after}[/]{(diff.IsSame ? ": the same purchases at the same cost" : "")}");
        foreach (var note in diff.Notes) console.MarkupLineInterpolated($"[bold]Note[/]  {note}.");
        var costs = Amounts("Cost", "");
        foreach (var total in diff.Totals.Where(t => (t.Before ?? Money.Zero) != Money.Zero || (t.After ?? Money.Zero) != Money.Zero)) Add(costs, total);
        foreach (var workload in diff.Workloads) Add(costs, workload);
        console.Write(costs);
        if (!diff.Purchases.IsEmpty) console.Write(Purchases(diff));
        if (!diff.Prices.IsEmpty)
        {
            var prices = Texts("Prices of the same offers", "Offer");
            foreach (var price in diff.Prices) prices.AddRow(PlanTables.Row(price.Offer, Hourly(price.Before), Hourly(price.After)));
            console.Write(prices);
        }

        foreach (var (title, changes) in new[] { ("Limits", diff.Limits), ("Assumptions", diff.Assumed) })
        {
            if (changes.IsEmpty) continue;
            var table = Texts(title, "Path");
            foreach (var change in changes) table.AddRow(PlanTables.Row(change.Path, change.Before ?? "–", change.After ?? "–"));
            console.Write(table);
        }
    }

    private static Table Purchases(PlanDiff diff)
    {
        var table = PlanTables.Compact("Purchases");
        table.AddColumns("Workload", "", "Offer", "Instances by month");
        foreach (var heading in new[] { "Before", "After" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var change in diff.Purchases)
        {
            table.AddRow(PlanTables.Row(
                change.Workload, change.Before is null ? "added" : change.After is null ? "removed" : "changed", change.Offer, Months(change),
                change.Before?.ToString() ?? "–", change.After?.ToString() ?? "–"));
        }

        return table;
    }

    // Months that change alike, one after the other, are one span.
    private static string Months(PurchaseChange change)
    {
        var spans = new List<(string First, string Last, CountChange Change)>();
        foreach (var month in change.Months)
        {
            if (spans is [.., var last] && last.Change.Before == month.Before && last.Change.After == month.After && Follows(last.Last, month.Month))
                spans[^1] = last with { Last = month.Month };
            else spans.Add((month.Month, month.Month, month));
        }

        var shown = spans.Take(MostMonths).Select(s => string.Create(CultureInfo.InvariantCulture,
            $"{(s.First == s.Last ? s.First : $"{s.First}…{s.Last}")}: {s.Change.Before:0.##} → {s.Change.After:0.##}"));
        return string.Join(", ", shown) + (spans.Count > MostMonths ? $", {spans.Count - MostMonths} more" : "");
    }

    private static bool Follows(string month, string next) =>
        DateOnly.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture).AddMonths(1) == DateOnly.ParseExact(next, "yyyy-MM", CultureInfo.InvariantCulture);

    private static Table Amounts(string title, string heading)
    {
        var table = PlanTables.Compact(title);
        table.AddColumn(heading);
        foreach (var column in new[] { "Before", "After", "Change" }) table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    private static void Add(Table table, AmountChange change) => table.AddRow(PlanTables.Row(
        change.Name, change.Before?.ToString() ?? "–", change.After?.ToString() ?? "–",
        change.Before is { } before && change.After is { } after ? PlanTables.Difference(after, before) : change.Difference.ToString()));

    private static Table Texts(string title, string heading)
    {
        var table = PlanTables.Compact(title);
        table.AddColumns(heading, "Before", "After");
        return table;
    }

    private static string Hourly(double price) => string.Create(CultureInfo.InvariantCulture, $"${price:0.####}/h");
}
