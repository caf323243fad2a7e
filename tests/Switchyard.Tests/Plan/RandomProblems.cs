using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Tiny planning problems of every kind, the same for the same seed: small enough to try everything.</summary>
internal sealed class RandomProblems
{
    private static readonly DateOnly[] Firsts = [new(2027, 1, 1), new(2027, 1, 31), new(2028, 2, 1), new(2027, 11, 15)];
    private static readonly double[] Prices = [1, 2, 2, 3, 4.5, 7];
    private readonly Random random;
    private readonly List<Source> sources = [];
    private Horizon horizon;
    private ImmutableArray<double> segments;

    private RandomProblems(int seed) => random = new(seed);

    /// <summary>A problem without budgets or shares.</summary>
    public static PlanningProblem Free(int seed) => new RandomProblems(seed).Make();

    /// <summary>A problem with budgets that are about as large as the cheapest plan needs, and perhaps a limit on provider shares.</summary>
    public static PlanningProblem Limited(int seed, double cheapest, bool shares)
    {
        var random = new Random(seed ^ 0x5bd1e995);
        var problem = Free(seed);
        var scale = double.IsFinite(cheapest) ? cheapest : 1000;
        if (random.Next(3) == 0) problem = problem with { CashPerMonth = scale / problem.Horizon.Months * (0.8 + random.NextDouble()) };
        if (random.Next(4) == 0) problem = problem with { TotalCost = scale * (0.9 + (random.NextDouble() / 2)) };
        return shares ? problem with { ProviderShare = random.Next(4, 10) / 10.0 } : problem;
    }

    private PlanningProblem Make()
    {
        horizon = new(Firsts[random.Next(Firsts.Length)], random.Next(1, 4));
        segments = random.Next(3) == 0 ? [0.5, 0.5] : [1.0];
        var providers = random.Next(1, 4);
        for (var i = random.Next(1, 5); i > 0; i--) sources.Add(OneSource($"p{random.Next(providers)}", i));
        var needs = new List<Need>();
        for (var n = random.Next(0, 6) switch { 0 => 3, < 3 => 2, _ => 1 }; n > 0; n--)
        {
            needs.Add(random.Next(3) switch
            {
                0 => Service($"w{n}"),
                1 => Runs($"w{n}"),
                _ => Piles($"w{n}"),
            });
        }

        return new()
        {
            Horizon = horizon,
            DiscountRate = random.Next(3) switch { 0 => 0.08, 1 => 0.6, _ => 0 },
            Segments = segments,
            Sources = [.. sources],
            Needs = [.. needs],
            CapacityLimits = Limits(),
            Credits = Credits(providers),
            FixedCash = random.Next(5) == 0 ? [100, 50] : [],
        };
    }

    private Source OneSource(string provider, int i)
    {
        var kind = random.Next(8) switch
        {
            < 3 => PurchaseKind.OnDemand,
            3 => PurchaseKind.Spot,
            < 6 => PurchaseKind.Commitment,
            6 => PurchaseKind.Owned,
            _ => PurchaseKind.Tokens,
        };
        var commitment = kind == PurchaseKind.Commitment;
        return new()
        {
            Id = $"s{i}",
            Kind = kind,
            Provider = provider,
            Region = "r",
            PricePerHour = kind switch
            {
                PurchaseKind.Tokens => 0,
                PurchaseKind.Owned => random.Next(2) * 0.5,
                _ => Prices[random.Next(Prices.Length)] * (commitment ? 0.7 : 1),
            },
            AcceleratorCount = kind == PurchaseKind.Tokens ? 0 : 1 << random.Next(3),
            TermMonths = commitment ? random.Next(1, 4) : 0,
            UpfrontShare = commitment ? random.Next(3) switch { 0 => 0.25, 1 => 1, _ => 0 } : 0,
            LastStart = commitment && random.Next(3) == 0 ? random.Next(-1, 2) : int.MaxValue,
            MinCount = commitment && random.Next(3) == 0 ? 2 : 1,
            MaxCount = kind is not (PurchaseKind.Tokens or PurchaseKind.Owned) && random.Next(4) == 0 ? random.Next(1, 4) : null,
            MaxPerSecond = kind == PurchaseKind.Tokens && random.Next(2) == 0 ? random.Next(1, 4) : null,
            Held = kind == PurchaseKind.Owned ? [.. Enumerable.Range(0, horizon.Months + random.Next(2)).Select(_ => random.Next(0, 4))] : [],
        };
    }

    private List<int> Some(Func<Source, bool> can) =>
        Enumerable.Range(0, sources.Count).Where(s => can(sources[s]) && random.Next(5) > 0).ToList();

    private ServiceNeed Service(string name)
    {
        var groups = random.Next(4) == 0 ? 2 : 1;
        var (all, slots) = ((1u << groups) - 1, new List<Slot>());
        for (var month = 0; month < horizon.Months; month++)
        {
            for (var k = 0; k < segments.Length; k++)
            {
                var rate = random.Next(0, 9) == 0 ? 0 : random.Next(2, 9) / 2.0 / (k + 1);
                slots.Add(new(month, horizon.Hours(month) * segments[k], rate, rate * 0.7, k));
            }
        }

        var options = new List<ServiceOption>();
        foreach (var s in Some(_ => true))
        {
            if (sources[s].Kind == PurchaseKind.Tokens)
            {
                options.Add(new(s, 1, 0, all, random.Next(2, 9) * 1e-4, null));
                continue;
            }

            var capacity = random.Next(2, 8) / 2.0;
            var users = random.Next(3) == 0 ? (uint)random.Next(1, (int)all + 1) : all;
            options.Add(new(s, capacity, random.Next(1, 3), users, 0, null));
            if (users != all) options.Add(new(s, capacity / 2, 1, all, 0, null));
        }

        return new()
        {
            Workload = name,
            Slots = [.. slots],
            UserShares = groups == 1 ? [1] : [0.6, 0.4],
            MinReplicas = random.Next(0, 3),
            Options = [.. options],
        };
    }

    private RunNeed Runs(string name)
    {
        var groups = new List<RunGroup>();
        for (var month = 0; month < horizon.Months; month++)
        {
            if (random.Next(4) == 0) continue;
            var starts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => horizon.HoursBefore(month) + (24.0 * random.Next(0, 28)));
            groups.Add(new(month, [.. starts.Distinct().Order()]));
        }

        var options = Some(s => s.Kind != PurchaseKind.Tokens).Select(s =>
        {
            double hours = random.Next(3) switch { 0 => 24, 1 => 200, _ => 24 * random.Next(2, 34) };
            return new RunOption(s, random.Next(1, 3), hours, hours * (sources[s].Kind == PurchaseKind.Spot ? 0.8 : 1), null);
        });
        return new() { Workload = name, Groups = [.. groups], Options = [.. options] };
    }

    private PileNeed Piles(string name)
    {
        var piles = Enumerable.Range(0, horizon.Months).Where(_ => random.Next(5) > 0)
            .Select(month => new Pile(month, 1e5 * random.Next(1, 6), random.Next(2) == 0 ? horizon.Hours(month) : 240));
        var options = Some(_ => true).Select(s => sources[s].Kind == PurchaseKind.Tokens
            ? new PileOption(s, 1, random.Next(1, 6) / 1000.0, null)
            : new PileOption(s, random.Next(1, 5) * 500, 0, null));
        return new() { Workload = name, Piles = [.. piles], Options = [.. options] };
    }

    private ImmutableArray<CapacityLimit> Limits()
    {
        var limits = new List<CapacityLimit>();
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            var members = Some(s => s.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens)).ToImmutableArray();
            if (members.Length > 0) limits.Add(new($"q{i}", random.Next(2, 14), false, members));
        }

        return [.. limits];
    }

    private ImmutableArray<Credit> Credits(int providers) => random.Next(3) > 0
        ? []
        : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new Credit(
            $"p{random.Next(providers)}", Money.FromUsd(random.Next(1, 20) * 100), horizon.Start.AddDays(random.Next(-3, 100))))];
}
