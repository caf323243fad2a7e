using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.Catalog;

/// <summary>offers.csv</summary>
internal static class OfferTable
{
    private static readonly string[] Columns =
    [
        "provider", "region", "instance_type", "accelerator", "accelerator_count", "vcpus", "memory_gib", "on_demand_usd_per_hour",
        "spot_usd_per_hour", "fabric_gb_per_s", "price_basis", "as_of", "quarantined", "source",
    ];

    private static readonly string[] Bases = ["list", "average", "starting_at", "market"];

    /// <summary>The offers by id.</summary>
    internal static Dictionary<string, Offer> Read(string folder, AcceleratorNames accelerators, List<Problem> problems)
    {
        Dictionary<string, Offer> offers = new(StringComparer.OrdinalIgnoreCase);
        using var table = CsvTable.Open(folder, "offers.csv", Columns, problems);
        while (table?.Next() ?? false)
        {
            var accelerator = accelerators.Find(table, "accelerator");
            var count = table.Positive("accelerator_count");
            if (table.Text("accelerator_count") is null) table.Report("accelerator_count", "is empty");
            var onDemand = table.Price("on_demand_usd_per_hour");
            var spot = table.Price("spot_usd_per_hour");
            var quarantined = table.Text("quarantined");
            if (spot > onDemand && quarantined is null)
                table.Report("spot_usd_per_hour", $"spot {spot} is above on demand {onDemand}; correct it, or say in 'quarantined' why it stays");
            var (provider, region, type) = Identity(table);
            var basis = Basis(table);
            var asOf = table.Date("as_of");
            var source = table.Required("source");
            var vcpus = table.Positive("vcpus");
            var memory = table.Positive("memory_gib");
            var fabric = table.Positive("fabric_gb_per_s");
            if (accelerator is null || count is null) continue;
            var offer = new Offer
            {
                Provider = provider,
                Region = region,
                InstanceType = type,
                Accelerator = accelerator,
                AcceleratorCount = Whole(count.Value),
                Vcpus = vcpus,
                Memory = memory is { } gib ? DataSize.FromGiB(gib) : null,
                OnDemand = onDemand is { } price ? new HourlyPrice(price) : null,
                Spot = spot is { } spotPrice ? new HourlyPrice(spotPrice) : null,
                Fabric = fabric is { } rate ? DataRate.FromGBPerSecond(rate) : null,
                Basis = basis,
                AsOf = asOf,
                Quarantined = quarantined,
                Source = source,
            };
            if (!offers.TryAdd(offer.Id, offer)) table.Report("instance_type", $"{offer.Id} is there twice");
        }

        return offers;
    }

    /// <summary>What kind of figure a row's price is.</summary>
    internal static PriceBasis Basis(CsvTable table) => table.Word("price_basis", Bases) switch
    {
        0 => PriceBasis.List,
        1 => PriceBasis.Average,
        2 => PriceBasis.StartingAt,
        _ => PriceBasis.Market,
    };

    /// <summary>The provider, region and instance type of a row; none may be empty or hold a slash.</summary>
    internal static (string Provider, string Region, string Type) Identity(CsvTable table)
    {
        var identity = (table.Required("provider"), table.Required("region"), table.Required("instance_type"));
        Check(table, "provider", identity.Item1);
        Check(table, "region", identity.Item2);
        Check(table, "instance_type", identity.Item3);
        return identity;
    }

    /// <summary>Shares of an accelerator are written with few digits: 0.3333 is a third.</summary>
    internal static double Whole(double count)
    {
        if (count >= 1) return count;
        var parts = Math.Round(1 / count);
        return Math.Abs((1 / parts) - count) < 0.001 ? 1 / parts : count;
    }

    private static void Check(CsvTable table, string column, string text)
    {
        if (text.Contains('/', StringComparison.Ordinal) || text.Contains(' ', StringComparison.Ordinal))
            table.NotA(column, text, "a name without slashes and blanks", text.Replace('/', '-').Replace(' ', '-'));
    }
}
