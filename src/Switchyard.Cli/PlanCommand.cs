using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Connect.Solver;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Cli;

/// <summary><c>switchyard plan</c>: what to buy, where, from when, and why.</summary>
internal sealed class PlanCommand
{
    private readonly Command command = new("plan", "Find the cheapest way to do all the work of a scenario within its limits");
    private readonly ScenarioArgument scenarios;
    private readonly Option<string?> save = new("--out") { Description = "Save the plan as JSON in this file", HelpName = "plan.json" };
    private readonly Option<double> gap = new("--gap")
    {
        Description = "Stop when the plan is proven to cost at most this much more than the cheapest",
        HelpName = "0.2%",
        DefaultValueFactory = _ => new PlannerSettings().Gap,
        CustomParser = result => ParseGap(result.Tokens[0].Value, result.AddError),
    };

    private readonly Option<int> nodes = new("--nodes")
    {
        Description = "Most nodes of the search, for each program solved",
        HelpName = "N",
        DefaultValueFactory = _ => new PlannerSettings().MaximumNodes,
        CustomParser = WholeNumber.Parser("--nodes", "nodes", 1),
    };

    private readonly Option<bool> bare = new("--no-explain") { Description = "Leave out baselines, runners-up and what limits cost; a sweep has none of them" };
    private readonly Option<bool> why = new("--why")
    {
        Description = "Solve again with something changed: what limits cost, what would flip the choice, other loads (takes longer)",
    };

    private readonly Option<string?> baseline = new("--baseline")
    {
        Description = $"Plan in this simpler way instead of the best one: {string.Join(", ", BaselineName.All)}",
        HelpName = "NAME",
    };

    private readonly Option<bool> timing = new("--timing") { Description = "Say on stderr how long each step took" };
    private readonly SettingOption sets;
    private readonly CapacityOption kept;
    private readonly CatalogOptions catalogs;
    private readonly Printer printer;

    private PlanCommand()
    {
        scenarios = new(command);
        sets = new(command);
        foreach (var option in new Option[] { save, gap, nodes, bare, why, baseline, timing }) command.Options.Add(option);
        kept = new(command);
        catalogs = new(command);
        printer = new(command);
        command.Subcommands.Add(PlanDiffCommand.Create());
        command.SetAction(Run);
    }

    /// <summary>The verb.</summary>
    public static Command Create() => new PlanCommand().command;

    private int Run(ParseResult parsed)
    {
        var watch = Stopwatch.StartNew();
        var path = parsed.GetValue(save);
        if (path is not null && Directory.Exists(path)) return Printer.Fail([new Problem(path, 0, "", "is a folder; name the file to save the plan in")]);
        var settings = sets.Read(parsed);
        List<Problem> problems = [.. settings.Problems, .. Contradictions(parsed, settings.Value ?? [])];
        if (problems.Count > 0 || settings.Value is not { } ranges) return Printer.Fail(problems);
        var catalog = catalogs.Read(parsed, withPairs: true);
        if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
        var read = watch.Elapsed;
        var opened = scenarios.Open(parsed);
        if (opened.Value is not { } source) return Printer.Fail(opened.Problems);
        using var solvers = SolverProcesses.OfThisProgram();
        var planner = new PlannerSettings(parsed.GetValue(gap), parsed.GetValue(nodes), Explain: !parsed.GetValue(bare), Why: parsed.GetValue(why))
        {
            SideBySide = SideBySide.Run,
            Elsewhere = solvers.Ask,
        };
        if (ranges.Exists(r => r.IsSweep))
        {
            var known = kept.Load(parsed);
            var code = SweepRun.Run(parsed, printer, source, contents, ranges, planner, known, path);
            kept.Save(known);
            if (parsed.GetValue(timing)) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"catalog {read.TotalMilliseconds:0} ms, sweep {(watch.Elapsed - read).TotalMilliseconds:0} ms"));
            return code;
        }

        var variant = ReadVariant.All(source, contents, ranges);
        if (variant.Value is not [{ Scenario: var wanted }]) return Printer.Fail(variant.Problems);
        var understood = watch.Elapsed;
        var capacities = kept.Load(parsed);
        var cycle = new Cycle(contents.Prices, new PerformanceModel(Known.Factors(contents, wanted), capacities));
        if ((parsed.GetValue(baseline) is { } name ? Simpler(cycle, wanted, planner, name) : cycle.Plan(wanted, planner)) is not { } result) return ExitCode.No;
        var planned = watch.Elapsed;
        kept.Save(capacities);
        Show(parsed, wanted, result, path);
        if (parsed.GetValue(timing))
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{capacities?.Added.Count ?? 0} capacities simulated; catalog {read.TotalMilliseconds:0} ms, scenario {(understood - read).TotalMilliseconds:0} ms, plan {(planned - understood).TotalMilliseconds:0} ms, output {(watch.Elapsed - planned).TotalMilliseconds:0} ms"));
        }

        return result.Plan is null ? ExitCode.No : ExitCode.Done;
    }

    // Options that do not go together, and a baseline that there is not.
    private IEnumerable<Problem> Contradictions(ParseResult parsed, List<SettingRange> ranges)
    {
        var (sweeps, named) = (ranges.Exists(r => r.IsSweep), parsed.GetValue(baseline));
        if (named is not null && !BaselineName.All.Contains(named))
        {
            yield return new("--baseline", 0, "", $"'{Problem.Shown(named)}' is not a baseline; there are {string.Join(", ", BaselineName.All)}")
            {
                Value = named, Correction = Nearest.To(named, BaselineName.All),
            };
        }

        if (parsed.GetValue(why) && parsed.GetValue(bare)) yield return new("--why", 0, "", "stands beside --no-explain; give one of them");
        if (parsed.GetValue(why) && sweeps) yield return new("--why", 0, "", "explains one plan, not a sweep; give --set one value");
        if (parsed.GetValue(why) && named is not null) yield return new("--why", 0, "", "explains the best plan, not a baseline");
        if (named is not null && sweeps) yield return new("--baseline", 0, "", "plans one variant, not a sweep; give --set one value");
    }

    // A baseline's plan; null, with the reason on stderr, where it cannot be done.
    private static PlanningResult? Simpler(Cycle cycle, Scenario wanted, PlannerSettings planner, string name)
    {
        var (way, plan) = cycle.PlanBaseline(wanted, planner, name);
        if (plan is not null) return new(plan, null);
        Console.Error.WriteLine($"there is no plan as in '{way.Name}': {string.Join("; ", way.Breaks.Prepend(way.Detail))}");
        return null;
    }

    private void Show(ParseResult parsed, Scenario wanted, PlanningResult result, string? path)
    {
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
