using System.Diagnostics;
using Switchyard.Bench;
using Switchyard.Connect.Catalog;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;

var seed = Number("--seed", 1);
var workloads = Number("--workloads", 20);
var months = Number("--months", 24);
var folder = new DirectoryInfo(AppContext.BaseDirectory);
while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "data", "market"))) folder = folder.Parent;
var catalog = CatalogReader.Read(Path.Combine(folder!.FullName, "data"), new PricePolicy(), null, false).Value!;
var scenario = ScenarioGenerator.Make(seed, workloads, months, catalog.Models);
var watch = Stopwatch.StartNew();
var cpu = Process.GetCurrentProcess().TotalProcessorTime;
var built = new ProblemBuilder(scenario, catalog.Prices, new RememberedPerformance(new PerformanceModel(catalog.Factors))).Build();
Say("options", $"{built.Problem.Needs.Sum(n => n switch { ServiceNeed s => s.Options.Length, RunNeed r => r.Options.Length, PileNeed p => p.Options.Length, _ => 0 })}");
LargeRun.Run(scenario, built.Problem, Say);
Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB");

void Say(string what, string text)
{
    var now = Process.GetCurrentProcess().TotalProcessorTime;
    Console.WriteLine($"{watch.Elapsed.TotalSeconds,7:0.00} s  {(now - cpu).TotalSeconds,7:0.00} CPU s  {what}: {text}");
}

int Number(string option, int otherwise) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length
    ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
