using System.Globalization;
using Spectre.Console;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>Small plots of a plan over its months, a line each, in characters that need no colour.</summary>
internal static class Plots
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Writes demand against capacity for each service, and what is paid.</summary>
    public static void Write(IAnsiConsole console, PurchasePlan plan)
    {
        if (plan.Horizon.Months < 2) return;
        var (first, last) = (plan.Horizon.Label(0), plan.Horizon.Label(plan.Horizon.Months - 1));
        var services = plan.Demand.Where(d => d.Unit == "requests/s" && d.Supply.Length > 0).ToList();
        var widest = services.Select(s => s.Workload.Length + " needs".Length).Append("paid".Length).Max();
        foreach (var demand in services)
        {
            var capacity = Enumerable.Range(0, demand.Months.Length).Select(m => demand.Supply.Sum(s => s.Capacity[m])).ToList();
            var most = Math.Max(capacity.Max(), demand.Months.Max(m => m.Needed));
            var spare = demand.Months.Select((m, i) => m.Needed > 0 ? capacity[i] / m.Needed - 1 : double.PositiveInfinity).Min();
            Line(console, $"{demand.Workload} needs".PadRight(widest), Line(demand.Months.Select(m => m.Needed), most),
                Text($"{demand.Months[0].Needed:0.##}/s to {demand.Months[^1].Needed:0.##}/s, the peak with its headroom"));
            Line(console, $"{demand.Workload} has".PadRight(widest), Line(capacity, most), Text($"at least {Math.Max(0, spare):0.0%} above that"));
        }

        var paid = plan.Cost.PerMonth.Select(m => (double)m.Usd).ToList();
        Line(console, "paid".PadRight(widest), Line(paid, paid.Max()), $"{plan.Cost.PerMonth.Min()} to {plan.Cost.PerMonth.Max()} a month, {first} to {last}");
        console.WriteLine();
    }

    /// <summary>A character for each value, its height the value's share of the largest; a blank where there is nothing.</summary>
    /// <param name="values">The values; what is below 0 counts as 0.</param>
    /// <param name="most">The value of a full character.</param>
    public static string Line(IEnumerable<double> values, double most) => string.Concat(values.Select(value =>
        value <= 0 || most <= 0 ? ' ' : Levels[Math.Clamp((int)Math.Ceiling(value / most * Levels.Length) - 1, 0, Levels.Length - 1)]));

    private static void Line(IAnsiConsole console, string name, string plot, string says) =>
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {name} [blue]{plot}[/]  {says}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
