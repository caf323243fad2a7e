using System.CommandLine;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.EvidenceFile;
using Switchyard.Connect.PlanFile;
using Switchyard.Connect.Solver;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Search;
using Switchyard.Plan;
using Switchyard.Prove;

namespace Switchyard.Cli;

/// <summary><c>switchyard prove</c>: whether a plan keeps what it promises.</summary>
internal static class ProveCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> file = new("plan") { Description = "A plan saved by 'switchyard plan --out', or - for stdin" };
        Option<string?> scenarios = new("--file", "-f") { Description = "The scenario that it was made for; by default the bundled one of its name", HelpName = "scenario.yaml" };
        Option<int> seeds = new("--seeds")
        {
            Description = "Runs, each with its own draws of demand, faults and errors of prediction; where none is named and a dozen cannot tell, 30 are played", HelpName = "N",
            DefaultValueFactory = _ => new ProofSettings().Seeds, CustomParser = WholeNumber.Parser("--seeds", "runs", 1, MostSeeds),
        };
        Option<int> seed = new("--seed")
        {
            Description = "The first seed", HelpName = "N", DefaultValueFactory = _ => (int)new ProofSettings().FirstSeed, CustomParser = WholeNumber.Parser("--seed", "a seed", 0),
        };
        Option<bool> stress = new("--stress") { Description = "Play it under stress too: failures, outages, more demand, no spot, a provider lost" };
        Option<bool> whole = new("--whole") { Description = "Play every request instead of representative windows" };
        Option<string[]> spot = new("--spot-trace")
        {
            Description = "Play this record of spot capacity instead of drawing it; can be given several times, a zone each", HelpName = "FILE",
        };
        var one = DemandCommand.OneMeans();
        Option<string?> save = new("--out") { Description = "Save the evidence as JSON in this file", HelpName = "evidence.json" };
        Option<string?> mend = new("--mend") { Description = "Where the plan does not hold, save one that does in this file", HelpName = "plan.json" };
        Option<bool> verdict = new("--no-mend") { Description = "Say only whether the plan holds, not what would mend it" };
        Option<bool> timing = new("--timing") { Description = "Say on stderr how long each step took" };
        Command command = new("prove", "Play a saved plan through demand, failures and outages, and say whether it holds (exit code 0) or not (2)") { file };
        foreach (var option in new Option[] { scenarios, seeds, seed, stress, whole, spot, one, save, mend, verdict, timing }) command.Options.Add(option);
        var kept = new CapacityOption(command);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var reading = SavedPlan.Read(path);
            var catalog = catalogs.Read(parsed);
            var problems = new List<Problem>();
            var record = SpotRecord(parsed.GetValue(spot) ?? [], DemandCommand.MeansAvailable(parsed.GetValue(one)), problems);
            if (catalog.Value is not { } contents || problems.Count > 0) return Printer.Fail([.. reading.Problems, .. catalog.Problems, .. problems]);
            if (reading.Value is not { } plan) return Printer.Fail(reading.Problems);
            var scenario = ScenarioArgument.Read(parsed.GetValue(scenarios) ?? plan.Scenario, contents);
            if (scenario.Value is not { } wanted)
                return Printer.Fail([.. scenario.Problems.Select(p => parsed.GetValue(scenarios) is null ? p with { Message = $"{p.Message}; name the scenario of the plan with -f" } : p)]);
            var settings = new ProofSettings(parsed.GetValue(seeds), (ulong)parsed.GetValue(seed), parsed.GetValue(stress), new() { Whole = parsed.GetValue(whole) }, record?.Availability)
            {
                Further = parsed.GetResult(seeds) is { Implicit: false } ? 0 : ProofSettings.Enough,
            };
            var capacities = kept.Load(parsed);
            var proof = Proof.Of(plan, wanted, contents, settings, path, timing: parsed.GetValue(timing), mend: !parsed.GetValue(verdict), capacities);
            kept.Save(capacities);
            if (proof.Value is not { } evidence) return Printer.Fail(proof.Problems);
            if (record is not null) evidence = evidence with { Notes = [.. evidence.Notes, .. record.Notes.Select(note => $"{record.Name}: {note}")] };
            var json = new Lazy<string>(() => EvidenceWriter.Write(evidence));
            if (parsed.GetValue(save) is { } target) Printer.WriteFile(target, json.Value);
            if (parsed.GetValue(mend) is { } mended)
            {
                if (evidence.Mend?.Plan is { } better) Printer.WriteFile(mended, PlanWriter.Write(better));
                else Console.Error.WriteLine(evidence.Holds ? $"the plan holds: {mended} was not written" : $"nothing was found that mends the plan: {mended} was not written");
            }

            printer.Show(parsed, console => EvidenceTables.Write(console, evidence), () => json.Value);
            return evidence.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    // More than this takes hours and narrows no interval that anybody looks at.
    private const int MostSeeds = 10_000;

    private static TraceFile? SpotRecord(string[] files, bool? oneMeansAvailable, List<Problem> problems)
    {
        if (files.Length == 0) return null;
        var traces = DemandCommand.Read(files, new() { OneMeansAvailable = oneMeansAvailable }, problems);
        problems.AddRange(traces.Where(t => t.Availability is null).Select(t => new Problem(t.Name, 0, "", $"holds {t.Kind}, not the availability of spot capacity")));
        return problems.Count > 0 ? null : traces[0];
    }
}

/// <summary>Plays a plan's runs, side by side where there are cores.</summary>
internal static class Proof
{
    /// <summary>The evidence for a plan, or why it cannot be played.</summary>
    public static Reading<Evidence> Of(
        PurchasePlan plan, Scenario scenario, CatalogContents contents, ProofSettings settings, string file, bool timing, bool mend, SimulatedCapacities? capacities = null)
    {
        var watch = Stopwatch.StartNew();
        var factors = Known.Factors(contents, scenario);
        var staging = new Cycle(contents.Prices, new PerformanceModel(factors, capacities)).Stage(plan, scenario, factors, contents.Intervals, capacities);
        if (staging.Stage is not { } stage) return staging.Mismatches.Select(m => new Problem(file, 0, m.Place, m.Message)).ToList();
        var staged = watch.Elapsed;
        var (runs, results, evidence) = Played(stage, factors, settings);
        if (settings.Again(evidence.Expected) is { } again)
        {
            Console.Error.WriteLine($"{settings.Seeds} runs cannot tell whether the plan holds; playing {again.Seeds}");
            settings = again;
            (runs, results, evidence) = Played(stage, factors, settings);
        }

        var played = watch.Elapsed;
        if (mend && !evidence.Holds)
        {
            Console.Error.WriteLine("the plan does not hold; looking for what would mend it");
            using var solvers = SolverProcesses.OfThisProgram();
            var mender = new Mender(plan, scenario, contents.Prices, factors, contents.Intervals, settings, capacities) { Elsewhere = solvers.Ask };
            using var tried = new Progress("runs of mended plans played");
            evidence = evidence with { Mend = mender.Mend(evidence, some => Play(some, tried)) };
        }

        if (timing)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"staging {staged.TotalMilliseconds:0} ms, {runs.Length} runs {(played - staged).TotalMilliseconds:0} ms for {results.Sum(r => r.Played):#,##0} requests and {results.Sum(r => r.Events):#,##0} events, rest {(watch.Elapsed - played).TotalMilliseconds:0} ms"));
        }

        return evidence;
    }

    private static (ImmutableArray<ProofRun> Runs, RunResult[] Results, Evidence Evidence) Played(Stage stage, EfficiencyFactors factors, ProofSettings settings)
    {
        var runs = Prover.Runs(stage, factors, settings);
        using var progress = new Progress("runs played");
        var results = Play(runs, progress);
        return (runs, results, Prover.Evidence(stage, runs, results));
    }

    private static RunResult[] Play(ImmutableArray<ProofRun> runs, Progress progress)
    {
        var results = new RunResult[runs.Length];
        progress.Expect(runs.Length);
        Parallel.For(0, runs.Length, i =>
        {
            results[i] = runs[i].Play();
            progress.Step();
        });
        return results;
    }
}
