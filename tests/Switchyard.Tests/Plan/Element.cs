namespace Switchyard.Tests.Plan;

/// <summary>What a random problem may have on top of the simplest things.</summary>
[Flags]
internal enum Element
{
    None = 0,
    Segments = 1,
    Windows = 1 << 1,
    Valley = 1 << 2,
    Futures = 1 << 3,
    Risk = 1 << 4,
    Tail = 1 << 5,
    Setups = 1 << 6,
    Use = 1 << 7,
    Teams = 1 << 8,
    Power = 1 << 9,
    Survive = 1 << 10,
    Spread = 1 << 11,
    Firm = 1 << 12,
    SpotPools = 1 << 13,
    OnTop = 1 << 14,
    Shared = 1 << 15,
    Similar = 1 << 16,
    Blocks = 1 << 17,
}
