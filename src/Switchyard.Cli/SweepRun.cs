using System.Collections.Immutable;
using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;
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

        var performance = new RememberedPerformance(new PerformanceModel(Known.Factors(catalog, unchanged.Scenario), capacities));
        var count = 0;
        void Count()
        {
            if (!Console.IsErrorRedirected) Console.Error.Write($"\rvariant {Interlocked.Increment(ref count)} of {variants.Count}");
        }

        var scenarios = variants.Select(v => v.Scenario).ToImmutableArray();
        var (before, done) = swept.TrueForAll(range => VariantPlanner.MoneyLimits.Contains(range.Path))
            ? ByMoney(new(catalog.Prices, performance, settings), unchanged.Scenario, scenarios, Count)
            : new MiddlesPlanner(catalog.Prices, performance, settings).Plan(unchanged.Scenario, scenarios, Count);
        if (!Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
        var sweep = new Sweep(
            unchanged.Scenario.Name, catalog.Prices.AsOf, [.. swept.Select(r => r.Path)], before,
            [.. variants.Select((v, i) => new SweepRow([.. v.Values], done[i]))]);
        if (save is not null) Printer.WriteFile(save, SweepWriter.Write(sweep));
        printer.Show(parsed, console => SweepTables.Write(console, sweep), () => SweepWriter.Write(sweep));
        return done.Any(v => v is not null) ? ExitCode.Done : ExitCode.No;
    }

    // Loosest first: what a looser limit allows is often within the tighter one.
    private static (Variant? Unchanged, ImmutableArray<Variant?> Variants) ByMoney(VariantPlanner planner, Scenario unchanged, ImmutableArray<Scenario> variants, Action count)
    {
        var before = planner.Plan(unchanged, sameOptions: false);
        var done = new Variant?[variants.Length];
        var order = Enumerable.Range(0, variants.Length).OrderByDescending(i => Loose(variants[i].Limits.ProviderShare))
            .ThenByDescending(i => Loose((double?)variants[i].Limits.CashPerMonth?.Usd))
            .ThenByDescending(i => Loose((double?)variants[i].Limits.TotalCost?.Usd));
        foreach (var i in order)
        {
            done[i] = planner.Plan(variants[i], sameOptions: true);
            count();
        }

        return (before, [.. done]);
    }

    private static double Loose(double? limit) => limit ?? double.PositiveInfinity;
}
