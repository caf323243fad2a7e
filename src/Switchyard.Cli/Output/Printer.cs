using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Spectre.Console;
using Switchyard.Connect;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Switchyard.Cli.Output;

/// <summary>How results are shown.</summary>
internal enum Format
{
    /// <summary>Tables for people.</summary>
    Table,

    /// <summary>JSON with a <c>schema</c>.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,
}

/// <summary>Where results go: data to stdout, everything said about it to stderr, files whole or not at all.</summary>
internal sealed class Printer
{
    private const int WidthOffTerminal = 140;

    private readonly Option<Format> format;

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="name">Its long name, where <c>--output</c> means something else.</param>
    public Printer(Command command, string name = "--output")
    {
        format = new(name, "-o") { Description = "How to show the result", HelpName = "table|json|yaml", CustomParser = ParseFormat };
        command.Options.Add(format);
    }

    /// <summary>Shows a result: as tables, or as the JSON that says the same.</summary>
    public void Show(ParseResult parsed, Action<IAnsiConsole> tables, Func<string> json)
    {
        switch (parsed.GetValue(format))
        {
            case Format.Json:
                Console.Out.Write(json());
                break;
            case Format.Yaml:
                WriteYaml(json());
                break;
            default:
                tables(Terminal());
                break;
        }
    }

    /// <summary>All problems, each on a line of stderr.</summary>
    /// <returns>The exit code of an error.</returns>
    public static int Fail(IReadOnlyCollection<Problem> problems)
    {
        foreach (var problem in problems) Console.Error.WriteLine(problem);
        if (problems.Count > 1) Console.Error.WriteLine($"{problems.Count} problems; nothing was written.");
        return ExitCode.Error;
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public static void WriteFile(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var half = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.half");
        try
        {
            File.WriteAllText(half, text);
            File.Move(half, path, overwrite: true);
        }
        finally
        {
            File.Delete(half);
        }
    }

    /// <summary>The terminal, or plain text at a fixed width where there is none.</summary>
    public static IAnsiConsole Terminal()
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (Console.IsOutputRedirected) console.Profile.Width = WidthOffTerminal;
        return console;
    }

    // The default parser of enumerations takes numbers too.
    private static Format ParseFormat(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "table": return Format.Table;
            case "json": return Format.Json;
            case "yaml": return Format.Yaml;
            default:
                result.AddError($"--output: '{result.Tokens[0].Value}' is not one of table, json, yaml");
                return Format.Table;
        }
    }

    private static void WriteYaml(string json)
    {
        using var document = JsonDocument.Parse(json);
        var emitter = new Emitter(Console.Out, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, [], isImplicit: true));
        Emit(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                foreach (var property in element.EnumerateObject())
                {
                    emitter.Emit(new Scalar(property.Name));
                    Emit(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Any));
                foreach (var item in element.EnumerateArray()) Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, element.GetString()!, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true));
                break;
            default:
                emitter.Emit(new Scalar(element.ValueKind == JsonValueKind.Null ? "null" : element.GetRawText()));
                break;
        }
    }
}
