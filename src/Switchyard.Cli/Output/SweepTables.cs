using System.Globalization;
using Spectre.Console;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Cli.Output;

/// <summary>Variants of a scenario as one table.</summary>
internal static class SweepTables
{
    /// <summary>Writes the table.</summary>
    public static void Write(IAnsiConsole console, Sweep sweep)
    {
        console.MarkupLineInterpolated($"[bold]{sweep.Scenario}[/]: {sweep.Rows.Length} variants, prices as of {sweep.PricesAsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        console.WriteLine();
        var table = PlanTables.Compact("Variants");
        foreach (var path in sweep.Paths) table.AddColumn(new TableColumn(new Text(path)).RightAligned());
        foreach (var heading in new[] { "Total", "Present value", "Gap", "Against the base" }) table.AddColumn(new TableColumn(heading) { NoWrap = true }.RightAligned());
        table.AddColumn("Mostly buys");
        Add(table, sweep, [.. sweep.Paths.Select((_, i) => i == 0 ? "as in the file" : "")], sweep.Base, "");
        foreach (var row in sweep.Rows)
        {
            var against = row.Against(sweep) is { } dearer && sweep.Base is { } before ? PlanTables.Difference(before.Cost.Total + dearer, before.Cost.Total) : "";
            Add(table, sweep, [.. row.Values], row.Variant, against);
        }

        console.Write(table);
    }

    private static void Add(Table table, Sweep sweep, List<string> values, Variant? variant, string against)
    {
        if (variant is null) table.AddRow(PlanTables.Row([.. values, "no plan", "", "", "", "nothing is within the limits"]));
        else
        {
            table.AddRow(PlanTables.Row(
            [
                .. values, variant.Cost.Total.ToString(), variant.Cost.PresentValue.ToString(), variant.Gap.ToString("0.0%", CultureInfo.InvariantCulture), against,
                string.Join("; ", variant.MainOffers.Select(m => variant.MainOffers.Count == 1 ? m.Value : $"{m.Key}: {m.Value}")),
            ]));
        }
    }
}
