using System.Globalization;
using Spectre.Console;
using Switchyard.Plan;
using Switchyard.Plan.UseFirst;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>What better use of what is there frees, as a table.</summary>
internal static class UseFirstTables
{
    /// <summary>Writes the table; nothing where nothing is there.</summary>
    public static void Write(IAnsiConsole console, PurchasePlan plan)
    {
        if (plan.UseFirst is not { } first) return;
        if (!first.Steps.IsEmpty) console.Write(Steps(plan.Horizon, first));
        foreach (var held in first.Held)
        {
            var idle = held.IdleCost > Money.Zero ? $"; the rest is paid for too, {held.IdleCost} a month" : "";
            console.MarkupLineInterpolated($"[bold]Held[/]   {held.Name}: the plan uses {Hours(held.Used)} of {Hours(held.AcceleratorHours)} {held.Accelerator}-hours a month{idle}.");
        }
    }

    private static Table Steps(Horizon horizon, UseFirst first)
    {
        var table = PlanTables.Compact($"Use what you have first ({horizon.Label(first.Month)}, before anything is bought)");
        table.AddColumns("Step", "What");
        foreach (var heading in new[] { "GPU-hours freed", "Saves", "Month", "Migration", "Paid back" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddRow(PlanTables.Row("today", "what runs, as it runs", "", "", first.Today.ToString(), "", ""));
        foreach (var step in first.Steps)
        {
            var nothing = step.Saved == Money.Zero;
            table.AddRow(PlanTables.Row(
                step.Name, step.Detail, nothing ? "0" : Hours(step.AcceleratorHoursFreed), nothing ? "nothing" : step.Saved.ToString(), step.After.ToString(),
                step.Migration == Money.Zero ? "" : step.Migration.ToString(),
                step.Migration == Money.Zero || step.PaybackDays(horizon.Hours(first.Month)) is not { } days ? "" : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(days):0} d")));
        }

        return table;
    }

    private static string Hours(double hours) => hours.ToString("#,##0", CultureInfo.InvariantCulture);
}
