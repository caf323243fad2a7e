using System.Diagnostics;

namespace Switchyard.Acceptance;

/// <summary>What a run of the command said, and how it ended.</summary>
/// <param name="ExitCode">The exit code of the process.</param>
/// <param name="Stdout">Everything it wrote to stdout.</param>
/// <param name="Stderr">Everything it wrote to stderr.</param>
/// <param name="Elapsed">From the start of the process to its end.</param>
public sealed record CliRun(int ExitCode, string Stdout, string Stderr, TimeSpan Elapsed);

/// <summary>Runs the built command as a process of its own, the way a user's shell would.</summary>
public static class Cli
{
    /// <summary>Root of the working copy: where `data`, `scenarios` and the launcher are.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The command: as the launcher built it where <c>./test</c> says so in <c>SWITCHYARD_PROGRAM</c>, else as <c>dotnet build</c> did, in this build's
    /// configuration (Debug, Release).
    /// </summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_PROGRAM") is { Length: > 0 } built ? built
        : Path.Combine(Root, "src", "Switchyard.Cli", "bin", Configuration(), "net10.0", "Switchyard.Cli.dll");

    /// <summary>The words that start the command.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Program.EndsWith(".dll", StringComparison.Ordinal) ? [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Program] : [Program];

    /// <summary>Runs `switchyard` with these arguments, in the root of the working copy, with nothing on stdin.</summary>
    public static Task<CliRun> RunAsync(params string[] arguments) => RunAsync(arguments, "");

    /// <summary>Runs `switchyard` to its end.</summary>
    /// <param name="arguments">The arguments, one each, not quoted.</param>
    /// <param name="stdin">What it can read on stdin, which is then closed.</param>
    /// <param name="timeout">After this long it is killed and the run fails; a minute when not given.</param>
    /// <param name="folder">The working directory; the root when not given.</param>
    /// <param name="environment">Variables to set, or with null to unset, on top of those of this process.</param>
    /// <param name="before">A command that runs it in turn, such as <c>unshare -n</c>; none when not given.</param>
    /// <exception cref="TimeoutException">It was still running after <paramref name="timeout"/>; the message has its output.</exception>
    public static async Task<CliRun> RunAsync(
        IReadOnlyList<string> arguments,
        string stdin,
        TimeSpan? timeout = null,
        string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        params IReadOnlyList<string> before)
    {
        var limit = timeout ?? TimeSpan.FromMinutes(1);
        var clock = Stopwatch.StartNew();
        using var process = Start(arguments, folder ?? Root, environment, before);
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = process.StandardError.ReadToEndAsync();
        var fed = FeedAsync(process, stdin);
        try
        {
            using var stop = new CancellationTokenSource(limit);
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"switchyard {string.Join(' ', arguments)}: still running after {limit.TotalSeconds} s\nstdout: {await stdout}\nstderr: {await stderr}", late);
        }

        await fed;
        return new CliRun(process.ExitCode, await stdout, await stderr, clock.Elapsed);
    }

    /// <summary>Starts `switchyard` and leaves it running, its three streams redirected: for signals, servers and streaming input.</summary>
    public static Process Start(
        IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment = null, params IReadOnlyList<string> before)
    {
        string[] line = [.. before, .. Command, .. arguments];
        ProcessStartInfo start = new(line[0], line[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SWITCHYARD_HOME"] = Root;
        // Tests leave the user's cache alone, and find nothing in it.
        start.Environment["SWITCHYARD_NO_CACHE"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task FeedAsync(Process process, string stdin)
    {
        try
        {
            await process.StandardInput.WriteAsync(stdin);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of its input, as it may.
        }
    }

    // Built into .../bin/CONFIGURATION/net10.0/
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Switchyard.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Switchyard.slnx");
    }
}
