namespace Switchyard.Plan;

/// <summary>What a column of the program decides.</summary>
public enum DecisionKind
{
    /// <summary>Instances that run in a slot of a service, rented by the hour. Index: the slot.</summary>
    RentForSlot,

    /// <summary>Instances committed to from a month on, for whichever workloads use them. Option: the source. Index: the month in which the term begins.</summary>
    Commit,

    /// <summary>Instances of a pool (committed or owned) given to a slot of a service. Index: the slot.</summary>
    UsePool,

    /// <summary>Share of a slot's load, or requests of a pile, answered by an API. Index: the slot or the pile.</summary>
    BuyTokens,

    /// <summary>Training runs of a group done in one way. Index: the group.</summary>
    DoRuns,

    /// <summary>Instance-hours of batch work, spread evenly over the window. Index: the pile.</summary>
    WorkPile,

    /// <summary>Instance-hours of batch work in one load segment of the window, on a pool. Index: the pile × the number of segments + the segment.</summary>
    WorkSegment,

    /// <summary>Instances booked in blocks for a month's batch work. Index: the month's first pile.</summary>
    BookBlock,

    /// <summary>Something set up once for a need's options. Option: the setup. Index: 0.</summary>
    SetUp,

    /// <summary>US dollars of a credit spent. Option: the credit. Index: the month.</summary>
    SpendCredit,

    /// <summary>A helper of the formulation with no meaning of its own.</summary>
    Auxiliary,
}

/// <summary>A decision: so much of something, somewhere, at some time.</summary>
/// <param name="Kind">What is decided.</param>
/// <param name="Need">Index of the need; −1 where it belongs to none.</param>
/// <param name="Option">Index among the need's options; for a commitment, of the source.</param>
/// <param name="Index">The slot, month, group or pile: see <see cref="DecisionKind"/>.</param>
/// <param name="Value">How much: instances, a share, requests, runs or instance-hours.</param>
public readonly record struct Decision(DecisionKind Kind, int Need, int Option, int Index, double Value)
{
    /// <summary>Index of the source that it uses or buys; −1 for credits and setups.</summary>
    /// <param name="problem">The problem.</param>
    public int SourceIn(PlanningProblem problem) => Kind switch
    {
        DecisionKind.Commit => Option,
        DecisionKind.SpendCredit or DecisionKind.SetUp or DecisionKind.Auxiliary => -1,
        _ => problem.Needs[Need] switch
        {
            ServiceNeed service => service.Options[Option].Source,
            RunNeed runs => runs.Options[Option].Source,
            PileNeed piles => piles.Options[Option].Source,
            _ => throw new InvalidOperationException("A need without options."),
        },
    };

    /// <summary>Index of the future in which it is made; −1 where it is the same in all.</summary>
    /// <param name="problem">The problem.</param>
    public int FutureIn(PlanningProblem problem) => Kind switch
    {
        DecisionKind.RentForSlot or DecisionKind.UsePool => ((ServiceNeed)problem.Needs[Need]).Slots[Index].Future,
        DecisionKind.BuyTokens when problem.Needs[Need] is ServiceNeed service => service.Slots[Index].Future,
        DecisionKind.BuyTokens or DecisionKind.WorkPile => ((PileNeed)problem.Needs[Need]).Piles[Index].Future,
        DecisionKind.WorkSegment => ((PileNeed)problem.Needs[Need]).Piles[Index / problem.Segments.Length].Future,
        _ => -1,
    };
}
