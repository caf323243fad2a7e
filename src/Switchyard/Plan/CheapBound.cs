using Switchyard.Market;

namespace Switchyard.Plan;

/// <summary>
/// A lower bound on what any plan costs, by arithmetic alone: each slot, run and pile by itself at the lowest price that any of its options has, instances split where
/// that is cheaper but never less than one. An hour used of a commitment costs at least its price of that hour, since idle hours and what is paid before cost more.
/// Far weaker than the relaxation, and thousands of times quicker: it says which of many smaller problems are worth a relaxation.
/// </summary>
internal static class CheapBound
{
    /// <summary>The bound on the present value, in US dollars; infinite where a workload has no option at all.</summary>
    /// <param name="problem">The problem.</param>
    public static double Of(PlanningProblem problem)
    {
        var sum = problem.FixedCash.Select((usd, month) => usd * problem.PresentValueFactor(month)).Sum() - (double)problem.Credits.Sum(c => c.Amount.Usd);
        return sum + problem.Needs.Sum(need => need switch
        {
            ServiceNeed service => Service(problem, service),
            RunNeed runs => Runs(problem, runs),
            PileNeed piles => Piles(problem, piles),
            _ => 0,
        });
    }

    private static double Service(PlanningProblem problem, ServiceNeed service)
    {
        var sum = 0.0;
        var (perRate, least, perRequest) = (double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
        foreach (var option in service.Options)
        {
            var source = problem.Sources[option.Source];
            if (source.Kind == PurchaseKind.Tokens)
            {
                perRequest = Math.Min(perRequest, option.CostPerRequest);
                continue;
            }

            perRate = Math.Min(perRate, source.PricePerHour / option.Capacity);
            least = Math.Min(least, source.PricePerHour);
        }

        foreach (var slot in service.Slots)
        {
            if (slot.Rate <= 0) continue;
            var machines = Math.Max(slot.Rate * perRate, least) * slot.Hours;
            var tokens = slot.Served * slot.Hours * 3600 * perRequest;
            sum += Weight(problem, slot.Future) * problem.PresentValueFactor(slot.Month) * Math.Min(machines, tokens);
        }

        return sum;
    }

    private static double Runs(PlanningProblem problem, RunNeed runs)
    {
        var sum = 0.0;
        foreach (var group in runs.Groups)
        {
            foreach (var start in group.Starts)
            {
                // What is paid last counts least.
                sum += runs.Options.Select(option =>
                {
                    var last = Payments.MonthsOf(problem.Horizon, start, Math.Max(option.Hours, 1e-3)).Select(x => x.Month).DefaultIfEmpty(group.Month).Max();
                    var factor = Math.Min(problem.PresentValueFactor(group.Month), problem.PresentValueFactor(last));
                    return factor * ((problem.Sources[option.Source].PricePerHour * option.Gang * Math.Min(option.BilledHours, option.Hours)) + option.CostPerRun);
                }).DefaultIfEmpty(double.PositiveInfinity).Min();
            }
        }

        return sum;
    }

    private static double Piles(PlanningProblem problem, PileNeed piles)
    {
        var each = piles.Options.Select(option => problem.Sources[option.Source].Kind == PurchaseKind.Tokens
            ? option.CostPerRequest
            : (problem.Sources[option.Source].PricePerHour / option.RequestsPerHour) + option.CostPerRequest).DefaultIfEmpty(double.PositiveInfinity).Min();
        return piles.Piles.Where(pile => pile.Requests > 0).Sum(pile => Weight(problem, pile.Future) * problem.PresentValueFactor(pile.Month) * pile.Requests * each);
    }

    private static double Weight(PlanningProblem problem, int future) => problem.Futures[future].Probability;
}
