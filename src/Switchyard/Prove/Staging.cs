using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Search;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <summary>Where a plan and what it is to be proven on do not fit together.</summary>
/// <param name="Place">The place in the plan, such as <c>purchases[2].usd_per_hour</c>.</param>
/// <param name="Message">What differs.</param>
public sealed record Mismatch(string Place, string Message);

/// <summary>A stage, or all that keeps a plan from it.</summary>
/// <param name="Stage">The stage; null where something differs.</param>
/// <param name="Mismatches">What differs; empty where nothing does.</param>
public sealed record StagingResult(Stage? Stage, ImmutableArray<Mismatch> Mismatches);

/// <summary>
/// Sets a plan up to be played: plan + scenario + prices + performance → fleet and demand. The one place that knows what a plan is made of.
/// </summary>
public sealed partial class Staging
{
    // Machine and image, until weights can be read; weights come at the pace of a checkpoint.
    private const double MachineSeconds = Reliability.MachineSeconds;

    private readonly PurchasePlan plan;
    private readonly Scenario scenario;
    private readonly PriceBook prices;
    private readonly EfficiencyFactors factors;
    private readonly ErrorIntervals intervals;
    private readonly PerformanceModel performance;
    private readonly List<Mismatch> mismatches = [];
    private readonly List<string> notes = [];
    private readonly List<Pool> pools = [];
    private readonly List<PoolMake> makes = [];
    private readonly List<Source> sources = [];
    private readonly List<double> draws = [];
    private readonly List<Purchase> bought = [];

    private Staging(PurchasePlan plan, Scenario scenario, PriceBook prices, EfficiencyFactors factors, ErrorIntervals intervals, SimulatedCapacities? capacities)
    {
        (this.plan, this.scenario, this.prices, this.factors, this.intervals) = (plan, scenario, prices, factors, intervals);
        performance = new(factors, capacities);
    }

    /// <summary>Sets a plan up.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="scenario">The scenario that it was made for.</param>
    /// <param name="prices">The prices that it was made with.</param>
    /// <param name="factors">What engines reach.</param>
    /// <param name="intervals">How far predictions are off.</param>
    /// <param name="capacities">What simulations say of capacities, where the plan was made with them; null for the closed form.</param>
    public static StagingResult Set(
        PurchasePlan plan, Scenario scenario, PriceBook prices, EfficiencyFactors factors, ErrorIntervals intervals, SimulatedCapacities? capacities = null) =>
        new Staging(plan, scenario, prices, factors, intervals, capacities).Set();

    private StagingResult Set()
    {
        Compare();
        for (var i = 0; i < plan.Purchases.Length; i++)
            if (!plan.Purchases[i].IsSetup) Add(plan.Purchases[i], $"purchases[{i}]");
        if (mismatches.Count > 0) return new(null, [.. mismatches]);
        var shared = Share().ToList();
        var services = scenario.Workloads.OfType<InferenceWorkload>().ToList();
        return new(new Stage
        {
            Scenario = scenario.Name,
            Plan = PlanFingerprint.Of(plan),
            Mandate = new()
            {
                Horizon = scenario.Horizon,
                Pools = [.. pools],
                Shared = [.. shared],
                Services = [.. services.Select(ServiceOf)],
                JobMargins = plan.Margins,
                Budgets = [.. Budgets()],
                Caps = [.. Caps()],
            },
            Makes = [.. makes],
            Services = [.. services],
            Jobs = [.. Jobs().OrderBy(j => j.Arrives).ThenBy(j => j.Id, StringComparer.Ordinal)],
            Fixed = [.. FixedCash()],
            Credits = scenario.Commercial.Credits,
            PlannedTotal = plan.Cost.Total,
            PlannedPerMonth = plan.Cost.PerMonth,
            Limits = scenario.Limits,
            Stated = plan.Limits,
            Teams = scenario.Workloads.Where(w => w.Team.Length > 0).ToImmutableSortedDictionary(w => w.Name, w => w.Team, StringComparer.Ordinal),
            Notes = [.. notes.Distinct(StringComparer.Ordinal)],
        }, []);
    }

    private void Differ(string place, string message) => mismatches.Add(new(place, message));

    private void Compare()
    {
        if (plan.Scenario != scenario.Name) Differ("scenario", $"the plan is for '{plan.Scenario}', this scenario is '{scenario.Name}'");
        if (plan.Horizon != scenario.Horizon)
            Differ("start", $"the plan is for {plan.Horizon.Months} months from {plan.Horizon.Start:yyyy-MM-dd}, the scenario for {scenario.Horizon.Months} from {scenario.Horizon.Start:yyyy-MM-dd}");
        if (plan.PricesAsOf != prices.AsOf)
            Differ("prices_as_of", $"the plan was made with prices of {plan.PricesAsOf:yyyy-MM-dd}, this catalog has those of {prices.AsOf:yyyy-MM-dd}");
        var planned = plan.Purchases.Select(p => p.Workload).ToHashSet(StringComparer.Ordinal);
        foreach (var workload in scenario.Workloads.Where(w => !planned.Contains(w.Name)))
            Differ("purchases", $"the plan buys nothing for workload '{workload.Name}' of the scenario");
        foreach (var demand in plan.Demand)
        {
            if (scenario.Workloads.FirstOrDefault(w => w.Name == demand.Workload) is not { } workload) continue;
            if (demand.Model != workload.Model.Name) Differ($"demand.{demand.Workload}.model", $"{demand.Model} in the plan, {workload.Model.Name} in the scenario");
            if (workload is not InferenceWorkload service) continue;
            if (demand.ServiceLevel != service.ServiceLevel)
                Differ($"demand.{demand.Workload}.objectives", $"{Said(demand.ServiceLevel)} in the plan, {Said(service.ServiceLevel)} in the scenario");
            for (var month = 0; month < demand.Months.Length; month++)
            {
                var peak = service.Load.Peak(month);
                if (Math.Abs(demand.Months[month].Peak - peak) <= (1e-4 * peak) + 1e-6) continue;
                Differ($"demand.{demand.Workload}.months", Text($"{demand.Months[month].Peak:0.####} requests/s at the peak of {plan.Horizon.Label(month)} in the plan, {peak:0.####} in the scenario"));
                break;
            }
        }
    }

    private static string Said(ServiceLevel level) => string.Join(", ", new[] { level.Ttft is { } t ? $"ttft {t}" : null, level.Tpot is { } p ? $"tpot {p}" : null, level.EndToEnd is { } e ? $"e2e {e}" : null }.OfType<string>());

    private void Add(Purchase purchase, string place)
    {
        if (scenario.Workloads.FirstOrDefault(w => w.Name == purchase.Workload) is not { } workload)
        {
            Differ($"{place}.workload", $"there is no workload '{purchase.Workload}' in the scenario");
            return;
        }

        var source = purchase.Source;
        // What is committed to is paid beyond the plan's end as well; nothing else is there outside it.
        foreach (var month in purchase.Months.Where(m => m.Month < 0 || (m.Month >= plan.Horizon.Months && source.Kind is not (PurchaseKind.Commitment or PurchaseKind.Block))).Take(1))
            Differ($"{place}.months", $"{plan.Horizon.Label(month.Month)} is not one of the plan's months, {plan.Horizon.Label(0)} to {plan.Horizon.Label(plan.Horizon.Months - 1)}");
        if (source.Kind == PurchaseKind.Tokens)
        {
            AddApi(purchase, workload, place);
            return;
        }

        if (Find(source, place) is not { } offer) return;
        switch (workload, purchase.Use)
        {
            case (InferenceWorkload service, ServingUse use): AddServing(purchase, service, offer, use, place); break;
            case (BatchWorkload batch, ServingUse use): AddBatch(purchase, batch, offer, use, place); break;
            case (TrainingWorkload training, TrainingUse use): AddTraining(purchase, training, offer, use, place); break;
            case (_, null): Differ($"{place}.use", "what an instance does is not in the plan; make it again with this version"); break;
            default: Differ($"{place}.use", $"'{workload.Name}' is {Kind(workload)} in the scenario, and its instances do something else in the plan"); break;
        }
    }

    /// <summary>The instance type of a purchase, at the price that the plan reckons with.</summary>
    private Offer? Find(Source source, string place)
    {
        var discount = 1 - scenario.Commercial.Discounts.GetValueOrDefault(source.Provider);
        var (offer, price) = source.Kind switch
        {
            PurchaseKind.Owned => Owned(source.Id),
            PurchaseKind.Commitment or PurchaseKind.Block => Committed(source, discount),
            _ => Hourly(source, discount),
        };
        if (offer is null) Differ($"{place}.offer", $"{source.Label} is not to be had in this catalog and scenario");
        else if (Math.Abs(price - source.PricePerHour) > (1e-4 * price) + 1e-6)
            Differ($"{place}.usd_per_hour", Text($"{source.Label} costs ${source.PricePerHour:0.####}/h in the plan, ${price:0.####}/h here"));
        else return offer;
        return null;
    }

    private (Offer?, double) Owned(string id) =>
        scenario.Holdings.FirstOrDefault(h => h.Name == id) is { } held ? (held.Instance, (double)held.Running.Usd) : (null, 0);

    private (Offer?, double) Committed(Source source, double discount)
    {
        var known = prices.Commitments.Where(c => c.Id == source.Offered).Select(c => (c.Instance, Price: (double)c.Price.Usd * discount))
            .Concat(scenario.TermQuotes.Where(c => c.Id == source.Offered).Select(c => (c.Instance, Price: (double)c.Price.Usd))).ToList();
        return known.Count == 0 ? (null, 0) : known.MinBy(c => Math.Abs(c.Price - source.PricePerHour));
    }

    private (Offer?, double) Hourly(Source source, double discount)
    {
        if (scenario.HourlyQuotes.FirstOrDefault(q => q.Id == source.Id) is { } quote) return (quote, (double)(quote.OnDemand?.Usd ?? 0));
        var offer = prices.FindOffer(source.Id);
        return (offer, (double)((source.Kind == PurchaseKind.Spot ? offer?.Spot : offer?.OnDemand)?.Usd ?? 0) * discount);
    }

    private static string Kind(Workload workload) => workload switch { InferenceWorkload => "a service", TrainingWorkload => "training", _ => "batch work" };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Add(Purchase purchase, Offer? offer, Pool pool, PoolMake make)
    {
        var source = purchase.Source;
        var geography = prices.FindRegion(source.Provider, source.Region)?.Geography;
        var allowed = source.Kind is PurchaseKind.Owned or PurchaseKind.Tokens
            || (NamePattern.MatchesRegion(scenario.Limits.Regions, source.Provider, source.Region, geography)
                && (scenario.Limits.Providers.IsEmpty || scenario.Limits.Providers.Any(p => NamePattern.Matches(p, source.Provider))));
        pools.Add(pool with { ChargePerHour = Charge(purchase) });
        if (source.Kind == PurchaseKind.Block) make = make with { BookedHours = Booked(purchase), UsdPerExtraHour = source.PricePerHour };
        makes.Add(make with { IsAllowed = allowed, Spot = source.Kind == PurchaseKind.Spot && offer is not null ? [.. Measured(offer)] : [] });
        sources.Add(source);
        bought.Add(purchase);
        draws.Add(offer is null ? 0 : InstanceFootprint.Of(offer, null).Draw.Watts / 1000);
    }

    // Rounded as files keep it.
    private static ImmutableArray<double> Booked(Purchase purchase)
    {
        var hours = new double[purchase.Months.Select(m => m.Month + 1).DefaultIfEmpty(0).Max()];
        foreach (var month in purchase.Months.Where(m => m.Month >= 0)) hours[month.Month] += Math.Round(month.InstanceHours, 4);
        return [.. hours];
    }

    // What an hour is charged to a team with a budget.
    private double Charge(Purchase purchase)
    {
        var team = TeamOf(purchase.Workload);
        if (scenario.Limits.Teams.All(t => t.Team != team)) return 0;
        var earlier = purchase.Source.Kind == PurchaseKind.Owned ? scenario.Holdings.FirstOrDefault(h => h.Name == purchase.Source.Id)?.Committed.Usd ?? 0 : 0;
        return Payments.ChargedPerHour(team, purchase.Source with { CommittedPerHour = (double)earlier });
    }

    // A zone in which capacity never ended says nothing of how long it lasts.
    private IEnumerable<SpotSupply> Measured(Offer offer) => prices.SpotZones
        .Where(z => z.Provider == offer.Provider && z.Region == offer.Region && z.Accelerator.Name == offer.Accelerator.Name && z is { Share: > 0 and < 1, InterruptionsPerHour: > 0 })
        .Select(SpotSupply.Of);

    private Pool PoolOf(Purchase purchase, Offer offer) => new()
    {
        Index = pools.Count,
        Workload = purchase.Workload,
        Source = purchase.Source.Label,
        Provider = purchase.Source.Provider,
        Region = purchase.Source.Region,
        Kind = purchase.Source.Kind,
        IsOwn = purchase.Source.Provider == MarketAssumptions.OwnProvider,
        PricePerHour = purchase.Source.Kind is PurchaseKind.Commitment or PurchaseKind.Block ? 0 : purchase.Source.PricePerHour,
        Accelerators = offer.AcceleratorCount,
        Most = [.. ByMonth(purchase).Select(instances => (int)Math.Ceiling(instances - 1e-6))],
        StartSeconds = MachineSeconds,
        Zones = prices.FindRegion(offer.Provider, offer.Region)?.Zones ?? MarketAssumptions.Zones,
    };

    // What is committed to, or owned, for several workloads is one set of machines: as many as the plan commits to, or as there are. So is what a service is charged for by
    // the hour: it holds as many as it wants.
    private IEnumerable<SharedCapacity> Share()
    {
        var found = 0;
        foreach (var group in Enumerable.Range(0, pools.Count).Where(i => pools[i].IsStanding).GroupBy(i => (sources[i].Id, sources[i].Kind))
            .Where(g => g.Count() > 1 || (pools[g.First()].ChargePerHour > 0 && scenario.Workloads.Any(w => w is InferenceWorkload && w.Name == pools[g.First()].Workload))).ToList())
        {
            // Where a workload has nothing to do on them in a month, the plan puts its part of what they cost there: less than a machine.
            foreach (var i in group) pools[i] = pools[i] with { Shared = found, Most = [.. ByMonth(bought[i]).Select(n => (int)Math.Floor(n + 1e-6))] };
            found++;
            var most = group.Key.Kind == PurchaseKind.Commitment ? Committed(group.Key.Id) : Held(group.Key.Id);
            yield return new(pools[group.First()].Source, [.. group], [.. most]);
        }
    }

    private IEnumerable<int> Committed(string id)
    {
        var terms = plan.Commitments.Where(c => c.Source.Id == id).ToList();
        for (var month = 0; month < Math.Max(scenario.Horizon.Months, terms.Select(t => t.Start + t.Source.TermMonths).DefaultIfEmpty(0).Max()); month++)
            yield return (int)Math.Ceiling(terms.Where(t => t.Start <= month && month < t.Start + t.Source.TermMonths).Sum(t => t.Instances) - 1e-6);
    }

    // A machine that leaves within a month is not reckoned with in it.
    private IEnumerable<int> Held(string name) => Enumerable.Range(0, scenario.Horizon.Months)
        .Select(month => scenario.Holdings.Where(h => h.Name == name && (h.Ends is not { } end || end >= scenario.Horizon.FirstDay(month + 1))).Sum(h => h.Count));

    private double[] ByMonth(Purchase purchase)
    {
        var last = purchase.Months.Select(m => m.Month).DefaultIfEmpty(0).Max();
        var months = new double[Math.Max(scenario.Horizon.Months, last + 1)];
        foreach (var month in purchase.Months.Where(m => m.Month >= 0)) months[month.Month] += month.Instances;
        return months;
    }

    private PoolMake MakeOf(Workload workload, Offer offer, Metric metric, double? watts)
    {
        var region = prices.FindRegion(offer.Provider, offer.Region);
        var (low, high) = intervals.Around(metric, workload.Model.Experts == 0, 1);
        // Rates are measured over predicted the other way round from times.
        var error = metric.Quantity == Quantity.TrainingRate ? new ErrorDraw(1 / high, 1 / low) : new ErrorDraw(low, high);
        return new()
        {
            Accelerator = offer.Accelerator,
            Watts = watts,
            IdleWatts = PowerDraw.Watts(offer.Accelerator, 0, 0, factors.Power) * offer.AcceleratorCount,
            Pue = region?.Pue,
            CarbonGrams = region?.CarbonGramsPerKwh,
            Error = error,
            ErrorGroup = $"{workload.Model.Name} on {offer.Accelerator.Name}, {metric.Quantity}",
        };
    }
}
