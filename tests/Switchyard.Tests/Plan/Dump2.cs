using Switchyard.Plan;
using Switchyard.Plan.Solve;
namespace Switchyard.Tests.Plan;
public sealed class Dump2
{
    [Fact]
    public void It()
    {
        using var file = new StreamWriter("/tmp/dump2.txt");
        var p = RandomProblems.Free(120085);
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
        (string, string)[][] variants = [[], CbcRun.Fast, CbcRun.Careful, [("preprocess", "off")], [("presolve", "off")], [("probingCuts", "off")], [("preprocess", "equal")], [("preprocess", "on")], [("preprocess", "sos")], [("cutsOnOff", "off")], [("heuristicsOnOff", "off")], [("preprocess", "off"), ("cutsOnOff", "off")], [("preprocess", "off"), ("heuristicsOnOff", "off")], [("increment", "0")], [("allowableGap", "0")],
            [("preprocess", "off"), ("cutsOnOff", "off"), ("heuristicsOnOff", "off")], [("strategy", "0")], [("preprocess", "off"), ("presolve", "off")]];
        foreach (var v in variants) { var r = CbcRun.Of(program, program.ColumnLower.ToArray(), program.ColumnUpper.ToArray(), SolveLimits.Exact, null, v); file.WriteLine($"{string.Join(' ', v)} -> bound {r.Bound} nodes {r.Nodes} {string.Join(',', r.Point ?? [])}"); }
        s = CbcSolver.Solve(program, new SolveLimits(0, 100000));
        file.WriteLine($"{s.Status} {s.Objective} {s.Bound} {string.Join(',', s.Values)}");
    }
}
