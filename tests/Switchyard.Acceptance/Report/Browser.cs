using System.Collections.Concurrent;
using Microsoft.Playwright;
using Switchyard.Acceptance.Plan;
using Switchyard.Acceptance.Report;

[assembly: AssemblyFixture(typeof(Browser))]

namespace Switchyard.Acceptance.Report;

/// <summary>The system's Chromium, started once for all tests, and the reports that they open in it.</summary>
public sealed class Browser : IAsyncLifetime
{
    private readonly Scratch scratch = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> made = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim starting = new(1, 1);
    private IPlaywright? playwright;
    private IBrowser? chromium;

    private static string? Program { get; } = new[] { "chromium", "chromium-browser" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
        .Append("/Applications/Chromium.app/Contents/MacOS/Chromium").FirstOrDefault(File.Exists);

    /// <summary>Where the page is built.</summary>
    public static string PagePath { get; } = Path.Combine(Cli.Root, "artifacts", "web", "report.html");

    /// <summary>Skips the test where the page or the browser is not there.</summary>
    public static void Need()
    {
        Assert.SkipUnless(File.Exists(PagePath), "the report's page is not built: ./test builds it where Node.js is");
        Assert.SkipUnless(Program is not null, "Chromium is not here: ./test installs it");
    }

    /// <summary>The report of a shipped scenario's plan, made by the command.</summary>
    /// <returns>The path of the page.</returns>
    public Task<string> ReportAsync(Plans plans, string scenario) =>
        MadeAsync(scenario, async () => [(await plans.OfAsync(scenario)).Path]);

    /// <summary>The report of a shipped scenario's plan and of what was found about it.</summary>
    /// <returns>The path of the page.</returns>
    public Task<string> ProvenReportAsync(Plans plans, string scenario) =>
        MadeAsync($"{scenario}.proven", async () => [(await plans.OfAsync(scenario)).Path, (await plans.EvidenceAsync(scenario)).Path]);

    private Task<string> MadeAsync(string key, Func<Task<string[]>> files) => made.GetOrAdd(key, name => new(async () =>
    {
        var page = scratch[$"{name}.html"];
        var run = await Cli.RunAsync(["report", .. await files(), "--out", page], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stdout.ShouldBe("");
        return page;
    })).Value;

    /// <summary>Opens a page in a window of its own.</summary>
    public async Task<OpenPage> OpenAsync(string path, BrowserNewContextOptions? options = null)
    {
        await starting.WaitAsync();
        try
        {
            playwright ??= await Playwright.CreateAsync();
            chromium ??= await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] });
        }
        finally
        {
            starting.Release();
        }

        var context = await chromium.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 900 }, ColorScheme = ColorScheme.Light });
        var open = new OpenPage(await context.NewPageAsync());
        await open.Page.GotoAsync($"file://{path}");
        // The beginning is painted first, then comes the rest.
        await open.Page.Locator("html[data-whole]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        return open;
    }

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (chromium is not null) await chromium.DisposeAsync();
        playwright?.Dispose();
        scratch.Dispose();
        starting.Dispose();
    }
}

/// <summary>A page that is open, and what it did that a report must not do.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    /// <summary>Listens to a page before it is loaded.</summary>
    public OpenPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Trouble.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Trouble.Enqueue(error);
        page.Dialog += (_, dialog) => Trouble.Enqueue($"dialog: {dialog.Message}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) Trouble.Enqueue($"request: {request.Url}");
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Console messages, errors, dialogs and requests beyond the file itself.</summary>
    public ConcurrentQueue<string> Trouble { get; } = new();

    /// <summary>Goes through the whole page, so that everything in it is drawn.</summary>
    public Task ScrollThroughAsync() => Page.EvaluateAsync("""
        async () => {
          for (const chart of document.querySelectorAll('.chart, .drawing')) {
            chart.scrollIntoView({ behavior: 'instant', block: 'center' });
            for (let frame = 0; frame < 600 && !chart.querySelector('svg'); frame++) await new Promise(requestAnimationFrame);
          }
          scrollTo({ top: 0, behavior: 'instant' });
        }
        """);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
