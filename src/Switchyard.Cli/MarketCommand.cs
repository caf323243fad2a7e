using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Cli.Output;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.PlanFile;
using Switchyard.Market;

namespace Switchyard.Cli;

/// <summary><c>switchyard market</c>: what can be had, at what price, and whether a plan may choose it.</summary>
internal static class MarketCommand
{
    private sealed record Filters(
        Option<string[]> Accelerator, Option<string[]> Provider, Option<string[]> Region, Option<string> Sort, Option<bool> Buyable, Option<int> Limit);

    /// <summary>The verb.</summary>
    public static Command Create() => new("market", "Show what can be had: offers, commitments, accelerators, regions")
    {
        List("offers", "Instances by the hour, first those that a plan may choose", ["price", "provider", "region", "accelerator"], Offers),
        List("commitments", "Commitments for a term, first those that a plan may choose", ["price", "provider", "region", "accelerator"], Commitments),
        List("accelerators", "Accelerators and their figures", ["accelerator"], Accelerators),
        List("spot", "How long spot capacity lasts, where it was measured", ["provider"], Spot),
        List("regions", "Regions, where they lie and their carbon", ["provider"], Regions),
    };

    private static Command List(string name, string description, string[] orders, Func<CatalogContents, ParseResult, Filters, Listing> list)
    {
        Command command = new(name, description);
        Option<string[]> Pattern(string option, string what) => new(option)
        {
            Description = $"Only {what} that match; * stands for anything, and it can be given several times",
            HelpName = "PATTERN",
        };
        var filters = new Filters(
            Pattern("--accelerator", "accelerators or families"), Pattern("--provider", "providers"), Pattern("--region", "regions or parts of the world"),
            new("--sort") { Description = $"Order: {string.Join(", ", orders)}", HelpName = "ORDER", DefaultValueFactory = _ => orders[0] },
            new("--buyable") { Description = "Only prices that a plan may choose" },
            new("--limit")
            {
                Description = "Show at most so many rows; 0 for all",
                HelpName = "N",
                DefaultValueFactory = _ => 0,
                CustomParser = WholeNumber.Parser("--limit", "rows", 0),
            });
        filters.Sort.AcceptOnlyFromAmong(orders);
        // Only what can filter the list: an option that did nothing would mislead.
        Option[] options = name switch
        {
            "accelerators" => [filters.Accelerator],
            "regions" => [filters.Provider, filters.Region],
            "spot" => [filters.Accelerator, filters.Provider, filters.Region],
            _ => [filters.Accelerator, filters.Provider, filters.Region, filters.Sort, filters.Buyable],
        };
        foreach (var option in options) command.Options.Add(option);
        command.Options.Add(filters.Limit);
        var catalogs = new CatalogOptions(command);
        var printer = new Printer(command);
        command.SetAction(parsed =>
        {
            var reading = catalogs.Read(parsed);
            if (reading.Value is not { } contents) return Printer.Fail(reading.Problems);
            var unmatched = 0;
            foreach (var (option, known) in new[]
            {
                (filters.Accelerator, (Func<string, bool>)(p => contents.Prices.Accelerators.Any(a => NamePattern.MatchesAccelerator([p], a)))),
                (filters.Provider, p => contents.Prices.Regions.Any(r => NamePattern.Matches(p, r.Provider))),
                (filters.Region, p => contents.Prices.Regions.Any(r => NamePattern.MatchesRegion([p], r.Provider, r.Name, r.Geography))),
            })
            {
                foreach (var pattern in parsed.GetValue(option) ?? [])
                {
                    if (known(pattern)) continue;
                    Console.Error.WriteLine($"{option.Name}: nothing in the catalog matches '{pattern}'");
                    unmatched++;
                }
            }

            if (unmatched > 0) return ExitCode.Error;

            var listing = list(contents, parsed, filters);
            if (listing.Rows.Count == 0)
            {
                Console.Error.WriteLine($"no {name} match all of these filters together");
                return ExitCode.Error;
            }

            var limit = parsed.GetValue(filters.Limit);
            var rows = limit > 0 ? listing.Rows.Take(limit).ToList() : listing.Rows;
            printer.Show(parsed, console => Write(console, listing, rows), () => PlanWriter.Json(json =>
            {
                json.WriteString("schema", $"switchyard.market.{name}/1");
                json.WriteString("prices_as_of", contents.Prices.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                json.WriteStartArray(name);
                foreach (var row in rows)
                {
                    json.WriteStartObject();
                    foreach (var (key, value) in listing.Keys.Zip(row))
                    {
                        json.WritePropertyName(key);
                        switch (value)
                        {
                            case null: json.WriteNullValue(); break;
                            case decimal number: json.WriteNumberValue(number); break;
                            case double number: json.WriteNumberValue(number); break;
                            case int number: json.WriteNumberValue(number); break;
                            case bool truth: json.WriteBooleanValue(truth); break;
                            default: json.WriteStringValue(Shown(value)); break;
                        }
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }));
            Console.Error.WriteLine(rows.Count == listing.Rows.Count ? $"{rows.Count} {name}" : $"{rows.Count} of {listing.Rows.Count} {name}");
            return ExitCode.Done;
        });
        return command;
    }

    // Keys are JSON names; a heading that is null is left out of the table. Where there are reasons not to choose a row, rows with one
    // stand apart, with it.
    private sealed record Listing(string[] Keys, string?[] Headings, List<object?[]> Rows, Func<object?[], string?>? WhyNot = null);

    private static void Write(IAnsiConsole console, Listing listing, List<object?[]> rows)
    {
        if (listing.WhyNot is not { } whyNot)
        {
            console.Write(Rows(listing, rows, null));
            return;
        }

        var (choosable, shownOnly) = (rows.Where(r => whyNot(r) is null).ToList(), rows.Where(r => whyNot(r) is not null).ToList());
        if (choosable.Count > 0) console.Write(Rows(listing, choosable, null).Title("A plan may choose", new Style(decoration: Decoration.Bold)));
        if (shownOnly.Count > 0) console.Write(Rows(listing, shownOnly, whyNot).Title("Only indicative: a plan does not choose these", new Style(decoration: Decoration.Bold)));
    }

    private static Table Rows(Listing listing, List<object?[]> rows, Func<object?[], string?>? whyNot)
    {
        var table = new Table().Border(TableBorder.Simple);
        // A column without any figure says nothing.
        var shown = Enumerable.Range(0, listing.Keys.Length).Where(i => listing.Headings[i] is not null && rows.Exists(r => r[i] is not null)).ToList();
        foreach (var i in shown)
        {
            var column = new TableColumn(new Text(listing.Headings[i]!)) { NoWrap = i == 0 || whyNot is null };
            table.AddColumn(rows.Exists(r => r[i] is decimal or double or int) ? column.RightAligned() : column);
        }

        if (whyNot is not null) table.AddColumn("Why not");
        foreach (var row in rows)
            table.AddRow(shown.Select(i => new Text(row[i] is null ? "–" : Shown(row[i]))).Concat(whyNot is null ? [] : [new Text(whyNot(row)!)]));
        return table;
    }

    private static string Shown(object? value) => value switch
    {
        null => "unknown",
        bool truth => truth ? "yes" : "no",
        decimal number => number.ToString("#,##0.00##", CultureInfo.InvariantCulture),
        double number => number.ToString("#,##0.###", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static bool Wanted(ParseResult parsed, Filters filters, PriceBook prices, string provider, string region, Accelerator? accelerator) =>
        (parsed.GetValue(filters.Provider) is not { Length: > 0 } providers || providers.Any(p => NamePattern.Matches(p, provider)))
        && NamePattern.MatchesRegion(parsed.GetValue(filters.Region) ?? [], provider, region, prices.FindRegion(provider, region)?.Geography)
        && (accelerator is null || NamePattern.MatchesAccelerator(parsed.GetValue(filters.Accelerator) ?? [], accelerator));

    private static Listing Offers(CatalogContents contents, ParseResult parsed, Filters filters)
    {
        var prices = contents.Prices;
        var rows = prices.Offers.Where(o => Wanted(parsed, filters, prices, o.Provider, o.Region, o.Accelerator)).Select(o =>
        {
            var standing = prices.Judge(o, PurchaseKind.OnDemand);
            var spot = prices.Judge(o, PurchaseKind.Spot);
            return (Offer: o, Each: PerAccelerator(o.OnDemand?.Usd, o), SpotEach: PerAccelerator(o.Spot?.Usd, o), Standing: standing, Spot: spot);
        }).Where(r => !parsed.GetValue(filters.Buyable) || r.Standing.Buyable || r.Spot.Buyable);
        rows = Sorted(rows, parsed.GetValue(filters.Sort), r => r.Each ?? r.SpotEach, r => r.Offer, r => r.Standing.Buyable || r.Spot.Buyable);
        return new(
            ["offer", "accelerators", "usd_per_accelerator_hour", "usd_per_hour", "spot_usd_per_accelerator_hour", "vcpus", "memory_gib",
                "fabric_gb_per_s", "price_as_of", "buyable", "why_not", "spot_buyable", "spot_why_not", "price_source"],
            ["Offer", "Accelerators", "$/acc.-h", null, "Spot", "vCPU", "GiB", "GB/s", "Price of", null, null, null, null, null],
            [.. rows.Select(r => new object?[]
            {
                r.Offer.Id, r.Offer.Accelerators, r.Each, r.Offer.OnDemand?.Usd, r.SpotEach, r.Offer.Vcpus, r.Offer.Memory?.GiB,
                r.Offer.Fabric?.GBPerSecond, r.Offer.AsOf, r.Standing.Buyable, r.Standing.Reason ?? "", r.Spot.Buyable, r.Spot.Reason ?? "", r.Offer.Source,
            })],
            row => row[9] is true || row[11] is true ? null : (string)row[10]!);
    }

    private static Listing Commitments(CatalogContents contents, ParseResult parsed, Filters filters)
    {
        var prices = contents.Prices;
        var rows = prices.Commitments.Where(c => Wanted(parsed, filters, prices, c.Instance.Provider, c.Instance.Region, c.Instance.Accelerator))
            .Select(c => (Commitment: c, Each: PerAccelerator(c.Price.Usd, c.Instance), Standing: prices.Judge(c)))
            .Where(r => !parsed.GetValue(filters.Buyable) || r.Standing.Buyable);
        rows = Sorted(rows, parsed.GetValue(filters.Sort), r => r.Each, r => r.Commitment.Instance, r => r.Standing.Buyable);
        return new(
            ["commitment", "accelerators", "kind", "term", "usd_per_accelerator_hour", "usd_per_hour", "upfront_share", "price_as_of", "buyable", "why_not", "price_source"],
            ["Commitment", "Accelerators", null, "Term", "$/acc.-h", null, "Upfront", "Price of", null, null, null],
            [.. rows.Select(r => new object?[]
            {
                r.Commitment.Id, r.Commitment.Instance.Accelerators, r.Commitment.Kind.ToString(), r.Commitment.TermLabel, r.Each, r.Commitment.Price.Usd,
                r.Commitment.UpfrontShare, r.Commitment.AsOf, r.Standing.Buyable, r.Standing.Reason ?? "", r.Commitment.Source,
            })],
            row => row[8] is true ? null : (string)row[9]!);
    }

    private static Listing Accelerators(CatalogContents contents, ParseResult parsed, Filters filters) => new(
        ["accelerator", "family", "vendor", "memory_gib", "memory_bandwidth_gb_per_s", "tflops_16_bit", "tflops_fp8", "scale_up_gb_per_s", "scale_up_domain", "tdp_w", "verified", "source"],
        ["Accelerator", "Family", "Vendor", "GiB", "GB/s", "16-bit TFLOP/s", "fp8 TFLOP/s", "Link GB/s", "Domain", "TDP W", "Verified", null],
        [.. contents.Prices.Accelerators.Where(a => NamePattern.MatchesAccelerator(parsed.GetValue(filters.Accelerator) ?? [], a)).Select(a => new object?[]
        {
            a.Name, a.Family, a.Vendor, a.Memory.GiB, a.MemoryBandwidth.GBPerSecond, a.Tflops16, a.Fp8Tflops, a.ScaleUp?.GBPerSecond,
            a.ScaleUpDomain, a.ThermalDesignPower?.Watts, a.Verified, a.Source,
        })]);

    private static Listing Spot(CatalogContents contents, ParseResult parsed, Filters filters) => new(
        ["zone", "accelerator", "instance_type", "asked_for", "step_seconds", "days", "available_share", "periods", "interruptions_per_hour", "life_shape", "life_scale_hours",
            "mean_absence_hours", "absence_shape", "absence_scale_hours", "as_of", "source"],
        ["Zone", "Accelerator", "Instance", "Asked for", null, "Days", "Available", "Periods", "Taken away /h", "Shape", "Scale h", "Absent h", null, null, "As of", null],
        [.. contents.Spot.Where(z => Wanted(parsed, filters, contents.Prices, z.Provider, z.Region, z.Accelerator)).Select(z => new object?[]
        {
            $"{z.Provider}/{z.Zone}", z.Accelerator.Name, z.InstanceType, z.AskedFor, z.StepSeconds, z.Days, z.Share, z.Periods, z.InterruptionsPerHour, z.Life?.Shape, z.Life?.ScaleHours,
            z.MeanAbsenceHours, z.Absence?.Shape, z.Absence?.ScaleHours, z.AsOf, z.Source,
        })]);

    private static Listing Regions(CatalogContents contents, ParseResult parsed, Filters filters) => new(
        ["region", "location", "geography", "latitude", "longitude", "carbon_g_per_kwh", "pue", "source"],
        ["Region", "Location", "Part of the world", "Lat", "Lon", "gCO2e/kWh", "PUE", null],
        [.. contents.Prices.Regions.Where(r => Wanted(parsed, filters, contents.Prices, r.Provider, r.Name, null)).Select(r => new object?[]
        {
            $"{r.Provider}/{r.Name}", r.Location, r.Geography, r.Place?.Latitude, r.Place?.Longitude, r.CarbonGramsPerKwh, r.Pue, r.Source,
        })]);

    private static decimal? PerAccelerator(decimal? usd, Offer offer) =>
        usd is { } known ? Math.Round(known / (decimal)offer.AcceleratorCount, 4) : null;

    private static IEnumerable<T> Sorted<T>(IEnumerable<T> rows, string? order, Func<T, decimal?> price, Func<T, Offer> offer, Func<T, bool> buyable) => order switch
    {
        "provider" => rows.OrderBy(r => offer(r).Id, StringComparer.Ordinal),
        "region" => rows.OrderBy(r => offer(r).Region, StringComparer.Ordinal).ThenBy(r => offer(r).Id, StringComparer.Ordinal),
        "accelerator" => rows.OrderBy(r => offer(r).Accelerator.Name, StringComparer.Ordinal).ThenBy(r => price(r) ?? decimal.MaxValue),
        // What a plan may choose comes first. Unknown is not zero: what has no price comes last.
        _ => rows.OrderBy(r => !buyable(r)).ThenBy(r => price(r) ?? decimal.MaxValue).ThenBy(r => offer(r).Id, StringComparer.Ordinal),
    };
}
