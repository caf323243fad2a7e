namespace Switchyard.Plan.Solve;

/// <summary>
/// The cheapest whole numbers that satisfy a cover, by enumeration in depth. What is left to be covered costs at least what the duals say it does,
/// so that a branch ends where it costs more than the best one found.
/// </summary>
internal sealed class CoverSearch
{
    private const int MostNodes = 3000;

    private readonly double[] price;
    private readonly double[] upper;
    private readonly int[] order;
    private readonly double[][] each;
    private readonly double[] least;
    private readonly double[] duals;
    private readonly double[][] left;
    private readonly int filler = -1;
    private double best = double.PositiveInfinity;
    private int nodes;
    private readonly int[] counts;
    private int[]? chosen;

    /// <summary>Prepares the search.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cover">The cover.</param>
    /// <param name="price">What a unit of each of its columns costs, 0 or more.</param>
    /// <param name="rowDuals">Duals of the program's rows; where they do not suit the prices they are scaled down.</param>
    public CoverSearch(MixedIntegerProgram program, Cover cover, double[] price, double[] rowDuals)
    {
        this.price = price;
        upper = [.. cover.Columns.Select(column => program.ColumnUpper[column])];
        least = [.. cover.Rows.Select(row => row.Least)];
        each = [.. cover.Rows.Select(row => row.Each)];
        duals = [.. cover.Rows.Select(row => Math.Max(0, row.Index < rowDuals.Length ? rowDuals[row.Index] : 0))];
        var excess = new double[price.Length];
        for (var c = 0; c < price.Length; c++)
        {
            var worth = 0.0;
            for (var r = 0; r < duals.Length; r++) worth += duals[r] * each[r][c];
            excess[c] = price[c] - worth;
        }

        // A valid bound needs prices that cover the duals.
        var over = Enumerable.Range(0, price.Length).Where(c => excess[c] < -1e-9 * Math.Max(1, price[c])).Select(c => price[c] / (price[c] - excess[c])).DefaultIfEmpty(1).Min();
        for (var r = 0; r < duals.Length; r++) duals[r] *= over;
        filler = Array.FindIndex(cover.Columns, column => !program.IsInteger(column));
        order = [.. Enumerable.Range(0, price.Length).Where(c => c != filler && upper[c] >= 1)
            .OrderBy(c => excess[c] / Math.Max(1e-12, price[c])).ThenByDescending(c => price[c]).ThenBy(c => c)];
        left = [.. Enumerable.Range(0, order.Length + 1).Select(_ => new double[least.Length])];
        counts = new int[price.Length];
    }

    /// <summary>How many of each column the cheapest takes, after <see cref="Least"/>; null where none was found.</summary>
    public int[]? Chosen => chosen;

    /// <summary>What the cheapest costs; null where the search was given up. It may stop at anything that costs no more than so much.</summary>
    /// <param name="enough">What is cheap enough not to look further.</param>
    public double? Least(double enough = 0)
    {
        least.CopyTo(left[0], 0);
        stop = enough;
        Try(0, 0);
        return nodes >= MostNodes ? null : best;
    }

    private double stop;

    private void Try(int at, double cost)
    {
        if (nodes >= MostNodes || best <= stop) return;
        nodes++;
        var rest = left[at];
        var (bound, done) = (cost, true);
        for (var r = 0; r < rest.Length; r++)
        {
            if (rest[r] <= 1e-9 * least[r]) continue;
            done = false;
            bound += duals[r] * rest[r];
        }

        if (bound >= best * (1 - 1e-6)) return;
        if (done)
        {
            (best, chosen) = (cost, [.. counts]);
            return;
        }

        if (filler >= 0) Fill(rest, cost);
        if (at == order.Length) return;
        var column = order[at];
        var most = 0.0;
        for (var r = 0; r < rest.Length; r++)
            if (rest[r] > 1e-9 * least[r] && each[r][column] > 0) most = Math.Max(most, Math.Ceiling((rest[r] / each[r][column]) - 1e-9));
        for (var count = (int)Math.Min(most, upper[column]); count >= 0; count--)
        {
            counts[column] = count;
            for (var r = 0; r < rest.Length; r++) left[at + 1][r] = rest[r] - (count * each[r][column]);
            Try(at + 1, cost + (count * price[column]));
        }

        counts[column] = 0;
    }

    // All that is left by the one column that need not be whole.
    private void Fill(double[] rest, double cost)
    {
        var amount = 0.0;
        for (var r = 0; r < rest.Length; r++)
        {
            if (rest[r] <= 1e-9 * least[r]) continue;
            if (each[r][filler] <= 0) return;
            amount = Math.Max(amount, rest[r] / each[r][filler]);
        }

        if (amount > upper[filler] * (1 + 1e-9) || cost + (amount * price[filler]) >= best) return;
        (best, chosen) = (cost + (amount * price[filler]), null);
    }
}
