using System.Diagnostics;

namespace Switchyard.Acceptance.Plan;

/// <summary>The same inputs give the same bytes, and none of them come over a network.</summary>
public sealed class SameBytesTests(Plans plans)
{
    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task A_second_run_prints_the_same_bytes_without_a_network(string scenario)
    {
        var first = await plans.OfAsync(scenario);
        // Where no network can be taken away, the bytes are still compared.
        string[] before = await CanUnshareAsync() ? ["unshare", "-n"] : [];
        var again = await Cli.RunAsync(["plan", $"scenarios/{scenario}", "-o", "json"], "", Plans.Patience, before: before);
        again.ExitCode.ShouldBe(0, again.Stderr);
        again.Stdout.ShouldBe(first.Run.Stdout);
    }

    [Fact]
    public async Task Prices_are_read_without_a_network()
    {
        Assert.SkipUnless(await CanUnshareAsync(), "taking the network away needs 'unshare -n', as root");
        var run = await Cli.RunAsync(["market", "regions"], "", before: ["unshare", "-n"]);
        run.ExitCode.ShouldBe(0, run.Stderr);
    }

    private static async Task<bool> CanUnshareAsync()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["-n", "true"]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
