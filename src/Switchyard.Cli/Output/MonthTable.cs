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
        foreach (var heading in new[] { "Cash when paid", "Amortised", "Present value" }) table.AddColumn(new TableColumn(heading).RightAligned());
        var months = Enumerable.Range(0, plan.Horizon.Months).GroupBy(m => plan.Horizon.Label(m)[..(plan.Horizon.Months > MostMonths ? 4 : 7)]);
        foreach (var span in months)
            table.AddRow(PlanTables.Row(span.Key, Sum(cost.PerMonth, span), Sum(cost.AmortisedPerMonth, span), Sum(cost.PresentValuePerMonth, span)));
        if (cost.AfterHorizon != Money.Zero) table.AddRow(PlanTables.Row("after", cost.AfterHorizon.ToString(), "", ""));
        table.AddRow(PlanTables.Row("all", cost.Total.ToString(), Sum(cost.AmortisedPerMonth, Enumerable.Range(0, plan.Horizon.Months)), cost.PresentValue.ToString()));
        return table;
    }

    private static string Sum(IReadOnlyList<Money> amounts, IEnumerable<int> months) => new Money(months.Sum(m => amounts[m].Usd)).ToString();
}
