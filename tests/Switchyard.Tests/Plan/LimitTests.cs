using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan;

/// <summary>Every limit and element of a planning problem on a problem small enough to add up by hand: it binds, and without it the answer is another.</summary>
public sealed class LimitTests
{
    private const double January = 744;
    private const double February = 672;

    // A month of a steady load of two requests a second; p does one each for $1 an hour, q for $3, in another region and of another provider.
    private static readonly Source P = new() { Id = "p", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = 1, Accelerator = "a", AcceleratorCount = 8 };
    private static readonly Source Q = P with { Id = "q", Provider = "q", Region = "s", PricePerHour = 3 };
    private static readonly ServiceNeed Load = Service("v", 2);
    private static readonly PlanningProblem Two = Of([P, Q], Load);

    // One request a second for two months: rented, or committed to for as long and paid for at the start.
    private static readonly Source Upfront = P with { Id = "c", Kind = PurchaseKind.Commitment, TermMonths = 2, UpfrontShare = 1, PricePerHour = 0.8 };
    private static readonly PlanningProblem Months = Of([P, Upfront], Service("v", 1) with { Slots = [new(0, January, 1, 1), new(1, February, 1, 1)] }) with
    {
        Horizon = new(new(2027, 1, 1), 2),
    };

    // A month's load, rented or committed to for three months of which two lie beyond the horizon and do not count.
    private static readonly Source Long = Upfront with { TermMonths = 3, UpfrontShare = 0, PricePerHour = 0.5 };
    private static readonly PlanningProblem Tail = Of([P, Long], Service("v", 1)) with { TailShare = 0 };

    // Two segments: the service needs an instance of the pool in the first alone.
    private static readonly Source Pool = P with { Id = "pool", Kind = PurchaseKind.Commitment, TermMonths = 1 };
    private static readonly ServiceNeed Day = Service("v", 1) with { Slots = [new(0, January / 2, 1, 1), new(0, January / 2, 0, 0, 1)] };

    private static ServiceNeed Service(string name, double rate) => new()
    {
        Workload = name, UserShares = [1], MinReplicas = 0, Slots = [new(0, January, rate, rate)],
        Options = [new(0, 1, 1, 1, 0, null), new(1, 1, 1, 1, 0, null)],
    };

    private static PlanningProblem Of(ImmutableArray<Source> sources, params ImmutableArray<Need> needs) =>
        new() { Horizon = new(new(2027, 1, 1), 1), Sources = sources, Needs = needs };

    private static PlanningProblem Halves(ImmutableArray<Source> sources, params ImmutableArray<Need> needs) => Of(sources, needs) with { Segments = [0.5, 0.5] };

    private static PlanningProblem With(Source p, Source q, Func<ServiceNeed, ServiceNeed>? change = null) => Of([p, q], (change ?? (s => s))(Load));

    private static PileNeed Batch(params ImmutableArray<double> windows) => new()
    {
        Workload = "b", Piles = [new(0, 372 * 100, 372) { Windows = windows }], Options = [new(0, 100, 0, null)],
    };

    private static RunNeed Training(uint segments) => new()
    {
        Workload = "t", Groups = [new(0, [0])], Options = [new(0, 1, 200, 100, null, 0, segments)],
    };

    private sealed record Case(string Name, PlanningProblem Bound, double Cost, PlanningProblem Free, double Less);

    private static IEnumerable<Case> Cases()
    {
        var (both, cheap) = (January * 4, January * 2);
        yield return new("budget of a month", Months with { CashPerMonth = 800 }, January + February, Months, 0.8 * (January + February));
        yield return new("budget in total", Tail with { TotalCost = 800 }, January, Tail, January / 2);
        var team = Months with { Sources = [P, Upfront with { Team = "a" }], Needs = [Months.Needs[0] with { Team = "a" }] };
        yield return new("budget of a team's month", team with { TeamBudgets = [new("teams.a", "a", 800, null)] }, January + February,
            team with { TeamBudgets = [new("teams.b", "b", 0, 0)] }, 0.8 * (January + February));
        var tail = Tail with { Sources = [P, Long with { Team = "a" }], Needs = [Tail.Needs[0] with { Team = "a" }] };
        yield return new("budget of a team in total", tail with { TeamBudgets = [new("teams.a", "a", null, 800)] }, January, tail, January / 2);
        yield return new("share of a provider", Two with { ProviderShare = 0.75 }, both, Two with { RegionShare = 1 }, cheap);
        var regions = With(P, Q with { Provider = "p" });
        yield return new("share of a region", regions with { RegionShare = 0.75 }, both, regions with { ProviderShare = 1 }, cheap);
        var spot = With(P with { Kind = PurchaseKind.Spot }, Q);
        yield return new("share of spot", spot with { SpotShare = 0.25 }, both, spot, cheap);
        yield return new("quota", Two with { CapacityLimits = [new("q", 8, false, [0])] }, both, Two with { CapacityLimits = [new("q", 16, false, [0])] }, cheap);
        yield return new("power", Two with { CapacityLimits = [new("power", 7, false, [0, 1]) { Each = [5, 2] }] }, both,
            Two with { CapacityLimits = [new("power", 10, false, [0, 1]) { Each = [5, 2] }] }, cheap);
        yield return new("carbon", Two with { UseLimits = [new("limits.carbon", January * 1.5, [1, 0.5])] }, both,
            Two with { UseLimits = [new("limits.carbon", January * 2, [1, 0.5])] }, cheap);
        yield return new("instances on offer", With(P with { MaxCount = 1 }, Q), both, With(P with { MaxCount = 2 }, Q), cheap);
        var api = P with { Kind = PurchaseKind.Tokens, PricePerHour = 0 };
        PlanningProblem Api(double? most) => With(api with { MaxPerSecond = most }, Q, s => s with { Options = [new(0, 1, 0, 1, 1e-4, null), s.Options[1]] });
        yield return new("requests a second of an API", Api(1), (January * 0.36) + (January * 3), Api(null), January * 0.72);
        Source Own(int held) => P with { Kind = PurchaseKind.Owned, Held = [held] };
        yield return new("instances held", With(Own(1), Q), both, With(Own(2), Q), cheap);
        Source Term(int least, int last) => Pool with { MinCount = least, LastStart = last };
        yield return new("fewest of a commitment", With(Term(3, 0), Q), January * 3, With(Term(2, 0), Q), cheap);
        yield return new("last start of a commitment", With(Term(1, -1), Q), January * 6, With(Term(1, 0), Q), cheap);
        yield return new("last month to rent", With(P with { LastStart = -1 }, Q), January * 6, Two, cheap);
        yield return new("replicas", With(P, Q, s => s with { MinReplicas = 3 }), January * 3, Two, cheap);
        yield return new("replicas on spot do not count", With(P with { Kind = PurchaseKind.Spot }, Q, s => s with { MinReplicas = 1 }), both, spot, cheap);
        PlanningProblem Survives(FailureDomain domain, Source p, Source q) => With(p, q, s => s with { Survives = domain });
        yield return new("an instance fails", Survives(FailureDomain.Instance, P, Q), January * 3, Two, cheap);
        // Of five in two zones, three are in the fuller one.
        yield return new("a zone fails", Survives(FailureDomain.Zone, P with { Zones = 2 }, Q), January * 5, Survives(FailureDomain.Zone, P with { Zones = 4 }, Q), January * 4);
        yield return new("the only zone fails", Survives(FailureDomain.Zone, P, Q), January * 8, Survives(FailureDomain.None, P, Q), cheap);
        yield return new("a region fails", Survives(FailureDomain.Region, P with { Zones = 3 }, Q with { Provider = "p" }), January * 8, Two, cheap);
        yield return new("a provider fails", Survives(FailureDomain.Provider, P, Q), January * 8, Survives(FailureDomain.Zone, P with { Zones = 3 }, Q), January * 4);
        PlanningProblem Spread(FailureDomain domain, Source p, Source q) => Of([p, q], Service("v", 1) with { Spread = domain });
        yield return new("two instances", Spread(FailureDomain.Instance, P, Q), January * 2, Spread(FailureDomain.None, P, Q), January);
        yield return new("two zones", Spread(FailureDomain.Zone, P, Q), January * 4, Spread(FailureDomain.Zone, P with { Zones = 2 }, Q), January * 2);
        yield return new("two regions", Spread(FailureDomain.Region, P with { Zones = 2 }, Q with { Provider = "p" }), January * 4,
            Spread(FailureDomain.Zone, P with { Zones = 2 }, Q), January * 2);
        yield return new("two providers", Spread(FailureDomain.Provider, P, Q), January * 4, Spread(FailureDomain.Provider, P, Q with { PricePerHour = 2 }), January * 3);
        yield return new("share that stays", With(P with { Kind = PurchaseKind.Spot }, Q, s => s with { FirmShare = 0.5 }), both, spot, cheap);
        // A pool may carry a quarter of four and one instance more.
        var pools = Of([P with { Kind = PurchaseKind.Spot }, Q with { Kind = PurchaseKind.Spot }], Service("v", 4) with { SpotPoolShare = 0.25 });
        yield return new("share of a spot pool", pools, January * 8, pools with { Needs = [Service("v", 4)] }, January * 4);
        yield return new("batch beside the day", Halves([Pool], Day with { Options = [Load.Options[0]] }, Batch(372, 0)), January * 2,
            Halves([Pool], Day with { Options = [Load.Options[0]] }, Batch(0, 372)), January);
        yield return new("a run beside the day", Halves([Pool], Day with { Options = [Load.Options[0]] }, Training(uint.MaxValue)), January * 2,
            Halves([Pool], Day with { Options = [Load.Options[0]] }, Training(0b10)), January);
        var night = Day with { Workload = "w", Slots = [new(0, January / 2, 0, 0), new(0, January / 2, 1, 1, 1)], Options = [new(1, 1, 1, 1, 0, null)] };
        yield return new("a pool for each", Halves([Pool, Pool with { Id = "other" }], Day with { Options = [Load.Options[0]] }, night), January * 2,
            Halves([Pool], Day with { Options = [Load.Options[0]] }, night with { Options = [Load.Options[0]] }), January);
        var copied = With(P, Q, s => s with { Setups = [new("data", 0, 500, 100, "p", "r")], Options = [new(0, 1, 1, 1, 0, null, 0), s.Options[1]] });
        yield return new("a copy of the data", copied, cheap + 600, Two, cheap);
        PlanningProblem Sends(double usd) => With(P, Q, s => s with { Options = [new(0, 1, 1, 1, usd, null), s.Options[1]] });
        yield return new("answers sent out of the region", Sends(6e-4), January * 6, Sends(5e-4), cheap + (January * 3.6));
        PlanningProblem Runs(double usd) => Of([P, Q], Training(uint.MaxValue) with { Options = [new(0, 1, 100, 100, null, usd), new(1, 1, 100, 100, null)] });
        yield return new("data brought in for a run", Runs(201), 300, Runs(150), 250);
        // With an even chance nothing is asked, or an instance: rented for $2 it costs the same on average as a commitment for $1.
        var futures = Of([P with { PricePerHour = 2 }, Pool with { PricePerHour = 1.2 }], Service("v", 1) with { Slots = [new(0, January, 0, 0), new(0, January, 1, 1, 0, 1)] })
            with { Futures = [new("calm", 0.5), new("busy", 0.5)], RiskTail = 0.5 };
        yield return new("the dearest half of the futures", futures with { RiskWeight = 1 }, January * 2.4, futures, January);
        yield return new("what is owed after the horizon", Tail with { TailShare = 1 }, January, Tail with { TailShare = 0.2 }, 0.5 * (January + (0.2 * (February + January))));
    }

    /// <summary>The names of the cases.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names => Cases().Select(c => new TheoryDataRow<string>(c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Binds(string name)
    {
        var own = Cases().Single(c => c.Name == name);
        ProblemSolver.Solve(own.Bound, SolveLimits.Exact).PresentValue.ShouldBe(own.Cost, 1e-6);
        ProblemSolver.Solve(own.Free, SolveLimits.Exact).PresentValue.ShouldBe(own.Less, 1e-6);
        own.Cost.ShouldNotBe(own.Less);
        // What the bound problem forbids, the check of a plan notices too.
        var free = ProblemSolver.Solve(own.Free, SolveLimits.Exact);
        if (own.Bound.Sources.Length == own.Free.Sources.Length && own.Bound.Segments.Length == own.Free.Segments.Length && own.Cost > own.Less)
            (Recheck.Problems(own.Bound, free.Decisions).Length > 0 || PaysMore(own.Bound, free.Decisions, own.Less)).ShouldBeTrue();
    }

    [Fact]
    public void Every_case_is_a_case_of_its_own() => Cases().Select(c => c.Name).ShouldBeUnique();

    // Where nothing is forbidden it is dearer.
    private static bool PaysMore(PlanningProblem problem, ImmutableArray<Decision> decisions, double less) =>
        problem.RiskWeight > 0 || decisions.Sum(d => Payments.Of(problem, d).Sum(p => p.Usd * d.Value * problem.PresentValueFactor(p.Month))) > less + 1;
}
