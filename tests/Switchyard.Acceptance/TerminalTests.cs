using System.Text.Json;
using Switchyard.Acceptance.Plan;
using Switchyard.Units;

namespace Switchyard.Acceptance;

/// <summary>On a terminal, NO_COLOR is heeded, and what is shown fits it with every figure whole.</summary>
public sealed class TerminalTests(Plans plans)
{
    [Fact]
    public async Task With_NO_COLOR_there_are_no_colours_on_a_terminal_either()
    {
        var stdout = await ShownAsync(["market", "accelerators", "--accelerator", "H100"], 140, new() { ["NO_COLOR"] = "1", ["TERM"] = "xterm-256color" });
        stdout.ShouldContain("H100-80GB");
        stdout.ShouldNotMatch("\u001b\\[(3|4|9|10)[0-9](;[0-9]+)*m");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task A_plan_and_its_proof_fit_the_terminal_and_no_figure_is_torn(int width)
    {
        var plan = await plans.OfAsync("batch-nightly");
        var dumb = new Dictionary<string, string?> { ["TERM"] = "dumb" };
        var shown = await ShownAsync(["plan", "scenarios/batch-nightly"], width, dumb);
        shown.ShouldNotContain('\u001b');
        foreach (var same in plan.Json.GetProperty("purchases").EnumerateArray().GroupBy(p => (p.Text("workload"), p.Text("offer"), p.Text("purchase_kind"))))
            shown.ShouldContain($" {new Money(same.Sum(p => p.Usd("cost")))} ");
        foreach (var baseline in plan.Json.GetProperty("baselines").EnumerateArray().Where(b => b.GetProperty("cost").ValueKind == JsonValueKind.Number))
            shown.ShouldContain($" {new Money(baseline.Usd("cost"))} ");
        Widest(shown).ShouldBeLessThanOrEqualTo(width);

        var proof = await ShownAsync(["prove", (await plans.OfAsync("logistics")).Path, "--no-mend", "--seeds", "2"], width, dumb, 0, 2);
        foreach (var whole in new[] { "routing-llm", "ttft p95 < 500ms", "tpot p95 < 50ms", "finetune", " 48 " }) proof.ShouldContain(whole);
        Widest(proof).ShouldBeLessThanOrEqualTo(width);
    }

    private static int Widest(string shown) => shown.Split('\n').Max(line => line.TrimEnd('\r').Length);

    private static async Task<string> ShownAsync(string[] arguments, int width, Dictionary<string, string?> environment, params int[] codes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "a terminal is made by 'script', which is not here");
        // 'script' runs a line of shell; $0 and so on would need quoting, so the command is named by the environment.
        using var process = Cli.Start(
            arguments, Cli.Root, environment,
            "sh", "-c", $"line='stty cols {width};'; for word; do line=\"$line '$word'\"; done; exec script -qec \"$line\" /dev/null", "terminal");
        // Its stdin stays open: 'script' takes an end of it for the end of the session.
        var stdout = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBeOneOf(codes.Length == 0 ? [0] : codes);
        return stdout;
    }
}
