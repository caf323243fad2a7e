using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>limits</c>: what the plan must stay within.</summary>
internal static class LimitsPart
{
    internal static readonly string[] Keys =
    [
        "budget", "teams", "provider_share", "region_share", "spot_share", "regions", "providers", "offers_per_workload", "carbon", "power",
    ];

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

        var (cash, total) = Budget(limits, "budget");
        return new()
        {
            CashPerMonth = cash,
            TotalCost = total,
            Teams = [.. Teams(limits, scope)],
            ProviderShare = Given<double>(limits, "provider_share", ShareText.TryParsePositive),
            RegionShare = NotYet(limits, "region_share", Given<double>(limits, "region_share", ShareText.TryParsePositive), scope.Findings),
            SpotShare = NotYet(limits, "spot_share", Given<double>(limits, "spot_share", ShareText.TryParse), scope.Findings),
            CarbonPerMonth = NotYet(limits, "carbon", Given<Carbon>(limits, "carbon", PhysicalText.TryParseCarbon), scope.Findings),
            Power = NotYet(limits, "power", Given<Power>(limits, "power", PhysicalText.TryParsePower), scope.Findings),
            OffersPerWorkload = limits.ReadOr<int>("offers_per_workload", Count.TryParsePositive, DefaultOffers, $"{DefaultOffers}", FewReason),
            Regions = [.. scope.Patterns(limits, "regions", ofRegions: true)],
            Providers = [.. scope.Patterns(limits, "providers", ofRegions: false)],
        };
    }

    // 'budget: $120k/month' says the same as 'budget: {cash: $120k/month}'.
    private static (Money? Cash, Money? Total) Budget(Section section, string key)
    {
        if (section.Find(key) is ScalarNode { IsEmpty: false }) return (Given<Money>(section, key, Readers.MonthlyMoney), null);
        return section.Open(key, BudgetKeys) is { } budget
            ? (Given<Money>(budget, "cash", Readers.MonthlyMoney), Given<Money>(budget, "total", MoneyText.TryParse))
            : (null, null);
    }

    private static IEnumerable<TeamLimit> Teams(Section limits, ScenarioScope scope)
    {
        var findings = scope.Findings;
        if (limits.Open("teams", null) is not { } teams) yield break;
        findings.NotYetUsed.Add(teams.Path);
        foreach (var (key, _) in teams.Entries)
        {
            if (!QuotesPart.IsName(key.Text))
            {
                findings.NotA(key, teams.At(key.Text), new("a name of letters, digits, '-', '_' and '.'", QuotesPart.Slug(key.Text)));
                continue;
            }

            scope.Teams.TryAdd(key.Text, key.Line);
            var (cash, total) = Budget(teams, key.Text);
            if (cash is not null || total is not null) yield return new(key.Text, cash, total);
            else if (teams.Find(key.Text) is MapNode { Entries.Count: 0 } or { IsEmpty: true })
                findings.Say(key.Line, teams.At(key.Text), "says nothing; write for example '{cash: $20k/month, total: $1M}'");
        }
    }

    private static T? Given<T>(Section section, string key, QuantityReader<T> reader)
        where T : struct => section.Read(key, reader, out var value) ? value : null;

    private static T? NotYet<T>(Section section, string key, T? value, Findings findings)
        where T : struct
    {
        if (value is not null) findings.NotYetUsed.Add(section.At(key));
        return value;
    }
}
