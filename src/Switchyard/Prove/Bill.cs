using System.Collections.Immutable;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>What a run costs as it would be billed: hours as they were held, commitments for their term, tokens as they were bought, credits taken off.</summary>
internal sealed record Bill(ImmutableArray<decimal> PerMonth, ImmutableSortedDictionary<string, decimal> PerProvider, decimal Credits)
{
    public static Bill Of(Stage stage, Books books, ServiceTally[] services, IReadOnlyList<JobRun> jobs)
    {
        var owed = new Dictionary<(int Month, string Provider), decimal>();
        void Owe(int month, string provider, decimal usd) => owed[(month, provider)] = owed.GetValueOrDefault((month, provider)) + usd;
        foreach (var pool in stage.Mandate.Pools)
        {
            for (var month = 0; month < books.Months; month++)
                if (books.Cash[pool.Index, month] is > 0 and var usd) Owe(month, pool.Provider, Money.FromUsd(usd).Usd);
            if (pool.Kind != PurchaseKind.Tokens) continue;
            for (var s = 0; s < services.Length; s++)
            {
                if (stage.Mandate.Services[s].Api != pool.Index) continue;
                for (var month = 0; month < services[s].Months.Length; month++)
                    if (services[s].Months[month].ByApi is > 0 and var requests) Owe(month, pool.Provider, Money.FromUsd(requests * stage.Makes[pool.Index].CostPerRequest).Usd);
            }
        }

        var earlier = new Dictionary<int, decimal>();
        foreach (var cash in stage.Fixed)
        {
            if (cash.New) Owe(cash.Month, cash.Provider, cash.Usd);
            else earlier[cash.Month] = earlier.GetValueOrDefault(cash.Month) + cash.Usd;
        }

        var last = owed.Keys.Select(k => k.Month).Concat(earlier.Keys).Append(stage.Horizon.Months - 1).Max();
        var months = new decimal[last + 1];
        foreach (var ((month, _), usd) in owed) months[month] += usd;
        foreach (var (month, usd) in earlier) months[month] += usd;
        var credits = SpendCredits(stage, owed, months);
        var providers = owed.GroupBy(o => o.Key.Provider).ToImmutableSortedDictionary(g => g.Key, g => g.Sum(o => o.Value), StringComparer.Ordinal);
        return new([.. months], providers, credits);
    }

    // Those that expire first pay first, in the last month for as many days as they have.
    private static decimal SpendCredits(Stage stage, Dictionary<(int Month, string Provider), decimal> owed, decimal[] months)
    {
        var spent = 0m;
        var open = new Dictionary<(int Month, string Provider), decimal>(owed);
        foreach (var credit in stage.Credits.OrderBy(c => c.Expires).ThenBy(c => c.Provider, StringComparer.Ordinal))
        {
            var left = credit.Amount.Usd;
            for (var month = 0; month < stage.Horizon.Months && left > 0; month++)
            {
                var (first, next) = (stage.Horizon.FirstDay(month), stage.Horizon.FirstDay(month + 1));
                var days = Math.Clamp(credit.Expires.DayNumber + 1 - first.DayNumber, 0, next.DayNumber - first.DayNumber);
                if (!open.TryGetValue((month, credit.Provider), out var due) || days == 0) continue;
                var pays = Math.Min(left, decimal.Round(due * days / (next.DayNumber - first.DayNumber), 4));
                open[(month, credit.Provider)] = due - pays;
                left -= pays;
                spent += pays;
                months[month] -= pays;
            }
        }

        return spent;
    }
}
