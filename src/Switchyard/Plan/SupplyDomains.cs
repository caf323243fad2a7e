namespace Switchyard.Plan;

/// <summary>What fails or is reclaimed together: for each option of a service the number of its domain, in the order of the domains' names.</summary>
internal sealed class SupplyDomains
{
    /// <summary>The domains of a service's options.</summary>
    public SupplyDomains(PlanningProblem problem, ServiceNeed service)
    {
        Source[] sources = [.. service.Options.Select(option => problem.Sources[option.Source])];
        Provider = Numbered(sources.Select(s => s.Provider));
        Region = Numbered(sources.Select(s => $"{s.Provider}/{s.Region}"));
        SpotPool = Numbered(sources.Select(s => $"{s.Provider}/{s.Region}/{s.Accelerator}"));
    }

    /// <summary>The provider of each option.</summary>
    public int[] Provider { get; }

    /// <summary>The region of each option.</summary>
    public int[] Region { get; }

    /// <summary>The region and accelerator of each option: what spot instances are reclaimed from together.</summary>
    public int[] SpotPool { get; }

    private static int[] Numbered(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string[] distinct = [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return [.. all.Select(name => Array.BinarySearch(distinct, name, StringComparer.Ordinal))];
    }
}
