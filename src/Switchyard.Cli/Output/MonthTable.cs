using Spectre.Console;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Cli.Output;

/// <summary>What a plan costs month by month, counted in three ways.</summary>
internal static class MonthTable
{
    // More rows than this help nobody: longer horizons are shown by the year.
    private const int MostMonths = 24;

    /// <summary>The table: cash when it is paid, commitments spread over their terms, and cash in today's money.</summary>
    public static Table Of(PurchasePlan plan)
    {
        var cost = plan.Cost;
        var table = PlanTables.Compact("Month by month, credits taken off");
        table.AddColumn(plan.Horizon.Months > MostMonths ? "Year" : "Month");
        var all = Enumerable.Range(0, plan.Horizon.Months).ToList();
        // A way of counting that gives the same in every month has no column of its own.
        var (spread, discounted) = (all.Exists(m => cost.AmortisedPerMonth[m] != cost.PerMonth[m]), all.Exists(m => cost.PresentValuePerMonth[m] != cost.PerMonth[m]));
        string[] Cells(string label, string cash, string amortised, string present) => [label, cash, .. spread ? [amortised] : Array.Empty<string>(), .. discounted ? [present] : Array.Empty<string>()];
        foreach (var heading in Cells("", "Cash when paid", "Amortised", "Present value").Skip(1)) table.AddColumn(new TableColumn(heading) { NoWrap = true }.RightAligned());
        if (!spread && !discounted) table.Caption("amortised and in present value the same");
        else if (!spread) table.Caption("amortised the same as cash");
        else if (!discounted) table.Caption("present value the same as cash");
        var months = Enumerable.Range(0, plan.Horizon.Months).GroupBy(m => plan.Horizon.Label(m)[..(plan.Horizon.Months > MostMonths ? 4 : 7)]);
        foreach (var span in months)
            table.AddRow(PlanTables.Row(Cells(span.Key, Sum(cost.PerMonth, span), Sum(cost.AmortisedPerMonth, span), Sum(cost.PresentValuePerMonth, span))));
        if (cost.AfterHorizon != Money.Zero) table.AddRow(PlanTables.Row(Cells("after", cost.AfterHorizon.ToString(), "", "")));
        table.AddRow(PlanTables.Row(Cells("all", cost.Total.ToString(), Sum(cost.AmortisedPerMonth, all), cost.PresentValue.ToString())));
        return table;
    }

    private static string Sum(IReadOnlyList<Money> amounts, IEnumerable<int> months) => new Money(months.Sum(m => amounts[m].Usd)).ToString();
}
