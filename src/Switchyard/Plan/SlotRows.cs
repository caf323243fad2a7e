using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>The rows of one slot of a service.</summary>
internal sealed class SlotRows
{
    private readonly ProgramDraft draft;
    private readonly ServiceNeed service;
    private readonly Slot slot;
    private readonly List<uint> subsets;
    private readonly int[] cover;
    private readonly double[] wanted;
    private readonly int replicas;
    private readonly int firm;
    private readonly string path;
    private readonly SupplyDomains domains;
    private readonly List<(int Option, Term Column)> supply = [];
    private readonly List<(int Option, int Column, int All)> answers = [];

    /// <summary>Opens the rows of a slot.</summary>
    public SlotRows(ProgramDraft draft, ServiceNeed service, int slot, List<uint> subsets, SupplyDomains domains)
    {
        (this.draft, this.service, this.slot, this.subsets, this.domains) = (draft, service, service.Slots[slot], subsets, domains);
        path = $"workloads.{service.Workload}.availability";
        wanted = new double[subsets.Count];
        cover = new int[subsets.Count];
        for (var u = 0; u < subsets.Count; u++)
        {
            var share = 0.0;
            for (var g = 0; g < service.UserShares.Length; g++)
                if ((subsets[u] & (1u << g)) != 0) share += service.UserShares[g];
            wanted[u] = this.slot.Rate * Math.Min(1, share);
            cover[u] = draft.Row(wanted[u], double.PositiveInfinity);
        }

        replicas = service.MinReplicas > 0 ? draft.Row(service.MinReplicas, double.PositiveInfinity, $"{path}.replicas_min") : -1;
        firm = service.FirmShare > 0 ? draft.Row(this.slot.Rate * service.FirmShare, double.PositiveInfinity, $"workloads.{service.Workload}.spot.base") : -1;
    }

    // A unit of a column stands for so many instances. What alone does more than is wanted counts as just enough: the same whole numbers
    // satisfy the row, and fractions, which only the relaxation has, count for less.
    /// <summary>Notes a column that supplies instances of an option.</summary>
    public void Supply(int o, int column, double units)
    {
        var option = service.Options[o];
        for (var u = 0; u < subsets.Count; u++)
            if ((subsets[u] & option.Users) != 0) draft.Program.AddTerm(cover[u], column, Math.Min(units * option.Capacity, wanted[u]));
        supply.Add((o, new(column, units)));
        if (draft.Problem.Sources[option.Source].Kind == PurchaseKind.Spot) return;
        if (replicas >= 0 && option.Replicas > 0)
            draft.Program.AddTerm(replicas, column, Math.Min(units * option.Replicas, service.MinReplicas));
        if (firm >= 0) draft.Program.AddTerm(firm, column, Math.Min(units * option.Capacity, slot.Rate * service.FirmShare));
    }

    /// <summary>Notes the share of the slot that an API answers, and the column that says that it answers everything in the month.</summary>
    public void Answer(int o, int column, int all)
    {
        var option = service.Options[o];
        for (var u = 0; u < subsets.Count; u++)
            if ((subsets[u] & option.Users) != 0) draft.Program.AddTerm(cover[u], column, slot.Rate);
        if (firm >= 0) draft.Program.AddTerm(firm, column, slot.Rate);
        answers.Add((o, column, all));
        if (all < 0) return;
        draft.AtLeast(0, new(column, 1), new(all, -1));
        if (replicas >= 0) draft.Program.AddTerm(replicas, all, service.MinReplicas);
    }

    /// <summary>Adds what depends on all that supplies the slot: what it survives, what it is spread over, how much one spot pool may carry.</summary>
    public void Close()
    {
        if (slot.Rate <= 0) return;
        Survive();
        Spread();
        SpotPools();
    }

    private Source SourceOf(int option) => draft.Problem.Sources[service.Options[option].Source];

    // The domains that something supplies from.
    private IEnumerable<int> Supplying(int[] domain) => supply.Select(x => domain[x.Option]).Distinct().Order();

    private void Survive()
    {
        switch (service.Survives)
        {
            case FailureDomain.Region: Outside(domains.Region); break;
            case FailureDomain.Provider: Outside(domains.Provider); break;
            case FailureDomain.Zone:
                // What lies in one zone fails as a whole; the rest lies evenly over its zones.
                foreach (var region in Supplying(domains.Region))
                {
                    if (supply.TrueForAll(x => domains.Region[x.Option] != region || SourceOf(x.Option).Zones <= 1)) Outside(domains.Region, region);
                    else Lose(x => domains.Region[x] == region, x => 1.0 / Math.Max(1, SourceOf(x).Zones));
                }

                break;
            case FailureDomain.Instance:
                foreach (var option in supply.Select(x => x.Option).Distinct().Order()) Lose(x => x == option, _ => 0);
                break;
        }
    }

    // For each domain: what lies outside it is enough.
    private void Outside(int[] domain, int? only = null)
    {
        foreach (var name in only is { } one ? [one] : Supplying(domain))
        {
            var row = draft.Row(slot.Rate, double.PositiveInfinity, $"{path}.survive");
            foreach (var (option, (column, units)) in supply)
                if (domain[option] != name) draft.Program.AddTerm(row, column, Math.Min(units * service.Options[option].Capacity, slot.Rate));
            Answered(row, slot.Rate, slot.Rate);
        }
    }

    // Of the instances of some options a share is lost, and of one of each that is there at all, the rest of it.
    private void Lose(Func<int, bool> within, Func<int, double> share)
    {
        var row = draft.Row(slot.Rate, double.PositiveInfinity, $"{path}.survive");
        foreach (var (option, (column, units)) in supply)
        {
            var capacity = units * service.Options[option].Capacity;
            draft.Program.AddTerm(row, column, within(option) ? capacity * (1 - share(option)) : capacity);
        }

        foreach (var option in supply.Where(x => within(x.Option) && share(x.Option) < 1).GroupBy(x => x.Option).OrderBy(g => g.Key))
        {
            var lost = draft.Auxiliary((1 - share(option.Key)) * service.Options[option.Key].Capacity);
            draft.Program.AddTerm(row, lost, -1);
            foreach (var (_, (column, _)) in option)
            {
                // Once any of it is there, that much of one instance can be lost.
                var any = draft.Auxiliary(1, whole: true);
                var most = Math.Max(1, draft.Program.ColumnUpper[column]);
                draft.AtLeast(0, new(any, most), new(column, -1));
                draft.AtLeast(0, new(lost, 1), new(any, -(1 - share(option.Key)) * service.Options[option.Key].Capacity));
            }
        }

        Answered(row, slot.Rate, slot.Rate);
    }

    // What an API answers does not fail with our machines; where it answers everything, nothing else is asked for.
    private void Answered(int row, double each, double everything)
    {
        foreach (var (_, column, all) in answers)
        {
            draft.Program.AddTerm(row, column, each);
            if (all >= 0 && each == 0) draft.Program.AddTerm(row, all, everything);
        }
    }

    private void Spread()
    {
        if (service.Spread == FailureDomain.None) return;
        var limit = $"{path}.spread";
        var two = draft.Row(2, double.PositiveInfinity, limit);
        foreach (var (_, (column, units)) in supply) draft.Program.AddTerm(two, column, Math.Min(units, 2));
        Answered(two, 0, 2);

        if (service.Spread == FailureDomain.Instance) return;
        var domain = service.Spread == FailureDomain.Provider ? domains.Provider : domains.Region;
        // What lies in a region of several zones is spread over them; two of it are enough.
        bool Alone(int option) => service.Spread != FailureDomain.Zone || SourceOf(option).Zones <= 1;
        foreach (var name in supply.Where(x => Alone(x.Option)).Select(x => domain[x.Option]).Distinct().Order())
        {
            var row = draft.Row(1, double.PositiveInfinity, limit);
            foreach (var (option, (column, _)) in supply)
                if (domain[option] != name || !Alone(option)) draft.Program.AddTerm(row, column, 1);
            Answered(row, 0, 1);
        }
    }

    private void SpotPools()
    {
        if (service.SpotPoolShare >= 1) return;
        var pools = supply.Where(x => SourceOf(x.Option).Kind == PurchaseKind.Spot).GroupBy(x => domains.SpotPool[x.Option]).OrderBy(g => g.Key);
        foreach (var pool in pools)
        {
            var largest = Enumerable.Range(0, service.Options.Length)
                .Where(o => SourceOf(o).Kind == PurchaseKind.Spot && domains.SpotPool[o] == pool.Key).Max(o => service.Options[o].Capacity);
            var row = draft.Row(double.NegativeInfinity, (service.SpotPoolShare * slot.Rate) + largest, $"workloads.{service.Workload}.spot.pools");
            foreach (var (option, (column, units)) in pool) draft.Program.AddTerm(row, column, units * service.Options[option].Capacity);
        }
    }
}
