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

    [Fact]
    public async Task A_baseline_is_a_plan_that_can_be_saved_explained_and_compared()
    {
        using Scratch scratch = new();
        var run = await Cli.RunAsync(["plan", Scenario, "--baseline", "on-demand", "-o", "json", "--out", scratch["b.json"]], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("baseline").Text("name").ShouldBe("all on-demand");
        json.RootElement.GetProperty("purchases").EnumerateArray().ShouldAllBe(p => p.Text("purchase_kind") == "on_demand");
        var made = await plans.OfAsync("batch-nightly");
        var compared = made.Json.GetProperty("baselines").EnumerateArray().First(b => b.Text("name") == "all on-demand");
        json.RootElement.Usd("cost", "total").ShouldBe(compared.Usd("cost"), 0.01m * compared.Usd("cost"));
        (await Cli.RunAsync("explain", scratch["b.json"])).ExitCode.ShouldBe(0);
        (await Cli.RunAsync("plan", "diff", made.Path, scratch["b.json"])).ExitCode.ShouldBe(0);
        var table = await Cli.RunAsync(["plan", Scenario, "--baseline", "single-offer"], "", Plans.Patience);
        table.Stdout.ShouldContain("not the best plan but a baseline");
        table.Stdout.ShouldContain("breaks limits.provider_share");
    }

    [Fact]
    public async Task What_does_not_go_together_is_refused()
    {
        (await Cli.RunAsync("plan", Scenario, "--baseline", "on-demnd", "--why"))
            .ShouldBeRefused("--baseline: 'on-demnd' is not a baseline", "maybe 'on-demand'", "--why: explains the best plan");
        (await Cli.RunAsync("plan", Scenario, "--baseline", "reserved", "--set", "limits.provider_share=40%,50%")).ShouldBeRefused("not a sweep");
        (await Cli.RunAsync("plan", Scenario, "--why", "--no-explain")).ShouldBeRefused("--why: stands beside --no-explain");
        (await Cli.RunAsync("plan", Scenario, "--why", "--set", "limits.provider_share=40%,50%")).ShouldBeRefused("--why: explains one plan");
    }

    [Fact]
    public async Task A_baseline_that_cannot_be_done_is_a_no()
    {
        // Nothing is committed to for a run of a few hours in this scenario's month.
        var run = await Cli.RunAsync(["plan", "scenarios/frontier-training", "--baseline", "on-demand"], "", Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stdout);
        run.Stdout.ShouldBe("");
        run.Stderr.ShouldContain("there is no plan as in 'all on-demand'");
    }

    [Fact]
    public async Task Why_is_told_saved_and_explained()
    {
        using Scratch scratch = new();
        var run = await Cli.RunAsync(["plan", Scenario, "--why", "--out", scratch["w.json"]], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldContain("limits.provider_share (80%) costs $");
        run.Stdout.ShouldContain("5 points more (85%) saves $");
        run.Stdout.ShouldContain("At other loads");
        var explained = await Cli.RunAsync("explain", scratch["w.json"], "archive");
        explained.ExitCode.ShouldBe(0, explained.Stderr);
        explained.Stdout.ShouldContain("archive keeps crusoe/all/mi300x-x1 spot until");
        explained.Stdout.ShouldNotContain("embed keeps");
        (await Cli.RunAsync("explain", scratch["w.json"])).Stdout.ShouldContain("limits.provider_share (80%) costs $");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(scratch["w.json"], TestContext.Current.CancellationToken));
        json.RootElement.GetProperty("why").GetProperty("loads").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task Logistics_says_what_better_use_of_its_machines_frees()
    {
        var first = (await plans.OfAsync("logistics")).Json.GetProperty("use_first");
        first.Usd("today").ShouldBeGreaterThan(0);
        var steps = first.GetProperty("steps").EnumerateArray().ToList();
        steps.Select(s => s.Text("step")).ShouldBe(["packing", "batching", "precision", "better-suited accelerator"]);
        steps.Sum(s => s.Usd("saved")).ShouldBe(first.Usd("saved"));
        first.Usd("saved").ShouldBeGreaterThan(0);
        (first.Usd("today") - first.Usd("saved")).ShouldBe(steps[^1].Usd("after"));
        (await plans.OfAsync("batch-nightly")).Json.GetProperty("use_first").ValueKind.ShouldBe(JsonValueKind.Null);
    }
}
