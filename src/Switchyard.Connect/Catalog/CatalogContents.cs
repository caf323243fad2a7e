using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;

namespace Switchyard.Connect.Catalog;

/// <summary>What a catalog folder holds, after all of it was checked.</summary>
/// <param name="Prices">Everything that can be had.</param>
/// <param name="Models">The models known, by name.</param>
/// <param name="Folder">The folder it was read from.</param>
public sealed record CatalogContents(PriceBook Prices, ImmutableArray<ModelArchitecture> Models, string Folder)
{
    /// <summary>How much of what datasheets print engines reach, fitted to measured runs.</summary>
    public EfficiencyFactors Factors { get; init; } = EfficiencyFactors.Default;

    /// <summary>How far predictions were off on models they were not fitted to.</summary>
    public ErrorIntervals Intervals { get; init; } = ErrorIntervals.None;

    /// <summary>Spot capacity where somebody measured it.</summary>
    public ImmutableArray<SpotZone> Spot { get; init; } = [];

    /// <summary>The model with this name or alias, whatever the case; null where there is none.</summary>
    public ModelArchitecture? FindModel(string name) => Models.FirstOrDefault(model => model.IsNamed(name));
}
