namespace Switchyard.Acceptance.Input;

/// <summary>Whatever is wrong in a scenario file is said, all of it at once with its line, soon, and nothing is written.</summary>
public sealed class BadScenarioTests
{
    [Fact]
    public async Task Every_problem_is_said_with_its_line_and_path()
    {
        using Scratch scratch = new();
        var file = scratch.Write("bad.yaml",
            """
            name: bad
            start: 2027-01-01
            horizon: 24 moons
            limits:
              budget: {cash: -$5/month}
              regions: [mars-*]
            workloads:
              chat:
                kind: inference
                model: llama-3.1-80b
                rate: {peak: NaN, shape: daily}
                tokens: {input: {p50: 900, p95: 2400}, output: {p50: 180, p95: 400}}
                slo: {ttft: fast, tpot: p95 < 50ms}
                frobnicate: yes
            """);
        var run = await Cli.RunAsync("plan", file, "-o", "json", "--out", scratch["plan.json"]);
        run.ShouldBeRefused(
            $"{file}:3 horizon: '24 moons'", $"{file}:5 limits.budget.cash: ", $"{file}:6 limits.regions", $"{file}:10 workloads.chat.model: 'llama-3.1-80b'",
            $"{file}:11 workloads.chat.rate.peak: 'NaN'", $"{file}:13 workloads.chat.slo.ttft: 'fast'", $"{file}:14 workloads.chat.frobnicate", "nothing was written");
        scratch.Files().ShouldBe(["bad.yaml"]);
        (await Cli.RunAsync("validate", file)).ShouldBeRefused([.. run.Stderr.Split('\n')]);
    }

    [Theory]
    [InlineData("", ":1: the file is empty")]
    [InlineData("\u007FELF\u0002\u0001\u0000\u0000", "binary")]
    [InlineData("name: cut\nworkloads:\n  chat: {kind: infer", "cut.yaml:3")]
    [InlineData("a: &a [x, x]\nb: [*a, *a]\n", "YAML alias")]
    public async Task What_is_no_scenario_is_refused(string text, string said)
    {
        using Scratch scratch = new();
        (await Cli.RunAsync("plan", scratch.Write("cut.yaml", text), "--out", scratch["plan.json"])).ShouldBeRefused(said);
        scratch.Files().ShouldBe(["cut.yaml"]);
        (await Cli.RunAsync(["plan", "-"], text)).ShouldBeRefused("stdin");
    }

    [Fact]
    public async Task A_huge_or_deep_file_is_refused()
    {
        using Scratch scratch = new();
        await using (var huge = new StreamWriter(scratch["huge.yaml"]))
        {
            var block = string.Concat(Enumerable.Repeat("- aaaaaaa\n", 100_000));
            for (var i = 0; i < 100; i++) await huge.WriteAsync(block);
        }

        (await Cli.RunAsync("plan", scratch["huge.yaml"])).ShouldBeRefused("huge.yaml: the file is larger than 10 MB");
        (await Cli.RunAsync("plan", scratch.Write("deep.yaml", "a: " + new string('[', 200_000)))).ShouldBeRefused("deep.yaml:1: nested deeper");
    }

    [Theory]
    [InlineData("none.csv", null, "none.csv")]
    [InlineData("empty.csv", "", "empty.csv")]
    [InlineData("back.csv", "timestamp,input_tokens,output_tokens\n2026-01-01T00:00:10Z,10,10\n2026-01-01T00:00:05Z,10,10\n", "back.csv:3")]
    [InlineData("minus.csv", "timestamp,input_tokens,output_tokens\n2026-01-01T00:00:10Z,-10,10\n2026-01-01T00:00:15Z,10,many\n", "minus.csv:2")]
    public async Task A_bad_trace_is_refused_with_its_own_line(string trace, string? text, string said)
    {
        using Scratch scratch = new();
        if (text is not null) scratch.Write(trace, text);
        var file = scratch.Write("traced.yaml",
            $$"""
            name: traced
            workloads:
              chat:
                kind: inference
                model: llama-3.1-8b
                rate: {trace: {{trace}}}
                slo: {ttft: p95 < 1s, tpot: p95 < 60ms}
                users: {us-east: 100%}
            """);
        (await Cli.RunAsync("plan", file)).ShouldBeRefused(said);
    }
}
