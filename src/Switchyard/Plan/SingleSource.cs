using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>Does a workload from one source alone, by fixed rules instead of a search.</summary>
internal static class SingleSource
{
    /// <summary>How many options a need has.</summary>
    public static int OptionCount(Need need) => need switch
    {
        ServiceNeed service => service.Options.Length,
        RunNeed runs => runs.Options.Length,
        PileNeed piles => piles.Options.Length,
        _ => 0,
    };

    /// <summary>The source of an option.</summary>
    public static int SourceOf(Need need, int option) => need switch
    {
        ServiceNeed service => service.Options[option].Source,
        RunNeed runs => runs.Options[option].Source,
        PileNeed piles => piles.Options[option].Source,
        _ => -1,
    };

    /// <summary>Buys what each month needs: by the hour as the load goes, commitments when the load has grown beyond them.</summary>
    /// <returns>The decisions; null where the source alone cannot do it.</returns>
    public static List<Decision>? AsNeeded(PlanningProblem problem, int need, int option)
    {
        var index = SourceOf(problem.Needs[need], option);
        var source = problem.Sources[index];
        if (source.Kind == PurchaseKind.Owned || Instances(problem, need, option) is not { } instances) return null;
        if (!Available(problem, index, source, instances.Values.DefaultIfEmpty(0).Max())) return null;
        var decisions = new List<Decision>();
        if (source.Kind != PurchaseKind.Commitment && instances.Count > 0 && instances.Keys.Last() > source.LastStart) return null;
        if (source.Kind == PurchaseKind.Commitment)
        {
            foreach (var (month, wanted) in instances)
            {
                var there = decisions.Where(d => d.Index + source.TermMonths > month).Sum(d => d.Value);
                if (wanted <= there + 1e-9) continue;
                if (month >= problem.Horizon.Months || month > source.LastStart) return null;
                decisions.Add(new(DecisionKind.Commit, -1, index, month, Math.Max(source.MinCount, wanted - there)));
            }
        }

        decisions.AddRange(Work(problem, need, option, source));
        decisions.AddRange(SetUp(problem.Needs[need], need, option));
        return decisions;
    }

    /// <summary>Commits to the peak from the first month in which it is needed to the last, again at the end of each term.</summary>
    /// <returns>The decisions; null where the source is no commitment or cannot do it.</returns>
    public static List<Decision>? Reserved(PlanningProblem problem, int need, int option)
    {
        var index = SourceOf(problem.Needs[need], option);
        var source = problem.Sources[index];
        if (source.Kind != PurchaseKind.Commitment || Instances(problem, need, option) is not { } instances) return null;
        var peak = Math.Max(source.MinCount, instances.Values.DefaultIfEmpty(0).Max());
        if (!Available(problem, index, source, peak)) return null;
        var decisions = new List<Decision>();
        if (instances.Count == 0) return decisions;
        for (var month = instances.Keys.First(); month <= instances.Keys.Last(); month += source.TermMonths)
        {
            if (month > source.LastStart || month >= problem.Horizon.Months) return null;
            decisions.Add(new(DecisionKind.Commit, -1, index, month, peak));
        }

        decisions.AddRange(Work(problem, need, option, source));
        decisions.AddRange(SetUp(problem.Needs[need], need, option));
        return decisions;
    }

    // For tokens the instances are requests a second.
    private static bool Available(PlanningProblem problem, int index, Source source, double instances) =>
        instances <= ((source.Kind == PurchaseKind.Tokens ? source.MaxPerSecond : source.MaxCount) ?? double.PositiveInfinity) + 1e-9
        && problem.CapacityLimits.Where(l => l.Sources.Contains(index)).All(l => instances * source.AcceleratorCount <= l.Most + 1e-9);

    // Instances needed at once in each month; null where this option alone cannot do the work.
    private static SortedDictionary<int, double>? Instances(PlanningProblem problem, int need, int option)
    {
        var byMonth = new SortedDictionary<int, double>();
        void Want(int month, double instances) => byMonth[month] = Math.Max(byMonth.GetValueOrDefault(month), instances);
        switch (problem.Needs[need])
        {
            case ServiceNeed service:
                var serve = service.Options[option];
                var kind = problem.Sources[serve.Source].Kind;
                if (serve.Users != (1u << service.UserShares.Length) - 1) return null;
                if (kind == PurchaseKind.Spot && service.MinReplicas > 0) return null;
                foreach (var slot in service.Slots) Want(slot.Month, kind == PurchaseKind.Tokens ? slot.Rate : Count(problem, service, serve, slot));
                break;
            case RunNeed runs:
                var run = runs.Options[option];
                var concurrent = Payments.Concurrent(new(0, [.. runs.Groups.SelectMany(g => g.Starts).Order()]), run.Hours);
                foreach (var start in runs.Groups.SelectMany(g => g.Starts))
                    foreach (var (month, _) in Payments.MonthsOf(problem.Horizon, start, run.Hours)) Want(month, run.Gang * concurrent);
                break;
            case PileNeed piles:
                var work = piles.Options[option];
                foreach (var (pile, p) in piles.Piles.Select((pile, p) => (pile, p)))
                {
                    var atOnce = pile.Requests / work.RequestsPerHour / (work.Blocks.IsEmpty ? pile.WindowHours : work.Blocks[p].UsefulHours);
                    Want(pile.Month, problem.Sources[work.Source].Kind == PurchaseKind.Tokens ? atOnce / 3600 : Math.Ceiling(atOnce - 1e-9));
                }

                break;
        }

        return byMonth;
    }

    private static double Count(PlanningProblem problem, ServiceNeed service, ServiceOption option, Slot slot) =>
        ServiceRows.Most(problem, service, option, slot.Rate);

    private static IEnumerable<Decision> Work(PlanningProblem problem, int need, int option, Source source) => problem.Needs[need] switch
    {
        ServiceNeed service => source.Kind switch
        {
            PurchaseKind.Tokens => service.Slots.Select((_, s) => new Decision(DecisionKind.BuyTokens, need, option, s, 1)),
            PurchaseKind.OnDemand or PurchaseKind.Spot => service.Slots.Select((slot, s) =>
                new Decision(DecisionKind.RentForSlot, need, option, s, Count(problem, service, service.Options[option], slot))),
            _ => service.Slots.Select((slot, s) =>
                new Decision(DecisionKind.UsePool, need, option, s, Count(problem, service, service.Options[option], slot))),
        },
        RunNeed runs => runs.Groups.Select((group, g) => new Decision(DecisionKind.DoRuns, need, option, g, group.Starts.Length)),
        PileNeed piles => piles.Piles.Select((pile, p) => source.Kind == PurchaseKind.Tokens
            ? new Decision(DecisionKind.BuyTokens, need, option, p, pile.Requests)
            : new Decision(DecisionKind.WorkPile, need, option, p, pile.Requests / piles.Options[option].RequestsPerHour)).Concat(Booked(piles, need, option)),
        _ => [],
    };

    // Enough of a month's blocks for the future that asks for most.
    private static IEnumerable<Decision> Booked(PileNeed piles, int need, int index) => piles.Options[index] is not { Blocks.IsEmpty: false } option ? []
        : Enumerable.Range(0, piles.Piles.Length).GroupBy(p => piles.Piles[p].Month).Select(month => new Decision(DecisionKind.BookBlock, need, index, month.First(),
            month.Max(p => Math.Ceiling((piles.Piles[p].Requests / option.RequestsPerHour / option.Blocks[p].UsefulHours) - 1e-9))));

    /// <summary>What an option needs set up, done.</summary>
    private static IEnumerable<Decision> SetUp(Need need, int index, int option)
    {
        var setup = need switch
        {
            ServiceNeed service => service.Options[option].Setup,
            RunNeed runs => runs.Options[option].Setup,
            PileNeed piles => piles.Options[option].Setup,
            _ => -1,
        };
        if (setup >= 0) yield return new(DecisionKind.SetUp, index, setup, 0, 1);
    }
}
