namespace Switchyard.Plan.Solve;

/// <summary>
/// Raises the bound of a relaxation whose rows fall into small blocks that few other rows join. At the relaxation's duals each block is
/// solved in whole numbers on its own; what that costs more than the relaxation thinks, no whole-numbered point can avoid. This is the
/// Lagrangian bound at the relaxation's multipliers (Geoffrion, 1974).
/// </summary>
/// <remarks>
/// A column in one block counts there at its cost less what the joining rows pay for it. A column in several blocks is taken apart: each block
/// may choose its own amount of it, at what the relaxation thinks a unit is worth to that block. Both only add points.
/// </remarks>
public static class BlockBound
{
    /// <summary>How much higher than the relaxation's optimum any whole-numbered point must lie.</summary>
    /// <param name="program">The program.</param>
    /// <param name="blocks">The block of each row, −1 for rows that join blocks.</param>
    /// <param name="relaxed">The solution of its relaxation, with duals.</param>
    /// <param name="nodes">Most nodes for a block; a block that needs more counts as the relaxation has it.</param>
    public static double Above(MixedIntegerProgram program, IReadOnlyList<int> blocks, Solution relaxed, int nodes = 20_000)
    {
        if (!relaxed.HasPoint || relaxed.RowDuals is not { } duals || relaxed.ReducedCosts is not { } reduced) return 0;
        var problems = Blocks(program, blocks, duals, reduced);
        var above = 0.0;
        foreach (var block in problems.Values)
        {
            var least = block.Cover.Least(nodes);
            if (least > block.Relaxed) above += least - block.Relaxed;
        }

        return above;
    }

    private sealed class Block
    {
        public CoverProblem Cover { get; } = new();

        public double Relaxed { get; set; }
    }

    private static SortedDictionary<int, Block> Blocks(
        MixedIntegerProgram program, IReadOnlyList<int> blocks, IReadOnlyList<double> duals, IReadOnlyList<double> reduced)
    {
        var problems = new SortedDictionary<int, Block>();
        var rowIn = new int[program.RowCount];
        for (var row = 0; row < program.RowCount; row++)
        {
            rowIn[row] = -1;
            if (blocks[row] < 0) continue;
            if (!problems.TryGetValue(blocks[row], out var block)) problems[blocks[row]] = block = new();
            // Only rows that ask for at least something; leaving a row out only adds points, and then the relaxation does without it too.
            if (program.RowLower[row] > 0 && double.IsPositiveInfinity(program.RowUpper[row])) rowIn[row] = block.Cover.AddRow(program.RowLower[row]);
            block.Relaxed += duals[row] > 0 ? duals[row] * program.RowLower[row] : duals[row] < 0 ? duals[row] * program.RowUpper[row] : 0;
        }

        var matrix = program.Matrix;
        var touched = new List<int>();
        for (var column = 0; column < program.ColumnCount; column++)
        {
            var rows = matrix.RowsOf(column);
            var coefficients = matrix.CoefficientsOf(column);
            touched.Clear();
            foreach (var row in rows)
                if (blocks[row] >= 0 && !touched.Contains(blocks[row])) touched.Add(blocks[row]);
            if (touched.Count == 0) continue;
            var upper = program.ColumnUpper[column];
            foreach (var at in touched)
            {
                var block = problems[at];
                // What the block's own rows pay for a unit.
                var worth = 0.0;
                for (var i = 0; i < rows.Length; i++)
                    if (blocks[rows[i]] == at) worth += duals[rows[i]] * coefficients[i];
                var alone = touched.Count == 1;
                var price = alone ? reduced[column] + worth : worth;
                if (alone && reduced[column] < 0) block.Relaxed += reduced[column] * upper;
                var entry = block.Cover.AddColumn(price, upper, program.IsInteger(column));
                for (var i = 0; i < rows.Length; i++)
                    if (blocks[rows[i]] == at && rowIn[rows[i]] >= 0) block.Cover.AddTerm(rowIn[rows[i]], entry, coefficients[i]);
            }
        }

        return problems;
    }
}
