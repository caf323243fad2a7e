using Switchyard.Market;

namespace Switchyard.Performance;

/// <summary>
/// An all-reduce within a group: a latency and a time per byte (the alpha-beta model; Thakur et al., IJHPCA 2005). A ring moves
/// 2 (n − 1)/n of the message over every link.
/// </summary>
/// <param name="LatencySeconds">Seconds however small the message.</param>
/// <param name="SecondsPerByte">Seconds per byte of the message.</param>
internal readonly record struct Collective(double LatencySeconds, double SecondsPerByte)
{
    /// <summary>The all-reduce among accelerators of one instance: over the scale-up link, or PCIe where it does not span them.</summary>
    public static Collective Between(Accelerator accelerator, int count, EfficiencyFactors factors)
    {
        if (count <= 1) return default;
        var linked = accelerator.ScaleUp is not null && accelerator.ScaleUpDomain >= count;
        var bandwidth = linked ? accelerator.ScaleUp!.Value.BytesPerSecond * factors.LinkBandwidth
            // The catalog gives the slot's rate where there is no other link.
            : accelerator is { ScaleUp: { } slot, ScaleUpDomain: <= 1 } ? slot.BytesPerSecond * factors.PcieShare : factors.PcieBytesPerSecond;
        return new(
            linked ? factors.LinkLatencySeconds + ((count - 2) * factors.LinkPeerSeconds) : factors.PcieLatencySeconds,
            2.0 * (count - 1) / count / Math.Max(bandwidth, 1));
    }

    /// <summary>A message from one accelerator to another: over the scale-up link where it spans them all, else over the fabric between instances.</summary>
    public static Collective Hop(Accelerator accelerator, int count, EfficiencyFactors factors)
    {
        var linked = accelerator.ScaleUp is not null && accelerator.ScaleUpDomain >= count;
        return linked
            ? new(factors.LinkLatencySeconds, 1 / (accelerator.ScaleUp!.Value.BytesPerSecond * factors.LinkBandwidth))
            : new(factors.FabricLatencySeconds, 1 / factors.FabricBytesPerSecond);
    }
}
