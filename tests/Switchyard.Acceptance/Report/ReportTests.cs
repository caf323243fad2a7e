using System.Text.Json;
using Microsoft.Playwright;
using Switchyard.Acceptance.Plan;
using Switchyard.Units;

namespace Switchyard.Acceptance.Report;

/// <summary>The report in a real browser: it shows the figures of its plan, asks the network for nothing, and says no error.</summary>
public sealed class ReportTests(Browser browser, Plans plans)
{
    private const int MostBytes = 2_500_000;

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task Each_view_shows_the_figures_of_the_plan(string scenario)
    {
        Browser.Need();
        var plan = (await plans.OfAsync(scenario)).Json;
        var path = await browser.ReportAsync(plans, scenario);
        new FileInfo(path).Length.ShouldBeLessThan(MostBytes);
        await using var open = await browser.OpenAsync(path);
        var page = open.Page;
        await open.ScrollThroughAsync();

        (await page.TitleAsync()).ShouldBe($"{scenario}: Switchyard report");
        var cost = plan.GetProperty("cost");
        (await page.Locator("#summary").InnerTextAsync()).ShouldContain(Usd(cost, "total"));
        (await page.Locator("#summary").InnerTextAsync()).ShouldContain(Usd(plan, "bound"));

        // Each row of a table is a row of the plan, in its order.
        await RowsAsync(page, "#buy", "Purchases", plan.GetProperty("purchases").EnumerateArray().Select(p => new[] { p.Text("workload"), p.Text("offer"), p.Text("configuration"), Usd(p, "cost") }));
        await RowsAsync(page, "#baselines", "Ways of buying", plan.GetProperty("baselines").EnumerateArray().Select(b => new[] { b.Text("name"), b.Text("detail"), b.GetProperty("cost").ValueKind == JsonValueKind.Null ? "cannot be done" : Usd(b, "cost") }), skip: 1);
        await RowsAsync(page, "#cost", "Cash by month", cost.GetProperty("per_month").EnumerateObject().Select(m => new[] { m.Name, new Money(m.Value.GetDecimal()).ToString() }));
        await RowsAsync(page, "#runner-up", "Runner-up", plan.GetProperty("alternatives").EnumerateArray().Where(a => a.Text("winner") != "nothing").Select(a => new[] { a.Text("workload"), a.Text("winner") }));
        foreach (var demand in plan.GetProperty("demand").EnumerateArray())
            await RowsAsync(page, "#supply", $"Demand and capacity of {demand.Text("workload")},", demand.GetProperty("months").EnumerateArray().Select(m => new[] { m.Text("month") }));
        foreach (var considered in plan.GetProperty("considered").EnumerateArray())
        {
            await RowsAsync(page, "#weighed", $"Options for {considered.Text("workload")}",
                considered.GetProperty("best").EnumerateArray().Select(o => new[] { o.Text("source"), o.Text("configuration"), Usd(o, "unit_cost"), o.Text("price_source") }));
        }

        if (plan.GetProperty("binding").GetArrayLength() > 0) await RowsAsync(page, "#limits", "Binding limits", plan.GetProperty("binding").EnumerateArray().OrderByDescending(b => b.Usd("worth")).Select(b => new[] { b.Text("limit"), b.Text("value"), Usd(b, "worth") }));
        else (await page.Locator("#limits").CountAsync()).ShouldBe(0);
        var assumed = await page.Locator("#assumptions").InnerTextAsync();
        foreach (var line in plan.GetProperty("assumed").EnumerateArray()) assumed.ShouldContain(line.GetString()!.Split(": ")[0]);

        // What is drawn is there: a chart or a map for each box, nothing wider than the window.
        (await page.Locator(".chart:not(:has(svg)), .drawing:not(:has(svg))").CountAsync()).ShouldBe(0);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task Hover_and_arrow_keys_show_a_months_figures_with_where_they_come_from()
    {
        Browser.Need();
        var plan = (await plans.OfAsync("logistics")).Json;
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "logistics"));
        var chart = open.Page.Locator("#cost .chart").First;
        await chart.ScrollIntoViewIfNeededAsync();
        await chart.Locator("svg").WaitForAsync();
        var box = (await chart.BoundingBoxAsync())!;
        await open.Page.Mouse.MoveAsync(box.X + (box.Width * 0.5f), box.Y + (box.Height * 0.5f));
        var tip = chart.Locator(".tip");
        await tip.WaitForAsync();
        var (month, text) = ((await tip.Locator(".tip-head").InnerTextAsync()).Trim(), await tip.InnerTextAsync());
        text.ShouldContain(new Money(plan.GetProperty("cost").GetProperty("per_month").GetProperty(month).GetDecimal()).ToString());
        text.ShouldContain("The plan:");

        await open.Page.Mouse.MoveAsync(1, 1);
        await chart.FocusAsync();
        await open.Page.Keyboard.PressAsync("ArrowRight");
        await open.Page.Keyboard.PressAsync("ArrowRight");
        var second = plan.GetProperty("cost").GetProperty("per_month").EnumerateObject().ElementAt(1);
        (await open.Page.Locator("#cost [aria-live]").First.TextContentAsync())!.ShouldStartWith(second.Name);
        (await tip.InnerTextAsync()).ShouldContain(new Money(second.Value.GetDecimal()).ToString());
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tables_sort_by_value_and_copy_as_CSV()
    {
        Browser.Need();
        var plan = (await plans.OfAsync("logistics")).Json;
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "logistics"));
        await open.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var table = open.Page.Locator("#baselines .table");
        await table.GetByRole(AriaRole.Button, new() { Name = "Total" }).ClickAsync();
        var shown = await table.Locator("tbody td:nth-child(3)").AllInnerTextsAsync();
        var costs = plan.GetProperty("baselines").EnumerateArray().Where(b => b.GetProperty("cost").ValueKind != JsonValueKind.Null)
            .Select(b => b.Usd("cost")).Append(plan.GetProperty("cost").Usd("total")).Order().Select(usd => new Money(usd).ToString()).ToList();
        shown.Take(costs.Count).ShouldBe(costs);
        (await table.Locator("th").Nth(2).GetAttributeAsync("aria-sort")).ShouldBe("ascending");

        await table.GetByRole(AriaRole.Button, new() { Name = "Copy as CSV" }).ClickAsync();
        await table.GetByText("Copied").WaitForAsync();
        var lines = (await open.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).TrimEnd().Split("\r\n");
        lines[0].ShouldBe("Way of buying,Which,Total,Against the plan,Breaks");
        lines.Length.ShouldBe(1 + 1 + plan.GetProperty("baselines").GetArrayLength());
        open.Trouble.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_follows_the_systems_colours_the_readers_choice_and_the_paper()
    {
        Browser.Need();
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "startup"), new() { ColorScheme = ColorScheme.Dark, ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = open.Page;
        Task<string> Ground() => page.EvaluateAsync<string>("getComputedStyle(document.querySelector('section')).backgroundColor");
        (await Ground()).ShouldBe("rgb(22, 25, 29)");
        var button = page.Locator("button.theme");
        await button.ClickAsync();
        (await button.InnerTextAsync()).ShouldBe("Colours: light");
        (await Ground()).ShouldBe("rgb(255, 255, 255)");
        await button.ClickAsync();
        (await Ground()).ShouldBe("rgb(22, 25, 29)");

        // Paper is light, whatever the screen is; all charts are on it, also those that were never looked at, and the controls are not.
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await page.Locator("html[data-theme=light]").WaitForAsync();
        (await page.Locator(".chart:not(:has(svg)), .drawing:not(:has(svg))").CountAsync()).ShouldBe(0);
        (await button.IsVisibleAsync()).ShouldBeFalse();
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await page.Locator("html[data-theme=dark]").WaitForAsync();
        var pdf = await page.PdfAsync(new() { Format = "A4", PrintBackground = true });
        System.Text.Encoding.Latin1.GetString(pdf).ShouldStartWith("%PDF");
        pdf.Length.ShouldBeGreaterThan(30_000);
        open.Trouble.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task It_keeps_the_rules_of_accessibility(ColorScheme colours, int width)
    {
        Browser.Need();
        var axe = Path.Combine(Cli.Root, "web", "node_modules", "axe-core", "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not here: ./test fetches it");
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "logistics"), new() { ColorScheme = colours, ViewportSize = new() { Width = width, Height = 900 }, BypassCSP = true });
        await open.ScrollThroughAsync();
        await open.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        await open.Page.AddScriptTagAsync(new() { Path = axe });
        var found = await open.Page.EvaluateAsync<string[]>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
              .violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`))
            """);
        found.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_paints_before_its_charts_are_drawn()
    {
        Browser.Need();
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "logistics"));
        await open.Page.EvaluateAsync("async () => { while (performance.getEntriesByName('first-contentful-paint').length === 0) await new Promise(requestAnimationFrame); }");
        var first = await open.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        // How long it took is told, not judged: this machine does other things too. An idle one is under a second.
        TestContext.Current.SendDiagnosticMessage($"first contentful paint after {first:0} ms");
        // Charts far below wait until they are come near.
        (await open.Page.Locator("#weighed .chart svg").CountAsync()).ShouldBe(0);
        open.Trouble.ShouldBeEmpty();
    }

    private static string Usd(JsonElement parent, string name) => new Money(parent.Usd(name)).ToString();

    // The cells of a row are looked for in order; there may be others between them.
    private static async Task RowsAsync(IPage page, string view, string title, IEnumerable<string[]> rows, int skip = 0)
    {
        var table = page.Locator($"{view} .scroll[aria-label^='{title}']").First;
        var shown = await table.EvaluateAsync<string[][]>("t => [...t.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent))");
        var expected = rows.ToList();
        (shown.Length - skip).ShouldBe(expected.Count, $"{view}: {title}");
        foreach (var (row, cells) in shown.Skip(skip).Zip(expected))
        {
            var at = -1;
            foreach (var cell in cells)
            {
                at = Array.IndexOf(row, cell, at + 1);
                at.ShouldBeGreaterThanOrEqualTo(0, $"{view}: {title}: '{cell}' is not, or not in its place, in {string.Join(" | ", row)}");
            }
        }
    }
}
