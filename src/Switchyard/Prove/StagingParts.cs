using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Prove;

/// <content>Services, runs and piles.</content>
public sealed partial class Staging
{
    // Round trips are rounded up as the planner does.
    private const double RoundTripStep = 5;

    private void AddServing(Purchase purchase, InferenceWorkload service, Offer offer, ServingUse use, string place)
    {
        if (ReplicaOf(service, offer, use, service.Input, service.Output, place) is not { } built) return;
        if (Near(service, offer, use, place) is not { } near) return;
        var predicted = Compare(service, offer, use, near.Farthest);
        Add(purchase, offer, PoolOf(purchase, offer) with
        {
            Rate = use.RequestsPerSecond * use.Replicas,
            Replicas = use.Replicas,
            Users = near.Users,
            PricePerRequest = Outwards(service, offer),
            StartSeconds = MachineSeconds + WeightSeconds(built.Replica),
            SwitchSeconds = WeightSeconds(built.Replica),
        }, MakeOf(service, offer, new(Quantity.Tpot, Statistic.Mean), null) with { Replica = built.Replica, Scheduler = built.Limits, RoundTrips = near.Trips, PredictedRate = predicted * use.Replicas });
    }

    private static double WeightSeconds(Replica replica) => replica.Footprint.WeightBytes / (Reliability.CheckpointGBPerSecond * 1e9);

    private (Replica Replica, SchedulerLimits Limits)? ReplicaOf(
        Workload workload, Offer offer, ServingUse use, TokenLengths input, TokenLengths output, string place)
    {
        var deployment = new Deployment { Precision = use.Precision, TensorParallel = use.TensorParallel };
        if (use.TensorParallel < 1 || use.Replicas < 1 || deployment.Impossible(workload.Model) is not null
            || Footprint.PeakFlops(offer.Accelerator, use.Precision, workload.Model.NativePrecision) is not > 0)
        {
            Differ($"{place}.use", $"{workload.Model.Name} cannot run like this on {offer.Accelerators}");
            return null;
        }

        var replica = new Replica(workload.Model, deployment, offer.Accelerator, factors);
        if (replica.KvBytes <= 0)
        {
            Differ($"{place}.use", $"the weights of {workload.Model.Name} do not fit into {use.TensorParallel} × {offer.Accelerator.Name}");
            return null;
        }

        return (replica, SchedulerLimits.Of(replica, deployment, new Traffic(input, output).Context, factors));
    }

    /// <summary>The groups of users that a purchase is for, the seconds between each group and it, and the milliseconds to the farthest of those.</summary>
    private (uint Users, ImmutableArray<double> Trips, double Farthest)? Near(InferenceWorkload service, Offer offer, ServingUse use, string place)
    {
        double?[] trips = service.Users.Length == 0 ? [0]
            : [.. service.Users.Select(u => prices.RoundTripMilliseconds(u.Geography, offer.Provider, offer.Region))];
        if (use.Users.IsEmpty || use.Users.Any(g => g < 0 || g >= trips.Length))
        {
            Differ($"{place}.use.users", $"[{string.Join(", ", use.Users)}] are not positions of the {trips.Length} groups of users of '{service.Name}'");
            return null;
        }

        if (trips.Any(t => t is null))
        {
            Differ($"{place}.region", $"where {offer.Region} lies is unknown, so its distance to the users is too");
            return null;
        }

        return (use.Users.Aggregate(0u, (mask, g) => mask | (1u << g)), [.. trips.Select(t => t!.Value / 1000)], use.Users.Max(g => trips[g]!.Value));
    }

    // A plan made with another model reckons with what this one does not give: said, measured as room, and found out by playing. The room that a margin gives is room, so it
    // is predicted for what the scenario promises.
    private double Compare(InferenceWorkload service, Offer offer, ServingUse use, double farthest)
    {
        var level = Mender.Tighter(service.ServiceLevel, 1 + plan.Margins.GetValueOrDefault(service.Name));
        var trip = TimeSpan.FromMilliseconds(Math.Ceiling(farthest / RoundTripStep) * RoundTripStep);
        var question = new ServingQuestion(service.Model, service.Precisions, offer.Accelerator, (int)offer.AcceleratorCount, service.Input, service.Output, level, trip);
        var estimate = performance.Serve(question).Value;
        if (estimate is null || Math.Abs(Math.Log(Math.Max(1e-9, use.RequestsPerSecond) / estimate.RequestsPerSecond.Value)) > 0.02)
            notes.Add(Text($"{service.Name} on {offer.Id}: the plan reckons with {use.RequestsPerSecond:0.##} requests/s a replica, which this catalog's model does not give"));
        return performance.Rate(
            question with { ServiceLevel = service.ServiceLevel, Precisions = [use.Precision], AcceleratorCount = use.TensorParallel },
            new() { Precision = use.Precision, TensorParallel = use.TensorParallel });
    }

    // What the plan has beyond the scenario the controller keeps; what is judged is what the scenario says.
    private ServiceMandate ServiceOf(InferenceWorkload service) => ServiceOf(service, (InferenceWorkload)plan.Extras.GetValueOrDefault(service.Name, Extra.None).On(service));

    private ServiceMandate ServiceOf(InferenceWorkload service, InferenceWorkload kept) => new()
    {
        Workload = service.Name,
        Load = service.Load,
        UserShares = service.Users.Length == 0 ? [1.0] : [.. service.Users.Select(u => u.Share)],
        Headroom = ((1 + service.Headroom) * (1 + plan.Margins.GetValueOrDefault(service.Name))) - 1,
        MinReplicas = kept.MinReplicas,
        Survives = service.Survives,
        Spread = kept.Spread,
        FirmShare = service.FirmShare,
        Pools = [.. pools.Where(p => p.Workload == service.Name && p.Kind != PurchaseKind.Tokens).Select(p => p.Index)],
        Mixes = [.. Enumerable.Range(0, scenario.Horizon.Months).Select(month => MixesOf(service.Name, month))],
        Apis = [.. pools.Where(p => p.Workload == service.Name && p.Kind == PurchaseKind.Tokens).OrderBy(p => p.PricePerRequest).ThenBy(p => p.Index).Select(p => p.Index)],
    };

    // Rounded as files keep it.
    private ImmutableArray<Mix> MixesOf(string service, int month)
    {
        var levels = plan.Demand.FirstOrDefault(d => d.Workload == service)?.Months.ElementAtOrDefault(month).Levels ?? default;
        if (levels.IsDefaultOrEmpty) return [];
        var each = pools.Where(p => p.Workload == service && p.Kind != PurchaseKind.Tokens)
            .Select(p => bought[p.Index].Months.Where(m => m.Month == month).Select(m => m.AtLevels).FirstOrDefault([])).ToList();
        return [.. levels.Select((level, at) => new Mix(Math.Round(level.Needed, 6), [.. each.Select(counts => at < counts.Length ? (int)Math.Ceiling(counts[at] - 1e-6) : 0)])).OrderBy(m => m.Needed)];
    }

    private void AddApi(Purchase purchase, Workload workload, string place)
    {
        var lengths = workload switch
        {
            InferenceWorkload s => (s.Input, s.Output),
            BatchWorkload b => (b.Input, b.Output),
            _ => default((TokenLengths Input, TokenLengths Output)?),
        };
        if (scenario.TokenOffers.FirstOrDefault(t => t.Name == purchase.Source.Id) is not { } api || lengths is not { } known)
        {
            Differ($"{place}.offer", $"there is no API '{purchase.Source.Id}' in the scenario");
            return;
        }

        var cost = ((known.Input.Mean * api.InputPerMillion) + (known.Output.Mean * api.OutputPerMillion)) / 1e6;
        var shares = ByMonth(purchase);
        // At a service an instance is a request a second; at a pile the API is one machine that ends its share in the window.
        var batch = workload as BatchWorkload;
        var rate = batch is null ? 1 : batch.Requests * Math.Pow(1 + Math.Max(0, batch.MonthlyGrowth), scenario.Horizon.Months) * shares.Max()
            / (0.9 * batch.Cadence.Within.TotalSeconds);
        Add(purchase, null, new()
        {
            Index = pools.Count,
            Workload = workload.Name,
            Source = api.Name,
            Provider = api.Provider,
            Region = api.Region ?? "unknown",
            Kind = PurchaseKind.Tokens,
            PricePerHour = batch is null ? 0 : rate * 3600 * cost,
            // What a pile's requests need is sent to the API from where the data lies.
            PricePerRequest = batch is null ? cost : batch.Data is { } own ? Routes(batch).Outwards(own.Home, own.Size.GB) * own.Size.GB / batch.Requests : 0,
            Accelerators = 0,
            Rate = rate,
            HoursEach = batch is null ? [] : [.. shares.Select((s, month) => s * batch.Requests * Math.Pow(1 + batch.MonthlyGrowth, month) / rate / 3600)],
            Most = [.. shares.Select((s, month) => (int)Math.Ceiling(workload is InferenceWorkload w ? s * w.Load.Peak(month) : Math.Min(1, s)))],
            StartSeconds = 0,
        }, new() { ErrorGroup = api.Name, Promised = api.Promised, PileRate = batch is null ? 0 : rate });
    }

    private void AddBatch(Purchase purchase, BatchWorkload batch, Offer offer, ServingUse use, string place)
    {
        if (ReplicaOf(batch, offer, use, batch.Input, batch.Output, place) is not { } built) return;
        var estimate = performance.Serve(new(
            batch.Model, [use.Precision], offer.Accelerator, (int)offer.AcceleratorCount, batch.Input, batch.Output, ServiceLevel.None, TimeSpan.Zero)).Value;
        var weights = WeightSeconds(built.Replica);
        var pool = PoolOf(purchase, offer) with
        {
            Rate = Math.Round(use.RequestsPerSecond, 6) * use.Replicas, StartSeconds = MachineSeconds + weights, SwitchSeconds = weights, HoursEach = HoursEach(purchase, batch),
            PricePerRequest = BroughtIn(batch, offer) / batch.Requests,
        };
        Add(purchase, offer, pool, MakeOf(batch, offer, new(Quantity.Tpot, Statistic.Mean), estimate?.PowerWatts?.Value) with
        {
            Replica = built.Replica,
            Scheduler = built.Limits,
            PileRate = estimate is null ? use.RequestsPerSecond * use.Replicas : estimate.RequestsPerSecond.Value * estimate.Replicas,
        });
    }

    // A pile belongs to the month in which it may begin, as the plan has it. Rounded as files keep it: a plan is played alike before and after it is saved.
    private ImmutableArray<double> HoursEach(Purchase purchase, BatchWorkload batch)
    {
        var (hours, piles) = (new double[scenario.Horizon.Months], new int[scenario.Horizon.Months]);
        foreach (var start in batch.Cadence.Starts(scenario.Horizon)) piles[HorizonTime.MonthAt(scenario.Horizon, start * 3600)]++;
        var answered = purchase.Source.Kind == PurchaseKind.Block ? Answered(purchase) : null;
        foreach (var month in purchase.Months.Where(m => m.Month >= 0 && m.Month < hours.Length && piles[m.Month] > 0)) hours[month.Month] += (answered?[month.Month] ?? Math.Round(month.InstanceHours, 4)) / piles[month.Month];
        return [.. hours];
    }

    // Of the hours in a block, those in which the plan has work: what each purchase of the source answers, by the hours that it has booked.
    private double[]? Answered(Purchase purchase)
    {
        var supply = plan.Demand.FirstOrDefault(d => d.Workload == purchase.Workload)?.Supply.FirstOrDefault(s => s.Offer == purchase.Source.Id && s.Kind == PurchaseKind.Block);
        if (supply is null || purchase.Use is not ServingUse use) return null;
        var rate = Math.Round(use.RequestsPerSecond, 6) * use.Replicas * 3600;
        var booked = plan.Purchases.Where(p => p.Workload == purchase.Workload && p.Source.Id == purchase.Source.Id && p.Source.Kind == PurchaseKind.Block).SelectMany(p => p.Months).ToLookup(m => m.Month, m => Math.Round(m.InstanceHours, 4));
        return [.. supply.Capacity.Select((requests, month) => booked[month].Sum() is > 0 and var all
            ? Math.Round(requests, 6) / rate * purchase.Months.Where(m => m.Month == month).Sum(m => Math.Round(m.InstanceHours, 4)) / all : 0)];
    }

    private void AddTraining(Purchase purchase, TrainingWorkload training, Offer offer, TrainingUse use, string place)
    {
        var estimate = performance.Train(new(
            training.Model, training.Precisions, offer.Accelerator, (int)offer.AcceleratorCount, use.Gang, offer.Fabric, training.SequenceLength));
        if (estimate.Value is not { } fast)
        {
            Differ($"{place}.use", $"{training.Name} cannot run on {use.Gang} × {offer.Accelerators}: {estimate.Refusal}");
            return;
        }

        // What is committed to or owned is there for whoever is first; a workload's part of it can be less than it works on.
        var most = Math.Ceiling(purchase.Source.Kind switch
        {
            PurchaseKind.Commitment => Committed(purchase.Source.Id).DefaultIfEmpty(0).Max(),
            PurchaseKind.Owned => Held(purchase.Source.Id).DefaultIfEmpty(0).Max(),
            _ => ByMonth(purchase).Max(),
        } - 1e-6);
        if (use.Gang > most)
        {
            Differ($"{place}.use.gang", Text($"a gang of {use.Gang:#,##0} is larger than the {most:#,##0} instances that the plan has at a time"));
            return;
        }

        var checkpoint = Gangs.CheckpointGB(training);
        Add(purchase, offer, PoolOf(purchase, offer) with { Gang = use.Gang }, MakeOf(training, offer, new(Quantity.TrainingRate, Statistic.Mean), fast.PowerWatts?.Value / use.Gang) with
        {
            RunSeconds = training.Work.Count / fast.TokensPerSecond.Value,
            UsdPerRun = Kept(training, offer, checkpoint * 1e9, use.Hours),
            UsdPerLoad = BroughtIn(training, offer),
            CheckpointSeconds = checkpoint / (Reliability.CheckpointGBPerSecond * use.Gang),
        });
    }

    private IEnumerable<JobOrder> Jobs()
    {
        foreach (var workload in scenario.Workloads)
        {
            var (cadence, requests, growth) = workload switch
            {
                TrainingWorkload t => (t.Cadence, 0.0, 0.0),
                BatchWorkload b => (b.Cadence, b.Requests, b.MonthlyGrowth),
                _ => (null, 0.0, 0.0),
            };
            if (cadence is null) continue;
            foreach (var (start, i) in cadence.Starts(scenario.Horizon).Select((s, i) => (s, i)))
            {
                var month = HorizonTime.MonthAt(scenario.Horizon, start * 3600);
                yield return new(
                    Text($"{workload.Name}-{i + 1}"), workload.Name, workload is TrainingWorkload, start * 3600,
                    (start * 3600) + cadence.Within.TotalSeconds, requests * Math.Pow(1 + growth, month));
            }
        }
    }
}
