using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.PlanFile;
using Switchyard.Performance;
using Switchyard.Plan;

namespace Switchyard.Cli;

/// <summary><c>switchyard plan</c>: what to buy, where, from when, and why.</summary>
internal static class PlanCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("plan", "Find the cheapest way to do all the work of a scenario within its limits");
        var scenarios = new ScenarioArgument(command);
        Option<string?> save = new("--out") { Description = "Save the plan as JSON in this file", HelpName = "plan.json" };
        Option<double> gap = new("--gap")
        {
            Description = "Stop when the plan is proven to cost at most this much more than the cheapest",
            HelpName = "0.2%",
            DefaultValueFactory = _ => new PlannerSettings().Gap,
            CustomParser = result => ParseGap(result.Tokens[0].Value, result.AddError),
        };
        Option<int> nodes = new("--nodes")
        {
            Description = "Most nodes of the search, for each program solved",
            HelpName = "N",
            DefaultValueFactory = _ => new PlannerSettings().MaximumNodes,
            CustomParser = WholeNumber.Parser("--nodes", "nodes", 1),
        };
        Option<bool> timing = new("--timing") { Description = "Say on stderr how long each step took" };
        foreach (var option in new Option[] { save, gap, nodes, timing }) command.Options.Add(option);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var watch = Stopwatch.StartNew();
            var path = parsed.GetValue(save);
            if (path is not null && Directory.Exists(path)) return Printer.Fail([new Problem(path, 0, "", "is a folder; name the file to save the plan in")]);
            var catalog = catalogs.Read(parsed, withPairs: true);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            var read = watch.Elapsed;
            var scenario = scenarios.Read(parsed, contents);
            if (scenario.Value is not { } wanted) return Printer.Fail(scenario.Problems);
            var understood = watch.Elapsed;
            var cycle = new Cycle(contents.Prices, new PerformanceModel(contents.Factors));
            var result = cycle.Plan(wanted, new(parsed.GetValue(gap), parsed.GetValue(nodes)));
            var planned = watch.Elapsed;
            if (result.Plan is { } plan)
            {
                var json = new Lazy<string>(() => PlanWriter.Write(plan));
                if (path is not null) Printer.WriteFile(path, json.Value);
                printer.Show(parsed, console => PlanTables.Write(console, plan, wanted), () => json.Value);
            }
            else
            {
                printer.Show(parsed, console => ConflictTables.Write(console, result.Conflict!), () => PlanWriter.Write(result.Conflict!));
                if (path is not null) Console.Error.WriteLine($"there is no plan: {path} was not written");
            }

            if (parsed.GetValue(timing))
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"catalog {read.TotalMilliseconds:0} ms, scenario {(understood - read).TotalMilliseconds:0} ms, plan {(planned - understood).TotalMilliseconds:0} ms, output {(watch.Elapsed - planned).TotalMilliseconds:0} ms"));
            }

            return result.Plan is null ? ExitCode.No : ExitCode.Done;
        });
        return command;
    }

    private static double ParseGap(string text, Action<string> error)
    {
        var percent = text.EndsWith('%');
        if (double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && (percent ? value / 100 : value) is >= 0 and < 1)
            return percent ? value / 100 : value;
        error($"--gap: '{text}' is not a share; maybe '0.5%'");
        return 0;
    }
}
