using System.Diagnostics;

namespace Switchyard.Acceptance.Plan;

/// <summary>Without the solver, planning says what to install, and the rest works.</summary>
public sealed class SolverMissingTests
{
    [Fact]
    public async Task Planning_says_what_to_install_and_validating_needs_none()
    {
        var hide = await HidingAsync();
        Assert.SkipWhen(hide is null, "hiding the library needs 'unshare -m' and 'mount', as root");
        var plan = await Cli.RunAsync(["plan", "scenarios/frontier-training"], "", before: hide);
        plan.ShouldBeRefused("solver library libCbcSolver is not installed", "apt-get install coinor-libcbc3 coinor-libclp1");
        var valid = await Cli.RunAsync(["validate", "scenarios/frontier-training"], "", before: hide);
        valid.ExitCode.ShouldBe(0, valid.Stderr);
    }

    /// <summary>A command that runs another where the library's file is empty; null where that is not possible.</summary>
    private static async Task<string[]?> HidingAsync()
    {
        if (!OperatingSystem.IsLinux()) return null;
        const string Hide =
            """
            found=$(ls /usr/lib/libCbcSolver.so* /usr/lib/*/libCbcSolver.so* /usr/lib64/libCbcSolver.so* /usr/local/lib/libCbcSolver.so* 2>/dev/null)
            [ -n "$found" ] || exit 99
            for file in $found; do mount --bind /dev/null "$file" || exit 99; done
            exec "$@"
            """;
        string[] hide = ["unshare", "-m", "sh", "-c", Hide, "hide"];
        try
        {
            using var process = Process.Start(new ProcessStartInfo(hide[0], [.. hide[1..], "true"]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? hide : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
