using System.CommandLine;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.EvidenceFile;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.Solver;
using Switchyard.Performance;
using Switchyard.Prove;

namespace Switchyard.Cli;

/// <summary><c>switchyard demo</c>: a bundled scenario, planned and proven, and the page about it.</summary>
internal static class DemoCommand
{
    private const string Scenario = "batch-nightly";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<string> save = new("--out") { Description = "The page about it: one HTML file", HelpName = "report.html", DefaultValueFactory = _ => "report.html" };
        Command command = new("demo", "Plan a bundled scenario, prove the plan and make a page of it, in seconds") { save };
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(save)!;
            if (Directory.Exists(path)) return Printer.Fail([new Problem(path, 0, "", "is a folder; name the file to save the page in")]);
            var catalog = catalogs.Read(parsed, withPairs: true);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            var scenario = ScenarioArgument.Read(Scenario, contents);
            if (scenario.Value is not { } wanted) return Printer.Fail(scenario.Problems);
            using var solvers = SolverProcesses.OfThisProgram();
            var planned = new Cycle(contents.Prices, new PerformanceModel(contents.Factors)).Plan(wanted, new() { SideBySide = SideBySide.Run, Elsewhere = solvers.Ask });
            if (planned.Plan is not { } plan) return ExitCode.No;
            var proof = Proof.Of(plan, wanted, contents, new() { Further = ProofSettings.Enough }, Scenario, timing: false, mend: true);
            if (proof.Value is not { } evidence) return Printer.Fail(proof.Problems);
            var json = EvidenceWriter.Write(evidence);
            printer.Show(
                parsed,
                console =>
                {
                    PlanTables.Write(console, plan, wanted);
                    console.WriteLine();
                    EvidenceTables.Write(console, evidence);
                },
                () => json);
            if (ReportCommand.Page() is { } page) ReportCommand.Write(path, page, plan, PlanWriter.Write(plan), [json], contents.Prices);
            else Console.Error.WriteLine($"no page was made: {ReportCommand.Missing("demo")}");
            return evidence.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
