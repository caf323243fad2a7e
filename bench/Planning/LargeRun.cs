using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Bench;

internal static class LargeRun
{
    public static void Run(PlanningProblem problem, Action<string, string> say)
    {
        var reduced = Dominance.Under(problem, []);
        say("dominance", $"{reduced.Needs.Sum(n => SingleSource.OptionCount(n))} options");
        foreach (var need in reduced.Needs)
        {
            var kinds = Enumerable.Range(0, SingleSource.OptionCount(need)).CountBy(o => problem.Sources[SingleSource.SourceOf(need, o)].Kind);
            Console.WriteLine($"   {need.Workload} {SingleSource.OptionCount(need)} options: {string.Join(", ", kinds.Select(k => $"{k.Key} {k.Value}"))}");
        }

        var formulation = Formulation.Of(reduced);
        say("formulation", $"{formulation.Program.ColumnCount} columns, {formulation.Program.RowCount} rows, {formulation.Program.Matrix.TermCount} terms");
        var relaxed = ColumnGeneration.Solve(formulation.Program, formulation.Lasts)!.Value.Solution;
        say("relaxation", $"{relaxed.Objective}");
    }
}
