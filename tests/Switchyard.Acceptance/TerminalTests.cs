using System.Diagnostics;

namespace Switchyard.Acceptance;

/// <summary>On a terminal, NO_COLOR is heeded.</summary>
public sealed class TerminalTests
{
    [Fact]
    public async Task With_NO_COLOR_there_are_no_colours_on_a_terminal_either()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "a terminal is made by 'script', which is not here");
        // 'script' runs a line of shell; $0 and so on would need quoting, so the command is named by the environment.
        using var process = Cli.Start(
            ["market", "accelerators", "--accelerator", "H100"], Cli.Root, new Dictionary<string, string?> { ["NO_COLOR"] = "1", ["TERM"] = "xterm-256color" },
            "sh", "-c", "line=; for word; do line=\"$line '$word'\"; done; exec script -qec \"$line\" /dev/null", "terminal");
        process.StandardInput.Close();
        var stdout = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, stdout);
        stdout.ShouldContain("H100-80GB");
        stdout.ShouldNotMatch("\u001b\\[(3|4|9|10)[0-9](;[0-9]+)*m");
    }
}
