using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Why an offer is not among a workload's options.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Source">The offer and how it would be bought.</param>
/// <param name="Limit">The path of the limit that rules it out, such as <c>limits.regions</c>; null where it cannot do the work.</param>
/// <param name="Reason">The reason in words.</param>
public sealed record Exclusion(string Workload, string Source, string? Limit, string Reason);

/// <summary>A planning problem and what was left out of it.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Exclusions">Offers that are not among a workload's options, and why.</param>
/// <param name="Assumed">Defaults in force.</param>
public sealed record BuiltProblem(PlanningProblem Problem, ImmutableArray<Exclusion> Exclusions, ImmutableArray<string> Assumed);

/// <summary>Turns a scenario and a price book into the numbers that are decided on.</summary>
public sealed class ProblemBuilder
{
    private readonly Scenario scenario;
    private readonly PriceBook prices;
    private readonly List<Source> sources = [];
    private readonly List<Candidate> candidates = [];
    private readonly List<Exclusion> exclusions = [];
    private readonly WorkloadOptions options;
    private readonly LoadSegments segments;
    private readonly IReadOnlySet<string> lifted;
    private readonly StatedLimits stated;

    /// <summary>Prepares to build.</summary>
    /// <param name="scenario">What is wanted.</param>
    /// <param name="prices">What can be had.</param>
    /// <param name="performance">What workloads do on hardware.</param>
    /// <param name="lifted">Paths of limits to build without, such as <c>limits.regions</c>; for asking what a limit costs.</param>
    public ProblemBuilder(Scenario scenario, PriceBook prices, RememberedPerformance performance, IReadOnlySet<string>? lifted = null)
    {
        this.scenario = scenario;
        this.prices = prices;
        this.lifted = lifted ?? System.Collections.Frozen.FrozenSet<string>.Empty;
        stated = new(scenario, prices, this.lifted);
        segments = WorkloadOptions.SegmentsOf(scenario);
        options = new(scenario, prices, performance, segments, this.lifted, exclusions);
    }

    /// <summary>Builds the problem.</summary>
    public BuiltProblem Build()
    {
        CollectSources();
        var needs = scenario.Workloads.Select(workload => NeedOf(workload) with { Team = stated.TeamOf(workload) }).ToImmutableArray();
        var (limits, assumed) = CapacityLimits(needs);
        var used = needs.SelectMany(SourcesOf).ToHashSet();
        Offer?[] offers = [.. candidates.Select(c => c.Offer)];
        var uses = stated.Use(sources, offers, used, options.Assumed);
        if (stated.Draw(sources, offers, used) is { } draw) limits = limits.Add(draw);
        limits = limits.AddRange(StatedLimits.Joint(sources, used));
        assumed = [.. assumed, .. Assumptions(used)];
        var problem = new PlanningProblem
        {
            Horizon = scenario.Horizon,
            DiscountRate = scenario.DiscountRate,
            Segments = segments.Shares,
            Sources = [.. sources],
            Needs = needs,
            CapacityLimits = limits,
            CashPerMonth = Lifted("limits.budget.cash") ? null : (double?)scenario.Limits.CashPerMonth?.Usd,
            TotalCost = Lifted("limits.budget.total") ? null : (double?)scenario.Limits.TotalCost?.Usd,
            TailShare = scenario.TailShare,
            UseLimits = uses,
            TeamBudgets = stated.Budgets,
            ProviderShare = Lifted("limits.provider_share") ? null : scenario.Limits.ProviderShare,
            RegionShare = Lifted("limits.region_share") ? null : scenario.Limits.RegionShare,
            SpotShare = Lifted("limits.spot_share") ? null : scenario.Limits.SpotShare,
            OffersPerWorkload = Lifted("limits.offers_per_workload") ? null : scenario.Limits.OffersPerWorkload,
            Credits = scenario.Commercial.Credits,
            FixedCash = FixedCash(),
        };
        if (segments.Held > 0) assumed = [.. assumed, HeldLine()];
        return new(problem, [.. exclusions], assumed);
    }

    private string HeldLine() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"load segments: {segments.Shares.Length} stand for the 168 hours of the week; capacity for them is {segments.Held:0.0%} more than for each hour apart");

    private IEnumerable<string> Assumptions(HashSet<int> used)
    {
        foreach (var line in options.Assumed) yield return line;
        if (candidates.Where(c => used.Contains(c.Source) && c.Block is { BookingDays: not null }).Select(c => c.Block!).FirstOrDefault() is { } block)
            yield return $"capacity blocks: booked at most {block.BookingDays} days ahead; later ones are reckoned at today's price";
        if (scenario.Workloads.OfType<InferenceWorkload>().Any(w => w.Survives == FailureDomain.Zone || w.Spread == FailureDomain.Zone))
            yield return "zones: the instances of a region are spread evenly over its zones, where it is known how many it has; elsewhere a region is one zone";
    }

    private bool Lifted(string path) => lifted.Contains(path);

    private double Factor(string provider) => 1 - scenario.Commercial.Discounts.GetValueOrDefault(provider);

    private void CollectSources()
    {
        foreach (var offer in prices.Offers)
        {
            Hourly(offer, PurchaseKind.OnDemand, offer.OnDemand, Factor(offer.Provider));
            if (offer.Spot is not null) Hourly(offer, PurchaseKind.Spot, offer.Spot, Factor(offer.Provider));
        }

        foreach (var quote in scenario.HourlyQuotes) Hourly(quote, PurchaseKind.OnDemand, quote.OnDemand, 1);
        foreach (var commitment in prices.Commitments) Term(commitment, Factor(commitment.Instance.Provider));
        foreach (var quote in scenario.TermQuotes) Term(quote, 1);
        // A run that begins near the horizon's end may still be on after it.
        var longest = scenario.Workloads.OfType<TrainingWorkload>().Select(w => w.Cadence.Within.TotalDays).DefaultIfEmpty(0).Max();
        var months = scenario.Horizon.MonthOf(scenario.Horizon.End.AddDays((int)longest)) + 1;
        foreach (var holding in scenario.Holdings)
        {
            var end = holding.Ends is { } ends ? scenario.Horizon.MonthOf(ends) : months;
            Add(holding.Instance, null, new Source
            {
                Id = holding.Name,
                Kind = PurchaseKind.Owned,
                Provider = holding.Instance.Provider,
                Region = holding.Instance.Region,
                PricePerHour = (double)holding.Running.Usd,
                CommittedPerHour = (double)holding.Committed.Usd,
                Held = [.. Enumerable.Range(0, months).Select(m => m < end ? holding.Count : 0)],
                Basis = PriceBasis.Quote,
                Origin = "scenario",
            });
        }
    }

    private void Hourly(Offer offer, PurchaseKind kind, HourlyPrice? price, double factor) =>
        Add(offer, prices.Judge(offer, kind), new Source
        {
            Id = offer.Id,
            Kind = kind,
            Provider = offer.Provider,
            Region = offer.Region,
            PricePerHour = (double)(price?.Usd ?? 0) * factor,
            MaxCount = offer.MaxCount,
            LastStart = offer.ValidUntil is { } day ? scenario.Horizon.MonthOf(day) : int.MaxValue,
            Basis = offer.Basis,
            AsOf = offer.AsOf,
            Origin = offer.Source,
        });

    private void Term(CommitmentOffer commitment, double factor)
    {
        var offer = commitment.Instance;
        if (commitment.TermMonths is null && commitment.BlockDays is null) return;
        var source = new Source
        {
            Id = commitment.Id,
            Kind = commitment.BlockDays is null ? PurchaseKind.Commitment : PurchaseKind.Block,
            Provider = offer.Provider,
            Region = offer.Region,
            PricePerHour = (double)commitment.Price.Usd * factor,
            TermMonths = commitment.TermMonths ?? 0,
            UpfrontShare = commitment.UpfrontShare ?? 0,
            LastStart = commitment.ValidUntil is { } day ? scenario.Horizon.MonthOf(day) : int.MaxValue,
            MinCount = commitment.MinCount,
            MaxCount = commitment.MaxCount,
            Basis = commitment.Basis,
            AsOf = commitment.AsOf,
            Origin = commitment.Source,
        };
        Add(offer, prices.Judge(commitment), source, commitment);
        // What a team with a budget commits to is for its own workloads.
        if (source.Kind == PurchaseKind.Commitment)
            foreach (var team in stated.Teams) Add(offer, prices.Judge(commitment), source.For(team), commitment);
    }

    private void Add(Offer offer, Standing? standing, Source source, CommitmentOffer? commitment = null)
    {
        var whole = offer.AcceleratorCount >= 1 && offer.AcceleratorCount == Math.Floor(offer.AcceleratorCount);
        var region = prices.FindRegion(offer.Provider, offer.Region);
        var geography = region?.Geography;
        string? limit = null, reason = null;
        if (standing is { Buyable: false } bad && !prices.Policy.AllowIndicative) (limit, reason) = ("--allow-indicative", bad.Reason);
        else if (source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot && source.PricePerHour <= 0) reason = "no price known";
        else if (!whole) reason = "less than a whole accelerator";
        else if (source.Kind != PurchaseKind.Owned && !Lifted("limits.regions")
            && !NamePattern.MatchesRegion(scenario.Limits.Regions, offer.Provider, offer.Region, geography))
            (limit, reason) = ("limits.regions", $"region {offer.Region} is not among those allowed");
        else if (source.Kind != PurchaseKind.Owned && !Lifted("limits.providers") && scenario.Limits.Providers.Length > 0
            && !scenario.Limits.Providers.Any(p => NamePattern.Matches(p, offer.Provider)))
            (limit, reason) = ("limits.providers", $"provider {offer.Provider} is not among those allowed");
        sources.Add(source with { Accelerator = offer.Accelerator.Name, AcceleratorCount = offer.AcceleratorCount, Zones = region?.Zones ?? MarketAssumptions.Zones });
        candidates.Add(new(sources.Count - 1, source.Kind, offer, limit, reason) { Block = source.Kind == PurchaseKind.Block ? commitment : null });
    }

    private Need NeedOf(Workload workload)
    {
        var usable = new List<Candidate>();
        var team = stated.TeamOf(workload);
        foreach (var candidate in candidates)
        {
            // The same commitment is there for each team with a budget and for all others: one of them is the workload's.
            if (candidate.Kind == PurchaseKind.Commitment && sources[candidate.Source].Team != team) continue;
            var label = sources[candidate.Source].Label;
            if (candidate.Reason is { } reason) exclusions.Add(new(workload.Name, label, candidate.Limit, reason));
            else if (candidate.Kind == PurchaseKind.Spot && !workload.SpotAllowed && !Lifted($"workloads.{workload.Name}.spot"))
                exclusions.Add(new(workload.Name, label, $"workloads.{workload.Name}.spot", "spot is not allowed"));
            else if (!Lifted($"workloads.{workload.Name}.accelerators")
                && !NamePattern.MatchesAccelerator(workload.AcceleratorPatterns, candidate.Offer.Accelerator))
                exclusions.Add(new(workload.Name, label, $"workloads.{workload.Name}.accelerators", "accelerator is not among those allowed"));
            else if (candidate.Kind != PurchaseKind.Owned && !Lifted(DeclaredLimit.Residency(workload.Name))
                && !NamePattern.MatchesRegion(workload.Residency, candidate.Offer.Provider, candidate.Offer.Region, prices.FindRegion(candidate.Offer.Provider, candidate.Offer.Region)?.Geography))
                exclusions.Add(new(workload.Name, label, DeclaredLimit.Residency(workload.Name), $"region {candidate.Offer.Region} is not where its data may be"));
            else if (candidate.Kind == PurchaseKind.Block && workload is InferenceWorkload)
                exclusions.Add(new(workload.Name, label, null, "a capacity block is for training runs and batch work"));
            else usable.Add(candidate);
        }

        return workload switch
        {
            InferenceWorkload service => options.Service(Without(service), usable, sources),
            TrainingWorkload training => options.Runs(training, usable, sources),
            BatchWorkload batch => options.Piles(batch, usable, sources),
            _ => throw new InvalidOperationException($"No planning model for {workload.Kind}."),
        };
    }

    private InferenceWorkload Without(InferenceWorkload service) => service with
    {
        MinReplicas = Lifted($"workloads.{service.Name}.availability.replicas_min") ? 0 : service.MinReplicas,
        Survives = Lifted($"workloads.{service.Name}.availability.survive") ? FailureDomain.None : service.Survives,
        Spread = Lifted($"workloads.{service.Name}.availability.spread") ? FailureDomain.None : service.Spread,
        FirmShare = Lifted($"workloads.{service.Name}.spot.base") ? 0 : service.FirmShare,
        SpotPools = Lifted($"workloads.{service.Name}.spot.pools") ? 1 : service.SpotPools,
    };

    private (ImmutableArray<CapacityLimit> Limits, ImmutableArray<string> Assumed) CapacityLimits(ImmutableArray<Need> needs)
    {
        var used = needs.SelectMany(SourcesOf).ToHashSet();
        var limits = new List<CapacityLimit>();
        foreach (var quota in scenario.Commercial.Quotas.Where(q => !Lifted($"commercial.quota.{q.Id}")))
        {
            var members = used.Where(i => Covers(quota, sources[i])).Order().ToImmutableArray();
            if (members.Length > 0) limits.Add(new($"commercial.quota.{quota.Id}", quota.Count, false, members));
        }

        var assumed = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var pools = used.Where(i => IsAssumed(sources[i], scenario.Commercial.Quotas))
            .GroupBy(i => (sources[i].Provider, sources[i].Region, sources[i].Accelerator, sources[i].Kind))
            .OrderBy(g => g.Key.Provider, StringComparer.Ordinal).ThenBy(g => g.Key.Region, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Accelerator, StringComparer.Ordinal).ThenBy(g => g.Key.Kind);
        foreach (var pool in pools)
        {
            if (Lifted(DeclaredLimit.Availability)) continue;
            var most = MarketAssumptions.Available(pool.Key.Provider, pool.Key.Kind);
            var kind = pool.Key.Kind switch { PurchaseKind.OnDemand => "on-demand", PurchaseKind.Spot => "spot", PurchaseKind.Block => "in blocks", _ => "committed" };
            assumed[$"{kind} at a {MarketAssumptions.ProviderClass(pool.Key.Provider)}"] = most;
            limits.Add(new($"available:{pool.Key.Provider}/{pool.Key.Region}/{pool.Key.Accelerator}/{kind}", most, true, [.. pool.Order()]));
        }

        var lines = assumed.Select(a => $"availability, {a.Key}: {a.Value} accelerators of a kind per region (nobody publishes it)").ToList();
        if (used.Any(i => sources[i].Kind == PurchaseKind.Spot))
        {
            lines.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"spot: {MarketAssumptions.SpotInterruptionsPerHour} interruptions per instance-hour where none of the region's zones was measured; 10 min to restart (docs/model/spot.md)"));
        }

        return ([.. limits], [.. lines]);
    }

    /// <summary>Whether nothing but a default says how much of a source can be had.</summary>
    internal static bool IsAssumed(Source source, ImmutableArray<Quota> quotas) =>
        source is { Kind: not (PurchaseKind.Owned or PurchaseKind.Tokens), MaxCount: null, Basis: not PriceBasis.Quote }
        && !quotas.Any(q => Covers(q, source));

    /// <summary>Whether a quota counts a source.</summary>
    internal static bool Covers(Quota quota, Source source) =>
        source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Commitment or PurchaseKind.Block
        && string.Equals(quota.Provider, source.Provider, StringComparison.OrdinalIgnoreCase)
        && NamePattern.Matches(quota.Region, source.Region)
        && NamePattern.Matches(quota.Accelerator, source.Accelerator);

    private static IEnumerable<int> SourcesOf(Need need) => need switch
    {
        ServiceNeed service => service.Options.Select(o => o.Source),
        RunNeed runs => runs.Options.Select(o => o.Source),
        PileNeed piles => piles.Options.Select(o => o.Source),
        _ => [],
    };

    private ImmutableArray<double> FixedCash()
    {
        var months = new List<double>();
        foreach (var holding in scenario.Holdings.Where(h => h.Committed.Usd > 0))
        {
            var end = holding.Ends ?? scenario.Horizon.End;
            for (var month = 0; scenario.Horizon.FirstDay(month) < end; month++)
            {
                var last = scenario.Horizon.FirstDay(month + 1) < end ? scenario.Horizon.FirstDay(month + 1) : end;
                var hours = (last.DayNumber - scenario.Horizon.FirstDay(month).DayNumber) * 24.0;
                while (months.Count <= month) months.Add(0);
                months[month] += hours * holding.Count * (double)holding.Committed.Usd;
            }
        }

        return [.. months];
    }
}

/// <summary>An offer in one way of buying, before it is known what it can do for a workload.</summary>
/// <param name="Source">Index of its source.</param>
/// <param name="Kind">How it is bought.</param>
/// <param name="Offer">The instance.</param>
/// <param name="Limit">The limit that rules it out for every workload; null where none does.</param>
/// <param name="Reason">Why it is ruled out for every workload; null where it is not.</param>
internal sealed record Candidate(int Source, PurchaseKind Kind, Offer Offer, string? Limit, string? Reason)
{
    /// <summary>The capacity block that it is; null for anything else.</summary>
    public CommitmentOffer? Block { get; init; }

    /// <summary>Where it is.</summary>
    public Location Location => new(Offer.Provider, Offer.Region);
}
