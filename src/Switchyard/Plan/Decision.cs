namespace Switchyard.Plan;

/// <summary>What a column of the program decides.</summary>
public enum DecisionKind
{
    /// <summary>Instances that run in a slot of a service, rented by the hour. Index: the slot.</summary>
    RentForSlot,

    /// <summary>Instances committed to from a month on. Index: the month in which the term begins.</summary>
    Commit,

    /// <summary>Held instances given to a service or to batch work for a month. Index: the month.</summary>
    UseHeld,

    /// <summary>Share of a slot's load, or requests of a pile, answered by an API. Index: the slot or the pile.</summary>
    BuyTokens,

    /// <summary>Training runs of a group done in one way. Index: the group.</summary>
    DoRuns,

    /// <summary>Instance-hours of batch work. Index: the pile.</summary>
    WorkPile,

    /// <summary>US dollars of a credit spent. Option: the credit. Index: the month.</summary>
    SpendCredit,

    /// <summary>A helper of the formulation with no meaning of its own.</summary>
    Auxiliary,
}

/// <summary>A decision: so much of something, somewhere, at some time.</summary>
/// <param name="Kind">What is decided.</param>
/// <param name="Need">Index of the need; −1 where it belongs to none.</param>
/// <param name="Option">Index among the need's options.</param>
/// <param name="Index">The slot, month, group or pile: see <see cref="DecisionKind"/>.</param>
/// <param name="Value">How much: instances, a share, requests, runs or instance-hours.</param>
public sealed record Decision(DecisionKind Kind, int Need, int Option, int Index, double Value);
