using Switchyard.Plan;

namespace Switchyard.Prove;

/// <summary>What a plan is known by, so that evidence about one is not taken for evidence about another of the same scenario.</summary>
public static class PlanFingerprint
{
    /// <summary>The fingerprint: of what is bought, when, at which price, and of what it was sized for, as files keep it.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(PurchasePlan plan)
    {
        var hash = Bought(plan);
        foreach (var (workload, margin) in plan.Margins)
        {
            hash.Add(workload);
            hash.Add(Whole(margin));
        }

        foreach (var (workload, extra) in plan.Extras)
        {
            hash.Add(workload);
            hash.Add((long)extra.MinReplicas);
            hash.Add((long)extra.Spread);
            hash.Add((long)extra.Spares);
        }

        return hash.Text;
    }

    /// <summary>Whether two plans buy the same, whatever they were sized for.</summary>
    /// <param name="a">A plan.</param>
    /// <param name="b">Another.</param>
    public static bool BuysTheSame(PurchasePlan a, PurchasePlan b) => Bought(a).Text == Bought(b).Text;

    private static RunHash Bought(PurchasePlan plan)
    {
        var hash = new RunHash();
        hash.Add(plan.Scenario);
        hash.Add(plan.Horizon.Start.DayNumber);
        hash.Add((long)plan.Horizon.Months);
        foreach (var purchase in plan.Purchases)
        {
            hash.Add(purchase.Workload);
            hash.Add(purchase.Source.Label);
            hash.Add(Whole(purchase.Source.PricePerHour));
            foreach (var month in purchase.Months)
            {
                hash.Add((long)month.Month);
                hash.Add(Whole(month.Instances));
                hash.Add(Whole(month.InstanceHours));
            }
        }

        return hash;
    }

    private static long Whole(double amount) => (long)Math.Round(amount * 1000);
}
