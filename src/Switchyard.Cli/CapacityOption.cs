using System.CommandLine;
using Switchyard.Connect.Cache;
using Switchyard.Performance.Search;

namespace Switchyard.Cli;

/// <summary>Whether capacities come from simulations of the scheduler, and whether those are kept from one run to the next.</summary>
internal sealed class CapacityOption
{
    private readonly Option<bool> simulate = new("--simulate")
    {
        Description = "Take the capacity of what serves from a simulation of its scheduler instead of the closed form; kept in your cache folder",
    };

    private readonly Option<bool> off = new("--no-cache")
    {
        Description = $"With --simulate: simulate all again, and keep none in the cache folder; {CapacityCache.OffVariable} does the same",
    };

    private CapacityCache? cache;

    /// <summary>Adds the options to a command.</summary>
    public CapacityOption(Command command)
    {
        command.Options.Add(simulate);
        command.Options.Add(off);
    }

    /// <summary>What is known already; null where the closed form is enough.</summary>
    public SimulatedCapacities? Load(ParseResult parsed)
    {
        if (!parsed.GetValue(simulate)) return null;
        cache = parsed.GetValue(off) || Environment.GetEnvironmentVariable(CapacityCache.OffVariable) is { Length: > 0 } || CapacityCache.UserFolder() is not { } folder
            ? null : new(folder);
        return cache?.Load() ?? new();
    }

    /// <summary>Keeps what was simulated since.</summary>
    public void Save(SimulatedCapacities? capacities)
    {
        if (capacities is not null) cache?.Save(capacities);
    }
}
