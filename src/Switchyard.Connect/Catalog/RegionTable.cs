using Switchyard.Market;

namespace Switchyard.Connect.Catalog;

/// <summary>regions.csv</summary>
internal static class RegionTable
{
    private static readonly string[] Columns =
        ["provider", "region", "location", "country", "latitude", "longitude", "geography", "carbon_g_per_kwh", "pue", "zones", "source"];

    internal static List<Region> Read(string folder, List<Problem> problems)
    {
        List<Region> regions = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        using var table = CsvTable.Open(folder, "regions.csv", Columns, problems);
        while (table?.Next() ?? false)
        {
            var (provider, name) = (table.Required("provider"), table.Required("region"));
            if (!seen.Add($"{provider}/{name}")) table.Report("region", $"{provider}/{name} is there twice");
            var geography = table.Text("geography");
            if (geography is not null && Geography.Find(geography) is null)
            {
                var known = Geography.All.Select(g => g.Name).ToList();
                table.NotA("geography", geography, $"one of {string.Join(", ", known)}", Units.Nearest.To(geography, known));
            }

            var (latitude, longitude) = (table.Number("latitude", -90, 90), table.Number("longitude", -180, 180));
            if (latitude is null != longitude is null) table.Report("latitude", "latitude and longitude belong together");
            regions.Add(new()
            {
                Provider = provider,
                Name = name,
                Geography = geography,
                Place = latitude is { } north && longitude is { } east ? new Place(north, east) : null,
                Location = table.Text("location"),
                CarbonGramsPerKwh = table.Number("carbon_g_per_kwh", 0, 3000),
                Pue = table.Number("pue", 1, 3),
                Zones = table.Whole("zones", 1),
                Source = table.Required("source"),
            });
        }

        return regions;
    }
}
