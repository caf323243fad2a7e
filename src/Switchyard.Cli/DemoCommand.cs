using System.CommandLine;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.EvidenceFile;
using Switchyard.Performance;
using Switchyard.Prove;

namespace Switchyard.Cli;

/// <summary><c>switchyard demo</c>: a bundled scenario, planned and proven.</summary>
internal static class DemoCommand
{
    private const string Scenario = "batch-nightly";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("demo", "Plan a bundled scenario and prove the plan, in seconds");
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var catalog = catalogs.Read(parsed);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            var scenario = ScenarioArgument.Read(Scenario, contents);
            if (scenario.Value is not { } wanted) return Printer.Fail(scenario.Problems);
            var planned = new Cycle(contents.Prices, new PerformanceModel(contents.Factors)).Plan(wanted, new());
            if (planned.Plan is not { } plan) return ExitCode.No;
            var proof = Proof.Of(plan, wanted, contents, new(), Scenario, timing: false, mend: true);
            if (proof.Value is not { } evidence) return Printer.Fail(proof.Problems);
            printer.Show(
                parsed,
                console =>
                {
                    PlanTables.Write(console, plan, wanted);
                    console.WriteLine();
                    EvidenceTables.Write(console, evidence);
                },
                () => EvidenceWriter.Write(evidence));
            return evidence.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
