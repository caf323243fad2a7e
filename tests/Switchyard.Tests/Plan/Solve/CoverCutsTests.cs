using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

/// <summary>Rows that are added keep every point whose whole numbers are whole, also where a column that is split does more than all that is asked for.</summary>
public sealed class CoverCutsTests
{
    [Fact]
    public void The_cheapest_point_stays_what_it_was()
    {
        var random = new Random(7);
        var sharper = 0;
        for (var problem = 0; problem < 300; problem++)
        {
            var (columns, rows) = (random.Next(2, 5), random.Next(1, 3));
            var costs = Enumerable.Range(0, columns).Select(_ => random.Next(1, 20) / 2.0).ToArray();
            var whole = Enumerable.Range(0, columns).Select(c => c > 0 && random.Next(3) > 0).ToArray();
            var each = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => random.Next(0, 5) == 0 ? 0 : random.Next(1, 12) / 4.0).ToArray()).ToArray();
            var least = Enumerable.Range(0, rows).Select(_ => random.Next(1, 20) / 4.0).ToArray();
            MixedIntegerProgram Make()
            {
                var program = new MixedIntegerProgram();
                for (var c = 0; c < columns; c++) program.AddColumn(0, 10, costs[c], whole[c]);
                for (var r = 0; r < rows; r++)
                {
                    var row = program.AddRow(least[r], double.PositiveInfinity);
                    for (var c = 0; c < columns; c++)
                        if (each[r][c] > 0) program.AddTerm(row, c, each[r][c]);
                }

                return program;
            }

            var plain = CbcSolver.Solve(Make(), SolveLimits.Exact);
            if (!plain.HasPoint) continue;
            var cut = Make();
            var relaxed = ColumnGeneration.Solve(cut, _ => false).ShouldNotBeNull();
            if (relaxed.Solution.Bound > relaxed.Plain + 1e-6) sharper++;
            relaxed.Solution.Bound.ShouldBeLessThanOrEqualTo(plain.Objective + 1e-6, $"problem {problem}");
            CbcSolver.Solve(cut, SolveLimits.Exact).Objective.ShouldBe(plain.Objective, 1e-6, $"problem {problem}");
        }

        sharper.ShouldBeGreaterThan(50);
    }
}
