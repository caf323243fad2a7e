using System.CommandLine;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.ModelFile;
using Switchyard.Connect.PlanFile;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance model</c>: models that the catalog does not have.</summary>
internal static class ModelCommand
{
    /// <summary>The verb.</summary>
    public static Command Create() => new("model", "Models that the catalog does not have") { Import() };

    private static Command Import()
    {
        Argument<string> path = new("config.json") { Description = "A model's configuration as Hugging Face has it, or - for stdin" };
        Option<string?> name = new("--name") { Description = "What to call it; by default after its folder or repository", HelpName = "NAME" };
        Option<string?> save = new("--out") { Description = "Write the row into this table, beside those that are there; --models takes it, and a scenario's models", HelpName = "models.csv" };
        Command command = new("import", "Count the parameters of a configuration and write a row of the catalog's schema") { path };
        command.Options.Add(name);
        command.Options.Add(save);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            var file = parsed.GetValue(path)!;
            if (Directory.Exists(file)) file = Path.Combine(file, "config.json");
            var called = parsed.GetValue(name) ?? NameOf(file);
            if (called is null) return Printer.Fail([new Problem(file, 0, "--name", "say what to call the model with --name")]);
            Reading<ImportedModel> reading;
            try
            {
                using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
                reading = ModelImporter.Read(stream, file == "-" ? "stdin" : file, called, DateOnly.FromDateTime(DateTime.UtcNow));
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                return Printer.Fail([new Problem(file, 0, "", File.Exists(file) ? "cannot be read" : "there is no such file")]);
            }

            if (reading.Value is not { } model) return Printer.Fail(reading.Problems);
            if (contents.FindModel(called) is { } taken && parsed.GetValue(save) is not null)
                return Printer.Fail([Problem.NotA(file, 0, "--name", called, new($"free: the catalog has {taken.Name}", $"my-{called}"))]);
            if (parsed.GetValue(save) is { } table)
            {
                var written = Table(table, model, contents);
                if (written.Value is not { } text) return Printer.Fail(written.Problems);
                Printer.WriteFile(table, text);
            }

            printer.Show(parsed, console =>
            {
                Console.Out.WriteLine(model.Header);
                Console.Out.WriteLine(model.Line);
            }, () => Json(model));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{model.Name}: {model.Parameters / 1e9:0.###} billion parameters, {model.ActiveParameters / 1e9:0.###} active ({string.Join(", ", model.Parts.Where(p => p.Parameters > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Part} {p.Parameters / 1e9:0.###}")))})"));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>A table with the row in it, in place of one of the same name; problems where the file is not such a table.</summary>
    private static Reading<string> Table(string file, ImportedModel model, CatalogContents contents)
    {
        if (!File.Exists(file)) return $"{model.Header}\n{model.Line}\n";
        var known = CatalogReader.ReadModels(file, contents.Models);
        if (known.Value is null) return new List<Problem>(known.Problems);
        var lines = File.ReadAllLines(file);
        if (lines[0].TrimStart('\uFEFF') != model.Header)
            return new List<Problem> { new(file, 1, "", "has other columns than an import writes; name another file") };
        return string.Join('\n', lines.Where((line, i) => i == 0 || (line.Length > 0 && !line.StartsWith($"{model.Name},", StringComparison.OrdinalIgnoreCase))).Append(model.Line)) + "\n";
    }

    // A configuration lies in a folder of its model's name; its own file says nothing.
    private static string? NameOf(string file)
    {
        if (file == "-") return null;
        var stem = Path.GetFileNameWithoutExtension(file);
        return ModelImporter.Slug(stem.Equals("config", StringComparison.OrdinalIgnoreCase)
            ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))) ?? "" : stem.Replace("_config", "", StringComparison.OrdinalIgnoreCase).Replace("--", "/", StringComparison.Ordinal));
    }

    private static string Json(ImportedModel model) => PlanWriter.Json(json =>
    {
        json.WriteString("schema", "switchyard.performance.model/1");
        json.WriteNumber("parameters", model.Parameters);
        json.WriteNumber("active_parameters", model.ActiveParameters);
        json.WriteStartObject("parts");
        foreach (var (part, parameters) in model.Parts) json.WriteNumber(part, parameters);
        json.WriteEndObject();
        json.WriteStartObject("row");
        foreach (var (column, value) in model.Row)
        {
            if (value.Length > 0) json.WriteString(column, value);
            else json.WriteNull(column);
        }

        json.WriteEndObject();
    });
}
