using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Schemas;

/// <summary>Every scenario, every example in the guide, and every output is as its schema says; what is not, the schema refuses.</summary>
public sealed partial class SchemaTests(Plans plans)
{
    public static TheoryData<string, string[]> Outputs => new()
    {
        { "market-offers", ["market", "offers", "--accelerator", "H100"] },
        { "market-commitments", ["market", "commitments", "--provider", "aws", "--limit", "200"] },
        { "market-accelerators", ["market", "accelerators"] },
        { "market-regions", ["market", "regions"] },
        { "market-spot", ["market", "spot"] },
        { "performance-estimate", ["performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:1", "--rate", "2/s", "--requests", "300"] },
        { "performance-estimate", ["performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:2", "--layout", "1xTP1", "--prefill", "1xTP1", "--rate", "2/s", "--requests", "300", "--power-cap", "500W", "--slo", "ttft:1s"] },
        { "performance-search", ["performance", "search", "--model", "llama-3.1-8b", "--accelerator", "H100:2,T4:2", "--slo", "ttft:p95:1s,tpot:p95:50ms"] },
        { "performance-train", ["performance", "train", "--model", "llama-3.1-8b", "--accelerator", "H100:64", "--tokens", "10B"] },
    };

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task A_shipped_scenario_and_its_plan_are_valid(string scenario)
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(Cli.Root, "scenarios", scenario, "scenario.yaml"), TestContext.Current.CancellationToken);
        yaml.ShouldStartWith("# yaml-language-server: $schema=../../schemas/scenario.schema.json\n");
        (await SchemaFile.AgainstAsync("scenario", SchemaFile.ToJson(yaml))).ShouldBeEmpty();
        (await SchemaFile.AgainstAsync("plan", (await plans.OfAsync(scenario)).Run.Stdout)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_schema_that_an_output_names_is_published()
    {
        // In the sources, so that an output without a test is caught too.
        var named = Directory.GetFiles(Path.Combine(Cli.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => SchemaName().Matches(File.ReadAllText(file))).Select(m => m.Groups[1].Value.Replace('.', '-'))
            .Concat(["accelerators", "commitments", "offers", "regions", "spot"]).Select(name => File.Exists(Schema($"market-{name}")) ? $"market-{name}" : name).ToHashSet();
        named.Count.ShouldBeGreaterThan(15);
        var published = Directory.GetFiles(Path.Combine(Cli.Root, "schemas"), "*.schema.json").Select(f => Path.GetFileName(f)[..^".schema.json".Length]);
        published.Except(["scenario"]).ShouldBe(named, ignoreOrder: true);
    }

    [Theory]
    [InlineData("inference")]
    [InlineData("training")]
    [InlineData("batch")]
    public async Task What_init_prints_is_valid_and_names_its_schema(string kind)
    {
        using Scratch scratch = new();
        var run = await Cli.RunAsync(["init", kind], "", folder: scratch.Folder);
        run.ExitCode.ShouldBe(0, run.Stderr);
        (await SchemaFile.AgainstAsync("scenario", SchemaFile.ToJson(run.Stdout))).ShouldBeEmpty();
        var named = run.Stdout.Split('\n')[0].Split("$schema=")[1];
        File.Exists(Path.Combine(scratch.Folder, named)).ShouldBeTrue(named);
    }

    [Fact]
    public async Task Every_scenario_in_the_docs_is_valid()
    {
        var found = 0;
        foreach (var page in Directory.GetFiles(Path.Combine(Cli.Root, "docs", "guide"), "*.md"))
        {
            foreach (Match fence in YamlFence().Matches(await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken)))
            {
                found++;
                (await SchemaFile.AgainstAsync("scenario", SchemaFile.ToJson(fence.Groups[1].Value))).ShouldBeEmpty($"{Path.GetFileName(page)}: {fence.Groups[1].Value}");
            }
        }

        found.ShouldBePositive();
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public async Task An_output_is_valid(string schema, string[] arguments)
    {
        var run = await Cli.RunAsync([.. arguments, "-o", "json"]);
        run.ExitCode.ShouldBe(0, run.Stderr);
        (await SchemaFile.AgainstAsync(schema, run.Stdout)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_learned_from_measured_runs_and_an_imported_model_are_valid()
    {
        using Scratch scratch = new();
        var rows = string.Concat(new[] { (4, "12.1"), (8, "12.4"), (16, "13.4"), (32, "15.2"), (64, "18.9") }.Select(r => $"llama-3.1-8b,H100,bf16,1,500,200,{r.Item1},vllm,{r.Item2}\n"));
        var runs = scratch.Write("runs.csv", $"model,accelerator,precision,tensor_parallel,input,output,concurrency,engine,tpot_mean_ms\n{rows}");
        var config = scratch.Write("my-llama/config.json", """
            {"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256,
             "max_position_embeddings": 131072, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "architectures": ["LlamaForCausalLM"]}
            """);
        (string Schema, string[] Arguments)[] outputs =
        [
            ("performance-check", ["performance", "check", runs]), ("performance-calibration", ["performance", "calibrate", runs, "--out", scratch["calibration.csv"]]),
            ("performance-model", ["performance", "model", "import", config, "--name", "my-llama", "--out", scratch["models.csv"]]),
        ];
        foreach (var (schema, arguments) in outputs)
        {
            var run = await Cli.RunAsync([.. arguments, "-o", "json"], "", Plans.Patience);
            run.ExitCode.ShouldBe(0, run.Stderr);
            (await SchemaFile.AgainstAsync(schema, run.Stdout)).ShouldBeEmpty($"{schema}: {run.Stdout}");
        }
    }

    [Fact]
    public async Task A_sweep_a_difference_and_the_statistics_of_a_trace_are_valid()
    {
        var (a, b) = (await plans.OfAsync("batch-nightly"), await plans.OfAsync("frontier-training"));
        using Scratch scratch = new();
        var trace = scratch.Write("arrivals.csv", "arrival,input_tokens,output_tokens\n0,100,20\n1.5,200,30\n4,150,10\n");
        (string Schema, string[] Arguments)[] outputs =
        [
            ("sweep", ["plan", "scenarios/batch-nightly", "--set", "limits.provider_share=80%,100%"]), ("diff", ["plan", "diff", a.Path, b.Path]), ("demand-trace", ["demand", "trace", trace]),
        ];
        foreach (var (schema, arguments) in outputs)
        {
            var run = await Cli.RunAsync([.. arguments, "-o", "json"], "", Plans.Patience);
            run.ExitCode.ShouldBe(0, run.Stderr);
            (await SchemaFile.AgainstAsync(schema, run.Stdout)).ShouldBeEmpty(schema);
        }
    }

    [Fact]
    public async Task A_conflict_is_valid()
    {
        const string scenario = """
            name: small
            start: 2027-01-01
            horizon: 2 months
            limits: {budget: {cash: $100/month}}
            workloads:
              chat: {kind: inference, model: llama-3.1-8b, rate: 2/s, tokens: {input: 800, output: 200}, slo: {ttft: 1s, tpot: 60ms}}
            """;
        var run = await Cli.RunAsync(["plan", "-", "-o", "json"], scenario, Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stderr);
        (await SchemaFile.AgainstAsync("conflict", run.Stdout)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("workloads:\n  a: {kind: inference, model: m, rates: 6/s}\n", "a key that is not known")]
    [InlineData("workloads:\n  a: {kind: service, model: m, rate: 6/s}\n", "a kind that is not known")]
    [InlineData("workloads: {}\n", "no workload")]
    [InlineData("name: a\n", "no workloads")]
    [InlineData("workloads:\n  a: {kind: training, model: m}\n", "no work")]
    [InlineData("workloads:\n  a: {kind: inference, model: m, rate: {shape: weekly}}\n", "a shape that is not known")]
    [InlineData("offers:\n  - {name: q, provider: p}\nworkloads:\n  a: {kind: inference, model: m, rate: 6/s}\n", "a quote without a price")]
    public async Task A_wrong_scenario_is_refused(string yaml, string why) =>
        (await SchemaFile.AgainstAsync("scenario", SchemaFile.ToJson(yaml))).ShouldNotBeEmpty(why);

    [Fact]
    public async Task A_plan_that_lacks_a_part_or_has_another_type_is_refused()
    {
        var text = (await plans.OfAsync("batch-nightly")).Run.Stdout;
        foreach (var name in JsonNode.Parse(text)!.AsObject().Select(member => member.Key).ToList())
        {
            var (without, other) = (JsonNode.Parse(text)!.AsObject(), JsonNode.Parse(text)!.AsObject());
            without.Remove(name);
            other[name] = new JsonObject { ["x"] = true };
            var known = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Cli.Root, "schemas", "plan.schema.json"), TestContext.Current.CancellationToken))!["properties"]!.AsObject();
            known.ContainsKey(name).ShouldBeTrue($"schemas/plan.schema.json does not say what '{name}' is");
            (await SchemaFile.AgainstAsync("plan", other.ToJsonString())).ShouldNotBeEmpty(name);
            if (known["required"]?.AsArray().Any(r => (string?)r == name) == true) (await SchemaFile.AgainstAsync("plan", without.ToJsonString())).ShouldNotBeEmpty(name);
        }
    }

    private static string Schema(string name) => Path.Combine(Cli.Root, "schemas", $"{name}.schema.json");

    // Names with a version; those of `market` are put together from what they list, and the goldens of the tests are no output.
    [GeneratedRegex("\"switchyard\\.([a-z.]+)/1\"")]
    private static partial Regex SchemaName();

    [GeneratedRegex("```yaml[^\n]*\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlFence();
}
