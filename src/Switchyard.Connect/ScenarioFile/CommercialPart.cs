using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.ScenarioFile;

/// <summary><c>commercial</c>: discounts, credits, quotas, and commitments entered earlier.</summary>
internal static class CommercialPart
{
    internal static readonly string[] Keys = ["discounts", "credits", "quota", "commitments"];
    internal static readonly string[] CreditKeys = ["provider", "amount", "expires"];
    internal static readonly string[] CommitmentKeys = ["offer", "count", "term", "ends", "price"];

    internal static (Commercial Commercial, ImmutableArray<Holding> Holdings) Read(Section root, ScenarioScope scope)
    {
        if (root.Open("commercial", Keys) is not { } commercial) return (new(), []);
        return (
            new()
            {
                Discounts = Discounts(commercial, scope),
                Credits = [.. Credits(commercial, scope)],
                Quotas = [.. Quotas(commercial, scope)],
            },
            [.. Commitments(commercial, scope)]);
    }

    private static ImmutableSortedDictionary<string, double> Discounts(Section commercial, ScenarioScope scope)
    {
        var discounts = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        if (commercial.Open("discounts", null) is not { } section) return discounts.ToImmutable();
        foreach (var (key, value) in section.Entries)
        {
            var path = section.At(key.Text);
            var provider = scope.Provider(key, path, key.Text);
            if (!Section.Read<double>(value, path, ShareText.TryParse, scope.Findings, out var share)) continue;
            if (share >= 1) scope.Findings.NotA(value, path, new("a discount below 100%"));
            else if (provider is not null && !discounts.TryAdd(provider, share)) scope.Findings.Say(key.Line, path, $"a discount of {provider} is there already");
        }

        return discounts.ToImmutable();
    }

    private static IEnumerable<Credit> Credits(Section commercial, ScenarioScope scope)
    {
        foreach (var (node, path) in commercial.Items("credits"))
        {
            if (Section.Open(node, path, scope.Findings, CreditKeys) is not { } credit) continue;
            if (credit.Find("provider") is null) credit.Missing("provider", "gcp");
            var provider = credit.Text("provider", "a provider") is { } name ? scope.Provider(credit.Find("provider")!, credit.At("provider"), name) : null;
            var paid = credit.Require<Money>("amount", MoneyText.TryParse, "$100k", out var amount);
            if (!credit.Require<DateOnly>("expires", Readers.Date, "2027-09-30", out var expires) || provider is null || !paid) continue;
            if (expires >= scope.Horizon.Start) yield return new(provider, amount, expires);
            else scope.Findings.Assume(path, "not counted", $"the credit expired on {Readers.Shown(expires)}, before the start on {Readers.Shown(scope.Horizon.Start)}");
        }
    }

    private static IEnumerable<Quota> Quotas(Section commercial, ScenarioScope scope)
    {
        if (commercial.Open("quota", null) is not { } section) yield break;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var (key, value) in section.Entries)
        {
            var path = section.At(key.Text);
            var counted = Section.Read<int>(value, path, Count.TryParseWhole, scope.Findings, out var count);
            var parts = key.Text.Split('/', StringSplitOptions.TrimEntries);
            if (parts.Length != 3 || parts.Any(part => part.Length == 0))
            {
                scope.Findings.Say(key.Line, path, $"'{Problem.Shown(key.Text)}' is not provider/region/accelerator", key.Text,
                    parts.Length switch { 1 => $"{parts[0]}/*/*", 2 => $"{parts[0]}/*/{parts[1]}", _ => null });
                continue;
            }

            if (scope.Provider(key, path, parts[0]) is not { } provider) continue;
            var region = parts[1] == "*" ? "*" : scope.Region(key, path, provider, parts[1]);
            var accelerator = parts[2] == "*" ? "*" : scope.Accelerator(key, path, parts[2])?.Name;
            if (region is null || accelerator is null) continue;
            var quota = new Quota(provider, region, accelerator, count);
            if (!seen.Add(quota.Id)) scope.Findings.Say(key.Line, path, $"a quota of {quota.Id} is there already");
            else if (!Covers(quota, scope)) scope.Findings.Say(key.Line, path, $"{provider} has no {parts[2]}{(region == "*" ? "" : $" in {region}")} in the catalog or among your offers", key.Text);
            else if (counted) yield return quota;
        }
    }

    private static bool Covers(Quota quota, ScenarioScope scope) =>
        scope.Book.Offers.Concat(scope.Book.Commitments.Select(c => c.Instance)).Concat(scope.Quotes.Values).Any(offer =>
            offer.Provider == quota.Provider && (quota.Region == "*" || offer.Region == quota.Region)
            && (quota.Accelerator == "*" || offer.Accelerator.Name == quota.Accelerator));

    private static IEnumerable<Holding> Commitments(Section commercial, ScenarioScope scope)
    {
        foreach (var (node, path) in commercial.Items("commitments"))
        {
            if (Section.Open(node, path, scope.Findings, CommitmentKeys) is not { } section) continue;
            var offer = scope.Offer(section);
            var counted = section.Require<int>("count", Count.TryParsePositive, "1", out var count);
            int? term = section.Read<int>("term", CalendarSpan.TryParseMonths, out var months) ? months : null;
            var ending = section.Require<DateOnly>("ends", Readers.Date, "2027-06-30", out var ends);
            if (offer is null) continue;
            var price = Price(section, offer, term, scope);
            if (!counted || !ending || price is not { } hourly) continue;
            if (ends < scope.Horizon.Start)
            {
                scope.Findings.Assume(path, "not counted", $"the commitment ended on {Readers.Shown(ends)}, before the start on {Readers.Shown(scope.Horizon.Start)}");
                continue;
            }

            yield return new()
            {
                Name = $"{offer.Id} committed until {Readers.Shown(ends)}",
                Instance = offer,
                Count = count,
                Ends = ends.AddDays(1),
                Committed = hourly,
                Running = new(0),
            };
        }
    }

    /// <summary>What an instance-hour costs: what is written, else the catalog's commitment of that term.</summary>
    private static HourlyPrice? Price(Section section, Offer offer, int? term, ScenarioScope scope)
    {
        if (section.Find("price") is not null)
            return section.Read<Price>("price", Readers.HourlyOrFree, out var price) ? QuotesPart.OfInstance(price, offer.AcceleratorCount) : null;
        if (section.Find("term") is not null && term is null) return null;
        var listed = scope.Book.Commitments.FirstOrDefault(c => c.Instance.Id == offer.Id && c.TermMonths is not null && (term is null || c.TermMonths == term));
        if (listed is null)
        {
            scope.Findings.Say(section.Line, section.At("price"),
                $"is missing, and the catalog has no {(term is null ? "commitment" : $"commitment of {term} months")} on {offer.Id}; write for example 'price: $2.60/GPU-hour'");
            return null;
        }

        scope.Findings.Assume(section.At("price"), listed.Price.ToString(), $"the catalog's price of {listed.Id}");
        return listed.Price;
    }
}
