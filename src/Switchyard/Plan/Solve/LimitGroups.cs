namespace Switchyard.Plan.Solve;

/// <summary>
/// Which of a program's rows and column bounds belong to which of the user's limits. A limit (a budget, a quota) is often many
/// rows; it is kept or dropped as a whole. What belongs to no group is always there.
/// </summary>
public sealed class LimitGroups
{
    /// <summary>The group of what is always there.</summary>
    public const int Always = -1;

    private readonly Dictionary<int, int> _rows = [];
    private readonly Dictionary<int, int> _lowers = [];
    private readonly Dictionary<int, int> _uppers = [];

    /// <summary>All groups that hold something, ascending.</summary>
    public IReadOnlyList<int> All => [.. _rows.Values.Concat(_lowers.Values).Concat(_uppers.Values).Distinct().Order()];

    /// <summary>Puts a row, with both its bounds, into a group.</summary>
    /// <param name="row">The row.</param>
    /// <param name="group">0 or more.</param>
    public void AddRow(int row, int group) => Add(_rows, row, group);

    /// <summary>Puts a column's lower bound into a group.</summary>
    /// <param name="column">The column.</param>
    /// <param name="group">0 or more.</param>
    public void AddColumnLower(int column, int group) => Add(_lowers, column, group);

    /// <summary>Puts a column's upper bound into a group.</summary>
    /// <param name="column">The column.</param>
    /// <param name="group">0 or more.</param>
    public void AddColumnUpper(int column, int group) => Add(_uppers, column, group);

    /// <summary>Rows of one group, ascending.</summary>
    internal IEnumerable<int> Rows(int group) => Of(_rows, group);

    /// <summary>Columns whose lower bound is in one group, ascending.</summary>
    internal IEnumerable<int> ColumnLowers(int group) => Of(_lowers, group);

    /// <summary>Columns whose upper bound is in one group, ascending.</summary>
    internal IEnumerable<int> ColumnUppers(int group) => Of(_uppers, group);

    /// <summary>The program without costs and without the groups that are not kept.</summary>
    internal MixedIntegerProgram Restrict(MixedIntegerProgram program, IReadOnlySet<int> kept)
    {
        var restricted = program.Clone();
        for (var column = 0; column < program.ColumnCount; column++) restricted.SetCost(column, 0);
        foreach (var (row, group) in _rows)
        {
            if (!kept.Contains(group)) restricted.SetRowBounds(row, double.NegativeInfinity, double.PositiveInfinity);
        }
        foreach (var (column, group) in _lowers)
        {
            if (!kept.Contains(group)) restricted.SetColumnBounds(column, double.NegativeInfinity, restricted.ColumnUpper[column]);
        }
        foreach (var (column, group) in _uppers)
        {
            if (!kept.Contains(group)) restricted.SetColumnBounds(column, restricted.ColumnLower[column], double.PositiveInfinity);
        }
        return restricted;
    }

    private static void Add(Dictionary<int, int> members, int index, int group)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        members[index] = group;
    }

    private static IEnumerable<int> Of(Dictionary<int, int> members, int group) =>
        members.Where(member => member.Value == group).Select(member => member.Key).Order();
}
