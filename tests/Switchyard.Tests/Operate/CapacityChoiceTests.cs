using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Operate;
using Switchyard.Performance.Simulate;

namespace Switchyard.Tests.Operate;

/// <summary>The cheapest capacity, against trying everything.</summary>
public sealed class CapacityChoiceTests
{
    private static readonly FailureDomain[] Domains = Enum.GetValues<FailureDomain>();

    private static readonly ServiceMandate Charge = new() { Workload = "w", Load = new(1, 0, WeekShape.Flat), UserShares = [1], Headroom = 0, MinReplicas = 2, Pools = [0, 1, 2] };

    private static Pool At(int index, string provider, string region, int zones = 1, PurchaseKind kind = PurchaseKind.OnDemand) => new()
    {
        Index = index, Workload = "w", Source = $"s{index}", Provider = provider, Region = region, Zones = zones, Kind = kind, PricePerHour = 1, Accelerators = 1, Rate = 2, Most = [4], StartSeconds = 100,
    };

    [Theory]
    [InlineData(FailureDomain.Instance, new[] { 2, 0, 0 }, true)]
    [InlineData(FailureDomain.Zone, new[] { 2, 0, 0 }, false)]
    [InlineData(FailureDomain.Zone, new[] { 0, 2, 0 }, true)]
    [InlineData(FailureDomain.Zone, new[] { 1, 1, 0 }, true)]
    [InlineData(FailureDomain.Region, new[] { 0, 2, 0 }, false)]
    [InlineData(FailureDomain.Region, new[] { 1, 1, 0 }, true)]
    [InlineData(FailureDomain.Provider, new[] { 1, 1, 0 }, false)]
    [InlineData(FailureDomain.Provider, new[] { 1, 0, 1 }, true)]
    public void Replicas_stand_apart(FailureDomain spread, int[] chosen, bool good)
    {
        Pool[] pools = [At(0, "p", "r"), At(1, "p", "s", 2), At(2, "q", "r")];
        CapacityChoice.Suffices(pools, chosen, Charge with { Spread = spread }, 2).ShouldBe(good);
    }

    [Theory]
    [InlineData(FailureDomain.Instance, new[] { 2, 0, 0 }, 2, true)]
    [InlineData(FailureDomain.Instance, new[] { 2, 0, 0 }, 2.1, false)]
    [InlineData(FailureDomain.Zone, new[] { 0, 4, 0 }, 4, true)]
    [InlineData(FailureDomain.Zone, new[] { 0, 4, 0 }, 4.1, false)]
    [InlineData(FailureDomain.Zone, new[] { 4, 0, 0 }, 0.1, false)]
    [InlineData(FailureDomain.Region, new[] { 1, 3, 1 }, 4, true)]
    [InlineData(FailureDomain.Region, new[] { 1, 3, 1 }, 4.1, false)]
    [InlineData(FailureDomain.Provider, new[] { 4, 4, 2 }, 4, true)]
    [InlineData(FailureDomain.Provider, new[] { 4, 4, 2 }, 4.1, false)]
    public void What_a_loss_leaves_is_enough(FailureDomain lost, int[] chosen, double need, bool good)
    {
        Pool[] pools = [At(0, "p", "r"), At(1, "p", "s", 2), At(2, "q", "r")];
        CapacityChoice.Suffices(pools, chosen, Charge with { Survives = lost }, need).ShouldBe(good);
    }

    [Fact]
    public void What_can_be_taken_away_counts_neither_as_replicas_nor_for_the_firm_share()
    {
        Pool[] pools = [At(0, "p", "r"), At(1, "p", "s", 2, PurchaseKind.Spot), At(2, "q", "r")];
        CapacityChoice.Suffices(pools, [1, 4, 0], Charge, 2).ShouldBeFalse();
        CapacityChoice.Suffices(pools, [2, 4, 0], Charge with { FirmShare = 0.5 }, 8).ShouldBeTrue();
        CapacityChoice.Suffices(pools, [2, 4, 0], Charge with { FirmShare = 0.5 }, 8.1).ShouldBeFalse();
    }

    [Fact]
    public void It_is_the_cheapest_that_suffices()
    {
        var random = new Generator(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var pools = Enumerable.Range(0, 3).Select(i => new Pool
            {
                Index = i, Workload = "w", Source = $"s{i}", Provider = i == 2 ? "q" : "p", Region = $"r{i / 2}", Zones = 1 + i, Kind = PurchaseKind.OnDemand, PricePerHour = 1 + (9 * random.Unit()),
                Accelerators = 1, Rate = 0.5 + (4 * random.Unit()), Users = 1 + (uint)(3 * random.Unit() % 3), Most = [4], StartSeconds = 100,
            }).ToArray();
            int[] most = [4, 3, 4];
            double[] shares = [0.6, 0.4];
            var need = 12 * random.Unit();
            var charge = Charge with { UserShares = [.. shares], Survives = Domains[(int)(5 * random.Unit())], Spread = Domains[(int)(5 * random.Unit())] };
            var (counts, suffices) = CapacityChoice.Of(pools, most, charge, need);
            var all = from a in Enumerable.Range(0, 5) from b in Enumerable.Range(0, 4) from c in Enumerable.Range(0, 5) select new[] { a, b, c };
            var good = all.Where(x => CapacityChoice.Suffices(pools, x, charge, need)).ToList();
            suffices.ShouldBe(good.Count > 0);
            if (good.Count == 0) continue;
            double Cost(IEnumerable<int> x) => x.Zip(pools, (n, p) => n * p.PricePerHour).Sum();
            Cost(counts).ShouldBe(good.Min(Cost), 1e-4);
        }
    }
}
