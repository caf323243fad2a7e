using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.PlanFile;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance train</c>: the fastest layout of a training gang, its time and its energy.</summary>
internal static class TrainEstimateCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "A model of the catalog", Required = true, HelpName = "NAME" };
        Option<string> accelerator = new("--accelerator") { Description = "Accelerators of the gang", Required = true, HelpName = "H100:64" };
        Option<string> tokens = new("--tokens") { Description = "Tokens to train on", Required = true, HelpName = "100B" };
        Option<string> precision = new("--precision") { Description = "bf16, fp8 or fp4", DefaultValueFactory = _ => "bf16" };
        Option<int> sequence = new("--sequence") { Description = "Tokens in a sequence", DefaultValueFactory = _ => 8192 };
        Option<double> fabric = new("--fabric") { Description = "Bandwidth between instances, GB/s per instance and direction", DefaultValueFactory = _ => 400, HelpName = "GB/s" };
        Option<int> spares = new("--spares") { Description = "Instances beside the gang that stand in for failed ones", DefaultValueFactory = _ => 0, HelpName = "N" };
        Command command = new("train", "Fastest layout, tokens a second, time and energy of a training run");
        foreach (var option in new Option[] { model, accelerator, tokens, precision, sequence, fabric, spares }) command.Options.Add(option);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            List<Problem> problems = [];
            void Wrong(string option, string value, string expected, string? correction = null) =>
                problems.Add(Problem.NotA("performance train", 0, option, value, new(expected, correction)));
            var architecture = Known.Model(contents, parsed.GetValue(model)!, Wrong);
            var (device, count) = Known.Accelerators(contents, parsed.GetValue(accelerator)!, Wrong);
            var format = Known.Format(parsed.GetValue(precision)!, Wrong);
            if (!Count.TryParse(parsed.GetValue(tokens)!, out var work, out var misread) || work.Unit is not ("" or "tokens") || !(work.Number > 0))
                Wrong("--tokens", parsed.GetValue(tokens)!, misread.Expected ?? "a count of tokens, such as 100B");
            if (parsed.GetValue(sequence) < 1) Wrong("--sequence", $"{parsed.GetValue(sequence)}", "a sequence of at least 1 token");
            if (!(parsed.GetValue(fabric) > 0)) Wrong("--fabric", $"{parsed.GetValue(fabric)}", "a bandwidth above 0");
            if (parsed.GetValue(spares) < 0) Wrong("--spares", $"{parsed.GetValue(spares)}", "a number of instances, 0 or more");
            var perInstance = device is null ? 1 : TrainingQuestion.InstanceOf(device, count);
            if (device is not null && (count % perInstance != 0 || perInstance < Math.Min(4, count)))
                Wrong("--accelerator", parsed.GetValue(accelerator)!, count % perInstance != 0 ? $"whole instances of {perInstance}" : "as many of each rack, four or more");
            if (problems.Count > 0) return Printer.Fail(problems);
            var question = new TrainingQuestion(
                architecture!, [format!.Value], device!, perInstance, count / perInstance, DataRate.FromGBPerSecond(parsed.GetValue(fabric)), parsed.GetValue(sequence));
            var answer = new PerformanceModel(contents.Factors).Train(question);
            if (answer.Value is not { } estimate)
            {
                Console.Error.WriteLine(answer.Refusal);
                return ExitCode.No;
            }

            var rate = estimate.TokensPerSecond.Value;
            var (machines, spare) = (count / perInstance, parsed.GetValue(spares));
            var working = Goodput.Useful(machines, perInstance, Goodput.CheckpointGB(architecture!.Parameters), 0);
            var together = Goodput.Together(machines, perInstance, machines + spare, Reliability.ReplaceHours);
            var goodput = working * together;
            var seconds = work.Number / (rate * goodput);
            var (low, high) = contents.Intervals.Around(
                new(Performance.Measured.Quantity.TrainingRate, Performance.Measured.Statistic.Mean), architecture.Experts == 0, rate);
            var kilowattHours = estimate.PowerWatts?.Value * seconds / 3.6e6;
            printer.Show(parsed, console =>
            {
                var culture = English.Numbers;
                console.MarkupLineInterpolated($"[bold]{architecture.Name}[/] on {count} x {device!.Name}, {format.ToString()!.ToLowerInvariant()}, {new Tokens(work.Number)}");
                console.WriteLine(string.Create(culture, $"  layout: tensor {estimate.TensorParallel} x pipeline {estimate.PipelineParallel} x data {estimate.DataParallel}{(estimate.ContextParallel > 1 ? $" x context {estimate.ContextParallel}" : "")}; {estimate.Memory.GiB:0.0} of {device.Memory.GiB:0} GiB each"));
                console.WriteLine(string.Create(culture, $"  {rate:#,##0} tokens/s ({low:#,##0} to {high:#,##0}), {rate / count:#,##0} per accelerator; {estimate.Mfu.Value:P1} of peak; goodput {goodput:P1}"));
                var (unit, name) = seconds < 86400 ? (3600, "hours") : (86400, "days");
                console.WriteLine(string.Create(culture, $"  {seconds / unit:0.00} {name} ({seconds * rate / high / unit:0.00} to {seconds * rate / low / unit:0.00}), failures included{(kilowattHours is { } energy ? string.Create(culture, $"; {energy:#,##0} kWh at the accelerators") : "")}"));
                console.WriteLine(string.Create(culture, $"  {working:P1} of the time with all machines there is useful; they are there for {together:P1} of it, {(spare == 0 ? "without a spare" : spare == 1 ? "with 1 spare" : $"with {spare} spares")}, others in {Reliability.ReplaceHours * 60:0} min"));
            }, () => PlanWriter.Json(json =>
            {
                json.WriteString("schema", "switchyard.performance.train/1");
                json.WriteString("model", architecture.Name);
                json.WriteString("accelerator", device!.Name);
                json.WriteNumber("accelerators", count);
                json.WriteNumber("tensor_parallel", estimate.TensorParallel);
                json.WriteNumber("pipeline_parallel", estimate.PipelineParallel);
                json.WriteNumber("data_parallel", estimate.DataParallel);
                json.WriteNumber("context_parallel", estimate.ContextParallel);
                json.WriteNumber("tokens_per_second", Math.Round(rate, 2));
                json.WriteNumber("tokens_per_second_low", Math.Round(low, 2));
                json.WriteNumber("tokens_per_second_high", Math.Round(high, 2));
                json.WriteNumber("mfu", Math.Round(estimate.Mfu.Value, 5));
                json.WriteNumber("goodput", Math.Round(goodput, 5));
                json.WriteNumber("seconds", Math.Round(seconds));
                if (kilowattHours is { } energy) json.WriteNumber("kilowatt_hours", Math.Round(energy, 1));
            }));
            return ExitCode.Done;
        }));
        return command;
    }
}
