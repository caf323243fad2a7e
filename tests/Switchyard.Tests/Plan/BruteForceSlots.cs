using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;

namespace Switchyard.Tests.Plan;

/// <summary>What a service asks of a slot.</summary>
internal sealed partial class BruteForce
{
    // With so many instances of one option nothing more of it is of use.
    private static double Enough(ServiceNeed service, ServiceOption option, double rate, int zones)
    {
        var load = rate / option.Capacity;
        var alone = service.Survives switch
        {
            FailureDomain.Zone when zones > 1 => Up(load * zones / (zones - 1)) + 1,
            FailureDomain.Zone or FailureDomain.Instance => Up(load) + 1,
            _ => Up(load),
        };
        return Math.Max(Math.Max(alone, Up(service.MinReplicas / (double)Math.Max(1, option.Replicas))), service.Spread == FailureDomain.None ? 0 : 2);
    }

    private double Enough(ServiceNeed service, ServiceOption option, double rate) => Enough(service, option, rate, problem.Sources[option.Source].Zones);

    // An API answers everything in the slot's month, in its future.
    private bool ByApiAlone(int n, int o, Slot slot) =>
        Sum(c => c.What == What.Whole && c.Need == n && c.Option == o && c.Index == slot.Month && c.Future == slot.Future) > 0;

    // Instances of each option that are at work.
    private int[] AtWork(int n, int s)
    {
        var counts = new int[OptionCount(n)];
        foreach (var i in bySlot[(n, s)])
            if (choices[i].What is What.Rent or What.Pool) counts[choices[i].Option] += values[i];
        return counts;
    }

    // What the whole numbers of a slot must satisfy whatever its APIs answer.
    private bool SlotIsPossible(int n, int s)
    {
        var service = (ServiceNeed)problem.Needs[n];
        var answers = service.Options.Select((o, i) => problem.Sources[o.Source].Kind == PurchaseKind.Tokens && Usable(n, i) ? 1.0 : 0).ToArray();
        var alone = Enumerable.Range(0, answers.Length).Any(o => ByApiAlone(n, o, service.Slots[s]));
        return Holds(service, service.Slots[s], AtWork(n, s), answers, alone);
    }

    // Where one instance fewer would do as well, the plan with it is not looked at: it costs no less. Only where shares of the spending are
    // limited can spending more help; what costs nothing does not even then.
    private bool NothingNeedless(int n, int s)
    {
        var service = (ServiceNeed)problem.Needs[n];
        var answers = service.Options.Select((_, o) => ByApiAlone(n, o, service.Slots[s]) ? 1.0 : 0).ToArray();
        var counts = AtWork(n, s);
        foreach (var i in bySlot[(n, s)])
        {
            if (values[i] == 0 || choices[i].What is not (What.Rent or What.Pool) || (shares && choices[i].PresentValue > 0)) continue;
            counts[choices[i].Option]--;
            if (Holds(service, service.Slots[s], counts, answers, answers.Contains(1))) return false;
            counts[choices[i].Option]++;
        }

        return true;
    }

    // No pool is used beyond what is there, as far as it has been decided.
    private bool PoolsHold(int n, int s)
    {
        var slot = ((ServiceNeed)problem.Needs[n]).Slots[s];
        foreach (var source in bySlot[(n, s)].Where(i => choices[i].What == What.Pool).Select(i => choices[i].Source).Distinct())
        {
            var used = Sum(c => c.What == What.Pool && c.Source == source && ((ServiceNeed)problem.Needs[c.Need]).Slots[c.Index] is var other
                && (other.Month, other.Segment, other.Future) == (slot.Month, slot.Segment, slot.Future));
            if (used > There(source, slot.Month)) return false;
        }

        return true;
    }

    private bool Holds(ServiceNeed service, Slot slot, int[] counts, double[] answers, bool byApiAlone)
    {
        foreach (var (lower, upper, constant, answered) in Asked(service, slot, counts))
        {
            var sum = constant + Enumerable.Range(0, answers.Length).Sum(o => answered(o) * answers[o]);
            if (sum < lower - 1e-9 || sum > upper + 1e-9) return false;
        }

        if (byApiAlone) return true;
        var firm = counts.Select((count, o) => problem.Sources[service.Options[o].Source].Kind == PurchaseKind.Spot ? 0 : count * service.Options[o].Replicas).Sum();
        return firm >= service.MinReplicas && (slot.Rate <= 0 || IsSpread(service, counts));
    }

    // What is asked of a slot's capacity: at least, at most, what the instances do, and what an API's answering everything would add.
    private IEnumerable<(double Lower, double Upper, double Constant, Func<int, double> Answered)> Asked(ServiceNeed service, Slot slot, int[] counts)
    {
        double Capacity(Func<ServiceOption, Source, bool> counted) =>
            counts.Select((count, o) => counted(service.Options[o], problem.Sources[service.Options[o].Source]) ? count * service.Options[o].Capacity : 0).Sum();
        double Api(int o) => problem.Sources[service.Options[o].Source].Kind == PurchaseKind.Tokens ? slot.Rate : 0;

        // Any set of user groups must have as much capacity near enough as it wants.
        for (var set = 1u; set < 1u << service.UserShares.Length; set++)
        {
            var near = set;
            var wanted = slot.Rate * service.UserShares.Where((_, g) => (set >> g & 1) == 1).Sum();
            yield return (wanted, double.PositiveInfinity, Capacity((o, _) => (o.Users & near) != 0), o => (service.Options[o].Users & near) != 0 ? Api(o) : 0);
        }

        if (service.FirmShare > 0)
            yield return (service.FirmShare * slot.Rate, double.PositiveInfinity, Capacity((_, s) => s.Kind != PurchaseKind.Spot), Api);
        if (slot.Rate <= 0) yield break;
        foreach (var lost in Losses(service, counts)) yield return (slot.Rate, double.PositiveInfinity, Capacity((_, _) => true) - lost, Api);
        if (service.SpotPoolShare >= 1) yield break;
        foreach (var pool in service.Options.GroupBy(o => PoolOf(problem.Sources[o.Source])).Where(g => g.Key.Length > 0))
        {
            var most = (service.SpotPoolShare * slot.Rate) + pool.Max(o => o.Capacity);
            yield return (double.NegativeInfinity, most, Capacity((_, s) => PoolOf(s) == pool.Key), _ => 0);
        }
    }

    private static string PoolOf(Source source) => source.Kind == PurchaseKind.Spot ? $"{source.Provider} {source.Region} {source.Accelerator}" : "";

    private static string RegionOf(Source source) => $"{source.Provider} {source.Region}";

    // What each thing that may fail takes with it.
    private IEnumerable<double> Losses(ServiceNeed service, int[] counts)
    {
        var there = counts.Select((count, o) => (Count: count, service.Options[o].Capacity, Source: problem.Sources[service.Options[o].Source]))
            .Where(x => x.Count > 0).ToList();
        IEnumerable<double> Whole(Func<Source, string> domain) => there.GroupBy(x => domain(x.Source)).Select(g => g.Sum(x => x.Count * x.Capacity));
        return service.Survives switch
        {
            FailureDomain.Instance => there.Select(x => x.Capacity),
            // Of what lies in z zones, the fullest has one instance and the z-th part of the others; what lies in one zone goes with it.
            FailureDomain.Zone => there.GroupBy(x => RegionOf(x.Source))
                .Select(g => g.Sum(x => x.Capacity * (x.Source.Zones > 1 ? 1 + ((x.Count - 1.0) / x.Source.Zones) : x.Count))),
            FailureDomain.Region => Whole(RegionOf),
            FailureDomain.Provider => Whole(s => s.Provider),
            _ => [],
        } is var losses && service.Survives != FailureDomain.None && !losses.Any() ? [0.0] : losses;
    }

    private bool IsSpread(ServiceNeed service, int[] counts)
    {
        var there = counts.Select((count, o) => (Count: count, Source: problem.Sources[service.Options[o].Source])).Where(x => x.Count > 0).ToList();
        bool Two(Func<Source, string> domain) => there.Select(x => domain(x.Source)).Distinct().Count() > 1;
        return service.Spread switch
        {
            FailureDomain.None => true,
            FailureDomain.Instance => counts.Sum() > 1,
            FailureDomain.Zone => counts.Sum() > 1 && (Two(RegionOf) || there.Exists(x => x.Source.Zones > 1)),
            FailureDomain.Region => Two(RegionOf),
            _ => Two(s => s.Provider),
        };
    }
}
