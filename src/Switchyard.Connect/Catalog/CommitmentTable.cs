using System.Globalization;
using Switchyard.Market;
using Switchyard.Units;

namespace Switchyard.Connect.Catalog;

/// <summary>commitments.csv</summary>
internal static class CommitmentTable
{
    private static readonly string[] Columns =
    [
        "provider", "region", "instance_type", "accelerator", "accelerator_count", "kind", "term_months", "min_days", "max_days",
        "booking_days", "upfront_share", "usd_per_hour", "on_demand_usd_per_hour", "min_count", "price_basis", "as_of", "quarantined", "source",
    ];

    private static readonly string[] Kinds = ["reserved_instance", "committed_use", "capacity_block", "reserved"];

    internal static List<CommitmentOffer> Read(
        string folder, AcceleratorNames accelerators, Dictionary<string, Offer> offers, List<Problem> problems)
    {
        List<CommitmentOffer> commitments = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        using var table = CsvTable.Open(folder, "commitments.csv", Columns, problems);
        while (table?.Next() ?? false)
        {
            if (Instance(table, accelerators, offers) is not { } instance) continue;
            var kind = table.Word("kind", Kinds) switch
            {
                0 => CommitmentKind.ReservedInstance,
                1 => CommitmentKind.CommittedUse,
                2 => CommitmentKind.CapacityBlock,
                _ => CommitmentKind.Reserved,
            };
            var term = table.Whole("term_months", 1);
            var quarantined = table.Text("quarantined");
            if (term is null && kind != CommitmentKind.CapacityBlock) quarantined ??= "its term is not stated";
            if (term is not null && kind == CommitmentKind.CapacityBlock) table.Report("term_months", "a capacity block has no term; its length is in min_days and max_days");
            var (minDays, maxDays) = (table.Whole("min_days", 1), table.Whole("max_days", 1));
            if (minDays is null != maxDays is null || minDays > maxDays) table.Report("max_days", "min_days and max_days belong together, the smaller first");
            var price = table.Price("usd_per_hour");
            if (table.Text("usd_per_hour") is null) table.Report("usd_per_hour", "is empty");
            var commitment = new CommitmentOffer
            {
                Instance = instance,
                Kind = kind,
                TermMonths = term,
                BlockDays = minDays is { } min && maxDays is { } max ? (min, max) : null,
                BookingDays = table.Whole("booking_days"),
                UpfrontShare = table.Number("upfront_share", 0, 1),
                Price = new(price ?? 0),
                MinCount = table.Whole("min_count", 1) ?? 1,
                Basis = OfferTable.Basis(table),
                AsOf = table.Date("as_of"),
                Quarantined = quarantined,
                Source = table.Required("source"),
            };
            if (!seen.Add(string.Create(CultureInfo.InvariantCulture, $"{commitment.Id} {kind} {commitment.UpfrontShare} {commitment.MinCount}")))
                table.Report("instance_type", $"{commitment.Id} is there twice with the same kind, upfront share and least count");
            if (price is not null) commitments.Add(commitment);
        }

        return commitments;
    }

    /// <summary>The instance committed to: the offer with its id where there is one, so that each instance is held once.</summary>
    private static Offer? Instance(CsvTable table, AcceleratorNames accelerators, Dictionary<string, Offer> offers)
    {
        var (provider, region, type) = OfferTable.Identity(table);
        var accelerator = accelerators.Find(table, "accelerator");
        var count = table.Positive("accelerator_count");
        if (accelerator is null || count is null) return null;
        if (offers.TryGetValue($"{provider}/{region}/{type}", out var offer))
        {
            if (offer.Accelerator != accelerator || Math.Abs(offer.AcceleratorCount - count.Value) > 0.001)
                table.Report("accelerator", $"is {accelerator.Name}:{count} here and {offer.Accelerators} in offers.csv");
            return offer;
        }

        return new Offer
        {
            Provider = provider,
            Region = region,
            InstanceType = type,
            Accelerator = accelerator,
            AcceleratorCount = OfferTable.Whole(count.Value),
            OnDemand = table.Price("on_demand_usd_per_hour") is { } price ? new HourlyPrice(price) : null,
            Basis = PriceBasis.Average,
            Quarantined = "known from its commitments only",
            Source = table.Text("source") ?? "",
        };
    }
}
