using System.Diagnostics;

namespace Switchyard.Acceptance;

public sealed class LauncherTests
{
    [Fact]
    public async Task The_launcher_works_from_anywhere_through_a_link_and_is_the_command()
    {
        var token = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("switchyard link ").FullName;
        try
        {
            var link = Path.Combine(folder, "a link");
            File.CreateSymbolicLink(link, Path.Combine(Cli.Root, "switchyard"));
            using var process = Process.Start(new ProcessStartInfo(link, ["--version"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var stdout = process.StandardOutput.ReadToEndAsync(token);
            var stderr = process.StandardError.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);

            // It may have had to build first: what it says about that goes to stderr, stdout is the command's alone.
            var direct = await Cli.RunAsync("--version");
            process.ExitCode.ShouldBe(direct.ExitCode, await stderr);
            (await stdout).ShouldBe(direct.Stdout);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
