using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Prove;
using Switchyard.Tests.Catalog;
using Switchyard.Tests.Performance;
using Switchyard.Tests.Plan;
using Switchyard.Tests.Tidy;
using Switchyard.Units;

namespace Switchyard.Tests.Prove;

/// <summary>Measures what proving costs and how far it is off, and writes the table into docs/validation.md. Run by bench/prove.sh, never by ./test.</summary>
public sealed class BenchmarkTable
{
    private const string Begin = "<!-- prove: written by bench/prove.sh -->", End = "<!-- prove: end -->";
    private readonly List<string> rows = [];

    [Fact(Explicit = true)]
    public void Write()
    {
        Anchors();
        Speed("a day of 100 requests/s over 50 replicas, every request", Day);
        Speed("`logistics`, 24 months in windows, one run", Logistics);
        Speed("16,384 accelerators for 54 days, one run", Large);
        Trace();
        rows.AddRange(AccuracyRows.All());
        var path = Path.Combine(Checkout.Root, "docs", "validation.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        var table = $"{Begin}\n| case | reference | to reach | ours |\n|---|---|---|---|\n{string.Join("\n", rows)}\n{End}";
        File.WriteAllText(path, from < 0 ? $"{text.TrimEnd()}\n\n## Proving\n\n{table}\n" : text[..from] + table + text[(to + End.Length)..]);
    }

    private void Row(string name, string reference, string reach, FormattableString ours) => rows.Add($"| {name} | {reference} | {reach} | {ours.ToString(CultureInfo.InvariantCulture)} |");

    private void Anchors()
    {
        var faults = new FaultModel();
        Row("time between machine failures, 16,384 / 131,072 accelerators", "1.8 h / 0.23 h (Meta RSC)", "5%",
            $"{Reliability.MeanHoursBetweenFailures(16_384, faults.NodeFailuresPerDay):0.000} h / {Reliability.MeanHoursBetweenFailures(131_072, faults.NodeFailuresPerDay):0.000} h");
        Row("8-GPU jobs, both processes", "47.7 days", "10%", $"{1 / (faults.NodeFailureRate(8) + faults.JobFailureRate(8)) / 86400:0.0} days");
        var (write, between) = (60.0, 6_480.0);
        var interval = Reliability.CheckpointInterval(write, between);
        var best = Enumerable.Range(1, 200_000).Select(i => i * between / 50_000).MaxBy(t => Reliability.UsefulShare(t, write, 600, between));
        Row("checkpoint interval, 60 s to write, 1.8 h between failures", Invariant($"{best:0} s (best of the exact share)"), "1%", $"{interval:0} s");
    }

    private void Speed(string name, Func<(long Requests, long Events)> play)
    {
        play();
        var (before, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var (requests, events) = play();
        var cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        var memory = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        Row(name, "–", "60 s, 1 GB", $"{cpu:0.0} CPU-s, {watch.Elapsed.TotalSeconds:0.0} s, peak {memory:0} MB; {requests:#,##0} requests, {events:#,##0} events");
    }

    private static (long, long) Day()
    {
        var replica = new Replica(Fixtures.Llama8, Precision.Bf16, Fixtures.A100, 1, Staged.Factors);
        var service = HandMade.Service("chat", 100) with { Model = Fixtures.Llama8, Precisions = [Precision.Bf16], Load = new(100, 0, WeekShape.Flat), Input = new(600, 1900), Output = new(150, 500) };
        var pool = new Pool
        {
            Index = 0, Workload = "chat", Source = "a100", Provider = "aws", Region = "us-east", Kind = PurchaseKind.OnDemand, PricePerHour = 2, Accelerators = 1, Rate = 2.5, Most = [50, 50, 50], StartSeconds = 200,
        };
        var stage = new Stage
        {
            Scenario = "day",
            Mandate = new() { Horizon = HandMade.Quarter, Pools = [pool], Services = [new() { Workload = "chat", Load = service.Load, UserShares = [1], Headroom = 0.2, MinReplicas = 1, Pools = [0] }] },
            Makes = [new() { Accelerator = Fixtures.A100, Replica = replica, Scheduler = SchedulerLimits.Of(replica, new() { Precision = Precision.Bf16 }, 1200, Staged.Factors), RoundTrips = [0] }],
            Services = [service], Jobs = [], Fixed = [], PlannedTotal = Money.Zero, PlannedPerMonth = [], Limits = new(),
        };
        var changes = Enumerable.Range(0, 50).Select(i => new ReplicaChange(0, ReplicaChangeKind.Serves, i, 0, 1)).ToList();
        var tally = new ServicePlay(stage, 0, changes, ProofCase.Expected).Play([new Window(0, 86400, 0, 0, 1)], new() { WarmSeconds = 0 }, 1);
        (tally.Answered + tally.Rejected + tally.Unserved).ShouldBe(tally.Offered);
        return (tally.Offered, 0);
    }

    private static Stage OfScenario(string name)
    {
        var catalog = Shipped.Catalog.Value;
        var scenario = ScenarioReader.ReadFile(Path.Combine(Checkout.Root, "scenarios", name, "scenario.yaml"), catalog.Prices, catalog.Models).Value!;
        var plan = Planner.Plan(scenario, catalog.Prices, new PerformanceModel(catalog.Factors), new(Explain: false)).Plan!;
        return Staging.Set(plan, scenario, catalog.Prices, catalog.Factors, catalog.Intervals).Stage!;
    }

    private static readonly Lazy<Stage> LogisticsStage = new(() => OfScenario("logistics"));

    private static (long, long) Logistics()
    {
        var result = new ProofRun(LogisticsStage.Value, ProofCase.Expected, 1, new(), Shipped.Catalog.Value.Factors).Play();
        return (result.Played, result.Events);
    }

    private static (long, long) Large()
    {
        var pool = new Pool
        {
            Index = 0, Workload = "pretrain", Source = "h100", Provider = "coreweave", Region = "us-east", Kind = PurchaseKind.Commitment, PricePerHour = 0, Accelerators = 8, Gang = 2048, Most = [2048, 2048, 2048], StartSeconds = 180,
        };
        var stage = new Stage
        {
            Scenario = "large",
            Mandate = new() { Horizon = HandMade.Quarter, Pools = [pool] },
            Makes = [new() { Accelerator = Fixtures.H100, RunSeconds = 40 * 86400, CheckpointSeconds = 20 }],
            Services = [], Jobs = [new("pretrain-1", "pretrain", true, 0, 54 * 86400, 0)], Fixed = [], PlannedTotal = Money.Zero, PlannedPerMonth = [], Limits = new(),
        };
        var result = new ProofRun(stage, ProofCase.Expected, 1, new(), Staged.Factors).Play();
        result.Jobs[0].Failures.ShouldBeGreaterThan(300);
        return (0, result.Events);
    }

    private void Trace()
    {
        var path = Path.Combine(Checkout.Root, "..", "shared", "data", "demand", "azure_llm_2023_conv_first_half.csv");
        if (!File.Exists(path)) return;
        var lines = File.ReadAllLines(path).Skip(1).Select(l => l.Split(',')).ToList();
        var first = DateTime.Parse(lines[0][0], CultureInfo.InvariantCulture);
        var requests = lines.Select(l => new RequestShape((DateTime.Parse(l[0], CultureInfo.InvariantCulture) - first).TotalSeconds, int.Parse(l[1], CultureInfo.InvariantCulture), int.Parse(l[2], CultureInfo.InvariantCulture))).ToArray();
        var replica = new Replica(Fixtures.Llama8, Precision.Bf16, Fixtures.A100, 1, Staged.Factors);
        var simulator = new ReplicaSimulator(replica, SchedulerLimits.Of(replica, new() { Precision = Precision.Bf16 }, 1400, Staged.Factors));
        simulator.Answer(requests);
        var before = Environment.CpuUsage.TotalTime;
        const int times = 20;
        for (var i = 0; i < times; i++) simulator.Answer(requests);
        var cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Row($"Azure conversation trace, {requests.Length} requests as they came, 8B on one A100", "Vidur: 240–480 requests per CPU-s", "≥ 100,000", $"{times * requests.Length / cpu:#,##0} requests per CPU-s");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
