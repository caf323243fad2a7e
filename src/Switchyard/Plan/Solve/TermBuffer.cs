namespace Switchyard.Plan.Solve;

/// <summary>
/// Terms of a program while it is written. Programs are written one after the other, and many like those before: a buffer that is given back is taken by the next one, which so does not grow its own from
/// nothing.
/// </summary>
internal sealed class TermBuffer
{
    // Those of larger programs are not kept: their memory is better used for something else.
    private const int MostKept = 1 << 20;

    [ThreadStatic]
    private static TermBuffer? spare;

    private int[] rows = new int[64];
    private int[] columns = new int[64];
    private double[] coefficients = new double[64];
    private int count;

    private TermBuffer()
    {
    }

    /// <summary>The row of each term.</summary>
    public ReadOnlySpan<int> Rows => rows.AsSpan(0, count);

    /// <summary>The column of each term.</summary>
    public ReadOnlySpan<int> Columns => columns.AsSpan(0, count);

    /// <summary>The coefficient of each term.</summary>
    public ReadOnlySpan<double> Coefficients => coefficients.AsSpan(0, count);

    /// <summary>An empty one.</summary>
    public static TermBuffer Take()
    {
        var taken = spare ?? new();
        (spare, taken.count) = (null, 0);
        return taken;
    }

    /// <summary>Leaves it to the next program; what was read from it is not valid any more.</summary>
    public void GiveBack()
    {
        if (rows.Length <= MostKept && rows.Length >= (spare?.rows.Length ?? 0)) spare = this;
    }

    /// <summary>Adds a term.</summary>
    public void Add(int row, int column, double coefficient)
    {
        if (count == rows.Length) Grow();
        (rows[count], columns[count], coefficients[count]) = (row, column, coefficient);
        count++;
    }

    private void Grow()
    {
        Array.Resize(ref rows, 2 * count);
        Array.Resize(ref columns, 2 * count);
        Array.Resize(ref coefficients, 2 * count);
    }
}
