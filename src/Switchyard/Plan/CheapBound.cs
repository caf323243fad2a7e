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
        return sum + problem.Needs.Sum(need => need is RunNeed runs
            ? Runs(problem, runs)
            : BySlot(problem, need).Sum(least => problem.PresentValueFactor(least.Month) * least.Usd));
    }

    /// <summary>The least that must have been paid for the work of each month by its end, expected over futures; the last is what is paid after the horizon.</summary>
    /// <param name="problem">The problem.</param>
    public static double[] CashByMonth(PlanningProblem problem)
    {
        var least = new double[problem.Horizon.Months + 1];
        foreach (var need in problem.Needs)
        {
            foreach (var (month, usd) in need is RunNeed runs ? ByRun(problem, runs) : BySlot(problem, need)) least[Math.Min(month, least.Length - 1)] += usd;
        }

        return least;
    }

    private static IEnumerable<(int Month, double Usd)> BySlot(PlanningProblem problem, Need need) => need switch
    {
        ServiceNeed service => Service(problem, service),
        PileNeed piles => Piles(problem, piles),
        _ => [],
    };

    // What a run costs is paid when it ends, at the latest.
    private static IEnumerable<(int Month, double Usd)> ByRun(PlanningProblem problem, RunNeed runs)
    {
        if (runs.Options.IsEmpty) yield break;
        var (least, longest) = (runs.Options.Min(option => Usd(problem, option)), runs.Options.Max(option => option.Hours));
        foreach (var start in runs.Groups.SelectMany(group => group.Starts))
            yield return (Payments.MonthsOf(problem.Horizon, start, Math.Max(longest, 1e-3)).Max(x => x.Month), least);
    }

    private static double Usd(PlanningProblem problem, RunOption option) =>
        (problem.Sources[option.Source].PricePerHour * option.Gang * Math.Min(option.BilledHours, option.Hours)) + option.CostPerRun;

    private static IEnumerable<(int Month, double Usd)> Service(PlanningProblem problem, ServiceNeed service)
    {
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
            yield return (slot.Month, Weight(problem, slot.Future) * Math.Min(machines, tokens));
        }
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
                    return factor * Usd(problem, option);
                }).DefaultIfEmpty(double.PositiveInfinity).Min();
            }
        }

        return sum;
    }

    private static IEnumerable<(int Month, double Usd)> Piles(PlanningProblem problem, PileNeed piles)
    {
        var each = piles.Options.Select(option => problem.Sources[option.Source].Kind == PurchaseKind.Tokens
            ? option.CostPerRequest
            : (problem.Sources[option.Source].PricePerHour / option.RequestsPerHour) + option.CostPerRequest).DefaultIfEmpty(double.PositiveInfinity).Min();
        return piles.Piles.Where(pile => pile.Requests > 0).Select(pile => (pile.Month, Weight(problem, pile.Future) * pile.Requests * each));
    }

    private static double Weight(PlanningProblem problem, int future) => problem.Futures[future].Probability;
}
