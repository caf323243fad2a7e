using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Where instances or tokens can come from: an offer bought in one way.</summary>
public sealed record Source
{
    /// <summary>The offer's id and, for commitments, the term: unique together with <see cref="Kind"/>.</summary>
    public required string Id { get; init; }

    /// <summary>How it is bought.</summary>
    public required PurchaseKind Kind { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Provider { get; init; }

    /// <summary>Where it is.</summary>
    public required string Region { get; init; }

    /// <summary>US dollars per instance-hour, discounts taken off: while running (on demand, spot, owned) or over the whole term (commitment).</summary>
    public required double PricePerHour { get; init; }

    /// <summary>Name of the accelerator in an instance; empty for tokens.</summary>
    public string Accelerator { get; init; } = "";

    /// <summary>Accelerators in an instance; 0 for tokens.</summary>
    public double AcceleratorCount { get; init; }

    /// <summary>Length of a commitment in months; 0 otherwise.</summary>
    public int TermMonths { get; init; }

    /// <summary>Share of a commitment's price paid at its start, 0 to 1; the rest is paid by the month.</summary>
    public double UpfrontShare { get; init; }

    /// <summary>The last month in which a commitment can begin, or in which capacity can be rented by the hour.</summary>
    public int LastStart { get; init; } = int.MaxValue;

    /// <summary>Fewest instances of a commitment bought at once.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>Most instances at any time, over all workloads; null where only the capacity limits say so.</summary>
    public int? MaxCount { get; init; }

    /// <summary>Most requests a second that an API answers, over all workloads; null where nothing is said.</summary>
    public double? MaxPerSecond { get; init; }

    /// <summary>The team whose workloads alone use it and whose budget pays for it; empty where all share it.</summary>
    public string Team { get; init; } = "";

    /// <summary>What is on offer, whichever team buys it.</summary>
    public string Offered => Team.Length > 0 && Id.EndsWith(TeamMark + Team, StringComparison.Ordinal) ? Id[..^(TeamMark.Length + Team.Length)] : Id;

    /// <summary>What is offered, however it is bought: one machine in one region, or an API.</summary>
    public string Offer => TermMonths > 0 && Offered.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? Offered[..at] : Offered;

    /// <summary>The same for one team alone.</summary>
    /// <param name="team">The team.</param>
    public Source For(string team) => this with { Id = $"{Id}{TeamMark}{team}", Team = team };

    private const string TeamMark = " for ";

    /// <summary>Zones that its instances are spread over; 1 where nothing is known.</summary>
    public int Zones { get; init; } = 1;

    /// <summary>Whether its instances are held for months (committed to or owned) and shared by the workloads, rather than rented for one.</summary>
    public bool IsPool => Kind is PurchaseKind.Commitment or PurchaseKind.Owned;

    /// <summary>
    /// US dollars an hour that are paid for an instance whether it is used or not, for what was committed to earlier: what a team is charged for an hour of it.
    /// </summary>
    public double CommittedPerHour { get; init; }

    /// <summary>Instances there in each month, for what is held already, none after the last; empty otherwise.</summary>
    public ImmutableArray<int> Held { get; init; } = [];

    /// <summary>Kind of figure that the price is.</summary>
    public PriceBasis Basis { get; init; }

    /// <summary>The day of the price; null where unknown.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Where the price was read.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Most that can be used at once in a month: instances, or requests a second for tokens; null where only capacity limits say so.</summary>
    /// <param name="month">Zero-based; may lie beyond the horizon.</param>
    public double? MostAt(int month) => Kind switch
    {
        PurchaseKind.Owned => month < Held.Length ? Held[month] : 0,
        PurchaseKind.Tokens => MaxPerSecond,
        _ => MaxCount,
    };

    /// <summary>The id with the way of buying, as plans show it.</summary>
    public string Label => Kind switch
    {
        PurchaseKind.OnDemand => $"{Id} on-demand",
        PurchaseKind.Spot => $"{Id} spot",
        _ => Id,
    };
}
