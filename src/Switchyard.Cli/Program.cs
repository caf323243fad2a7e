using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Switchyard.Cli;
using Switchyard.Connect.Solver;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

// A process of the solver, started by another of this program: no verb that anybody is told of.
if (args is [SolverProcesses.Verb]) return SolverProcesses.Serve();

// The solver runs in native code and hears no cancellation: an interrupt ends the process, and files are only ever moved into place whole.
Console.CancelKeyPress += (_, _) => Environment.Exit(ExitCode.Interrupted);

// Not RootCommand: that one is named after its file, which users never call.
Command root = new("switchyard", "Plans where to run AI work, proves the plan, and says what it costs. 'switchyard VERB --help' explains a verb.")
{
    new HelpOption(),
    new VersionOption(),
    PlanCommand.Create(),
    ExplainCommand.Create(),
    ProveCommand.Create(),
    DemoCommand.Create(),
    ReportCommand.Create(),
    ValidateCommand.Create(),
    InitCommand.Create(),
    MarketCommand.Create(),
    DemandCommand.Create(),
    PerformanceCommand.Create(),
};

SavedTo.Check(root);

if (args.Contains(""))
{
    Console.Error.WriteLine("an argument is empty; is a variable of the shell not set?");
    return ExitCode.Error;
}

try
{
    var parsed = root.Parse(args);
    if (parsed.Action is not ParseErrorAction wrong) return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    // Stdout is for data: what is wrong goes to stderr, the whole help only where a verb is missing.
    wrong.ShowHelp = parsed.CommandResult.Command is { Subcommands.Count: > 0, Arguments.Count: 0 };
    await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, Output = Console.Error });
    if (!wrong.ShowHelp) Console.Error.WriteLine($"'switchyard {Verb(parsed.CommandResult)} --help' explains");
    return ExitCode.Error;
}
catch (Exception e) when (e is SolverMissingException or SearchStoppedException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Error;
}

catch (OperationCanceledException)
{
    // Ctrl-C during a solve.
    return ExitCode.Interrupted;
}

static string Verb(System.CommandLine.Parsing.SymbolResult? result) => result is System.CommandLine.Parsing.CommandResult { Parent: { } parent } command
    ? $"{Verb(parent)} {command.Command.Name}".TrimStart()
    : "";
