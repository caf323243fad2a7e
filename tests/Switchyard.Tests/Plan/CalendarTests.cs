using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Units;

namespace Switchyard.Tests.Plan;

/// <summary>Months as the calendar has them, and when money is paid.</summary>
public sealed class CalendarTests
{
    [Fact]
    public void Months_from_the_31st_are_cut_to_the_shorter_months()
    {
        var horizon = new Horizon(new(2027, 1, 31), 3);
        Enumerable.Range(0, 4).Select(horizon.FirstDay).ShouldBe([new(2027, 1, 31), new(2027, 2, 28), new(2027, 3, 31), new(2027, 4, 30)]);
        (horizon.Hours(0), horizon.Hours(1), horizon.Hours(2)).ShouldBe((28 * 24, 31 * 24, 30 * 24));
        horizon.MonthOf(new(2027, 3, 30)).ShouldBe(1);
        horizon.MonthOf(new(2027, 4, 30)).ShouldBe(3);
        horizon.MonthOf(new(2027, 1, 30)).ShouldBe(-1);
    }

    [Fact]
    public void Every_day_lies_in_the_month_that_MonthOf_says()
    {
        foreach (var start in new DateOnly[] { new(2027, 1, 1), new(2027, 1, 31), new(2028, 1, 30), new(2028, 2, 29), new(2027, 12, 15) })
        {
            var horizon = new Horizon(start, 24);
            for (var day = start.AddDays(-70); day < horizon.End.AddDays(70); day = day.AddDays(1))
            {
                var month = horizon.MonthOf(day);
                (horizon.FirstDay(month) <= day && day < horizon.FirstDay(month + 1)).ShouldBeTrue($"{day} from {start}");
            }

            Enumerable.Range(0, 24).Sum(horizon.Hours).ShouldBe(horizon.TotalHours);
        }

        new Horizon(new(2028, 2, 1), 1).TotalHours.ShouldBe(29 * 24);
        new Horizon(new(2027, 2, 1), 1).TotalHours.ShouldBe(28 * 24);
    }

    [Fact]
    public void A_term_is_paid_in_full_its_upfront_share_first()
    {
        var horizon = new Horizon(new(2027, 12, 1), 2);
        var source = new Source { Id = "c", Kind = PurchaseKind.Commitment, Provider = "p", Region = "r", PricePerHour = 2, TermMonths = 3, UpfrontShare = 0.2 };
        // From January 2028 on: 31, 29 and 31 days, the last two after the horizon.
        var paid = Payments.OfTerm(horizon, source, 1).ToList();
        paid.Sum(p => p.Usd).ShouldBe(2 * 24 * 91, 1e-9);
        paid.Select(p => p.Month).ShouldBe([1, 2, 3]);
        paid[0].Usd.ShouldBe((2 * 24 * 91 * 0.2) + (2 * 24 * 31 * 0.8), 1e-9);
        paid[1].Usd.ShouldBe(2 * 24 * 29 * 0.8, 1e-9);
        Payments.OfTerm(horizon, source with { UpfrontShare = 1 }, 0).Where(p => p.Usd > 0).ShouldHaveSingleItem().Month.ShouldBe(0);

        var service = new ServiceNeed { Workload = "w", UserShares = [1], MinReplicas = 0, Slots = [new(1, 744, 1, 1)], Options = [new(0, 1, 1, 1, 0, null)] };
        var solved = ProblemSolver.Solve(new() { Horizon = horizon, Sources = [source with { LastStart = 1 }], Needs = [service] }, SolveLimits.Exact);
        var cost = Ledger.Cost(solved.Problem, Ledger.Purchases(solved.Problem, solved.Decisions), solved.Decisions);
        // December, January and February cost less than from January on: fewer days.
        cost.Total.Usd.ShouldBe(2 * 24 * 91);
        (cost.AfterHorizon.Usd + cost.PerMonth.Sum(m => m.Usd)).ShouldBe(cost.Total.Usd);
    }

    [Fact]
    public void A_run_over_the_end_of_a_month_is_paid_where_its_hours_lie()
    {
        var horizon = new Horizon(new(2027, 1, 1), 1);
        Payments.MonthsOf(horizon, 30 * 24, 72).ShouldBe([(0, 24), (1, 48)]);
        Payments.MonthsOf(horizon, 744 - 24, 24).ShouldBe([(0, 24)]);
        Payments.MonthsOf(horizon, 0, 744 + 672 + 1).ShouldBe([(0, 744), (1, 672), (2, 1)]);
        var source = new Source { Id = "s", Kind = PurchaseKind.Spot, Provider = "p", Region = "r", PricePerHour = 3 };
        // 72 hours of which 60 are billed on 2 instances; the mean over a run in January and one into February.
        var paid = Payments.OfRun(horizon, source, new(0, 2, 72, 60, null), new(0, [0, 30 * 24])).ToList();
        paid.Select(p => p.Month).ShouldBe([0, 1]);
        paid[0].Usd.ShouldBe(3 * 2 * 60 * (1 + (1 / 3.0)) / 2, 1e-9);
        paid[1].Usd.ShouldBe(3 * 2 * 60 * (2 / 3.0) / 2, 1e-9);
    }

    [Theory]
    [InlineData(24, 1)]
    [InlineData(24.5, 2)]
    [InlineData(48, 2)]
    [InlineData(49, 3)]
    [InlineData(1000, 4)]
    public void Daily_runs_meet_when_they_take_longer_than_a_day(double hours, int together) =>
        Payments.Concurrent(new(0, [0, 24, 48, 72]), hours).ShouldBe(together);

    [Fact]
    public void The_busiest_moments_of_a_month_count_runs_of_every_group()
    {
        // Weekly runs of 10 days over two months: never more than two at a time, also at the month's end.
        var horizon = new Horizon(new(2027, 1, 1), 2);
        var starts = new Cadence(horizon.Start, 0, 7, TimeSpan.FromDays(10)).Starts(horizon).ToList();
        var runs = new RunNeed
        {
            Workload = "w", Options = [],
            Groups = [.. starts.GroupBy(h => horizon.MonthOf(horizon.Start.AddDays((int)(h / 24)))).Select(g => new RunGroup(g.Key, [.. g]))],
        };
        foreach (var (month, moments) in Payments.BusyMoments(horizon, runs, 240))
        {
            moments.Max(on => on.Sum(x => x.Runs)).ShouldBe(month < 2 ? 2 : 1, $"month {month}");
            moments.Count.ShouldBeLessThanOrEqualTo(3);
        }

        // A gang alone suffices for a run that spans two months and the next one that begins after it.
        var monthly = new RunNeed { Workload = "w", Groups = [new(0, [30 * 24]), new(1, [35 * 24])], Options = [] };
        Payments.BusyMoments(horizon, monthly, 96).SelectMany(m => m.Moments).ShouldAllBe(on => on.Sum(x => x.Runs) == 1);
    }

    [Fact]
    public void Runs_that_never_meet_share_a_quota()
    {
        var horizon = new Horizon(new(2027, 1, 1), 2);
        var problem = new PlanningProblem
        {
            Horizon = horizon,
            Sources = [new() { Id = "s", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = 1, AcceleratorCount = 8 }],
            Needs = [new RunNeed { Workload = "w", Groups = [new(0, [30 * 24]), new(1, [35 * 24])], Options = [new(0, 2, 96, 96, null)] }],
            CapacityLimits = [new("q", 16, false, [0])],
        };
        ProblemSolver.Solve(problem, SolveLimits.Exact).PresentValue.ShouldBe(2 * 2 * 96, 1e-6);
        ProblemSolver.Solve(problem with { CapacityLimits = [new("q", 15, false, [0])] }, SolveLimits.Exact).HasPlan.ShouldBeFalse();
    }

    [Fact]
    public void Credits_pay_only_what_falls_due_before_they_expire()
    {
        var horizon = new Horizon(new(2027, 1, 1), 1);
        var service = new ServiceNeed { Workload = "w", UserShares = [1], MinReplicas = 0, Slots = [new(0, 744, 1, 1)], Options = [new(0, 1, 1, 1, 0, null)] };
        double Left(params ReadOnlySpan<Credit> credits) => ProblemSolver.Solve(new()
        {
            Horizon = horizon,
            Sources = [new() { Id = "s", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = 1 }],
            Needs = [service],
            Credits = [.. credits],
        }, SolveLimits.Exact).PresentValue;
        Credit Until(int day, decimal usd = 10_000) => new("p", new(usd), new(2027, 1, day));
        Left(Until(31)).ShouldBe(0, 1e-6);
        Left(Until(10)).ShouldBe(21 * 24, 1e-6);
        Left(Until(10, 100)).ShouldBe(644, 1e-6);
        // Two that end on the same day pay for the same days.
        Left(Until(10), Until(10)).ShouldBe(21 * 24, 1e-6);
        Left(Until(10), Until(20, 48)).ShouldBe((21 * 24) - 48, 1e-6);
        Left(new Credit("q", new(1000), new(2027, 1, 31))).ShouldBe(744, 1e-6);
        Left(new Credit("p", new(1000), new(2026, 12, 31))).ShouldBe(744, 1e-6);
    }

    [Fact]
    public void What_is_paid_anyway_counts_against_the_budget()
    {
        var problem = new PlanningProblem { Horizon = new(new(2027, 1, 1), 2), Sources = [], Needs = [], CashPerMonth = 100, FixedCash = [50, 120] };
        ProblemSolver.Solve(problem, SolveLimits.Exact).HasPlan.ShouldBeFalse();
        ProblemSolver.Solve(problem with { CashPerMonth = 120 }, SolveLimits.Exact).PresentValue.ShouldBe(170, 1e-6);
    }

    [Fact]
    public void What_a_provider_has_on_offer_is_shared_by_all_workloads_and_terms()
    {
        var horizon = new Horizon(new(2027, 1, 1), 3);
        var rent = new Source { Id = "s", Kind = PurchaseKind.OnDemand, Provider = "p", Region = "r", PricePerHour = 1, MaxCount = 1 };
        var service = new ServiceNeed { Workload = "v", UserShares = [1], MinReplicas = 0, Slots = [new(0, 744, 1, 1), new(1, 672, 1, 1), new(2, 744, 2, 2)], Options = [new(0, 1, 1, 1, 0, null)] };
        var problem = new PlanningProblem { Horizon = horizon, Sources = [rent], Needs = [service] };
        ProblemSolver.Solve(problem, SolveLimits.Exact).HasPlan.ShouldBeFalse();
        var two = problem with { Sources = [rent with { MaxCount = 2 }] };
        ProblemSolver.Solve(two, SolveLimits.Exact).HasPlan.ShouldBeTrue();
        ProblemSolver.Solve(two with { Needs = [service, service with { Workload = "w" }] }, SolveLimits.Exact).HasPlan.ShouldBeFalse();
        // One instance at a time: a second term may not overlap the first.
        var term = rent with { Kind = PurchaseKind.Commitment, TermMonths = 3 };
        ProblemSolver.Solve(problem with { Sources = [term] }, SolveLimits.Exact).HasPlan.ShouldBeFalse();
    }
}
