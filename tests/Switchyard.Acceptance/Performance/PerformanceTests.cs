using System.Text.Json;

namespace Switchyard.Acceptance.Performance;

/// <summary>The verbs of <c>performance</c>, end to end: search, estimates of layouts, imported models, corrections.</summary>
public sealed class PerformanceTests
{
    private const string Config = """
        {"model_type":"llama","num_hidden_layers":32,"hidden_size":4096,"num_attention_heads":32,"num_key_value_heads":8,"intermediate_size":14336,
         "vocab_size":128256,"max_position_embeddings":131072,"tie_word_embeddings":false,"torch_dtype":"bfloat16"}
        """;

    [Fact]
    public async Task A_search_names_the_best_layout_its_price_the_front_and_what_is_ruled_out()
    {
        string[] arguments = ["performance", "search", "--model", "qwen3-32b", "--accelerator", "H200:4,A10G:4", "--input", "2000", "--output", "300", "--slo", "ttft:p95:1s,tpot:p95:50ms", "-o", "json"];
        var run = await Cli.RunAsync(arguments);
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("schema").GetString().ShouldBe("switchyard.performance.search/1");
        var accelerators = json.RootElement.GetProperty("accelerators");
        accelerators.GetArrayLength().ShouldBe(2);
        accelerators[0].GetProperty("best").GetBoolean().ShouldBeTrue();
        var best = accelerators[0].GetProperty("layouts")[0];
        best.GetProperty("accelerators").GetInt32().ShouldBeInRange(1, 4);
        best.GetProperty("capacity_requests_per_second").GetDouble().ShouldBeGreaterThan(1);
        best.GetProperty("usd_per_million_tokens").GetDouble().ShouldBeInRange(0.01, 10);
        accelerators[0].GetProperty("front").GetArrayLength().ShouldBeGreaterThan(3);
        accelerators[1].GetProperty("ruled_out").EnumerateArray().ShouldContain(r => r.GetProperty("reason").GetString()!.Contains("are usable"));
        (await Cli.RunAsync(arguments)).Stdout.ShouldBe(run.Stdout);
    }

    [Fact]
    public async Task A_search_without_an_answer_says_no_and_why()
    {
        var run = await Cli.RunAsync("performance", "search", "--model", "deepseek-v3", "--accelerator", "A10G:4", "--slo", "ttft:p95:1s");
        run.ExitCode.ShouldBe(2);
        run.Stdout.ShouldContain("does not fit");
        run.Stdout.ShouldContain("weights");
    }

    [Fact]
    public async Task Wrong_arguments_of_a_search_are_said_all_at_once() =>
        (await Cli.RunAsync(
            "performance", "search", "--model", "qwen3-23b", "--accelerator", "H1000:8", "--input", "none", "--output", "1", "--rate", "0", "--slo", "ttft:fast", "--prefill", "apar", "--engine", "vlm",
            "--precision", "bf17"))
        .ShouldBeRefused(
            "'qwen3-23b' is not a model of the catalog", "'H1000'", "--input: 'none'", "--output: '1'", "--rate: '0'", "--slo: 'ttft:fast'", "'apar' is not either, together or apart; maybe 'apart'",
            "maybe 'vllm'", "'bf17'");

    [Fact]
    public async Task An_estimate_takes_layouts_and_caps()
    {
        var run = await Cli.RunAsync(
            "performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:4", "--layout", "2xTP1", "--prefill", "2xTP1", "--rate", "12/s", "--requests", "2000",
            "--power-cap", "400W", "-o", "json");
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("layout").GetString().ShouldBe("2 x TP1 prefill + 2 x TP1 decode");
        json.RootElement.GetProperty("kv_transfer_seconds").GetDouble().ShouldBeInRange(1e-5, 0.1);
        json.RootElement.GetProperty("watts").GetDouble().ShouldBeLessThanOrEqualTo(1600);
        json.RootElement.GetProperty("power_cap").GetProperty("tpot_longer").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        json.RootElement.GetProperty("metrics")[0].GetProperty("provenance").GetString().ShouldBe("modelled");
    }

    [Theory]
    [InlineData("--layout: '3xTPx'", "--layout", "3xTPx")]
    [InlineData("is not as many accelerators as 4 x TP2 has; maybe 'H100:8'", "--layout", "4xTP2")]
    [InlineData("say with --layout which replicas decode", "--prefill", "2xTP1")]
    [InlineData("--power-cap: '10W' is not a power that H100-80GB can be held to", "--power-cap", "10W")]
    [InlineData("--token-budget: '0'", "--token-budget", "0")]
    [InlineData("there is no such file", "--calibration", "no-such.csv")]
    [InlineData("there is no such file", "--models", "no-such.csv")]
    public async Task Wrong_layouts_and_files_are_refused(string said, params string[] arguments) =>
        (await Cli.RunAsync(["performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:2", "--rate", "1/s", .. arguments])).ShouldBeRefused(said);

    [Fact]
    public async Task Heads_that_cannot_be_divided_are_a_no() =>
        (await Cli.RunAsync("performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:3", "--rate", "1/s")).ExitCode.ShouldBe(2);

    [Fact]
    public async Task An_imported_model_serves_in_estimates_and_scenarios()
    {
        using Scratch scratch = new();
        var (config, table) = (scratch.Write("my-llama/config.json", Config), scratch["models.csv"]);
        var import = await Cli.RunAsync("performance", "model", "import", config, "--name", "my-llama", "--out", table);
        import.ExitCode.ShouldBe(0, import.Stderr);
        import.Stdout.ShouldContain("my-llama");
        import.Stderr.ShouldContain("8.03 billion parameters");
        (await Cli.RunAsync("performance", "model", "import", config, "--name", "my-llama", "--out", table)).ExitCode.ShouldBe(0);
        (await File.ReadAllLinesAsync(table, TestContext.Current.CancellationToken)).Length.ShouldBe(2);
        string[] estimate = ["performance", "estimate", "--accelerator", "H100:1", "--rate", "2/s", "--requests", "500", "-o", "json"];
        var own = await Cli.RunAsync([.. estimate, "--model", "my-llama", "--models", table]);
        var known = await Cli.RunAsync([.. estimate, "--model", "llama-3.1-8b"]);
        using var a = JsonDocument.Parse(own.Stdout);
        using var b = JsonDocument.Parse(known.Stdout);
        // The published count of parameters is rounded, and a step a little longer can come one request later: within a percent.
        var (mine, theirs) = (a.RootElement.GetProperty("metrics")[0].GetProperty("seconds").GetDouble(), b.RootElement.GetProperty("metrics")[0].GetProperty("seconds").GetDouble());
        mine.ShouldBe(theirs, 0.01 * theirs);
        var scenario = scratch.Write("scenario.yaml", """
            name: mine
            models: [models.csv]
            workloads:
              chat:
                kind: inference
                model: my-llama
                rate: 2/s
                tokens: {input: 500, output: 100}
                slo: {ttft: p95 < 1s, tpot: p95 < 60ms}
            """);
        var valid = await Cli.RunAsync("validate", scenario);
        valid.ExitCode.ShouldBe(0, valid.Stderr);
        await File.WriteAllTextAsync(scenario, (await File.ReadAllTextAsync(scenario, TestContext.Current.CancellationToken)).Replace("models.csv", "other.csv", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await Cli.RunAsync("validate", scenario)).ShouldBeRefused("models", "'other.csv' cannot be read");
    }

    [Fact]
    public async Task What_cannot_be_imported_is_refused()
    {
        using Scratch scratch = new();
        (await Cli.RunAsync("performance", "model", "import", scratch.Write("a.json", "{"), "--name", "x")).ShouldBeRefused("is not JSON");
        (await Cli.RunAsync("performance", "model", "import", scratch.Write("b.json", """{"model_type":"llama"}"""), "--name", "x")).ShouldBeRefused("num_hidden_layers: is missing", "vocab_size");
        (await Cli.RunAsync("performance", "model", "import", scratch["none.json"])).ShouldBeRefused("there is no such file");
        (await Cli.RunAsync("performance", "model", "import", scratch.Write("c.json", Config), "--name", "llama-3.1-8b", "--out", scratch["m.csv"])).ShouldBeRefused("the catalog has llama-3.1-8b");
        File.Exists(scratch["m.csv"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Corrections_from_runs_change_an_estimate_and_say_so()
    {
        using Scratch scratch = new();
        var rows = string.Concat(new[] { (4, 12.1), (8, 12.4), (16, 13.4), (32, 15.2), (64, 18.9) }.SelectMany(r => new[] { 500, 2000 }.Select(input =>
            FormattableString.Invariant($"llama-3.1-8b,H100,bf16,1,{input},200,{r.Item1},vllm,{r.Item2 + (input / 1000.0)}\n"))));
        var runs = scratch.Write("runs.csv", $"model,accelerator,precision,tensor_parallel,input,output,concurrency,engine,tpot_mean_ms\n{rows}");
        var learned = await Cli.RunAsync("performance", "calibrate", runs, "--out", scratch["calibration.csv"], "-o", "json");
        learned.ExitCode.ShouldBe(0, learned.Stderr);
        using var json = JsonDocument.Parse(learned.Stdout);
        var group = json.RootElement.GetProperty("groups")[0];
        group.GetProperty("runs").GetInt32().ShouldBe(10);
        group.GetProperty("decode").GetDouble().ShouldBeGreaterThan(1.2);
        group.GetProperty("errors")[0].GetProperty("median_after").GetDouble().ShouldBeLessThan(group.GetProperty("errors")[0].GetProperty("median_before").GetDouble());
        string[] estimate = ["performance", "estimate", "--model", "llama-3.1-8b", "--accelerator", "H100:1", "--concurrency", "8", "--requests", "200", "-o", "json"];
        (await Cli.RunAsync([.. estimate, "--calibration", scratch["calibration.csv"]])).Stdout.ShouldContain("\"calibrated\"");
        (await Cli.RunAsync(estimate)).Stdout.ShouldNotContain("\"calibrated\"");
        var few = scratch.Write("few.csv", string.Concat(File.ReadLines(runs).Take(4).Select(line => line + "\n")));
        var none = await Cli.RunAsync("performance", "calibrate", few, "--out", scratch["none.csv"]);
        none.ExitCode.ShouldBe(2);
        none.Stdout.ShouldContain("at least 5 are needed");
        File.Exists(scratch["none.csv"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_fit_writes_every_number_it_has_not_seen()
    {
        using Scratch scratch = new();
        var runs = scratch.Write("runs.csv", """
            model,accelerator,precision,tensor_parallel,input,output,concurrency,tpot_mean_ms
            llama-3.1-8b,H100,bf16,1,1000,100,8,9
            qwen3-32b,H100,bf16,2,1000,100,8,18
            """);
        var fitted = await Cli.RunAsync("performance", "fit", runs, "--keep", "--leave-out", "model", "--numbers", scratch["numbers.csv"]);
        fitted.ExitCode.ShouldBe(0, fitted.Stderr);
        var lines = await File.ReadAllLinesAsync(scratch["numbers.csv"], TestContext.Current.CancellationToken);
        lines[0].ShouldBe("runs,kind,metric,id,line,model,accelerator,engine,version,measured,predicted");
        lines.Count(line => line.StartsWith("fitted,dense,tpot mean,", StringComparison.Ordinal)).ShouldBe(2);
        lines.Count(line => line.StartsWith("without its model,dense,tpot mean,", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_plan_is_the_same_with_a_cold_a_warm_and_no_cache()
    {
        using Scratch scratch = new();
        var scenario = scratch.Write("scenario.yaml", """
            name: small
            workloads:
              chat:
                kind: inference
                model: llama-3.1-8b
                accelerators: [H100]
                rate: 2/s
                tokens: {input: {p50: 500, p95: 900}, output: 100}
                slo: {ttft: p95 < 1s, tpot: p95 < 60ms}
            """);
        var environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = scratch["cache"], ["SWITCHYARD_NO_CACHE"] = null };
        Task<CliRun> Plan(params string[] more) => Cli.RunAsync(["plan", scenario, "--simulate", "-o", "json", .. more], "", environment: environment);
        var cold = await Plan();
        cold.ExitCode.ShouldBe(0, cold.Stderr);
        (await Plan()).Stdout.ShouldBe(cold.Stdout);
        (await File.ReadAllLinesAsync(Path.Combine(scratch["cache"], "switchyard", "capacities.txt"), TestContext.Current.CancellationToken)).ShouldNotBeEmpty();
        (await Plan("--no-cache")).Stdout.ShouldBe(cold.Stdout);
    }
}
