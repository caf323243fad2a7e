using System.Text.Json;

namespace Switchyard.Acceptance.Plan;

/// <summary><c>plan --set</c>, sweeps, and <c>plan diff</c>.</summary>
public sealed class WhatIfTests(Plans plans)
{
    private const string Scenario = "scenarios/batch-nightly";

    [Fact]
    public async Task A_setting_takes_the_place_of_what_the_file_says()
    {
        var made = await plans.OfAsync("batch-nightly");
        var run = await Cli.RunAsync(["plan", Scenario, "--set", "limits.provider_share=60%", "-o", "json"], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("limits").EnumerateArray().ShouldContain(l => l.Text("limit") == "limits.provider_share" && l.Text("value") == "60%");
        json.RootElement.Usd("cost", "total").ShouldBeGreaterThan(made.Json.Usd("cost", "total"));

        using Scratch scratch = new();
        var diff = await Cli.RunAsync("plan", "diff", made.Path, scratch.Write("b.json", run.Stdout), "-o", "json");
        diff.ExitCode.ShouldBe(0, diff.Stderr);
        using var said = JsonDocument.Parse(diff.Stdout);
        said.RootElement.Text("schema").ShouldBe("switchyard.diff/1");
        said.RootElement.GetProperty("same").GetBoolean().ShouldBeFalse();
        said.RootElement.GetProperty("totals")[0].Usd("difference").ShouldBe(json.RootElement.Usd("cost", "total") - made.Json.Usd("cost", "total"));
        said.RootElement.GetProperty("limits")[0].Text("after").ShouldBe("60%");

        var table = await Cli.RunAsync("plan", "diff", made.Path, scratch["b.json"]);
        table.ExitCode.ShouldBe(0, table.Stderr);
        table.Stdout.ShouldContain("limits.provider_share");
    }

    [Fact]
    public async Task A_plan_does_not_differ_from_itself()
    {
        var made = await plans.OfAsync("batch-nightly");
        var run = await Cli.RunAsync("plan", "diff", made.Path, made.Path);
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldContain("the same purchases at the same cost");
    }

    [Fact]
    public async Task Plans_of_different_scenarios_are_compared_as_far_as_they_can_be()
    {
        var run = await Cli.RunAsync("plan", "diff", (await plans.OfAsync("batch-nightly")).Path, (await plans.OfAsync("frontier-training")).Path);
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldContain("different scenarios, batch-nightly and frontier-training");
    }

    [Fact]
    public async Task What_is_no_plan_is_not_compared()
    {
        using Scratch scratch = new();
        (await Cli.RunAsync("plan", "diff", "no-such.json", scratch.Write("x.json", "{}")))
            .ShouldBeRefused("no-such.json: there is no such file", "x.json: no plan");
    }

    [Fact]
    public async Task Several_values_make_a_sweep()
    {
        using Scratch scratch = new();
        var run = await Cli.RunAsync(
            ["plan", Scenario, "--set", "limits.provider_share=40%..100%:30%", "--set", "workloads.embed.within=8h,6h", "-o", "json", "--out", scratch["s.json"]], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        (await File.ReadAllTextAsync(scratch["s.json"], TestContext.Current.CancellationToken)).ShouldBe(run.Stdout);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.Text("schema").ShouldBe("switchyard.sweep/1");
        var made = await plans.OfAsync("batch-nightly");
        json.RootElement.Usd("base", "total").ShouldBe(made.Json.Usd("cost", "total"), 0.01m * made.Json.Usd("cost", "total"));
        var variants = json.RootElement.GetProperty("variants").EnumerateArray().ToList();
        variants.Select(v => $"{v.GetProperty("settings").Text("limits.provider_share")} {v.GetProperty("settings").Text("workloads.embed.within")}")
            .ShouldBe(["40% 8h", "40% 6h", "70% 8h", "70% 6h", "100% 8h", "100% 6h"]);
        foreach (var variant in variants)
            variant.Usd("against_base").ShouldBe(variant.Usd("total") - json.RootElement.Usd("base", "total"));
        // A looser share is never dearer.
        variants[0].Usd("total").ShouldBeGreaterThanOrEqualTo(variants[2].Usd("total"));
        variants[2].Usd("total").ShouldBeGreaterThanOrEqualTo(variants[4].Usd("total"));

        var table = await Cli.RunAsync(["plan", Scenario, "--set", "limits.provider_share=40%,100%"], "", Plans.Patience);
        table.ExitCode.ShouldBe(0, table.Stderr);
        table.Stdout.ShouldContain("as in the file");
    }

    [Fact]
    public async Task A_sweep_in_which_nothing_can_be_done_says_no()
    {
        var run = await Cli.RunAsync(["plan", Scenario, "--set", "limits.budget.cash=$1/month,$2/month"], "", Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stderr);
        run.Stdout.ShouldContain("no plan");
    }

    [Fact]
    public async Task What_is_wrong_with_settings_comes_at_once()
    {
        (await Cli.RunAsync("plan", Scenario, "--set", "limits.provder_share=40%", "--set", "workloads.embed.work=fast")).ShouldBeRefused(
            "--set limits.provder_share: is not a known key; maybe 'provider_share'", "--set workloads.embed.work: 'fast' is not a count", "2 problems");
        (await Cli.RunAsync("plan", Scenario, "--set", "limits.provider_share=1..5:0", "--set", "x")).ShouldBeRefused("a step of 0", "--set x: has no value");
        (await Cli.RunAsync("plan", Scenario, "--set", "horizon=1..50:1", "--set", "limits.provider_share=1%..50%:1%")).ShouldBeRefused("2,500 variants");
        // A problem that every variant has is told once.
        var run = await Cli.RunAsync("plan", Scenario, "--set", "limits.provder_share=40%,50%");
        run.ShouldBeRefused("provder_share");
        run.Stderr.Split('\n').Count(line => line.Contains("provder_share", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Without_explanations_the_plan_is_as_good()
    {
        var made = await plans.OfAsync("batch-nightly");
        var run = await Cli.RunAsync(["plan", Scenario, "--no-explain", "-o", "json"], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("baselines").GetArrayLength().ShouldBe(0);
        json.RootElement.Usd("cost", "total").ShouldBe(made.Json.Usd("cost", "total"), 0.01m * made.Json.Usd("cost", "total"));
    }
}
