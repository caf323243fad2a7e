namespace Switchyard.Plan.Solve;

/// <summary>
/// Prices of what is held at each time under which the least of all covers together is higher than under the relaxation's: what whole numbers take of it is not what the relaxation does. The sum of the leasts is
/// concave in the prices, and each column set that is a cover's least bounds that cover's part of it for all prices (cutting planes; Kelley, 1960). The highest point of these bounds within a box around the best
/// prices is tried, and the box grows or shrinks by what it turns out to be (Marsten, Hogan and Blankenship, 1975).
/// </summary>
internal sealed class CoverPrices
{
    // The box, as a share of each price: at first, and from where on nothing more is looked for; so often at most.
    private const double FirstBox = 0.01;
    private const double LeastBox = 0.0003;
    private const int MostRounds = 14;

    // What would raise the bound by less than this share of it, or of what it has been raised by, is not tried.
    private const double LeastGain = 2e-6;
    private const double LeastMore = 0.1;

    // How far outside a row, relatively, the simplex may leave its prices: what they take off is counted, for as much of a column as costs so many times the bound (whatever takes more is no point of interest).
    private const double Roughly = 1e-6;
    private const double Dear = 10;

    // The box grows where the gain is at least this share of what the bounds promise.
    private const double Met = 0.5;

    private readonly CoverRegrets regrets;
    private readonly IReadOnlyList<CoverRegrets.Slot> slots;
    private readonly IReadOnlyList<CoverLeast.Found> found;

    // The rows whose prices move, and the place of each among them; −1 for others.
    private readonly int[] rows;
    private readonly int[] place;

    // The slots that use them, and the columns whose cost must bear what no cover counts.
    private readonly int[] users;
    private readonly Bearer[] bearers;
    private readonly List<Cut> cuts = [];

    // What a slot's regret is no higher than: so much, and what prices are higher by times what is used.
    private sealed record Cut(int Slot, double Most, (int Place, double Use)[] Uses);

    // What the prices leave of a column's cost, and what prices are lower by times what it provides.
    private sealed record Bearer(int Column, double Left, (int Place, double Use)[] Uses);

    /// <summary>The covers of a program at prices.</summary>
    /// <param name="regrets">The prices.</param>
    /// <param name="slots">The covers.</param>
    /// <param name="found">The least of each.</param>
    public CoverPrices(CoverRegrets regrets, IReadOnlyList<CoverRegrets.Slot> slots, IReadOnlyList<CoverLeast.Found> found)
    {
        (this.regrets, this.slots, this.found) = (regrets, slots, found);
        var program = regrets.Program;
        var moves = new bool[program.RowCount];
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (!regrets.Lasts(column) || program.Cost[column] <= 0 || !regrets.IsWorthIt(column)) continue;
            var touched = program.Matrix.RowsOf(column);
            var each = program.Matrix.CoefficientsOf(column);
            for (var term = 0; term < touched.Length; term++) moves[touched[term]] |= each[term] < 0 && regrets.IsDrawnOn(touched[term]);
        }

        rows = [.. Enumerable.Range(0, moves.Length).Where(row => moves[row])];
        place = new int[moves.Length];
        Array.Fill(place, -1);
        for (var at = 0; at < rows.Length; at++) place[rows[at]] = at;
        users = [.. Enumerable.Range(0, slots.Count).Where(slot => slots[slot].Cover.Columns.Any(column => !regrets.Lasts(column) && Touches(column)))];
        var counted = new bool[program.ColumnCount];
        foreach (var slot in users)
            foreach (var column in slots[slot].Cover.Columns) counted[column] |= !regrets.Lasts(column);
        bearers = [.. Enumerable.Range(0, program.ColumnCount).Where(column => !counted[column] && Touches(column)).Select(column => new Bearer(column, regrets.Left(column), Uses(column)))];
    }

    // What a unit of a column uses where prices move; less than nothing is what it provides.
    private (int Place, double Use)[] Uses(int column)
    {
        var matrix = regrets.Program.Matrix;
        var touched = matrix.RowsOf(column);
        var each = matrix.CoefficientsOf(column);
        var uses = new List<(int, double)>();
        for (var term = 0; term < touched.Length; term++)
            if (place[touched[term]] is >= 0 and var at) uses.Add((at, each[term]));
        return [.. uses];
    }

    private bool Touches(int column)
    {
        foreach (var row in regrets.Program.Matrix.RowsOf(column))
            if (place[row] >= 0) return true;
        return false;
    }

    /// <summary>What the bound is higher by at the best prices that were found; 0 where they are the relaxation's.</summary>
    /// <param name="scale">The size of the bound.</param>
    public double Gain(double scale)
    {
        if (rows.Length == 0) return 0;
        foreach (var slot in users)
        {
            if (found[slot].Taken is { } taken) Add(slot, taken);
            else AddUnknown(slot);
        }

        var (gain, box) = (0.0, FirstBox);
        var best = new double[rows.Length];
        var moved = new double[place.Length];
        for (var round = 0; round < MostRounds && box >= LeastBox; round++)
        {
            if (Highest(best, box) is not var (prices, most)) break;
            var hoped = most - Bounded(best);
            if (hoped < Math.Max(LeastGain * scale, LeastMore * gain)) break;
            for (var at = 0; at < prices.Length; at++) moved[rows[at]] = prices[at];
            var now = Overdrawn(prices, scale);
            foreach (var slot in users)
            {
                var (regret, taken) = regrets.Regret(slots[slot], moved);
                now += regret - found[slot].Least;
                if (taken is not null) Add(slot, taken);
            }

            if (now > gain)
            {
                if (now - gain >= Met * hoped) box *= 2;
                (gain, best) = (now, prices);
            }
            else
            {
                box /= 2;
            }
        }

        return gain;
    }

    // What columns that no cover counts take off where the prices leave less than nothing of their cost.
    private double Overdrawn(double[] prices, double scale)
    {
        var (program, taken) = (regrets.Program, 0.0);
        foreach (var (column, before, uses) in bearers)
        {
            var left = before;
            foreach (var (at, use) in uses) left += prices[at] * use;
            var most = program.Cost[column] > 0 ? Math.Min(program.ColumnUpper[column], Dear * scale / program.Cost[column]) : program.ColumnUpper[column];
            if (left < 0 && (left < -DualBound.Nothing || double.IsFinite(most))) taken += left * most;
        }

        return taken;
    }

    // The prices in the box at which the bounds are highest, and how much higher than at the relaxation's prices that is; null where the simplex met trouble.
    private (double[] Prices, double Most)? Highest(double[] around, double box)
    {
        var program = new MixedIntegerProgram();
        var price = new int[rows.Length];
        for (var at = 0; at < price.Length; at++)
        {
            var each = regrets.Price(rows[at]);
            price[at] = program.AddColumn(Math.Max(-each, around[at] - (box * each)), around[at] + (box * each), 0, false);
        }

        var regret = new Dictionary<int, int>();
        foreach (var slot in users) regret[slot] = program.AddColumn(-slots[slot].Worth, slots[slot].Worth, -1, false);
        foreach (var (slot, most, uses) in cuts)
        {
            var row = program.AddRow(double.NegativeInfinity, most);
            program.AddTerm(row, regret[slot], 1);
            foreach (var (at, use) in uses) program.AddTerm(row, price[at], -use);
        }

        foreach (var (_, left, uses) in bearers)
        {
            var row = program.AddRow(-left, double.PositiveInfinity);
            foreach (var (at, use) in uses) program.AddTerm(row, price[at], use);
        }

        if (ClpSolver.Solve(program, Roughly) is not { HasPoint: true } solution) return null;
        return ([.. price.Select(column => solution.Values[column])], -solution.Objective - users.Sum(slot => found[slot].Least));
    }

    // What the bounds say of prices.
    private double Bounded(double[] prices)
    {
        var least = new double[slots.Count];
        foreach (var slot in users) least[slot] = slots[slot].Worth;
        foreach (var (slot, most, uses) in cuts)
        {
            var bound = most;
            foreach (var (at, use) in uses) bound += use * prices[at];
            least[slot] = Math.Min(least[slot], bound);
        }

        return users.Sum(slot => least[slot] - found[slot].Least);
    }

    // What is a slot's least at some prices bounds it at all.
    private void Add(int slot, (int Place, int Count)[] taken)
    {
        var (cover, value, worth) = slots[slot];
        var (cost, uses) = (0.0, new SortedDictionary<int, double>());
        foreach (var (c, count) in taken)
        {
            var column = cover.Columns[c];
            cost += count * (regrets.Extra(column, value[c]) + value[c]);
            if (regrets.Lasts(column)) continue;
            foreach (var (at, use) in Uses(column)) uses[at] = uses.GetValueOrDefault(at) + (count * use);
        }

        cuts.Add(new(slot, cost - worth, [.. uses.Select(use => (use.Key, use.Value))]));
    }

    // Where the least is not known, lower prices may lower what is proven of it by as much as they lower the column that depends on each most.
    private void AddUnknown(int slot)
    {
        var (cover, value, worth) = slots[slot];
        var uses = new SortedDictionary<int, double>();
        for (var c = 0; c < value.Length; c++)
        {
            if (regrets.Lasts(cover.Columns[c]) || value[c] <= 0) continue;
            foreach (var (at, use) in Uses(cover.Columns[c])) uses[at] = Math.Max(uses.GetValueOrDefault(at), worth * use / value[c]);
        }

        cuts.Add(new(slot, found[slot].Least, []));
        foreach (var (at, use) in uses) cuts.Add(new(slot, found[slot].Least, [(at, use)]));
    }
}
