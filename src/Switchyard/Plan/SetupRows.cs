namespace Switchyard.Plan;

/// <summary>q[setup]: what is set up once for a need, without which its options cannot be used.</summary>
internal sealed class SetupRows(ProgramDraft draft, int need, Need of)
{
    private readonly List<Term>?[] users = new List<Term>?[of.Setups.Length];

    /// <summary>Notes columns that need a setup.</summary>
    /// <param name="setup">Index of the setup; −1 for none.</param>
    /// <param name="columns">The columns.</param>
    public void Needs(int setup, IEnumerable<Term> columns)
    {
        if (setup >= 0) (users[setup] ??= []).AddRange(columns);
    }

    /// <summary>Adds the columns and rows: each column stays at 0 unless its setup is there.</summary>
    public void Close()
    {
        for (var setup = 0; setup < users.Length; setup++)
        {
            if (users[setup] is not { Count: > 0 } columns) continue;
            var there = draft.Column(1, true, DecisionKind.SetUp, need, setup, 0);
            foreach (var (column, _) in columns)
            {
                var most = draft.Program.ColumnUpper[column];
                draft.AtLeast(0, new(there, double.IsFinite(most) ? most : 1e6), new(column, -1));
            }
        }
    }
}
