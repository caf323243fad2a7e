using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>A line of the bill.</summary>
/// <param name="Month">Zero-based month in which it is paid.</param>
/// <param name="Provider">To whom.</param>
/// <param name="Region">For what is where.</param>
/// <param name="Kind">How it is bought.</param>
/// <param name="Team">The team that pays; empty where none does.</param>
/// <param name="Usd">US dollars.</param>
/// <param name="Fixed">Why it is paid whatever happens; null for what was used.</param>
internal readonly record struct BillLine(int Month, string Provider, string Region, PurchaseKind Kind, string Team, decimal Usd, FixedKind? Fixed)
{
    /// <summary>Whether it counts where shares of the spending are limited: what is bought, not what is held or set up.</summary>
    public bool IsSpending => Kind != PurchaseKind.Owned && Fixed is null or FixedKind.Commitment;
}

/// <summary>What a run costs as it would be billed: hours as they were held, commitments for their term, tokens as they were bought, credits taken off.</summary>
internal sealed record Bill(ImmutableArray<BillLine> Lines, ImmutableArray<decimal> PerMonth, decimal Credits)
{
    /// <summary>What was paid to each provider, before credits, earlier commitments left out.</summary>
    public ImmutableSortedDictionary<string, decimal> PerProvider =>
        Lines.Where(l => l.Fixed != FixedKind.Earlier).GroupBy(l => l.Provider).ToImmutableSortedDictionary(g => g.Key, g => g.Sum(l => l.Usd), StringComparer.Ordinal);

    public static Bill Of(Stage stage, Books books)
    {
        var lines = ImmutableArray.CreateBuilder<BillLine>();
        foreach (var pool in stage.Mandate.Pools)
        {
            var team = stage.Teams.GetValueOrDefault(pool.Workload, "");
            void Owe(int month, double usd) => lines.Add(new(month, pool.Provider, pool.Region, pool.Kind, team, Money.FromUsd(usd).Usd, null));
            for (var month = 0; month < books.Months; month++)
                if (books.Cash[pool.Index, month] is > 0 and var usd) Owe(month, usd);
            foreach (var (month, usd) in Beyond(stage.Makes[pool.Index], month => books.Seconds[pool.Index, month] / 3600, books.Months)) Owe(month, usd);
        }

        foreach (var cash in stage.Fixed)
            lines.Add(new(cash.Month, cash.Provider, cash.Region, PurchaseKind.Commitment, cash.Team, cash.Usd, cash.Kind));
        var months = new decimal[lines.Select(l => l.Month).Append(stage.Horizon.Months - 1).Max() + 1];
        foreach (var line in lines) months[line.Month] += line.Usd;
        var owed = lines.Where(l => l.Fixed is null or FixedKind.Commitment).GroupBy(l => (l.Month, l.Provider)).ToDictionary(g => g.Key, g => g.Sum(l => l.Usd));
        var credits = 0m;
        foreach (var (month, usd) in CreditsSpent(stage.Credits, stage.Horizon, owed))
        {
            months[month] -= usd;
            credits += usd;
        }

        return new(lines.ToImmutable(), [.. months], credits);
    }

    /// <summary>What is held longer than it was booked in blocks, at the blocks' price: hours that were booked until then and not used are taken first.</summary>
    internal static IEnumerable<(int Month, double Usd)> Beyond(PoolMake make, Func<int, double> held, int months)
    {
        var left = 0.0;
        for (var month = 0; month < months && !make.BookedHours.IsEmpty; month++)
        {
            left += (month < make.BookedHours.Length ? make.BookedHours[month] : 0) - held(month);
            if (left < -1e-6) yield return (month, -left * make.UsdPerExtraHour);
            left = Math.Max(0, left);
        }
    }

    /// <summary>Credits as providers take them: those that expire first pay first, in the last month for as many days as they have.</summary>
    /// <param name="credits">The credits.</param>
    /// <param name="horizon">The months.</param>
    /// <param name="owed">What falls due; what credits pay is taken off.</param>
    internal static IEnumerable<(int Month, decimal Usd)> CreditsSpent(IEnumerable<Credit> credits, Horizon horizon, Dictionary<(int Month, string Provider), decimal> owed)
    {
        foreach (var credit in credits.OrderBy(c => c.Expires).ThenBy(c => c.Provider, StringComparer.Ordinal))
        {
            var left = credit.Amount.Usd;
            for (var month = 0; month < horizon.Months && left > 0; month++)
            {
                var (first, next) = (horizon.FirstDay(month), horizon.FirstDay(month + 1));
                var days = Math.Clamp(credit.Expires.DayNumber + 1 - first.DayNumber, 0, next.DayNumber - first.DayNumber);
                if (!owed.TryGetValue((month, credit.Provider), out var due) || days == 0) continue;
                var pays = Math.Min(left, decimal.Round(due * days / (next.DayNumber - first.DayNumber), 4));
                owed[(month, credit.Provider)] = due - pays;
                left -= pays;
                yield return (month, pays);
            }
        }
    }
}
