using System.CommandLine;
using Switchyard.Cli;
using Switchyard.Plan.Solve;

// The solver runs in native code and hears no cancellation: an interrupt ends the process, and files are only ever moved into place whole.
Console.CancelKeyPress += (_, _) => Environment.Exit(ExitCode.Interrupted);

RootCommand root = new("Plans where to run AI work, proves the plan, and says what it costs. 'switchyard VERB --help' explains a verb.")
{
    PlanCommand.Create(),
    ExplainCommand.Create(),
    ValidateCommand.Create(),
    InitCommand.Create(),
    MarketCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (SolverMissingException missing)
{
    Console.Error.WriteLine(missing.Message);
    return ExitCode.Error;
}
catch (IOException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Error;
}
catch (UnauthorizedAccessException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Error;
}
