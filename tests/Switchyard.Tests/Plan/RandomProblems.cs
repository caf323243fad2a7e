using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Tiny planning problems of every kind, the same for the same seed: small enough to try everything.</summary>
internal sealed class RandomProblems
{
    private const int ElementCount = 17;
    private static readonly DateOnly[] Firsts = [new(2027, 1, 1), new(2027, 1, 31), new(2028, 2, 1), new(2027, 11, 15)];
    private static readonly double[] Prices = [1, 2, 2, 3, 4.5, 7];
    private static readonly double[][] Chances = [[0.5, 0.5], [0.25, 0.75], [0.2, 0.3, 0.5]];
    private readonly Random random;
    private readonly Element elements;
    private readonly List<Source> sources = [];
    private Horizon horizon;
    private ImmutableArray<double> segments = [1.0];
    private ImmutableArray<Future> futures = [new("expected", 1)];

    private RandomProblems(int seed)
    {
        random = new(seed);
        elements = Drawn(seed);
    }

    private bool Has(Element element) => (elements & element) != 0;

    /// <summary>What the problem of a seed has: two or three elements, one seed in eight none.</summary>
    public static Element Drawn(int seed)
    {
        var random = new Random(seed ^ 0x2545f491);
        if (random.Next(8) == 0) return Element.None;
        // Drawn apart, one seed in six: the others are as they were without it.
        var drawn = new Random(seed ^ 0x1b873593).Next(6) == 0 ? Element.Blocks : Element.None;
        for (var i = random.Next(2, 4); i > 0; i--) drawn |= (Element)(1 << random.Next(ElementCount));
        if ((drawn & Element.Risk) != 0) drawn |= Element.Futures;
        if ((drawn & (Element.Windows | Element.Valley)) != 0) drawn |= Element.Segments;
        return drawn;
    }

    /// <summary>A problem without budgets or shares.</summary>
    public static PlanningProblem Free(int seed) => new RandomProblems(seed).Make();

    /// <summary>A problem with budgets that are about as large as the cheapest plan needs, and perhaps a limit on shares of the spending.</summary>
    public static PlanningProblem Limited(int seed, double cheapest, bool shares)
    {
        var random = new Random(seed ^ 0x5bd1e995);
        var problem = Free(seed);
        var scale = double.IsFinite(cheapest) ? cheapest : 1000;
        var teams = (Drawn(seed) & Element.Teams) != 0;
        if (random.Next(teams ? 6 : 3) == 0) problem = problem with { CashPerMonth = scale / problem.Horizon.Months * (0.8 + random.NextDouble()) };
        if (random.Next(4) == 0) problem = problem with { TotalCost = scale * (0.9 + (random.NextDouble() / 2)) };
        if (teams)
        {
            double? Perhaps(double usd) => random.Next(2) == 0 ? usd * (0.2 + random.NextDouble()) : null;
            problem = problem with { TeamBudgets = [.. new[] { "a", "b" }.Select(t => new TeamBudget($"teams.{t}", t, Perhaps(scale / problem.Horizon.Months), Perhaps(scale)))] };
        }

        if (!shares) return problem;
        double? Share(int oneIn) => random.Next(oneIn) == 0 ? random.Next(4, 10) / 10.0 : null;
        return problem with { ProviderShare = Share(2), RegionShare = Share(2), SpotShare = Share(2) is { } spot ? spot - 0.3 : null };
    }

    private PlanningProblem Make()
    {
        var large = Has(Element.Segments) || Has(Element.Futures);
        horizon = new(Firsts[random.Next(Firsts.Length)], random.Next(1, large ? 3 : 4));
        if (Has(Element.Segments)) segments = random.Next(2) == 0 ? [0.5, 0.5] : [0.25, 0.75];
        else if (random.Next(6) == 0) segments = [0.5, 0.5];
        if (Has(Element.Futures)) futures = [.. Chances[random.Next(Chances.Length)].Select((chance, f) => new Future($"f{f}", chance))];
        var providers = random.Next(1, 4);
        for (var i = random.Next(1, 5); i > 0; i--) sources.Add(OneSource($"p{random.Next(providers)}", i));
        if (Has(Element.Shared) || Has(Element.Windows) || Has(Element.Valley)) sources.Add(OneSource("p0", 9, PurchaseKind.Commitment));
        if (Has(Element.Firm) || Has(Element.SpotPools)) sources.Add(OneSource("p0", 8, PurchaseKind.Spot));
        if (Has(Element.Blocks)) sources.Add(OneSource("p0", 7, PurchaseKind.Block));
        if (Has(Element.Similar)) AddSimilar();
        var needs = new List<Need>();
        if ((elements & (Element.Survive | Element.Spread | Element.Firm | Element.SpotPools)) != 0) needs.Add(Service("v"));
        if (Has(Element.Windows) || Has(Element.Blocks)) needs.Add(Piles("b"));
        if (Has(Element.Valley)) needs.Add(Runs("r"));
        var count = Math.Max(Has(Element.Shared) ? 2 : 0, random.Next(0, 6) switch { 0 => 3, < 3 => 2, _ => 1 });
        while (needs.Count < count)
        {
            var name = $"w{needs.Count}";
            needs.Add(random.Next(3) switch { 0 => Service(name), 1 => Runs(name), _ => Piles(name) });
        }

        return new()
        {
            Horizon = horizon,
            Segments = segments,
            Futures = futures,
            RiskWeight = Has(Element.Risk) ? random.Next(1, 4) / 2.0 : 0,
            RiskTail = random.Next(2) == 0 ? 0.2 : 0.6,
            TailShare = Has(Element.Tail) ? random.Next(3) / 2.0 : 1,
            DiscountRate = random.Next(3) switch { 0 => 0.08, 1 => 0.6, _ => 0 },
            Sources = [.. sources],
            Needs = [.. needs],
            CapacityLimits = Limits(),
            UseLimits = Has(Element.Use) ? [new("limits.carbon", 744 * random.Next(1, 12) / 2.0, [.. sources.Select(_ => random.Next(4) / 2.0)])] : [],
            Credits = Credits(providers),
            FixedCash = random.Next(5) == 0 ? [100, 50] : [],
        };
    }

    private Source OneSource(string provider, int i, PurchaseKind? wanted = null)
    {
        var kind = wanted ?? random.Next(8) switch
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
            Region = $"r{random.Next(2)}",
            PricePerHour = kind switch
            {
                PurchaseKind.Tokens => 0,
                PurchaseKind.Owned => random.Next(2) * 0.5,
                _ => Prices[random.Next(Prices.Length)] * (commitment ? 0.7 : kind is PurchaseKind.Spot or PurchaseKind.Block ? 0.5 : 1),
            },
            Accelerator = kind == PurchaseKind.Tokens ? "" : "a",
            AcceleratorCount = kind == PurchaseKind.Tokens ? 0 : 1 << random.Next(3),
            TermMonths = commitment ? random.Next(1, 4) : 0,
            UpfrontShare = commitment ? random.Next(3) switch { 0 => 0.25, 1 => 1, _ => 0 } : 0,
            LastStart = kind is not (PurchaseKind.Tokens or PurchaseKind.Owned) && random.Next(commitment ? 3 : 9) == 0 ? random.Next(-1, 2) : int.MaxValue,
            MinCount = commitment && random.Next(3) == 0 ? 2 : 1,
            MaxCount = kind is not (PurchaseKind.Tokens or PurchaseKind.Owned) && random.Next(4) == 0 ? random.Next(1, 4) : null,
            MaxPerSecond = kind == PurchaseKind.Tokens && random.Next(2) == 0 ? random.Next(1, 4) : null,
            CommittedPerHour = Has(Element.Teams) && kind == PurchaseKind.Owned ? i % 3 : 0,
            Team = Has(Element.Teams) && kind == PurchaseKind.Commitment && random.Next(2) == 0 ? "a" : "",
            Zones = random.Next(2) == 0 ? 1 : random.Next(2, 4),
            Held = kind == PurchaseKind.Owned ? [.. Enumerable.Range(0, horizon.Months + random.Next(2)).Select(_ => random.Next(0, 4))] : [],
        };
    }

    // Other machines of the same provider, bought in the same way: one may do all that another does.
    private void AddSimilar()
    {
        var like = sources.FindIndex(s => s.Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens));
        for (var i = random.Next(1, 3); like >= 0 && i > 0; i--)
        {
            sources.Add(sources[like] with
            {
                Id = $"t{i}", PricePerHour = Prices[random.Next(Prices.Length)], Region = $"r{random.Next(2)}", Zones = random.Next(1, 4),
                AcceleratorCount = 1 << random.Next(3), MaxCount = random.Next(4) == 0 ? 2 : null, MinCount = 1,
            });
        }
    }

    private string Team() => Has(Element.Teams) ? random.Next(3) switch { 0 => "a", 1 => "b", _ => "" } : "";

    // Sources that a need may use.
    private List<int> Some(string team, Func<Source, bool> can) => Enumerable.Range(0, sources.Count)
        .Where(s => can(sources[s]) && (sources[s].Team.Length == 0 || sources[s].Team == team) && random.Next(5) > 0).ToList();

    private ImmutableArray<Setup> Setups() => !Has(Element.Setups) ? [] :
        [.. Enumerable.Range(0, random.Next(1, 3)).Select(i => new Setup($"data {i}", random.Next(horizon.Months), random.Next(0, 8) * 100, random.Next(3) * 20, "p0", $"r{i}"))];

    private int Setup(ImmutableArray<Setup> setups) => setups.IsEmpty || random.Next(3) == 0 ? -1 : random.Next(setups.Length);

    private double OnTop(double usd) => Has(Element.OnTop) && random.Next(3) > 0 ? usd * random.Next(1, 6) : 0;

    private ServiceNeed Service(string name)
    {
        var (team, setups) = (Team(), Setups());
        var groups = random.Next(4) == 0 ? 2 : 1;
        var (all, slots) = ((1u << groups) - 1, new List<Slot>());
        for (var month = 0; month < horizon.Months; month++)
        {
            for (var k = 0; k < segments.Length; k++)
            {
                var rate = random.Next(0, 9) == 0 ? 0 : random.Next(2, 9) / 2.0 / (k + 1);
                for (var f = 0; f < futures.Length; f++, rate *= random.Next(1, 4) / 2.0) slots.Add(new(month, horizon.Hours(month) * segments[k], rate, rate * 0.7, k, f));
            }
        }

        var options = new List<ServiceOption>();
        foreach (var s in Some(team, s => s.Kind != PurchaseKind.Block))
        {
            if (sources[s].Kind == PurchaseKind.Tokens)
            {
                options.Add(new(s, 1, 0, all, random.Next(2, 9) * 1e-4, null, Setup(setups)));
                continue;
            }

            var capacity = random.Next(2, 8) / 2.0;
            var users = random.Next(3) == 0 ? (uint)random.Next(1, (int)all + 1) : all;
            options.Add(new(s, capacity, random.Next(1, 3), users, OnTop(1e-4), null, Setup(setups)));
            if (users != all) options.Add(new(s, capacity / 2, 1, all, OnTop(1e-4), null, Setup(setups)));
        }

        return new()
        {
            Workload = name,
            Team = team,
            Setups = setups,
            Slots = [.. slots],
            UserShares = groups == 1 ? [1] : [0.6, 0.4],
            MinReplicas = random.Next(0, 3),
            Survives = Has(Element.Survive) ? random.Next(5) switch { 0 => FailureDomain.Instance, 1 => FailureDomain.Region, 2 => FailureDomain.Provider, _ => FailureDomain.Zone } : FailureDomain.None,
            Spread = Has(Element.Spread) ? (FailureDomain)random.Next(1, 5) : FailureDomain.None,
            FirmShare = Has(Element.Firm) ? random.Next(1, 5) / 4.0 : 0,
            SpotPoolShare = Has(Element.SpotPools) ? random.Next(0, 4) / 4.0 : 1,
            Options = [.. options],
        };
    }

    private RunNeed Runs(string name)
    {
        var (team, setups) = (Team(), Setups());
        var groups = new List<RunGroup>();
        for (var month = 0; month < horizon.Months; month++)
        {
            if (random.Next(4) == 0) continue;
            var starts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => horizon.HoursBefore(month) + (24.0 * random.Next(0, 28)));
            groups.Add(new(month, [.. starts.Distinct().Order()]));
        }

        var options = new List<RunOption>();
        foreach (var s in Some(team, s => s.Kind != PurchaseKind.Tokens))
        {
            double hours = random.Next(3) switch { 0 => 24, 1 => 200, _ => 24 * random.Next(2, 34) };
            var (gang, billed) = (random.Next(1, 3), hours * (sources[s].Kind == PurchaseKind.Spot ? 0.8 : 1));
            options.Add(new(s, gang, hours, billed, null, OnTop(100), uint.MaxValue, Setup(setups)));
            // Only in the second segment: longer, and paid for while it works.
            if (Has(Element.Valley) && segments.Length == 2 && random.Next(3) > 0)
                options.Add(new(s, gang, hours / segments[1], billed, null, OnTop(100), 0b10, Setup(setups)));
        }

        return new() { Workload = name, Team = team, Setups = setups, Groups = [.. groups], Options = [.. options] };
    }

    private PileNeed Piles(string name)
    {
        var (team, setups) = (Team(), Setups());
        var piles = new List<Pile>();
        for (var month = 0; month < horizon.Months; month++)
        {
            if (random.Next(5) == 0) continue;
            var (requests, window) = (1e5 * random.Next(1, 6), random.Next(2) == 0 ? horizon.Hours(month) : 240);
            ImmutableArray<double> windows = Has(Element.Windows) && segments.Length == 2
                ? random.Next(3) switch { 0 => [0, window * segments[1]], 1 => [window * segments[0], 0], _ => [window * segments[0] / 2, window * segments[1]] }
                : [];
            for (var f = 0; f < futures.Length; f++, requests *= random.Next(1, 4) / 2.0)
                piles.Add(new(month, requests, windows.IsEmpty ? window : windows.Sum(), f) { Windows = windows });
        }

        var options = Some(team, _ => true).SelectMany(s => sources[s].Kind switch
        {
            PurchaseKind.Tokens => [new PileOption(s, 1, random.Next(1, 6) / 1000.0, null, Setup(setups))],
            PurchaseKind.Block => InBlocks(s, piles, Setup(setups)),
            _ => [new PileOption(s, random.Next(1, 5) * 500, OnTop(2e-4), null, Setup(setups))],
        });
        return new() { Workload = name, Team = team, Setups = setups, Piles = [.. piles], Options = [.. options] };
    }

    // Blocks of some days at the beginning of each month's window, or two of which the second may reach into the next month; of one and of another length.
    private IEnumerable<PileOption> InBlocks(int source, List<Pile> piles, int setup)
    {
        var (rate, onTop, late) = (random.Next(1, 5) * 500, OnTop(2e-4), 24.0 * random.Next(20, 29));
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var (hours, two) = (24.0 * random.Next(2, 10), random.Next(3) == 0);
            yield return new(source, rate, onTop, null, setup)
            {
                Blocks =
                [
                    .. piles.Select(p => new BlockChain(
                        Math.Min(p.WindowHours, two ? hours * 1.5 : hours),
                        two ? [(horizon.HoursBefore(p.Month), hours), (horizon.HoursBefore(p.Month) + late, hours)] : [(horizon.HoursBefore(p.Month), hours)])),
                ],
            };
        }
    }

    private ImmutableArray<CapacityLimit> Limits()
    {
        var limits = new List<CapacityLimit>();
        for (var i = random.Next(0, 3); i > 0; i--)
        {
            var members = Enumerable.Range(0, sources.Count)
                .Where(s => sources[s].Kind is not (PurchaseKind.Owned or PurchaseKind.Tokens) && random.Next(5) > 0).ToImmutableArray();
            if (members.Length > 0) limits.Add(new($"q{i}", random.Next(2, 14), false, members));
        }

        if (Has(Element.Power))
        {
            var members = Enumerable.Range(0, sources.Count).Where(s => sources[s].Kind != PurchaseKind.Tokens && random.Next(5) > 0).ToImmutableArray();
            limits.Add(new("power", random.Next(2, 12), false, members) { Each = [.. members.Select(_ => random.Next(5) / 2.0)] });
        }

        return [.. limits];
    }

    private ImmutableArray<Credit> Credits(int providers) => random.Next(3) > 0
        ? []
        : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new Credit(
            $"p{random.Next(providers)}", Money.FromUsd(random.Next(1, 20) * 100), horizon.Start.AddDays(random.Next(-3, 100))))];
}
