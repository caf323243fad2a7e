using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Prove;

/// <summary>Under which circumstances a plan is played.</summary>
public sealed record ProofCase
{
    /// <summary>Its name, such as <c>as expected</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What can go wrong.</summary>
    public FaultModel Faults { get; init; } = new();

    /// <summary>Factor on the load that comes, which the plan and the controller do not know of.</summary>
    public double Demand { get; init; } = 1;

    /// <summary>Standard score of the error of predictions, the same for all, such as 1.2816 for their P90; null to draw it.</summary>
    public double? ErrorScore { get; init; }

    /// <summary>Capacity that is away at a time, on top of what is drawn.</summary>
    public ImmutableArray<ForcedAbsence> Absences { get; init; } = [];

    /// <summary>The plan as it is expected to go.</summary>
    public static ProofCase Expected { get; } = new() { Name = "as expected" };
}

/// <summary>Capacity that is away for a time.</summary>
/// <param name="From">When it begins, seconds.</param>
/// <param name="Seconds">How long it lasts.</param>
/// <param name="Provider">The provider; null for all.</param>
/// <param name="Region">The region; null for all.</param>
/// <param name="Zone">The zone; null for all.</param>
/// <param name="Kind">The way of buying; null for all.</param>
/// <param name="Cause">In words.</param>
public sealed record ForcedAbsence(double From, double Seconds, string? Provider, string? Region, int? Zone, PurchaseKind? Kind, string Cause);
