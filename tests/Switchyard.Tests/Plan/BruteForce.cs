using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>
/// The cheapest plan by trying every whole number, from its own reading of what a plan must satisfy. What can be split (a token API's
/// share, hours of batch work, credits) is the rest of a linear program with the whole numbers filled in.
/// </summary>
internal sealed class BruteForce
{
    private enum What { Rent, Commit, Hold, Whole, Run }

    private sealed record Choice(What What, int Need, int Option, int Index, int Least, int Most)
    {
        public required List<(int Month, double Usd)> Cash { get; init; }

        public required double PresentValue { get; init; }
    }

    private sealed record Row(double Lower, double Upper)
    {
        public double Constant { get; set; }

        public List<(int Column, double Each)> Terms { get; } = [];
    }

    private readonly PlanningProblem problem;
    private readonly double[] monthStart;
    private readonly List<Choice> choices = [];
    private readonly double creditsAtMost;
    private double cutoff;
    private int[] values = [];

    private BruteForce(PlanningProblem problem, double cutoff)
    {
        (this.problem, this.cutoff) = (problem, cutoff);
        var start = problem.Horizon.Start;
        monthStart = [.. Enumerable.Range(0, problem.Horizon.Months + 8).Select(m => (start.AddMonths(m).DayNumber - start.DayNumber) * 24.0)];
        creditsAtMost = problem.Credits.Sum(c => (double)c.Amount.Usd);
        for (var need = 0; need < problem.Needs.Length; need++) Collect(need);
    }

    /// <summary>How many combinations of whole numbers there are.</summary>
    public static double Combinations(PlanningProblem problem) =>
        new BruteForce(problem, double.PositiveInfinity).choices.Aggregate(1.0, (n, c) => n * (c.Most - c.Least + (c.Least > 0 ? 2 : 1)));

    /// <summary>Present value of the cheapest plan; infinite where there is none.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="cutoff">Plans dearer than this are of no interest.</param>
    public static double Best(PlanningProblem problem, double cutoff = double.PositiveInfinity)
    {
        if (problem.Needs.Any(n => n is PileNeed { Options.IsEmpty: true, Piles.IsEmpty: false } or RunNeed { Options.IsEmpty: true, Groups.IsEmpty: false }
            or ServiceNeed { Options.IsEmpty: true })) return double.PositiveInfinity;
        var earlier = problem.FixedCash.Select((usd, m) => usd * Math.Pow(1 + problem.DiscountRate, -new BruteForce(problem, 0).monthStart[m] / 24 / 365.25)).Sum();
        var search = new BruteForce(problem, cutoff - earlier);
        search.values = new int[search.choices.Count];
        var found = search.Try(0, 0);
        return found + earlier;
    }

    private double Factor(int month) => Math.Pow(1 + problem.DiscountRate, -monthStart[month] / 24 / 365.25);

    private double Hours(int month) => monthStart[month + 1] - monthStart[month];

    private int SourceOf(int need, int option) => problem.Needs[need] switch
    {
        ServiceNeed s => s.Options[option].Source,
        RunNeed r => r.Options[option].Source,
        PileNeed p => p.Options[option].Source,
        _ => -1,
    };

    private void Add(What what, int need, int option, int index, double most, params List<(int Month, double Usd)> cash)
    {
        var least = what == What.Commit ? problem.Sources[SourceOf(need, option)].MinCount : 0;
        choices.Add(new(what, need, option, index, least, (int)most) { Cash = cash, PresentValue = cash.Sum(c => c.Usd * Factor(c.Month)) });
    }

    private void Collect(int n)
    {
        for (var o = 0; o < SingleOptionCount(n); o++)
        {
            var source = problem.Sources[SourceOf(n, o)];
            var top = source.MaxCount ?? 1000;
            switch (problem.Needs[n])
            {
                case ServiceNeed need:
                    var option = need.Options[o];
                    int Enough(double rate) => (int)Math.Max(Up(rate / option.Capacity), Up(need.MinReplicas / (double)Math.Max(1, option.Replicas)));
                    if (source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot)
                    {
                        for (var s = 0; s < need.Slots.Length; s++)
                            Add(What.Rent, n, o, s, Math.Min(top, Enough(need.Slots[s].Rate)), (need.Slots[s].Month, source.PricePerHour * need.Slots[s].Hours));
                    }

                    if (source.Kind == PurchaseKind.Commitment) Terms(n, o, source, need.Slots.Max(s => Enough(s.Rate)));
                    for (var m = 0; m < problem.Horizon.Months; m++)
                    {
                        var slots = need.Slots.Where(s => s.Month == m).ToList();
                        if (source.Kind == PurchaseKind.Owned)
                            Add(What.Hold, n, o, m, Math.Min(Held(source, m), slots.Max(s => Enough(s.Rate))), (m, source.PricePerHour * Hours(m)));
                        if (source.Kind == PurchaseKind.Tokens && need.MinReplicas > 0) Add(What.Whole, n, o, m, 1);
                    }

                    break;
                case RunNeed runs:
                    var run = runs.Options[o];
                    if (source.Kind == PurchaseKind.Commitment) Terms(n, o, source, Busiest(runs, run, [.. runs.Groups.Select(_ => true)]).Values.DefaultIfEmpty(0).Max());
                    for (var g = 0; g < runs.Groups.Length; g++)
                    {
                        var starts = runs.Groups[g].Starts;
                        var cash = new List<(int, double)>();
                        for (var m = 0; m + 1 < monthStart.Length && source.Kind != PurchaseKind.Commitment; m++)
                        {
                            var inside = starts.Sum(t => Math.Max(0, Math.Min(t + run.Hours, monthStart[m + 1]) - Math.Max(t, monthStart[m])));
                            if (inside > 0) cash.Add((m, source.PricePerHour * run.Gang * run.BilledHours / run.Hours * inside / starts.Length));
                        }

                        Add(What.Run, n, o, g, starts.Length, cash);
                    }

                    break;
                case PileNeed piles:
                    var work = piles.Options[o];
                    if (source.Kind == PurchaseKind.Commitment)
                        Terms(n, o, source, piles.Piles.Select(p => Up(p.Requests / work.RequestsPerHour / p.WindowHours)).DefaultIfEmpty(0).Max());
                    foreach (var pile in piles.Piles.Where(_ => source.Kind == PurchaseKind.Owned)) Add(What.Hold, n, o, pile.Month, Held(source, pile.Month));
                    break;
            }
        }
    }

    private int SingleOptionCount(int n) => problem.Needs[n] switch { ServiceNeed s => s.Options.Length, RunNeed r => r.Options.Length, PileNeed p => p.Options.Length, _ => 0 };

    private static double Up(double x) => Math.Ceiling(x - 1e-9);

    private static int Held(Source source, int month) => month < source.Held.Length ? source.Held[month] : 0;

    private void Terms(int n, int o, Source source, double enough)
    {
        var most = Math.Min(source.MaxCount ?? 1000, Math.Max(enough, source.MinCount));
        for (var start = 0; start < problem.Horizon.Months && start <= source.LastStart && most >= source.MinCount; start++)
        {
            var price = source.PricePerHour;
            var cash = new List<(int, double)> { (start, (monthStart[start + source.TermMonths] - monthStart[start]) * price * source.UpfrontShare) };
            for (var m = start; m < start + source.TermMonths; m++) cash.Add((m, Hours(m) * price * (1 - source.UpfrontShare)));
            Add(What.Commit, n, o, start, most, cash);
        }
    }

    // The most instances at once in each month when these groups run on an option, all of their runs.
    private SortedDictionary<int, double> Busiest(RunNeed runs, RunOption option, bool[] groups)
    {
        var starts = runs.Groups.Where((_, g) => groups[g]).SelectMany(g => g.Starts).ToList();
        var byMonth = new SortedDictionary<int, double>();
        for (var m = 0; m + 1 < monthStart.Length; m++)
        {
            foreach (var t in starts.Append(monthStart[m]).Where(t => t >= monthStart[m] && t < monthStart[m + 1]))
            {
                var on = starts.Count(s => s <= t && s + option.Hours > t + 1e-6) * option.Gang;
                if (on > 0) byMonth[m] = Math.Max(on, byMonth.GetValueOrDefault(m));
            }
        }

        return byMonth;
    }

    private double Try(int at, double spent)
    {
        if (spent - creditsAtMost > cutoff) return double.PositiveInfinity;
        if (at > 0 && (at == choices.Count || choices[at].Need != choices[at - 1].Need) && !Complete(choices[at - 1].Need)) return double.PositiveInfinity;
        if (at == choices.Count)
        {
            // Needs without any choice have not been looked at on the way.
            var rest = Enumerable.Range(0, problem.Needs.Length).All(Complete) ? Rest() : double.PositiveInfinity;
            if (double.IsFinite(rest)) cutoff = Math.Min(cutoff, spent + rest);
            return spent + rest;
        }

        var best = double.PositiveInfinity;
        var choice = choices[at];
        for (var value = 0; value <= choice.Most; value = value == 0 ? Math.Max(1, choice.Least) : value + 1)
        {
            values[at] = value;
            best = Math.Min(best, Try(at + 1, spent + (value * choice.PresentValue)));
        }

        values[at] = 0;
        return best;
    }

    private IEnumerable<(Choice Choice, int Value)> Chosen(What what, int need, int option) =>
        choices.Select((c, i) => (c, values[i])).Where(x => x.c.What == what && x.c.Need == need && x.c.Option == option && x.Item2 > 0);

    private int Committed(int need, int option, int month) => Chosen(What.Commit, need, option)
        .Where(x => x.Choice.Index <= month && month < x.Choice.Index + problem.Sources[SourceOf(need, option)].TermMonths).Sum(x => x.Value);

    // What a need's whole numbers must satisfy whatever the rest is.
    private bool Complete(int n)
    {
        switch (problem.Needs[n])
        {
            case RunNeed runs:
                for (var g = 0; g < runs.Groups.Length; g++)
                    if (Enumerable.Range(0, runs.Options.Length).Sum(o => Chosen(What.Run, n, o).Where(x => x.Choice.Index == g).Sum(x => x.Value)) != runs.Groups[g].Starts.Length) return false;
                return true;
            case ServiceNeed service:
                for (var s = 0; s < service.Slots.Length; s++)
                {
                    var month = service.Slots[s].Month;
                    var byApi = Enumerable.Range(0, service.Options.Length).Any(o => Chosen(What.Whole, n, o).Any(x => x.Choice.Index == month));
                    var replicas = Enumerable.Range(0, service.Options.Length)
                        .Where(o => problem.Sources[service.Options[o].Source].Kind != PurchaseKind.Spot).Sum(o => Instances(n, o, s) * service.Options[o].Replicas);
                    if (!byApi && replicas < service.MinReplicas) return false;
                }

                var api = service.Options.Any(o => problem.Sources[o.Source].Kind == PurchaseKind.Tokens);
                return api || Cover(n, service, null).All(row => row.Constant >= row.Lower - 1e-9);
            default:
                return true;
        }
    }

    private int Instances(int n, int o, int slot)
    {
        var month = ((ServiceNeed)problem.Needs[n]).Slots[slot].Month;
        return Chosen(What.Rent, n, o).Where(x => x.Choice.Index == slot).Sum(x => x.Value)
            + Chosen(What.Hold, n, o).Where(x => x.Choice.Index == month).Sum(x => x.Value) + Committed(n, o, month);
    }

    // Any set of user groups must have as much capacity near enough as it wants.
    private IEnumerable<Row> Cover(int n, ServiceNeed service, Dictionary<(int, int, int), int>? columns)
    {
        for (var s = 0; s < service.Slots.Length; s++)
        {
            for (var set = 1u; set < 1u << service.UserShares.Length; set++)
            {
                var row = new Row(service.Slots[s].Rate * service.UserShares.Where((_, g) => (set >> g & 1) == 1).Sum(), double.PositiveInfinity);
                for (var o = 0; o < service.Options.Length; o++)
                {
                    if ((service.Options[o].Users & set) == 0) continue;
                    row.Constant += Instances(n, o, s) * service.Options[o].Capacity;
                    if (columns is not null && columns.TryGetValue((n, o, s), out var column)) row.Terms.Add((column, service.Slots[s].Rate));
                }

                yield return row;
            }
        }
    }

    // The cheapest rest for the chosen whole numbers: what can be split, and credits. Infinite where there is none.
    private double Rest()
    {
        var program = new MixedIntegerProgram();
        var rows = new List<Row>();
        var columns = new Dictionary<(int, int, int), int>();
        var paid = new List<(string Provider, PurchaseKind Kind, int Month, double Constant, int Column)>();
        foreach (var (choice, i) in choices.Select((c, i) => (c, i)))
        {
            var source = problem.Sources[SourceOf(choice.Need, choice.Option)];
            foreach (var (month, usd) in choice.Cash) paid.Add((source.Provider, source.Kind, month, usd * values[i], -1));
        }

        int Split(int n, int o, int index, double least, double most, int month, double usd)
        {
            var source = problem.Sources[SourceOf(n, o)];
            var column = columns[(n, o, index)] = program.AddColumn(least, most, usd * Factor(month));
            paid.Add((source.Provider, source.Kind, month, usd, column));
            return column;
        }

        var use = new Dictionary<(int Source, int Month), Row>();
        Row Use(int source, int month)
        {
            if (!use.TryGetValue((source, month), out var row)) use[(source, month)] = row = new(0, 0);
            return row;
        }

        for (var n = 0; n < problem.Needs.Length; n++)
        {
            for (var o = 0; o < SingleOptionCount(n); o++)
            {
                var index = SourceOf(n, o);
                var source = problem.Sources[index];
                for (var m = 0; m + 1 < monthStart.Length; m++)
                {
                    Use(index, m).Constant += Committed(n, o, m) + Chosen(What.Hold, n, o).Where(x => x.Choice.Index == m).Sum(x => x.Value);
                    if (problem.Needs[n] is ServiceNeed s)
                        Use(index, m).Constant += Chosen(What.Rent, n, o).Where(x => s.Slots[x.Choice.Index].Month == m).Select(x => x.Value).DefaultIfEmpty(0).Max();
                }

                switch (problem.Needs[n])
                {
                    case ServiceNeed service when source.Kind == PurchaseKind.Tokens:
                        foreach (var month in service.Slots.Select((slot, s) => (slot, s)).GroupBy(x => x.slot.Month))
                        {
                            var whole = Chosen(What.Whole, n, o).Any(x => x.Choice.Index == month.Key);
                            var peak = program.AddColumn(0, double.PositiveInfinity, 0);
                            Use(index, month.Key).Terms.Add((peak, 1));
                            foreach (var (slot, s) in month)
                            {
                                var column = Split(n, o, s, whole ? 1 : 0, 1, slot.Month, slot.Served * slot.Hours * 3600 * service.Options[o].CostPerRequest);
                                rows.Add(new(0, double.PositiveInfinity) { Terms = { (peak, 1), (column, -slot.Rate) } });
                            }
                        }

                        break;
                    case RunNeed runs:
                        var groups = Enumerable.Range(0, runs.Groups.Length).Select(g => Chosen(What.Run, n, o).Any(x => x.Choice.Index == g)).ToArray();
                        foreach (var (month, instances) in Busiest(runs, runs.Options[o], groups))
                        {
                            if (source.Kind != PurchaseKind.Commitment) Use(index, month).Constant += instances;
                            else if (Committed(n, o, month) < instances) return double.PositiveInfinity;
                        }

                        break;
                    case PileNeed piles:
                        for (var p = 0; p < piles.Piles.Length; p++)
                        {
                            var pile = piles.Piles[p];
                            var option = piles.Options[o];
                            var usd = source.Kind switch { PurchaseKind.Tokens => option.CostPerRequest, PurchaseKind.Commitment => 0, _ => source.PricePerHour };
                            var column = Split(n, o, p, 0, pile.Requests / option.RequestsPerHour, pile.Month, usd);
                            if (source.Kind == PurchaseKind.Tokens) Use(index, pile.Month).Terms.Add((column, 1 / pile.WindowHours / 3600));
                            else if (source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot) Use(index, pile.Month).Terms.Add((column, 1 / pile.WindowHours));
                            else
                            {
                                var there = Committed(n, o, pile.Month) + Chosen(What.Hold, n, o).Where(x => x.Choice.Index == pile.Month).Sum(x => x.Value);
                                rows.Add(new(double.NegativeInfinity, there * pile.WindowHours) { Terms = { (column, 1) } });
                            }
                        }

                        break;
                }
            }

            if (problem.Needs[n] is ServiceNeed serve) rows.AddRange(Cover(n, serve, columns));
            if (problem.Needs[n] is PileNeed work)
            {
                for (var p = 0; p < work.Piles.Length; p++)
                {
                    var row = new Row(work.Piles[p].Requests, double.PositiveInfinity);
                    for (var o = 0; o < work.Options.Length; o++) row.Terms.Add((columns[(n, o, p)], work.Options[o].RequestsPerHour));
                    rows.Add(row);
                }
            }
        }

        foreach (var ((index, month), used) in use)
        {
            var source = problem.Sources[index];
            var most = source.Kind switch
            {
                PurchaseKind.Owned => Held(source, month),
                PurchaseKind.Tokens => source.MaxPerSecond,
                _ => (double?)source.MaxCount,
            };
            // Requests a second are tiny beside instances: scaled, so that the solver's tolerance is no request.
            var scale = source.Kind == PurchaseKind.Tokens ? 1e5 : 1;
            if (most is { } limit) rows.Add(Sum(limit * scale, [(used, scale)]));
        }

        foreach (var limit in problem.CapacityLimits)
            for (var m = 0; m + 1 < monthStart.Length; m++)
                rows.Add(Sum(limit.Most, use.Where(u => u.Key.Month == m && limit.Sources.Contains(u.Key.Source)).Select(u => (u.Value, problem.Sources[u.Key.Source].AcceleratorCount))));
        Money(program, rows, paid);
        return Solve(program, rows);
    }

    private static Row Sum(double limit, IEnumerable<(Row Row, double Each)> parts)
    {
        var sum = new Row(double.NegativeInfinity, limit);
        foreach (var (row, each) in parts)
        {
            sum.Constant += row.Constant * each;
            sum.Terms.AddRange(row.Terms.Select(t => (t.Column, t.Each * each)));
        }

        return sum;
    }

    private void Money(MixedIntegerProgram program, List<Row> rows, List<(string Provider, PurchaseKind Kind, int Month, double Constant, int Column)> paid)
    {
        Row Spent(double upper, Func<(string Provider, PurchaseKind Kind, int Month, double Constant, int Column), double> weight)
        {
            var row = new Row(double.NegativeInfinity, upper);
            foreach (var p in paid)
            {
                if (p.Column < 0) row.Constant += p.Constant * weight(p);
                else row.Terms.Add((p.Column, p.Constant * weight(p)));
            }

            return row;
        }

        var credits = new List<(int Credit, int Month, int Column)>();
        for (var c = 0; c < problem.Credits.Length; c++)
            for (var m = 0; m < problem.Horizon.Months; m++)
                credits.Add((c, m, program.AddColumn(0, double.PositiveInfinity, -Factor(m))));
        for (var c = 0; c < problem.Credits.Length; c++)
        {
            var credit = problem.Credits[c];
            var whole = new Row(double.NegativeInfinity, (double)credit.Amount.Usd);
            whole.Terms.AddRange(credits.Where(x => x.Credit == c).Select(x => (x.Column, 1.0)));
            rows.Add(whole);
            for (var m = 0; m < problem.Horizon.Months; m++)
            {
                // By the credit's last day this much of the month's bill has fallen due; it and those that end earlier pay no more.
                var days = credit.Expires.DayNumber + 1 - problem.Horizon.Start.DayNumber - (monthStart[m] / 24);
                var due = Math.Clamp(days / (Hours(m) / 24), 0, 1);
                var month = m;
                var row = Spent(0, p => p.Provider == credit.Provider && p.Month == month ? -due : 0);
                row.Terms.AddRange(credits.Where(x => x.Month == m && problem.Credits[x.Credit].Provider == credit.Provider
                    && problem.Credits[x.Credit].Expires <= credit.Expires).Select(x => (x.Column, 1.0)));
                rows.Add(row);
            }
        }

        for (var m = 0; m < problem.Horizon.Months && problem.CashPerMonth is { } cash; m++)
        {
            var month = m;
            var row = Spent(cash - (m < problem.FixedCash.Length ? problem.FixedCash[m] : 0), p => p.Month == month ? 1 : 0);
            row.Terms.AddRange(credits.Where(x => x.Month == m).Select(x => (x.Column, -1.0)));
            rows.Add(row);
        }

        if (problem.TotalCost is { } total)
        {
            var row = Spent(total - problem.FixedCash.Sum(), _ => 1);
            row.Terms.AddRange(credits.Select(x => (x.Column, -1.0)));
            rows.Add(row);
        }

        if (problem.ProviderShare is { } share)
        {
            foreach (var provider in paid.Select(p => p.Provider).Distinct())
                rows.Add(Spent(0, p => p.Kind == PurchaseKind.Owned ? 0 : (p.Provider == provider ? 1 : 0) - share));
        }
    }

    private static double Solve(MixedIntegerProgram program, List<Row> rows)
    {
        foreach (var row in rows)
        {
            var slack = 1e-9 * Math.Max(1, Math.Abs(row.Constant));
            if (row.Terms.Count == 0)
            {
                if (row.Constant < row.Lower - slack || row.Constant > row.Upper + slack) return double.PositiveInfinity;
                continue;
            }

            var added = program.AddRow(row.Lower - row.Constant - slack, row.Upper - row.Constant + slack);
            foreach (var (column, each) in row.Terms) program.AddTerm(added, column, each);
        }

        if (program.ColumnCount == 0) return 0;
        var solution = ClpSolver.Solve(program);
        return solution.HasPoint ? solution.Objective : double.PositiveInfinity;
    }
}
