using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;

namespace Switchyard.Tests.Operate;

/// <summary>The cheapest capacity, against trying everything.</summary>
public sealed class CapacityChoiceTests
{
    [Fact]
    public void It_is_the_cheapest_that_suffices()
    {
        var random = new Generator(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var pools = Enumerable.Range(0, 3).Select(i => new Pool
            {
                Index = i, Workload = "w", Source = $"s{i}", Provider = "p", Region = "r", Kind = PurchaseKind.OnDemand, PricePerHour = 1 + (9 * random.Unit()),
                Accelerators = 1, Rate = 0.5 + (4 * random.Unit()), Users = 1 + (uint)(3 * random.Unit() % 3), Most = [4], StartSeconds = 100,
            }).ToArray();
            int[] most = [4, 3, 4];
            double[] shares = [0.6, 0.4];
            var need = 12 * random.Unit();
            var (counts, suffices) = CapacityChoice.Of(pools, most, shares, need, 2);
            var all = from a in Enumerable.Range(0, 5) from b in Enumerable.Range(0, 4) from c in Enumerable.Range(0, 5) select new[] { a, b, c };
            var good = all.Where(x => CapacityChoice.Suffices(pools, x, shares, need, 2)).ToList();
            suffices.ShouldBe(good.Count > 0);
            if (good.Count == 0) continue;
            double Cost(IEnumerable<int> x) => x.Zip(pools, (n, p) => n * p.PricePerHour).Sum();
            Cost(counts).ShouldBe(good.Min(Cost), 1e-4);
        }
    }
}
