namespace Switchyard.Plan.Solve;

/// <summary>Where the simplex ended: from here it needs few steps for a program of the same columns and rows with somewhat other numbers.</summary>
/// <param name="Columns">Columns of the program that were there.</param>
/// <param name="ColumnStatus">The status of each, as Clp has it.</param>
/// <param name="Rows">Rows that were tight. All others that the columns touch are basic.</param>
/// <param name="RowStatus">The status of each.</param>
internal sealed record Basis(int[] Columns, byte[] ColumnStatus, int[] Rows, byte[] RowStatus)
{
    /// <summary>Clp's status of what is basic.</summary>
    public const byte Basic = 1;
}
