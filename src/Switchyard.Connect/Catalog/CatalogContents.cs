using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Connect.Catalog;

/// <summary>What a catalog folder holds, after all of it was checked.</summary>
/// <param name="Prices">Everything that can be had.</param>
/// <param name="Models">The models known, by name.</param>
/// <param name="Folder">The folder it was read from.</param>
public sealed record CatalogContents(PriceBook Prices, ImmutableArray<ModelArchitecture> Models, string Folder)
{
    /// <summary>The model with this name or alias, whatever the case; null where there is none.</summary>
    public ModelArchitecture? FindModel(string name) => Models.FirstOrDefault(model => model.IsNamed(name));
}

/// <summary>What moving data between two regions costs and how fast it went when measured.</summary>
/// <param name="SourceProvider">The provider that sends.</param>
/// <param name="SourceRegion">Its region.</param>
/// <param name="DestinationProvider">The provider that receives.</param>
/// <param name="DestinationRegion">Its region.</param>
/// <param name="UsdPerGb">US dollars per gigabyte (10^9 bytes); null where unknown. Free traffic is 0.</param>
/// <param name="GigabitsPerSecond">Measured throughput between two machines, in gigabits a second; null where not measured.</param>
/// <param name="AsOf">The day of the figures; null where unknown.</param>
/// <param name="Source">Where they were read.</param>
public sealed record RegionPair(
    string SourceProvider, string SourceRegion, string DestinationProvider, string DestinationRegion,
    double? UsdPerGb, double? GigabitsPerSecond, DateOnly? AsOf, string Source);
