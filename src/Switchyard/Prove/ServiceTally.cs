using Switchyard.Performance.Simulate;

namespace Switchyard.Prove;

/// <summary>The objectives that a service can have, in the order in which tallies keep them.</summary>
public enum ObjectiveKind
{
    /// <summary>Time to first token.</summary>
    Ttft,

    /// <summary>Time per output token after the first.</summary>
    Tpot,

    /// <summary>Time from the request to its last token.</summary>
    EndToEnd,
}

/// <summary>How requests of a month fared, each counted for those that it stands for.</summary>
internal sealed class MonthTally
{
    /// <summary>Requests, weighted.</summary>
    public double Requests { get; set; }

    /// <summary>Requests that met each objective, weighted; those of one token meet what is said of the next.</summary>
    public double[] Met { get; } = new double[3];

    /// <summary>Requests that were not answered, weighted.</summary>
    public double Failed { get; set; }

    /// <summary>Requests that an API answered, weighted.</summary>
    public double ByApi { get; set; }

    /// <summary>The times, within 0.5%.</summary>
    public TimeHistogram[] Times { get; } = [new(), new(), new()];

    public void Add(MonthTally other, double weight)
    {
        Requests += weight * other.Requests;
        Failed += weight * other.Failed;
        ByApi += weight * other.ByApi;
        for (var i = 0; i < 3; i++)
        {
            Met[i] += weight * other.Met[i];
            Times[i].Add(other.Times[i], weight);
        }
    }
}

/// <summary>How a service fared in one run.</summary>
internal sealed class ServiceTally
{
    public ServiceTally(int months, int pools)
    {
        Months = [.. Enumerable.Range(0, months).Select(_ => new MonthTally())];
        (LaneSeconds, BusySeconds, Joules) = (new double[pools], new double[pools], new double[pools]);
    }

    public MonthTally[] Months { get; }

    /// <summary>Replica-seconds played, by pool, weighted.</summary>
    public double[] LaneSeconds { get; }

    /// <summary>Those in which there was work.</summary>
    public double[] BusySeconds { get; }

    /// <summary>Energy of the accelerators in them; NaN where unknown.</summary>
    public double[] Joules { get; }

    /// <summary>Windows in which an objective was missed: when, which, and the share that met it.</summary>
    public List<(double Seconds, ObjectiveKind Kind, double Share)> Missed { get; } = [];

    /// <summary>Requests played: offered, and what became of them.</summary>
    public long Offered { get; set; }

    public long Answered { get; set; }

    public long Rejected { get; set; }

    public long Unserved { get; set; }

    public long SentToApi { get; set; }

    public long Retried { get; set; }
}
