namespace Switchyard.Prove;

/// <summary>Seconds of a stretch of a gang's time by what became of them.</summary>
/// <param name="Useful">Work that was kept.</param>
/// <param name="Lost">Work that was lost and is done again.</param>
/// <param name="Checkpoint">Writing checkpoints.</param>
/// <param name="Restart">Coming back after a failure.</param>
public readonly record struct Spent(double Useful, double Lost, double Checkpoint, double Restart);

/// <summary>
/// A job as it goes: work in seconds of its machines, kept by checkpoints at a fixed interval. What is done between two events follows in closed form, so
/// that a run of months costs as many events as it has failures.
/// </summary>
internal sealed class JobRun
{
    private double began, restart, saved;

    public required Operate.JobOrder Order { get; init; }

    /// <summary>Changes with every start and stop, so that what was scheduled before is known to be void.</summary>
    public int Epoch { get; private set; }

    public bool IsRunning { get; private set; }

    public int[] Nodes { get; private set; } = [];

    public int Pool { get; private set; } = -1;

    public double FirstStart { get; private set; } = double.NaN;

    public double Ended { get; set; } = double.NaN;

    public int Failures { get; set; }

    public int Starts { get; private set; }

    public Spent Total { get; private set; }

    /// <summary>Share of the work that is safe.</summary>
    public double Saved => saved;

    /// <summary>Seconds of work, all of it, on the machines that it runs on now.</summary>
    public double Work { get; private set; }

    /// <summary>Seconds of work between checkpoints.</summary>
    public double Interval { get; private set; }

    private double Write { get; set; }

    // The machines that have had their part of the data.
    private readonly HashSet<int> loaded = [];

    /// <summary>Data is brought to machines that have none of it yet.</summary>
    /// <returns>Their share of the machines.</returns>
    public double Load(IReadOnlyCollection<int> nodes) => nodes.Count(loaded.Add) / (double)nodes.Count;

    /// <summary>Starts, or starts again, on machines.</summary>
    /// <returns>When it would end if nothing fails.</returns>
    public double Start(double now, int pool, int[] nodes, double work, double interval, double write, double restartSeconds)
    {
        (began, Pool, Nodes, Work, Interval, Write) = (now, pool, nodes, work, interval, write);
        restart = Starts++ > 0 ? restartSeconds : 0;
        if (double.IsNaN(FirstStart)) FirstStart = now;
        IsRunning = true;
        Epoch++;
        var left = (1 - saved) * work;
        return now + restart + left + (write * Math.Max(0, Math.Ceiling((left / interval) - 1 - 1e-12)));
    }

    /// <summary>Stops, keeping what the last checkpoint has, or all of it at the end.</summary>
    public Spent Stop(double now, bool done)
    {
        var elapsed = now - began;
        var back = Math.Min(elapsed, restart);
        var rest = elapsed - back;
        Spent spent;
        if (done)
        {
            var left = (1 - saved) * Work;
            spent = new(left, 0, Math.Max(0, rest - left), back);
            saved = 1;
        }
        else
        {
            var cycle = Interval + Write;
            var whole = double.IsPositiveInfinity(Interval) ? 0 : Math.Floor(rest / cycle);
            var partial = rest - (whole > 0 ? whole * cycle : 0);
            var kept = whole * (double.IsPositiveInfinity(Interval) ? 0 : Interval);
            var writing = Math.Max(0, partial - Interval);
            spent = new(kept, partial - writing, (whole * Write) + writing, back);
            saved = Math.Min(1, saved + (kept / Work));
        }

        Total = new(Total.Useful + spent.Useful, Total.Lost + spent.Lost, Total.Checkpoint + spent.Checkpoint, Total.Restart + spent.Restart);
        IsRunning = false;
        Epoch++;
        return spent;
    }

    // A pile is worked on by each machine by itself.
    private double rate, at;

    /// <summary>Requests a second of a pile now.</summary>
    public double Rate => rate;

    /// <summary>Requests of a pile that are left.</summary>
    public double Left { get; set; }

    /// <summary>Changes the pace of a pile.</summary>
    /// <returns>When it would end at that pace.</returns>
    public double Pace(double now, double change)
    {
        Left = Math.Max(0, Left - (rate * (now - at)));
        at = now;
        rate = Math.Max(0, rate + change);
        if (rate < 1e-9) rate = 0;
        if (rate > 0 && double.IsNaN(FirstStart)) FirstStart = now;
        Epoch++;
        return rate > 0 ? now + (Left / rate) : double.PositiveInfinity;
    }
}
