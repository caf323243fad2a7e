namespace Switchyard.Demand;

/// <summary>What may fail together, from small to large.</summary>
public enum FailureDomain
{
    /// <summary>Nothing is reckoned with.</summary>
    None,

    /// <summary>An instance.</summary>
    Instance,

    /// <summary>A zone of a region.</summary>
    Zone,

    /// <summary>A region.</summary>
    Region,

    /// <summary>A provider.</summary>
    Provider,
}
