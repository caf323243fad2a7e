using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;

namespace Switchyard.Tests.Plan;

/// <summary>
/// The cheapest plan by trying every whole number, from its own reading of what a plan must satisfy. What can be split (a token API's
/// share, hours of batch work, credits) is the rest of a linear program with the whole numbers filled in.
/// </summary>
internal sealed partial class BruteForce
{
    // Whole numbers tried before a problem is too large to try everything.
    private const int Patience = 60_000;

    private enum What { SetUp, Commit, Book, Run, Whole, Rent, Pool }

    private sealed record Choice(What What, int Need, int Option, int Index, int Least, int Most)
    {
        public required int Source { get; init; }

        public required int Future { get; init; }

        public required List<(int Month, double Usd)> Cash { get; init; }

        public required double PresentValue { get; init; }
    }

    private sealed record Row(double Lower, double Upper)
    {
        public double Constant { get; set; }

        public List<(int Column, double Each)> Terms { get; } = [];
    }

    private readonly PlanningProblem problem;
    private readonly double[] monthStart;
    private readonly List<Choice> choices = [];
    private readonly Dictionary<(int Need, int Slot), List<int>> bySlot = [];
    private readonly double creditsAtMost;
    private readonly bool shares;
    private double cutoff;
    private int[] values;
    private int tried;

    private BruteForce(PlanningProblem problem, double cutoff)
    {
        (this.problem, this.cutoff) = (problem, cutoff);
        var start = problem.Horizon.Start;
        monthStart = [.. Enumerable.Range(0, problem.Horizon.Months + 8).Select(m => (start.AddMonths(m).DayNumber - start.DayNumber) * 24.0)];
        creditsAtMost = problem.Credits.Sum(c => (double)c.Amount.Usd);
        shares = problem.ProviderShare is not null || problem.RegionShare is not null || problem.SpotShare is not null;
        for (var n = 0; n < problem.Needs.Length; n++)
            for (var setup = 0; setup < problem.Needs[n].Setups.Length; setup++) CollectSetup(n, setup);
        for (var source = 0; source < problem.Sources.Length; source++)
            if (problem.Sources[source].Kind == PurchaseKind.Commitment) CollectTerms(source);
        for (var n = 0; n < problem.Needs.Length; n++) Collect(n);
        values = new int[choices.Count];
    }

    /// <summary>Present value of the cheapest plan; infinite where there is none, no number where trying everything takes too long.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="cutoff">Plans dearer than this are of no interest.</param>
    public static double Best(PlanningProblem problem, double cutoff = double.PositiveInfinity)
    {
        if (problem.Needs.Any(n => n is PileNeed { Options.IsEmpty: true, Piles.IsEmpty: false } or RunNeed { Options.IsEmpty: true, Groups.IsEmpty: false }
            or ServiceNeed { Options.IsEmpty: true })) return double.PositiveInfinity;
        var search = new BruteForce(problem, cutoff);
        var earlier = problem.FixedCash.Select((usd, m) => usd * search.Factor(m)).Sum();
        search.cutoff -= earlier;
        var found = search.Try(0, 0);
        return search.tried > Patience ? double.NaN : found + earlier;
    }

    private double Factor(int month) =>
        Math.Pow(1 + problem.DiscountRate, -monthStart[month] / 24 / 365.25) * (month < problem.Horizon.Months ? 1 : problem.TailShare);

    private double Hours(int month) => monthStart[month + 1] - monthStart[month];

    private int OptionCount(int n) => problem.Needs[n] switch { ServiceNeed s => s.Options.Length, RunNeed r => r.Options.Length, PileNeed p => p.Options.Length, _ => 0 };

    private int SourceOf(int need, int option) => problem.Needs[need] switch
    {
        ServiceNeed s => s.Options[option].Source,
        RunNeed r => r.Options[option].Source,
        PileNeed p => p.Options[option].Source,
        _ => -1,
    };

    private int SetupOf(int need, int option) => problem.Needs[need] switch
    {
        ServiceNeed s => s.Options[option].Setup,
        RunNeed r => r.Options[option].Setup,
        PileNeed p => p.Options[option].Setup,
        _ => -1,
    };

    private static double Up(double x) => Math.Ceiling(x - 1e-9);

    private static int Held(Source source, int month) => month < source.Held.Length ? source.Held[month] : 0;

    private void Add(What what, int need, int option, int index, double most, int source, int future, params List<(int Month, double Usd)> cash)
    {
        var chance = future < 0 ? 1 : problem.Futures[future].Probability;
        var least = what == What.Commit ? problem.Sources[source].MinCount : 0;
        choices.Add(new(what, need, option, index, least, (int)most)
        {
            Source = source, Future = future, Cash = cash, PresentValue = chance * cash.Sum(c => c.Usd * Factor(c.Month)),
        });
    }

    private void CollectSetup(int n, int setup)
    {
        var terms = problem.Needs[n].Setups[setup];
        var cash = new List<(int, double)> { (terms.Month, terms.Usd) };
        for (var m = terms.Month; m < problem.Horizon.Months; m++) cash.Add((m, terms.UsdPerMonth));
        if (Enumerable.Range(0, OptionCount(n)).Any(o => SetupOf(n, o) == setup)) Add(What.SetUp, n, setup, 0, 1, -1, -1, cash);
    }

    // No plan needs more of a commitment than all that could use it want at their busiest.
    private void CollectTerms(int index)
    {
        var source = problem.Sources[index];
        // What somebody could use can be bought and left idle: that spends money elsewhere, where shares are limited.
        var (enough, anybody) = (0.0, false);
        for (var n = 0; n < problem.Needs.Length; n++)
        {
            for (var o = 0; o < OptionCount(n); o++)
            {
                if (SourceOf(n, o) != index) continue;
                anybody = true;
                enough += problem.Needs[n] switch
                {
                    ServiceNeed service => service.Slots.Select(s => Enough(service, service.Options[o], s.Rate)).DefaultIfEmpty(0).Max(),
                    RunNeed runs => Busiest(runs, runs.Options[o], [.. runs.Groups.Select(_ => true)]).Values.DefaultIfEmpty(runs.Options[o].Gang).Max(),
                    PileNeed piles => piles.Piles.Select(p => Up(p.Requests / piles.Options[o].RequestsPerHour / ShortestWindow(p))).DefaultIfEmpty(0).Max(),
                    _ => 0,
                };
            }
        }

        var most = Math.Min(source.MaxCount ?? 1000, Math.Max(enough, source.MinCount));
        for (var start = 0; anybody && start < problem.Horizon.Months && start <= source.LastStart && most >= source.MinCount; start++)
        {
            var price = source.PricePerHour;
            var cash = new List<(int, double)> { (start, (monthStart[start + source.TermMonths] - monthStart[start]) * price * source.UpfrontShare) };
            for (var m = start; m < start + source.TermMonths; m++) cash.Add((m, Hours(m) * price * (1 - source.UpfrontShare)));
            Add(What.Commit, -1, -1, start, most, index, -1, cash);
        }
    }

    private double WindowOf(Pile pile, int segment) =>
        pile.Windows.IsEmpty ? pile.WindowHours * problem.Segments[segment] : pile.Windows[segment];

    private double ShortestWindow(Pile pile) =>
        Enumerable.Range(0, problem.Segments.Length).Select(k => WindowOf(pile, k)).Where(h => h > 0).Min();

    private void Collect(int n)
    {
        switch (problem.Needs[n])
        {
            case ServiceNeed service:
                var months = new HashSet<(int, int)>();
                for (var s = 0; s < service.Slots.Length; s++)
                {
                    var (slot, first) = (service.Slots[s], choices.Count);
                    for (var o = 0; o < service.Options.Length; o++)
                    {
                        if (problem.Sources[service.Options[o].Source].Kind != PurchaseKind.Tokens) CollectSlot(n, service, o, s);
                        else if ((service.MinReplicas > 0 || service.Spread != FailureDomain.None) && !months.Contains((slot.Month, slot.Future)))
                            Add(What.Whole, n, o, slot.Month, 1, service.Options[o].Source, slot.Future);
                    }

                    months.Add((slot.Month, slot.Future));
                    bySlot[(n, s)] = [.. Enumerable.Range(first, choices.Count - first)];
                }

                break;
            case RunNeed runs:
                for (var o = 0; o < runs.Options.Length; o++)
                    for (var g = 0; g < runs.Groups.Length; g++) CollectRuns(n, runs, o, g);
                break;
            case PileNeed piles:
                for (var o = 0; o < piles.Options.Length; o++)
                    foreach (var month in piles.Piles.Select(p => p.Month).Distinct())
                        if (!piles.Options[o].Blocks.IsEmpty) CollectBlocks(n, piles, o, month);
                break;
        }
    }

    private void CollectSlot(int n, ServiceNeed service, int o, int s)
    {
        var (option, slot) = (service.Options[o], service.Slots[s]);
        var source = problem.Sources[option.Source];
        var byHour = source.Kind is PurchaseKind.OnDemand or PurchaseKind.Spot;
        // Of the load that there is to be capacity for it has its share, at most all of it; so much of what is served it answers.
        var answers = slot.Rate > 0 ? Math.Min(1, option.Capacity / slot.Rate) * slot.Served * slot.Hours * 3600 : 0;
        var usd = (answers * option.CostPerRequest) + (source.Kind == PurchaseKind.Commitment ? 0 : source.PricePerHour * slot.Hours);
        var most = Math.Min(source.MaxCount ?? 1000, Enough(service, option, slot.Rate));
        if (byHour && slot.Month > source.LastStart) return;
        Add(byHour ? What.Rent : What.Pool, n, o, s, most, option.Source, slot.Future, (slot.Month, usd));
    }

    private void CollectRuns(int n, RunNeed runs, int o, int g)
    {
        var (run, starts) = (runs.Options[o], runs.Groups[g].Starts);
        var source = problem.Sources[run.Source];
        var cash = new List<(int, double)> { (runs.Groups[g].Month, run.CostPerRun) };
        for (var m = 0; m + 1 < monthStart.Length && source.Kind != PurchaseKind.Commitment; m++)
        {
            var inside = starts.Sum(t => Math.Max(0, Math.Min(t + run.Hours, monthStart[m + 1]) - Math.Max(t, monthStart[m])));
            if (inside > 0 && source.Kind != PurchaseKind.Block) cash.Add((m, source.PricePerHour * run.Gang * run.BilledHours / run.Hours * inside / starts.Length));
        }

        if (source.Kind == PurchaseKind.Block) cash.Add((runs.Groups[g].Month, source.PricePerHour * run.Gang * run.BilledHours));
        if (source.Kind is not (PurchaseKind.OnDemand or PurchaseKind.Spot or PurchaseKind.Block) || runs.Groups[g].Month <= source.LastStart)
            Add(What.Run, n, o, g, starts.Length, run.Source, -1, cash);
    }

    // Blocks are the same in all futures: enough of them for the one with most work.
    private void CollectBlocks(int n, PileNeed piles, int o, int month)
    {
        var option = piles.Options[o];
        var source = problem.Sources[option.Source];
        var own = Enumerable.Range(0, piles.Piles.Length).Where(p => piles.Piles[p].Month == month).ToList();
        var chain = option.Blocks[own[0]];
        var cash = chain.Blocks.Select(b => (MonthOf(b.Begin), b.Hours * source.PricePerHour)).ToList();
        if (cash.Exists(c => c.Item1 > source.LastStart)) return;
        Add(What.Book, n, o, month, Math.Min(source.MaxCount ?? 1000, own.Max(p => Up(piles.Piles[p].Requests / option.RequestsPerHour / chain.UsefulHours))), option.Source, -1, cash);
    }

    private int MonthOf(double hour) => Enumerable.Range(0, monthStart.Length - 1).First(m => hour < monthStart[m + 1]);

    // The hours of blocks in each month that they touch.
    private IEnumerable<(int Month, double Hours)> BlockHours(Choice book)
    {
        var piles = (PileNeed)problem.Needs[book.Need];
        var pile = Enumerable.Range(0, piles.Piles.Length).First(p => piles.Piles[p].Month == book.Index);
        for (var m = 0; m + 1 < monthStart.Length; m++)
        {
            var hours = piles.Options[book.Option].Blocks[pile].Blocks.Sum(b => Math.Max(0, Math.Min(monthStart[m + 1], b.Begin + b.Hours) - Math.Max(monthStart[m], b.Begin)));
            if (hours > 1e-9) yield return (m, hours);
        }
    }

    // The most instances at once in each month when these groups run on an option, all of their runs.
    private SortedDictionary<int, double> Busiest(RunNeed runs, RunOption option, bool[] groups)
    {
        var starts = runs.Groups.Where((_, g) => groups[g]).SelectMany(g => g.Starts).ToList();
        var byMonth = new SortedDictionary<int, double>();
        for (var m = 0; m + 1 < monthStart.Length; m++)
        {
            foreach (var t in starts.Append(monthStart[m]).Where(t => t >= monthStart[m] && t < monthStart[m + 1]))
            {
                var on = starts.Count(s => s <= t && s + option.Hours > t + 1e-6) * option.Gang;
                if (on > 0) byMonth[m] = Math.Max(on, byMonth.GetValueOrDefault(m));
            }
        }

        return byMonth;
    }

    private double Try(int at, double spent)
    {
        if (spent - creditsAtMost > cutoff || ++tried > Patience) return double.PositiveInfinity;
        if (at > 0 && Ends(at - 1) && !Complete(choices[at - 1])) return double.PositiveInfinity;
        if (at == choices.Count)
        {
            // Needs without any choice have not been looked at on the way.
            tried += 10;
            var rest = Enumerable.Range(0, problem.Needs.Length).All(AllThere) ? Rest() : double.PositiveInfinity;
            if (double.IsFinite(rest)) cutoff = Math.Min(cutoff, spent + rest);
            return spent + rest;
        }

        var best = double.PositiveInfinity;
        var choice = choices[at];
        var most = choice.What is What.SetUp or What.Commit || choice.Source < 0 || Usable(choice) ? choice.Most : 0;
        if (choice.What == What.Pool) most = Math.Min(most, There(choice.Source, ((ServiceNeed)problem.Needs[choice.Need]).Slots[choice.Index].Month));
        for (var value = 0; value <= most; value = value == 0 ? Math.Max(1, choice.Least) : value + 1)
        {
            values[at] = value;
            best = Math.Min(best, Try(at + 1, spent + (value * choice.PresentValue)));
        }

        values[at] = 0;
        return best;
    }

    // The last choice of a slot, or of the runs of a need.
    private bool Ends(int at)
    {
        var choice = choices[at];
        if (choice.What is What.SetUp or What.Commit or What.Book) return false;
        if (at + 1 == choices.Count || choices[at + 1].Need != choice.Need) return true;
        return choice.What is What.Rent or What.Pool or What.Whole && bySlot.Any(s => s.Key.Need == choice.Need && s.Value.Count > 0 && s.Value[^1] == at);
    }

    // Everything that an option needs set up is, and its team may use the source.
    private bool Usable(Choice choice) => Usable(choice.Need, choice.Option);

    private bool Usable(int need, int option)
    {
        var (setup, source) = (SetupOf(need, option), problem.Sources[SourceOf(need, option)]);
        if (source.Team.Length > 0 && source.Team != problem.Needs[need].Team) return false;
        return setup < 0 || choices.FindIndex(c => c.What == What.SetUp && c.Need == need && c.Option == setup) is >= 0 and var at && values[at] > 0;
    }

    private bool Complete(Choice last)
    {
        if (problem.Needs[last.Need] is RunNeed runs) return RunsDone(last.Need, runs);
        var at = bySlot.First(s => s.Key.Need == last.Need && s.Value.Count > 0 && choices[s.Value[^1]] == last).Key;
        return SlotIsPossible(at.Need, at.Slot) && NothingNeedless(at.Need, at.Slot) && PoolsHold(at.Need, at.Slot);
    }

    private bool AllThere(int n) => problem.Needs[n] switch
    {
        RunNeed runs => RunsDone(n, runs),
        ServiceNeed service => Enumerable.Range(0, service.Slots.Length).All(s => SlotIsPossible(n, s)),
        _ => true,
    };

    private bool RunsDone(int n, RunNeed runs)
    {
        for (var g = 0; g < runs.Groups.Length; g++)
            if (Sum(c => c.What == What.Run && c.Need == n && c.Index == g) != runs.Groups[g].Starts.Length) return false;
        return true;
    }

    private int Sum(Func<Choice, bool> which)
    {
        var sum = 0;
        for (var i = 0; i < choices.Count; i++)
            if (values[i] > 0 && which(choices[i])) sum += values[i];
        return sum;
    }

    // Instances of a pool in a month.
    private int There(int source, int month) => problem.Sources[source].Kind == PurchaseKind.Owned
        ? Held(problem.Sources[source], month)
        : Sum(c => c.What == What.Commit && c.Source == source && c.Index <= month && month < c.Index + problem.Sources[source].TermMonths);
}
