using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Operate;

/// <summary>What a controller is charged with: the capacity that it may draw on, the services it keeps up, and how it goes about it.</summary>
public sealed record Mandate
{
    /// <summary>The months of the plan.</summary>
    public required Horizon Horizon { get; init; }

    /// <summary>The capacity, by index.</summary>
    public required ImmutableArray<Pool> Pools { get; init; }

    /// <summary>Machines that several pools draw on.</summary>
    public ImmutableArray<SharedCapacity> Shared { get; init; } = [];

    /// <summary>The services.</summary>
    public ImmutableArray<ServiceMandate> Services { get; init; } = [];

    /// <summary>How it goes about it.</summary>
    public Policy Policy { get; init; } = new();

    /// <summary>Money that may be spent by the hour.</summary>
    public ImmutableArray<Budget> Budgets { get; init; } = [];

    /// <summary>What may be in use at once.</summary>
    public ImmutableArray<Cap> Caps { get; init; } = [];

    /// <summary>Capacity held above what jobs are reckoned to need, by workload, such as 0.25.</summary>
    public ImmutableSortedDictionary<string, double> JobMargins { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

/// <summary>One set of machines, held whatever happens, that several pools draw on: each pool is what one workload does with some of them.</summary>
/// <param name="Source">What they are, as plans show it.</param>
/// <param name="Pools">The pools, by index.</param>
/// <param name="Most">Machines by month.</param>
public sealed record SharedCapacity(string Source, ImmutableArray<int> Pools, ImmutableArray<int> Most)
{
    /// <summary>Machines in a month; none outside the plan.</summary>
    /// <param name="month">Zero-based.</param>
    public int MostAt(int month) => month >= 0 && month < Most.Length ? Most[month] : 0;
}

/// <summary>Capacity of one kind that one workload may draw on.</summary>
public sealed record Pool
{
    /// <summary>Its place among the pools.</summary>
    public required int Index { get; init; }

    /// <summary>The workload.</summary>
    public required string Workload { get; init; }

    /// <summary>The source's label, as plans show it.</summary>
    public required string Source { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Provider { get; init; }

    /// <summary>Where it is.</summary>
    public required string Region { get; init; }

    /// <summary>How it is bought.</summary>
    public required PurchaseKind Kind { get; init; }

    /// <summary>US dollars for one more instance-hour; 0 where it is paid for whatever happens.</summary>
    public required double PricePerHour { get; init; }

    /// <summary>US dollars for each request: what an API takes for a service's, and what moving data for it costs at an instance; 0 where nothing is paid by the request.</summary>
    public double PricePerRequest { get; init; }

    /// <summary>Accelerators of an instance.</summary>
    public required double Accelerators { get; init; }

    /// <summary>Requests a second that one instance is planned to answer; 0 for training.</summary>
    public double Rate { get; init; }

    /// <summary>Replicas in an instance; 1 where that means nothing.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The groups of users that it is near enough to, a bit each.</summary>
    public uint Users { get; init; } = 1;

    /// <summary>Instances of a gang, for training; 1 otherwise.</summary>
    public int Gang { get; init; } = 1;

    /// <summary>Most instances at a time, by month.</summary>
    public required ImmutableArray<int> Most { get; init; }

    /// <summary>Instance-hours that the plan gives each pile that may begin in a month; empty where it has no piles.</summary>
    public ImmutableArray<double> HoursEach { get; init; } = [];

    /// <summary>Seconds from asking for an instance to its working: machine, image, weights.</summary>
    public required double StartSeconds { get; init; }

    /// <summary>Seconds for a machine that is there to be put to this use: weights.</summary>
    public double SwitchSeconds { get; init; }

    /// <summary>Index of the shared capacity that its machines belong to; −1 where they are its own.</summary>
    public int Shared { get; init; } = -1;

    /// <summary>Zones of the region over which instances can be spread.</summary>
    public int Zones { get; init; } = 1;

    /// <summary>Whether it is paid for whatever happens, and so always kept up.</summary>
    public bool IsStanding => Kind is PurchaseKind.Commitment or PurchaseKind.Owned;

    /// <summary>US dollars that an hour of a machine counts against the budget of its workload's team, though somebody else pays for it; 0 where nothing is charged.</summary>
    public double ChargePerHour { get; init; }

    /// <summary>Whether it is one's own: it hangs on one's own grid, and what breaks is repaired there. What was committed to earlier is its provider's.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Most instances in a month; none outside the plan.</summary>
    /// <param name="month">Zero-based.</param>
    public int MostAt(int month) => month >= 0 && month < Most.Length ? Most[month] : 0;
}

/// <summary>A service to be kept up.</summary>
public sealed record ServiceMandate
{
    /// <summary>The workload.</summary>
    public required string Workload { get; init; }

    /// <summary>The load that is expected.</summary>
    public required LoadCurve Load { get; init; }

    /// <summary>Share of the load by group of users; sums to 1.</summary>
    public required ImmutableArray<double> UserShares { get; init; }

    /// <summary>Capacity held above the expected load, such as 0.2: the scenario's headroom and the plan's margin.</summary>
    public required double Headroom { get; init; }

    /// <summary>Fewest replicas at any time, on capacity that nobody takes away.</summary>
    public required int MinReplicas { get; init; }

    /// <summary>What may fail with the load still within capacity.</summary>
    public FailureDomain Survives { get; init; }

    /// <summary>At least one replica is outside any single one of these.</summary>
    public FailureDomain Spread { get; init; }

    /// <summary>Share of the load for which there is capacity that nobody takes away.</summary>
    public double FirmShare { get; init; }

    /// <summary>Its pools, by index.</summary>
    public required ImmutableArray<int> Pools { get; init; }

    /// <summary>What the plan runs, by month and rising level of the load; empty where it does not say.</summary>
    public ImmutableArray<ImmutableArray<Mix>> Mixes { get; init; } = [];

    /// <summary>What the plan runs at a load of a month; null where it does not say.</summary>
    /// <param name="month">Zero-based.</param>
    /// <param name="rate">Requests a second that are expected.</param>
    public Mix? MixAt(int month, double rate) => month >= 0 && month < Mixes.Length ? Mix.For(Mixes[month], rate * (1 + Headroom)) : null;

    /// <summary>Indices of the pools that are APIs, which answer what instances have no room for: those first that are asked first.</summary>
    public ImmutableArray<int> Apis { get; init; } = [];

    /// <summary>Requests a second that go to APIs: what instances have no room for, as far as the plan buys it.</summary>
    /// <param name="rate">Requests a second that arrive.</param>
    /// <param name="capacity">Requests a second that the instances that serve are planned to answer.</param>
    /// <param name="most">Requests a second that the plan buys at most.</param>
    public double Overflow(double rate, double capacity, double most) => Math.Clamp(rate - (capacity / (1 + Headroom)), 0, Math.Min(rate, most));

    /// <summary>Requests a second that go to each API, in their order: the next answers what the one before has no room for.</summary>
    /// <param name="rate">Requests a second that arrive.</param>
    /// <param name="capacity">Requests a second that the instances that serve are planned to answer.</param>
    /// <param name="most">Requests a second that the plan buys of an API at most, by its index; 0 while nothing may be sent to it.</param>
    public IEnumerable<(int Api, double Rate)> Overflows(double rate, double capacity, Func<int, double> most)
    {
        var left = Overflow(rate, capacity, double.PositiveInfinity);
        foreach (var api in Apis)
        {
            var sent = Math.Min(left, most(api));
            if (sent <= 0) continue;
            yield return (api, sent);
            left -= sent;
        }
    }

    /// <summary>Requests a second that are expected at a moment.</summary>
    /// <param name="horizon">The months of the plan.</param>
    /// <param name="seconds">Seconds from its start.</param>
    public double Expected(Horizon horizon, double seconds)
    {
        var hour = (long)Math.Floor(seconds / 3600);
        return Load.Peak(HorizonTime.MonthAt(horizon, seconds)) * Load.Shape.Levels[HorizonTime.HourOfWeek(horizon, hour)];
    }
}

/// <summary>Work with an end: a training run, or a pile of requests.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Workload">The workload.</param>
/// <param name="IsGang">Whether it needs its machines all at once: training.</param>
/// <param name="Arrives">When it may begin, seconds.</param>
/// <param name="Deadline">By when it must end, seconds.</param>
/// <param name="Requests">Requests to be answered; 0 for training.</param>
public sealed record JobOrder(string Id, string Workload, bool IsGang, double Arrives, double Deadline, double Requests);

/// <summary>How a controller goes about its work: values, each its own.</summary>
public sealed record Policy
{
    /// <summary>Seconds after which capacity that was refused is asked for again.</summary>
    public double RetrySeconds { get; init; } = 600;

    /// <summary>Seconds of warning added to the start of an instance before a rise of the load.</summary>
    public double LeadSeconds { get; init; } = 60;

    /// <summary>Seconds in which a queue that has built up is to be worked off.</summary>
    public double CatchUpSeconds { get; init; } = 300;

    /// <summary>Seconds before its deadline by which a pile is aimed to end, as a share of its window.</summary>
    public double PileReserve { get; init; } = 0.02;

    /// <summary>Windows after its deadline in which a job that waits is still placed; then it is given up, so that what nobody can do does not wait for ever.</summary>
    public double GiveUp { get; init; } = 2;

    /// <summary>Replicas looked at for each request; the least loaded for its capacity gets it (Mitzenmacher, IEEE TPDS 2001).</summary>
    public int Choices { get; init; } = 2;

    /// <summary>Up to this many replicas all of them are looked at.</summary>
    public int ChooseAmongAll { get; init; } = 4;
}

/// <summary>Moments of a horizon: months and hours of the week.</summary>
public static class HorizonTime
{
    /// <summary>The month at a moment, zero-based; beyond the last where the moment is.</summary>
    /// <param name="horizon">The horizon.</param>
    /// <param name="seconds">Seconds from its start.</param>
    public static int MonthAt(Horizon horizon, double seconds)
    {
        var (start, day) = (horizon.Start, horizon.Start.AddDays((int)Math.Floor(seconds / 86400)));
        var month = ((day.Year - start.Year) * 12) + day.Month - start.Month;
        if (start.Day == 1) return month;
        while (month > 0 && horizon.FirstDay(month) > day) month--;
        while (horizon.FirstDay(month + 1) <= day) month++;
        return month;
    }

    /// <summary>The hour of the week, 0 to 167, Monday 00:00 first.</summary>
    /// <param name="horizon">The horizon.</param>
    /// <param name="hour">Whole hours from its start.</param>
    public static int HourOfWeek(Horizon horizon, long hour)
    {
        // DayOfWeek counts from Sunday.
        var first = (((int)horizon.Start.DayOfWeek + 6) % 7) * 24;
        return (int)((((first + hour) % 168) + 168) % 168);
    }

    /// <summary>A moment as people write it, such as <c>2027-03-04 08:00</c>.</summary>
    /// <param name="horizon">The horizon.</param>
    /// <param name="seconds">Seconds from its start.</param>
    public static string Text(Horizon horizon, double seconds) => horizon.Start.ToDateTime(TimeOnly.MinValue).AddSeconds(Math.Floor(seconds))
        .ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
