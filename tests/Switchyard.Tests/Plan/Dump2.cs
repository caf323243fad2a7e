using Switchyard.Plan;
using Switchyard.Plan.Solve;
namespace Switchyard.Tests.Plan;
public sealed class Dump2
{
    [Fact]
    public void It()
    {
        using var file = new StreamWriter("/tmp/dump2.txt");
        var p = RandomProblems.Free(int.Parse(Environment.GetEnvironmentVariable("SEED")!, System.Globalization.CultureInfo.InvariantCulture));
        var s0 = int.Parse(Environment.GetEnvironmentVariable("SEED")!, System.Globalization.CultureInfo.InvariantCulture);
        if (s0 >= 100000) p = RandomProblems.Limited(s0, ProblemSolver.Solve(p, Switchyard.Plan.Solve.SolveLimits.Exact).PresentValue, s0 >= 200000);
        var program = Formulation.Of(Dominance.Reduce(p)).Program;
        for (var c = 0; c < program.ColumnCount; c++) file.WriteLine($"col {c} [{program.ColumnLower[c]},{program.ColumnUpper[c]}] int {program.IsInteger(c)} cost {program.Cost[c]:R}");
        for (var r = 0; r < program.RowCount; r++)
        {
            var terms = new List<string>();
            for (var c = 0; c < program.ColumnCount; c++) for (var k = program.Matrix.Starts[c]; k < program.Matrix.Starts[c + 1]; k++) if (program.Matrix.Rows[k] == r) terms.Add($"{program.Matrix.Coefficients[k]}x{c}");
            file.WriteLine($"row {r} {program.RowLower[r]} <= {string.Join(" + ", terms)} <= {program.RowUpper[r]}");
        }
        var s = CbcSolver.Solve(program, SolveLimits.Exact);
        file.WriteLine($"{s.Status} {s.Objective} {s.Bound} {string.Join(',', s.Values)}");
        file.WriteLine($"clp {ClpSolver.Solve(program).Objective}");
        s = CbcSolver.Solve(program, new SolveLimits(0, 100000));
        file.WriteLine($"{s.Status} {s.Objective} {s.Bound} {string.Join(',', s.Values)}");
    }
}
