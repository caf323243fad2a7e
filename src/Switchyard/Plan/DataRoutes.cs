using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>How a workload's data comes to where the work is done.</summary>
/// <param name="Setup">Index of the copy that must be there; −1 for none.</param>
/// <param name="UsdEachTime">US dollars for bringing all of it in once.</param>
/// <param name="GBPerSecond">Gigabytes a second that each machine can bring in while it works; infinite where the data lies.</param>
internal readonly record struct DataWay(int Setup, double UsdEachTime, double GBPerSecond)
{
    /// <summary>Nothing has to come.</summary>
    public static DataWay There { get; } = new(-1, 0, double.PositiveInfinity);

    /// <summary>Whether no other way is worth looking at where this one keeps up with the work: a copy would cost more than bringing the data in every time.</summary>
    public bool IsBest { get; init; }
}

/// <summary>
/// The ways in which a workload's data can come to a region: a copy that is made once and kept, or all of it brought in each time. Prices and
/// speeds are the market's; where nothing is known a stated default counts and is listed.
/// </summary>
/// <param name="prices">What moving and keeping data costs.</param>
/// <param name="workload">The workload.</param>
/// <param name="work">The month in which copies are made, the months that they are then kept for, and how often all of the data is read in them.</param>
/// <param name="assumed">Takes the defaults in force.</param>
internal sealed class DataRoutes(PriceBook prices, Workload workload, (int Month, int Kept, double Times) work, ISet<string> assumed)
{
    private readonly Dictionary<Location, int> copies = [];
    private readonly List<Setup> setups = [];
    private readonly Dictionary<(Location At, StorageClass Kind), double> kept = [];

    /// <summary>The copies that ways ask for.</summary>
    public ImmutableArray<Setup> Setups => [.. setups];

    /// <summary>The ways to a region, the one that brings the data in each time first; none where the data may not be copied and what works there always needs it.</summary>
    /// <param name="at">The region.</param>
    /// <param name="always">Whether the data is needed at all times, as a service does, so that only a copy will do.</param>
    public IEnumerable<DataWay> To(Location at, bool always = false)
    {
        if (workload.Data is not { } data || data.Home == at)
        {
            yield return DataWay.There;
            yield break;
        }

        var (each, month) = (Move(data, at), data.Size.GB * Keep(at, data.Class));
        var dearer = each + (month * work.Kept) >= each * work.Times;
        if (data.Replication != Replication.Yes && !always)
            yield return new(-1, each, Speed(data, at)) { IsBest = dearer || data.Replication == Replication.No };
        if (data.Replication != Replication.No) yield return new(Copy(data, at, each, month), 0, double.PositiveInfinity);
    }

    /// <summary>US dollars for sending an amount from where work is done to its users, by the gigabyte.</summary>
    /// <param name="from">Where the work is done.</param>
    /// <param name="gigabytesAMonth">How much in a month, which decides on the tiers.</param>
    public double Outwards(Location from, double gigabytesAMonth)
    {
        if (from.Provider == MarketAssumptions.OwnProvider) return 0;
        if (gigabytesAMonth <= 0) return 0;
        if (prices.Network.ToInternet(from, gigabytesAMonth) is { } known) return known.Usd / gigabytesAMonth;
        assumed.Add(UnknownMove);
        return MarketAssumptions.MoveUsdPerGB;
    }

    /// <summary>US dollars for keeping a gigabyte for a month.</summary>
    /// <param name="at">Where.</param>
    /// <param name="kind">In which class of storage.</param>
    public double Keep(Location at, StorageClass kind) => kept.TryGetValue((at, kind), out var known) ? known : kept[(at, kind)] = Price(at, kind);

    private double Price(Location at, StorageClass kind)
    {
        if (at.Provider == MarketAssumptions.OwnProvider) return 0;
        if (StorageClasses.Cheapest(prices.Storage, at, kind) is { } known) return known.UsdPerGbMonth;
        var usd = MarketAssumptions.KeepUsdPerGBMonth(kind);
        assumed.Add(string.Create(CultureInfo.InvariantCulture, $"keeping data: ${usd} a GB and month in {StorageClasses.Name(kind)} storage, where a provider's price is not known"));
        return usd;
    }

    private static string UnknownMove => string.Create(CultureInfo.InvariantCulture, $"moving data: ${MarketAssumptions.MoveUsdPerGB} a GB, where a provider's price is not known");

    private int Copy(DataSet data, Location at, double once, double monthly)
    {
        if (copies.TryGetValue(at, out var known)) return known;
        assumed.Add("copies of data: made before the first run, and kept to the horizon's end");
        setups.Add(new($"data in {at}", work.Month, once, monthly, at.Provider, at.Region));
        return copies[at] = setups.Count - 1;
    }

    private double Move(DataSet data, Location to)
    {
        if (data.Home.Provider == MarketAssumptions.OwnProvider)
        {
            assumed.Add("moving data out of owned sites, and keeping it there: part of what they cost");
            return 0;
        }

        if (prices.Network.Price(data.Home, to, data.Size.GB) is { } known) return known.Usd;
        assumed.Add(UnknownMove);
        return data.Size.GB * MarketAssumptions.MoveUsdPerGB;
    }

    private double Speed(DataSet data, Location to)
    {
        if (prices.Network.GigabitsPerSecond(data.Home, to) is { } measured) return measured / 8;
        assumed.Add(string.Create(CultureInfo.InvariantCulture,
            $"speed of data between two machines in two regions: {MarketAssumptions.GigabitsPerSecond} Gbit/s, where nobody measured it"));
        return MarketAssumptions.GigabitsPerSecond / 8;
    }
}
