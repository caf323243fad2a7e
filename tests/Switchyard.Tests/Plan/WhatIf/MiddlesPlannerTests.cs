using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Plan;
using Switchyard.Plan.Solve;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Tests.Plan.WhatIf;

/// <summary>A variant that is planned between its neighbours is planned as well as by itself, as far as its gap says.</summary>
public sealed class MiddlesPlannerTests
{
    private static readonly PriceBook Prices = VariantPlannerTests.Prices;

    private static Scenario Scenario(double peak, decimal? cash = null) => VariantPlannerTests.Scenario(0.7, cash, peak);

    private static ImmutableArray<Variant?> Plan(double[] peaks, decimal? cash = null, Action<IReadOnlyList<Action>>? sideBySide = null)
    {
        var settings = new PlannerSettings(0.0005, 500);
        if (sideBySide is not null) settings = settings with { SideBySide = sideBySide };
        var count = 0;
        var planned = new MiddlesPlanner(Prices, new RememberedPerformance(new PerformanceModel()), settings)
            .Plan(Scenario(peaks[0], cash), [.. peaks.Select(peak => Scenario(peak, cash))], () => Interlocked.Increment(ref count));
        count.ShouldBe(peaks.Length);
        (planned.Unchanged?.Cost.PresentValue).ShouldBe(planned.Variants[0]?.Cost.PresentValue);
        return planned.Variants;
    }

    [Fact]
    public void Loads_between_planned_ones_cost_what_a_plan_by_itself_costs()
    {
        double[] peaks = [4, 6, 8, 11, 14, 18, 23, 29, 36];
        var variants = Plan(peaks, 100_000);
        for (var place = 0; place < peaks.Length; place++)
        {
            // What breaks a limit is thrown by the solver, which checks every plan by independent arithmetic.
            var variant = variants[place].ShouldNotBeNull();
            var alone = HandMade.Plan(Scenario(peaks[place], 100_000), Prices, 0.0005).Plan.ShouldNotBeNull();
            ((double)variant.Cost.PresentValue.Usd).ShouldBeLessThanOrEqualTo((double)alone.Cost.PresentValue.Usd * 1.005, $"peak {peaks[place]}, {variant.Found}");
            variant.Bound.Usd.ShouldBeLessThanOrEqualTo(alone.Cost.PresentValue.Usd + 0.01m, $"peak {peaks[place]}");
            variant.Cost.PerMonth.Max().Usd.ShouldBeLessThanOrEqualTo(100_000.01m);
        }

        variants.Count(variant => variant!.Found == VariantSource.Near).ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Side_by_side_or_in_another_order_gives_the_same()
    {
        double[] peaks = [4, 6, 8, 11, 14, 18, 23, 29, 36];
        Money?[] Costs(Action<IReadOnlyList<Action>>? sideBySide) => [.. Plan(peaks, sideBySide: sideBySide).Select(variant => variant?.Cost.PresentValue)];
        var alone = Costs(null);
        Costs(things => Parallel.Invoke([.. things])).ShouldBe(alone);
        Costs(things => SolveLimits.OneByOne([.. things.Reverse()])).ShouldBe(alone);
    }

    [Fact]
    public void What_has_no_plan_is_told_apart_and_those_beside_it_are_planned()
    {
        double[] peaks = [4, 6, 8, 11, 400, 800];
        var variants = Plan(peaks, 60_000);
        variants[5].ShouldBeNull();
        variants[0].ShouldNotBeNull();
        for (var place = 0; place < peaks.Length; place++)
            (variants[place] is null).ShouldBe(HandMade.Plan(Scenario(peaks[place], 60_000), Prices, 0.0005).Plan is null, $"peak {peaks[place]}");
    }
}
