using System.Collections.Immutable;

namespace Switchyard.Operate;

/// <summary>What the plan runs for a service at a level of its load.</summary>
/// <param name="Needed">Requests a second that it has capacity for, headroom included.</param>
/// <param name="Counts">Instances of each of the service's pools, in their order.</param>
public sealed record Mix(double Needed, ImmutableArray<int> Counts)
{
    // Files keep six decimals.
    private const double Rounding = 1e-6;

    /// <summary>The mix for a load: that of the lowest level that has capacity for it; of the highest where none has.</summary>
    /// <param name="rising">Mixes by rising level.</param>
    /// <param name="needed">Requests a second to have capacity for, headroom included.</param>
    /// <returns>Null where there are none.</returns>
    public static Mix? For(ImmutableArray<Mix> rising, double needed)
    {
        foreach (var mix in rising)
            if (mix.Needed >= (needed * (1 - Rounding)) - Rounding) return mix;
        return rising.IsEmpty ? null : rising[^1];
    }
}
