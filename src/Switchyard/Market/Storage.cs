using System.Collections.Immutable;

namespace Switchyard.Market;

/// <summary>A class of storage.</summary>
public enum StorageClass
{
    /// <summary>Objects read over the network by name.</summary>
    Object,

    /// <summary>Disks of one machine.</summary>
    Block,

    /// <summary>A shared file system.</summary>
    File,

    /// <summary>A shared file system over many servers, for training.</summary>
    Parallel,
}

/// <summary>The classes of storage as files write them, and what keeping data costs.</summary>
public static class StorageClasses
{
    // Products for data that is hardly read; their price to keep it leaves out what reading costs.
    private static readonly string[] Seldom = ["archive", "cold", "glacier", "nearline", "infrequent", "warm", "-ia"];

    /// <summary>The names of the classes.</summary>
    public static ImmutableArray<string> Names { get; } = ["object", "block", "file", "parallel"];

    /// <summary>The name of a class.</summary>
    public static string Name(StorageClass kind) => Names[(int)kind];

    /// <summary>
    /// US dollars per gigabyte and month of the cheapest product of a class for data that is read again and again, in the region or, where
    /// the provider states one price for all its regions, at that; null where unknown.
    /// </summary>
    /// <param name="prices">The prices known.</param>
    /// <param name="at">The region.</param>
    /// <param name="kind">The class.</param>
    public static StoragePrice? Cheapest(IEnumerable<StoragePrice> prices, Location at, StorageClass kind)
    {
        var fitting = prices.Where(p => p.Provider == at.Provider && p.Class == Name(kind) && !Seldom.Any(word => p.Product.Contains(word, StringComparison.Ordinal))).ToList();
        return fitting.Where(p => p.Region == at.Region).MinBy(p => p.UsdPerGbMonth) ?? fitting.Where(p => p.Region == "all").MinBy(p => p.UsdPerGbMonth);
    }
}
