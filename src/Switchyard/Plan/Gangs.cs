using System.Globalization;
using System.Numerics;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>
/// The gangs worth considering for a training run on an offer: the smallest that ends in time, and the one that takes fewest machine-hours of those not much larger, where
/// it takes fewer. Sizes divide well or badly, so neither follows from the other. How long a gang takes follows from how fast it trains and from how much of its time it works
/// (docs/model/planning.md).
/// </summary>
internal sealed class Gangs(Scenario scenario, PriceBook prices, RememberedPerformance performance, IReadOnlySet<string> lifted, List<Exclusion> exclusions)
{
    // A gang that does more with its time than this (a share) is another choice.
    private const double Better = 1e-3;

    // Below this share of useful time a gang on spot hardly advances, and what is reckoned of it is worth little.
    private const double LeastUseful = 0.5;

    // Sizes tried between two of the coarse ones: so many to a doubling.
    private const int Fine = 32;

    private static readonly int[] Sizes = [.. Coarse()];

    // Sizes that leave out few machines of a number that does not divide.
    private static readonly int[] Parts = [1, 2, 4, 8, 16];

    private sealed record Tried(RunOption? Option, bool Waits, string? Refusal, bool IsLast = false);

    private static IEnumerable<int> Coarse()
    {
        yield return 1;
        for (var power = 2; power <= 8192; power *= 2)
        {
            yield return power;
            yield return power / 2 * 3;
        }
    }

    /// <summary>Gigabytes of a checkpoint.</summary>
    public static double CheckpointGB(TrainingWorkload workload) => workload.Checkpoint?.GB ?? Goodput.CheckpointGB(workload.Model.Parameters);

    /// <summary>The gangs worth considering, and whether they wait for their data; none where none ends in time, which is noted.</summary>
    public IEnumerable<(RunOption Option, bool Waits)> Of(TrainingWorkload workload, Candidate candidate, Source source, DataWay way)
    {
        var (most, limit) = Most(source);
        // Spares stand beside what is held anyway.
        var spares = candidate.Kind is PurchaseKind.Commitment or PurchaseKind.Owned ? workload.Spares : 0;
        string? refusal = null, exceeded = null;
        var before = 0;
        foreach (var size in Sizes)
        {
            var room = (int)Math.Min(int.MaxValue, most) - spares;
            var until = Math.Min(size, room);
            var at = until > before ? Try(workload, candidate, source, way, until, spares) : null;
            // Where the coarse size does not end in time, a smaller one does not either; where there is no room for it, any that is left may.
            if (at?.Option is not null || until < size)
            {
                List<Tried> ending = [.. Between(before, until).Select(gang => gang == until ? at! : Try(workload, candidate, source, way, gang, spares)).Where(tried => tried.Option is not null)];
                if (ending.Count > 0) return Worth(ending);
                exceeded = limit;
                refusal = $"{at?.Refusal ?? refusal ?? "too slow"}; at most {most} instances can be had";
                break;
            }

            refusal = at!.Refusal;
            if (at.IsLast) break;
            before = size;
        }

        exclusions.Add(new(workload.Name, source.Label, exceeded, refusal ?? "cannot train it"));
        return [];
    }

    // The smallest, and the one with fewest machine-hours.
    private static IEnumerable<(RunOption, bool)> Worth(List<Tried> ending)
    {
        var (smallest, least) = (ending[0], ending.MinBy(tried => Hours(tried.Option!))!);
        yield return (smallest.Option!, smallest.Waits);
        if (Hours(least.Option!) < Hours(smallest.Option!) * (1 - Better)) yield return (least.Option!, least.Waits);

        static double Hours(RunOption option) => option.Gang * option.BilledHours;
    }

    /// <summary>Sizes above one and up to another: each of them while they are few, then so many to a doubling.</summary>
    internal static IEnumerable<int> Between(int after, int until)
    {
        if (until <= after) return [];
        var step = Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)until) / (2 * Fine));
        var sizes = new SortedSet<int> { until };
        for (var size = ((after / step) + 1) * step; size < until; size += step) sizes.Add(size);
        sizes.UnionWith(Parts.Select(part => until / part * part).Where(size => size > after));
        return sizes;
    }

    // Where data cannot come as fast as it is trained on, it comes first.
    private Tried Try(TrainingWorkload workload, Candidate candidate, Source source, DataWay way, int gang, int spares)
    {
        var offer = candidate.Offer;
        var outcome = performance.Train(new(workload.Model, workload.Precisions, offer.Accelerator, (int)offer.AcceleratorCount, gang, offer.Fabric, workload.SequenceLength));
        if (outcome.Value is not { } estimate) return new(null, false, outcome.Refusal, IsLast: gang > 1 && offer.Fabric is null);
        var spot = candidate.Kind == PurchaseKind.Spot ? MarketAssumptions.SpotOf(prices, offer) : (SpotRisk?)null;
        var useful = Goodput.Useful(gang, offer.AcceleratorCount, CheckpointGB(workload), spot?.InterruptionsPerHour ?? 0);
        if (spot is not null && useful < LeastUseful) return new(null, false, "interrupted too often to advance on spot", IsLast: true);
        // Those that are there wait, and are paid, until all are.
        var efficiency = useful * GangTime.Together(source, gang, spares);
        var window = workload.Cadence.Within.TotalHours;
        var work = workload.Work.Count / estimate.TokensPerSecond.Value / 3600;
        var coming = workload.Data is { } data ? data.Size.GB / (way.GBPerSecond * gang) / 3600 : 0;
        var wait = coming > work ? coming : 0;
        var hours = (work / (efficiency * (spot?.Available ?? 1))) + wait;
        var billed = candidate.Block is { } block ? block.BlockHours(hours) : (work / efficiency) + wait;
        if (hours <= window && billed is { } paid) return new(new(candidate.Source, gang + spares, hours, paid, estimate) { Spares = spares }, wait > 0, null);
        return new(null, false, string.Create(CultureInfo.InvariantCulture,
            $"{gang} instance{(gang == 1 ? "" : "s")} take {hours / 24:0.#} days, over {(hours <= window ? candidate.Block!.BlockDays!.Value.Max : window / 24):0.#}"));
    }

    // Most instances that one gang can have, and the limit that says so; null where it is no limit of the scenario's.
    private (double Instances, string? Limit) Most(Source source)
    {
        if (source.MaxCount is { } count) return (count, null);
        if (source.Kind == PurchaseKind.Owned) return (source.Held.DefaultIfEmpty(0).Max(), null);
        var quotas = scenario.Commercial.Quotas.Where(q => ProblemBuilder.Covers(q, source)).ToList();
        var tightest = quotas.Where(q => !lifted.Contains($"commercial.quota.{q.Id}")).MinBy(q => q.Count);
        if (tightest is not null) return (Math.Floor(tightest.Count / source.AcceleratorCount), $"commercial.quota.{tightest.Id}");
        if (!ProblemBuilder.IsAssumed(source, scenario.Commercial.Quotas) || lifted.Contains(DeclaredLimit.Availability)) return (Sizes[^1], null);
        return (Math.Floor(MarketAssumptions.Available(source.Provider, source.Kind) / source.AcceleratorCount), DeclaredLimit.Availability);
    }
}
