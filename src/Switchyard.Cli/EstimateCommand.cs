using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Units;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance estimate</c>: replicas under a load, simulated.</summary>
internal sealed class EstimateCommand
{
    private const string Verb = "performance estimate";

    private readonly Option<string> model = new("--model") { Description = "A model of the catalog", Required = true, HelpName = "NAME" };
    private readonly Option<string> accelerator = new("--accelerator") { Description = "The accelerators, all of them together", Required = true, HelpName = "H100:2" };
    private readonly Option<string> precision = new("--precision") { Description = "bf16, fp8, int8, fp4 or int4", DefaultValueFactory = _ => "bf16" };
    private readonly Option<string?> layout = new("--layout") { Description = "Replicas and how each is divided; by default one replica over all accelerators", HelpName = "4xTP2PP2" };
    private readonly Option<string?> prefill = new("--prefill") { Description = "Replicas that only prefill; those of --layout then only decode", HelpName = "3xTP1" };
    private readonly Option<int> ranks = new("--data-parallel") { Description = "Ranks of data-parallel attention in one replica over all accelerators; the rest is tensor-parallel", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> rate = new("--rate") { Description = "Requests a second, arriving at random", HelpName = "6/s" };
    private readonly Option<int?> clients = new("--concurrency") { Description = "Clients that each wait for their answer, instead of a rate", HelpName = "N" };
    private readonly Option<string> input = new("--input") { Description = "Prompt, tokens: a length, or its median and 95th percentile", DefaultValueFactory = _ => "1024", HelpName = "900..2400" };
    private readonly Option<string> output = new("--output") { Description = "Answer, tokens: the same", DefaultValueFactory = _ => "256", HelpName = "180..400" };
    private readonly Option<int> prefix = new("--cached-prefix") { Description = "Tokens at the start of each prompt that are in the cache already" };
    private readonly Option<string> engine = new("--engine") { Description = "vllm, sglang or trtllm, with its version if it is not the newest: vllm@0.11.0", DefaultValueFactory = _ => "vllm", HelpName = "ENGINE" };
    private readonly Option<int?> sequences = new("--max-sequences") { Description = "Most requests in a batch; by default the engine's", HelpName = "N" };
    private readonly Option<int?> budget = new("--token-budget") { Description = "Most tokens in a step; by default the engine's", HelpName = "N" };
    private readonly Option<string?> cap = new("--power-cap") { Description = "Most that each accelerator may draw", HelpName = "500W" };
    private readonly Option<string?> slo = new("--slo") { Description = "Objectives to compare with", HelpName = "ttft:p95:500ms,tpot:p95:50ms" };
    private readonly Option<string?> trace = new("--trace") { Description = "CSV with ContextTokens and GeneratedTokens: its lengths, over and over, instead of --input and --output", HelpName = "FILE" };
    private readonly Option<int> requests = new("--requests") { Description = "Requests to simulate", DefaultValueFactory = _ => 5000 };
    private readonly Option<bool> timing = new("--timing") { Description = "Say on stderr how long the simulation took" };
    private readonly List<Problem> problems = [];

    /// <summary>What was asked, once nothing is wrong with it.</summary>
    internal sealed record Asked(
        ModelArchitecture Model, Accelerator Accelerator, ServingLayout Layout, RequestSample Sample, double? Rate, int? Clients, int Requests,
        IReadOnlyList<(Quantity Quantity, LatencyObjective Objective)> Objectives);

    /// <summary>What was simulated for it.</summary>
    /// <param name="Replica">One replica; the one that decodes where prefill has its own.</param>
    /// <param name="Load">Times, throughput and energy.</param>
    /// <param name="Uncapped">The same without a power cap; null where there is none.</param>
    internal sealed record Estimate(Replica Replica, LayoutResult Load, LayoutResult? Uncapped);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var it = new EstimateCommand();
        Command command = new("estimate", "Latency, throughput, memory and power of replicas under a load");
        foreach (var option in new Option[]
        {
            it.model, it.accelerator, it.precision, it.layout, it.prefill, it.ranks, it.rate, it.clients, it.input, it.output, it.prefix, it.engine, it.sequences, it.budget,
            it.cap, it.slo, it.trace, it.requests, it.timing,
        }) command.Options.Add(option);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command, "--format");
        command.SetAction(parsed => it.Run(parsed, catalogs, printer));
        return command;
    }

    private int Run(ParseResult parsed, CatalogOptions catalogs, Printer printer)
    {
        var catalog = catalogs.Read(parsed);
        if (catalog.Value is not { } contents) return Printer.Fail(catalog.Problems);
        if (Read(parsed, contents) is not { } asked) return Printer.Fail(problems);
        foreach (var deployment in new[] { asked.Layout.Deployment, asked.Layout.Prefill }.OfType<Deployment>())
            if (Unfit(deployment, asked, contents.Factors) is { } reason) return Refuse(reason);
        var before = Environment.CpuUsage.TotalTime;
        var load = Simulate(asked, asked.Layout, contents.Factors);
        var seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        if (load.Result.Requests == 0) return Refuse("no request fits into the memory for keys and values");
        if (parsed.GetValue(timing))
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            var simulated = load.Result.Requests + load.Result.Rejected;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{simulated:#,##0} requests, {load.Result.Steps:#,##0} steps: {seconds:0.000} CPU-s, {simulated / seconds:#,##0} requests per CPU-s; at most {process.PeakWorkingSet64 / 1e6:0} MB"));
        }

        var estimate = new Estimate(
            new(asked.Model, asked.Layout.Deployment, asked.Accelerator, contents.Factors), load,
            asked.Layout.Deployment.PowerCapWatts > 0 ? Simulate(asked, Uncapped(asked.Layout), contents.Factors) : null);
        printer.Show(parsed, console => EstimateTables.Write(console, asked, estimate, contents), () => EstimateJson.Write(asked, estimate, contents));
        return ExitCode.Done;
    }

    private Asked? Read(ParseResult parsed, CatalogContents contents)
    {
        void Wrong(string option, string value, string expected, string? correction = null) => problems.Add(Problem.NotA(Verb, 0, option, value, new(expected, correction)));
        var architecture = Known.Model(contents, parsed.GetValue(model)!, Wrong);
        var (device, count) = Known.Accelerators(contents, parsed.GetValue(accelerator)!, Wrong);
        var format = Known.Format(parsed.GetValue(precision)!, Wrong);
        var perSecond = Known.Rate(parsed.GetValue(rate), Wrong);
        if (parsed.GetValue(clients) is < 1) Wrong("--concurrency", $"{parsed.GetValue(clients)}", "a number of clients of at least 1");
        if (parsed.GetValue(rate) is null == parsed.GetValue(clients) is null) problems.Add(new(Verb, 0, "--rate", "give either --rate or --concurrency"));
        var (prompt, answer) = (Known.Lengths("--input", parsed.GetValue(input)!, 1, Wrong), Known.Lengths("--output", parsed.GetValue(output)!, 1, Wrong));
        if (parsed.GetValue(sequences) is < 1) Wrong("--max-sequences", $"{parsed.GetValue(sequences)}", "a number of requests of at least 1");
        if (parsed.GetValue(budget) is < 1) Wrong("--token-budget", $"{parsed.GetValue(budget)}", "a number of tokens of at least 1");
        if (parsed.GetValue(prefix) < 0) Wrong("--cached-prefix", $"{parsed.GetValue(prefix)}", "a number of tokens of at least 0");
        var objectives = Known.Objectives(parsed.GetValue(slo), Wrong);
        if (parsed.GetValue(requests) is < 1 or > 10_000_000) Wrong("--requests", $"{parsed.GetValue(requests)}", "a number of requests from 1 to 10,000,000");
        var watts = Known.Cap(parsed.GetValue(cap), device, contents.Factors, Wrong);
        IReadOnlyList<(int Input, int Output)>? lengths = null;
        if (parsed.GetValue(trace) is { } file)
        {
            if (parsed.GetValue(clients) is not null) problems.Add(new(Verb, 0, "--trace", "goes with --rate, not with --concurrency"));
            var reading = TraceReader.Open(file);
            problems.AddRange(reading.Problems);
            foreach (var note in reading.Value?.Notes ?? []) Console.Error.WriteLine($"{Problem.Shown(file)}: {note}");
            if (reading.Value is { Requests: { Input.IsEmpty: false, Output.IsEmpty: false } requested })
                lengths = [.. requested.Input.Zip(requested.Output).Where(pair => pair is { First: > 0, Second: > 0 })];
            else if (reading.Value is { } other) Wrong("--trace", file, $"a trace of requests with their tokens; it holds {other.Kind} ({other.Form})");
            if (lengths is { Count: 0 }) problems.Add(new(file, 0, "", "no request has both a prompt and an answer"));
        }

        var (served, version) = Known.EngineAndVersion(parsed.GetValue(engine)!, Wrong);
        var deployment = new Deployment
        {
            Precision = format ?? Precision.Bf16, Engine = served, ScheduledAhead = EngineDefaults.SchedulesAhead(served, version), PowerCapWatts = watts,
            MaxSequences = parsed.GetValue(sequences) ?? 0, TokenBudget = parsed.GetValue(budget) ?? 0,
        };
        var divided = device is null ? null : Divide(parsed, deployment, count, Wrong);
        if (problems.Count > 0) return null;
        var sample = lengths is null
            ? new RequestSample(RequestLengths.Of(prompt!.Value), RequestLengths.Of(answer!.Value), parsed.GetValue(prefix)) : new RequestSample(lengths, parsed.GetValue(prefix));
        return new(architecture!, device!, divided!, sample, perSecond, parsed.GetValue(clients), parsed.GetValue(requests), objectives);
    }

    private ServingLayout? Divide(ParseResult parsed, Deployment deployment, int count, Known.Wrong wrong)
    {
        const string form = "replicas and their division, such as 4xTP2 or TP4PP2";
        var split = parsed.GetValue(ranks);
        if (parsed.GetValue(layout) is not { } text)
        {
            if (parsed.GetValue(prefill) is not null) problems.Add(new(Verb, 0, "--layout", "say with --layout which replicas decode, such as 2xTP4"));
            if (split < 1 || count % split != 0) wrong("--data-parallel", $"{split}", $"a divisor of {count} accelerators");
            else return new() { Deployment = deployment with { TensorParallel = count / split, DataParallel = split, ExpertParallel = split } };
            return null;
        }

        if (split != 1) problems.Add(new(Verb, 0, "--data-parallel", "stands in --layout, as in 2xTP1DP4"));
        if (ServingLayout.Parse(text, deployment) is not var (replicas, one))
        {
            wrong("--layout", text, form);
            return null;
        }

        var found = new ServingLayout { Deployment = one, Replicas = replicas };
        if (parsed.GetValue(prefill) is { } before)
        {
            if (ServingLayout.Parse(before, deployment) is var (prefills, apart)) found = found with { Prefill = apart, PrefillReplicas = prefills };
            else wrong("--prefill", before, form);
        }

        if (found.Accelerators != count && problems.Count == 0)
            wrong("--accelerator", $"{count}", $"as many accelerators as {found.Division} has", $"{parsed.GetValue(accelerator)!.Split(':')[0]}:{found.Accelerators}");
        return found;
    }

    private static string? Unfit(Deployment deployment, Asked asked, EfficiencyFactors factors)
    {
        if (RunPredictor.Unfit(deployment, asked.Model, asked.Accelerator) is { } reason) return reason;
        var replica = new Replica(asked.Model, deployment, asked.Accelerator, factors);
        var context = asked.Sample.Input + asked.Sample.Output;
        if (context > asked.Model.Context)
            return string.Create(CultureInfo.InvariantCulture, $"requests of {context:#,##0} tokens exceed the context of {asked.Model.Name}, {asked.Model.Context:#,##0} tokens");
        return replica.KvTokens(context) >= context ? null : string.Create(CultureInfo.InvariantCulture,
            $"{asked.Model.Name} does not fit: weights {Gib(replica.WeightBytes)} + activations {Gib(replica.ReservedBytes)} of {Gib(replica.UsableBytes)} usable leave {Gib(replica.KvBytes)} for keys and values; one request needs {Gib(replica.KvBytesOf(context))}");
    }

    private static LayoutResult Simulate(Asked asked, ServingLayout layout, EfficiencyFactors factors)
    {
        var simulator = new LayoutSimulator(asked.Model, asked.Accelerator, layout, asked.Sample, factors);
        // Each replica answers its share of the requests.
        var each = Math.Max(1, asked.Requests / (layout.Replicas * layout.Deployment.PipelineParallel));
        return asked.Clients is { } n ? simulator.Serve(n, Math.Max(10 * n / layout.Replicas, each)) : simulator.Answer(asked.Rate!.Value, each);
    }

    private static ServingLayout Uncapped(ServingLayout layout) => layout with
    {
        Deployment = layout.Deployment with { PowerCapWatts = 0 }, Prefill = layout.Prefill is { } apart ? apart with { PowerCapWatts = 0 } : null,
    };

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return ExitCode.No;
    }

    private static string Gib(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / DataSize.BytesPerGiB:0.0} GiB");
}
