using Switchyard.Market;
using Switchyard.Performance.Simulate;

namespace Switchyard.Prove;

/// <summary>Capacity that comes and goes for a group of pools at once: spot of a kind in a zone, a zone, a region, a grid.</summary>
internal abstract class Supply(bool takes, string cause)
{
    /// <summary>Whether what runs is taken away, rather than new requests refused only.</summary>
    public bool Takes { get; } = takes;

    public string Cause { get; } = cause;

    /// <summary>Shorter absences than this are ridden through, seconds.</summary>
    public double RideThrough { get; init; }

    public bool IsUp { get; set; } = true;

    /// <summary>When it is up again, once it is down.</summary>
    public double UpAt { get; set; }

    /// <summary>When it goes down for the first time, seconds; 0 where it is down at the start, infinite where it never is.</summary>
    public abstract double FirstDown();

    /// <summary>When it comes up again, having gone down now.</summary>
    public abstract double UpAfter(double now);

    /// <summary>When it goes down again, having come up now; infinite where it does not.</summary>
    public abstract double DownAfter(double now);
}

/// <summary>Times up and times down that are drawn: each a Weibull, so that its hazard goes with its age; a shape of 1 is without memory.</summary>
internal sealed class DrawnSupply : Supply
{
    // Cycles before the start, after which how long it has been up or down no longer hangs on how it began.
    private const int Before = 30;

    private readonly SpotLifetime up, down;
    private Generator random;

    /// <param name="random">Where draws come from.</param>
    /// <param name="up">Lives, in hours.</param>
    /// <param name="down">Absences, in hours.</param>
    /// <param name="takes">Whether what runs is taken away.</param>
    /// <param name="cause">In words.</param>
    public DrawnSupply(Generator random, SpotLifetime up, SpotLifetime down, bool takes, string cause)
        : base(takes, cause) => (this.random, this.up, this.down) = (random, up, down);

    public override double FirstDown()
    {
        if (up.Shape == 1 && down.Shape == 1)
            return random.Unit() * (up.ScaleHours + down.ScaleHours) <= up.ScaleHours ? Draw(up) : 0;
        // A long time ago it was just up.
        for (var at = -Before * 3600 * (up.MeanHours + down.MeanHours); ;)
        {
            at += Draw(up);
            if (at >= 0) return at;
            at += Draw(down);
            if (at > 0) return 0;
        }
    }

    public override double UpAfter(double now) => now + Draw(down);

    public override double DownAfter(double now) => now + Draw(up);

    private double Draw(SpotLifetime life) => 3600 * life.ScaleHours * Math.Pow(random.Exponential(), 1 / life.Shape);
}

/// <summary>A zone of a record, from some moment of it on, again and again.</summary>
internal sealed class RecordedSupply(AvailabilityTrace trace, int zone, double from, string cause) : Supply(true, cause)
{
    public override double FirstDown() => trace.IsAvailable(zone, from) ? Next(0, false) : 0;

    public override double UpAfter(double now) => Next(now, true);

    public override double DownAfter(double now) => Next(now, false);

    // The next step that is as wanted.
    private double Next(double now, bool available)
    {
        var step = (long)Math.Floor(((now + from) / trace.StepSeconds) + 1e-9);
        for (var ahead = 1; ahead <= trace.Steps; ahead++)
            if (trace.Zones[zone].Available[(int)((step + ahead) % trace.Steps)] == available) return ((step + ahead) * trace.StepSeconds) - from;
        return double.PositiveInfinity;
    }
}

/// <summary>What is away once, when a case says so.</summary>
internal sealed class ForcedSupply(ForcedAbsence absence) : Supply(true, absence.Cause)
{
    public override double FirstDown() => absence.From;

    public override double UpAfter(double now) => now + absence.Seconds;

    public override double DownAfter(double now) => double.PositiveInfinity;
}
