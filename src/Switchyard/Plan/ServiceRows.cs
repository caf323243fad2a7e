using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>The rows of a service: capacity near enough to its users in each slot, its fewest replicas, and what it must survive.</summary>
internal sealed class ServiceRows(ProgramDraft draft, InUse inUse, TermColumns terms, HashSet<int> direct)
{
    private readonly PlanningProblem problem = draft.Problem;

    /// <summary>More instances of one option than this are of no use at a rate, within what the source has on offer.</summary>
    public static double Most(PlanningProblem problem, ServiceNeed service, ServiceOption option, double rate)
    {
        var source = problem.Sources[option.Source];
        var (spare, share) = service.Survives switch
        {
            FailureDomain.Zone when source.Zones > 1 => (1, 1 - (1.0 / source.Zones)),
            FailureDomain.None or FailureDomain.Region or FailureDomain.Provider => (0, 1.0),
            _ => (1, 1.0),
        };
        var forLoad = Math.Ceiling((rate / option.Capacity / share) - 1e-9) + spare;
        var forReplicas = Math.Ceiling(service.MinReplicas / (double)Math.Max(1, option.Replicas));
        var forSpread = service.Spread is FailureDomain.None ? 0 : 2;
        return Math.Min(source.MaxCount ?? 1e6, Math.Max(Math.Max(forLoad, forReplicas), forSpread));
    }

    /// <summary>Adds a service.</summary>
    public void Add(int need, ServiceNeed service)
    {
        var subsets = UserSubsets(service);
        var setups = new SetupRows(draft, need, service);
        var byMonth = Enumerable.Range(0, service.Slots.Length).ToLookup(s => service.Slots[s].Month);
        var domains = new SupplyDomains(problem, service);
        var slots = new SlotRows[service.Slots.Length];
        for (var s = 0; s < slots.Length; s++) slots[s] = new(draft, service, s, subsets, domains);
        for (var o = 0; o < service.Options.Length; o++)
        {
            var option = service.Options[o];
            var source = problem.Sources[option.Source];
            Moment At(int s) => new(service.Slots[s].Month, service.Slots[s].Segment, service.Slots[s].Future);
            if (source.Kind == PurchaseKind.Commitment && direct.Contains(option.Source))
            {
                foreach (var month in byMonth)
                    foreach (var cohort in terms.In(option.Source, month.Key))
                        foreach (var s in month) slots[s].Supply(o, cohort.Column, cohort.Units);
                setups.Needs(option.Setup, terms.Of(option.Source).Select(c => new Term(c.Column, 1)));
                continue;
            }

            if (source.Kind == PurchaseKind.Tokens)
            {
                setups.Needs(option.Setup, Tokens(need, service, o, slots));
                continue;
            }

            if (source.Kind == PurchaseKind.Commitment) terms.Of(option.Source);
            var used = new List<Term>(slots.Length);
            bool[] there = [.. Enumerable.Range(0, problem.Horizon.Months).Select(month => source.Kind == PurchaseKind.Commitment ? terms.In(option.Source, month).Any() : source.IsPool || month <= source.LastStart)];
            for (var s = 0; s < slots.Length; s++)
            {
                var month = service.Slots[s].Month;
                if (!there[month]) continue;
                var most = Most(problem, service, option, service.Slots[s].Rate);
                if (source.Kind == PurchaseKind.Owned) most = Math.Min(most, source.MostAt(month) ?? 0);
                if (most <= 0) continue;
                var column = draft.Column(most, true, source.IsPool ? DecisionKind.UsePool : DecisionKind.RentForSlot, need, o, s);
                slots[s].Supply(o, column, 1);
                inUse.At(option.Source, At(s), column, 1, most);
                used.Add(new(column, 1));
            }

            setups.Needs(option.Setup, used);
        }

        foreach (var slot in slots) slot.Close();
        setups.Close();
    }

    private List<Term> Tokens(int need, ServiceNeed service, int o, SlotRows[] slots)
    {
        var option = service.Options[o];
        var columns = new List<Term>();
        foreach (var month in Enumerable.Range(0, service.Slots.Length).GroupBy(s => (service.Slots[s].Month, service.Slots[s].Future)))
        {
            // Where an API answers everything in a month (z = 1), no replica of ours is needed, and it is its seller who keeps spares.
            var all = service.MinReplicas > 0 || service.Spread != FailureDomain.None || service.Survives != FailureDomain.None
                ? draft.Auxiliary(1, whole: true) : -1;
            foreach (var s in month)
            {
                var slot = service.Slots[s];
                var column = draft.Column(1, false, DecisionKind.BuyTokens, need, o, s);
                inUse.At(option.Source, new(slot.Month, slot.Segment, slot.Future), column, slot.Rate, slot.Rate);
                slots[s].Answer(o, column, all);
                columns.Add(new(column, 1));
            }
        }

        return columns;
    }

    // The sets of user groups whose joint demand can bind: for each set of options that can serve some group of the set, the largest
    // such set. With these rows, demand can be split over the options so that each group is served from near enough (Hall, 1935).
    private static List<uint> UserSubsets(ServiceNeed service)
    {
        var largest = new Dictionary<string, uint>(StringComparer.Ordinal);
        var masks = service.Options.Select(o => o.Users).Distinct().Order().ToArray();
        for (var subset = 1u; subset < 1u << service.UserShares.Length; subset++)
        {
            var signature = string.Concat(masks.Select(mask => (mask & subset) != 0 ? '1' : '0'));
            if (!largest.TryGetValue(signature, out var known) || uint.PopCount(subset) > uint.PopCount(known)) largest[signature] = subset;
        }

        return [.. largest.Values.Order()];
    }
}
