using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>The rows that speak of money: what each decision costs and when, budgets, shares, credits and risk; and of what a month may use.</summary>
internal sealed class MoneyRows(ProgramDraft draft)
{
    private readonly PlanningProblem problem = draft.Problem;
    private readonly List<Paid> paid = [];
    private readonly List<Paid> charged = [];

    // What one unit of a column pays in a month: of a future, or (−1) of all of them.
    private readonly record struct Paid(int Column, int Source, string Team, int Future, int Month, double Usd);

    /// <summary>Sets the costs of the columns (present values) and adds the rows.</summary>
    public void Add()
    {
        var decided = draft.Decisions.Count;
        paid.EnsureCapacity(2 * decided);
        var factors = new List<double>();
        for (var column = 0; column < decided; column++)
        {
            var decision = draft.Decisions[column];
            if (decision.Kind == DecisionKind.Auxiliary) continue;
            var (source, future) = (decision.SourceIn(problem), decision.FutureIn(problem));
            var team = decision.Need >= 0 ? problem.Needs[decision.Need].Team : source >= 0 ? problem.Sources[source].Team : "";
            var present = 0.0;
            foreach (var (month, each) in Payments.Of(problem, decision))
            {
                var usd = each * decision.Value;
                while (factors.Count <= month) factors.Add(problem.PresentValueFactor(factors.Count));
                present += usd * factors[month];
                if (usd != 0) paid.Add(new(column, source, team, future, month, usd));
            }

            draft.Program.SetCost(column, present * Weight(future));
            if (problem.TeamBudgets.IsEmpty) continue;
            foreach (var (month, each) in Payments.Charged(problem, decision)) charged.Add(new(column, source, team, future, month, each * decision.Value));
        }

        var credits = AddCredits();
        Budgets(credits);
        AddShares("limits.provider_share", problem.ProviderShare, s => s.Provider);
        AddShares("limits.region_share", problem.RegionShare, s => $"{s.Provider}/{s.Region}");
        AddShares("limits.spot_share", problem.SpotShare, s => s.Kind == PurchaseKind.Spot ? "spot" : null);
        Risk(credits);
        Use();
    }

    private double Weight(int future) => future < 0 ? 1 : problem.Futures[future].Probability;

    // c[credit, month]: how much of a credit is spent. What credits of a provider pay until a day is at most what falls due until then,
    // whatever comes.
    private List<(int Column, int Month)> AddCredits()
    {
        var spent = new List<(int Column, int Month)>();
        if (problem.Credits.IsEmpty) return spent;
        var byProvider = problem.Credits.Select(credit => credit.Provider).Distinct(StringComparer.Ordinal)
            .ToDictionary(provider => provider, _ => new List<Paid>?[problem.Horizon.Months], StringComparer.Ordinal);
        // Columns of one source come one after the other.
        var (source, months) = (-1, (List<Paid>?[]?)null);
        foreach (var x in paid)
        {
            if (x.Source < 0) continue;
            if (x.Source != source) (source, months) = (x.Source, byProvider.GetValueOrDefault(problem.Sources[x.Source].Provider));
            if (x.Month < months?.Length) (months[x.Month] ??= []).Add(x);
        }

        var byExpiry = Enumerable.Range(0, problem.Credits.Length).OrderBy(c => problem.Credits[c].Expires).ToList();
        foreach (var own in byExpiry.GroupBy(c => problem.Credits[c].Provider).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var whole = own.ToDictionary(c => c, c => draft.Row(double.NegativeInfinity, (double)problem.Credits[c].Amount.Usd));
            for (var month = 0; month < problem.Horizon.Months; month++)
            {
                if (byProvider[own.Key][month] is not { } due) continue;
                var earlier = new List<int>();
                foreach (var c in own)
                {
                    var share = CreditShare(problem, problem.Credits[c].Expires, month);
                    if (share <= 0) continue;
                    draft.Decisions.Add(new(DecisionKind.SpendCredit, -1, c, month, 1));
                    var column = draft.Program.AddColumn(0, double.PositiveInfinity, -problem.PresentValueFactor(month));
                    spent.Add((column, month));
                    earlier.Add(column);
                    draft.Program.AddTerm(whole[c], column, 1);
                    foreach (var future in FuturesOf(due))
                    {
                        var row = draft.Row(double.NegativeInfinity, 0);
                        foreach (var credit in earlier) draft.Program.AddTerm(row, credit, 1);
                        foreach (var x in due.Where(x => x.Future < 0 || x.Future == future)) draft.Program.AddTerm(row, x.Column, -x.Usd * share);
                    }
                }
            }
        }

        return spent;
    }

    // The futures that a sum differs in; one where it is the same in all.
    private IEnumerable<int> FuturesOf(List<Paid> some) =>
        some.Exists(x => x.Future >= 0) ? Enumerable.Range(0, problem.Futures.Length) : [0];

    /// <summary>The share of a month's days on which a credit can be spent.</summary>
    public static double CreditShare(PlanningProblem problem, DateOnly expires, int month)
    {
        var (first, next) = (problem.Horizon.FirstDay(month).DayNumber, problem.Horizon.FirstDay(month + 1).DayNumber);
        return Math.Clamp((expires.DayNumber + 1 - first) / (double)(next - first), 0, 1);
    }

    private void Budgets(List<(int Column, int Month)> credits)
    {
        double Fixed(int month) => month < problem.FixedCash.Length ? problem.FixedCash[month] : 0;
        if (problem.CashPerMonth is { } cash)
        {
            List<Paid>[] byMonth = [.. Enumerable.Range(0, problem.Horizon.Months).Select(_ => new List<Paid>())];
            foreach (var x in paid)
                if (x.Month < byMonth.Length) byMonth[x.Month].Add(x);
            for (var month = 0; month < byMonth.Length; month++)
                Budget("limits.budget.cash", cash - Fixed(month), byMonth[month], credits.Where(c => c.Month == month));
        }

        if (problem.TotalCost is { } total) Budget("limits.budget.total", total - problem.FixedCash.Sum(), paid, credits);
        foreach (var team in problem.TeamBudgets)
        {
            // What it pays, and by its use what others pay for.
            var own = paid.Concat(charged).Where(x => x.Team == team.Team).ToList();
            for (var month = 0; team.CashPerMonth is { } most && month < problem.Horizon.Months; month++)
                Budget(team.Id, most, [.. own.Where(x => x.Month == month)], []);
            if (team.Total is { } all) Budget(team.Id, all, own, []);
        }
    }

    // In every future.
    private void Budget(string path, double most, List<Paid> some, IEnumerable<(int Column, int Month)> credits)
    {
        foreach (var future in FuturesOf(some))
        {
            var row = draft.Row(double.NegativeInfinity, most, path);
            foreach (var x in some)
                if (x.Future < 0 || x.Future == future) draft.Program.AddTerm(row, x.Column, x.Usd);
            foreach (var (column, _) in credits) draft.Program.AddTerm(row, column, -1);
        }
    }

    // S[group] = what it is expected to be paid; S[group] ≤ share × Σ S.
    private void AddShares(string path, double? most, Func<Source, string?> groupOf)
    {
        if (most is not { } share) return;
        var ofSource = new string?[problem.Sources.Length];
        foreach (var x in paid)
            if (x.Source >= 0 && problem.Sources[x.Source].Kind != PurchaseKind.Owned) ofSource[x.Source] ??= groupOf(problem.Sources[x.Source]) ?? "";
        var totals = new List<(string Group, int Column)>();
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in ofSource.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var total = draft.Auxiliary(double.PositiveInfinity);
            var row = rows[group] = draft.Row(0, 0);
            draft.Program.AddTerm(row, total, -1);
            totals.Add((group, total));
        }

        int[] rowOf = [.. ofSource.Select(group => group is null ? -1 : rows[group])];
        foreach (var x in paid)
            if (x.Source >= 0 && rowOf[x.Source] >= 0) draft.Program.AddTerm(rowOf[x.Source], x.Column, x.Usd * Weight(x.Future));

        foreach (var (group, total) in totals.Where(t => t.Group.Length > 0))
        {
            var row = draft.Row(double.NegativeInfinity, 0, path);
            foreach (var (_, other) in totals) draft.Program.AddTerm(row, other, other == total ? 1 - share : -share);
        }
    }

    // Expected cost + weight × the mean of the dearest futures (CVaR; Rockafellar and Uryasev, 2000).
    private void Risk(List<(int Column, int Month)> credits)
    {
        if (problem.RiskWeight <= 0 || problem.Futures.Length < 2) return;
        var threshold = draft.Auxiliary(double.PositiveInfinity);
        draft.Program.SetCost(threshold, problem.RiskWeight);
        for (var future = 0; future < problem.Futures.Length; future++)
        {
            var above = draft.Auxiliary(double.PositiveInfinity);
            draft.Program.SetCost(above, problem.RiskWeight * problem.Futures[future].Probability / problem.RiskTail);
            var row = draft.AtLeast(0, new(above, 1), new(threshold, 1));
            foreach (var x in paid.Where(x => x.Future < 0 || x.Future == future))
                draft.Program.AddTerm(row, x.Column, -x.Usd * problem.PresentValueFactor(x.Month));
            foreach (var (column, month) in credits) draft.Program.AddTerm(row, column, problem.PresentValueFactor(month));
        }
    }

    // Σ instance-hours × what an hour counts ≤ the most of a month, in every future.
    private void Use()
    {
        foreach (var limit in problem.UseLimits)
        {
            var byMonth = new SortedDictionary<int, List<(int Column, int Future, double Amount)>>();
            for (var column = 0; column < draft.Decisions.Count; column++)
            {
                var decision = draft.Decisions[column];
                if (decision.SourceIn(problem) is not (>= 0 and var source) || limit.EachHour[source] == 0) continue;
                foreach (var (month, hours) in InstanceHours.Of(problem, decision))
                {
                    if (month >= problem.Horizon.Months) continue;
                    if (!byMonth.TryGetValue(month, out var list)) byMonth[month] = list = [];
                    list.Add((column, decision.FutureIn(problem), hours * decision.Value * limit.EachHour[source]));
                }
            }

            foreach (var (_, list) in byMonth)
            {
                foreach (var future in list.Exists(x => x.Future >= 0) ? Enumerable.Range(0, problem.Futures.Length) : [0])
                {
                    var row = draft.Row(double.NegativeInfinity, limit.PerMonth, limit.Id);
                    foreach (var x in list.Where(x => x.Future < 0 || x.Future == future)) draft.Program.AddTerm(row, x.Column, x.Amount);
                }
            }
        }
    }
}
