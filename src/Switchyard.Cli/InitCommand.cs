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
            // Editors with a YAML language server complete and check the file by the schema.
            Console.Out.WriteLine($"# yaml-language-server: $schema={Schema()}");
            Console.Out.Write(Templates.Text(parsed.GetValue(kind)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Schema()
    {
        var path = Path.Combine(Home.Folder("schemas"), "scenario.schema.json");
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative.Replace('\\', '/');
    }
}
