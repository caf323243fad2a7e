namespace Switchyard.Plan.Solve;

/// <summary>
/// What is left to be decided of a program when most of its columns are held: the columns that are free, and for each of some groups of columns one proposal out of several. What is held is taken off
/// the rows; rows that nothing free touches are left out.
/// </summary>
internal sealed class RestProgram
{
    private readonly MixedIntegerProgram whole;
    private readonly int[] rowAt;
    private readonly int[] columns;
    private readonly double[] there;
    private readonly List<(int Group, int Proposal)> proposals = [];

    /// <summary>Takes what is held off the rows.</summary>
    /// <param name="whole">The program; not changed.</param>
    /// <param name="held">How much is held of each column.</param>
    /// <param name="free">Whether a column is free. It is then not held.</param>
    /// <param name="groups">For each group what it proposes: so much of each of its columns.</param>
    public RestProgram(MixedIntegerProgram whole, double[] held, Func<int, bool> free, IReadOnlyList<IReadOnlyList<Proposal>> groups)
    {
        this.whole = whole;
        rowAt = new int[whole.RowCount];
        Array.Fill(rowAt, -1);
        there = new double[whole.RowCount];
        for (var column = 0; column < held.Length; column++)
        {
            if (held[column] == 0) continue;
            Fixed += held[column] * whole.Cost[column];
            whole.Matrix.Add(column, held[column], there);
        }

        columns = [.. Enumerable.Range(0, whole.ColumnCount).Where(free)];
        foreach (var column in columns)
        {
            var own = Program.AddColumn(whole.ColumnLower[column], whole.ColumnUpper[column], whole.Cost[column], whole.IsInteger(column));
            var rows = whole.Matrix.RowsOf(column);
            var each = whole.Matrix.CoefficientsOf(column);
            for (var term = 0; term < rows.Length; term++) Program.AddTerm(Row(rows[term]), own, each[term]);
        }

        var counts = new double[whole.RowCount];
        for (var group = 0; group < groups.Count; group++)
        {
            var one = Program.AddRow(1, 1);
            for (var proposal = 0; proposal < groups[group].Count; proposal++) Propose(group, proposal, groups[group][proposal], one, counts);
        }
    }

    /// <summary>So much of each of some columns.</summary>
    internal sealed record Proposal(int[] Columns, double[] Amounts)
    {
        /// <summary>What the search that found it says could cost less at most.</summary>
        public double Open { get; init; }
    }

    /// <summary>The program: the free columns, then the proposals.</summary>
    public MixedIntegerProgram Program { get; } = new();

    /// <summary>What is held costs this.</summary>
    public double Fixed { get; }

    /// <summary>What a solution says of the rows of the whole program; 0 of those left out.</summary>
    /// <param name="duals">Duals of the program's own rows.</param>
    public double[] Duals(IReadOnlyList<double> duals) => [.. rowAt.Select(row => row < 0 ? 0 : duals[row])];

    /// <summary>The proposals that a point of whole numbers takes, by group.</summary>
    public IEnumerable<(int Group, int Proposal)> Chosen(IReadOnlyList<double> point) => proposals.Where((_, i) => point[columns.Length + i] > 0.5);

    /// <summary>Lets what rows miss be stood in for, so that there is always a point.</summary>
    /// <param name="price">What a unit that a row of the whole program misses costs.</param>
    public void StandIn(Func<int, double> price)
    {
        for (var row = 0; row < rowAt.Length; row++)
        {
            if (rowAt[row] is not (>= 0 and var own)) continue;
            if (double.IsFinite(Program.RowLower[own])) Program.AddTerm(own, Program.AddColumn(0, double.PositiveInfinity, price(row)), 1);
            if (double.IsFinite(Program.RowUpper[own])) Program.AddTerm(own, Program.AddColumn(0, double.PositiveInfinity, price(row)), -1);
        }
    }

    private void Propose(int group, int number, Proposal proposal, int one, double[] counts)
    {
        var cost = 0.0;
        var touched = new SortedSet<int>();
        for (var i = 0; i < proposal.Columns.Length; i++)
        {
            cost += proposal.Amounts[i] * whole.Cost[proposal.Columns[i]];
            whole.Matrix.Add(proposal.Columns[i], proposal.Amounts[i], counts);
            foreach (var row in whole.Matrix.RowsOf(proposal.Columns[i])) touched.Add(row);
        }

        var own = Program.AddColumn(0, 1, cost, true);
        Program.AddTerm(one, own, 1);
        foreach (var row in touched)
        {
            if (counts[row] != 0) Program.AddTerm(Row(row), own, counts[row]);
            counts[row] = 0;
        }

        proposals.Add((group, number));
    }

    private int Row(int row) => rowAt[row] >= 0 ? rowAt[row] : rowAt[row] = Program.AddRow(whole.RowLower[row] - there[row], whole.RowUpper[row] - there[row]);
}
