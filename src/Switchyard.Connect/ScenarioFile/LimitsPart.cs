using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>limits</c>: what the plan must stay within.</summary>
internal static class LimitsPart
{
    internal static readonly string[] Keys = ["budget", "provider_share", "regions", "providers", "offers_per_workload", "carbon", "power", "spot_share"];
    internal static readonly string[] BudgetKeys = ["cash", "total"];

    private const int DefaultOffers = 3;
    private const string FewReason = "so that people can run it; write a larger number to allow more kinds of machine";

    internal static Limits Read(Section root, ScenarioScope scope)
    {
        if (root.Open("limits", Keys) is not { } limits)
        {
            scope.Findings.Assume("limits.offers_per_workload", $"{DefaultOffers}", FewReason);
            return new() { OffersPerWorkload = DefaultOffers };
        }

        Money? cash = null, total = null;
        if (limits.Find("budget") is ScalarNode { IsEmpty: false })
        {
            // 'budget: $120k/month' says the same as 'budget: {cash: $120k/month}'.
            if (limits.Read<Money>("budget", Readers.MonthlyMoney, out var amount)) cash = amount;
        }
        else if (limits.Open("budget", BudgetKeys) is { } budget)
        {
            if (budget.Read<Money>("cash", Readers.MonthlyMoney, out var amount)) cash = amount;
            if (budget.Read<Money>("total", MoneyText.TryParse, out var whole)) total = whole;
        }

        double? share = limits.Read<double>("provider_share", ShareText.TryParsePositive, out var part) ? part : null;
        NotYet<double>(limits, "carbon", PhysicalText.TryParseCarbon, scope.Findings);
        NotYet<Power>(limits, "power", PhysicalText.TryParsePower, scope.Findings);
        NotYet<double>(limits, "spot_share", ShareText.TryParse, scope.Findings);
        return new()
        {
            CashPerMonth = cash,
            TotalCost = total,
            ProviderShare = share,
            OffersPerWorkload = limits.ReadOr<int>("offers_per_workload", Count.TryParsePositive, DefaultOffers, $"{DefaultOffers}", FewReason),
            Regions = [.. scope.Patterns(limits, "regions", ofRegions: true)],
            Providers = [.. scope.Patterns(limits, "providers", ofRegions: false)],
        };
    }

    private static void NotYet<T>(Section section, string key, QuantityReader<T> reader, Findings findings)
    {
        if (section.Read(key, reader, out _)) findings.NotYetUsed.Add(section.At(key));
    }
}
