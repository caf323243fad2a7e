using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>The rows that speak of money: what each decision costs and when, budgets, provider shares and credits.</summary>
internal sealed class MoneyRows(
    PlanningProblem problem, MixedIntegerProgram program, List<Decision> decisions, List<(string Limit, int Row)> limitRows)
{
    private readonly SortedDictionary<int, List<Term>> byMonth = [];
    private readonly SortedDictionary<string, List<Term>> byProvider = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, List<Term>>> byProviderMonth = new(StringComparer.Ordinal);

    /// <summary>Sets the costs of the columns (present values) and adds the rows.</summary>
    public void Add()
    {
        var decided = decisions.Count;
        for (var column = 0; column < decided; column++)
        {
            var decision = decisions[column];
            if (decision.Kind == DecisionKind.Auxiliary) continue;
            var source = problem.Sources[SourceOf(problem, decision)];
            var provider = source.Provider;
            var (present, nominal) = (0.0, 0.0);
            foreach (var (month, each) in Payments.Of(problem, decision))
            {
                var usd = each * decision.Value;
                present += usd * problem.PresentValueFactor(month);
                nominal += usd;
                List(byMonth, month).Add(new(column, usd));
                if (!byProviderMonth.TryGetValue(provider, out var months)) byProviderMonth[provider] = months = [];
                List(months, month).Add(new(column, usd));
            }

            program.SetCost(column, present);
            if (nominal > 0 && source.Kind != Market.PurchaseKind.Owned) List(byProvider, provider).Add(new(column, nominal));
        }

        var credits = AddCredits();
        AddBudgets(credits);
        AddShares();
    }

    /// <summary>Index of the source that a decision buys from.</summary>
    public static int SourceOf(PlanningProblem problem, Decision decision) => problem.Needs[decision.Need] switch
    {
        ServiceNeed service => service.Options[decision.Option].Source,
        RunNeed runs => runs.Options[decision.Option].Source,
        PileNeed piles => piles.Options[decision.Option].Source,
        _ => throw new InvalidOperationException("A need without options."),
    };

    private static List<Term> List<TKey>(SortedDictionary<TKey, List<Term>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists[key] = list = [];
        return list;
    }

    // c[credit, month]: how much of a credit is spent. What credits of a provider pay until a day is at most what falls due until then.
    private List<(int Column, int Month)> AddCredits()
    {
        var spent = new List<(int Column, int Month)>();
        var byExpiry = Enumerable.Range(0, problem.Credits.Length).OrderBy(c => problem.Credits[c].Expires).ToList();
        foreach (var own in byExpiry.GroupBy(c => problem.Credits[c].Provider).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var whole = own.ToDictionary(c => c, c => program.AddRow(double.NegativeInfinity, (double)problem.Credits[c].Amount.Usd));
            for (var month = 0; month < problem.Horizon.Months; month++)
            {
                if (byProviderMonth.GetValueOrDefault(own.Key)?.GetValueOrDefault(month) is not { } paid) continue;
                var earlier = new List<int>();
                foreach (var c in own)
                {
                    var share = CreditShare(problem, problem.Credits[c].Expires, month);
                    if (share <= 0) continue;
                    var column = program.AddColumn(0, double.PositiveInfinity, -problem.PresentValueFactor(month));
                    decisions.Add(new(DecisionKind.SpendCredit, -1, c, month, 1));
                    spent.Add((column, month));
                    earlier.Add(column);
                    program.AddTerm(whole[c], column, 1);
                    var row = program.AddRow(double.NegativeInfinity, 0);
                    foreach (var credit in earlier) program.AddTerm(row, credit, 1);
                    foreach (var (payer, usd) in paid) program.AddTerm(row, payer, -usd * share);
                }
            }
        }

        return spent;
    }

    /// <summary>The share of a month's days on which a credit can be spent.</summary>
    public static double CreditShare(PlanningProblem problem, DateOnly expires, int month)
    {
        var (first, next) = (problem.Horizon.FirstDay(month).DayNumber, problem.Horizon.FirstDay(month + 1).DayNumber);
        return Math.Clamp((expires.DayNumber + 1 - first) / (double)(next - first), 0, 1);
    }

    private void AddBudgets(List<(int Column, int Month)> credits)
    {
        double Fixed(int month) => month < problem.FixedCash.Length ? problem.FixedCash[month] : 0;
        if (problem.CashPerMonth is { } cash)
        {
            for (var month = 0; month < problem.Horizon.Months; month++)
            {
                var row = program.AddRow(double.NegativeInfinity, cash - Fixed(month));
                limitRows.Add(("limits.budget.cash", row));
                foreach (var (column, usd) in byMonth.GetValueOrDefault(month, [])) program.AddTerm(row, column, usd);
                foreach (var (column, _) in credits.Where(c => c.Month == month)) program.AddTerm(row, column, -1);
            }
        }

        if (problem.TotalCost is { } total)
        {
            var row = program.AddRow(double.NegativeInfinity, total - problem.FixedCash.Sum());
            limitRows.Add(("limits.budget.total", row));
            foreach (var (column, usd) in byMonth.Values.SelectMany(list => list)) program.AddTerm(row, column, usd);
            foreach (var (column, _) in credits) program.AddTerm(row, column, -1);
        }
    }

    // S[provider] = what it is paid; S[provider] ≤ share × Σ S.
    private void AddShares()
    {
        if (problem.ProviderShare is not { } share) return;
        var totals = new List<int>();
        foreach (var (_, paid) in byProvider)
        {
            decisions.Add(new(DecisionKind.Auxiliary, -1, -1, -1, 0));
            var total = program.AddColumn(0, double.PositiveInfinity, 0);
            var row = program.AddRow(0, 0);
            program.AddTerm(row, total, -1);
            foreach (var (column, usd) in paid) program.AddTerm(row, column, usd);
            totals.Add(total);
        }

        foreach (var total in totals)
        {
            var row = program.AddRow(double.NegativeInfinity, 0);
            limitRows.Add(("limits.provider_share", row));
            foreach (var other in totals) program.AddTerm(row, other, other == total ? 1 - share : -share);
        }
    }
}
