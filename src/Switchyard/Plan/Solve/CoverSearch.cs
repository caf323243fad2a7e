namespace Switchyard.Plan.Solve;

/// <summary>
/// The cheapest whole numbers that satisfy a cover, by branch and bound. What is left to be covered costs at least what the duals say it does, so that a
/// branch ends where it costs more than the best one found. The next column is one that covers most for its price of the row that is worth most;
/// what was tried first is left out of the later branches, so that no combination comes twice.
/// </summary>
internal sealed class CoverSearch
{
    // A branch that could save no more than this share is not looked at.
    private const double Tolerance = 1e-3;

    // How much what a row costs by itself counts, beside its dual, in choosing what to try next.
    private const double Alone = 0.1;

    // How much better a column that the relaxation takes looks.
    private const double Favour = 1.1;

    private readonly int mostNodes;
    private readonly double[] price;
    private readonly double[] upper;
    private readonly double[][] each;
    private readonly double[] least;
    private readonly double[] duals;
    private readonly double[] cheapest;
    private readonly double[] rest;
    private readonly int[] counts;
    private readonly bool[] banned;
    private readonly bool[] favoured;
    private readonly int filler;

    // By row: what is nothing beside what it asks for, and what a unit is worth in choosing what to try next. By column, row after row: what a unit counts. And the rows in which something is left, while a column is looked for.
    private readonly double[] slack;
    private readonly double[] worths;
    private readonly double[] counted;
    private readonly int[] wanted;
    private double best = double.PositiveInfinity;
    private int nodes;
    private readonly int[] columns;
    private int[]? chosen;

    /// <summary>Prepares the search.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cover">The cover.</param>
    /// <param name="price">What a unit of each of its columns costs, 0 or more.</param>
    /// <param name="rowDuals">Duals of the program's rows; where they do not suit the prices they are scaled down.</param>
    /// <param name="mostNodes">When the search is given up.</param>
    /// <param name="most">Most of each of its columns; null for their upper bounds.</param>
    /// <param name="there">What there is of each column whatever is chosen, for nothing; null for nothing.</param>
    public CoverSearch(
        MixedIntegerProgram program, Cover cover, double[] price, IReadOnlyList<double> rowDuals, int mostNodes, double[]? most = null, double[]? there = null)
    {
        (this.price, this.mostNodes) = (price, mostNodes);
        upper = most ?? [.. cover.Columns.Select(column => program.ColumnUpper[column])];
        least = [.. cover.Rows.Select(row => row.Least)];
        each = [.. cover.Rows.Select(row => row.Each)];
        rest = (double[])least.Clone();
        for (var r = 0; r < rest.Length && there is not null; r++)
            for (var c = 0; c < there.Length; c++) rest[r] -= each[r][c] * there[c];
        duals = [.. cover.Rows.Select(row => Math.Max(0, row.Index < rowDuals.Count ? rowDuals[row.Index] : 0))];
        slack = [.. least.Select(asked => 1e-9 * Math.Abs(asked))];
        counts = new int[price.Length];
        banned = new bool[price.Length];
        favoured = new bool[price.Length];
        filler = Array.FindIndex(cover.Columns, column => !program.IsInteger(column));
        // What is free is taken before anything else.
        var useful = Enumerable.Range(0, price.Length).Where(c => c != filler && upper[c] >= 1).ToLookup(c => price[c] > 0);
        foreach (var column in useful[false]) TakeFree(column);
        columns = [.. useful[true]];
        // A valid bound needs prices that cover the duals.
        var over = 1.0;
        foreach (var column in filler >= 0 ? [.. columns, filler] : columns)
        {
            var worth = 0.0;
            for (var r = 0; r < duals.Length; r++) worth += duals[r] * each[r][column];
            if (worth > price[column] * (1 + 1e-9)) over = Math.Min(over, price[column] / worth);
        }

        for (var r = 0; r < duals.Length; r++) duals[r] *= over;
        // What a unit of each row costs at least, by itself: where duals say nothing this does.
        cheapest = new double[duals.Length];
        for (var r = 0; r < cheapest.Length; r++)
        {
            var lowest = double.PositiveInfinity;
            foreach (var column in filler >= 0 ? [.. columns, filler] : columns)
                if (each[r][column] > 0) lowest = Math.Min(lowest, price[column] / each[r][column]);
            cheapest[r] = double.IsFinite(lowest) ? lowest : 0;
        }

        worths = [.. duals.Select((dual, r) => dual + (Alone * cheapest[r]))];
        wanted = new int[rest.Length];
        counted = new double[price.Length * rest.Length];
        for (var c = 0; c < price.Length; c++)
            for (var r = 0; r < rest.Length; r++) counted[(c * rest.Length) + r] = each[r][c];
    }

    /// <summary>How many of each column the best found takes, after <see cref="Run"/>; null where none was found.</summary>
    public int[]? Chosen => chosen;

    /// <summary>Searches, to within a thousandth or until the nodes are used up: first with the whole part of a point, then without.</summary>
    /// <param name="point">How many of each column a relaxation takes.</param>
    public void Run(double[] point)
    {
        for (var c = 0; c < point.Length; c++) favoured[c] = point[c] > 1e-6;
        var (start, cost) = (new int[point.Length], 0.0);
        foreach (var column in columns)
        {
            start[column] = (int)Math.Min(upper[column], Math.Floor(point[column] + 1e-6));
            Take(column, start[column]);
            cost += start[column] * price[column];
        }

        // From there only a quarter of the nodes.
        nodes = mostNodes - (mostNodes / 4);
        if (cost > 0) Try(cost);
        foreach (var column in columns) Take(column, -start[column]);
        nodes = 0;
        Try(0);
    }

    // As many as the cover can use.
    private void TakeFree(int column)
    {
        var most = 0.0;
        for (var r = 0; r < rest.Length; r++)
            if (rest[r] > slack[r] && each[r][column] > 0) most = Math.Max(most, Math.Ceiling((rest[r] / each[r][column]) - 1e-9));
        var count = (int)Math.Min(most, upper[column]);
        Take(column, count);
    }

    private void Take(int column, int count)
    {
        counts[column] += count;
        for (var r = 0; r < rest.Length; r++) rest[r] -= count * each[r][column];
    }

    private void Try(double cost)
    {
        if (nodes >= mostNodes) return;
        nodes++;
        var (bound, alone, hardest, most) = (cost, cost, -1, -1.0);
        for (var r = 0; r < rest.Length; r++)
        {
            if (rest[r] <= slack[r]) continue;
            bound += duals[r] * rest[r];
            alone = Math.Max(alone, cost + (cheapest[r] * rest[r]));
            var worth = worths[r] * rest[r];
            if (worth > most) (hardest, most) = (r, worth);
        }

        if (Math.Max(bound, alone) >= best * (1 - Tolerance)) return;
        if (hardest < 0)
        {
            (best, chosen) = (cost, (int[])counts.Clone());
            return;
        }

        if (filler >= 0) Fill(cost);
        var tried = new List<int>();
        while (Best(hardest, cost, bound) is >= 0 and var column)
        {
            Take(column, 1);
            Try(cost + price[column]);
            Take(column, -1);
            banned[column] = true;
            tried.Add(column);
        }

        foreach (var column in tried) banned[column] = false;
    }

    // The column that covers most for its price of what is left, among those that help the hardest row and can lead to something better.
    private int Best(int hardest, double cost, double bound)
    {
        var (column, most, left) = (-1, 0.0, 0);
        for (var r = 0; r < rest.Length; r++)
            if (rest[r] > slack[r]) wanted[left++] = r;
        foreach (var c in columns)
        {
            var own = counted.AsSpan(c * rest.Length, rest.Length);
            if (own[hardest] <= 0 || banned[c] || counts[c] + 1 > upper[c]) continue;
            var (worth, score) = (0.0, 0.0);
            foreach (var r in wanted.AsSpan(0, left))
            {
                var covers = Math.Min(rest[r], own[r]);
                worth += duals[r] * covers;
                score += worths[r] * covers;
            }

            // What it costs more than it is worth adds to the bound.
            if (bound + price[c] - worth >= best * (1 - Tolerance)) continue;
            score *= (favoured[c] ? Favour : 1) / price[c];
            if (score > most || column < 0) (column, most) = (c, score);
        }

        return column;
    }

    // All that is left by the one column that need not be whole.
    private void Fill(double cost)
    {
        var amount = 0.0;
        for (var r = 0; r < rest.Length; r++)
        {
            if (rest[r] <= slack[r]) continue;
            if (each[r][filler] <= 0) return;
            amount = Math.Max(amount, rest[r] / each[r][filler]);
        }

        if (amount > upper[filler] * (1 + 1e-9) || cost + (amount * price[filler]) >= best) return;
        (best, chosen) = (cost + (amount * price[filler]), null);
    }
}
