namespace Switchyard.Plan.Solve;

/// <summary>
/// Solves a program that falls apart but for a few rows (Dantzig and Wolfe, 1960): those rows are priced, each part by itself proposes the best that it can do at
/// these prices, in whole numbers, and of all proposals the cheapest that keep the rows together are mixed, which gives the next prices. At last one proposal of each part is chosen.
/// The best that parts can do at any prices, less what the rows are worth at them, is a bound (Geoffrion, 1974); it is at least the relaxation's.
/// </summary>
internal sealed class PartedSolver : IDisposable
{
    // Most columns of a part, and most rows between parts: beyond, this way is not quicker.
    private const int MostColumns = 40;
    private const int MostJoining = 80;

    private const int MostRounds = 12;
    private const int MostNodes = 400;

    // Less than this share of the cost is not worth another round.
    private const double Near = 2e-4;

    // What a row misses costs so many times its price in the relaxation, and missing all of it this share of the program; where it is missed all the same, so much more.
    private const double Dearer = 1.5;
    private const double All = 0.05;
    private const double RaisedBy = 5;

    // At so many times the last prices each part proposes once more, so that there is something to choose from.
    private static readonly double[] Asides = [0.5, 0.8, 1.25, 2];

    // So much of the prices of the best bound is kept (Wentges, 1997): those of the mix alone swing from one end to the other.
    private const double Kept = 0.5;

    private readonly MixedIntegerProgram program;
    private readonly ProgramSplit split;
    private readonly int[] joiningAt;
    private readonly Part[] parts;
    private readonly MixedIntegerProgram between;
    private readonly PartMaster master;

    private PartedSolver(MixedIntegerProgram program, ProgramSplit split, Solution relaxed)
    {
        (this.program, this.split) = (program, split);
        joiningAt = new int[program.RowCount];
        Array.Fill(joiningAt, -1);
        for (var i = 0; i < split.Joining.Length; i++) joiningAt[split.Joining[i]] = i;
        parts = [.. split.Parts.Select(columns => new Part(program, split, columns, joiningAt))];
        between = Between();
        master = new(between, parts.Length, Prices(relaxed), CoinInput.CostScale(program));
    }

    /// <summary>Solves the program.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="limits">When to stop.</param>
    /// <returns>A point with its bound; none where whatever there is costs more than is of interest; null where the program does not fall apart or no proposals go together.</returns>
    public static Solution? Solve(MixedIntegerProgram program, SolveLimits limits)
    {
        if (CoinInput.HasEmptyBounds(program)) return Solution.Infeasible();
        var split = new ProgramSplit(program, MostColumns);
        if (split.Parts.Length < 2 || split.Joining.Length > MostJoining) return null;
        var relaxed = ClpSolver.Solve(program);
        if (relaxed.Status == SolveStatus.Infeasible) return relaxed;
        if (!relaxed.HasPoint) return null;
        using var solver = new PartedSolver(program, split, relaxed);
        return solver.Run(relaxed, limits);
    }

    // The rows between parts that a column touches.
    private static IEnumerable<(int Row, double Each)> Joint(MixedIntegerProgram program, int column, int[] joiningAt)
    {
        for (var term = program.Matrix.Starts[column]; term < program.Matrix.Starts[column + 1]; term++)
            if (joiningAt[program.Matrix.Rows[term]] is >= 0 and var row) yield return (row, program.Matrix.Coefficients[term]);
    }

    // The rows between parts, with the columns that belong to none.
    private MixedIntegerProgram Between()
    {
        var rest = new MixedIntegerProgram();
        foreach (var row in split.Joining) rest.AddRow(split.Lower[row], split.Upper[row]);
        foreach (var column in split.Loose)
        {
            var added = rest.AddColumn(program.ColumnLower[column], program.ColumnUpper[column], program.Cost[column], program.IsInteger(column));
            foreach (var (row, each) in Joint(program, column, joiningAt)) rest.AddTerm(row, added, each);
        }

        return rest;
    }

    private double[] Prices(Solution relaxed)
    {
        var size = new double[split.Joining.Length];
        for (var column = 0; column < program.ColumnCount; column++)
            foreach (var (row, each) in Joint(program, column, joiningAt)) size[row] += Math.Abs(each * relaxed.Values[column]);
        var all = Math.Max(1e-6, Math.Abs(relaxed.Objective));
        return [.. split.Joining.Select((row, i) => (Dearer * Math.Abs(relaxed.RowDuals![row])) + (All * all / Math.Max(size[i], 1e-6)))];
    }

    private Solution? Run(Solution relaxed, SolveLimits limits)
    {
        var centre = split.Joining.Select(row => relaxed.RowDuals![row]).ToArray();
        var (duals, bound) = ((double[])centre.Clone(), double.NegativeInfinity);
        var (enough, reduced) = (Near * Math.Abs(relaxed.Objective), new double[between.ColumnCount]);
        for (var round = 0; round < MostRounds; round++)
        {
            var (proven, proposed) = (split.Fixed + DualBound.Of(between, duals, reduced), 0);
            for (var p = 0; p < parts.Length; p++)
            {
                var (least, point) = parts[p].Best(duals, enough / (10 * parts.Length));
                if (double.IsPositiveInfinity(least)) return Solution.Infeasible();
                proven += least;
                if (point is null) continue;
                parts[p].Propose(master, p, point);
                proposed++;
            }

            if (proven > bound)
            {
                bound = proven;
                duals.CopyTo(centre, 0);
            }

            if (bound >= limits.Most) return Solution.NoIncumbent(bound, 0);
            if (!master.Mix(duals)) return null;
            if (master.Cost + split.Fixed - bound <= enough || proposed == 0)
            {
                if (master.Missing <= enough / 100) break;
                master.RaisePrices(RaisedBy);
                if (!master.Mix(duals)) return null;
            }

            for (var i = 0; i < duals.Length; i++) duals[i] = (Kept * centre[i]) + ((1 - Kept) * duals[i]);
        }

        if (split.Joining.Length == 0) return Repaired(Chosen(limits));
        if (limits.Enough > 0 && Repaired(Chosen(limits)) is { HasPoint: true } first && first.Gap <= limits.Enough) return first;
        foreach (var factor in Asides)
        {
            for (var i = 0; i < duals.Length; i++) duals[i] = factor * centre[i];
            for (var p = 0; p < parts.Length; p++)
                if (parts[p].Best(duals, enough / (10 * parts.Length)).Point is { } point) parts[p].Propose(master, p, point);
        }

        return Repaired(Chosen(limits));

        Solution? Repaired(double[]? values) => values is null ? null : CbcSolver.Repair(program, values, limits)?.Proven(Math.Max(relaxed.Bound, bound), limits);
    }

    // One proposal of each part, the cheapest that go together.
    private double[]? Chosen(SolveLimits limits)
    {
        if (master.Choose(MostNodes, limits.RelativeGap / 4) is not var (chosen, loose)) return null;
        var values = program.ColumnLower.ToArray();
        for (var i = 0; i < split.Loose.Length; i++) values[split.Loose[i]] = loose[i];
        for (var p = 0; p < parts.Length; p++) parts[p].Write(chosen[p], values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts) part.Dispose();
        master.Dispose();
    }

    // A part, and what it has proposed.
    private sealed class Part : IDisposable
    {
        private readonly MixedIntegerProgram whole;
        private readonly int[] columns;
        private readonly (int Row, double Each)[][] joint;
        private readonly WarmSearch search;
        private readonly double[] cost;
        private readonly int joining;
        private readonly List<double[]> proposals = [];

        public Part(MixedIntegerProgram whole, ProgramSplit split, int[] columns, int[] joiningAt)
        {
            (this.whole, this.columns, joining) = (whole, columns, split.Joining.Length);
            joint = [.. columns.Select(column => Joint(whole, column, joiningAt).ToArray())];
            cost = new double[columns.Length];
            var part = new MixedIntegerProgram();
            var rows = new Dictionary<int, int>();
            foreach (var column in columns)
            {
                var added = part.AddColumn(whole.ColumnLower[column], whole.ColumnUpper[column], whole.Cost[column], whole.IsInteger(column));
                for (var term = whole.Matrix.Starts[column]; term < whole.Matrix.Starts[column + 1]; term++)
                {
                    var row = whole.Matrix.Rows[term];
                    if (joiningAt[row] >= 0) continue;
                    if (!rows.TryGetValue(row, out var at)) rows[row] = at = part.AddRow(split.Lower[row], split.Upper[row]);
                    part.AddTerm(at, added, whole.Matrix.Coefficients[term]);
                }
            }

            search = new(part);
        }

        // What the part costs at least at prices, and a better point than all those proposed; null where there is none that saves so much.
        public (double Least, double[]? Point) Best(double[] duals, double saving)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                cost[i] = whole.Cost[columns[i]];
                foreach (var (row, each) in joint[i]) cost[i] -= each * duals[row];
            }

            var known = double.PositiveInfinity;
            foreach (var point in proposals) known = Math.Min(known, cost.Zip(point, (usd, amount) => usd * amount).Sum());
            search.Reprice(cost);
            var found = search.Search(MostNodes, 0, known - saving);
            return (Math.Min(found.Bound, known), found.Point);
        }

        public void Propose(PartMaster master, int part, double[] point)
        {
            var (usd, counts) = (0.0, new double[joining]);
            for (var i = 0; i < columns.Length; i++)
            {
                usd += whole.Cost[columns[i]] * point[i];
                foreach (var (row, each) in joint[i]) counts[row] += each * point[i];
            }

            master.Propose(part, proposals.Count, usd, counts);
            proposals.Add(point);
        }

        public void Write(int proposal, double[] values)
        {
            for (var i = 0; i < columns.Length; i++) values[columns[i]] = proposals[proposal][i];
        }

        public void Dispose() => search.Dispose();
    }
}
