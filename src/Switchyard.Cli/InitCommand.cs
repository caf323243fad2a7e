using System.CommandLine;
using Switchyard.Connect.ScenarioFile;

namespace Switchyard.Cli;

/// <summary><c>switchyard init</c>: a commented scenario file to start from.</summary>
internal static class InitCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> kind = new("kind") { Description = "inference, training or batch" };
        kind.AcceptOnlyFromAmong([.. Templates.Names]);
        Command command = new("init", "Print a commented scenario file to start from") { kind };
        command.SetAction(parsed =>
        {
            Console.Out.Write(Templates.Text(parsed.GetValue(kind)!));
            return ExitCode.Done;
        });
        return command;
    }
}
