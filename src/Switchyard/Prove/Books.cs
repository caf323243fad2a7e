using Switchyard.Market;
using Switchyard.Operate;

namespace Switchyard.Prove;

/// <summary>What an accelerator does with an hour that is held.</summary>
public enum HourState
{
    /// <summary>Work that was kept: answering requests, training steps that a checkpoint has.</summary>
    Useful,

    /// <summary>Work that a failure undid.</summary>
    Lost,

    /// <summary>Coming back after a failure.</summary>
    Restart,

    /// <summary>Writing checkpoints.</summary>
    Checkpoint,

    /// <summary>Machine, image and weights on their way.</summary>
    Starting,

    /// <summary>Ready, while the rest of the gang is not.</summary>
    Waiting,

    /// <summary>Ready and with nothing to do.</summary>
    Idle,

    /// <summary>Away: failed and not yet replaced, though paid for.</summary>
    Down,
}

/// <summary>Accelerator-hours and money as they run up.</summary>
internal sealed class Books
{
    private readonly Stage stage;

    public Books(Stage stage)
    {
        this.stage = stage;
        var pools = stage.Mandate.Pools.Length;
        Hours = new double[pools, Enum.GetValues<HourState>().Length];
        Held = new double[pools];
        Seconds = new double[pools, Months];
        Cash = new double[pools, Months];
        Requests = new double[pools, Months];
        Brought = new double[pools, Months];
        Meters = new double[pools];
        Charged = new double[pools, Months];
    }

    /// <summary>Months that are accounted for: those of the plan, and a few after for what runs on.</summary>
    public int Months => stage.Horizon.Months + 6;

    /// <summary>Accelerator-hours by pool and state.</summary>
    public double[,] Hours { get; }

    /// <summary>Accelerator-hours by pool from the moments at which instances came and went: what the states must add up to.</summary>
    public double[] Held { get; }

    /// <summary>Instance-seconds by pool and month.</summary>
    public double[,] Seconds { get; }

    /// <summary>US dollars for hours, for requests to APIs, and for data that is moved, by pool and month.</summary>
    public double[,] Cash { get; }

    /// <summary>Requests that are paid for one by one, by pool and month: an API's, and those for which data is moved.</summary>
    public double[,] Requests { get; }

    /// <summary>US dollars for data that was brought in for runs, by pool and month; part of the cash.</summary>
    public double[,] Brought { get; }

    /// <summary>US dollars charged to teams for machines that somebody else pays for, by the pool that they work in and month; no cash.</summary>
    public double[,] Charged { get; }

    /// <summary>Requests that each API has answered since the beginning, by pool.</summary>
    public double[] Meters { get; }

    /// <summary>An API answered requests of a service.</summary>
    public void Buy(Pool api, double requests, double at)
    {
        Meters[api.Index] += requests;
        Answer(api, requests, at);
    }

    /// <summary>A pool answered requests, each of which is paid for where it has a price.</summary>
    public void Answer(Pool pool, double requests, double at)
    {
        if (pool.PricePerRequest <= 0 || requests <= 0) return;
        var month = MonthOf(at);
        Requests[pool.Index, month] += requests;
        Cash[pool.Index, month] += requests * pool.PricePerRequest;
    }

    /// <summary>Data was brought in for a run.</summary>
    public void Bring(Pool pool, double usd, double at)
    {
        Brought[pool.Index, MonthOf(at)] += usd;
        Cash[pool.Index, MonthOf(at)] += usd;
    }

    /// <summary>A team's workload held machines from a moment to another for which it is charged.</summary>
    public void Charge(Pool pool, int machines, double from, double to)
    {
        for (var (at, month) = (from, MonthOf(from)); at < to && machines > 0; month++)
        {
            var end = month + 1 < Months ? Math.Min(to, stage.Horizon.HoursBefore(month + 1) * 3600) : to;
            Charged[pool.Index, Math.Min(month, Months - 1)] += machines * (end - at) / 3600 * pool.ChargePerHour;
            at = end;
        }
    }

    private int MonthOf(double at) => Math.Min(HorizonTime.MonthAt(stage.Horizon, at), Months - 1);

    public void Add(int pool, HourState state, double seconds) =>
        Hours[pool, (int)state] += seconds / 3600 * stage.Mandate.Pools[pool].Accelerators;

    /// <summary>An instance was held from a moment to another.</summary>
    public void Hold(Pool pool, double from, double to)
    {
        Held[pool.Index] += (to - from) / 3600 * pool.Accelerators;
        for (var (at, month) = (from, HorizonTime.MonthAt(stage.Horizon, from)); at < to; month++)
        {
            var end = Math.Min(to, stage.Horizon.HoursBefore(month + 1) * 3600);
            var into = Math.Min(month, Months - 1);
            Seconds[pool.Index, into] += end - at;
            if (pool.Kind != PurchaseKind.Commitment) Cash[pool.Index, into] += (end - at) / 3600 * pool.PricePerHour;
            at = end;
        }
    }
}
