using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect.Measurements;
using Switchyard.Connect.PlanFile;
using Switchyard.Performance;
using Switchyard.Performance.Measured;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance</c>: what a model does on hardware, and how far that is from what others measured.</summary>
internal static class PerformanceCommand
{
    /// <summary>The verb.</summary>
    public static Command Create() => new("performance", "Predict what a model does on hardware, and compare predictions with measured runs")
    {
        EstimateCommand.Create(),
        SearchCommand.Create(),
        TrainEstimateCommand.Create(),
        Check(),
        CalibrateCommand.Create(),
        FitCommand.Create(),
        ValidationCommand.Create(),
        ModelCommand.Create(),
    };

    private static Command Check()
    {
        Argument<string> path = new("file") { Description = "Measured runs: a table recognised by its header, or a folder with requests.jsonl" };
        Option<string?> workloads = new("--workloads") { Description = "The file that describes the workloads of open-loop runs; by default vllm_openloop_workloads.json beside the table", HelpName = "FILE" };
        Command command = new("check", "Our error on measured runs: by metric, system, model, engine and version") { path };
        Option<string?> kernels = new("--kernels") { Description = "Measured kernels of the model on the accelerator, for a run recorded by request; by default those in profiles/ beside its folder, 'none' for none", HelpName = "DIR" };
        command.Options.Add(workloads);
        command.Options.Add(kernels);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var watch = Stopwatch.StartNew();
            var catalog = catalogs.Read(parsed);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            var name = parsed.GetValue(path)!;
            var reading = MeasurementReader.Read(name, contents, parsed.GetValue(workloads), parsed.GetValue(kernels));
            if (reading.Value is not { } file) return Printer.Fail(reading.Problems);
            var report = CheckReport.Of(file.Runs, new RunPredictor(contents.Factors), contents.Intervals);
            printer.Show(parsed, console => CheckTables.Write(console, file, report), () => PlanWriter.Json(json => CheckTables.Json(json, name, file, report)));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file.Runs.Length} runs in {watch.Elapsed.TotalSeconds:0.0} s"));
            return ExitCode.Done;
        });
        return command;
    }
}
