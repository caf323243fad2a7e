using Switchyard.Market;

namespace Switchyard.Connect.Catalog;

/// <summary>storage.csv, egress.csv, round_trips.csv and region_pairs.csv</summary>
internal static class NetworkTables
{
    internal static List<StoragePrice> ReadStorage(string folder, List<Problem> problems)
    {
        List<StoragePrice> prices = [];
        using var table = CsvTable.Open(folder, "storage.csv", ["provider", "region", "product", "class", "usd_per_gb_month", "as_of", "source"], problems);
        while (table?.Next() ?? false)
        {
            prices.Add(new(
                table.Required("provider"), table.Required("region"), table.Required("product"), table.Required("class"),
                (double)(table.Price("usd_per_gb_month") ?? 0), table.Date("as_of"), table.Required("source")));
        }

        return prices;
    }

    internal static List<EgressPrice> ReadEgress(string folder, List<Problem> problems)
    {
        List<EgressPrice> prices = [];
        using var table = CsvTable.Open(
            folder, "egress.csv", ["provider", "region", "kind", "destination", "tier_from_gb", "tier_to_gb", "usd_per_gb", "as_of", "source"], problems);
        while (table?.Next() ?? false)
        {
            var (from, to) = (table.Number("tier_from_gb"), table.Number("tier_to_gb"));
            if (from >= to) table.Report("tier_to_gb", $"{to} is not above tier_from_gb {from}");
            // Free traffic is a price of 0 that somebody states; an empty cell would be unknown.
            var price = table.Number("usd_per_gb", 0, 100);
            if (table.Text("usd_per_gb") is null) table.Report("usd_per_gb", "is empty");
            prices.Add(new(
                table.Required("provider"), table.Required("region"), table.Required("kind"), table.Text("destination"),
                from, to, price ?? 0, table.Date("as_of"), table.Required("source")));
        }

        return prices;
    }

    internal static List<RoundTrip> ReadRoundTrips(string folder, List<Problem> problems)
    {
        List<RoundTrip> trips = [];
        using var table = CsvTable.Open(folder, "round_trips.csv", ["provider", "source_region", "destination_region", "rtt_ms"], problems);
        while (table?.Next() ?? false)
        {
            var milliseconds = table.Number("rtt_ms", 0, 10_000);
            if (table.Text("rtt_ms") is null) table.Report("rtt_ms", "is empty");
            trips.Add(new(table.Required("provider"), table.Required("source_region"), table.Required("destination_region"), milliseconds ?? 0));
        }

        return trips;
    }

    internal static List<RegionPair> ReadRegionPairs(string folder, List<Problem> problems)
    {
        List<RegionPair> pairs = [];
        string[] columns = ["source_provider", "source_region", "destination_provider", "destination_region", "usd_per_gb", "throughput_gbit_per_s", "as_of", "source"];
        using var table = CsvTable.Open(folder, "region_pairs.csv", columns, problems);
        while (table?.Next() ?? false)
        {
            pairs.Add(new(
                new(table.Required("source_provider"), table.Required("source_region")),
                new(table.Required("destination_provider"), table.Required("destination_region")),
                table.Number("usd_per_gb", 0, 100), table.Positive("throughput_gbit_per_s"), table.Date("as_of"), table.Required("source")));
        }

        return pairs;
    }
}
