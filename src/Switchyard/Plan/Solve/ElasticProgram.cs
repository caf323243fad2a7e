namespace Switchyard.Plan.Solve;

/// <summary>
/// A program in which some bounds may be exceeded at a price: the bound becomes a row with a slack on each bounded side. Each
/// slack is in units relative to its bound (of 1 where the bound is 0), and a unit costs 1.
/// </summary>
internal sealed class ElasticProgram(MixedIntegerProgram program)
{
    /// <summary>A bound that may be exceeded.</summary>
    /// <param name="Kind">A row's or a column's bound.</param>
    /// <param name="Index">The row or column in the original program.</param>
    /// <param name="Group">The limit that it belongs to.</param>
    /// <param name="Bound">The bound as it stands.</param>
    /// <param name="Outward">How far, and which way, one unit of the slack column moves it.</param>
    /// <param name="Column">The slack column.</param>
    /// <param name="Row">The elastic row.</param>
    internal sealed record Slack(ViolationKind Kind, int Index, int Group, double Bound, double Outward, int Column, int Row);

    private readonly List<Slack> _slacks = [];

    public MixedIntegerProgram Program => program;

    public IReadOnlyList<Slack> Slacks => _slacks;

    public void Loosen(LimitGroups groups, int group)
    {
        foreach (var row in groups.Rows(group))
            AddSlacks(ViolationKind.Row, row, group, row, program.RowLower[row], program.RowUpper[row]);
        foreach (var column in groups.ColumnLowers(group))
        {
            AddSlacks(ViolationKind.ColumnBound, column, group, RowOf(column, program.ColumnLower[column], double.PositiveInfinity),
                program.ColumnLower[column], double.PositiveInfinity);
            program.SetColumnBounds(column, double.NegativeInfinity, program.ColumnUpper[column]);
        }
        foreach (var column in groups.ColumnUppers(group))
        {
            AddSlacks(ViolationKind.ColumnBound, column, group, RowOf(column, double.NegativeInfinity, program.ColumnUpper[column]),
                double.NegativeInfinity, program.ColumnUpper[column]);
            program.SetColumnBounds(column, program.ColumnLower[column], double.PositiveInfinity);
        }
    }

    private int RowOf(int column, double lower, double upper)
    {
        var row = program.AddRow(lower, upper);
        program.AddTerm(row, column, 1);
        return row;
    }

    private void AddSlacks(ViolationKind kind, int index, int group, int row, double lower, double upper)
    {
        if (double.IsFinite(lower)) AddSlack(lower, +1);
        if (double.IsFinite(upper)) AddSlack(upper, -1);

        void AddSlack(double bound, int sign)
        {
            var scale = bound == 0 ? 1 : Math.Abs(bound);
            var column = program.AddColumn(0, double.PositiveInfinity, 1);
            program.AddTerm(row, column, sign * scale);
            _slacks.Add(new(kind, index, group, bound, -sign * scale, column, row));
        }
    }
}
