using System.CommandLine;
using System.Text;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;

namespace Switchyard.Cli;

/// <summary>The scenario that a verb works on: a file, a folder with scenario.yaml in it, a bundled scenario's name, or <c>-</c> for stdin.</summary>
internal sealed class ScenarioArgument
{
    private readonly Argument<string?> name = new("scenario")
    {
        Description = "Scenario file, a folder with scenario.yaml in it, the name of a bundled scenario, or - for stdin",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> file = new("--file", "-f") { Description = "The same as the argument", HelpName = "scenario.yaml" };

    /// <summary>Adds the argument to a command.</summary>
    public ScenarioArgument(Command command)
    {
        command.Arguments.Add(name);
        command.Options.Add(file);
    }

    /// <summary>Reads the scenario.</summary>
    public Reading<Scenario> Read(ParseResult parsed, CatalogContents catalog)
    {
        var opened = Open(parsed);
        return opened.Value?.Read(catalog.Prices, catalog.Models) ?? new(null, opened.Problems);
    }

    /// <summary>Finds the scenario and takes its bytes, so that it can be read again with other settings.</summary>
    public Reading<ScenarioBytes> Open(ParseResult parsed)
    {
        if (parsed.GetValue(name) is { } one && parsed.GetValue(file) is { } other)
            return new List<Problem> { new("switchyard", 0, "", $"which scenario, {one} or {other}? Name only one") };
        if ((parsed.GetValue(name) ?? parsed.GetValue(file)) is not { } text)
            return new List<Problem> { new("switchyard", 0, "", "which scenario? Name a file, a folder, a bundled scenario, or - for stdin") };
        return Open(text);
    }

    /// <summary>Reads the scenario that a text names.</summary>
    public static Reading<Scenario> Read(string text, CatalogContents catalog)
    {
        var opened = Open(text);
        return opened.Value?.Read(catalog.Prices, catalog.Models) ?? new(null, opened.Problems);
    }

    private static Reading<ScenarioBytes> Open(string text)
    {
        if (text == "-")
        {
            using var stdin = Console.OpenStandardInput();
            return ScenarioBytes.Take(stdin, "stdin", File.OpenRead);
        }

        if (Resolve(text) is not { } path)
            return new List<Problem> { new(text, 0, "", $"there is no such scenario{Bundled()}") };
        return ScenarioBytes.OfFile(Shown(path));
    }

    private static string? Resolve(string text)
    {
        string[] candidates =
        [
            text, Path.Combine(text, "scenario.yaml"),
            Path.Combine(Home.Folder("scenarios"), text, "scenario.yaml"),
            Path.Combine(Path.GetDirectoryName(Home.Folder("scenarios"))!, text, "scenario.yaml"),
        ];
        return candidates.FirstOrDefault(File.Exists);
    }

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string Bundled()
    {
        var folder = Home.Folder("scenarios");
        if (!Directory.Exists(folder)) return "";
        var names = Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        return new StringBuilder("; bundled are ").AppendJoin(", ", names).ToString();
    }
}
