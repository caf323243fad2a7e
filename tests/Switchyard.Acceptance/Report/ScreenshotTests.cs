using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Report;

/// <summary>The pictures in docs/report.md: <c>UPDATE_SCREENSHOTS=1 ./test ScreenshotTests</c> takes them anew.</summary>
public sealed partial class ScreenshotTests(Browser browser, Plans plans)
{
    private const int MostBytes = 300_000;
    private static readonly string Docs = Path.Combine(Cli.Root, "docs");

    // Name, view, colours, width of the window.
    private static readonly (string Name, string View, ColorScheme Colours, int Width)[] Pictures =
    [
        ("report-summary", "summary", ColorScheme.Light, 1180), ("report-buy", "buy", ColorScheme.Light, 1180), ("report-supply", "supply", ColorScheme.Light, 1180),
        ("report-places", "places", ColorScheme.Light, 1180), ("report-cost-dark", "cost", ColorScheme.Dark, 1180), ("report-proof", "proof", ColorScheme.Light, 1180),
        ("report-trouble", "trouble", ColorScheme.Light, 1180),
    ];

    [Fact]
    public async Task Every_picture_in_the_docs_is_there_and_small()
    {
        var token = TestContext.Current.CancellationToken;
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") is { Length: > 0 }) await TakeAsync();
        var named = Picture().Matches(await File.ReadAllTextAsync(Path.Combine(Docs, "report.md"), token)).Select(m => m.Groups[1].Value).ToList();
        named.ShouldBe(Pictures.Select(p => $"images/{p.Name}.png"), ignoreOrder: true);
        foreach (var picture in named)
        {
            var file = new FileInfo(Path.Combine(Docs, picture));
            file.Exists.ShouldBeTrue($"{picture} is missing: UPDATE_SCREENSHOTS=1 ./test ScreenshotTests takes it");
            file.Length.ShouldBeInRange(5_000, MostBytes, picture);
            var start = new byte[8];
            await using var stream = file.OpenRead();
            await stream.ReadExactlyAsync(start, token);
            start.ShouldBe([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], picture);
        }
    }

    private async Task TakeAsync()
    {
        Browser.Need();
        Directory.CreateDirectory(Path.Combine(Docs, "images"));
        // As a reader would make it: as many runs as usual, under stress too, and what would mend the plan.
        using Scratch scratch = new();
        var (plan, evidence, page) = ((await plans.OfAsync("logistics")).Path, scratch["evidence.json"], scratch["report.html"]);
        (await Cli.RunAsync(["prove", plan, "--stress", "--out", evidence], "", TimeSpan.FromMinutes(10))).ExitCode.ShouldBeOneOf(0, 2);
        (await Cli.RunAsync("report", plan, evidence, "--out", page)).ExitCode.ShouldBe(0);
        foreach (var (name, view, colours, width) in Pictures)
        {
            await using var open = await browser.OpenAsync(page, new() { ColorScheme = colours, ViewportSize = new() { Width = width, Height = 1000 } });
            await open.ScrollThroughAsync();
            await open.Page.Locator($"#{view}").ScreenshotAsync(new() { Path = Path.Combine(Docs, "images", $"{name}.png") });
        }
    }

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Picture();
}
