using System.CommandLine;
using Switchyard.Connect.Cache;
using Switchyard.Performance.Search;

namespace Switchyard.Cli;

/// <summary>Whether simulated capacities are kept from one run to the next.</summary>
internal sealed class CapacityOption
{
    private readonly Option<bool> off = new("--no-cache")
    {
        Description = $"Simulate all capacities again, and keep none in the cache folder; {CapacityCache.OffVariable} does the same",
    };

    private CapacityCache? cache;

    /// <summary>Adds the option to a command.</summary>
    public CapacityOption(Command command) => command.Options.Add(off);

    /// <summary>What is known already.</summary>
    public SimulatedCapacities Load(ParseResult parsed)
    {
        cache = parsed.GetValue(off) || Environment.GetEnvironmentVariable(CapacityCache.OffVariable) is { Length: > 0 } || CapacityCache.UserFolder() is not { } folder
            ? null : new(folder);
        return cache?.Load() ?? new();
    }

    /// <summary>Keeps what was simulated since.</summary>
    public void Save(SimulatedCapacities capacities) => cache?.Save(capacities);
}
