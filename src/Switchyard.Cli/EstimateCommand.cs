using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.Measurements;
using Switchyard.Connect.Traces;
using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Units;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance estimate</c>: one replica under a load, simulated.</summary>
internal static class EstimateCommand
{
    private const ulong Seed = 1;

    private sealed record Asked(ModelArchitecture Model, Accelerator Accelerator, Deployment Deployment, RequestLengths Input, RequestLengths Output, double? Rate, int? Clients, int Prefix);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "A model of the catalog", Required = true, HelpName = "NAME" };
        Option<string> accelerator = new("--accelerator") { Description = "Accelerators of one replica", Required = true, HelpName = "H100:2" };
        Option<string> precision = new("--precision") { Description = "bf16, fp8, int8, fp4 or int4", DefaultValueFactory = _ => "bf16" };
        Option<string?> rate = new("--rate") { Description = "Requests a second, arriving at random", HelpName = "6/s" };
        Option<int?> clients = new("--concurrency") { Description = "Clients that each wait for their answer, instead of a rate", HelpName = "N" };
        Option<int> input = new("--input") { Description = "Prompt, tokens", DefaultValueFactory = _ => 1024 };
        Option<int> output = new("--output") { Description = "Answer, tokens", DefaultValueFactory = _ => 256 };
        Option<int> prefix = new("--cached-prefix") { Description = "Tokens at the start of each prompt that are in the cache already" };
        Option<string> engine = new("--engine") { Description = "vllm, sglang or trtllm", DefaultValueFactory = _ => "vllm" };
        Option<int> ranks = new("--data-parallel") { Description = "Ranks of data-parallel attention; the rest is tensor-parallel", DefaultValueFactory = _ => 1 };
        Option<string?> trace = new("--trace") { Description = "CSV with ContextTokens and GeneratedTokens: its lengths, over and over, instead of --input and --output", HelpName = "FILE" };
        Option<int> requests = new("--requests") { Description = "Requests to simulate", DefaultValueFactory = _ => 5000 };
        Option<bool> timing = new("--timing") { Description = "Say on stderr how long the simulation took" };
        Option<string?> slo = new("--slo") { Description = "Objectives to compare with", HelpName = "ttft:p95:500ms,tpot:p95:50ms" };
        Command command = new("estimate", "Latency, throughput, memory and power of one replica under a load");
        foreach (var option in new Option[] { model, accelerator, precision, rate, clients, input, output, prefix, engine, ranks, slo, trace, requests, timing }) command.Options.Add(option);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command, "--format");
        command.SetAction(parsed =>
        {
            var catalog = catalogs.Read(parsed);
            if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
            List<Problem> problems = [];
            void Wrong(string option, string value, string expected, string? correction = null) =>
                problems.Add(Problem.NotA("performance estimate", 0, option, value, new(expected, correction)));
            var architecture = Known.Model(contents, parsed.GetValue(model)!, Wrong);
            var (device, count) = Known.Accelerators(contents, parsed.GetValue(accelerator)!, Wrong);
            var format = Known.Format(parsed.GetValue(precision)!, Wrong);
            double? perSecond = null;
            if (parsed.GetValue(rate) is { } text)
            {
                var number = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
                if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value)) perSecond = value;
                else Wrong("--rate", text, "a rate above 0, such as 6/s");
            }

            if (parsed.GetValue(clients) is < 1) Wrong("--concurrency", $"{parsed.GetValue(clients)}", "a number of clients of at least 1");
            if (parsed.GetValue(rate) is null == parsed.GetValue(clients) is null) problems.Add(new("performance estimate", 0, "--rate", "give either --rate or --concurrency"));
            if (parsed.GetValue(input) < 1) Wrong("--input", $"{parsed.GetValue(input)}", "a prompt of at least 1 token");
            if (parsed.GetValue(output) < 1) Wrong("--output", $"{parsed.GetValue(output)}", "an answer of at least 1 token");
            var split = parsed.GetValue(ranks);
            if (split < 1 || count % split != 0) Wrong("--data-parallel", $"{split}", $"a divisor of {count} accelerators");
            var objectives = Known.Objectives(parsed.GetValue(slo), Wrong);
            if (parsed.GetValue(requests) is < 1 or > 10_000_000) Wrong("--requests", $"{parsed.GetValue(requests)}", "a number of requests from 1 to 10,000,000");
            IReadOnlyList<(int Input, int Output)>? lengths = null;
            if (parsed.GetValue(trace) is { } file)
            {
                if (parsed.GetValue(clients) is not null) problems.Add(new("performance estimate", 0, "--trace", "goes with --rate, not with --concurrency"));
                var reading = TraceReader.Open(file);
                problems.AddRange(reading.Problems);
                if (reading.Value is { Requests: { Input.IsEmpty: false, Output.IsEmpty: false } trace })
                    lengths = [.. trace.Input.Zip(trace.Output).Where(pair => pair is { First: > 0, Second: > 0 })];
                else if (reading.Value is { } other) Wrong("--trace", file, $"a trace of requests with their tokens; it holds {other.Kind} ({other.Form})");
                if (lengths is { Count: 0 }) problems.Add(new(file, 0, "", "no request has both a prompt and an answer"));
            }

            if (problems.Count > 0) return Printer.Fail(problems);
            var deployment = new Deployment
            {
                Precision = format!.Value, TensorParallel = count / split, DataParallel = split, ExpertParallel = split,
                Engine = parsed.GetValue(engine) switch { "sglang" => Engine.Sglang, "trtllm" => Engine.TensorRt, _ => Engine.Vllm },
            };
            var asked = new Asked(
                architecture!, device!, deployment, RequestLengths.Constant(parsed.GetValue(input)), RequestLengths.Constant(parsed.GetValue(output)),
                perSecond, parsed.GetValue(clients), parsed.GetValue(prefix));
            if (RunPredictor.Unfit(deployment, asked.Model, asked.Accelerator) is { } reason) return Refuse(reason);
            var replica = new Replica(asked.Model, deployment, asked.Accelerator, contents.Factors);
            var context = lengths is null ? asked.Input.Mean + asked.Output.Mean : lengths.Average(l => l.Input + l.Output);
            if (replica.KvTokens(context) < context)
            {
                return Refuse(string.Create(CultureInfo.InvariantCulture,
                    $"{asked.Model.Name} does not fit: weights {Gib(replica.WeightBytes)} + activations {Gib(replica.ReservedBytes)} of {Gib(replica.UsableBytes)} usable leave {Gib(replica.KvBytes)} for keys and values; one request needs {Gib(replica.KvBytesOf(context))}"));
            }

            var simulator = new ReplicaSimulator(replica, SchedulerLimits.Of(replica, deployment, context, contents.Factors), asked.Accelerator, contents.Factors);
            var many = parsed.GetValue(requests);
            var arrivals = asked.Rate is { } mean
                ? RunPredictor.Arrivals([new(mean, many / mean)], false, asked.Input, asked.Output, asked.Prefix, Seed) : [];
            if (lengths is not null)
                for (var i = 0; i < arrivals.Length; i++)
                    arrivals[i] = arrivals[i] with { Input = lengths[i % lengths.Count].Input, Output = lengths[i % lengths.Count].Output };
            var before = Environment.CpuUsage.TotalTime;
            var result = asked.Clients is { } n
                ? simulator.Serve(n, Math.Max(10 * n, many), asked.Input, asked.Output, asked.Prefix, Seed)
                : simulator.Answer(arrivals);
            if (parsed.GetValue(timing))
            {
                var seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
                using var process = System.Diagnostics.Process.GetCurrentProcess();
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{result.Requests + result.Rejected:#,##0} requests, {result.Steps:#,##0} steps: {seconds:0.000} CPU-s, {(result.Requests + result.Rejected) / seconds:#,##0} requests per CPU-s; at most {process.PeakWorkingSet64 / 1e6:0} MB"));
            }

            printer.Show(parsed, console => Write(console, asked, replica, result, contents, objectives), () => PlanWriter.Json(json => Json(json, asked, replica, result, contents)));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return ExitCode.No;
    }

    private static IEnumerable<(Metric Metric, double Value)> Rows(SimulationResult result)
    {
        foreach (var (quantity, times) in new[] { (Quantity.Ttft, result.Ttft), (Quantity.Tpot, result.Tpot), (Quantity.Itl, result.Itl), (Quantity.EndToEnd, result.EndToEnd) })
            foreach (var statistic in Enum.GetValues<Statistic>())
                yield return (new(quantity, statistic), times.At(statistic));
    }

    private static void Write(
        IAnsiConsole console, Asked asked, Replica replica, SimulationResult result, CatalogContents contents, IReadOnlyList<(Quantity Quantity, LatencyObjective Objective)> objectives)
    {
        var load = asked.Clients is { } clients ? $"{clients} clients" : string.Create(CultureInfo.InvariantCulture, $"{asked.Rate:0.###} requests/s at random");
        console.MarkupLineInterpolated($"[bold]{asked.Model.Name}[/] {asked.Deployment.Precision} on {asked.Deployment.Accelerators} x {asked.Accelerator.Name}, {asked.Deployment.Engine}: {load} of {asked.Input.Mean:0} + {asked.Output.Mean:0} tokens");
        var table = PlanTables.Compact("Seconds, with the range that held 90% of runs of models not fitted to");
        table.AddColumn("");
        foreach (var statistic in Enum.GetNames<Statistic>()) table.AddColumn(new TableColumn(statistic).RightAligned());
        foreach (var quantity in Rows(result).GroupBy(row => row.Metric.Quantity))
        {
            table.AddRow(PlanTables.Row([quantity.Key.ToString(), .. quantity.Select(row =>
            {
                var (low, high) = contents.Intervals.Around(row.Metric, asked.Model.Experts == 0, row.Value);
                return string.Create(CultureInfo.InvariantCulture, $"{row.Value:0.0000} ({low:0.0000} to {high:0.0000})");
            })]));
        }

        console.Write(table);
        var culture = CultureInfo.InvariantCulture;
        console.WriteLine(string.Create(culture, $"  {result.RequestsPerSecond:0.###} requests/s, {result.OutputTokensPerSecond:#,##0} output tokens/s, mean batch {result.Batch:0.0}, {result.Preemptions} preemptions"));
        if (asked.Rate is { } wanted && result.RequestsPerSecond < 0.95 * wanted) console.WriteLine("  overloaded: requests arrive faster than they are answered, and the times grow with the length of the run");
        console.WriteLine(string.Create(culture, $"  memory of one accelerator: weights {Gib(replica.WeightBytes)} + activations {Gib(replica.ReservedBytes)} + keys and values {Gib(replica.KvBytes)} = {Gib(replica.UsableBytes)} usable; {result.PeakKvShare:P0} of keys and values in use at most"));
        if (result.Watts is { } watts) console.WriteLine(string.Create(culture, $"  power {watts / asked.Deployment.Accelerators:0} W per accelerator, {result.Joules / result.OutputTokens:0.00} J per output token"));
        foreach (var (quantity, objective) in objectives)
        {
            var times = quantity switch { Quantity.Ttft => result.Ttft, Quantity.Tpot => result.Tpot, Quantity.Itl => result.Itl, _ => result.EndToEnd };
            var statistic = objective.Percentile switch { <= 50 => Statistic.Median, <= 90 => Statistic.P90, <= 95 => Statistic.P95, _ => Statistic.P99 };
            var value = times.At(statistic);
            console.WriteLine(string.Create(culture, $"  {quantity} {statistic}: {value * 1000:0.0} ms against {objective.Limit.TotalMilliseconds:0.#} ms: {(value <= objective.Limit.TotalSeconds ? "kept" : "broken")}"));
        }
    }

    private static void Json(System.Text.Json.Utf8JsonWriter json, Asked asked, Replica replica, SimulationResult result, CatalogContents contents)
    {
        json.WriteString("schema", "switchyard.performance.estimate/1");
        json.WriteString("model", asked.Model.Name);
        json.WriteString("accelerator", asked.Accelerator.Name);
        json.WriteNumber("accelerators", asked.Deployment.Accelerators);
        json.WriteString("precision", asked.Deployment.Precision.ToString().ToLowerInvariant());
        json.WriteString("engine", asked.Deployment.Engine.ToString().ToLowerInvariant());
        json.WriteStartArray("metrics");
        foreach (var (metric, value) in Rows(result))
        {
            var (low, high) = contents.Intervals.Around(metric, asked.Model.Experts == 0, value);
            json.WriteStartObject();
            json.WriteString("metric", metric.ToString());
            json.WriteNumber("seconds", Math.Round(value, 7));
            json.WriteNumber("low", Math.Round(low, 7));
            json.WriteNumber("high", Math.Round(high, 7));
            json.WriteString("provenance", "calibrated");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("requests_per_second", Math.Round(result.RequestsPerSecond, 6));
        json.WriteNumber("output_tokens_per_second", Math.Round(result.OutputTokensPerSecond, 3));
        json.WriteNumber("mean_batch", Math.Round(result.Batch, 4));
        json.WriteNumber("preemptions", result.Preemptions);
        json.WriteNumber("peak_kv_share", Math.Round(result.PeakKvShare, 5));
        json.WriteNumber("weight_bytes_per_accelerator", Math.Round(replica.WeightBytes));
        json.WriteNumber("kv_bytes_per_accelerator", Math.Round(replica.KvBytes));
        if (result.Watts is { } watts) json.WriteNumber("watts", Math.Round(watts, 2));
        if (result.Joules is { } joules) json.WriteNumber("joules_per_output_token", Math.Round(joules / result.OutputTokens, 5));
    }

    private static string Gib(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / DataSize.BytesPerGiB:0.0} GiB");
}
