using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;

namespace Switchyard.Plan;

/// <summary>Turns decisions into purchases and adds up what they cost, in exact money.</summary>
internal static class Ledger
{
    /// <summary>
    /// The purchases of a set of decisions, by workload and source. What is committed to for several workloads is shared out by the
    /// instance-hours that each of them uses of it over the horizon; what nobody uses goes to the first that could.
    /// </summary>
    public static ImmutableArray<Purchase> Purchases(PlanningProblem problem, IReadOnlyCollection<Decision> decisions)
    {
        var usage = new Dictionary<(int Need, int Option), Usage>();
        Usage Of(int need, int option)
        {
            if (!usage.TryGetValue((need, option), out var known)) usage[(need, option)] = known = new();
            return known;
        }

        foreach (var decision in decisions.Where(d => d.Need >= 0 && d.Kind != DecisionKind.SetUp))
        {
            var own = Of(decision.Need, decision.Option);
            var probability = decision.FutureIn(problem) is >= 0 and var future ? problem.Futures[future].Probability : 1;
            foreach (var (month, usd) in Payments.Of(problem, decision)) own.Pay(month, Money.FromUsd(usd * decision.Value * probability).Usd);
            Use(problem, decision, own, probability);
        }

        foreach (var commitment in decisions.Where(d => d.Kind == DecisionKind.Commit).GroupBy(d => d.Option).OrderBy(g => g.Key))
            ShareOut(problem, commitment.Key, [.. commitment], usage, Of);
        return
        [
            .. usage.OrderBy(u => u.Key).Select(u => new Purchase
            {
                Workload = problem.Needs[u.Key.Need].Workload,
                Source = problem.Sources[SingleSource.SourceOf(problem.Needs[u.Key.Need], u.Key.Option)],
                Configuration = Configuration(problem, u.Key.Need, u.Key.Option),
                Use = UseOf(problem.Needs[u.Key.Need], u.Key.Option),
                Months = [.. u.Value.Months(problem)],
            }).Where(p => p.Months.Length > 0),
            .. Copies(problem, decisions),
        ];
    }

    // What is set up for a workload is bought from nobody that sells instances: a purchase of its own.
    private static IEnumerable<Purchase> Copies(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
        decisions.Where(d => d.Kind == DecisionKind.SetUp).OrderBy(d => d.Need).ThenBy(d => d.Option).Select(d => new Purchase
        {
            Workload = problem.Needs[d.Need].Workload,
            Source = SetupSource(problem.Needs[d.Need].Setups[d.Option]),
            Configuration = "set up once",
            IsSetup = true,
            Months = [.. Payments.Of(problem, d).Where(p => p.Usd != 0).Select(p => new PurchaseMonth(p.Month, 0, 0, Money.FromUsd(p.Usd), Money.FromUsd(p.Usd)))],
        });

    private static Source SetupSource(Setup setup) => new()
    {
        Id = setup.Id, Kind = PurchaseKind.OnDemand, Provider = setup.Provider, Region = setup.Region, PricePerHour = 0, Origin = "docs/model/planning.md",
    };

    private static void ShareOut(
        PlanningProblem problem, int index, List<Decision> terms, Dictionary<(int Need, int Option), Usage> usage, Func<int, int, Usage> of)
    {
        var (horizon, source) = (problem.Horizon, problem.Sources[index]);
        var users = usage.Where(u => SingleSource.SourceOf(problem.Needs[u.Key.Need], u.Key.Option) == index && u.Value.WorkHours > 0)
            .OrderBy(u => u.Key).Select(u => (Usage: u.Value, u.Value.WorkHours)).ToList();
        if (users.Count == 0)
        {
            var first = Enumerable.Range(0, problem.Needs.Length)
                .SelectMany(n => Enumerable.Range(0, SingleSource.OptionCount(problem.Needs[n])).Select(o => (Need: n, Option: o)))
                .First(x => SingleSource.SourceOf(problem.Needs[x.Need], x.Option) == index);
            users = [(of(first.Need, first.Option), 1)];
        }

        var (cash, even, there) = (new SortedDictionary<int, decimal>(), new SortedDictionary<int, decimal>(), new SortedDictionary<int, double>());
        foreach (var term in terms)
        {
            foreach (var (month, usd) in Payments.OfTerm(horizon, source, term.Index))
            {
                cash[month] = cash.GetValueOrDefault(month) + Money.FromUsd(usd * term.Value).Usd;
                even[month] = even.GetValueOrDefault(month) + Money.FromUsd(horizon.Hours(month) * source.PricePerHour * term.Value).Usd;
                there[month] = there.GetValueOrDefault(month) + term.Value;
            }
        }

        var all = users.Sum(u => u.WorkHours);
        foreach (var month in there.Keys)
        {
            var (restCash, restEven) = (cash[month], even[month]);
            for (var u = 0; u < users.Count; u++)
            {
                var share = users[u].WorkHours / all;
                var (ownCash, ownEven) = u == users.Count - 1
                    ? (restCash, restEven) : (Money.FromUsd((double)cash[month] * share).Usd, Money.FromUsd((double)even[month] * share).Usd);
                (restCash, restEven) = (restCash - ownCash, restEven - ownEven);
                users[u].Usage.Pay(month, ownCash, ownEven);
                users[u].Usage.Hold(month, users.Count == 1 ? there[month] : null, there[month] * horizon.Hours(month) * share, there[month] * share);
            }
        }
    }

    private static void Use(PlanningProblem problem, Decision decision, Usage usage, double probability)
    {
        var need = problem.Needs[decision.Need];
        var rented = Payments.ByTheHour(problem.Sources[decision.SourceIn(problem)].Kind);
        switch (decision.Kind)
        {
            case DecisionKind.RentForSlot or DecisionKind.UsePool when need is ServiceNeed service:
                var slot = service.Slots[decision.Index];
                usage.Work(slot.Month, decision.Value, decision.Value * slot.Hours * probability, rented);
                usage.At(slot.Month, service.LevelOf(decision.Index), decision.Value);
                break;
            case DecisionKind.BuyTokens when need is ServiceNeed service:
                var answered = service.Slots[decision.Index];
                usage.Work(answered.Month, decision.Value, decision.Value * answered.Served * answered.Hours * 3600 * probability, true);
                break;
            case DecisionKind.BuyTokens when need is PileNeed piles:
                var pile = piles.Piles[decision.Index];
                usage.Work(pile.Month, decision.Value / pile.Requests, decision.Value * probability, true);
                break;
            case DecisionKind.DoRuns when need is RunNeed runs:
                var (option, group) = (runs.Options[decision.Option], runs.Groups[decision.Index]);
                foreach (var month in group.Starts.SelectMany(s => Payments.MonthsOf(problem.Horizon, s, option.Hours)).GroupBy(x => x.Month))
                {
                    var share = month.Sum(x => x.Hours) / option.Hours / group.Starts.Length;
                    usage.Work(month.Key, option.Gang * Math.Min(decision.Value, Payments.Concurrent(group, option.Hours)),
                        decision.Value * option.Gang * option.BilledHours * share, rented);
                }

                break;
            case DecisionKind.BookBlock:
                foreach (var (month, booked) in InstanceHours.OfUse(problem, decision)) usage.Work(month, decision.Value, decision.Value * booked, rented);
                break;
            case DecisionKind.WorkPile when need is PileNeed { Options: var ways } && !ways[decision.Option].Blocks.IsEmpty:
                break;
            case DecisionKind.WorkPile when need is PileNeed piles:
                var work = piles.Piles[decision.Index];
                usage.Work(work.Month, Math.Ceiling((decision.Value / work.WindowHours) - 1e-9), decision.Value * probability, rented);
                break;
            case DecisionKind.WorkSegment when need is PileNeed piles:
                var (at, segment) = Math.DivRem(decision.Index, problem.Segments.Length);
                var window = piles.Piles[at].Window(problem, segment);
                usage.Work(piles.Piles[at].Month, Math.Ceiling((decision.Value / window) - 1e-9), decision.Value * probability, rented);
                break;
        }
    }

    // What a workload uses of a source, month by month.
    private sealed class Usage
    {
        private readonly SortedDictionary<int, (decimal Cash, decimal Even)> paid = [];
        private readonly Dictionary<int, double> hours = [];
        private readonly Dictionary<int, double> running = [];
        private readonly Dictionary<int, List<double>> levels = [];

        public double WorkHours { get; private set; }

        public void Pay(int month, decimal cash, decimal? even = null)
        {
            var known = paid.GetValueOrDefault(month);
            paid[month] = (known.Cash + cash, known.Even + (even ?? cash));
        }

        public void Work(int month, double instances, double instanceHours, bool counts)
        {
            WorkHours += instanceHours;
            running[month] = Math.Max(running.GetValueOrDefault(month), instances);
            if (counts) hours[month] = hours.GetValueOrDefault(month) + instanceHours;
            paid.TryAdd(month, default);
        }

        // Instances in a slot of a service, by the slot's place in its month.
        public void At(int month, int level, double instances)
        {
            if (!levels.TryGetValue(month, out var known)) levels[month] = known = [];
            while (known.Count <= level) known.Add(0);
            known[level] += instances;
        }

        // What is committed to for it alone is its own whether it runs or not; of what is shared, what it uses.
        public void Hold(int month, double? instances, double instanceHours, double share)
        {
            hours[month] = hours.GetValueOrDefault(month) + instanceHours;
            running[month] = instances ?? running.GetValueOrDefault(month, share);
        }

        public IEnumerable<PurchaseMonth> Months(PlanningProblem problem) => paid
            .Where(pair => pair.Value != default || hours.GetValueOrDefault(pair.Key) > 0)
            .Select(pair => new PurchaseMonth(
                pair.Key, running.GetValueOrDefault(pair.Key), hours.GetValueOrDefault(pair.Key), new(pair.Value.Cash), new(pair.Value.Even))
            {
                AtLevels = levels.TryGetValue(pair.Key, out var known) ? [.. known] : [],
            });
    }

    /// <summary>The commitments that a set of decisions enters, by source and start.</summary>
    public static ImmutableArray<CommitmentEntered> Commitments(PlanningProblem problem, IReadOnlyCollection<Decision> decisions) =>
    [
        .. decisions.Where(d => d.Kind == DecisionKind.Commit).OrderBy(d => d.Index).ThenBy(d => d.Option).Select(d =>
        {
            var source = problem.Sources[d.Option];
            var payments = Payments.OfTerm(problem.Horizon, source, d.Index).ToList();
            return new CommitmentEntered(source, d.Index, d.Value,
                Money.FromUsd(d.Value * payments.Sum(p => p.Usd)),
                Money.FromUsd(d.Value * payments.Where(p => p.Month >= problem.Horizon.Months).Sum(p => p.Usd)),
                [.. Users(problem, decisions, d.Option)]);
        }),
    ];

    private static IEnumerable<string> Users(PlanningProblem problem, IReadOnlyCollection<Decision> decisions, int source) => decisions
        .Where(d => d.Need >= 0 && d.Kind != DecisionKind.Commit && d.SourceIn(problem) == source)
        .Select(d => problem.Needs[d.Need].Workload).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>What a set of purchases costs.</summary>
    public static PlanCost Cost(PlanningProblem problem, ImmutableArray<Purchase> purchases, IReadOnlyCollection<Decision> decisions)
    {
        var months = problem.Horizon.Months;
        var cash = new SortedDictionary<int, decimal>();
        for (var month = 0; month < months; month++) cash[month] = 0;
        var even = new SortedDictionary<int, decimal>(cash);
        foreach (var month in purchases.SelectMany(p => p.Months))
        {
            cash[month.Month] = cash.GetValueOrDefault(month.Month) + month.Cash.Usd;
            even[month.Month] = even.GetValueOrDefault(month.Month) + month.Amortised.Usd;
        }

        var earlier = Money.Zero;
        for (var month = 0; month < problem.FixedCash.Length; month++)
        {
            var usd = Money.FromUsd(problem.FixedCash[month]);
            cash[month] = cash.GetValueOrDefault(month) + usd.Usd;
            even[month] = even.GetValueOrDefault(month) + usd.Usd;
            earlier += usd;
        }

        var credits = Money.Zero;
        foreach (var spent in decisions.Where(d => d.Kind == DecisionKind.SpendCredit))
        {
            // Rounded down: a credit is never overspent by a fraction of a cent.
            var usd = Money.FromUsd(Math.Max(0, spent.Value - 5e-5));
            cash[spent.Index] -= usd.Usd;
            even[spent.Index] -= usd.Usd;
            credits += usd;
        }

        return new()
        {
            Total = new(cash.Values.Sum()),
            PresentValue = Money.FromUsd(cash.Sum(pair => (double)pair.Value * problem.PresentValueFactor(pair.Key))),
            PerMonth = [.. cash.Where(pair => pair.Key < months).Select(pair => new Money(pair.Value))],
            AmortisedPerMonth = [.. even.Where(pair => pair.Key < months).Select(pair => new Money(pair.Value))],
            PresentValuePerMonth =
            [
                .. cash.Where(pair => pair.Key < months).Select(pair => Money.FromUsd((double)pair.Value * problem.PresentValueFactor(pair.Key))),
            ],
            AfterHorizon = new(cash.Where(pair => pair.Key >= months).Sum(pair => pair.Value)),
            PerWorkload = Sum(purchases, p => p.Workload),
            PerPurchaseKind = Sum(purchases, p => PurchaseKinds.Name(p.Source.Kind)),
            PerProvider = Sum(purchases, p => p.Source.Provider),
            CommittedEarlier = earlier,
            CreditsUsed = credits,
        };
    }

    private static ImmutableSortedDictionary<string, Money> Sum(ImmutableArray<Purchase> purchases, Func<Purchase, string> key) => purchases
        .GroupBy(key).ToImmutableSortedDictionary(g => g.Key, g => new Money(g.Sum(p => p.Cost.Usd)), StringComparer.Ordinal);

    /// <summary>How one instance of an option does the work, in words.</summary>
    public static string Configuration(PlanningProblem problem, int need, int option) => problem.Needs[need] switch
    {
        ServiceNeed service => Configuration(service.Options[option].Estimate),
        RunNeed runs => Configuration(runs.Options[option]),
        PileNeed piles => Configuration(piles.Options[option].Estimate) + InBlocks(piles.Options[option]),
        _ => "",
    };

    private static InstanceUse? UseOf(Need need, int option) => need switch
    {
        ServiceNeed service when service.Options[option] is { Estimate: { } estimate } own =>
            new ServingUse(estimate.Precision, estimate.TensorParallel, estimate.Replicas, estimate.RequestsPerSecond.Value, [.. Enumerable.Range(0, 32).Where(g => (own.Users >> g & 1) == 1)]),
        PileNeed piles when piles.Options[option].Estimate is { } estimate =>
            new ServingUse(estimate.Precision, estimate.TensorParallel, estimate.Replicas, estimate.RequestsPerSecond.Value, []),
        RunNeed runs when runs.Options[option] is { Estimate: { } estimate } own => new TrainingUse(estimate.Precision, own.Gang - own.Spares, own.Hours, own.Segments != uint.MaxValue),
        _ => null,
    };

    private static string Configuration(ServingEstimate? estimate) => estimate is null
        ? "by the token"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Text(estimate.Precision)} TP{estimate.TensorParallel}, {estimate.Replicas} × {estimate.RequestsPerSecond.Value:0.##}/s");

    private static string InBlocks(PileOption option)
    {
        if (option.Blocks.IsEmpty) return "";
        var days = option.Blocks.SelectMany(chain => chain.Blocks).Select(block => block.Hours / 24).ToList();
        return days.Min() == days.Max()
            ? string.Create(CultureInfo.InvariantCulture, $", blocks of {days[0]:0} {(days[0] == 1 ? "day" : "days")}")
            : string.Create(CultureInfo.InvariantCulture, $", blocks of {days.Min():0} to {days.Max():0} days");
    }

    private static string Configuration(RunOption option) => option.Estimate is not { } estimate
        ? $"gang of {option.Gang}"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Text(estimate.Precision)} gang of {option.Gang - option.Spares}{(option.Spares > 0 ? $" and {option.Spares} spare" : "")}, {option.Hours:0.#} h{(option.Segments == uint.MaxValue ? "" : ", outside the busy hours")}");

    private static string Text(Demand.Precision precision) => precision.ToString().ToLowerInvariant();
}
