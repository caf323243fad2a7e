using Switchyard.Connect.PlanFile;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;

namespace Switchyard.Tests.Plan.UseFirst;

/// <summary>What better use of today's machines frees: never less than nothing, and it adds up.</summary>
public sealed class UseFirstTests
{
    private static readonly Offer Dear = HandMade.Offer("aws", "east", 40);
    private static readonly PriceBook Prices = HandMade.Prices(Dear, HandMade.Offer("gcp", "east", 24));

    private static Switchyard.Plan.UseFirst.UseFirst? Of(Scenario scenario) =>
        Planner.Plan(scenario, Prices, new PerformanceModel(), new(0.01, 200)).Plan.ShouldNotBeNull().UseFirst;

    private static Scenario Scenario(int count, double? utilisation, double peak = 20, int replicas = 1) =>
        HandMade.Scenario(null, HandMade.Service("chat", peak, replicas)) with { Current = [new(Dear, count, utilisation)] };

    [Fact]
    public void No_step_saves_less_than_nothing_and_the_steps_add_up()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (count, utilisation) = (random.Next(1, 13), random.Next(4) == 0 ? (double?)null : random.NextDouble());
            var first = Of(Scenario(count, utilisation, random.Next(1, 61), random.Next(1, 7))).ShouldNotBeNull();
            first.Today.Usd.ShouldBe(count * 744 * 40m);
            var (month, freed) = (first.Today.Usd, 0.0);
            foreach (var step in first.Steps)
            {
                step.Saved.Usd.ShouldBeGreaterThanOrEqualTo(0);
                step.Migration.Usd.ShouldBeGreaterThanOrEqualTo(0);
                step.After.Usd.ShouldBe(month - step.Saved.Usd);
                if (step.Saved.Usd == 0)
                {
                    step.Migration.Usd.ShouldBe(0);
                    step.AcceleratorHoursFreed.ShouldBe(0);
                }

                month = step.After.Usd;
                freed += step.AcceleratorHoursFreed;
            }

            first.Saved.Usd.ShouldBe(first.Today.Usd - month);
            freed.ShouldBeLessThanOrEqualTo(first.AcceleratorHours + 1e-6);
            month.ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    [Fact]
    public void A_week_that_is_busy_by_day_runs_fewer_machines_at_night()
    {
        // A fifth of ten machines on average; business hours peak at about 2.8 times their mean.
        var packing = Of(Scenario(10, 0.2)).ShouldNotBeNull().Steps[0];
        packing.Name.ShouldBe("packing");
        var levels = WeekShape.BusinessHours.Levels;
        var machines = levels.Average(level => Math.Clamp(Math.Ceiling((10 * 0.2 * level / levels.Average() * (1 + HandMade.Service("x", 1).Headroom)) - 1e-9), 1, 10));
        ((double)packing.After.Usd).ShouldBe(machines * 744 * 40, 0.01);
        packing.Migration.Usd.ShouldBe(0);
    }

    [Fact]
    public void Machines_that_are_full_are_not_packed() => Of(Scenario(2, 1.0, peak: 50)).ShouldNotBeNull().Steps[0].Saved.Usd.ShouldBeLessThan(2 * 744 * 40m);

    [Fact]
    public void Unknown_utilisation_is_not_taken_for_idle()
    {
        var first = Of(Scenario(4, null, peak: 50)).ShouldNotBeNull();
        first.Steps[0].Saved.Usd.ShouldBe(0);
        first.Notes.ShouldContain(n => n.Contains("utilisation", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cheaper_machine_of_the_same_kind_is_found_and_its_migration_counted()
    {
        var first = Of(Scenario(1, null, peak: 40)).ShouldNotBeNull();
        var last = first.Steps[^1];
        if (last.Saved.Usd > 0)
        {
            last.Detail.ShouldContain("gcp/east/gpu8");
            last.Migration.Usd.ShouldBe(last.After.Usd * 7 / 31, 0.01m);
        }

        // At 24 instead of 40 dollars it cannot be that nothing is saved at all.
        first.Saved.Usd.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Where_nothing_runs_and_nothing_is_held_there_is_nothing_to_say() => Of(HandMade.Scenario(null, HandMade.Service("chat", 20))).ShouldBeNull();

    [Fact]
    public void What_is_held_is_used_or_idle()
    {
        var scenario = HandMade.Scenario(null, HandMade.Service("chat", 20)) with
        {
            Holdings = [new() { Name = "lab", Instance = Dear with { Provider = "owned" }, Count = 3, Committed = new(10), Running = new(0.1m) }],
        };
        var held = Of(scenario).ShouldNotBeNull().Held.ShouldHaveSingleItem();
        held.AcceleratorHours.ShouldBe(3 * 8 * 90 * 24 / 3.0, 1e-6);
        held.Used.ShouldBeInRange(0, held.AcceleratorHours);
        ((double)held.IdleCost.Usd).ShouldBe((held.AcceleratorHours - held.Used) / 8 * 10, 0.01);
    }

    [Fact]
    public void It_is_saved_with_the_plan()
    {
        var plan = Planner.Plan(Scenario(4, 0.3), Prices, new PerformanceModel(), new(0.01, 200)).Plan.ShouldNotBeNull();
        var read = PlanReader.Read(PlanWriter.Write(plan), "p.json").Value.ShouldNotBeNull();
        PlanWriter.Write(read).ShouldBe(PlanWriter.Write(plan));
        read.UseFirst!.Steps.Length.ShouldBe(4);
    }
}
