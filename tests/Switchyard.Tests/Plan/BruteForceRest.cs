using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>What is left to decide when the whole numbers are chosen: a linear program.</summary>
internal sealed partial class BruteForce
{
    private readonly record struct Paid(int Source, string Team, int Future, int Month, double Usd, int Column);

    private sealed class LinearRest(PlanningProblem problem)
    {
        public MixedIntegerProgram Program { get; } = new();

        public List<Row> Rows { get; } = [];

        public List<Paid> Paid { get; } = [];

        public Dictionary<(int Source, int Month, int Segment, int Future), Row> Use { get; } = [];

        public Row UseAt(int source, int month, int segment, int future)
        {
            if (!Use.TryGetValue((source, month, segment, future), out var row)) Use[(source, month, segment, future)] = row = new(0, 0);
            return row;
        }

        // What teams are charged for what others pay for.
        public List<Paid> Charged { get; } = [];

        // The batch work that a column does.
        public Dictionary<int, Pile> Piles { get; } = [];

        // A column of which each unit is paid for in a month, in its future.
        public int Split(int source, string team, int future, double least, double most, int month, double usd, double factor)
        {
            var column = Program.AddColumn(least, most, usd * factor * problem.Futures[future].Probability);
            Paid.Add(new(source, team, future, month, usd, column));
            return column;
        }
    }

    // The cheapest rest for the chosen whole numbers. Infinite where there is none.
    private double Rest()
    {
        var rest = new LinearRest(problem);
        for (var i = 0; i < choices.Count; i++)
        {
            if (values[i] == 0) continue;
            var choice = choices[i];
            var team = choice.Need >= 0 ? problem.Needs[choice.Need].Team : problem.Sources[choice.Source].Team;
            foreach (var (month, usd) in choice.Cash)
                if (usd != 0) rest.Paid.Add(new(choice.Source, team, choice.Future, month, usd * values[i], -1));
        }

        for (var n = 0; n < problem.Needs.Length; n++)
        {
            switch (problem.Needs[n])
            {
                case ServiceNeed service: Serve(rest, n, service); break;
                case RunNeed runs: Run(rest, n, runs); break;
                case PileNeed piles: Work(rest, n, piles); break;
            }
        }

        Capacity(rest);
        Shares(rest);
        Carbon(rest);
        Money(rest);
        return Solve(rest.Program, rest.Rows);
    }

    private void Serve(LinearRest rest, int n, ServiceNeed service)
    {
        for (var s = 0; s < service.Slots.Length; s++)
        {
            var slot = service.Slots[s];
            var (counts, columns) = (AtWork(n, s), new int[service.Options.Length]);
            for (var o = 0; o < columns.Length; o++)
            {
                var source = service.Options[o].Source;
                var use = rest.UseAt(source, slot.Month, slot.Segment, slot.Future);
                use.Constant += counts[o];
                columns[o] = -1;
                if (problem.Sources[source].Kind != PurchaseKind.Tokens) continue;
                columns[o] = rest.Split(source, service.Team, slot.Future, ByApiAlone(n, o, slot) ? 1 : 0, Usable(n, o) ? 1 : 0, slot.Month,
                    slot.Served * slot.Hours * 3600 * service.Options[o].CostPerRequest, Factor(slot.Month));
                use.Terms.Add((columns[o], slot.Rate));
            }

            foreach (var (lower, upper, constant, answered) in Asked(service, slot, counts))
            {
                var row = new Row(lower, upper) { Constant = constant };
                for (var o = 0; o < columns.Length; o++)
                    if (columns[o] >= 0) row.Terms.Add((columns[o], answered(o)));
                rest.Rows.Add(row);
            }
        }
    }

    // Which of a group's runs are done in a way is open: if any is, all of the group's gangs are kept ready.
    private void Run(LinearRest rest, int n, RunNeed runs)
    {
        for (var o = 0; o < runs.Options.Length; o++)
        {
            var option = runs.Options[o];
            var groups = Enumerable.Range(0, runs.Groups.Length).Select(g => Sum(c => c.What == What.Run && c.Need == n && c.Option == o && c.Index == g) > 0).ToArray();
            foreach (var (month, instances) in Busiest(runs, option, groups))
                for (var k = 0; k < problem.Segments.Length; k++)
                    for (var f = 0; (option.Segments >> k & 1) != 0 && f < problem.Futures.Length; f++) rest.UseAt(option.Source, month, k, f).Constant += instances;
        }
    }

    private void Work(LinearRest rest, int n, PileNeed piles)
    {
        for (var i = 0; i < choices.Count; i++)
        {
            if (choices[i] is not { What: What.Book } book || book.Need != n || values[i] == 0) continue;
            foreach (var (month, _) in BlockHours(book))
                for (var k = 0; k < problem.Segments.Length; k++)
                    for (var f = 0; f < problem.Futures.Length; f++) rest.UseAt(book.Source, month, k, f).Constant += values[i];
        }

        foreach (var pile in piles.Piles)
        {
            var done = new Row(pile.Requests, double.PositiveInfinity);
            var open = Enumerable.Range(0, problem.Segments.Length).Where(k => WindowOf(pile, k) > 0).ToList();
            for (var o = 0; o < piles.Options.Length; o++)
            {
                var option = piles.Options[o];
                var source = problem.Sources[option.Source];
                if (!Usable(n, o) || (!source.IsPool && pile.Month > source.LastStart)) continue;
                var usd = source.Kind switch
                {
                    PurchaseKind.Tokens => option.CostPerRequest,
                    PurchaseKind.Commitment or PurchaseKind.Block => option.CostPerRequest * option.RequestsPerHour,
                    _ => source.PricePerHour + (option.CostPerRequest * option.RequestsPerHour),
                };
                int Column()
                {
                    var column = rest.Split(option.Source, piles.Team, pile.Future, 0, pile.Requests / option.RequestsPerHour, pile.Month, usd, Factor(pile.Month));
                    rest.Piles[column] = pile;
                    rest.Charged.Add(new(option.Source, piles.Team, pile.Future, pile.Month, HourFor(piles.Team, source), column));
                    return column;
                }

                if (!option.Blocks.IsEmpty)
                {
                    // At most what is booked for the month.
                    var booked = Sum(c => c.What == What.Book && c.Need == n && c.Option == o && c.Index == pile.Month);
                    var worked = Column();
                    done.Terms.Add((worked, option.RequestsPerHour));
                    rest.Rows.Add(new(double.NegativeInfinity, booked * option.Blocks[piles.Piles.IndexOf(pile)].UsefulHours) { Terms = { (worked, 1) } });
                    continue;
                }

                // A pool works when it has room; what is rented, and an API, evenly over the window.
                var even = source.IsPool ? -1 : Column();
                if (even >= 0) done.Terms.Add((even, option.RequestsPerHour));
                foreach (var k in open)
                {
                    var column = even >= 0 ? even : Column();
                    if (even < 0) done.Terms.Add((column, option.RequestsPerHour));
                    var hours = even >= 0 ? open.Sum(x => WindowOf(pile, x)) : WindowOf(pile, k);
                    rest.UseAt(option.Source, pile.Month, k, pile.Future).Terms.Add((column, source.Kind == PurchaseKind.Tokens ? 1 / hours / 3600 : 1 / hours));
                }
            }

            rest.Rows.Add(done);
        }
    }

    private void Capacity(LinearRest rest)
    {
        foreach (var ((index, month, _, _), used) in rest.Use)
        {
            var source = problem.Sources[index];
            double? most = source.Kind switch
            {
                PurchaseKind.Owned or PurchaseKind.Commitment => There(index, month),
                PurchaseKind.Tokens => source.MaxPerSecond,
                _ => source.MaxCount,
            };
            // Requests a second are tiny beside instances: scaled, so that the solver's tolerance is no request.
            var scale = source.Kind == PurchaseKind.Tokens ? 1e5 : 1;
            if (most is { } limit) rest.Rows.Add(Sum(limit * scale, [(used, scale)]));
        }

        bool Committed(int source) => problem.Sources[source].Kind == PurchaseKind.Commitment;
        for (var index = 0; index < problem.Sources.Length; index++)
            for (var m = 0; Committed(index) && m + 1 < monthStart.Length; m++)
                if (There(index, m) > problem.Sources[index].MaxCount) rest.Rows.Add(new(1, 1));
        foreach (var limit in problem.CapacityLimits)
        {
            for (var m = 0; m + 1 < monthStart.Length; m++)
            {
                for (var k = 0; k < problem.Segments.Length; k++)
                {
                    for (var f = 0; f < problem.Futures.Length; f++)
                    {
                        var parts = new List<(Row, double)>();
                        for (var i = 0; i < limit.Sources.Length; i++)
                        {
                            var source = limit.Sources[i];
                            var each = limit.Each.IsEmpty ? problem.Sources[source].AcceleratorCount : limit.Each[i];
                            if (Committed(source)) parts.Add((new Row(0, 0) { Constant = There(source, m) }, each));
                            else if (rest.Use.TryGetValue((source, m, k, f), out var used)) parts.Add((used, each));
                        }

                        rest.Rows.Add(Sum(limit.Most, parts));
                    }
                }
            }
        }
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

    private static double Solve(MixedIntegerProgram program, List<Row> rows)
    {
        var kept = new List<Row>();
        foreach (var row in rows)
        {
            var slack = 1e-9 * Math.Max(1, Math.Abs(row.Constant));
            if (row.Terms.Count > 0) kept.Add(row);
            else if (row.Constant < row.Lower - slack || row.Constant > row.Upper + slack) return double.PositiveInfinity;
        }

        foreach (var row in kept)
        {
            var slack = 1e-9 * Math.Max(1, Math.Abs(row.Constant));
            var added = program.AddRow(row.Lower - row.Constant - slack, row.Upper - row.Constant + slack);
            foreach (var column in row.Terms.GroupBy(t => t.Column)) program.AddTerm(added, column.Key, column.Sum(t => t.Each));
        }

        if (program.ColumnCount == 0) return 0;
        var solution = ClpSolver.Solve(program);
        return solution.HasPoint ? solution.Objective : double.PositiveInfinity;
    }
}
