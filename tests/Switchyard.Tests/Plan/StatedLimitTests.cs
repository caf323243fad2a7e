using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Tests.Performance;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Each limit that a scenario can state, where it binds: the plan keeps it, says what it costs, and says what would be enough where nothing can be done.</summary>
public sealed class StatedLimitTests
{
    private const double PerInstance = 8 * 0.7 * 1.5; // kW
    private static readonly Offer Cheap = HandMade.Offer("aws", "us-east-1", 20);
    private static readonly Offer Near = HandMade.Offer("aws", "us-east-2", 21);
    private static readonly Offer Dear = HandMade.Offer("gcp", "europe-west4", 26);

    private static readonly Region[] Regions =
    [
        Region("aws", "us-east-1", 800, 3), Region("aws", "us-east-2", 800, 1), Region("gcp", "europe-west4", 100, 3),
    ];

    [Fact]
    public void Region_share()
    {
        var plan = Binds("limits.region_share", new() { RegionShare = 0.6 }, Book(Cheap, Near), HandMade.Service("chat", 100));
        Share(plan, p => p.Source.Region == "us-east-1").ShouldBeLessThanOrEqualTo(0.6 + 1e-6);
        Conflict("limits.region_share", new() { RegionShare = 0.6 }, Book(Cheap), HandMade.Service("chat", 100)).ShouldBe("100%");
    }

    [Fact]
    public void Spot_share()
    {
        var spot = HandMade.Service("chat", 100) with { SpotAllowed = true, MinReplicas = 0 };
        var plan = Binds("limits.spot_share", new() { SpotShare = 0.3 }, Book(Spot(Cheap, 8)), spot);
        Share(plan, p => p.Source.Kind == PurchaseKind.Spot).ShouldBeLessThanOrEqualTo(0.3 + 1e-6);
    }

    [Fact]
    public void Carbon()
    {
        var chat = HandMade.Service("chat", 60);
        var dirty = PerInstance * 1.2 * 0.8;
        var plan = Binds("limits.carbon", new() { CarbonPerMonth = new(700 * dirty) }, Book(Cheap, Dear), chat);
        foreach (var month in plan.Purchases.SelectMany(p => p.Months.Select(m => (m.Month, Kg: m.InstanceHours * (p.Source.Region == "us-east-1" ? dirty : dirty / 8)))).GroupBy(m => m.Month))
            month.Sum(m => m.Kg).ShouldBeLessThanOrEqualTo(700 * dirty * (1 + 1e-6));
        plan.Purchases.Select(p => p.Source.Region).Distinct().Count().ShouldBe(2);
        var enough = Conflict("limits.carbon", new() { CarbonPerMonth = new(1) }, Book(Cheap, Dear), chat);
        enough.ShouldEndWith("t/month");
    }

    [Fact]
    public void Power_at_owned_sites()
    {
        var lab = new Holding { Name = "lab", Instance = Cheap with { Provider = "owned", Region = "us-east", InstanceType = "lab" }, Count = 6, Committed = new(0), Running = new(2) };
        var scenario = HandMade.Scenario(new() { Power = new(20_000) }, HandMade.Service("chat", 100)) with { Holdings = [lab] };
        var plan = HandMade.Plan(scenario, Book(Cheap)).Plan!;
        plan.Purchases.Where(p => p.Source.Kind == PurchaseKind.Owned).SelectMany(p => p.Months).Max(m => m.Instances).ShouldBe(2, "each draws 8.4 kW");
        plan.Binding.ShouldContain(b => b.Limit == "limits.power");
        var alone = HandMade.Plan(scenario, Book()).Conflict!;
        alone.Limits.ShouldContain(l => l.Limit == "limits.power" && l.Enough != null && l.Enough.EndsWith("kW", StringComparison.Ordinal));
    }

    [Fact]
    public void Team_cash()
    {
        // Paid at once, the commitment is cheaper for either; the team's cash is not enough for it.
        var terms = Term(Cheap, 10, upfront: 1);
        var chat = HandMade.Service("chat", 20) with { Team = "product" };
        var other = HandMade.Service("other", 20);
        var limits = new Limits { Teams = [new("product", new(30_000), null)] };
        var scenario = HandMade.Scenario(limits, chat, other) with { Horizon = HandMade.Quarter with { Months = 12 } };
        var plan = HandMade.Plan(scenario, Book([Cheap], [terms])).Plan!;
        plan.Binding.ShouldContain(b => b.Limit == "limits.teams.product.cash");
        plan.Purchases.Where(p => p.Workload == "chat").Select(p => p.Source.Kind).Distinct().ShouldBe([PurchaseKind.OnDemand]);
        plan.Purchases.ShouldContain(p => p.Workload == "other" && p.Source.Kind == PurchaseKind.Commitment);
        Conflict("limits.teams.product.cash", new() { Teams = [new("product", new(100), null)] }, Book(Cheap), chat).ShouldEndWith("/month");
    }

    [Fact]
    public void Team_total()
    {
        var chat = HandMade.Service("chat", 20) with { Team = "product" };
        Conflict("limits.teams.product.total", new() { Teams = [new("product", null, new(100))] }, Book(Cheap), chat).ShouldStartWith("$");
        // What a team commits to is its own: nobody else works on it.
        var shared = HandMade.Plan(HandMade.Scenario(new() { Teams = [new("product", new(1_000_000), null)] }, chat, HandMade.Service("other", 20)), Book([Cheap], [Term(Cheap, 10)])).Plan!;
        foreach (var bought in shared.Purchases.Where(p => p.Source.Kind == PurchaseKind.Commitment)) bought.Source.Team.ShouldBe(bought.Workload == "chat" ? "product" : "");
    }

    [Fact]
    public void A_team_is_charged_for_what_was_committed_to_before()
    {
        var chat = HandMade.Service("chat", 5) with { Team = "product" };
        var lab = new Holding { Name = "lab", Instance = Cheap with { InstanceType = "lab" }, Count = 2, Committed = new(10), Running = new(0) };
        // Cheap costs $20 an hour: one machine of either for the quarter.
        Scenario With(decimal total) => HandMade.Scenario(new() { Teams = [new("product", null, new(total))] }, chat) with { Holdings = [lab] };
        var hours = Enumerable.Range(0, HandMade.Quarter.Months).Sum(HandMade.Quarter.Hours);
        var plan = HandMade.Plan(With((decimal)(hours * 10) + 1), Book(Cheap)).Plan.ShouldNotBeNull();
        plan.Purchases.ShouldHaveSingleItem().Source.Kind.ShouldBe(PurchaseKind.Owned);
        plan.Purchases.Single().Months.Max(m => m.Instances).ShouldBe(1);
        var conflict = HandMade.Plan(With((decimal)(hours * 10) - 10), Book(Cheap)).Conflict.ShouldNotBeNull().Limits.ShouldHaveSingleItem();
        conflict.Limit.ShouldBe("limits.teams.product.total");
        decimal.Parse(conflict.Enough!.TrimStart('$'), System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture).ShouldBe((decimal)(hours * 10), 1);
        // Without a budget of its own nobody is charged.
        HandMade.Plan(HandMade.Scenario(new() { Teams = [new("other", null, new(1))] }, chat) with { Holdings = [lab] }, Book(Cheap)).Plan.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(PurchaseKind.Commitment)]
    [InlineData(PurchaseKind.Owned)]
    public void A_team_cannot_avoid_its_budget_by_what_others_pay_for(PurchaseKind kind)
    {
        // A machine that no team has: for 100 hours of a run it is charged $3 an hour, and rented elsewhere it is $5.
        var shared = new Source
        {
            Id = "shared", Kind = kind, Provider = "p", Region = "r", PricePerHour = kind == PurchaseKind.Owned ? 0 : 3, CommittedPerHour = 3, TermMonths = kind == PurchaseKind.Owned ? 0 : 1,
            Held = kind == PurchaseKind.Owned ? [1, 1, 1] : [], Accelerator = "a", AcceleratorCount = 8,
        };
        PlanningProblem With(string team, double total) => new()
        {
            Horizon = HandMade.Quarter, Sources = [shared], TeamBudgets = [new("team", "a", null, total)],
            Needs = [new RunNeed { Workload = "w", Team = team, Groups = [new(0, [0])], Options = [new(0, 1, 100, 100, null)] }],
        };
        ProblemSolver.Solve(With("a", 301), Switchyard.Plan.Solve.SolveLimits.Exact).HasPlan.ShouldBeTrue();
        ProblemSolver.Solve(With("a", 299), Switchyard.Plan.Solve.SolveLimits.Exact).HasPlan.ShouldBeFalse();
        ProblemSolver.Solve(With("", 299), Switchyard.Plan.Solve.SolveLimits.Exact).HasPlan.ShouldBeTrue();
        // A plan that charges more than the team has is refused by arithmetic that knows no rows.
        var loose = ProblemSolver.Solve(With("a", 301), Switchyard.Plan.Solve.SolveLimits.Exact);
        Recheck.Problems(With("a", 299) with { Needs = loose.Problem.Needs }, loose.Decisions).ShouldHaveSingleItem().ShouldContain("team a");
    }

    [Fact]
    public void Residency()
    {
        var chat = HandMade.Service("chat", 20) with { Residency = ["europe-*"] };
        var plan = Binds("workloads.chat.data.residency", new(), Book(Cheap, Dear), chat);
        plan.Purchases.Select(p => p.Source.Region).Distinct().ShouldBe(["europe-west4"]);
        Conflict("workloads.chat.data.residency", new(), Book(Cheap), chat).ShouldBe("with aws/us-east-1 allowed too");
    }

    [Theory]
    [InlineData(FailureDomain.Instance, 1)]
    [InlineData(FailureDomain.Zone, 1)]
    [InlineData(FailureDomain.Region, 2)]
    [InlineData(FailureDomain.Provider, 2)]
    public void Survive(FailureDomain domain, int regions)
    {
        var plan = Binds("workloads.chat.availability.survive", new(), Book(Cheap, Dear), HandMade.Service("chat", 60) with { Survives = domain });
        plan.Purchases.Select(p => p.Source.Region).Distinct().Count().ShouldBeGreaterThanOrEqualTo(regions);
    }

    [Fact]
    public void Survive_that_cannot_be() =>
        Conflict("workloads.chat.availability.survive", new(), Book(Cheap, Near), HandMade.Service("chat", 60) with { Survives = FailureDomain.Provider }).ShouldBe("region");

    [Theory]
    [InlineData(FailureDomain.Region)]
    [InlineData(FailureDomain.Provider)]
    public void Spread(FailureDomain domain)
    {
        var plan = Binds("workloads.chat.availability.spread", new(), Book(Cheap, Dear), HandMade.Service("chat", 100) with { Spread = domain });
        plan.Purchases.Select(p => p.Source.Provider).Distinct().Count().ShouldBe(2);
        Conflict("workloads.chat.availability.spread", new(), Book(Cheap), HandMade.Service("chat", 100) with { Spread = domain }).ShouldBe("zone");
    }

    [Fact]
    public void A_base_that_cannot_be_taken_away()
    {
        var chat = HandMade.Service("chat", 100) with { SpotAllowed = true, MinReplicas = 0, FirmShare = 0.5 };
        var plan = Binds("workloads.chat.spot.base", new(), Book(Spot(Cheap, 8)), chat);
        Share(plan, p => p.Source.Kind == PurchaseKind.OnDemand).ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void Pools_of_spot()
    {
        var chat = HandMade.Service("chat", 100) with { SpotAllowed = true, MinReplicas = 0, SpotPools = 2 };
        var plan = Binds("workloads.chat.spot.pools", new(), Book(Spot(Cheap, 8), Spot(Near, 10)), chat);
        plan.Purchases.Where(p => p.Source.Kind == PurchaseKind.Spot).Select(p => p.Source.Region).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void The_tail()
    {
        // Six months of work, a commitment of a year at 70% of the price.
        Scenario With(double tail) => HandMade.Scenario(null, HandMade.Service("chat", 20)) with { Horizon = HandMade.Quarter with { Months = 6 }, TailShare = tail };
        var prices = Book([Cheap], [Term(Cheap, 12)]);
        HandMade.Plan(With(1), prices).Plan!.Purchases.Select(p => p.Source.Kind).Distinct().ShouldBe([PurchaseKind.OnDemand]);
        var plan = HandMade.Plan(With(0), prices).Plan!;
        plan.Purchases.ShouldContain(p => p.Source.Kind == PurchaseKind.Commitment);
        plan.Cost.AfterHorizon.Usd.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_capacity_block()
    {
        var block = Term(Cheap, 12) with { TermMonths = null, Kind = CommitmentKind.CapacityBlock, BlockDays = (1, 182), BookingDays = 56, UpfrontShare = 1 };
        var tune = HandMade.Training("tune", 20, 5);
        var scenario = HandMade.Scenario(null, tune, HandMade.Service("chat", 20));
        var plan = HandMade.Plan(scenario, Book([Cheap], [block])).Plan!;
        var bought = plan.Purchases.Single(p => p.Workload == "tune");
        bought.Source.Kind.ShouldBe(PurchaseKind.Block);
        bought.Source.Label.ShouldBe("aws/us-east-1/gpu8@block");
        // Whole days, paid at the start of each run.
        foreach (var month in bought.Months) Math.IEEERemainder(month.InstanceHours, 24).ShouldBe(0, 1e-6);
        foreach (var month in bought.Months) ((double)month.Cash.Usd).ShouldBe(month.InstanceHours * 12, 0.01);
        plan.Purchases.Where(p => p.Workload == "chat").Select(p => p.Source.Kind).Distinct().ShouldBe([PurchaseKind.OnDemand], customMessage: "services do not run in blocks");
        plan.Assumed.ShouldContain("capacity blocks: booked at most 56 days ahead; later ones are reckoned at today's price");
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(24, 24)]
    [InlineData(25, 48)]
    [InlineData(14 * 24, 14 * 24)]
    [InlineData((14 * 24) + 1, 21 * 24)]
    [InlineData(182 * 24, 182 * 24)]
    [InlineData((182 * 24) + 1, null)]
    public void Blocks_come_in_days_and_weeks(double hours, int? billed)
    {
        var block = Term(Cheap, 12) with { TermMonths = null, BlockDays = (1, 182) };
        block.BlockHours(hours).ShouldBe(billed);
    }

    [Theory]
    [InlineData(1, 0.02, 0.05, "gcp", false)] // $20 each time, $50 a month to keep: brought in each time
    [InlineData(2, 0.09, 0.01, "gcp", true)] // $180 each time, $20 a month to keep: a copy
    [InlineData(500, 0.09, 0.02, "aws", false)] // $45,000 to move: trained where it is
    public void Data_is_moved_where_that_pays(double terabytes, double perGB, double storage, string trained, bool copied)
    {
        var home = HandMade.Offer("aws", "us-east-1", 26);
        var away = HandMade.Offer("gcp", "europe-west4", 20);
        var tune = HandMade.Training("tune", 20, 5) with { Data = new(DataSize.FromGB(terabytes * 1000), new("aws", "us-east-1")) };
        var prices = Book([home, away], [], storage, perGB);
        var plan = HandMade.Plan(HandMade.Scenario(null, tune), prices).Plan!;
        plan.Purchases.Where(p => !p.IsSetup).Select(p => p.Source.Provider).Distinct().ShouldBe([trained]);
        plan.Purchases.Any(p => p.IsSetup).ShouldBe(copied);
    }

    [Fact]
    public void Data_that_comes_slowly_makes_runs_longer()
    {
        var away = HandMade.Offer("gcp", "europe-west4", 20);
        var tune = HandMade.Training("tune", 20, 20) with { Data = new(DataSize.FromGB(50_000), new("aws", "us-east-1"), Replication.No) };
        double Hours(double gigabits) => HandMade.Plan(HandMade.Scenario(null, tune), Book([away], [], storage: 0.02, perGB: 0.001, gigabits: gigabits)).Plan!
            .Purchases.Single().Months[0].InstanceHours;
        // 50 TB at 100 Gbit/s to one machine take 1.1 h, at 1 Gbit/s 111 h: longer than the run, which waits for them.
        (Hours(1) - Hours(100)).ShouldBe(50_000 * 8 / 3600.0, 0.1);
    }

    [Fact]
    public void Answers_that_are_large_go_where_sending_is_cheap()
    {
        var chat = HandMade.Service("chat", 20) with { ResponseSize = new(20e6) };
        var prices = new PriceBook(HandMade.AsOf, new(), Fixtures.Accelerators, [Cheap, HandMade.Offer("lambda", "us-east", 22)], [], [], [],
            new([new("aws", "all", "internet", "internet", 0, null, 0.09, null, "by hand"), new("lambda", "all", "internet", "internet", 0, null, 0, null, "by hand")], [], []));
        HandMade.Plan(HandMade.Scenario(null, chat with { ResponseSize = new(2e3) }), prices).Plan!.Purchases.Select(p => p.Source.Provider).Distinct().ShouldBe(["aws"]);
        HandMade.Plan(HandMade.Scenario(null, chat), prices).Plan!.Purchases.Select(p => p.Source.Provider).Distinct().ShouldBe(["lambda"]);
    }

    [Fact]
    public void A_machine_far_larger_than_its_load_sends_what_is_served()
    {
        // Half a request a second at the peak of 5 MB each: 40 times as much would go out if the machine were full, and sending would cost more than the machine.
        var chat = HandMade.Service("chat", 0.5) with { ResponseSize = new(5e6) };
        var prices = new PriceBook(HandMade.AsOf, new(), Fixtures.Accelerators, [Cheap, HandMade.Offer("lambda", "us-east", 22)], [], [], [],
            new([new("aws", "all", "internet", "internet", 0, null, 0.09, null, "by hand"), new("lambda", "all", "internet", "internet", 0, null, 0, null, "by hand")], [], []));
        var plan = HandMade.Plan(HandMade.Scenario(null, chat), prices).Plan.ShouldNotBeNull();
        plan.Purchases.Select(p => p.Source.Provider).Distinct().ShouldBe(["aws"]);
        var sent = Enumerable.Range(0, HandMade.Quarter.Months).Sum(month => chat.Load.Requests(month, HandMade.Quarter.Hours(month))) * 0.005 * 0.09;
        var rent = Enumerable.Range(0, HandMade.Quarter.Months).Sum(HandMade.Quarter.Hours) * 20;
        ((double)plan.Cost.Total.Usd).ShouldBe(rent + sent, 0.001 * sent);
    }

    private static PurchasePlan Binds(string limit, Limits limits, PriceBook prices, params ImmutableArray<Workload> workloads)
    {
        var plan = HandMade.Plan(HandMade.Scenario(limits, workloads), prices).Plan.ShouldNotBeNull();
        plan.Binding.Select(b => b.Limit).ShouldContain(limit);
        plan.Binding.Single(b => b.Limit == limit).Worth.Usd.ShouldBeGreaterThan(0);
        return plan;
    }

    // Nothing can be done: the limit is in the conflict. What is said to be enough.
    private static string Conflict(string limit, Limits limits, PriceBook prices, params ImmutableArray<Workload> workloads)
    {
        var result = HandMade.Plan(HandMade.Scenario(limits, workloads), prices);
        result.Plan.ShouldBeNull();
        return result.Conflict!.Limits.Single(l => l.Limit == limit).Enough.ShouldNotBeNull();
    }

    private static double Share(PurchasePlan plan, Func<Purchase, bool> of) =>
        (double)(plan.Purchases.Where(of).Sum(p => p.Cost.Usd) / plan.Purchases.Sum(p => p.Cost.Usd));

    private static Region Region(string provider, string name, double grams, int zones) =>
        new() { Provider = provider, Name = name, CarbonGramsPerKwh = grams, Pue = 1.2, Zones = zones, Source = "by hand" };

    private static Offer Spot(Offer offer, decimal price) => offer with { Spot = new(price) };

    private static CommitmentOffer Term(Offer offer, decimal price, double upfront = 0) => new()
    {
        Instance = offer, Kind = CommitmentKind.ReservedInstance, TermMonths = 12, UpfrontShare = upfront, Price = new(price), Basis = PriceBasis.List,
        AsOf = HandMade.AsOf, Source = "by hand",
    };

    private static PriceBook Book(params Offer[] offers) => Book(offers, []);

    private static PriceBook Book(Offer[] offers, CommitmentOffer[] terms, double? storage = null, double perGB = 0.02, double gigabits = 100) => new(
        HandMade.AsOf, new(), Fixtures.Accelerators, offers, terms, Regions,
        storage is { } usd ? [new("gcp", "europe-west4", "standard", "object", usd, HandMade.AsOf, "by hand")] : [],
        new([], [new(new("aws", "us-east-1"), new("gcp", "europe-west4"), perGB, gigabits, HandMade.AsOf, "by hand")], []));
}
