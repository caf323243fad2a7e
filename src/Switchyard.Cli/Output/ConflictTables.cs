using Spectre.Console;
using Switchyard.Plan;

namespace Switchyard.Cli.Output;

/// <summary>Why there is no plan, as text and a table.</summary>
internal static class ConflictTables
{
    /// <summary>Writes the conflict.</summary>
    public static void Write(IAnsiConsole console, Conflict conflict)
    {
        console.MarkupLineInterpolated($"[bold]{conflict.Scenario}[/]: there is no plan within the limits.");
        if (conflict.Limits.Length > 0)
        {
            var table = PlanTables.Compact("Limits that cannot all hold");
            table.AddColumns("Limit", "Says", "Enough would be, the others unchanged");
            foreach (var limit in conflict.Limits)
                table.AddRow(PlanTables.Row(limit.Limit, limit.Value, limit.Enough is not { } enough ? "no value of this one alone" : limit.Least is { } least ? $"{enough}; less than {least} is not" : enough));
            console.Write(table);
        }

        foreach (var workload in conflict.Unservable)
        {
            console.MarkupLineInterpolated($"[bold]{workload.Workload}[/]: nothing on offer can do it, whatever the limits.");
            foreach (var excluded in workload.Excluded) console.MarkupLineInterpolated($"  {excluded.Count} × {excluded.Example}");
        }
    }
}
