using Switchyard.Market;

namespace Switchyard.Connect.Catalog;

/// <summary>spot_zones.csv, which a catalog need not have: where nothing was measured, defaults hold.</summary>
internal static class SpotTable
{
    private const string Name = "spot_zones.csv";

    private static readonly string[] Columns =
    [
        "provider", "region", "zone", "accelerator", "instance_type", "asked_for", "step_seconds", "days", "available_share", "periods", "interruptions_per_hour",
        "life_shape", "life_scale_hours", "mean_absence_hours", "absence_shape", "absence_scale_hours", "as_of", "source",
    ];

    internal static List<SpotZone> Read(string folder, AcceleratorNames accelerators, List<Problem> problems)
    {
        List<SpotZone> zones = [];
        if (!File.Exists(Path.Combine(folder, Name))) return zones;
        using var table = CsvTable.Open(folder, Name, Columns, problems);
        while (table?.Next() ?? false)
        {
            var accelerator = accelerators.Find(table, "accelerator");
            var zone = new SpotZone(
                table.Required("provider"), table.Required("region"), table.Required("zone"), accelerator!, table.Required("instance_type"), table.Whole("asked_for", 1) ?? 1,
                Needed(table, "step_seconds", double.Epsilon), Needed(table, "days", double.Epsilon), Needed(table, "available_share", 0, 1), table.Whole("periods") ?? 0,
                Needed(table, "interruptions_per_hour"), Life(table, "life"), table.Number("mean_absence_hours"), Life(table, "absence"), table.Date("as_of"), table.Required("source"));
            if (accelerator is not null) zones.Add(zone);
        }

        return zones;
    }

    private static double Needed(CsvTable table, string column, double least = 0, double most = double.MaxValue)
    {
        if (table.Text(column) is null) table.Report(column, "is empty");
        return table.Number(column, least, most) ?? 0;
    }

    private static SpotLifetime? Life(CsvTable table, string what)
    {
        var (shape, scale) = (table.Positive($"{what}_shape"), table.Positive($"{what}_scale_hours"));
        if (shape is null != scale is null) table.Report($"{what}_shape", "stands alone: a shape goes with a scale");
        return shape is { } s && scale is { } hours ? new(s, hours) : null;
    }
}
