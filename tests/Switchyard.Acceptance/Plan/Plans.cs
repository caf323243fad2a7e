using System.Collections.Concurrent;
using System.Text.Json;
using Switchyard.Acceptance.Plan;

[assembly: AssemblyFixture(typeof(Plans))]

namespace Switchyard.Acceptance.Plan;

/// <summary>A plan as the command printed and saved it.</summary>
/// <param name="Run">The run of <c>plan NAME -o json --out Path</c>.</param>
/// <param name="Path">Where it was saved.</param>
public sealed record MadePlan(CliRun Run, string Path)
{
    /// <summary>The JSON printed.</summary>
    public JsonElement Json { get; } = Run.ExitCode == 0 ? JsonDocument.Parse(Run.Stdout).RootElement : default;
}

/// <summary>The plans of the shipped scenarios, each made once for all tests.</summary>
public sealed class Plans : IDisposable
{
    /// <summary>A plan may take this long on a machine that does other things too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Scratch scratch = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<MadePlan>>> made = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<MadePlan>>> proven = new(StringComparer.Ordinal);

    /// <summary>Names of the scenarios that are shipped.</summary>
    public static TheoryData<string> Shipped =>
        [.. Directory.GetDirectories(Path.Combine(Cli.Root, "scenarios")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>The plan of a shipped scenario.</summary>
    public Task<MadePlan> OfAsync(string scenario) => made.GetOrAdd(scenario, name => new(() => MakeAsync(name))).Value;

    /// <summary>What a short proof finds about the plan of a shipped scenario, under stress too.</summary>
    public Task<MadePlan> EvidenceAsync(string scenario) => proven.GetOrAdd(scenario, name => new(async () =>
    {
        var path = scratch[$"{name}.evidence.json"];
        var run = await Cli.RunAsync(["prove", (await OfAsync(name)).Path, "--no-mend", "--seeds", "2", "--stress", "-o", "json", "--out", path], "", Patience);
        // That a plan does not hold is an answer.
        return new(run.ExitCode == 2 ? run with { ExitCode = 0 } : run, path);
    })).Value;

    private async Task<MadePlan> MakeAsync(string scenario)
    {
        var path = scratch[$"{scenario}.json"];
        return new(await Cli.RunAsync(["plan", $"scenarios/{scenario}", "-o", "json", "--out", path], "", Patience), path);
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();
}
