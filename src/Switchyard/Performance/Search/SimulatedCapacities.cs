using System.Security.Cryptography;
using System.Text;
using Switchyard.Performance.Simulate;

namespace Switchyard.Performance.Search;

/// <summary>
/// How far the closed form is from a simulation of the scheduler, by what was asked: model, accelerator, format, division, lengths, service level and
/// coefficients. The same is simulated once; what is known already may come from elsewhere, such as a file. A capacity is the closed form's times this ratio,
/// taken without the network's part, so that regions at different distances share it.
/// </summary>
public sealed class SimulatedCapacities
{
    // A change of the simulator that changes its numbers makes the keys new.
    private const string Version = "1";
    private const double Least = 0.3, Most = 2;
    private const int Requests = 600, Halvings = 2;

    private readonly Dictionary<string, double> known;
    private readonly Dictionary<string, double> added = new(StringComparer.Ordinal);
    private EfficiencyFactors? last;
    private string lastText = "";

    /// <summary>Knows nothing yet.</summary>
    public SimulatedCapacities()
        : this(new Dictionary<string, double>(StringComparer.Ordinal))
    {
    }

    /// <summary>Begins with what is known already.</summary>
    /// <param name="known">Ratios by key; those out of bounds are not used.</param>
    public SimulatedCapacities(IReadOnlyDictionary<string, double> known) =>
        this.known = new(known.Where(k => k.Value is >= Least and <= Most), StringComparer.Ordinal);

    /// <summary>What was simulated since.</summary>
    public IReadOnlyDictionary<string, double> Added => added;

    /// <summary>Simulated over closed-form capacity of one replica.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="deployment">How a replica is divided.</param>
    /// <param name="factors">The efficiency reached.</param>
    internal double Ratio(ServingQuestion question, Deployment deployment, EfficiencyFactors factors)
    {
        var key = Key(question, deployment, factors);
        if (known.TryGetValue(key, out var ratio)) return ratio;
        ratio = Math.Clamp(Simulate(question, deployment, factors), Least, Most);
        return known[key] = added[key] = ratio;
    }

    private static double Simulate(ServingQuestion question, Deployment deployment, EfficiencyFactors factors)
    {
        var replica = new Replica(question.Model, deployment, question.Accelerator, factors);
        var traffic = new Traffic(question.Input, question.Output);
        var closed = new ServingCapacity(replica, traffic, question.ServiceLevel, 0, factors).Find();
        if (closed.Shortfall != Shortfall.None || !(closed.Balance.Rate > 0)) return 1;
        var asked = new LayoutQuestion
        {
            Model = question.Model, Precisions = [deployment.Precision], Accelerator = question.Accelerator, Accelerators = deployment.Accelerators,
            Input = question.Input, Output = question.Output, Level = question.ServiceLevel, Engine = deployment.Engine,
        };
        var layout = new ServingLayout { Deployment = deployment };
        return new LoadTester(asked, factors, Requests, Halvings).Capacity(layout, closed.Balance.Rate, closed.Balance.Batch) is var (rate, _) ? rate / closed.Balance.Rate : Least;
    }

    private string Key(ServingQuestion question, Deployment deployment, EfficiencyFactors factors)
    {
        // One set of factors is asked many times; its text is made once.
        if (!ReferenceEquals(last, factors)) (last, lastText) = (factors, $"{factors} {string.Join(' ', factors.Corrections)}");
        var text = FormattableString.Invariant(
            $"{Version}|{lastText}|{question.Model}|{question.Accelerator}|{deployment}|{question.Input}|{question.Output}|{question.ServiceLevel}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
