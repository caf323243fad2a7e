using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Switchyard.Cli.Output;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Search;

namespace Switchyard.Cli;

/// <summary><c>switchyard performance search</c>: the layouts of a model over accelerators that serve best within a service level.</summary>
internal static class SearchCommand
{
    /// <summary>What was asked, and the answers for each accelerator.</summary>
    internal sealed record Found(ImmutableArray<(LayoutQuestion Question, LayoutAnswer Answer, Rent? Rent)> Answers, ImmutableArray<string> Assumed);

    /// <summary>The lowest price at which an accelerator can be rented on demand.</summary>
    internal sealed record Rent(double PerHour, string Offer);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<string> model = new("--model") { Description = "A model of the catalog", Required = true, HelpName = "NAME" };
        Option<string> accelerators = new("--accelerator") { Description = "Accelerators that may be used; several kinds are compared", Required = true, HelpName = "H200:32,H100:8" };
        Option<string> input = new("--input") { Description = "Prompt, tokens: a length, or its median and 95th percentile", DefaultValueFactory = _ => "1024", HelpName = "900..2400" };
        Option<string> output = new("--output") { Description = "Answer, tokens: the same", DefaultValueFactory = _ => "256", HelpName = "180..400" };
        Option<string?> rate = new("--rate") { Description = "Requests a second that must be served, with as few accelerators as can be; without it, as many as all of them can", HelpName = "40/s" };
        Option<int?> clients = new("--concurrency") { Description = "Clients that each wait for their answer, instead of a rate", HelpName = "N" };
        Option<string?> slo = new("--slo") { Description = "What is promised; nothing for throughput alone", HelpName = "ttft:p95:500ms,tpot:p95:50ms" };
        Option<string?> precision = new("--precision") { Description = "Number formats that may be used; by default the model's own, and fp8 where the accelerator has it", HelpName = "bf16,fp8" };
        Option<string> prefill = new("--prefill") { Description = "Whether prompts get accelerators of their own: either, together or apart", DefaultValueFactory = _ => "either" };
        Option<int> prefix = new("--cached-prefix") { Description = "Tokens at the start of each prompt that are in the cache already" };
        Option<string> engine = new("--engine") { Description = "vllm, sglang or trtllm", DefaultValueFactory = _ => "vllm" };
        Option<string?> cap = new("--power-cap") { Description = "Most that each accelerator may draw", HelpName = "500W" };
        Option<bool> timing = new("--timing") { Description = "Say on stderr how long the search took" };
        Command command = new("search", "The best parallelism, limits and replicas for a service level, and the front of throughput against latency");
        foreach (var option in new Option[] { model, accelerators, input, output, rate, clients, slo, precision, prefill, prefix, engine, cap, timing }) command.Options.Add(option);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command, "--format");
        command.SetAction(parsed => catalogs.With(parsed, contents =>
        {
            List<Problem> problems = [];
            List<string> assumed = [];
            void Wrong(string option, string value, string expected, string? correction = null) =>
                problems.Add(Problem.NotA("performance search", 0, option, value, new(expected, correction)));
            var architecture = Known.Model(contents, parsed.GetValue(model)!, Wrong);
            var (prompt, answer) = (Known.Lengths("--input", parsed.GetValue(input)!, 1, Wrong), Known.Lengths("--output", parsed.GetValue(output)!, 2, Wrong));
            var level = Known.Level(parsed.GetValue(slo), Wrong);
            var perSecond = Known.Rate(parsed.GetValue(rate), Wrong);
            if (parsed.GetValue(clients) is < 1) Wrong("--concurrency", $"{parsed.GetValue(clients)}", "a number of clients of at least 1");
            if (parsed.GetValue(clients) is not null && parsed.GetValue(rate) is not null) problems.Add(new("performance search", 0, "--rate", "give --rate or --concurrency, not both"));
            var (served, choice) = (Known.EngineOf(parsed.GetValue(engine)!, Wrong), Choice(parsed.GetValue(prefill)!, Wrong));
            var cached = parsed.GetValue(prefix);
            if (cached < 0 || (prompt is { } p && cached >= p.P50)) Wrong("--cached-prefix", $"{cached}", "a number of tokens from 0 to less than a prompt");
            List<Precision>? formats = parsed.GetValue(precision) is { } list
                ? [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => Known.Format(text, Wrong)).OfType<Precision>()] : null;
            if (formats is { Count: 0 } && problems.Count == 0) Wrong("--precision", parsed.GetValue(precision)!, "number formats, such as bf16,fp8");
            List<(Accelerator Device, int Count, double Cap)> devices = [];
            foreach (var text in parsed.GetValue(accelerators)!.Split(',', StringSplitOptions.TrimEntries))
                if (Known.Accelerators(contents, text, Wrong) is ({ } device, var count)) devices.Add((device, count, Known.Cap(parsed.GetValue(cap), device, contents.Factors, Wrong)));
            if (problems.Count > 0) return Printer.Fail(problems);
            if (formats is null) assumed.Add($"--precision {string.Join(',', devices.SelectMany(d => Own(architecture!, d.Device)).Distinct().Select(Known.Name))}: the model's own format (bf16 where an accelerator lacks it), and fp8 for one in 16 bits (check your model's quality in fp8)");
            if (parsed.GetValue(slo) is null) assumed.Add("no --slo: throughput alone counts, and work waits in a pile");
            else if (level.Ttft is null && level.EndToEnd is null) assumed.Add("no promise for ttft: nobody waits longer for it than a whole answer takes on an idle machine (p95)");
            assumed.Add("between instances: 35 GB/s for each accelerator (400 Gbit/s ports, 70% of them reached)");
            var before = Environment.CpuUsage.TotalTime;
            var answers = devices.Select(d =>
            {
                var question = new LayoutQuestion
                {
                    Model = architecture!, Precisions = [.. formats ?? Own(architecture!, d.Device)],
                    Accelerator = d.Device, Accelerators = d.Count, Input = prompt!.Value, Output = answer!.Value, Level = level, Rate = perSecond, Clients = parsed.GetValue(clients),
                    Engine = served, Prefill = choice, CachedPrefix = cached, PowerCapWatts = d.Cap,
                };
                return (question, LayoutSearch.Find(question, contents.Factors), Cheapest(contents.Prices, d.Device));
            }).ToImmutableArray();
            if (parsed.GetValue(timing))
            {
                using var process = System.Diagnostics.Process.GetCurrentProcess();
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"search {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.00} CPU-s, {answers.Sum(a => a.Item2.Considered):#,##0} divisions, {answers.Sum(a => a.Item2.Simulated):#,##0} loads simulated; {Environment.CpuUsage.TotalTime.TotalSeconds:0.00} CPU-s in all; at most {process.PeakWorkingSet64 / 1e6:0} MB"));
            }

            var found = new Found(answers, [.. assumed]);
            printer.Show(parsed, console => SearchTables.Write(console, found, contents.Intervals), () => SearchJson.Write(found, contents.Intervals));
            return answers.Any(a => a.Item2.Best.Length > 0) ? ExitCode.Done : ExitCode.No;
        }));
        return command;
    }

    private static List<Precision> Own(ModelArchitecture model, Accelerator accelerator)
    {
        Precision[] wanted = model.NativePrecision is Precision.Bf16 ? [Precision.Bf16, Precision.Fp8] : [model.NativePrecision];
        List<Precision> possible = [.. wanted.Where(f => Footprint.PeakFlops(accelerator, f, model.NativePrecision) > 0)];
        return possible.Count > 0 ? possible : [Precision.Bf16];
    }

    private static PrefillChoice Choice(string text, Known.Wrong wrong)
    {
        switch (text)
        {
            case "either": return PrefillChoice.Either;
            case "together": return PrefillChoice.Together;
            case "apart": return PrefillChoice.Apart;
            default:
                wrong("--prefill", text, "either, together or apart", Units.Nearest.To(text, ["either", "together", "apart"]));
                return PrefillChoice.Either;
        }
    }

    private static Rent? Cheapest(PriceBook prices, Accelerator accelerator) => prices.Offers
        .Where(o => o.Accelerator.Name == accelerator.Name && o.OnDemand is not null && o.AcceleratorCount > 0 && prices.Judge(o, PurchaseKind.OnDemand).Buyable)
        .Select(o => new Rent((double)o.OnDemand!.Value.Usd / o.AcceleratorCount, o.Id))
        .OrderBy(r => r.PerHour).ThenBy(r => r.Offer, StringComparer.Ordinal).FirstOrDefault();
}
