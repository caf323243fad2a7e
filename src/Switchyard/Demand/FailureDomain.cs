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

/// <summary>Names of failure domains.</summary>
public static class FailureDomainName
{
    /// <summary>A failure domain as scenario files write it, such as <c>zone</c>.</summary>
    /// <param name="domain">The domain.</param>
    public static string Text(this FailureDomain domain) => domain.ToString().ToLowerInvariant();
}
