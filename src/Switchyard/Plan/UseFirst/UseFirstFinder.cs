using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan.UseFirst;

/// <summary>
/// Finds what better packing, batching, precision and a better-suited accelerator free before anything is bought
/// (docs/model/planning.md, "Use what you have first"). Each step is kept only where it saves, so that no saving is negative.
/// </summary>
internal sealed class UseFirstFinder(Scenario scenario, PriceBook prices, RememberedPerformance performance, BuiltProblem built)
{
    // Round trips are rounded up to 5 ms, as for the options of a plan, so that predictions are shared with them.
    private const double RoundTripStep = 5;

    // Capacity above the load where no service says otherwise.
    private const double UsualHeadroom = 0.2;

    private readonly double hours = scenario.Horizon.Hours(0);
    private readonly List<string> notes = [];

    /// <summary>Machines for a month: what they cost and their accelerator-hours.</summary>
    private readonly record struct Fleet(double Usd, double AcceleratorHours)
    {
        public static Fleet operator +(Fleet a, Fleet b) => new(a.Usd + b.Usd, a.AcceleratorHours + b.AcceleratorHours);
    }

    /// <summary>What can be freed, and how much of what is held the plan uses; null where nothing runs today and nothing is held.</summary>
    public UseFirst? Find(ImmutableArray<Purchase> purchases)
    {
        if (scenario.Current.IsEmpty && scenario.Holdings.IsEmpty) return null;
        var held = scenario.Holdings.Select(h => Held(h, purchases)).ToImmutableArray();
        var priced = scenario.Current.Where(c => c.Offer.OnDemand is { Usd: > 0 }).ToList();
        foreach (var unpriced in scenario.Current.Except(priced)) notes.Add($"{unpriced.Offer.Id} has no known price and is left out");
        var today = Sum(priced.Select(c => Running(c.Offer, c.Count * hours)));
        var steps = priced.Count == 0 ? [] : Steps(priced, today);
        return new() { Today = Money.FromUsd(today.Usd), AcceleratorHours = today.AcceleratorHours, Steps = steps, Held = held, Notes = [.. notes] };
    }

    private ImmutableArray<UseFirstStep> Steps(List<CurrentUse> current, Fleet today)
    {
        var steps = ImmutableArray.CreateBuilder<UseFirstStep>();
        var now = today;
        void Take(string name, string detail, Fleet? better, double daysOfNew, double daysOfSaving)
        {
            var (saves, after) = better is { } found && found.Usd < now.Usd - 0.005 ? (true, found) : (false, now);
            var (before, cost) = (Money.FromUsd(now.Usd), Money.FromUsd(after.Usd));
            var daily = 24 / hours;
            var migration = saves ? Money.FromUsd((daysOfNew * after.Usd * daily) + (daysOfSaving * (now.Usd - after.Usd) * daily)) : Money.Zero;
            steps.Add(new(name, detail, before - cost, now.AcceleratorHours - after.AcceleratorHours, cost, migration));
            now = after;
        }

        var unused = current.Where(c => c.Utilisation is null).Select(c => c.Offer.Id).ToList();
        if (unused.Count > 0) notes.Add($"how much of {string.Join(", ", unused)} is in use is not said (utilisation), so packing is not judged there");
        Take("packing", "only as many as each hour needs", Sum(current.Select(Packed)), 0, 0);
        var offers = current.Select(c => c.Offer).DistinctBy(o => o.Id).ToList();
        Take("batching", "as many requests at a time as the service level allows", OnMachinesOf(offers, today: true), 0, UseFirst.DaysInParallel);
        Take("precision", "the best number format allowed", OnMachinesOf(offers, today: false), 0, UseFirst.DaysInParallel);
        Take("better-suited accelerator", BetterSuited(out var moved), moved, UseFirst.DaysInParallel, 0);
        notes.Add("the machines of today are taken to do the first month's work of all workloads that can run on them");
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"migration: old and new run beside each other for {UseFirst.DaysInParallel} days; people's time is not counted"));
        return steps.ToImmutable();
    }

    private static Fleet Sum(IEnumerable<Fleet> fleets) => fleets.Aggregate(new Fleet(0, 0), (a, b) => a + b);

    private Fleet Running(Offer offer, double instanceHours) => new(
        instanceHours * (double)offer.OnDemand!.Value.Usd * (1 - scenario.Commercial.Discounts.GetValueOrDefault(offer.Provider)),
        instanceHours * offer.AcceleratorCount);

    // The same machines doing the same work as they do now, but only as many of them as each hour of the week needs.
    private Fleet Packed(CurrentUse use)
    {
        if (use.Utilisation is not { } utilisation) return Running(use.Offer, use.Count * hours);
        var services = scenario.Workloads.OfType<InferenceWorkload>().ToList();
        var headroom = services.Select(s => s.Headroom).DefaultIfEmpty(UsualHeadroom).Max();
        var levels = Levels(services);
        var mean = levels.Average();
        var least = Math.Min(use.Count, services.Select(s => Serve(s, use.Offer, [NumberFormat(s)]) is { } e ? (double)s.MinReplicas / e.Replicas : 0).DefaultIfEmpty(0).Sum());
        var machines = levels.Average(level => Math.Clamp(Whole(use.Count * utilisation * level / mean * (1 + headroom)), Math.Max(1, Whole(least)), use.Count));
        return Running(use.Offer, machines * hours);
    }

    private static double Whole(double instances) => Math.Ceiling(instances - 1e-9);

    // The load of all services over the week, in tokens a second; flat where there is no service.
    private static double[] Levels(List<InferenceWorkload> services)
    {
        var levels = new double[168];
        foreach (var service in services)
        {
            for (var hour = 0; hour < 168; hour++)
                levels[hour] += service.Load.Peak(0) * service.Load.Shape.Levels[hour] * (service.Input.Mean + service.Output.Mean);
        }

        return levels.Max() > 0 ? levels : [.. Enumerable.Repeat(1.0, 168)];
    }

    // Every workload on the machine of today that does it for the least. Services share machines hour by hour; runs and batch come on top.
    private Fleet? OnMachinesOf(List<Offer> offers, bool today)
    {
        var fleet = new Fleet(0, 0);
        var shared = offers.ToDictionary(o => o.Id, _ => new double[168], StringComparer.Ordinal);
        var any = false;
        foreach (var workload in scenario.Workloads)
        {
            var formats = today ? [NumberFormat(workload)] : workload.Precisions;
            var ways = offers.Select(o => (Offer: o, Week: Week(workload, o, formats))).Where(w => w.Week is not null)
                .OrderBy(w => Running(w.Offer, w.Week!.Sum()).Usd).ThenBy(w => w.Offer.Id, StringComparer.Ordinal).ToList();
            if (ways.Count == 0)
            {
                if (today) notes.Add($"{workload.Name} cannot run on the machines of today and is left out");
                continue;
            }

            any = true;
            var (offer, week) = ways[0];
            if (workload is InferenceWorkload) for (var hour = 0; hour < 168; hour++) shared[offer.Id][hour] += week![hour];
            else fleet += Running(offer, week!.Sum());
        }

        if (!any) return null;
        return offers.Aggregate(fleet, (sum, offer) => sum + Running(offer, shared[offer.Id].Average(Whole) * hours));
    }

    // Machines that a service needs in each hour of the week, as fractions; for other work its instance-hours in the month, in one number.
    private double[]? Week(Workload workload, Offer offer, ImmutableArray<Precision> formats)
    {
        switch (workload)
        {
            case InferenceWorkload service:
                return Serve(service, offer, formats) is { } estimate ? Machines(service, estimate.RequestsPerSecond.Value, estimate.Replicas) : null;
            case BatchWorkload batch:
                var runs = batch.Cadence.Starts(scenario.Horizon).Count(start => start < hours);
                var served = performance.Serve(new(
                    batch.Model, formats, offer.Accelerator, (int)offer.AcceleratorCount, batch.Input, batch.Output, ServiceLevel.None, TimeSpan.Zero)).Value;
                return served is null ? null : [runs * batch.Requests / (served.RequestsPerSecond.Value * served.Replicas * 3600)];
            default:
                // A gang that ends in time, as the plan would form it.
                var need = built.Problem.Needs.OfType<RunNeed>().FirstOrDefault(n => n.Workload == workload.Name);
                var option = need?.Options.FirstOrDefault(o => built.Problem.Sources[o.Source] is { Kind: PurchaseKind.OnDemand } source && source.Id == offer.Id);
                return option is null ? null : [RunsInFirstMonth(need!) * option.Gang * option.BilledHours];
        }
    }

    private static double[] Machines(InferenceWorkload service, double perReplica, int replicas) =>
    [
        .. service.Load.Shape.Levels.Select(level =>
            Math.Max(Whole(service.Load.Peak(0) * level * (1 + service.Headroom) / perReplica), service.MinReplicas) / replicas),
    ];

    private static int RunsInFirstMonth(RunNeed need) => need.Groups.Where(g => g.Month == 0).Sum(g => g.Starts.Length);

    private static Precision NumberFormat(Workload workload) =>
        workload.Precisions.Contains(workload.Model.NativePrecision) ? workload.Model.NativePrecision : workload.Precisions[0];

    private ServingEstimate? Serve(InferenceWorkload service, Offer offer, ImmutableArray<Precision> formats)
    {
        var trips = service.Users.Select(u => prices.RoundTripMilliseconds(u.Geography, offer.Provider, offer.Region)).ToList();
        if (trips.Exists(t => t is null)) return null;
        var trip = TimeSpan.FromMilliseconds(Math.Ceiling((trips.Max() ?? 0) / RoundTripStep) * RoundTripStep);
        return performance.Serve(new(
            service.Model, formats, offer.Accelerator, (int)offer.AcceleratorCount, service.Input, service.Output, service.ServiceLevel, trip)).Value;
    }

    // Each workload on the machine by the hour that does the first month's work for the least, by itself.
    private string BetterSuited(out Fleet? moved)
    {
        var (fleet, names) = (new Fleet(0, 0), new List<string>());
        moved = null;
        foreach (var need in built.Problem.Needs)
        {
            (Fleet Fleet, string Label)? best = null;
            foreach (var (source, instanceHours) in Ways(need))
            {
                var way = new Fleet(instanceHours * source.PricePerHour, instanceHours * source.AcceleratorCount);
                if (best is null || way.Usd < best.Value.Fleet.Usd - 1e-9) best = (way, source.Id);
            }

            if (best is not { } chosen) return $"{need.Workload} can be rented nowhere by the hour";
            fleet += chosen.Fleet;
            names.Add($"{need.Workload} on {chosen.Label}");
        }

        moved = fleet;
        return string.Join(", ", names);
    }

    // Instance-hours of the first month on each on-demand source that does all of a need alone.
    private IEnumerable<(Source Source, double InstanceHours)> Ways(Need need)
    {
        var sources = built.Problem.Sources;
        switch (need)
        {
            case ServiceNeed service:
                var workload = scenario.Workloads.OfType<InferenceWorkload>().First(w => w.Name == need.Workload);
                foreach (var option in service.Options.Where(o => sources[o.Source].Kind == PurchaseKind.OnDemand && o.Users == (1u << service.UserShares.Length) - 1 && o.Replicas > 0))
                    yield return (sources[option.Source], Machines(workload, option.Capacity / option.Replicas, option.Replicas).Average(Whole) * hours);
                break;
            case RunNeed runs:
                foreach (var option in runs.Options.Where(o => sources[o.Source].Kind == PurchaseKind.OnDemand))
                    yield return (sources[option.Source], RunsInFirstMonth(runs) * option.Gang * option.BilledHours);
                break;
            case PileNeed piles:
                var work = piles.Piles.Where(p => p.Month == 0 && p.Future == 0).Sum(p => p.Requests);
                foreach (var option in piles.Options.Where(o => sources[o.Source].Kind == PurchaseKind.OnDemand))
                    yield return (sources[option.Source], work / option.RequestsPerHour);
                break;
        }
    }

    private HeldUse Held(Holding holding, ImmutableArray<Purchase> purchases)
    {
        var horizon = scenario.Horizon;
        var ends = holding.Ends ?? horizon.End;
        var days = Math.Max(0, Math.Min(ends.DayNumber, horizon.End.DayNumber) - horizon.Start.DayNumber);
        var months = Math.Max(1e-9, Enumerable.Range(0, horizon.Months).Sum(m =>
            Math.Clamp((ends.DayNumber - horizon.FirstDay(m).DayNumber) / (double)(horizon.FirstDay(m + 1).DayNumber - horizon.FirstDay(m).DayNumber), 0, 1)));
        var there = days * 24.0 * holding.Count / months;
        var used = Math.Min(there, purchases.Where(p => p.Source.Kind == PurchaseKind.Owned && p.Source.Id == holding.Name)
            .Sum(p => p.Months.Where(m => m.Month < horizon.Months).Sum(m => m.InstanceHours)) / months);
        return new(
            holding.Name, holding.Instance.Accelerator.Name, there * holding.Instance.AcceleratorCount, used * holding.Instance.AcceleratorCount,
            Money.FromUsd((there - used) * (double)holding.Committed.Usd));
    }
}
