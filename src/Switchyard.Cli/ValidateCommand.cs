using System.CommandLine;
using Switchyard.Cli.Output;

namespace Switchyard.Cli;

/// <summary><c>switchyard validate</c>: is a scenario file right, and what does it leave to defaults?</summary>
internal static class ValidateCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("validate", "Check a scenario file: every problem at once, or every default in force");
        var scenarios = new ScenarioArgument(command);
        var catalogs = new CatalogOptions(command);
        command.SetAction(parsed =>
        {
            var catalog = catalogs.Read(parsed);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            var reading = scenarios.Read(parsed, contents);
            if (reading.Value is not { } scenario) return Printer.Fail(reading.Problems);
            Console.Out.WriteLine($"{scenario.Name}: valid, {scenario.Workloads.Length} workloads, {scenario.Horizon.Months} months from {scenario.Horizon.Start:yyyy-MM-dd}");
            foreach (var line in scenario.Assumed) Console.Out.WriteLine($"assumed  {line}");
            if (scenario.NotYetUsed.Length > 0) Console.Out.WriteLine($"not yet used  {string.Join(", ", scenario.NotYetUsed)}");
            return ExitCode.Done;
        });
        return command;
    }
}
