using Switchyard.Market;
using Switchyard.Tests.Traces;

namespace Switchyard.Tests.Catalog;

/// <summary>The shipped rows about spot capacity, and the defaults taken from them.</summary>
public sealed class ShippedSpotTests
{
    [Theory]
    [InlineData("gcp", "spot/multi_region/h100_13_zones.tar.gz", "/full.json", 13)]
    [InlineData("aws", "spot/multi_region/v100_2month_raw_csv.tar.gz", ".csv", 9)]
    public void Rows_are_what_the_records_say(string provider, string archive, string ending, int count)
    {
        var records = SpotStatistics.Of(AvailabilityTrace.Join([.. Files.InArchive(archive, ending).Select(f => f.Availability!)]).Value!).Zones;
        var shipped = Shipped.Catalog.Value.Spot.Where(z => z.Provider == provider).ToList();
        shipped.Count.ShouldBe(count);
        foreach (var row in shipped)
        {
            var record = records.Single(z => z.Zone.Split('_')[0] == row.Zone);
            row.Share.ShouldBe(record.Share, 1e-5);
            row.Periods.ShouldBe(record.Periods);
            row.InterruptionsPerHour.ShouldBe(record.InterruptionsPerHour, 1e-5);
            (row.Life is null, row.Absence is null).ShouldBe((record.Life is null, record.Absence is null));
            if (record.Life is { } life) (row.Life!.Value.Shape / life.Shape, row.Life.Value.ScaleHours / life.ScaleHours).ShouldBe((1, 1), Near);
            if (record.Absence is { } absence) (row.Absence!.Value.Shape / absence.Shape, row.Absence.Value.ScaleHours / absence.ScaleHours).ShouldBe((1, 1), Near);
            row.MeanAbsenceHours!.Value.ShouldBe(record.MeanAbsenceHours, 1e-4);
        }
    }

    [Fact]
    public void The_default_shape_is_the_median_of_the_zones()
    {
        double[] shapes = [.. Shipped.Catalog.Value.Spot.Where(z => z.Life is not null).Select(z => z.Life!.Value.Shape).Order()];
        shapes.Length.ShouldBe(17);
        shapes[8].ShouldBe(SpotLifetime.DefaultShape, 0.006);
    }

    private static readonly IEqualityComparer<(double, double)> Near =
        EqualityComparer<(double, double)>.Create((a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-4 && Math.Abs(a.Item2 - b.Item2) < 1e-4, _ => 0);
}
