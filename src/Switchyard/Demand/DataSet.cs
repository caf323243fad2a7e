using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Demand;

/// <summary>Whether a copy of the data may be kept where work is done.</summary>
public enum Replication
{
    /// <summary>Whichever is cheaper: a copy that is kept, or the data brought in anew each time.</summary>
    Auto,

    /// <summary>A copy is kept wherever work is done; it is never brought in anew.</summary>
    Yes,

    /// <summary>No copy is kept; the data is brought in anew each time.</summary>
    No,
}

/// <summary>The data that a workload reads: all of it, in each run.</summary>
/// <param name="Size">Its size.</param>
/// <param name="Home">Where it lies; keeping it there is paid for already.</param>
/// <param name="Replication">Whether copies may be kept elsewhere.</param>
/// <param name="Class">The class of storage in which copies are kept.</param>
public sealed record DataSet(DataSize Size, Location Home, Replication Replication = Replication.Auto, StorageClass Class = StorageClass.Object);
