using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Report;

/// <summary>Names that somebody chose are text in the report, whatever they are.</summary>
public sealed class HostileTests(Browser browser, Plans plans)
{
    public static TheoryData<string, string> Names => new()
    {
        { "script", "<script>window.hurt = 1</script>" },
        { "end of the data", "</script><script>window.hurt = 1</script><!--" },
        { "image", "<img src=x onerror=\"window.hurt = 1\">" },
        { "template", "{{constructor.constructor('window.hurt = 1')()}} ${window.hurt = 1} {a|b}" },
        { "right to left", "\u202egnp.exe\u202c שלום مرحبا" },
        { "long and right to left", new string('ש', 10_000) },
        { "long", new string('x', 10_000) },
        { "unprintable", "a\u0000b\u2028c\u2029d\ufeff\ud83d\ude00" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_is_text(string which, string name)
    {
        Browser.Need();
        using Scratch scratch = new();
        var plan = JsonNode.Parse((await plans.OfAsync("logistics")).Run.Stdout)!;
        plan["scenario"] = name;
        var first = plan["purchases"]![0]!;
        (first["offer"], first["configuration"], first["price_source"]) = (name, name, name);
        var demand = plan["demand"]![0]!;
        (demand["workload"], demand["model"], demand["supply"]![0]!["offer"]) = (name, name, name);
        (plan["considered"]![0]!["workload"], plan["considered"]![0]!["best"]![0]!["source"]) = (name, name);
        (plan["baselines"]![0]!["name"], plan["baselines"]![0]!["detail"], plan["binding"]![0]!["limit"]) = (name, name, name);
        (plan["alternatives"]![0]!["winner"], plan["assumed"]![0]) = (name, name);
        var evidence = JsonNode.Parse((await plans.EvidenceAsync("logistics")).Run.Stdout)!;
        // Evidence that does not say which plan it is about goes with any of its scenario.
        evidence.AsObject().Remove("plan");
        var expected = evidence["expected"]!;
        (evidence["scenario"], evidence["run_hash"], evidence["assumed"]![0], expected["case"], evidence["stress"]![0]!["case"]) = (name, name, name, name, name);
        (expected["services"]![0]!["workload"], expected["jobs"]![0]!["workload"], expected["timeline"]![0]!["what"], expected["timeline"]![0]!["at"]) = (name, name, name, name);
        expected["breaches"] = new JsonArray(new JsonObject { ["what"] = $"{name}: deadline", ["workload"] = name, ["first"] = name, ["months"] = new JsonArray(name), ["detail"] = name });
        var page = scratch["report.html"];
        var run = await Cli.RunAsync("report", scratch.Write("plan.json", plan.ToJsonString()), scratch.Write("evidence.json", evidence.ToJsonString()), "--out", page);
        run.ExitCode.ShouldBe(0, $"{which}: {run.Stderr}");

        await using var open = await browser.OpenAsync(page);
        await open.ScrollThroughAsync();
        (await open.Page.EvaluateAsync<bool>("'hurt' in window")).ShouldBeFalse();
        // The page's own two scripts, and no picture but those it draws.
        (await open.Page.Locator("script").CountAsync()).ShouldBe(2);
        (await open.Page.Locator("img, iframe, object, embed, link").CountAsync()).ShouldBe(0);
        // HTML has no NUL; the rest comes through as it is.
        (await open.Page.Locator("h1").TextContentAsync()).ShouldBe(name);
        (await open.Page.Locator("#attainment table caption").First.TextContentAsync()).ShouldStartWith(name);
        (await open.Page.Locator("#trouble .table.open").TextContentAsync())!.ShouldContain(name);
        (await open.Page.Locator("#buy .table.open tbody tr").First.Locator("td").Nth(1).TextContentAsync()).ShouldBe(name);
        (await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        var chart = open.Page.Locator("#weighed .chart").First;
        await chart.ScrollIntoViewIfNeededAsync();
        await chart.Locator("svg").WaitForAsync();
        await chart.FocusAsync();
        await open.Page.Keyboard.PressAsync("ArrowRight");
        (await chart.Locator(".tip-head").TextContentAsync()).ShouldBe(name);
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_but_its_own_script_can_run_in_it()
    {
        Browser.Need();
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "batch-nightly"));
        var policy = await open.Page.Locator("meta[http-equiv='Content-Security-Policy']").GetAttributeAsync("content");
        policy.ShouldNotBeNull();
        policy.ShouldStartWith("default-src 'none'; script-src 'sha256-");
        policy.ShouldNotContain("unsafe");
        policy.ShouldNotContain("http");
        await open.Page.EvaluateAsync("() => { const s = document.createElement('script'); s.textContent = 'window.hurt = 1'; document.body.append(s); fetch('https://switchyard.invalid/').catch(() => {}); }");
        (await open.Page.EvaluateAsync<bool>("'hurt' in window")).ShouldBeFalse();
        open.Trouble.ShouldNotBeEmpty();
        open.Trouble.ShouldAllBe(said => said.Contains("Content Security Policy") || said.StartsWith("request: https://switchyard.invalid"));
    }
}
