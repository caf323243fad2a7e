using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Switchyard.Acceptance.Plan;

/// <summary>Ctrl-C ends a plan at once and leaves nothing half done.</summary>
public sealed class InterruptTests
{
    private const int Interrupt = 2;

    // Enough work for minutes: many services that share a budget, to be solved exactly.
    private static readonly string Long =
        """
        name: long
        start: 2027-01-01
        horizon: 60 months
        limits:
          budget: {cash: $2M/month}
          provider_share: 40%
        workloads:

        """ + string.Concat(Enumerable.Range(0, 20).Select(i =>
        $$"""
          service-{{i}}:
            kind: inference
            model: llama-3.1-8b
            rate: {peak: {{i + 1}}/s, shape: daily, growth: 3%/month}
            tokens: {input: {p50: 1200, p95: 4000}, output: {p50: {{250 + (10 * i)}}, p95: {{700 + (10 * i)}} } }
            slo: {ttft: p95 < 1s, tpot: p95 < 60ms}
            users: {us-east: 50%, europe-west: 50%}
            spot: no

        """));

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task It_ends_within_a_second_with_130_and_nothing_half_done(double seconds)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGINT");
        Assert.SkipWhen(IgnoresInterrupts(), "this process was started to ignore interrupts, and so would what it starts");
        var token = TestContext.Current.CancellationToken;
        using Scratch scratch = new();
        var file = scratch.Write("long.yaml", Long);
        using var process = Cli.Start(["plan", file, "-o", "json", "--gap", "0", "--nodes", "100000000", "--out", scratch["plan.json"]], scratch.Folder);
        process.StandardInput.Close();
        var stdout = process.StandardOutput.ReadToEndAsync(token);
        var stderr = process.StandardError.ReadToEndAsync(token);
        await Task.Delay(TimeSpan.FromSeconds(seconds), token);
        process.HasExited.ShouldBeFalse("it ended by itself");
        var clock = Stopwatch.StartNew();
        Kill(process.Id, Interrupt).ShouldBe(0);
        try
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        process.ExitCode.ShouldBe(130, await stderr);
        (await stdout).ShouldBe("");
        (await stderr).ShouldNotContain("   at ");
        scratch.Files().ShouldBe(["long.yaml"]);
        // The processes of its solver may take a moment longer.
        for (var wait = 0; wait < 50 && Running(scratch.Folder).Count > 0; wait++) await Task.Delay(100, token);
        Running(scratch.Folder).ShouldBeEmpty();
    }

    // What runs in a folder.
    private static List<string> Running(string folder)
    {
        List<string> running = [];
        foreach (var process in OperatingSystem.IsLinux() ? Directory.GetDirectories("/proc") : [])
        {
            try
            {
                if (Directory.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == folder) running.Add(process);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended since, or is another user's.
            }
        }

        return running;
    }

    private static bool IgnoresInterrupts() => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
