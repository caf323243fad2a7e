using System.Collections.Immutable;

namespace Switchyard.Plan;

/// <summary>Short names of the simpler ways of buying.</summary>
public static class BaselineName
{
    /// <summary>The cheapest single offer for each workload.</summary>
    public const string SingleOffer = "single-offer";

    /// <summary>Everything at one provider.</summary>
    public const string OneProvider = "one-provider";

    /// <summary>On demand only: no spot, no commitments.</summary>
    public const string OnDemand = "on-demand";

    /// <summary>Commitments for the peak.</summary>
    public const string Reserved = "reserved";

    /// <summary>All of them, in the order in which they are compared.</summary>
    public static ImmutableArray<string> All { get; } = [SingleOffer, OneProvider, OnDemand, Reserved];
}
