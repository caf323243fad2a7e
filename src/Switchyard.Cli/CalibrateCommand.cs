using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Measurements;
using Switchyard.Connect.PlanFile;
using Switchyard.Performance.Calibrate;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance calibrate</c>: learns from the user's own measured runs.</summary>
internal static class CalibrateCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string[]> paths = new("files") { Description = "Your measured runs: tables recognised by their header (docs/guide/measurements.md), or folders with requests.jsonl", Arity = ArgumentArity.OneOrMore };
        Option<string?> save = new("--out") { Description = "Write the corrections into this file; --calibration takes it, and a scenario's calibration", HelpName = "calibration.csv" };
        Command command = new("calibrate", "Learn corrections for an accelerator, an engine and a kind of model from your own runs, with their worth on runs left out") { paths };
        command.Options.Add(save);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            List<MeasuredRun> runs = [];
            List<Problem> problems = [];
            foreach (var path in parsed.GetValue(paths)!)
            {
                var reading = MeasurementReader.Read(path, contents);
                if (reading.Value is { } file) runs.AddRange(file.Runs);
                else problems.AddRange(reading.Problems);
            }

            if (problems.Count > 0) return Printer.Fail(problems);
            var groups = Calibrator.Learn(runs, contents.Factors);
            var unknown = runs.Where(r => r.Model is null || r.Accelerator is null).Select(r => r.Model is null ? $"model {r.ModelName}" : $"accelerator {r.System}")
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var learned = groups.Count(g => g.Refusal is null);
            printer.Show(parsed, console => Tables(console, groups), () => Json(groups));
            foreach (var name in unknown) Console.Error.WriteLine($"left out: unknown {name}; 'switchyard performance model import' and --models add models");
            if (learned == 0)
            {
                Console.Error.WriteLine($"nothing was learned from {runs.Count} runs{(parsed.GetValue(save) is { } no ? $": {no} was not written" : "")}");
                return ExitCode.No;
            }

            if (parsed.GetValue(save) is { } target)
                Printer.WriteFile(target, CalibrationTable.Write(groups, string.Join("; ", parsed.GetValue(paths)!.Select(Path.GetFileName)), DateOnly.FromDateTime(DateTime.UtcNow)));
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Tables(IAnsiConsole console, IReadOnlyCollection<CalibratedGroup> groups)
    {
        var table = PlanTables.Compact("Factors on the model's times; errors are medians on runs left out, without and with them");
        foreach (var column in new[] { "Accelerator", "Engine", "Models" }) table.AddColumn(column);
        foreach (var column in new[] { "Runs", "Folds", "Decode", "Prompt", "Arrival", "Training", "Error before", "after" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var g in groups)
        {
            var made = g.Refusal is null;
            table.AddRow(PlanTables.Row(
                g.Accelerator, g.Training ? "training" : g.Engine.ToString(), g.Dense ? "dense" : "experts", $"{g.Runs}", g.Folds > 0 ? $"{g.Folds}" : "",
                Text(g.Serving?.Decode), Text(g.Serving?.Prompt), Text(g.Serving?.Arrival), Text(g.Trained?.Time),
                g.Errors.IsEmpty ? "" : Share(g.Errors[0].Before), g.Errors.IsEmpty ? "" : made ? Share(g.Errors[0].After) : $"{Share(g.Errors[0].After)}, not used"));
        }

        console.Write(table);
        foreach (var g in groups.Where(g => g.Refusal is not null))
            console.MarkupLineInterpolated($"[grey]not calibrated  {g.Accelerator}, {(g.Training ? "training" : g.Engine.ToString())}, {(g.Dense ? "dense" : "experts")}: {g.Refusal}[/]");
        foreach (var g in groups.Where(g => g.Refusal is null))
            console.MarkupLineInterpolated($"[grey]{g.Accelerator}, {(g.Training ? "training" : g.Engine.ToString())}: {string.Join(", ", g.Errors.Skip(1).Select(e => $"{e.Metric} {Share(e.Before)} to {Share(e.After)} ({e.Numbers})"))}[/]");
    }

    private static string Json(IReadOnlyCollection<CalibratedGroup> groups) => PlanWriter.Json(json =>
    {
        json.WriteString("schema", "switchyard.performance.calibration/1");
        json.WriteStartArray("groups");
        foreach (var g in groups)
        {
            json.WriteStartObject();
            json.WriteString("kind", g.Training ? "training" : "serving");
            json.WriteString("accelerator", g.Accelerator);
            json.WriteString("engine", g.Engine.ToString().ToLowerInvariant());
            json.WriteString("models", g.Dense ? "dense" : "moe");
            json.WriteNumber("runs", g.Runs);
            json.WriteNumber("folds", g.Folds);
            if (g.Refusal is not null) json.WriteString("refusal", g.Refusal);
            if (g.Serving is { } s)
            {
                json.WriteNumber("decode", Math.Round(s.Decode, 5));
                json.WriteNumber("prompt", Math.Round(s.Prompt, 5));
                json.WriteNumber("arrival", Math.Round(s.Arrival, 5));
            }

            if (g.Trained is { } t) json.WriteNumber("training", Math.Round(t.Time, 5));
            json.WriteStartArray("errors");
            foreach (var e in g.Errors)
            {
                json.WriteStartObject();
                json.WriteString("metric", e.Metric);
                json.WriteNumber("numbers", e.Numbers);
                json.WriteNumber("median_before", Math.Round(e.Before, 5));
                json.WriteNumber("median_after", Math.Round(e.After, 5));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Text(double? factor) => factor?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0}%");
}
