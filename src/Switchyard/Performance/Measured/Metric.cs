namespace Switchyard.Performance.Measured;

/// <summary>What was measured.</summary>
public enum Quantity
{
    /// <summary>Time to first token, seconds.</summary>
    Ttft,

    /// <summary>Time per output token of a request after its first, seconds.</summary>
    Tpot,

    /// <summary>Time between two tokens, seconds.</summary>
    Itl,

    /// <summary>Time from a request to its last token, seconds.</summary>
    EndToEnd,

    /// <summary>Output tokens a second and accelerator.</summary>
    OutputRate,

    /// <summary>Tokens trained a second and accelerator.</summary>
    TrainingRate,
}

/// <summary>Which statistic of it.</summary>
public enum Statistic
{
    /// <summary>Mean.</summary>
    Mean,

    /// <summary>50th percentile.</summary>
    Median,

    /// <summary>90th percentile.</summary>
    P90,

    /// <summary>95th percentile.</summary>
    P95,

    /// <summary>99th percentile.</summary>
    P99,
}

/// <summary>A number that a run can be measured by.</summary>
/// <param name="Quantity">What.</param>
/// <param name="Statistic">Which statistic of it.</param>
public readonly record struct Metric(Quantity Quantity, Statistic Statistic)
{
    /// <summary>Its name in tables and JSON, such as <c>ttft p99</c>.</summary>
    public override string ToString()
    {
        var what = Quantity switch
        {
            Quantity.Ttft => "ttft",
            Quantity.Tpot => "tpot",
            Quantity.Itl => "itl",
            Quantity.EndToEnd => "e2e",
            Quantity.OutputRate => "output rate",
            _ => "training rate",
        };
        return Quantity is Quantity.OutputRate or Quantity.TrainingRate ? what : $"{what} {Statistic.ToString().ToLowerInvariant()}";
    }
}

/// <summary>A number of a run: seconds, or tokens a second and accelerator.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Value">The number; positive.</param>
public readonly record struct Observation(Metric Metric, double Value);
