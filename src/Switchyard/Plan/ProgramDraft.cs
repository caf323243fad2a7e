using Switchyard.Plan.Solve;

namespace Switchyard.Plan;

/// <summary>A coefficient of a column.</summary>
/// <param name="Column">Index of the column.</param>
/// <param name="Each">What one unit of it counts.</param>
internal readonly record struct Term(int Column, double Each);

/// <summary>The program of a planning problem while it is written: its columns with what each decides, and which rows state which limit.</summary>
internal sealed class ProgramDraft(PlanningProblem problem)
{
    /// <summary>The problem.</summary>
    public PlanningProblem Problem => problem;

    /// <summary>The program.</summary>
    public MixedIntegerProgram Program { get; } = new();

    /// <summary>What one unit of each column decides.</summary>
    public List<Decision> Decisions { get; } = [];

    /// <summary>Rows of the scenario's limits, with the path of each; −1 where bounds say it.</summary>
    public List<(string Limit, int Row)> LimitRows { get; } = [];

    /// <summary>Adds a column that decides something; one unit of it stands for so much.</summary>
    public int Column(double upper, bool whole, DecisionKind kind, int need, int option, int index, double units = 1)
    {
        Decisions.Add(new(kind, need, option, index, units));
        return Program.AddColumn(0, upper, 0, whole);
    }

    /// <summary>Adds a column that helps to state a row.</summary>
    public int Auxiliary(double upper, bool whole = false)
    {
        Decisions.Add(new(DecisionKind.Auxiliary, -1, -1, -1, 0));
        return Program.AddColumn(0, upper, 0, whole);
    }

    /// <summary>Adds a row for a limit of the scenario's; null where it is none.</summary>
    public int Row(double lower, double upper, string? limit = null)
    {
        var row = Program.AddRow(lower, upper);
        if (limit is not null) LimitRows.Add((limit, row));
        return row;
    }

    /// <summary>Adds the row Σ coefficient × column ≥ least.</summary>
    public int AtLeast(double least, params ReadOnlySpan<Term> terms)
    {
        var row = Program.AddRow(least, double.PositiveInfinity);
        foreach (var (column, coefficient) in terms) Program.AddTerm(row, column, coefficient);
        return row;
    }

    /// <summary>Adds terms to a row.</summary>
    public void Terms(int row, ReadOnlySpan<Term> terms, double factor = 1)
    {
        foreach (var (column, each) in terms) Program.AddTerm(row, column, factor * each);
    }
}
