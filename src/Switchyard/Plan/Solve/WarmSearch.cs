namespace Switchyard.Plan.Solve;

/// <summary>
/// Branch and bound (Land and Doig, 1960) for small programs, on one simplex that goes on from the basis of the node above: it dives to the nearer whole
/// number until nothing is split or nothing is to be gained, then takes up the open node of the least bound. The column to split is the one whose two
/// sides are expected to cost most, by what splitting it cost before (Bénichou and others, 1971). Programs of a few hundred columns whose relaxation is nearly whole
/// take a few simplex steps a node; CBC's root alone, with its cuts and preprocessing, takes longer than the whole search.
/// </summary>
internal sealed class WarmSearch : IDisposable
{
    // Less than this a side of a split is not expected to cost.
    private const double Least = 1e-9;

    // So near to a whole number a value is one.
    private const double Whole = 1e-6;

    private readonly MixedIntegerProgram program;
    private readonly ClpLibrary.Model model = ClpSolver.NewModel();
    private readonly double scale;
    private readonly int[] integers;
    private readonly double[] ownLower;
    private readonly double[] ownUpper;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double[] values;

    // What splitting a column cost per unit, down and up: sums and how often.
    private readonly double[,] sum;
    private readonly int[,] count;
    private byte[]? first;

    static WarmSearch() => SolverLibrary.Require();

    /// <summary>Gives the simplex a program.</summary>
    /// <param name="program">The program; its bounds are not empty, and it must not be changed as long as it is searched.</param>
    public WarmSearch(MixedIntegerProgram program)
    {
        this.program = program;
        scale = CoinInput.CostScale(program);
        integers = [.. Enumerable.Range(0, program.ColumnCount).Where(program.IsInteger)];
        (ownLower, ownUpper) = (CoinInput.Bounds(program.ColumnLower), CoinInput.Bounds(program.ColumnUpper));
        (lower, upper) = ((double[])ownLower.Clone(), (double[])ownUpper.Clone());
        values = new double[program.ColumnCount];
        (sum, count) = (new double[program.ColumnCount, 2], new int[program.ColumnCount, 2]);
        ClpSolver.Load(model, program, scale);
    }

    /// <summary>What a search found.</summary>
    /// <param name="Cost">What the point costs; infinite without one.</param>
    /// <param name="Bound">No point costs less, unless that is more than was of interest; infinite where there is none.</param>
    /// <param name="Nodes">Relaxations solved.</param>
    /// <param name="Point">The point, its integers whole; null where none was found.</param>
    internal sealed record Found(double Cost, double Bound, int Nodes, double[]? Point);

    // Some of all points: what its parent allows, with other bounds of one column. A node without a basis goes on from what was solved last.
    private sealed record Node(Node? Parent, int Column, double Lower, double Upper, double Bound, double Step, byte[]? Basis);

    /// <summary>Replaces the costs for the searches to come.</summary>
    /// <param name="cost">One for each column.</param>
    public void Reprice(ReadOnlySpan<double> cost) => ClpLibrary.Clp_chgObjCoefficients(model, CoinInput.Times(cost, scale));

    /// <summary>Searches.</summary>
    /// <param name="mostNodes">When to stop.</param>
    /// <param name="gap">What saves no more than this share of the best cost is not looked for.</param>
    /// <param name="most">What costs as much as this is of no interest.</param>
    public Found Search(int mostNodes, double gap, double most = double.PositiveInfinity)
    {
        var (best, proven, nodes, point) = (double.PositiveInfinity, double.PositiveInfinity, 0, (double[]?)null);
        var open = new PriorityQueue<Node, (double Bound, int Order)>();
        var node = new Node(null, -1, 0, 0, double.NegativeInfinity, 0, first);
        Restrict(node);
        while (true)
        {
            nodes++;
            Node? next = null;
            var cost = Relax(node, Enough());
            if (first is null && double.IsFinite(cost)) first = Basis();
            if (double.IsNaN(cost)) proven = Math.Min(proven, node.Bound);
            else if (cost >= Enough()) proven = Math.Min(proven, cost);
            else if (Divided() is >= 0 and var column) next = Halve(node, column, Math.Max(cost, node.Bound), open, nodes);
            else (best, point) = (cost, Rounded());

            if (next is null && open.TryDequeue(out next, out _)) Restrict(next);
            if (next is null) break;
            if (next.Bound < Enough() && nodes < mostNodes)
            {
                node = next;
                continue;
            }

            // The open node of the least bound says what could still be found.
            proven = Math.Min(proven, open.TryPeek(out var least, out _) ? Math.Min(least.Bound, next.Bound) : next.Bound);
            break;
        }

        return new(best, Math.Min(best, proven), nodes, point);

        double Enough() => Math.Min(most, double.IsFinite(best) ? best - (gap * Math.Abs(best)) : best);
    }

    // The nearer half, to go on with; the other stays open.
    private Node Halve(Node node, int column, double cost, PriorityQueue<Node, (double Bound, int Order)> open, int order)
    {
        var (value, floor) = (values[column], Math.Floor(values[column]));
        var below = new Node(node, column, lower[column], floor, cost, floor - value, null);
        var above = new Node(node, column, floor + 1, upper[column], cost, floor + 1 - value, null);
        var (near, far) = value - floor >= 0.5 ? (above, below) : (below, above);
        open.Enqueue(far with { Basis = Basis() }, (cost, -order));
        (lower[column], upper[column]) = (near.Lower, near.Upper);
        return near;
    }

    private void Restrict(Node? node)
    {
        ownLower.CopyTo(lower, 0);
        ownUpper.CopyTo(upper, 0);
        for (; node is { Column: >= 0 }; node = node.Parent)
            (lower[node.Column], upper[node.Column]) = (Math.Max(lower[node.Column], node.Lower), Math.Min(upper[node.Column], node.Upper));
    }

    // What the relaxation of a node costs; infinite where there is no point, at least so much where it costs more than is of interest, not a number where the simplex failed.
    private unsafe double Relax(Node node, double most)
    {
        ClpLibrary.Clp_chgColumnLower(model, lower);
        ClpLibrary.Clp_chgColumnUpper(model, upper);
        ClpLibrary.Clp_setDualObjectiveLimit(model, Math.Min(most * scale, double.MaxValue));
        if (node.Basis is not null) ClpLibrary.Clp_copyinStatus(model, node.Basis);
        if (first is null) ClpSolver.Begin(model);
        // Other costs leave the first optimum feasible.
        else if (node.Column < 0) ClpLibrary.Clp_primal(model, 0);
        else ClpLibrary.Clp_dual(model, 0);
        var status = ClpSolver.Settled(model, lower, upper, limited: double.IsFinite(most));
        if (status == 1) return most;
        if (status != 0) return double.NaN;
        new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), values.Length).CopyTo(values);
        var cost = ClpLibrary.Clp_objectiveValue(model) / scale;
        if (node.Column >= 0 && double.IsFinite(node.Bound))
        {
            var side = node.Step > 0 ? 1 : 0;
            sum[node.Column, side] += Math.Max(0, cost - node.Bound) / Math.Abs(node.Step);
            count[node.Column, side]++;
        }

        return cost;
    }

    // The column to split; -1 where all are whole.
    private int Divided()
    {
        var (chosen, most) = (-1, -1.0);
        foreach (var column in integers)
        {
            var part = values[column] - Math.Floor(values[column]);
            if (part < Whole || part > 1 - Whole) continue;
            var score = Math.Max(Expected(column, 0) * part, Least) * Math.Max(Expected(column, 1) * (1 - part), Least);
            if (score > most) (chosen, most) = (column, score);
        }

        return chosen;
    }

    // Without experience, what a unit costs.
    private double Expected(int column, int side) => count[column, side] > 0 ? sum[column, side] / count[column, side] : Math.Abs(program.Cost[column]);

    private double[] Rounded()
    {
        var point = (double[])values.Clone();
        foreach (var column in integers) point[column] = Math.Round(point[column]) + 0.0;
        return point;
    }

    private unsafe byte[] Basis() => new ReadOnlySpan<byte>(ClpLibrary.Clp_statusArray(model), program.ColumnCount + program.RowCount).ToArray();

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
