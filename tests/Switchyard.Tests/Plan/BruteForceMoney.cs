using Switchyard.Market;
using Switchyard.Plan;

namespace Switchyard.Tests.Plan;

/// <summary>What the money and the emissions of a plan must stay within, and what risk costs.</summary>
internal sealed partial class BruteForce
{
    // The payments, each with a weight, as a row.
    private static Row Spent(LinearRest rest, double upper, Func<Paid, double> weight, bool charged = false)
    {
        var row = new Row(double.NegativeInfinity, upper);
        foreach (var paid in charged ? rest.Paid.Concat(rest.Charged) : rest.Paid)
        {
            if (paid.Column < 0) row.Constant += paid.Usd * weight(paid);
            else if (weight(paid) is not 0 and var each) row.Terms.Add((paid.Column, paid.Usd * each));
        }

        return row;
    }

    private double Chance(int future) => future < 0 ? 1 : problem.Futures[future].Probability;

    // What is expected to be paid for what is bought, to a group of sources, is at most its share of all of it.
    private void Shares(LinearRest rest)
    {
        void Limit(double? most, Func<Source, string> groupOf)
        {
            if (most is not { } share) return;
            foreach (var group in problem.Sources.Select(groupOf).Distinct().Where(g => g.Length > 0))
            {
                rest.Rows.Add(Spent(rest, 0, p => p.Source < 0 || problem.Sources[p.Source].Kind == PurchaseKind.Owned
                    ? 0 : Chance(p.Future) * ((groupOf(problem.Sources[p.Source]) == group ? 1 : 0) - share)));
            }
        }

        Limit(problem.ProviderShare, s => s.Provider);
        Limit(problem.RegionShare, RegionOf);
        Limit(problem.SpotShare, s => s.Kind == PurchaseKind.Spot ? "spot" : "");
    }

    // Each instance-hour counts: all of a commitment's, those that are paid for of what is rented, those that are used of what is owned.
    private void Carbon(LinearRest rest)
    {
        foreach (var limit in problem.UseLimits)
        {
            for (var m = 0; m < problem.Horizon.Months; m++)
            {
                for (var f = 0; f < problem.Futures.Length; f++)
                {
                    var row = new Row(double.NegativeInfinity, limit.PerMonth);
                    for (var i = 0; i < choices.Count; i++)
                        if (values[i] > 0 && choices[i].Source >= 0) row.Constant += values[i] * limit.EachHour[choices[i].Source] * InstanceHours(choices[i], m, f);
                    foreach (var ((source, month, k, future), used) in rest.Use)
                    {
                        if (month != m || future != f || problem.Sources[source].Kind is PurchaseKind.Tokens or PurchaseKind.Commitment) continue;
                        // What is split is batch work: instances × the window's hours in the segment.
                        foreach (var (column, each) in used.Terms) row.Terms.Add((column, limit.EachHour[source] * each * WindowOf(rest.Piles[column], k)));
                    }

                    rest.Rows.Add(row);
                }
            }
        }
    }

    private double InstanceHours(Choice choice, int month, int future)
    {
        if (choice.Future >= 0 && choice.Future != future) return 0;
        var source = problem.Sources[choice.Source];
        switch (choice.What)
        {
            case What.Commit:
                return choice.Index <= month && month < choice.Index + source.TermMonths ? Hours(month) : 0;
            case What.Book:
                return BlockHours(choice).Where(b => b.Month == month).Sum(b => b.Hours);
            case What.Rent or What.Pool when source.Kind != PurchaseKind.Commitment:
                var slot = ((ServiceNeed)problem.Needs[choice.Need]).Slots[choice.Index];
                return slot.Month == month ? slot.Hours : 0;
            case What.Run when source.Kind != PurchaseKind.Commitment:
                var runs = (RunNeed)problem.Needs[choice.Need];
                var (run, starts) = (runs.Options[choice.Option], runs.Groups[choice.Index].Starts);
                return run.Gang * run.BilledHours / run.Hours * starts.Average(t => Math.Max(0, Math.Min(t + run.Hours, monthStart[month + 1]) - Math.Max(t, monthStart[month])));
            default:
                return 0;
        }
    }

    // What an hour costs of a machine that is there whatever the team does: what others committed to, or what was committed to before.
    private static double HourFor(string team, Source source) =>
        source.Kind == PurchaseKind.Owned ? source.CommittedPerHour : source.Kind == PurchaseKind.Commitment && source.Team != team ? source.PricePerHour : 0;

    // Services hold machines for their slot's hours, runs for the hours that they work.
    private void Charge(LinearRest rest)
    {
        for (var i = 0; i < choices.Count; i++)
        {
            var choice = choices[i];
            if (values[i] == 0 || choice.Need < 0 || choice.What is not (What.Pool or What.Run)) continue;
            var (team, source) = (problem.Needs[choice.Need].Team, problem.Sources[choice.Source]);
            var each = HourFor(team, source) * values[i];
            if (problem.Needs[choice.Need] is ServiceNeed service)
            {
                var slot = service.Slots[choice.Index];
                rest.Charged.Add(new(choice.Source, team, choice.Future, slot.Month, slot.Hours * each, -1));
            }
            else if (problem.Needs[choice.Need] is RunNeed runs)
            {
                var (run, starts) = (runs.Options[choice.Option], runs.Groups[choice.Index].Starts);
                for (var m = 0; m + 1 < monthStart.Length; m++)
                {
                    var inside = starts.Sum(t => Math.Max(0, Math.Min(t + run.Hours, monthStart[m + 1]) - Math.Max(t, monthStart[m]))) / starts.Length;
                    rest.Charged.Add(new(choice.Source, team, -1, m, run.Gang * run.BilledHours * inside / run.Hours * each, -1));
                }
            }
        }
    }

    private void Money(LinearRest rest)
    {
        Charge(rest);
        var credits = Credits(rest);
        Row Budget(double most, Func<Paid, bool> counted, Func<int, bool> months)
        {
            var row = Spent(rest, most, p => counted(p) && months(p.Month) ? 1 : 0);
            row.Terms.AddRange(credits.Where(x => months(x.Month)).Select(x => (x.Column, -1.0)));
            return row;
        }

        for (var future = 0; future < problem.Futures.Length; future++)
        {
            var f = future;
            bool Now(Paid p) => p.Future < 0 || p.Future == f;
            for (var m = 0; m < problem.Horizon.Months; m++)
            {
                var month = m;
                var earlier = m < problem.FixedCash.Length ? problem.FixedCash[m] : 0;
                if (problem.CashPerMonth is { } cash) rest.Rows.Add(Budget(cash - earlier, Now, x => x == month));
                foreach (var team in problem.TeamBudgets)
                    if (team.CashPerMonth is { } most) rest.Rows.Add(Spent(rest, most, p => Now(p) && p.Team == team.Team && p.Month == month ? 1 : 0, charged: true));
            }

            if (problem.TotalCost is { } total) rest.Rows.Add(Budget(total - problem.FixedCash.Sum(), Now, _ => true));
            foreach (var team in problem.TeamBudgets)
                if (team.Total is { } most) rest.Rows.Add(Spent(rest, most, p => Now(p) && p.Team == team.Team ? 1 : 0, charged: true));
        }

        Risk(rest, credits);
    }

    // Credits of a provider pay in each month at most what has fallen due, whatever comes.
    private List<(int Credit, int Month, int Column)> Credits(LinearRest rest)
    {
        var credits = new List<(int Credit, int Month, int Column)>();
        for (var c = 0; c < problem.Credits.Length; c++)
            for (var m = 0; m < problem.Horizon.Months; m++)
                credits.Add((c, m, rest.Program.AddColumn(0, double.PositiveInfinity, -Factor(m))));
        for (var c = 0; c < problem.Credits.Length; c++)
        {
            var credit = problem.Credits[c];
            var whole = new Row(double.NegativeInfinity, (double)credit.Amount.Usd);
            whole.Terms.AddRange(credits.Where(x => x.Credit == c).Select(x => (x.Column, 1.0)));
            rest.Rows.Add(whole);
            for (var m = 0; m < problem.Horizon.Months; m++)
            {
                // By the credit's last day this much of the month's bill has fallen due; it and those that end earlier pay no more.
                var days = credit.Expires.DayNumber + 1 - problem.Horizon.Start.DayNumber - (monthStart[m] / 24);
                var due = Math.Clamp(days / (Hours(m) / 24), 0, 1);
                for (var future = 0; future < problem.Futures.Length; future++)
                {
                    var (month, f) = (m, future);
                    var row = Spent(rest, 0, p => p.Source >= 0 && problem.Sources[p.Source].Provider == credit.Provider
                        && p.Month == month && (p.Future < 0 || p.Future == f) ? -due : 0);
                    row.Terms.AddRange(credits.Where(x => x.Month == m && problem.Credits[x.Credit].Provider == credit.Provider
                        && problem.Credits[x.Credit].Expires <= credit.Expires).Select(x => (x.Column, 1.0)));
                    rest.Rows.Add(row);
                }
            }
        }

        return credits;
    }

    // The mean of the dearest futures is the largest mean over futures of which none counts more than its chance divided by the tail: the
    // dearest first, in whichever order they are.
    private void Risk(LinearRest rest, List<(int Credit, int Month, int Column)> credits)
    {
        if (problem.RiskWeight <= 0 || problem.Futures.Length < 2) return;
        var risk = rest.Program.AddColumn(0, double.PositiveInfinity, problem.RiskWeight);
        foreach (var order in Orders(problem.Futures.Length))
        {
            var (counts, left) = (new double[problem.Futures.Length], 1.0);
            foreach (var f in order) left -= counts[f] = Math.Min(left, problem.Futures[f].Probability / problem.RiskTail);
            var row = Spent(rest, 0, p => Factor(p.Month) * (p.Future < 0 ? 1 : counts[p.Future]));
            row.Terms.AddRange(credits.Select(x => (x.Column, -Factor(x.Month))));
            row.Terms.Add((risk, -1));
            rest.Rows.Add(row);
        }
    }

    private static IEnumerable<int[]> Orders(int count) => count == 1
        ? [[0]]
        : Orders(count - 1).SelectMany(order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));
}
