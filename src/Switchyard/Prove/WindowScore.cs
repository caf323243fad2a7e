using Switchyard.Demand;

namespace Switchyard.Prove;

/// <summary>Counts how the requests of a window fare: for their month by what each stands for, and for the window itself, to see when an objective is missed.</summary>
internal sealed class WindowScore
{
    private readonly ServiceTally tally;
    private readonly double[] limits = new double[3], objectives = new double[3], met = new double[3];
    private MonthTally month = new();
    private Window window;
    private double count;

    public WindowScore(ServiceTally tally, ServiceLevel level)
    {
        this.tally = tally;
        for (var i = 0; i < 3; i++)
        {
            limits[i] = level.InOrder[i]?.Limit.TotalSeconds ?? double.PositiveInfinity;
            objectives[i] = (level.InOrder[i]?.Percentile ?? 0) / 100;
        }
    }

    /// <summary>A window begins.</summary>
    public void Open(Window next)
    {
        (window, month, count) = (next, tally.Months[next.Month], 0);
        Array.Clear(met);
    }

    /// <summary>A request that counts is done with.</summary>
    public void Count()
    {
        count++;
        month.Requests += window.Weight;
    }

    /// <summary>It was not answered.</summary>
    public void Fail() => month.Failed += window.Weight;

    /// <summary>An API answered it.</summary>
    public void CountByApi() => month.ByApi += window.Weight;

    /// <summary>It took so long, for an objective.</summary>
    public void Time(ObjectiveKind kind, double seconds)
    {
        month.Times[(int)kind].Add(seconds, window.Weight);
        if (seconds <= limits[(int)kind]) Met(kind);
    }

    /// <summary>It met an objective.</summary>
    public void Met(ObjectiveKind kind)
    {
        met[(int)kind]++;
        month.Met[(int)kind] += window.Weight;
    }

    /// <summary>The window ends.</summary>
    public void Close()
    {
        for (var i = 0; i < 3 && count > 0; i++)
            if (met[i] / count < objectives[i]) tally.Missed.Add((window.From, (ObjectiveKind)i, met[i] / count));
    }
}
