using System.Collections.Immutable;
using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// Checks a plan against its problem by arithmetic that shares nothing with the formulation: it walks the decisions month by month and
/// hour by hour instead of multiplying rows.
/// </summary>
public static class Recheck
{
    internal const double Slack = 1e-6;

    /// <summary>Something that a plan breaks.</summary>
    /// <param name="Limit">The path of the limit; null where it is not a limit of the scenario's.</param>
    /// <param name="Message">What is wrong, in words.</param>
    internal readonly record struct Breach(string? Limit, string Message);

    /// <summary>Every limit that a set of decisions breaks, in words; empty where it keeps them all.</summary>
    /// <param name="problem">The problem that the decisions index into.</param>
    /// <param name="decisions">The decisions.</param>
    public static ImmutableArray<string> Problems(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
        [.. Breaches(problem, decisions).Select(breach => breach.Message)];

    /// <summary>Everything that a set of decisions breaks.</summary>
    internal static ImmutableArray<Breach> Breaches(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var found = new List<Breach>();
        foreach (var d in decisions) CheckDecision(problem, d, found);
        // What is no amount cannot be added up.
        if (decisions.Any(d => !double.IsFinite(d.Value))) return [.. found];
        for (var need = 0; need < problem.Needs.Length; need++)
        {
            var own = decisions.Where(d => d.Need == need).ToList();
            CheckSetups(problem, problem.Needs[need], own, found);
            switch (problem.Needs[need])
            {
                case ServiceNeed service: RecheckSlots.Check(problem, service, own, found); break;
                case RunNeed runs: CheckRuns(problem, runs, own, found); break;
                case PileNeed piles: CheckPiles(problem, piles, own, found); break;
            }
        }

        CheckUse(problem, decisions, found);
        RecheckMoney.Check(problem, decisions, found);
        return [.. found];
    }

    private static void CheckDecision(PlanningProblem problem, Decision d, List<Breach> found)
    {
        var whole = d.Kind is DecisionKind.RentForSlot or DecisionKind.Commit or DecisionKind.UsePool or DecisionKind.DoRuns or DecisionKind.BookBlock or DecisionKind.SetUp;
        if (d.Value < -Slack || !double.IsFinite(d.Value) || (whole && Math.Abs(d.Value - Math.Round(d.Value)) > Slack))
            found.Add(new(null, $"{d.Kind} of {d.Value} is not an amount"));
        if (d.Kind == DecisionKind.Commit)
        {
            CheckTerm(problem, d, found);
            return;
        }

        if (d.Need < 0 || d.Kind == DecisionKind.SetUp) return;
        var source = problem.Sources[d.SourceIn(problem)];
        var possible = (d.Kind, problem.Needs[d.Need]) switch
        {
            (DecisionKind.RentForSlot, ServiceNeed) => source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot,
            (DecisionKind.UsePool, ServiceNeed) or (DecisionKind.WorkSegment, PileNeed) => source.IsPool,
            (DecisionKind.BuyTokens, ServiceNeed or PileNeed) => source.Kind == PurchaseKind.Tokens,
            (DecisionKind.BookBlock, PileNeed) => source.Kind == PurchaseKind.Block,
            (DecisionKind.DoRuns, RunNeed) or (DecisionKind.WorkPile, PileNeed) => source.Kind != PurchaseKind.Tokens,
            _ => false,
        };
        if (!possible) found.Add(new(null, $"{source.Label}: {d.Kind} is not a way to buy it"));
        else if (d.Kind is DecisionKind.RentForSlot or DecisionKind.DoRuns or DecisionKind.WorkPile or DecisionKind.BookBlock && !source.IsPool && d.Value > Slack
            && MonthOf(problem.Needs[d.Need], d.Index) > source.LastStart)
            found.Add(new(null, $"{source.Label}: cannot be rented in {problem.Horizon.Label(MonthOf(problem.Needs[d.Need], d.Index))}"));
        if (source.Team.Length > 0 && source.Team != problem.Needs[d.Need].Team)
            found.Add(new(null, $"{source.Label}: belongs to team {source.Team}, not to {problem.Needs[d.Need].Workload}"));
    }

    private static int MonthOf(Need need, int index) => need switch
    {
        ServiceNeed service => service.Slots[index].Month,
        RunNeed runs => runs.Groups[index].Month,
        PileNeed piles => piles.Piles[index].Month,
        _ => 0,
    };

    private static void CheckTerm(PlanningProblem problem, Decision d, List<Breach> found)
    {
        var source = problem.Sources[d.Option];
        if (source.Kind != PurchaseKind.Commitment) found.Add(new(null, $"{source.Label}: {d.Kind} is not a way to buy it"));
        if (d.Value <= Slack) return;
        if (d.Index < 0 || d.Index >= problem.Horizon.Months || d.Index > source.LastStart)
            found.Add(new(null, $"{source.Label}: a term cannot begin in {problem.Horizon.Label(d.Index)}"));
        if (d.Value < source.MinCount - Slack) found.Add(new(null, $"{source.Label}: {d.Value} instances, fewer than the {source.MinCount} sold at once"));
    }

    private static void CheckSetups(PlanningProblem problem, Need need, List<Decision> own, List<Breach> found)
    {
        foreach (var d in own.Where(d => d.Kind is not (DecisionKind.SetUp or DecisionKind.Auxiliary) && d.Value > Slack))
        {
            var setup = need switch
            {
                ServiceNeed service => service.Options[d.Option].Setup,
                RunNeed runs => runs.Options[d.Option].Setup,
                PileNeed piles => piles.Options[d.Option].Setup,
                _ => -1,
            };
            if (setup >= 0 && !own.Exists(x => x.Kind == DecisionKind.SetUp && x.Option == setup && x.Value > 1 - Slack))
                found.Add(new(null, $"{need.Workload}: {problem.Sources[d.SourceIn(problem)].Label} is used without {need.Setups[setup].Id}"));
        }
    }

    private static void CheckRuns(PlanningProblem problem, RunNeed runs, List<Decision> own, List<Breach> found)
    {
        for (var g = 0; g < runs.Groups.Length; g++)
        {
            var done = own.Where(d => d.Kind == DecisionKind.DoRuns && d.Index == g).Sum(d => d.Value);
            if (Math.Abs(done - runs.Groups[g].Starts.Length) > Slack)
                found.Add(new(null, $"{runs.Workload}, {problem.Horizon.Label(runs.Groups[g].Month)}: {done} of {runs.Groups[g].Starts.Length} runs"));
        }
    }

    private static void CheckPiles(PlanningProblem problem, PileNeed piles, List<Decision> own, List<Breach> found)
    {
        var segments = problem.Segments.Length;
        for (var p = 0; p < piles.Piles.Length; p++)
        {
            var pile = piles.Piles[p];
            var worked = own.Where(d => (d.Kind == DecisionKind.WorkPile && d.Index == p) || (d.Kind == DecisionKind.WorkSegment && d.Index / segments == p));
            var done = worked.Sum(d => d.Value * piles.Options[d.Option].RequestsPerHour)
                + own.Where(d => d.Kind == DecisionKind.BuyTokens && d.Index == p).Sum(d => d.Value);
            if (done < pile.Requests * (1 - Slack))
                found.Add(new(null, $"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {done:G6} of {pile.Requests:G6} requests"));
            foreach (var d in worked.Where(d => d.Kind == DecisionKind.WorkSegment && d.Value > Slack && pile.Window(problem, d.Index % segments) <= 0))
                found.Add(new(null, $"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {d.Value:G6} instance-hours outside the window"));
            foreach (var d in worked.Where(d => problem.Sources[piles.Options[d.Option].Source].Kind == PurchaseKind.Block)) CheckBooked(problem, piles, own, d, found);
        }
    }

    // Work in blocks is done by instances that are booked for the month, in hours for which they are booked, and within the window.
    private static void CheckBooked(PlanningProblem problem, PileNeed piles, List<Decision> own, Decision work, List<Breach> found)
    {
        var pile = piles.Piles[work.Index];
        var booked = own.Where(d => d.Kind == DecisionKind.BookBlock && d.Option == work.Option && piles.Piles[d.Index].Month == pile.Month).Sum(d => d.Value);
        var chain = piles.Options[work.Option].Blocks[work.Index];
        var hours = Math.Min(Math.Min(chain.UsefulHours, pile.WindowHours), chain.Blocks.Sum(block => block.Hours));
        if (work.Value > (booked * hours * (1 + Slack)) + Slack)
            found.Add(new(null, $"{piles.Workload}, {problem.Horizon.Label(pile.Month)}: {work.Value:G6} instance-hours in blocks, more than {booked} instances do in {hours:G6} h"));
    }

    private static void CheckUse(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, List<Breach> found)
    {
        var (use, there) = (InUseAt(problem, decisions), There(problem, decisions));
        foreach (var ((source, at), used) in use)
        {
            var s = problem.Sources[source];
            var most = s.Kind == PurchaseKind.Commitment ? there.GetValueOrDefault((source, at.Month)) : s.MostAt(at.Month);
            if (used > (most * (1 + Slack)) + Slack)
                found.Add(new(null, $"{s.Label}, {problem.Horizon.Label(at.Month)}: {used:G6} in use, more than the {most} there are"));
        }

        foreach (var ((source, month), count) in there)
        {
            if (count > problem.Sources[source].MaxCount + Slack)
                found.Add(new(null, $"{problem.Sources[source].Label}, {problem.Horizon.Label(month)}: {count:G6} committed to, more than are sold"));
        }

        foreach (var (limit, month, amount) in Exceeded(problem, use, there))
            found.Add(new(limit.Assumed ? DeclaredLimit.Availability : limit.Id, $"{limit.Id}, {problem.Horizon.Label(month)}: {amount:G6} in use, over {limit.Most}"));
    }

    /// <summary>The capacity limits that a set of decisions exceeds, with the first month and the amount in it.</summary>
    internal static IEnumerable<(CapacityLimit Limit, int Month, double Amount)> Exceeded(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
        Exceeded(problem, InUseAt(problem, decisions), There(problem, decisions));

    private static IEnumerable<(CapacityLimit Limit, int Month, double Amount)> Exceeded(
        PlanningProblem problem, Dictionary<(int Source, Moment At), double> use, SortedDictionary<(int Source, int Month), double> there)
    {
        var active = use.Keys.Select(k => k.Source).Concat(there.Keys.Select(k => k.Source)).ToHashSet();
        foreach (var limit in problem.CapacityLimits)
        {
            var weights = new Dictionary<int, double>();
            for (var i = 0; i < limit.Sources.Length; i++)
                if (active.Contains(limit.Sources[i])) weights[limit.Sources[i]] = limit.Weight(problem, i);
            if (weights.Count == 0) continue;
            var committed = there.Where(x => weights.ContainsKey(x.Key.Source)).GroupBy(x => x.Key.Month)
                .ToDictionary(g => g.Key, g => g.Sum(x => x.Value * weights[x.Key.Source]));
            var byTime = use.Where(x => weights.ContainsKey(x.Key.Source) && problem.Sources[x.Key.Source].Kind != PurchaseKind.Commitment)
                .GroupBy(x => x.Key.At).Select(g => (g.Key.Month, Amount: g.Sum(x => x.Value * weights[x.Key.Source]))).ToList();
            foreach (var month in committed.Keys.Union(byTime.Select(x => x.Month)).Order())
            {
                var amount = committed.GetValueOrDefault(month) + byTime.Where(x => x.Month == month).Select(x => x.Amount).DefaultIfEmpty(0).Max();
                if (amount <= limit.Most + Slack) continue;
                yield return (limit, month, amount);
                break;
            }
        }
    }

    /// <summary>Instances committed to in each month, by source.</summary>
    internal static SortedDictionary<(int Source, int Month), double> There(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var there = new SortedDictionary<(int Source, int Month), double>();
        foreach (var d in decisions.Where(d => d.Kind == DecisionKind.Commit))
            for (var month = d.Index; month < d.Index + problem.Sources[d.Option].TermMonths; month++)
                there[(d.Option, month)] = there.GetValueOrDefault((d.Option, month)) + d.Value;
        return there;
    }

    /// <summary>Most instances of each source in use or committed to at once in a month (requests a second for tokens).</summary>
    internal static SortedDictionary<(int Source, int Month), double> Peaks(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var peaks = There(problem, decisions);
        foreach (var ((source, at), used) in InUseAt(problem, decisions))
            peaks[(source, at.Month)] = Math.Max(peaks.GetValueOrDefault((source, at.Month)), used);
        return peaks;
    }

    // Instances of each source at work in each load segment (requests a second for tokens): those of services, the gangs that are on, batch
    // spread over its window.
    private static Dictionary<(int Source, Moment At), double> InUseAt(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var use = new Dictionary<(int Source, Moment At), double>();
        void Add(int source, Moment at, double amount) => use[(source, at)] = use.GetValueOrDefault((source, at)) + amount;
        foreach (var group in decisions.Where(d => d.Need >= 0 && d.Kind != DecisionKind.SetUp).GroupBy(d => (d.Need, d.Option)))
        {
            var source = group.First().SourceIn(problem);
            var tokens = problem.Sources[source].Kind == PurchaseKind.Tokens;
            switch (problem.Needs[group.Key.Need])
            {
                case ServiceNeed service:
                    foreach (var d in group)
                    {
                        var slot = service.Slots[d.Index];
                        Add(source, new(slot.Month, slot.Segment, slot.Future), tokens ? d.Value * slot.Rate : d.Value);
                    }

                    break;
                case RunNeed runs:
                    foreach (var (month, gangs) in Gangs(problem, runs, [.. group]))
                        for (var k = 0; k < problem.Segments.Length; k++)
                            for (var f = 0; f < problem.Futures.Length && (runs.Options[group.Key.Option].Segments >> k & 1) != 0; f++)
                                Add(source, new(month, k, f), gangs);
                    break;
                case PileNeed piles:
                    foreach (var d in group)
                    {
                        if (problem.Sources[source].Kind == PurchaseKind.Block)
                        {
                            if (d.Kind == DecisionKind.BookBlock) Booked(d, piles.Options[d.Option].Blocks[d.Index]);
                            continue;
                        }

                        var (p, segment) = d.Kind == DecisionKind.WorkSegment ? Math.DivRem(d.Index, problem.Segments.Length) : (d.Index, -1);
                        var pile = piles.Piles[p];
                        for (var k = 0; k < problem.Segments.Length; k++)
                        {
                            var window = pile.Window(problem, k);
                            if (window <= 0 || (segment >= 0 && k != segment)) continue;
                            var hours = segment >= 0 ? window : pile.WindowHours;
                            Add(source, new(pile.Month, k, pile.Future), tokens ? d.Value / hours / 3600 : d.Value / hours);
                        }
                    }

                    break;
            }
        }

        return use;

        // In each month of which a block has an hour.
        void Booked(Decision d, BlockChain chain)
        {
            for (var month = 0; problem.Horizon.HoursBefore(month) < chain.Blocks.Max(block => block.Begin + block.Hours) - 1e-9; month++)
            {
                var (begin, end) = (problem.Horizon.HoursBefore(month), problem.Horizon.HoursBefore(month + 1));
                if (!chain.Blocks.Any(block => block.Begin < end - 1e-9 && block.Begin + block.Hours > begin + 1e-9)) continue;
                for (var k = 0; k < problem.Segments.Length; k++)
                    for (var f = 0; f < problem.Futures.Length; f++) Add(d.SourceIn(problem), new(month, k, f), d.Value);
            }
        }
    }

    // Instances in gangs by month: the largest number on at one time among the runs of the month.
    private static IEnumerable<(int Month, double Instances)> Gangs(PlanningProblem problem, RunNeed runs, List<Decision> own)
    {
        var stretches = own.Where(d => d.Kind == DecisionKind.DoRuns).SelectMany(d =>
        {
            var (option, group) = (runs.Options[d.Option], runs.Groups[d.Index]);
            // Which of the group's runs are done this way is open; the first ones are as good as any.
            return group.Starts.Take((int)Math.Round(d.Value)).Select(start => (Start: start, End: start + option.Hours, option.Gang));
        }).ToList();
        return stretches.SelectMany(x => Payments.MonthsOf(problem.Horizon, x.Start, x.End - x.Start).Select(m => m.Month)).Distinct()
            .Select(month =>
            {
                var (begin, end) = (problem.Horizon.HoursBefore(month), problem.Horizon.HoursBefore(month + 1));
                var moments = stretches.Select(x => Math.Max(x.Start, begin)).Where(t => t < end);
                return (month, moments.Max(t => stretches.Where(x => x.Start <= t + 1e-9 && x.End > t + 1e-9).Sum(x => (double)x.Gang)));
            });
    }
}
