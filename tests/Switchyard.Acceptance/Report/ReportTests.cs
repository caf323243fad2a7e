using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Switchyard.Acceptance.Plan;
using Switchyard.Acceptance.Schemas;
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
        var purchases = plan.GetProperty("purchases").EnumerateArray().GroupBy(p => (p.Text("workload"), p.Text("offer"), p.Text("purchase_kind"))).ToList();
        await RowsAsync(page, "#buy", "Purchases", purchases.Select(same => new[]
        {
            same.Key.Item1, same.Key.Item2, string.Join("; ", same.Select(p => p.Text("configuration")).Distinct()), new Money(same.Sum(p => p.Usd("cost"))).ToString(),
        }));
        await RowsAsync(page, "#buy", "Most instances", cost.GetProperty("per_month").EnumerateObject().Select(string[] (m) =>
        [
            m.Name,
            .. purchases.Select(same => same.SelectMany(p => p.GetProperty("months").EnumerateArray()).Where(b => b.Text("month") == m.Name).Sum(b => b.Usd("instances")).ToString("#,##0.##", CultureInfo.InvariantCulture)),
        ]));
        await RowsAsync(page, "#baselines", "Ways of buying", plan.GetProperty("baselines").EnumerateArray().Select(b => new[] { b.Text("name") == "current" ? "what runs today, kept" : b.Text("name"), b.Text("detail"), b.GetProperty("cost").ValueKind == JsonValueKind.Null ? "cannot be done" : Usd(b, "cost") }), skip: 1);
        await RowsAsync(page, "#cost", "Cash by month", cost.GetProperty("per_month").EnumerateObject().Select(m => new[]
        {
            m.Name, new Money(m.Value.GetDecimal()).ToString(), Usd(cost.GetProperty("amortised_per_month"), m.Name), Usd(cost.GetProperty("present_value_per_month"), m.Name),
        }));
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

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task Each_view_shows_the_figures_of_the_proof(string scenario)
    {
        Browser.Need();
        var made = await plans.EvidenceAsync(scenario);
        (await SchemaFile.AgainstAsync("evidence", made.Run.Stdout)).ShouldBeEmpty();
        var path = await browser.ProvenReportAsync(plans, scenario);
        new FileInfo(path).Length.ShouldBeLessThan(MostBytes);
        await using var open = await browser.OpenAsync(path);
        var page = open.Page;
        await open.ScrollThroughAsync();
        (await SchemaFile.AgainstAsync("report", (await page.Locator("#report-data").TextContentAsync())!)).ShouldBeEmpty();

        var (evidence, expected) = (made.Json, made.Json.GetProperty("expected"));
        var holds = evidence.GetProperty("holds").GetBoolean();
        (await page.Locator("#summary h2").InnerTextAsync()).ShouldEndWith(holds ? "Replayed, it holds." : "Replayed, it does not hold.");
        (await page.Locator("#proof h2").First.InnerTextAsync()).ShouldStartWith(holds ? "The plan holds: in 2 runs" : "The plan does not hold in 2 runs: ");
        var breaches = expected.GetProperty("breaches").EnumerateArray().ToList();
        if (breaches.Count > 0) await RowsAsync(page, "#proof", "What breaks", breaches.Select(b => new[] { b.Text("first"), $"{b.GetProperty("months").GetArrayLength()}", b.Text("detail") }));
        await RowsAsync(page, "#bill", "Bill by month", expected.GetProperty("cash_per_month").EnumerateObject().Select(m => new[] { m.Name, Usd(m.Value, "mean"), Usd(m.Value, "low"), Usd(m.Value, "high") }));
        foreach (var service in expected.GetProperty("services").EnumerateArray())
        {
            foreach (var objective in service.GetProperty("objectives").EnumerateArray().GroupBy(o => o.Text("objective")))
            {
                await RowsAsync(page, "#attainment", $"{service.Text("workload")}: share of requests that keep {objective.Key.ToUpperInvariant()}",
                    objective.Select(o => new[] { o.Text("month"), Share(o.GetProperty("attained").GetProperty("mean")), o.GetProperty("holds").GetBoolean() ? "yes" : "no" }));
            }
        }

        var jobs = expected.GetProperty("jobs").EnumerateArray().ToList();
        if (jobs.Count > 0) await RowsAsync(page, "#attainment", "Runs of", jobs.Select(j => new[] { j.Text("workload"), j.GetProperty("runs").GetInt32().ToString("#,##0", CultureInfo.InvariantCulture) }));
        await RowsAsync(page, "#hours", "Accelerator-hours", expected.GetProperty("accelerator_hours").EnumerateObject().SelectMany(w => w.Value.EnumerateObject().Select(_ => new[] { w.Name })));
        var timeline = expected.GetProperty("timeline").EnumerateArray().ToList();
        if (timeline.Count > 0) await RowsAsync(page, "#trouble", "All events", timeline.Select(e => new[] { e.Text("at"), e.Text("what") }));
        string[] parts = ["predictions_wrong_by_p90", "stress"];
        var others = parts.Where(p => evidence.TryGetProperty(p, out _)).SelectMany(p => evidence.GetProperty(p).ValueKind == JsonValueKind.Array ? [.. evidence.GetProperty(p).EnumerateArray()] : new[] { evidence.GetProperty(p) });
        await RowsAsync(page, "#stress", "Circumstances", others.Prepend(expected).Select(c => new[] { c.Text("case"), c.GetProperty("breaches").GetArrayLength() == 0 ? "✓ holds" : null }.OfType<string>().ToArray()));
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
        await using var open = await browser.OpenAsync(await browser.ReportAsync(plans, "batch-nightly"), new() { ColorScheme = ColorScheme.Dark, ViewportSize = new() { Width = 1280, Height = 900 } });
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
        await using var open = await browser.OpenAsync(await browser.ProvenReportAsync(plans, "logistics"), new() { ColorScheme = colours, ViewportSize = new() { Width = width, Height = 900 }, BypassCSP = true });
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
    public async Task All_of_it_can_be_reached_by_keyboard_and_nothing_moves_that_need_not()
    {
        Browser.Need();
        await using var open = await browser.OpenAsync(await browser.ProvenReportAsync(plans, "batch-nightly"), new() { ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = open.Page;
        (await page.EvaluateAsync<string>("getComputedStyle(document.documentElement).scrollBehavior")).ShouldBe("auto");
        await open.ScrollThroughAsync();
        (await page.EvaluateAsync<int>("document.getAnimations().length")).ShouldBe(0);

        // Tab by tab: the way past the contents, the button, each entry of the contents, then what is in the sections.
        var reached = new HashSet<string>();
        string? first = null;
        for (var i = 0; i < 400; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string>("(() => { const e = document.activeElement; return e === document.body ? '' : `${e.className || e.tagName.toLowerCase()} ${e.closest('section')?.id ?? ''}`.trim(); })()");
            if (at.Length == 0) break;
            first ??= at;
            reached.Add(at);
        }

        first.ShouldBe("skip");
        reached.ShouldContain("theme");
        foreach (var section in await page.Locator("section").EvaluateAllAsync<string[]>("all => all.filter(s => s.querySelector('.chart')).map(s => s.id)")) reached.ShouldContain($"chart {section}");
        reached.ShouldContain("sort baselines");
        reached.ShouldContain("copy baselines");
        await page.Locator("#cost summary").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.Locator("#cost details").First.EvaluateAsync<bool>("d => d.open")).ShouldBeTrue();
        open.Trouble.ShouldBeEmpty();
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

    private static string Share(JsonElement share) => $"{Math.Round(share.GetDecimal() * 100, 2, MidpointRounding.AwayFromZero):0.00}%";

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
