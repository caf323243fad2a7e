using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>Tiny random programs and the answer by trying everything.</summary>
internal static class RandomPrograms
{
    internal static MixedIntegerProgram Integers(int seed)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        var columns = random.Next(1, 6);
        for (var column = 0; column < columns; column++)
        {
            var lower = random.Next(-2, 2);
            program.AddColumn(lower, lower + random.Next(0, 4), random.Next(-20, 21) / 4.0, integer: true);
        }
        for (var row = random.Next(0, 5); row > 0; row--)
        {
            var bound = random.Next(-6, 12);
            var added = random.Next(4) switch
            {
                0 => program.AddRow(bound, double.PositiveInfinity),
                1 => program.AddRow(double.NegativeInfinity, bound),
                2 => program.AddRow(bound, bound),
                _ => program.AddRow(bound, bound + random.Next(0, 5)),
            };
            for (var column = 0; column < columns; column++) program.AddTerm(added, column, random.Next(-3, 6));
        }
        return program;
    }

    /// <summary>The least cost over all whole points; null when none is feasible.</summary>
    internal static double? Best(MixedIntegerProgram program)
    {
        double? best = null;
        var point = new double[program.ColumnCount];
        Try(0);
        return best;

        void Try(int column)
        {
            if (column < point.Length)
            {
                for (var value = program.ColumnLower[column]; value <= program.ColumnUpper[column]; value++)
                {
                    point[column] = value;
                    Try(column + 1);
                }
                return;
            }
            var check = Feasibility.Check(program, point);
            if (check.Kind == ViolationKind.None && !(check.Objective >= best)) best = check.Objective;
        }
    }

    internal static MixedIntegerProgram Knapsack(int seed, int items)
    {
        var random = new Random(seed);
        var program = new MixedIntegerProgram();
        var row = program.AddRow(double.NegativeInfinity, 0);
        var total = 0;
        for (var item = 0; item < items; item++)
        {
            var weight = random.Next(1, 60);
            total += weight;
            program.AddTerm(row, program.AddColumn(0, 1, -weight - random.Next(0, 9), integer: true), weight);
        }
        program.SetRowBounds(row, double.NegativeInfinity, total / 2);
        return program;
    }
}
