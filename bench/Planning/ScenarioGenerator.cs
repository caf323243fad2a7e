using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Bench;

/// <summary>
/// Companies with many workloads, the same for the same seed: three in five are services, one in four is batch work, the rest trains. Sizes are
/// spread over two orders of magnitude, models from 7B to 70B (and mixtures), loads of all shapes, with growth and without.
/// </summary>
internal sealed class ScenarioGenerator
{
    private static readonly string[] Models =
        ["llama-3.1-8b", "llama-3.1-70b", "qwen2.5-7b", "qwen2.5-32b", "qwen3-32b", "mistral-7b", "qwen3-30b-a3b", "llama-3.2-3b", "qwen2.5-14b", "mixtral-8x7b"];

    private readonly Random random;
    private readonly IReadOnlyList<ModelArchitecture> models;
    private readonly Horizon horizon;

    private ScenarioGenerator(int seed, IReadOnlyList<ModelArchitecture> known, int months)
    {
        random = new(seed);
        models = [.. Models.Select(name => known.FirstOrDefault(m => m.Name == name)).OfType<ModelArchitecture>()];
        horizon = new(new(2027, 1, 1), months);
    }

    public static Scenario Make(int seed, int workloads, int months, IReadOnlyList<ModelArchitecture> known)
    {
        var generator = new ScenarioGenerator(seed, known, months);
        return new()
        {
            Name = $"generated-{seed}-{workloads}-{months}",
            Horizon = generator.horizon,
            DiscountRate = 0.08,
            Limits = new() { OffersPerWorkload = null },
            Workloads = [.. Enumerable.Range(0, workloads).Select(generator.One)],
        };
    }

    private Workload One(int i) => (i % 20) switch
    {
        < 12 => Service($"service-{i}"),
        < 17 => Batch($"batch-{i}"),
        _ => Training($"training-{i}"),
    };

    private double Spread(double least, double most) => least * Math.Pow(most / least, random.NextDouble());

    private ModelArchitecture Model() => models[random.Next(models.Count)];

    private InferenceWorkload Service(string name)
    {
        string[] parts = ["us-east", "us-west", "europe-west", "us-central"];
        var first = random.Next(parts.Length);
        ImmutableArray<UserGroup> users = random.Next(3) switch
        {
            0 => [],
            1 => [new(Geography.Find(parts[first])!, 1)],
            _ => [new(Geography.Find(parts[first])!, 0.6), new(Geography.Find(parts[(first + 1) % parts.Length])!, 0.4)],
        };
        var input = Spread(300, 2500);
        var output = Spread(60, 500);
        return new()
        {
            Name = name,
            Model = Model(),
            Precisions = [Precision.Bf16, Precision.Fp8],
            Load = new(Spread(2, 200), random.Next(3) == 0 ? 0 : random.NextDouble() * 0.08, Shape()),
            Input = new(input, 2.5 * input),
            Output = new(output, 2.5 * output),
            ServiceLevel = ServiceLevel.None with { Ttft = new(95, TimeSpan.FromMilliseconds(random.Next(5, 20) * 100)), Tpot = new(95, TimeSpan.FromMilliseconds(random.Next(4, 10) * 10)) },
            Users = users,
            MinReplicas = random.Next(1, 4),
            Headroom = 0.2,
        };
    }

    private WeekShape Shape() => random.Next(4) switch
    {
        0 => WeekShape.BusinessHours,
        1 => WeekShape.Daily,
        2 => WeekShape.Flat,
        _ => Wave(),
    };

    private WeekShape Wave()
    {
        var (peak, valley, weekend) = (random.Next(24), 0.1 + (random.NextDouble() * 0.4), 0.4 + (random.NextDouble() * 0.6));
        return WeekShape.FromLevels("trace", [.. Enumerable.Range(0, 168).Select(hour =>
            (hour / 24 >= 5 ? weekend : 1) * (valley + ((1 - valley) * (0.5 + (0.5 * Math.Cos((hour % 24 - peak) * Math.PI / 12))))))]);
    }

    private BatchWorkload Batch(string name)
    {
        var (every, within) = random.Next(3) switch { 0 => (1, 8), 1 => (7, 48), _ => (7, 168) };
        return new()
        {
            Name = name, Model = Model(), Precisions = [Precision.Bf16], SpotAllowed = random.Next(2) == 0,
            Requests = Spread(2e5, 2e7) * every / 7, Input = new(800, 2000), Output = new(150, 400),
            Cadence = new(horizon.Start, 0, every, TimeSpan.FromHours(within)), MonthlyGrowth = random.NextDouble() * 0.05,
        };
    }

    private TrainingWorkload Training(string name) => new()
    {
        Name = name, Model = models[random.Next(2) == 0 ? 0 : 2], Precisions = [Precision.Bf16], SpotAllowed = random.Next(2) == 0,
        Work = new(Spread(5e9, 60e9)), Cadence = new(horizon.Start, 1, 0, TimeSpan.FromDays(random.Next(4, 20))),
    };
}
