namespace Switchyard.Plan.Solve;

/// <summary>
/// Solves the linear relaxation of a program of many columns by column generation (Gilmore and Gomory, 1961): only some columns are given to
/// the simplex, the duals price the others, and those that would lower the cost join, until none would. Rows that no column given to the
/// simplex touches have no duals yet; they get the best ones that <see cref="DualAscent"/> finds. The duals hold for the whole program, and so
/// does the bound.
/// </summary>
internal sealed class ColumnGeneration
{
    // What all columns left out could still take off the cost, as a share of it.
    private const double Exact = 1e-6;

    // The same while something else is still to change: rows to be cut off, prices of what stands in.
    private const double Near = 1e-4;

    // The same at the end of large programs, whose bound is sharpened by a hundred times as much afterwards.
    private const double NearlyExact = 3e-5;

    // So many columns join for each row at a time, and so many of what they use.
    private const int Each = 3;

    private const int MostRounds = 400;

    // A point further outside a row than this (relative) is not returned.
    private const double Tolerance = 1e-9;

    // The same where the point only has to show what it exceeds, and where solving the whole takes minutes; the bound is then that of the duals alone.
    private const double Roughly = 1e-6;

    // What stands in costs so many times as much as the cheapest column that could; where it is used all the same, so much more, so often. At the price
    // of the cheapest itself the simplex wavers between the two, and takes twice as long.
    private const double Dearer = 1.5;
    private const double RaisedBy = 10;
    private const int MostRaises = 5;

    // So few columns are given to the simplex at once.
    private const int Few = 2500;

    // Rows that cut off the relaxation's point are added so often at most, and only while they raise the bound by this share.
    private const int MostCutRounds = 16;
    private const double LeastGain = 5e-4;

    private readonly MixedIntegerProgram program;
    private readonly RestrictedProgram restricted;
    private readonly DualAscent ascent;
    private readonly CoverCuts? cuts;
    private readonly Func<double[], bool>? ends;
    private readonly Func<Solution, bool>? enough;
    private bool feasibility;
    private bool standing = true;
    private int raised;
    private int rounds;
    private bool done;
    private bool repeated;
    private bool asked;
    private double most = double.PositiveInfinity;
    private double plain = double.NaN;
    private double last = double.NegativeInfinity;
    private readonly double[] before;
    private readonly double[] reduced;
    private double[] duals = [];
    private double missed;

    private ColumnGeneration(MixedIntegerProgram program, RestrictedProgram restricted, CoverCuts? cuts, Func<double[], bool>? ends, Func<Solution, bool>? enough = null)
    {
        (this.program, this.restricted, this.cuts, this.ends, this.enough) = (program, restricted, cuts, ends, enough);
        (before, reduced) = (new double[program.ColumnCount], new double[program.ColumnCount]);
        ascent = new(program);
    }

    /// <summary>A relaxation, solved.</summary>
    /// <param name="Solution">Its solution, with duals.</param>
    /// <param name="Plain">The bound without the rows that only whole numbers keep; −∞ where it went on from another's end.</param>
    /// <param name="Covers">The covers of the program, where such rows were asked for.</param>
    internal sealed record Relaxation(Solution Solution, double Plain, IReadOnlyList<Cover> Covers)
    {
        /// <summary>Where it ended; null where it has no point.</summary>
        public End? End { get; init; }
    }

    /// <summary>Where a relaxation ended: that of a program of as many columns, rows and terms goes on from there.</summary>
    /// <param name="Columns">How many columns the program has.</param>
    /// <param name="Rows">How many rows it had before any were added.</param>
    /// <param name="Terms">How many coefficients it had.</param>
    /// <param name="Basis">The basis. Rows from <paramref name="Rows"/> on are those added.</param>
    /// <param name="Roundings">How rows were added.</param>
    internal sealed record End(int Columns, int Rows, int Terms, Basis Basis, IReadOnlyList<CoverCuts.Rounding> Roundings);

    /// <summary>Solves the relaxation.</summary>
    /// <param name="program">The program. Columns have a lower bound of 0 or more.</param>
    /// <param name="lasts">
    /// Whether a column provides at many times. Where it is given, rows that only whole numbers keep are added to the program, so that the bound is sharper.
    /// </param>
    /// <param name="known">The columns that a similar program's solution takes: they are there from the start.</param>
    /// <param name="worth">Costs that say which columns to begin with, where most of the program's own are 0; null for those.</param>
    /// <param name="ends">Whether the relaxation's point, nearly exact and before rows are added, is all that is wanted; null for no.</param>
    /// <param name="from">Where the relaxation of a program like this one ended; null for none. It is of no use to one of another size.</param>
    /// <param name="enough">
    /// Whether one that went on from another's end, before rows are added that were not there, is all that is wanted (its covers are given too); null for no.
    /// </param>
    /// <param name="most">A cost that is of no interest: once it is proven that nothing costs less, no point is looked for.</param>
    /// <returns>
    /// What <see cref="ClpSolver.Solve"/> returns, and the bound without those rows; null where it did not come to an end and the whole has to be solved.
    /// </returns>
    public static Relaxation? Solve(
        MixedIntegerProgram program, Func<int, bool>? lasts, bool[]? known = null, Func<double[], bool>? ends = null, double[]? worth = null, End? from = null,
        Func<Solution, IReadOnlyList<Cover>, bool>? enough = null, double most = double.PositiveInfinity)
    {
        SolverLibrary.Require();
        if (CoinInput.HasEmptyBounds(program)) return new(Solution.Infeasible(), double.PositiveInfinity, []);
        var size = (program.ColumnCount, program.RowCount, program.Matrix.TermCount);
        var cuts = lasts is null ? null : new CoverCuts(program, lasts);
        if (from is not null && (from.Columns, from.Rows, from.Terms) == size)
        {
            var added = cuts?.Again(from.Roundings) ?? [];
            int[] rows = [.. from.Basis.Rows.Select(row => row < from.Rows ? row : added[row - from.Rows])];
            using var there = new RestrictedProgram(program, from.Basis, rows);
            var again = new ColumnGeneration(program, there, cuts, ends, enough is null ? null : point => enough(point, cuts?.Covers ?? [])) { standing = false, plain = double.NegativeInfinity, most = most };
            if (again.Run() is { HasPoint: true } point) return again.Ended(point, size);
        }

        var needed = Needed(program);
        var (first, price) = Start(program, needed, worth is null ? program.Cost : worth);
        if (program.ColumnCount < Few) first = [.. Enumerable.Range(0, program.ColumnCount)];
        else if (known is not null) first = [.. first.Union(Enumerable.Range(0, program.ColumnCount).Where(column => known[column])).Order()];
        using var restricted = new RestrictedProgram(program, needed, price);
        restricted.Add(first);
        var generation = new ColumnGeneration(program, restricted, cuts, ends)
        {
            // All are there: what cannot be met then cannot be met at all.
            standing = program.ColumnCount >= Few,
            most = most,
        };
        return generation.Run() is { } solution ? generation.Ended(solution, size) : null;
    }

    private Relaxation Ended(Solution solution, (int Columns, int Rows, int Terms) size)
    {
        if (!solution.HasPoint) return new(solution, solution.Bound, cuts?.Covers ?? []);
        var basis = restricted.Ended(column => before[column] <= 1e-9 || program.ColumnLower[column] > 0);
        var (tight, added) = (basis.Rows.ToHashSet(), new List<int>());
        var made = cuts?.Made(tight.Contains, added) ?? [];
        // Rows that were added count on from those that were there.
        var place = added.Select((row, i) => (row, i)).ToDictionary(x => x.row, x => size.Rows + x.i);
        return new(solution, plain, cuts?.Covers ?? [])
        {
            End = new(size.Columns, size.Rows, size.Terms, basis with { Rows = [.. basis.Rows.Select(row => row < size.Rows ? row : place[row])] }, made),
        };
    }

    // Rows that columns at 0 do not satisfy, and equalities.
    private static int[] Needed(MixedIntegerProgram program) => [.. Enumerable.Range(0, program.RowCount)
        .Where(row => program.RowLower[row] > 0 || program.RowUpper[row] < 0 || program.RowLower[row] == program.RowUpper[row])];

    // The cheapest few for each needed row, and what a unit of the row may cost before nothing else is found.
    private static (int[] Columns, double[] Price) Start(MixedIntegerProgram program, int[] needed, ReadOnlySpan<double> cost)
    {
        var at = new int[program.RowCount];
        Array.Fill(at, -1);
        for (var i = 0; i < needed.Length; i++) at[needed[i]] = i;
        var best = new Fewest(needed.Length, Each);
        var matrix = program.Matrix;
        var start = new SortedSet<int>();
        for (var column = 0; column < program.ColumnCount; column++)
        {
            if (double.IsPositiveInfinity(program.ColumnUpper[column]) || program.ColumnLower[column] > 0) start.Add(column);
            if (cost[column] <= 0) continue;
            var rows = matrix.RowsOf(column);
            var each = matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++)
            {
                if (at[rows[term]] is not (>= 0 and var row)) continue;
                var gain = program.RowLower[rows[term]] > 0 ? each[term] : -each[term];
                if (gain <= 0) continue;
                best.Offer(row, column, cost[column] / gain);
            }
        }

        start.UnionWith(best.All());
        var price = Enumerable.Range(0, needed.Length).Select(best.Least).ToArray();
        var known = price.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        return ([.. start], [.. price.Select(each => Dearer * (double.IsFinite(each) ? each : known))]);
    }

    private Solution? Run()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (!restricted.Solve(feasibility, standing)) return null;
            Price();
            if (!feasibility && restricted.Objective - missed >= most) return Solution.NoIncumbent(restricted.Objective - missed, 0);
            var joining = Joining();
            if (joining.Length > 0)
            {
                restricted.Add(joining);
                continue;
            }

            if (standing && restricted.StandingIn > 1e-9)
            {
                // Nothing lowers what stands in: there is no point. Where only its price was too low, ask for feasibility alone.
                if (feasibility) return restricted.StandingIn > 1e-7 ? Solution.Infeasible() : null;
                if (++raised < MostRaises) restricted.RaisePrices(RaisedBy);
                else feasibility = true;
                continue;
            }

            if (!feasibility)
            {
                var (cost, _) = restricted.Cost();
                if (double.IsNaN(plain))
                {
                    plain = cost - missed;
                    if (ends?.Invoke(restricted.Values()) == true && Conclude(Roughly) is { } early) return early;
                }

                if (enough is not null && !asked)
                {
                    asked = true;
                    if (Conclude(Tolerance) is { } point && enough(point)) return point;
                }

                if (Cut(cost))
                {
                    restricted.AddNewRows();
                    continue;
                }

                // Nothing else is to change: what could still take off anything joins.
                var more = done ? [] : LastJoining();
                if (more.Length > 0) restricted.Add(more);
                else if (Conclude(program.ColumnCount > ProblemSolver.Large ? Roughly : Tolerance) is { } end) return end;
                // The simplex leaves a point outside a row by a rounding error at times; going on from there mends it.
                else if (repeated) return null;
                else repeated = true;
                continue;
            }

            (feasibility, standing) = (false, false);
        }

        return null;
    }

    // As long as it helps.
    private bool Cut(double cost)
    {
        if (done || cuts is null || rounds++ >= MostCutRounds || cost <= last + (LeastGain * Math.Abs(cost))) return false;
        last = cost;
        return cuts.Round(restricted.Values()) > 0;
    }

    private Solution? Conclude(double tolerance)
    {
        var values = restricted.Values();
        var check = Feasibility.Check(program, values, relaxed: true);
        if (!check.IsWithin(tolerance)) return null;
        var bound = check.IsWithin(Tolerance) ? check.Objective - missed : DualBound.Of(program, duals, reduced);
        if (!double.IsFinite(bound)) return null;
        return new()
        {
            Status = SolveStatus.Optimal, Objective = check.Objective, Bound = Math.Min(bound, check.Objective), Values = values,
            RowDuals = duals, ReducedCosts = reduced,
        };
    }

    // The duals, what they leave of each column's cost, and what the columns left out could still take off.
    private void Price()
    {
        if (duals.Length != program.RowCount) duals = new double[program.RowCount];
        restricted.Duals(duals, feasibility);
        DualBound.Reduce(program, duals, reduced, feasibility);
        reduced.CopyTo(before, 0);
        ascent.Run(reduced, duals, restricted.HasColumn);
        missed = 0;
        for (var column = 0; column < reduced.Length; column++)
            if (reduced[column] < 0 && !restricted.HasColumn(column)) missed -= reduced[column] * program.ColumnUpper[column];
    }

    private int[] LastJoining()
    {
        done = true;
        return Joining();
    }

    private int[] Joining()
    {
        var least = (!done ? Near : program.ColumnCount > ProblemSolver.Large ? NearlyExact : Exact) * Math.Max(1e-9, restricted.Cost().Size);
        if (missed <= least) return [];
        least /= Math.Max(1, reduced.Length);
        // The few best for each row that they help most; those that help none together.
        var best = new Fewest(program.RowCount + 1, Each);
        var matrix = program.Matrix;
        for (var column = 0; column < reduced.Length; column++)
        {
            if (restricted.HasColumn(column) || -reduced[column] * program.ColumnUpper[column] <= least) continue;
            var rows = matrix.RowsOf(column);
            var coefficients = matrix.CoefficientsOf(column);
            var (home, worth) = (program.RowCount, 1e-12);
            for (var term = 0; term < rows.Length; term++)
                if (restricted.HasRow(rows[term]) && coefficients[term] * duals[rows[term]] is var gain && gain > worth) (home, worth) = (rows[term], gain);
            best.Offer(home, column, reduced[column] / worth);
        }

        var joining = new SortedSet<int>();
        foreach (var column in best.All()) Join(column, joining, 4);
        return [.. joining];
    }

    // A column, what keeps what it uses from being dearer, and what else would be used then.
    private void Join(int column, SortedSet<int> joining, int depth)
    {
        if (restricted.HasColumn(column) || !joining.Add(column) || depth == 0) return;
        var rows = program.Matrix.RowsOf(column);
        var coefficients = program.Matrix.CoefficientsOf(column);
        for (var term = 0; term < rows.Length; term++)
        {
            var row = rows[term];
            if (!ascent.IsLink(row) || restricted.HasRow(row)) continue;
            var uses = ascent.Signed(row, coefficients[term]) < 0;
            var others = ascent.TermsOf(row).Where(x => uses ? x.Each > 0 : x.Each < 0 && before[x.Column] < 0)
                .Select(x => (Score: uses ? reduced[x.Column] / Math.Max(1e-9, Math.Abs(program.Cost[x.Column])) : before[x.Column] / -x.Each, x.Column))
                .Order().Take(uses ? Each : 1);
            foreach (var (_, other) in others.ToList()) Join(other, joining, depth - 1);
        }
    }
}
