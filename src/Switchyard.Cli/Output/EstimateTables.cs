using System.Globalization;
using Spectre.Console;
using Switchyard.Connect.Catalog;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>An estimate as tables.</summary>
internal static class EstimateTables
{
    public static void Write(IAnsiConsole console, EstimateCommand.Asked asked, EstimateCommand.Estimate estimate, CatalogContents contents)
    {
        var (replica, result, layout) = (estimate.Replica, estimate.Load.Result, asked.Layout);
        var load = asked.Clients is { } clients ? $"{clients} clients" : Text($"{asked.Rate:0.###} requests/s at random");
        console.MarkupLineInterpolated($"[bold]{asked.Model.Name}[/] {layout.Deployment.Precision} on {layout.Accelerators} x {asked.Accelerator.Name} ({layout.Division}), {layout.Deployment.Engine}: {load} of {asked.Sample.Input:0} + {asked.Sample.Output:0} tokens");
        var table = PlanTables.Compact("Seconds, with the range that held 90% of runs of models not fitted to");
        table.AddColumn("");
        foreach (var statistic in Enum.GetNames<Statistic>()) table.AddColumn(new TableColumn(statistic).RightAligned());
        foreach (var quantity in Rows(result).GroupBy(row => row.Metric.Quantity))
        {
            table.AddRow(PlanTables.Row([quantity.Key.ToString(), .. quantity.Select(row =>
            {
                var (low, high) = contents.Intervals.Around(row.Metric, asked.Model.Experts == 0, row.Value);
                return Text($"{row.Value:0.0000} ({low:0.0000} to {high:0.0000})");
            })]));
        }

        console.Write(table);
        console.WriteLine(Text($"  {result.RequestsPerSecond:0.###} requests/s, {result.OutputTokensPerSecond:#,##0} output tokens/s, mean batch {result.Batch:0.0}, {result.Preemptions} preemptions"));
        if (asked.Rate is { } wanted && result.RequestsPerSecond < 0.95 * wanted && result.Ttft.P99 > 3 * result.Ttft.Median)
            console.WriteLine("  overloaded: requests arrive faster than they are answered, and the times grow with the length of the run");
        console.WriteLine(Text($"  memory of one accelerator: weights {Gib(replica.WeightBytes)} + activations {Gib(replica.ReservedBytes)} + keys and values {Gib(replica.KvBytes)} = {Gib(replica.UsableBytes)} usable; {result.PeakKvShare:P0} of keys and values in use at most"));
        if (layout.Prefill is not null) console.WriteLine(Text($"  keys and values travel {estimate.Load.TransferSeconds * 1000:0.00} ms from prefill to decode; the time to first token counts them"));
        Energy(console, asked, estimate);
        foreach (var (quantity, objective) in asked.Objectives)
        {
            var value = ValueOf(estimate.Load, quantity, objective.Percentile);
            console.WriteLine(Text($"  {quantity} p{objective.Percentile:0.##}: {value * 1000:0.0} ms against {objective.Limit.TotalMilliseconds:0.#} ms: {(value <= objective.Limit.TotalSeconds ? "kept" : "broken")}"));
        }
    }

    /// <summary>Every metric and its value.</summary>
    public static IEnumerable<(Metric Metric, double Value)> Rows(SimulationResult result)
    {
        foreach (var (quantity, times) in new[] { (Quantity.Ttft, result.Ttft), (Quantity.Tpot, result.Tpot), (Quantity.Itl, result.Itl), (Quantity.EndToEnd, result.EndToEnd) })
            foreach (var statistic in Enum.GetValues<Statistic>())
                yield return (new(quantity, statistic), times.At(statistic));
    }

    /// <summary>A percentile; of the time between two tokens, which is not kept by request, the nearest that is.</summary>
    public static double ValueOf(LayoutResult load, Quantity quantity, double percentile) =>
        quantity == Quantity.Itl ? load.Result.Itl.At(SearchTables.Nearest(percentile)) : load.Percentile(quantity, percentile);

    private static void Energy(IAnsiConsole console, EstimateCommand.Asked asked, EstimateCommand.Estimate estimate)
    {
        var result = estimate.Load.Result;
        if (result.Watts is not { } watts)
        {
            console.WriteLine($"  power unknown: the catalog has no rated power of {asked.Accelerator.Name}");
            return;
        }

        console.WriteLine(Text($"  power {watts / asked.Layout.Accelerators:0} W per accelerator, {result.Joules / result.OutputTokens:0.00} J per output token"));
        if (estimate.Uncapped?.Result is not { } free) return;
        console.WriteLine(Text($"  capped at {asked.Layout.Deployment.PowerCapWatts:0} W; without the cap {free.Watts / asked.Layout.Accelerators:0} W, {free.Joules / free.OutputTokens:0.00} J per output token; the cap makes TPOT {Slower(result.Tpot.Mean, free.Tpot.Mean)}, TTFT {Slower(result.Ttft.Mean, free.Ttft.Mean)}"));
    }

    private static string Slower(double with, double without) => without > 0 ? Text($"{((with / without) - 1) * 100:0.0}% longer") : "as long";

    private static string Gib(double bytes) => Text($"{bytes / DataSize.BytesPerGiB:0.0} GiB");

    private static string Text(FormattableString text) => English.Text(text);
}
