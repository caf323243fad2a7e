using System.Globalization;
using Spectre.Console;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>Why a plan is as it is: what limits cost, what would flip the choice, and other loads.</summary>
internal static class WhyTables
{
    /// <summary>Writes sentences and a table; nothing where it was not asked.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="workload">The one workload to speak of; null for all.</param>
    public static void Write(IAnsiConsole console, PurchasePlan plan, string? workload = null)
    {
        if (plan.Why is not { } why) return;
        console.WriteLine();
        if (workload is null)
        {
            foreach (var limit in why.Limits) console.MarkupLineInterpolated($"[bold]Price[/]  {Sentence(limit, plan)}");
            if (why.Limits.IsEmpty) console.MarkupLine("[bold]Price[/]  no limit makes the plan dearer.");
        }

        foreach (var flip in why.Flips.Where(f => workload is null || f.Workload == workload)) console.MarkupLineInterpolated($"[bold]Flips[/]  {Sentence(flip)}");
        console.Write(Loads(why, workload));
        console.MarkupLineInterpolated($"[grey]solved again for each, to a gap of {Share(why.Tolerance)}: a difference smaller than that may be the search's; flips to {Share(Why.FlipTolerance)}, in present value, among near offers[/]");
    }

    private static string Sentence(LimitPrice limit, PurchasePlan plan)
    {
        // A difference within the search's gap says nothing.
        var least = (decimal)plan.Why!.Tolerance * (plan.Cost.PresentValue + plan.Cost.CreditsUsed).Usd;
        var price = limit.Price switch
        {
            null => "is needed: without it no plan was found",
            { } little when little.Usd <= least => "costs nothing that can be told from the gap",
            { } usd => $"costs {new Money(decimal.Round(usd.Usd / plan.Horizon.Months, 4))} a month, {usd} in all",
        };
        var step = limit.Step is null ? "" : limit.StepWorth switch
        {
            null => $"; {limit.Step}: no plan was found",
            { } little when little.Usd <= least => limit.Price?.Usd <= least ? "" : $"; {limit.Step} saves nothing that can be told",
            { } worth => $"; {limit.Step} saves {worth}",
        };
        return $"{limit.Limit} ({limit.Value}) {price}{step}.";
    }

    private static string Sentence(Flip flip)
    {
        var farthest = Why.FarthestFactor;
        string Price(double? factor, string who, string direction) => factor is { } at
            ? $"{who} is {Share(Math.Abs(at - 1))} {direction}" : "";
        var said = new List<string>();
        if (Price(flip.WinnerDearer, "it", "dearer") is { Length: > 0 } dearer) said.Add(dearer);
        if (flip.RunnerUp is not null && Price(flip.RunnerUpCheaper, flip.RunnerUp, "cheaper") is { Length: > 0 } cheaper) said.Add(cheaper);
        if (flip.DemandUp is { } up) said.Add($"there is {Share(up - 1)} more to do (then {flip.DemandUpTo})");
        if (flip.DemandDown is { } down) said.Add($"there is {Share(1 - down)} less to do (then {flip.DemandDownTo})");
        return said.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{flip.Workload} keeps {flip.Winner} at {farthest:0} times its price and from 1/{farthest:0} to {farthest:0} times the work.")
            : $"{flip.Workload} keeps {flip.Winner} until {string.Join(", or ", said)}.";
    }

    private static Table Loads(Why why, string? workload)
    {
        var table = PlanTables.Compact("At other loads (all work scaled, planned anew)");
        table.AddColumn(new TableColumn("Load").RightAligned());
        table.AddColumn(new TableColumn("Total").RightAligned());
        var units = why.Loads.SelectMany(l => l.Units).Where(u => workload is null || u.Workload == workload).Select(u => (u.Workload, u.Unit)).Distinct().ToList();
        foreach (var (name, unit) in units)
        {
            table.AddColumn(new TableColumn(new Text($"{name}, per {unit}")).RightAligned());
            table.AddColumn(new TableColumn("GPU-hour").RightAligned());
        }

        foreach (var load in why.Loads)
        {
            var cells = new List<string> { Share(load.Load), load.Total?.ToString() ?? "no plan within the limits" };
            foreach (var (name, _) in units)
            {
                var cost = load.Units.FirstOrDefault(u => u.Workload == name);
                cells.Add(cost is null ? "" : Usd(cost.Usd));
                cells.Add(cost?.UsdPerAcceleratorHour is { } hour ? Usd(hour) : "");
            }

            table.AddRow(PlanTables.Row(cells));
        }

        return table;
    }

    private static string Usd(double usd) => $"${usd.ToString(usd >= 100 ? "#,##0" : usd >= 0.1 ? "0.00" : "0.0000", CultureInfo.InvariantCulture)}";

    private static string Share(double share) => share.ToString("#,##0.#%", CultureInfo.InvariantCulture);
}
