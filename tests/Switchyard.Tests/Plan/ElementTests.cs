using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Tests.Tidy;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>For each element of the model a small problem that is planned wrongly without it; the figures are those of docs/model/planning.md.</summary>
public sealed class ElementTests
{
    private static readonly Horizon Year = new(new(2027, 1, 1), 12);
    private static readonly SolveLimits Exact = new(1e-7, 20_000);

    // On demand $20 an hour, committed to for a year $12, elsewhere on demand $16.
    private static readonly Source Rented = new() { Id = "a/home/x", Kind = PurchaseKind.OnDemand, Provider = "a", Region = "home", PricePerHour = 20, AcceleratorCount = 8 };
    private static readonly Source Committed = Rented with { Id = "a/home/x@1y", Kind = PurchaseKind.Commitment, PricePerHour = 12, TermMonths = 12 };
    private static readonly Source Elsewhere = Rented with { Id = "b/away/x", Provider = "b", Region = "away", PricePerHour = 16 };

    [Fact]
    public void Pooling()
    {
        // One is busy by day, the other by night.
        Need[] needs = [Service("day", [0.5, 0.5], [10, 0]), Service("night", [0.5, 0.5], [0, 10])];
        var problem = Problem([0.5, 0.5], [.. needs]);
        var together = Solve(problem);
        var apart = needs.Sum(need => Cost(Solve(problem with { Needs = [need] })));
        together.Decisions.ShouldContain(d => d.Kind == DecisionKind.Commit && d.Value == 1);
        Row("pools shared by workloads", "two services, one busy by day, one by night", Cost(together), $"{Usd(apart)}: each rents for itself");
        apart.ShouldBeGreaterThan(Cost(together) * 1.5);
    }

    [Fact]
    public void Load_segments()
    {
        var segments = Solve(Problem([0.25, 0.75], Service("chat", [0.25, 0.75], [30, 10])));
        var peak = Solve(Problem([1.0], Service("chat", [1.0], [30])));
        Row("load segments", "three instances for a quarter of the day, one for the rest", Cost(segments), $"{Usd(Cost(peak))}: three committed to, for the peak");
        Cost(peak).ShouldBeGreaterThan(Cost(segments) * 1.5);
    }

    [Fact]
    public void Tail_liability()
    {
        var problem = Problem([1.0], Service("chat", [1.0], [10], months: 6)) with { Horizon = Year with { Months = 6 } };
        var without = Solve(problem with { TailShare = 0 });
        Row("what is owed after the horizon", "one instance for six months, commitments for twelve", Cost(Solve(problem)), $"{Usd(Cost(without))}: committed to, half of it unused");
        without.Decisions.ShouldContain(d => d.Kind == DecisionKind.Commit);
        Cost(without).ShouldBeGreaterThan(Cost(Solve(problem)) * 1.1);
    }

    [Fact]
    public void Egress_and_storage()
    {
        // 10 TB at home: $0.09 a GB to move, $0.05 a GB and month to keep elsewhere.
        var problem = Run(egress: 900, storage: 500);
        var without = Solve(Run(egress: 0, storage: 0));
        Used(without).ShouldBe(["b/away/x"]);
        var really = Cost(Solve(problem with { Needs = [Planner.Filter(problem.Needs[0], source => problem.Sources[source] == Elsewhere)] }));
        var with = Solve(problem);
        Used(with).ShouldBe(["a/home/x"]);
        Row("moving and keeping data", "a run of 100 h each month on 10 TB, 20% cheaper elsewhere", Cost(with), $"{Usd(really)}: trained elsewhere, with the cheapest way to bring the data");
        really.ShouldBeGreaterThan(Cost(with));
    }

    [Fact]
    public void Copies_that_are_kept()
    {
        // The same with $0.02 a GB and month: a copy pays, bringing it in each time does not.
        var problem = Run(egress: 900, storage: 200);
        var with = Solve(problem);
        with.Decisions.ShouldContain(d => d.Kind == DecisionKind.SetUp);
        var runs = (RunNeed)problem.Needs[0];
        var without = Cost(Solve(problem with { Needs = [runs with { Options = [.. runs.Options.Where(o => o.Setup < 0)] }] }));
        Row("copies of data that are kept", "the same, where keeping the data is cheap", Cost(with), $"{Usd(without)}: trained where the data is");
        without.ShouldBeGreaterThan(Cost(with));
    }

    [Fact]
    public void Cash_when_it_is_paid()
    {
        var upfront = Committed with { UpfrontShare = 0.5 };
        var problem = Problem([1.0], Service("chat", [1.0], [10])) with { CashPerMonth = 16_000, Sources = [Rented, upfront, Elsewhere] };
        var with = Solve(problem);
        // Reckoned as if it were paid evenly, the commitment is within the budget; what is due when it begins is not.
        var even = Solve(problem with { Sources = [Rented, Committed, Elsewhere] });
        var real = even.Problem with { Sources = problem.Sources };
        var due = Ledger.Cost(real, Ledger.Purchases(real, even.Decisions), even.Decisions).PerMonth[0].Usd;
        Row("cash when it is paid", "half of a commitment is due at its start; $16,000 a month", Cost(with), $"breaks the budget: {Usd((double)due)} due in the first month");
        due.ShouldBeGreaterThan(16_000);
        Recheck.Problems(real, even.Decisions).ShouldContain(breach => breach.Contains("cash", StringComparison.Ordinal));
    }

    [Fact]
    public void A_spare_instance()
    {
        var need = Service("chat", [1.0], [25]) with { Survives = FailureDomain.Instance };
        var problem = Problem([1.0], need);
        var with = Solve(problem);
        var without = Solve(problem with { Needs = [need with { Survives = FailureDomain.None }] });
        Recheck.Problems(without.Problem with { Needs = problem.Needs }, without.Decisions).ShouldNotBeEmpty();
        Row("what must survive a failure (N+1)", "a load of two and a half instances", Cost(with), $"{Usd(Cost(without))}, and 80% of the load when one fails");
        Cost(with).ShouldBe(Cost(without) * 4 / 3, 1);
    }

    [Fact]
    public void Blocks_for_batch_work()
    {
        // 100 hours of an instance each month, in five days.
        var sold = new CommitmentOffer
        {
            Instance = HandMade.Offer("a", "home", 20), Kind = CommitmentKind.CapacityBlock, BlockDays = (1, 182), Price = new(12), Basis = PriceBasis.List, Source = "by hand",
        };
        var months = Enumerable.Range(0, 12).Select(m => (ImmutableArray.Create(Year.HoursBefore(m)), 120.0)).ToList();
        var need = new PileNeed
        {
            Workload = "archive",
            Piles = [.. Enumerable.Range(0, 12).Select(m => new Pile(m, 1000, 120))],
            Options = [new(0, 10, 0, null), .. BlockChain.Worth(sold, months, 120).Select(blocks => new PileOption(3, 10, 0, null) { Blocks = blocks })],
        };
        var problem = Problem([1.0], need) with { Sources = [Rented, Committed, Elsewhere, Rented with { Id = "a/home/x@block", Kind = PurchaseKind.Block, PricePerHour = 12 }] };
        var with = Solve(problem);
        with.Decisions.Count(d => d.Kind == DecisionKind.BookBlock).ShouldBeGreaterThanOrEqualTo(12);
        Recheck.Problems(problem, with.Decisions).ShouldBeEmpty();
        Recheck.Problems(problem, [.. with.Decisions.Where(d => d.Kind != DecisionKind.BookBlock)]).ShouldContain(breach => breach.Contains("in blocks", StringComparison.Ordinal));
        var without = Cost(Solve(problem with { Needs = [need with { Options = [.. need.Options.Where(o => o.Blocks.IsEmpty)] }] }));
        Row("blocks for batch work", "100 hours of work each month in five days; $12 an hour in blocks of whole days", Cost(with), $"{Usd(without)}: rented by the hour");
        Cost(with).ShouldBe(12 * ((96 * 12) + (4 * 20)), 0.01);
    }

    // One instance answers 10 requests a second.
    private static ServiceNeed Service(string name, double[] shares, double[] rates, int months = 12) => new()
    {
        Workload = name,
        UserShares = [1.0],
        MinReplicas = 0,
        Slots = [.. Enumerable.Range(0, months).SelectMany(m => rates.Select((rate, k) => new Slot(m, Year.Hours(m) * shares[k], rate, rate, k)))],
        Options = [new(0, 10, 1, 1, 0, null), new(1, 10, 1, 1, 0, null)],
    };

    private static PlanningProblem Problem(ImmutableArray<double> segments, params ImmutableArray<Need> needs) =>
        new() { Horizon = Year, Segments = segments, Sources = [Rented, Committed, Elsewhere], Needs = needs };

    // A run of 100 h a month: at home, elsewhere with the data brought in each time, or elsewhere beside a copy.
    private static PlanningProblem Run(double egress, double storage) => Problem([1.0], new RunNeed
    {
        Workload = "tune",
        Setups = [new("data in b/away", 0, egress, storage, "b", "away")],
        Groups = [.. Enumerable.Range(0, 12).Select(m => new RunGroup(m, [Year.HoursBefore(m)]))],
        Options = [new(0, 1, 100, 100, null), new(2, 1, 100, 100, null, egress), new(2, 1, 100, 100, null, 0, uint.MaxValue, 0)],
    });

    private static SolvedProblem Solve(PlanningProblem problem)
    {
        var solved = ProblemSolver.Solve(problem, Exact);
        solved.HasPlan.ShouldBeTrue();
        return solved;
    }

    private static IEnumerable<string> Used(SolvedProblem solved) =>
        solved.Decisions.Where(d => d.Kind == DecisionKind.DoRuns).Select(d => solved.Problem.Sources[d.SourceIn(solved.Problem)].Id).Distinct();

    private static double Cost(SolvedProblem solved) =>
        (double)Ledger.Cost(solved.Problem, Ledger.Purchases(solved.Problem, solved.Decisions), solved.Decisions).Total.Usd;

    private static string Usd(double usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:#,##0}");

    private static void Row(string element, string scenario, double with, string without)
    {
        var row = $"| {element} | {scenario} | {Usd(with)} | {without} |";
        Checkout.Read("docs/model/planning.md").ShouldContain(row, customMessage: $"docs/model/planning.md, 'What each element is worth', should say:\n{row}");
    }
}
