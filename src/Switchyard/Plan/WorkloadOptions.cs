using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Finds what each offer can do for a workload.</summary>
internal sealed class WorkloadOptions(
    Scenario scenario, PriceBook prices, RememberedPerformance performance, LoadSegments segments, IReadOnlySet<string> lifted,
    List<Exclusion> exclusions)
{
    // Round trips are rounded up to 5 ms, so that regions at about the same distance share a prediction.
    private const double RoundTripStep = 5;

    private readonly Gangs gangs = new(scenario, prices, performance, lifted, exclusions);

    // Requests a second below which a replica at the edge of its service level counts as not able to keep it.
    private const double HardlyAny = 0.01;

    /// <summary>Defaults in force.</summary>
    public SortedSet<string> Assumed { get; } = new(StringComparer.Ordinal);

    public ServiceNeed Service(InferenceWorkload workload, List<Candidate> candidates, List<Source> sources)
    {
        var found = new List<ServiceOption>();
        // User groups by how far they are from a place.
        var nearest = new Dictionary<Location, ImmutableArray<(double? Trip, int Index)>>();
        var routes = new DataRoutes(prices, workload, (0, scenario.Horizon.Months, 0), Assumed);
        ImmutableArray<Slot> slots = [.. Slots(workload)];
        var greatest = slots.Max(slot => slot.Rate);
        var monthly = Enumerable.Range(0, scenario.Horizon.Months).Average(m => workload.Load.Requests(m, scenario.Horizon.Hours(m))) * workload.ResponseSize.GB;
        foreach (var candidate in candidates)
        {
            var (source, at) = (sources[candidate.Source], candidate.Location);
            if (routes.To(at, always: true).ToList() is not [var way])
            {
                exclusions.Add(new(workload.Name, source.Label, null, $"its data may not be copied to {at}"));
                continue;
            }

            var traffic = routes.Outwards(at, monthly) * workload.ResponseSize.GB;
            found.AddRange(ServiceOptions(workload, candidate, source.Label, nearest).Select(o => o with
            {
                Setup = way.Setup,
                CostPerRequest = traffic * Math.Min(o.Capacity, greatest) * 3600 < MarketAssumptions.Negligible * source.PricePerHour ? 0 : traffic,
            }));
        }

        found.AddRange(Apis(workload, workload.ServiceLevel).Select(api => new ServiceOption(
            TokenSource(api, sources), 1, 0, AllUsers(workload.Users.Length), CostOf(api, workload.Input, workload.Output), null)));

        return new()
        {
            Workload = workload.Name,
            Slots = slots,
            UserShares = workload.Users.Length == 0 ? [1.0] : [.. workload.Users.Select(u => u.Share)],
            MinReplicas = workload.MinReplicas,
            Survives = workload.Survives,
            Spread = workload.Spread,
            FirmShare = workload.FirmShare,
            SpotPoolShare = 1.0 / workload.SpotPools,
            Setups = routes.Setups,
            Options = [.. found],
        };
    }

    private IEnumerable<Slot> Slots(InferenceWorkload workload)
    {
        var shape = workload.Load.Shape;
        for (var month = 0; month < scenario.Horizon.Months; month++)
        {
            var peak = workload.Load.Peak(month);
            for (var k = 0; k < segments.Shares.Length; k++)
            {
                yield return new(month, segments.Shares[k] * scenario.Horizon.Hours(month),
                    peak * segments.Level(k, shape) * (1 + workload.Headroom), peak * segments.Mean(k, shape), k);
            }
        }
    }

    /// <summary>The load segments of a scenario: of its services' loads, each weighing what its peak asks for in FLOP/s, and of its batch windows.</summary>
    public static LoadSegments SegmentsOf(Scenario scenario) => LoadSegments.Of(
        [
            .. scenario.Workloads.OfType<InferenceWorkload>().Select(w => (
                w.Load.Shape, w.Load.Peak(0) * 2 * w.Model.ActiveParameters * (w.Input.Mean + w.Output.Mean))),
        ],
        [.. scenario.Workloads.OfType<BatchWorkload>().Select(w => Window(w.Cadence)).OfType<ImmutableArray<bool>>()],
        scenario.LoadSegments);

    // The hours of the week in which a pile that comes every day or every week can be worked on; null for any hour alike.
    private static ImmutableArray<bool>? Window(Cadence cadence)
    {
        if (cadence.EveryMonths > 0 || cadence.EveryDays is not (1 or 7) || cadence.Within.TotalDays >= cadence.EveryDays) return null;
        var first = cadence.EveryDays == 1 ? 0 : (((int)cadence.First.DayOfWeek + 6) % 7) * 24;
        var every = (int)(cadence.EveryDays * 24);
        return [.. Enumerable.Range(0, 168).Select(hour => (hour - first + 168) % every < cadence.Within.TotalHours)];
    }

    private ImmutableArray<double> Windows(Cadence cadence, int month, double windowHours)
    {
        if (Window(cadence) is not { } open) return [.. segments.Shares.Select(share => share * windowHours)];
        var inside = segments.Hours.Select((hours, k) => hours.Count(hour => open[hour]) / (double)hours.Length * segments.Shares[k] * scenario.Horizon.Hours(month)).ToArray();
        var all = inside.Sum();
        return [.. inside.Select(hours => hours / all * windowHours)];
    }

    // One option for each set of user groups that counts: the nearest alone, the two nearest, and so on, each at the load that its
    // farthest users still allow. A set that leaves as much capacity as a smaller one makes the smaller one needless.
    private List<ServiceOption> ServiceOptions(InferenceWorkload workload, Candidate candidate, string label, Dictionary<Location, ImmutableArray<(double? Trip, int Index)>> nearest)
    {
        var offer = candidate.Offer;
        var groups = new List<(double RoundTrip, uint Users)>();
        if (workload.Users.Length == 0)
        {
            groups.Add((0, 1));
        }
        else
        {
            if (!nearest.TryGetValue(candidate.Location, out var near))
            {
                nearest[candidate.Location] = near =
                [
                    .. workload.Users.Select((user, i) => (Trip: prices.RoundTripMilliseconds(user.Geography, offer.Provider, offer.Region), Index: i)).OrderBy(x => x.Trip).ThenBy(x => x.Index),
                ];
            }

            if (near[0].Trip is null)
            {
                exclusions.Add(new(workload.Name, label, null, $"where region {offer.Region} lies is unknown, so its distance to the users is too"));
                return [];
            }

            var users = 0u;
            foreach (var (trip, index) in near) groups.Add((trip!.Value, users |= 1u << index));
        }

        var found = new List<ServiceOption>();
        string? refusal = null;
        foreach (var (trip, users) in groups)
        {
            var outcome = Serve(workload.Model, workload.Precisions, offer, workload.Input, workload.Output, workload.ServiceLevel, trip);
            if (outcome.Value is not { } estimate || estimate.RequestsPerSecond.Value < HardlyAny)
            {
                refusal ??= outcome.Refusal;
                continue;
            }

            var efficiency = candidate.Kind == PurchaseKind.Spot ? MarketAssumptions.SpotOf(prices, candidate.Offer).Efficiency : 1;
            var capacity = estimate.RequestsPerSecond.Value * estimate.Replicas * efficiency;
            found.RemoveAll(o => o.Capacity <= capacity);
            found.Add(new(candidate.Source, capacity, estimate.Replicas, users, 0, estimate));
        }

        if (found.Count == 0) exclusions.Add(new(workload.Name, label, null, refusal ?? "no capacity within the service level"));
        return found;
    }

    public RunNeed Runs(TrainingWorkload workload, List<Candidate> candidates, List<Source> sources)
    {
        var starts = workload.Cadence.Starts(scenario.Horizon).ToList();
        var groups = starts.GroupBy(hour => MonthAt(hour)).OrderBy(g => g.Key).Select(g => new RunGroup(g.Key, [.. g])).ToImmutableArray();
        var first = groups.Select(g => g.Month).DefaultIfEmpty(0).First();
        var routes = new DataRoutes(prices, workload, (first, scenario.Horizon.Months - first, starts.Count), Assumed);
        var found = new List<RunOption>();
        foreach (var candidate in candidates)
        {
            var source = sources[candidate.Source];
            foreach (var way in routes.To(candidate.Location))
            {
                var (any, waits, moved) = (false, false, false);
                foreach (var (bare, late) in gangs.Of(workload, candidate, source, way))
                {
                    (any, waits) = (true, waits | late);
                    var kept = Gangs.CheckpointGB(workload) * routes.Keep(candidate.Location, StorageClass.Object) * bare.Hours / (Horizon.AverageMonthHours);
                    var machines = source.PricePerHour * bare.Gang * bare.BilledHours;
                    // What is taken away takes its part of the data along.
                    var loads = candidate.Kind == PurchaseKind.Spot ? 1 + MarketAssumptions.SpotOf(prices, candidate.Offer).Interruptions(bare.BilledHours) : 1;
                    moved |= loads > 1;
                    var option = bare with { CostPerRun = (way.UsdEachTime * loads) + (kept < MarketAssumptions.Negligible * machines ? 0 : kept), Setup = way.Setup };
                    found.Add(option);
                    if (Rested(workload, option, source) is { } rested) found.Add(rested);
                }

                if (any && way.IsBest && !waits && !moved) break;
            }
        }

        return new() { Workload = workload.Name, Groups = groups, Setups = routes.Setups, Options = [.. NearCheapest(found, sources, routes.Setups, starts.Count)] };
    }

    // Copies of the data are offered in the few regions of each provider where a run costs least, its part of the copy included: a copy in each
    // of forty regions would be a decision each, nearly all of them alike (docs/model/planning.md).
    private List<RunOption> NearCheapest(List<RunOption> options, List<Source> sources, ImmutableArray<Setup> setups, int runs)
    {
        double Cost(RunOption o) => (sources[o.Source].PricePerHour * o.Gang * o.BilledHours) + o.CostPerRun
            + ((setups[o.Setup].Usd + (setups[o.Setup].UsdPerMonth * (scenario.Horizon.Months - setups[o.Setup].Month))) / Math.Max(1, runs));
        var kept = options.Where(o => o.Setup >= 0).GroupBy(o => o.Setup).GroupBy(g => setups[g.Key].Provider)
            .SelectMany(provider => provider.OrderBy(g => g.Min(Cost)).ThenBy(g => g.Key).Take(CopyRegions)).Select(g => g.Key).ToHashSet();
        return [.. options.Where(o => o.Setup < 0 || kept.Contains(o.Setup))];
    }

    // Regions of a provider in which a copy is offered.
    private const int CopyRegions = 3;

    // What is held for months can also train outside the busy hours, if it still ends in time, and leave those to services.
    private RunOption? Rested(TrainingWorkload workload, RunOption option, Source source)
    {
        if (!source.IsPool || !scenario.Workloads.OfType<InferenceWorkload>().Any()) return null;
        var (mask, busy) = (uint.MaxValue, 0.0);
        for (var k = 0; k < segments.Shares.Length - 1 && busy + segments.Shares[k] <= MostRest; k++)
        {
            busy += segments.Shares[k];
            mask &= ~(1u << k);
        }

        var hours = option.Hours / (1 - busy);
        return busy > 0 && hours <= workload.Cadence.Within.TotalHours ? option with { Hours = hours, Segments = mask } : null;
    }

    // Training rests in the busiest hours of the week, up to this share of it.
    private const double MostRest = 0.6;

    public PileNeed Piles(BatchWorkload workload, List<Candidate> candidates, List<Source> sources)
    {
        var horizon = scenario.Horizon;
        var window = workload.Cadence.Within.TotalHours;
        var starts = workload.Cadence.Starts(horizon).GroupBy(MonthAt).OrderBy(g => g.Key).ToList();
        var piles = starts
            .Select(g => new Pile(
                g.Key,
                workload.Requests * g.Count() * Math.Pow(1 + workload.MonthlyGrowth, g.Key),
                Math.Min(window * g.Count(), horizon.Hours(g.Key))))
            .Select(p => p with { Windows = Windows(workload.Cadence, p.Month, p.WindowHours) })
            .ToImmutableArray();
        var months = starts.Zip(piles, (g, pile) => (ImmutableArray.CreateRange(g), pile.WindowHours)).ToList();
        var first = piles.Select(p => p.Month).DefaultIfEmpty(0).First();
        var routes = new DataRoutes(prices, workload, (first, horizon.Months - first, workload.Cadence.Starts(horizon).Count()), Assumed);
        var found = new List<PileOption>();
        foreach (var candidate in candidates)
        {
            var outcome = Serve(
                workload.Model, workload.Precisions, candidate.Offer, workload.Input, workload.Output, ServiceLevel.None, 0);
            if (outcome.Value is not { } estimate)
            {
                exclusions.Add(new(workload.Name, sources[candidate.Source].Label, null, outcome.Refusal ?? "cannot run it"));
                continue;
            }

            var efficiency = candidate.Kind == PurchaseKind.Spot ? MarketAssumptions.SpotOf(prices, candidate.Offer).Efficiency : 1;
            var rate = estimate.RequestsPerSecond.Value * estimate.Replicas * 3600 * efficiency;
            var chains = candidate.Block is { } block ? BlockChain.Worth(block, months, window) : null;
            foreach (var way in routes.To(candidate.Location))
            {
                // Data that does not come as fast as it could be worked on is what limits the rate.
                var coming = workload.Data is { } data ? way.GBPerSecond * 3600 / data.Size.GB * workload.Requests : double.PositiveInfinity;
                var option = new PileOption(candidate.Source, Math.Min(rate, coming), way.UsdEachTime / workload.Requests, estimate, way.Setup);
                found.AddRange(chains?.Select(blocks => option with { Blocks = blocks }) ?? [option]);
                if (way.IsBest && coming >= rate) break;
            }
        }

        // What an API answers is sent to it from where the data lies.
        var sent = workload.Data is { } own ? routes.Outwards(own.Home, own.Size.GB) * own.Size.GB / workload.Requests : 0;

        found.AddRange(Apis(workload, ServiceLevel.None).Select(api => new PileOption(
            TokenSource(api, sources), 1, CostOf(api, workload.Input, workload.Output) + sent, null)));

        return new() { Workload = workload.Name, Piles = piles, Setups = routes.Setups, Options = [.. found] };
    }

    private int MonthAt(double hour) => scenario.Horizon.MonthOf(scenario.Horizon.Start.AddDays((int)(hour / 24)));

    // The APIs that answer with a workload's model, promise its service level and are within the limits; the others are left out by name.
    private IEnumerable<TokenOffer> Apis(Workload workload, ServiceLevel wanted)
    {
        foreach (var api in scenario.TokenOffers)
        {
            var limits = scenario.Limits;
            var (limit, reason) = (null as string, null as string);
            if (api.Model != workload.Model) reason = $"it answers with {api.Model.Name}";
            else if (api.Promised.Misses(wanted) is { } missed) reason = $"it does not promise {missed}; write what it promises as its slo";
            else if (limits.Providers.Length > 0 && !lifted.Contains("limits.providers")
                && !limits.Providers.Any(p => NamePattern.Matches(p, api.Provider)))
                (limit, reason) = ("limits.providers", $"provider {api.Provider} is not among those allowed");
            else if (limits.Regions.Length > 0 && !lifted.Contains("limits.regions")
                && (api.Region is null || !NamePattern.MatchesRegion(limits.Regions, api.Provider, api.Region, null)))
                (limit, reason) = ("limits.regions", api.Region is null ? "where it runs is not stated" : $"region {api.Region} is not among those allowed");
            else if (workload.Residency.Length > 0 && !lifted.Contains(DeclaredLimit.Residency(workload.Name))
                && (api.Region is null || !NamePattern.MatchesRegion(workload.Residency, api.Provider, api.Region, null)))
                (limit, reason) = (DeclaredLimit.Residency(workload.Name), api.Region is null ? "where it runs is not stated" : $"region {api.Region} is not where its data may be");
            if (reason is null) yield return api;
            else exclusions.Add(new(workload.Name, api.Name, limit, reason));
        }
    }

    private static double CostOf(TokenOffer api, TokenLengths input, TokenLengths output) =>
        ((input.Mean * api.InputPerMillion) + (output.Mean * api.OutputPerMillion)) / 1e6;

    // An API is one source, whichever workloads use it, so that its rate limit holds for all of them together.
    private static int TokenSource(TokenOffer api, List<Source> sources)
    {
        var known = sources.FindIndex(s => s.Kind == PurchaseKind.Tokens && s.Provider == api.Provider && s.Id == api.Name);
        if (known >= 0) return known;
        sources.Add(new()
        {
            Id = api.Name,
            Kind = PurchaseKind.Tokens,
            Provider = api.Provider,
            Region = api.Region ?? "unknown",
            PricePerHour = 0,
            MaxPerSecond = api.MaxPerSecond,
            Basis = PriceBasis.Quote,
            Origin = "scenario",
        });
        return sources.Count - 1;
    }

    private static uint AllUsers(int groups) => groups == 0 ? 1 : (1u << groups) - 1;

    private Outcome<ServingEstimate> Serve(
        ModelArchitecture model, ImmutableArray<Precision> precisions, Offer offer, TokenLengths input, TokenLengths output,
        ServiceLevel level, double roundTrip)
    {
        var trip = TimeSpan.FromMilliseconds(Math.Ceiling(roundTrip / RoundTripStep) * RoundTripStep);
        return performance.Serve(new(model, precisions, offer.Accelerator, (int)offer.AcceleratorCount, input, output, level, trip));
    }
}
