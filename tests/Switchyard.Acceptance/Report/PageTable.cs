using System.Diagnostics;
using System.Globalization;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Report;

/// <summary>
/// Measures the report of each shipped scenario with its proof in Chromium and writes the table into docs/report.md. Run by bench/report.sh, never by ./test:
/// the times are those of the machine.
/// </summary>
public sealed class PageTable(Browser browser, Plans plans)
{
    private const int Rounds = 7;
    private const string Begin = "<!-- page: written by bench/report.sh -->", End = "<!-- page: end -->";

    [Fact(Explicit = true)]
    public async Task Write()
    {
        Browser.Need();
        var rows = new List<string>();
        foreach (var scenario in Plans.Shipped.Select(s => s.Data))
        {
            var (plan, evidence) = ((await plans.OfAsync(scenario)).Path, (await plans.EvidenceAsync(scenario)).Path);
            var path = await browser.ProvenReportAsync(plans, scenario);
            var watch = Stopwatch.StartNew();
            (await Cli.RunAsync("report", plan, evidence, "--out", path)).ExitCode.ShouldBe(0);
            var made = watch.Elapsed.TotalMilliseconds;
            // The first round starts the browser.
            await MeasureAsync(path);
            var rounds = new List<(double Paint, double Drawn)>();
            for (var i = 0; i < Rounds; i++) rounds.Add(await MeasureAsync(path));
            rows.Add(string.Create(CultureInfo.InvariantCulture,
                $"| `{scenario}` | {new FileInfo(path).Length / 1e6:0.00} MB | {made:0} ms | {Median(rounds.Select(r => r.Paint)):0} ms ({rounds.Max(r => r.Paint):0} at most) | {Median(rounds.Select(r => r.Drawn)):0} ms |"));
        }

        var file = Path.Combine(Cli.Root, "docs", "report.md");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        var table = $"{Begin}\n| report of plan and proof | size | made in | first paint | all charts drawn |\n|---|---|---|---|---|\n{string.Join("\n", rows)}\n{End}";
        await File.WriteAllTextAsync(file, text[..from] + table + text[(to + End.Length)..], TestContext.Current.CancellationToken);
    }

    // Times since the navigation began, in a window of its own, with nothing cached.
    private async Task<(double Paint, double Drawn)> MeasureAsync(string path)
    {
        await using var open = await browser.OpenAsync(path);
        var paint = await open.Page.EvaluateAsync<double>("""
            async () => {
              for (;;) {
                const [entry] = performance.getEntriesByName('first-contentful-paint');
                if (entry) return entry.startTime;
                await new Promise(requestAnimationFrame);
              }
            }
            """);
        await open.ScrollThroughAsync();
        var drawn = await open.Page.EvaluateAsync<double>("performance.now()");
        open.Trouble.ShouldBeEmpty();
        return (paint, drawn);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
