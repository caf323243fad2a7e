using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Connect.Measurements;
using Switchyard.Performance.Fit;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance validation</c>: writes the part of docs/validation.md that is about performance.</summary>
internal static class ValidationCommand
{
    private const string Begin = "<!-- performance validation: begin -->", End = "<!-- performance validation: end -->";

    private static readonly string[] Files =
        ["serving_measured_nvidia.csv", "inferencemax_nvidia.csv", "vllm_openloop_measured_13.csv", "mlperf_inference_v5.1_llm.csv", "training_measured.csv", "mlperf_training_v5.0.csv"];

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<string> data = new("--data") { Description = "The folder of measured runs", HelpName = "DIR", Required = true };
        Option<string?> published = new("--published") { Description = "A table of our own form with results that others published, of machines and versions that no fit saw", HelpName = "FILE" };
        Option<string?> target = new("--out") { Description = "The file whose marked part is written anew; without it the part goes to stdout", HelpName = "FILE" };
        Command command = new("validation", "Our errors on every file of measured runs, and on what was left out of the fit, as a document") { data, published, target };
        var catalogs = new CatalogOptions(command);
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            List<Connect.Problem> problems = [];
            List<CheckedFile> files = [];
            void Add(string path, string name, string? kernels)
            {
                var reading = MeasurementReader.Read(path, contents, null, kernels);
                if (reading.Value is not { } file) problems.AddRange(reading.Problems);
                else if (kernels is null || files.All(f => f.Name != name || f.File.Format != file.Format))
                    files.Add(new(name, file, CheckReport.Of(file.Runs, new RunPredictor(contents.Factors), contents.Intervals)));
                Console.Error.WriteLine(name);
            }

            var folder = parsed.GetValue(data)!;
            foreach (var name in Files)
                if (File.Exists(Path.Combine(folder, name))) Add(Path.Combine(folder, name), name, null);
            string[] recorded = Directory.Exists(folder) ? Directory.GetFiles(folder, "requests.jsonl", SearchOption.AllDirectories) : [];
            foreach (var run in recorded.Order(StringComparer.Ordinal))
            {
                Add(Path.GetDirectoryName(run)!, Path.GetFileName(Path.GetDirectoryName(run)!), null);
                Add(Path.GetDirectoryName(run)!, Path.GetFileName(Path.GetDirectoryName(run)!), "none");
            }

            CheckedFile? fresh = null;
            if (parsed.GetValue(published) is { } table)
            {
                Add(table, Path.GetFileName(table), null);
                fresh = files.FirstOrDefault(f => f.Name == Path.GetFileName(table));
                files.RemoveAll(f => f == fresh);
            }

            if (files.Count == 0 && problems.Count == 0) problems.Add(new(folder, 0, "", "holds no file of measured runs that is known by name"));
            var errors = ErrorTable.Errors(contents.Folder);
            var intervals = ErrorTable.Intervals(contents.Folder);
            if (errors.Value is null || intervals.Value is null) problems.AddRange([.. errors.Problems, .. intervals.Problems]);
            if (problems.Count > 0) return Printer.Fail(problems);
            var left = FitCommand.TrainedWithout(contents.Factors, files.SelectMany(f => f.File.Runs), LeftOut.Model, _ => { });
            var part = new ValidationText(files, fresh, errors.Value!, intervals.Value!, Scaling.Of(left)).Write();
            if (parsed.GetValue(target) is not { } document)
            {
                Console.Out.Write(part);
                return ExitCode.Done;
            }

            var text = File.Exists(document) ? File.ReadAllText(document) : $"# Validation\n\n{Begin}\n{End}\n";
            var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
            if (from < 0 || to < from) return Printer.Fail([new(document, 0, "", $"has no part between {Begin} and {End} to write")]);
            Printer.WriteFile(document, $"{text[..(from + Begin.Length)]}\n{part}{text[to..]}");
            return ExitCode.Done;
        }));
        return command;
    }
}
