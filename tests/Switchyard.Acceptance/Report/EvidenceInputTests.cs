using System.Text.Json.Nodes;
using Switchyard.Acceptance.Plan;
using Switchyard.Acceptance.Schemas;

namespace Switchyard.Acceptance.Report;

/// <summary>What was found about a plan goes into its report, when it is whole and about that plan.</summary>
public sealed class EvidenceInputTests(Browser browser, Plans plans)
{
    [Fact]
    public async Task It_is_shown_beside_the_plan()
    {
        Browser.Need();
        using Scratch scratch = new();
        var text = Evidence("batch-nightly").ToJsonString();
        (await SchemaFile.AgainstAsync("evidence", text)).ShouldBeEmpty();
        var page = scratch["report.html"];
        var run = await Cli.RunAsync("report", (await plans.OfAsync("batch-nightly")).Path, scratch.Write("evidence.json", text), "--out", page);
        run.ExitCode.ShouldBe(0, run.Stderr);
        await using var open = await browser.OpenAsync(page);
        await open.ScrollThroughAsync();
        (await open.Page.Locator("#proof h2").First.InnerTextAsync()).ShouldBe("The plan does not hold in 2 runs: chat misses TTFT p95 < 1000ms, first on 2027-02-01.");
        (await open.Page.Locator("#attainment h2").First.InnerTextAsync()).ShouldBe("chat misses TTFT in 1 of 2 months; at worst 91.5% of requests are in time.");
        (await open.Page.Locator("#attainment h2").Nth(1).InnerTextAsync()).ShouldContain("nightly-evals: 98.0% of 10 runs, 95% must be.");
        (await open.Page.Locator("#bill h2").InnerTextAsync()).ShouldBe("The bill is $1,300 ($1,250 to $1,350): 4.0% above the plan’s $1,250.");
        (await open.Page.Locator("#hours h2").InnerTextAsync()).ShouldBe("90.0% of 1,000 accelerator-hours do useful work; most of the rest, 10.0%, is idle.");
        (await open.Page.Locator("#trouble h2").InnerTextAsync()).ShouldBe("Trouble begins on 2027-02-01: chat misses TTFT p95 < 1000ms.");
        (await open.Page.Locator("#trouble .table.open").InnerTextAsync()).ShouldContain("a machine was lost");
        (await open.Page.Locator("#stress h2").InnerTextAsync()).ShouldBe("With one zone out the plan still holds, and the bill changes by +$200.00.");
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task Evidence_about_another_plan_or_with_parts_missing_is_refused_with_all_that_is_wrong()
    {
        using Scratch scratch = new();
        var evidence = Evidence("another");
        evidence["expected"]!.AsObject().Remove("services");
        evidence["expected"]!["jobs"]![0]!["runs"] = "ten";
        evidence["stress"]![0]!.AsObject().Remove("timeline");
        var old = Evidence("batch-nightly");
        old["schema"] = "switchyard.evidence/0";
        var run = await Cli.RunAsync(
            "report", (await plans.OfAsync("batch-nightly")).Path, scratch.Write("a.json", evidence.ToJsonString()), scratch.Write("b.json", old.ToJsonString()), "--out", scratch["report.html"]);
        run.ShouldBeRefused("evidence about 'another'; the plan is of 'batch-nightly'", "expected.services: is missing", "expected.jobs[0].runs: has another type",
            "stress[0].timeline: is missing", "b.json", "'switchyard.evidence/0' is not switchyard.evidence/1");
        File.Exists(scratch["report.html"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Evidence_about_another_plan_of_the_same_scenario_and_figures_that_are_none_are_refused()
    {
        using Scratch scratch = new();
        var other = Evidence("batch-nightly");
        other["plan"] = "0123456789abcdef";
        var broken = Evidence("batch-nightly");
        broken["expected"]!["cost"]!["mean"] = "x";
        var run = await Cli.RunAsync(
            "report", (await plans.OfAsync("batch-nightly")).Path, scratch.Write("a.json", other.ToJsonString()), scratch.Write("b.json", broken.ToJsonString()), "--out", scratch["report.html"]);
        run.ShouldBeRefused("a.json plan: is evidence about another plan of 'batch-nightly'", "b.json expected.cost.mean: is not a number");
        File.Exists(scratch["report.html"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Evidence_that_was_just_made_is_of_its_plan_and_few_runs_say_what_they_are()
    {
        using Scratch scratch = new();
        var plan = (await plans.OfAsync("batch-nightly")).Path;
        var proof = await Cli.RunAsync("prove", plan, "--seeds", "1", "--no-mend", "--out", scratch["evidence.json"]);
        proof.Stdout.ShouldContain("(1 run of");
        proof.Stdout.ShouldContain("so few runs have no interval");
        (await Cli.RunAsync("report", plan, scratch["evidence.json"], "--out", scratch["report.html"])).ExitCode.ShouldBe(0);
        (await Cli.RunAsync("prove", plan, "--seeds", "1000000")).ShouldBeRefused("at most 10,000");
    }

    private static JsonObject Spread(double mean, double low, double high) => new() { ["mean"] = mean, ["low"] = low, ["high"] = high };

    private static JsonObject Times(double p50) => new() { ["mean"] = p50, ["p50"] = p50, ["p95"] = 2 * p50, ["p99"] = 3 * p50 };

    private static JsonObject Objective(string month, double mean, double low) => new()
    {
        ["objective"] = "ttft", ["month"] = month, ["limit"] = 1, ["wanted"] = 0.95, ["attained"] = Spread(mean, low, Math.Min(1, mean + 0.01)), ["holds"] = low >= 0.95,
    };

    private static JsonObject Case(string name, double cost, bool breaks) => new()
    {
        ["case"] = name, ["seeds"] = 2, ["requests_played"] = 1000,
        ["breaches"] = breaks
            ? new JsonArray(new JsonObject { ["what"] = "chat: ttft p95 < 1000ms", ["workload"] = "chat", ["first"] = "2027-02-01 15:21", ["months"] = new JsonArray("2027-02"), ["detail"] = "91.5 % of requests" })
            : [],
        ["services"] = new JsonArray(new JsonObject
        {
            ["workload"] = "chat", ["requests"] = 1e6, ["ttft"] = Times(0.3), ["tpot"] = Times(0.04), ["e2e"] = Times(9), ["failed"] = Spread(0, 0, 0),
            ["objectives"] = new JsonArray(Objective("2027-01", 0.98, 0.97), Objective("2027-02", 0.915, 0.9)),
        }),
        ["jobs"] = new JsonArray(new JsonObject
        {
            ["workload"] = "nightly-evals", ["runs"] = 10, ["done"] = 10, ["in_time"] = 0.98, ["promised"] = 0.95, ["hours"] = Spread(3, 2, 4), ["wait_hours"] = Spread(0, 0, 0),
            ["failures"] = 0.5, ["worst_slack_hours"] = 1,
        }),
        ["cost"] = Spread(cost, cost - 50, cost + 50), ["planned_cost"] = 1250,
        ["cash_per_month"] = new JsonObject { ["2027-01"] = Spread(600, 590, 610), ["2027-02"] = Spread(700, 690, 710) },
        ["accelerator_hours"] = new JsonObject { ["chat"] = new JsonObject { ["useful"] = Spread(900, 890, 910), ["idle"] = Spread(100, 90, 110) } },
        ["kilowatt_hours"] = null, ["carbon_kilograms"] = null,
        ["timeline"] = new JsonArray(new JsonObject { ["at"] = "2027-01-04 01:16", ["what"] = "a spot machine was taken" }, new JsonObject { ["at"] = "2027-02-01 15:00", ["what"] = "a machine was lost" }),
    };

    private static JsonObject Evidence(string scenario) => new()
    {
        ["schema"] = "switchyard.evidence/1", ["scenario"] = scenario, ["holds"] = false, ["run_hash"] = "0123456789abcdef", ["seeds"] = new JsonArray(1, 2),
        ["expected"] = Case("as expected", 1300, true), ["stress"] = new JsonArray(Case("one zone out", 1500, false)), ["notes"] = new JsonArray(), ["assumed"] = new JsonArray("faults: some"),
    };
}
