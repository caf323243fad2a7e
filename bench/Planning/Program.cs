using System.Diagnostics;
using Switchyard.Bench;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.Solver;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;

// A process of the solver, which this program starts as the product does.
if (args is [SolverProcesses.Verb]) return SolverProcesses.Serve();

var seed = Number("--seed", 1);
var workloads = Number("--workloads", 20);
var months = Number("--months", 24);
var folder = new DirectoryInfo(AppContext.BaseDirectory);
while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "data", "market"))) folder = folder.Parent;
var catalog = CatalogReader.Read(Path.Combine(folder!.FullName, "data"), new PricePolicy(), null, false).Value!;
var performance = new RememberedPerformance(new PerformanceModel(catalog.Factors));
// Every so many-th of the offers and commitments alone.
var every = Number("--every", 1);
var all = catalog.Prices;
var prices = every == 1 ? all : new PriceBook(
    all.AsOf, all.Policy, all.Accelerators, all.Offers.Where((_, i) => i % every == 0), all.Commitments.Where((_, i) => i % every == 0), all.Regions, all.Storage, all.Network);
PlanningProblem Build(Scenario asked) => new ProblemBuilder(asked, prices, performance).Build().Problem;
var scenario = ScenarioGenerator.Make(seed, workloads, months, catalog.Models) with { LoadSegments = Number("--segments", LoadSegments.Default) };
if (!args.Contains("--free"))
{
    // Not part of what is timed: a person writes the limits down.
    scenario = GeneratedLimits.Add(scenario, Build, [.. Enumerable.Range(0, args.Length - 1).Where(i => args[i] == "--without").Select(i => args[i + 1])]);
    var (limits, quota) = (scenario.Limits, scenario.Commercial.Quotas.FirstOrDefault());
    Console.WriteLine($"limits: cash {limits.CashPerMonth}/month, provider {limits.ProviderShare:0%}, regions {string.Join(' ', limits.Regions)}, spot {limits.SpotShare:0%}, carbon {limits.CarbonPerMonth}/month, quota {quota?.Id} {quota?.Count}");
    performance = new(new PerformanceModel(catalog.Factors));
}

using var solvers = SolverProcesses.OfThisProgram();
var watch = Stopwatch.StartNew();
var cpu = Process.GetCurrentProcess().TotalProcessorTime;
var problem = Build(scenario);
Say("options", $"{prices.Offers.Length} offers, {prices.Commitments.Length} commitments, {scenario.LoadSegments} segments: {problem.Needs.Sum(n => n switch { ServiceNeed s => s.Options.Length, RunNeed r => r.Options.Length, PileNeed p => p.Options.Length, _ => 0 })}");
LargeRun.Run(scenario, problem, solvers.Ask, !args.Contains("--no-baselines"), Say);
Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB, and {solvers.Used.Memory / 1e6:0} MB of the solver's processes");
return 0;

void Say(string what, string text)
{
    var now = Process.GetCurrentProcess().TotalProcessorTime + solvers.Used.Processor;
    Console.WriteLine($"{watch.Elapsed.TotalSeconds,7:0.00} s  {(now - cpu).TotalSeconds,7:0.00} CPU s  {what}: {text}");
}

int Number(string option, int otherwise) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length
    ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
