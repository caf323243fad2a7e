using System.Collections.Immutable;
using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Performance;
using Switchyard.Performance.Search;
using Switchyard.Plan;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Cli;

/// <summary><c>switchyard plan --set PATH=A,B,C</c>: variants of a scenario side by side.</summary>
internal static class SweepRun
{
    /// <summary>Plans every combination and shows them.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(
        ParseResult parsed, Printer printer, ScenarioBytes source, CatalogContents catalog, List<SettingRange> ranges, PlannerSettings settings, SimulatedCapacities? capacities, string? save)
    {
        // The base is the scenario without what is swept; a setting with one value holds for it too.
        var (swept, held) = (ranges.Where(r => r.IsSweep).ToList(), ranges.Where(r => !r.IsSweep).ToList());
        var read = ReadVariant.All(source, catalog, held);
        if (read.Value is not [var unchanged]) return Printer.Fail(read.Problems);
        var all = ReadVariant.All(source, catalog, ranges);
        if (all.Value is not { } variants) return Printer.Fail(all.Problems);

        var planner = new VariantPlanner(catalog.Prices, new RememberedPerformance(new PerformanceModel(Known.Factors(catalog, unchanged.Scenario), capacities)), settings);
        var money = swept.TrueForAll(range => VariantPlanner.MoneyLimits.Contains(range.Path));
        var done = new Variant?[variants.Count];
        var before = planner.Plan(unchanged.Scenario, sameOptions: false);
        // Loosest first: what a looser limit allows is often within the tighter one.
        // Otherwise the first and the last, and then always what lies in the middle of two planned already.
        var order = money ? Enumerable.Range(0, variants.Count) : VariantPlanner.Middles(variants.Count);
        if (money) order = order.OrderByDescending(i => Loose(variants[i].Scenario.Limits.ProviderShare))
            .ThenByDescending(i => Loose((double?)variants[i].Scenario.Limits.CashPerMonth?.Usd))
            .ThenByDescending(i => Loose((double?)variants[i].Scenario.Limits.TotalCost?.Usd));
        var count = 0;
        foreach (var i in order)
        {
            if (!Console.IsErrorRedirected) Console.Error.Write($"\rvariant {++count} of {variants.Count}");
            done[i] = planner.Plan(variants[i].Scenario, money, i);
        }

        if (!Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
        var sweep = new Sweep(
            unchanged.Scenario.Name, catalog.Prices.AsOf, [.. swept.Select(r => r.Path)], before,
            [.. variants.Select((v, i) => new SweepRow([.. v.Values], done[i]))]);
        if (save is not null) Printer.WriteFile(save, SweepWriter.Write(sweep));
        printer.Show(parsed, console => SweepTables.Write(console, sweep), () => SweepWriter.Write(sweep));
        return done.Any(v => v is not null) ? ExitCode.Done : ExitCode.No;
    }

    private static double Loose(double? limit) => limit ?? double.PositiveInfinity;
}
