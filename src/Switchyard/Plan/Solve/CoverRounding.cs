namespace Switchyard.Plan.Solve;

/// <summary>
/// A good whole-numbered point of a large program, from its relaxation: what lasts is rounded; then each cover is solved by itself at the
/// relaxation's prices, with what is left of the rows that it shares with others; what is held and not used is offered to all once more, for nothing.
/// Then covers that share what is held are solved together, one time after the other; some of these groups once more, where what is left asks for other prices of what is limited over the whole horizon;
/// and whatever covers do not decide (runs, work that can be split, money) last.
/// </summary>
internal sealed class CoverRounding
{
    // A column that would have to be this much cheaper to enter the relaxation is not looked at.
    private const double Near = 0.05;

    // The same where many are decided together, and when such a search stops.
    private const double VeryNear = 0.03;
    private static readonly SolveLimits Soon = new(0.002, 40);
    private const int AloneNodes = 150;

    // So many groups that are left with the most to be gained are searched once more, so long.
    private const int MostOpen = 16;
    private static readonly SolveLimits Deep = new(0.0005, 300);

    // What is so little too much, as a share, is no more than a rounding error.
    private const double Rounding = 1e-9;

    // So many groups are decided side by side, each as if the others kept what they have.
    private const int AtOnce = 8;

    // So many groups at a time are decided once more, so often; at prices that change what they cost by so much at first (twice as much where the rest gained less than this share by the round before), and
    // not where it would be less than so much.
    private const int Together = 12;
    private const int MostRounds = 6;
    private const double FirstMove = 0.02;
    private const double LeastGain = 1e-4;
    private const double LeastMove = 0.005;

    // To miss all of a row costs so many times as much as all that the relaxation buys.
    private const double Missed = 10;
    private static readonly SolveLimits Choosing = new(0.0005, 100);

    private const double GoldenRatio = 0.6180339887498949;

    // The best found so far will do.
    private const int MostNodes = 1000;

    private readonly MixedIntegerProgram program;
    private readonly Func<int, bool> lasts;
    private readonly Solution relaxed;
    private readonly Action<IReadOnlyList<Action>> sideBySide;
    private readonly Func<byte[], byte[]?>? elsewhere;
    private readonly double[] values;
    private readonly double[] left;
    private readonly bool[] shared;
    private readonly bool[] covered;

    private CoverRounding(MixedIntegerProgram program, IReadOnlyList<Cover> covers, Func<int, bool> lasts, Solution relaxed, SolveLimits limits)
    {
        (this.program, this.lasts, this.relaxed, sideBySide, elsewhere) = (program, lasts, relaxed, limits.SideBySide, limits.Elsewhere);
        values = new double[program.ColumnCount];
        covered = new bool[program.ColumnCount];
        foreach (var column in covers.Where(cover => cover.IsEnumerable).SelectMany(cover => cover.Columns).Where(column => !lasts(column))) covered[column] = true;
        // Rows that limit what several take; a row is kept here as "at most". Those that only sum up limit nothing.
        left = new double[program.RowCount];
        shared = new bool[program.RowCount];
        for (var row = 0; row < left.Length; row++)
        {
            shared[row] = program.RowLower[row] < program.RowUpper[row] && (double.IsFinite(program.RowUpper[row]) || program.RowLower[row] == 0);
            left[row] = Mirrored(row) ? 0 : program.RowUpper[row];
        }

        // What is decided last keeps what the relaxation lets it have.
        for (var column = 0; column < program.ColumnCount; column++)
            if (!covered[column] && !lasts(column) && relaxed.Values[column] > 0) Use(column, relaxed.Values[column]);
    }

    /// <summary>Looks for a point.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="covers">Its covers.</param>
    /// <param name="lasts">Whether a column provides at many times.</param>
    /// <param name="relaxed">The solution of the relaxation, with duals.</param>
    /// <param name="limits">When to stop what is solved last, and who lends cores and processes.</param>
    public static Solution Solve(MixedIntegerProgram program, IReadOnlyList<Cover> covers, Func<int, bool> lasts, Solution relaxed, SolveLimits limits)
    {
        var rounding = new CoverRounding(program, covers, lasts, relaxed, limits);
        rounding.Last();
        // Those that the relaxation serves mostly from what is held come first: the others rent anyway.
        foreach (var cover in covers.OrderBy(rounding.Rented)) rounding.Fill(cover, free: false);
        foreach (var cover in covers) rounding.Fill(cover, free: true);
        var groups = rounding.Groups(covers).ToList();
        var open = groups.Chunk(AtOnce).SelectMany(some => some.Zip(rounding.Improve(some, Soon))).ToList();
        foreach (var some in open.Where(x => x.Second > 0).OrderByDescending(x => x.Second).Take(MostOpen).Select(x => x.First).Chunk(AtOnce)) rounding.Improve(some, Deep);
        rounding.Ease(groups);
        var point = rounding.Finish(limits, Near);
        if (!point.HasPoint)
        {
            rounding.Free(groups);
            point = rounding.Finish(limits, Near);
        }

        if (!point.HasPoint) point = rounding.Finish(limits, double.PositiveInfinity);
        return point.HasPoint ? point.Proven(relaxed.Bound, limits) : point with { Bound = relaxed.Bound };
    }

    // The rest has no point with these: they are decided with it.
    private void Free(List<List<Cover>> groups)
    {
        foreach (var column in Spread(groups).Take(Together).SelectMany(group => group).SelectMany(cover => cover.Columns))
        {
            if (lasts(column)) continue;
            covered[column] = false;
            values[column] = 0;
        }
    }

    // Any first few of them lie at nearly even distances.
    private static IEnumerable<List<Cover>> Spread(List<List<Cover>> groups) =>
        groups.Select((group, at) => (Group: group, Place: at * GoldenRatio % 1)).OrderBy(x => x.Place).Select(x => x.Group);

    // Limits over the whole horizon have been reckoned with at the relaxation's prices alone. Where what is left to be decided asks for other prices, some groups, at even distances, decide once more at prices on
    // the way there; which of their decisions are taken is decided with the rest.
    private void Ease(List<List<Cover>> groups)
    {
        int[] sums = [.. Enumerable.Range(0, program.RowCount).Where(row => !shared[row] && program.RowLower[row] == program.RowUpper[row])];
        var size = Size();
        var asked = new List<RestProgram.Proposal[]>();
        var (last, step) = (double.PositiveInfinity, FirstMove);
        var spread = Spread(groups).ToList();
        for (var round = 0; round < MostRounds; round++)
        {
            var rest = Rest(asked);
            rest.StandIn(row => Missed * Math.Abs(relaxed.Objective) / Math.Max(1, size[row]));
            if (ClpSolver.Solve(rest.Program) is not { HasPoint: true, RowDuals: { } own, Objective: var cost }) break;
            if (cost > last - (LeastGain * Math.Abs(cost))) step *= 2;
            last = cost;
            var duals = rest.Duals(own);
            var moved = Moved(sums, duals);
            if (moved < LeastMove) break;
            var prices = relaxed.RowDuals!.ToArray();
            var way = Math.Min(0.5, step / moved);
            foreach (var row in sums) prices[row] += way * (duals[row] - prices[row]);
            var some = spread.Skip(round * Together).Take(Together).Select(group => (Group: group, Had: Given(group))).ToArray();
            foreach (var (_, had) in some) Give(had);
            asked.AddRange(some.Zip(Decided(some, prices, Soon), (of, decided) => new[] { of.Had, decided }));
        }

        if (asked.Count == 0) return;
        var whole = Rest(asked);
        var chosen = CbcSolver.Solve(whole.Program, Choosing with { Elsewhere = elsewhere });
        var by = chosen.HasPoint ? whole.Chosen(chosen.Values).ToDictionary(x => x.Group, x => x.Proposal) : [];
        for (var group = 0; group < asked.Count; group++) Take(asked[group][by.GetValueOrDefault(group)]);
    }

    // What is left to be decided, with what groups propose.
    private RestProgram Rest(List<RestProgram.Proposal[]> asked) =>
        new(program, values, column => !covered[column] && values[column] == 0 && relaxed.IsNear(program, column, Near), asked);

    // What counts in each row of the relaxation's point, whatever its sign.
    private double[] Size()
    {
        var size = new double[program.RowCount];
        for (var column = 0; column < values.Length; column++)
        {
            if (relaxed.Values[column] == 0) continue;
            var rows = program.Matrix.RowsOf(column);
            var each = program.Matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++) size[rows[term]] += Math.Abs(each[term] * relaxed.Values[column]);
        }

        return size;
    }

    // By which share of what it costs prices for what sums up would change what is decided.
    private double Moved(int[] sums, double[] duals)
    {
        var difference = new double[program.RowCount];
        foreach (var row in sums) difference[row] = duals[row] - relaxed.RowDuals![row];
        var (moved, all) = (0.0, 1e-9);
        for (var column = 0; column < values.Length; column++)
        {
            if (!covered[column] || values[column] == 0) continue;
            var rows = program.Matrix.RowsOf(column);
            var each = program.Matrix.CoefficientsOf(column);
            var more = 0.0;
            for (var term = 0; term < rows.Length; term++) more += difference[rows[term]] * each[term];
            moved += Math.Abs(more) * values[column];
            all += Math.Abs(program.Cost[column]) * values[column];
        }

        return moved / all;
    }

    // What a group has now.
    private RestProgram.Proposal Given(List<Cover> group)
    {
        int[] columns = [.. group.SelectMany(cover => cover.Columns).Where(column => !lasts(column) && values[column] > 0)];
        return new(columns, [.. columns.Select(column => values[column])]);
    }

    // At least 0 is at most 0 with the signs turned.
    private bool Mirrored(int row) => program.RowLower[row] == 0 && !double.IsFinite(program.RowUpper[row]);

    // What a unit counts in a row read as "at most".
    private double Counts(int row, double coefficient) => Mirrored(row) ? -coefficient : coefficient;

    private void Take(int column, double amount)
    {
        values[column] += amount;
        Use(column, amount);
    }

    private void Use(int column, double amount)
    {
        var rows = program.Matrix.RowsOf(column);
        var each = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length; term++)
            if (shared[rows[term]]) left[rows[term]] -= amount * Counts(rows[term], each[term]);
    }

    // The share of a cover that the relaxation rents.
    private double Rented(Cover cover)
    {
        var (rented, all) = (0.0, 1e-9);
        for (var c = 0; c < cover.Columns.Length; c++)
        {
            var serves = cover.Rows.Max(row => row.Each[c] / row.Least) * relaxed.Values[cover.Columns[c]];
            all += serves;
            if (program.Cost[cover.Columns[c]] > 0 && !lasts(cover.Columns[c])) rented += serves;
        }

        return rented / all;
    }

    private void Last()
    {
        for (var column = 0; column < program.ColumnCount; column++)
            if (lasts(column) && program.IsInteger(column) && program.Cost[column] != 0 && relaxed.Values[column] > 1e-9)
                Take(column, Math.Min(program.ColumnUpper[column], Math.Round(relaxed.Values[column], MidpointRounding.AwayFromZero)));
    }

    private void Fill(Cover cover, bool free)
    {
        if (!cover.IsEnumerable) return;
        var (price, most) = (new double[cover.Columns.Length], new double[cover.Columns.Length]);
        var before = new double[cover.Columns.Length];
        for (var c = 0; c < price.Length; c++)
        {
            var column = cover.Columns[c];
            if (lasts(column)) continue;
            before[c] = values[column];
            if (before[c] > 0) Take(column, -before[c]);
        }

        for (var c = 0; c < price.Length; c++)
        {
            var column = cover.Columns[c];
            if (lasts(column)) continue;
            most[c] = Most(column);
            price[c] = Math.Max(0, relaxed.ReducedCosts![column]);
            if (free && program.Cost[column] == 0) price[c] = 0;
            else foreach (var row in cover.Rows) price[c] += relaxed.RowDuals![row.Index] * row.Each[c];
        }

        var search = new CoverSearch(program, cover, price, relaxed.RowDuals!, MostNodes, most, [.. cover.Columns.Select(column => lasts(column) ? values[column] : 0)]);
        search.Run([.. cover.Columns.Select(column => relaxed.Values[column])]);
        var chosen = search.Chosen;
        for (var c = 0; c < price.Length; c++)
            if (!lasts(cover.Columns[c]) && (chosen is null ? before[c] : chosen[c]) is > 0 and var amount) Take(cover.Columns[c], amount);
    }

    private double Most(int column)
    {
        var most = program.ColumnUpper[column];
        var rows = program.Matrix.RowsOf(column);
        var each = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length; term++)
            if (shared[rows[term]] && Counts(rows[term], each[term]) is > 0 and var counts) most = Math.Min(most, Math.Floor((left[rows[term]] / counts) + 1e-9));
        return Math.Max(0, most);
    }

    // Covers that use the same things held at the same time.
    private IEnumerable<List<Cover>> Groups(IReadOnlyList<Cover> covers)
    {
        var groups = new Groups(covers.Count);
        var first = new Dictionary<int, int>();
        for (var i = 0; i < covers.Count; i++)
        {
            if (!covers[i].IsEnumerable) continue;
            foreach (var column in covers[i].Columns)
            {
                if (lasts(column)) continue;
                foreach (var row in program.Matrix.RowsOf(column))
                {
                    if (!shared[row] || (program.RowUpper[row] != 0 && program.RowLower[row] != 0)) continue;
                    if (first.TryGetValue(row, out var other)) groups.Join(i, other);
                    else first[row] = i;
                }
            }
        }

        return Enumerable.Range(0, covers.Count).Where(i => covers[i].IsEnumerable).GroupBy(groups.Of).Select(g => g.Select(i => covers[i]).ToList());
    }

    // Decides some groups, the covers of each together; says what could still be gained by each.
    private double[] Improve(List<Cover>[] groups, SolveLimits until)
    {
        var some = groups.Select(group => (Group: group, Had: Given(group))).ToArray();
        var decided = Decided(some, relaxed.RowDuals!, until);
        for (var i = 0; i < some.Length; i++)
        {
            var (group, had) = some[i];
            Give(had);
            if (!Fits(decided[i]))
            {
                // Others have taken what it counted on.
                Take(had);
                decided[i] = Decided(group, had, relaxed.RowDuals!, until);
                Give(had);
            }

            Take(decided[i]);
        }

        return Array.ConvertAll(decided, proposal => proposal.Open);
    }

    private bool Fits(RestProgram.Proposal proposal)
    {
        var used = new Dictionary<int, double>();
        for (var i = 0; i < proposal.Columns.Length; i++)
        {
            var rows = program.Matrix.RowsOf(proposal.Columns[i]);
            var each = program.Matrix.CoefficientsOf(proposal.Columns[i]);
            for (var term = 0; term < rows.Length; term++)
                if (shared[rows[term]]) used[rows[term]] = used.GetValueOrDefault(rows[term]) + (proposal.Amounts[i] * Counts(rows[term], each[term]));
        }

        return used.All(row => row.Value <= Math.Max(0, left[row.Key]) + (Rounding * Math.Max(1, Math.Abs(row.Value))));
    }

    // What some groups decide, each as if the others did what they do now.
    private RestProgram.Proposal[] Decided((List<Cover> Group, RestProgram.Proposal Had)[] groups, IReadOnlyList<double> prices, SolveLimits until)
    {
        var decided = new RestProgram.Proposal[groups.Length];
        sideBySide([.. groups.Select((of, i) => (Action)(() => decided[i] = Decided(of.Group, of.Had, prices, until)))]);
        return decided;
    }

    private void Take(RestProgram.Proposal proposal)
    {
        for (var i = 0; i < proposal.Columns.Length; i++) Take(proposal.Columns[i], proposal.Amounts[i]);
    }

    private void Give(RestProgram.Proposal proposal)
    {
        for (var i = 0; i < proposal.Columns.Length; i++) Take(proposal.Columns[i], -proposal.Amounts[i]);
    }

    // What some covers decide together instead of what they had, with all else as it is, where what they add to rows that sum up costs so much.
    private RestProgram.Proposal Decided(List<Cover> covers, RestProgram.Proposal had, IReadOnlyList<double> prices, SolveLimits until)
    {
        var matrix = program.Matrix;
        var part = new MixedIntegerProgram();
        var (rows, columns, start) = (new Dictionary<int, int>(), new List<int>(), new List<double>());
        var own = covers.SelectMany(cover => cover.Rows).Select(row => row.Index).ToHashSet();
        foreach (var cover in covers)
            foreach (var row in cover.Rows)
            {
                var there = 0.0;
                for (var c = 0; c < row.Each.Length; c++)
                    if (lasts(cover.Columns[c])) there += row.Each[c] * values[cover.Columns[c]];
                rows[row.Index] = part.AddRow(row.Least - there, double.PositiveInfinity);
            }

        var amounts = had.Columns.Zip(had.Amounts).ToDictionary(x => x.First, x => x.Second);
        foreach (var column in covers.SelectMany(cover => cover.Columns).Where(column => !lasts(column)))
            if (amounts.ContainsKey(column) || relaxed.IsNear(program, column, VeryNear))
            {
                columns.Add(column);
                start.Add(amounts.GetValueOrDefault(column));
            }

        // What is left for them, with what they still have.
        var room = new Dictionary<int, double>();
        double Room(int row) => room.TryGetValue(row, out var more) ? more : left[row];
        foreach (var column in had.Columns)
        {
            var touched = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < touched.Length; term++)
                if (shared[touched[term]]) room[touched[term]] = Room(touched[term]) + (values[column] * Counts(touched[term], each[term]));
        }

        foreach (var column in columns)
        {
            // What a unit costs, with what it adds to rows that are not in the part.
            var cost = program.Cost[column];
            var (touched, each) = (matrix.RowsOf(column).ToArray(), matrix.CoefficientsOf(column).ToArray());
            for (var term = 0; term < touched.Length; term++)
                if (!own.Contains(touched[term]) && !shared[touched[term]]) cost -= prices[touched[term]] * each[term];
            var added = part.AddColumn(0, program.ColumnUpper[column], cost, program.IsInteger(column));
            for (var term = 0; term < touched.Length; term++)
            {
                var row = touched[term];
                if (!own.Contains(row) && !shared[row]) continue;
                if (!rows.TryGetValue(row, out var at)) rows[row] = at = part.AddRow(double.NegativeInfinity, Math.Max(0, Room(row)));
                part.AddTerm(at, added, own.Contains(row) ? each[term] : Counts(row, each[term]));
            }
        }

        if (covers.Count == 1) return Proposed(columns, Alone(part, start), 0);
        var found = CbcSolver.Solve(part, until with { Elsewhere = elsewhere }, start);
        return found.HasPoint ? Proposed(columns, found.Values, double.IsFinite(found.Bound) ? found.Objective - found.Bound : 0) : Proposed(columns, start, 0);
    }

    private static RestProgram.Proposal Proposed(List<int> columns, IReadOnlyList<double> chosen, double open)
    {
        int[] used = [.. Enumerable.Range(0, columns.Count).Where(i => chosen[i] > 0)];
        return new([.. used.Select(i => columns[i])], [.. used.Select(i => chosen[i])]) { Open = open };
    }

    // One cover by itself is decided before CBC has prepared its own, and without waiting for others that ask it.
    private static IReadOnlyList<double> Alone(MixedIntegerProgram part, List<double> start)
    {
        using var search = new WarmSearch(part);
        return search.Search(AloneNodes, Soon.RelativeGap).Point is { } point && CbcSolver.Repair(part, point, Soon) is { } exact
            && (CbcSolver.Repair(part, start, Soon) is not { } known || exact.Objective <= known.Objective) ? exact.Values : start;
    }

    // The rest: what no cover decides, near what the relaxation takes.
    private Solution Finish(SolveLimits limits, double near)
    {
        var part = new ProgramPart(program, column => values[column] > 0 || (!covered[column] && relaxed.IsNear(program, column, near)));
        for (var i = 0; i < part.Columns.Length; i++)
            if (values[part.Columns[i]] is > 0 and var amount) part.Program.SetColumnBounds(i, amount, amount);
        // Of the whole cost this is a small part, and what it leaves to be saved counts in full.
        return part.Solve(limits with { RelativeGap = Math.Min(limits.RelativeGap, Choosing.RelativeGap) });
    }
}
