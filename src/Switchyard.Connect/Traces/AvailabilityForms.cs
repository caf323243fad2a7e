using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchyard.Market;

namespace Switchyard.Connect.Traces;

/// <summary>Files that say when spot capacity could be had. What 1 means differs from form to form: each says it, and it is checked against the mean.</summary>
internal static class AvailabilityForms
{
    internal static readonly ImmutableArray<TraceForm> All =
    [
        new("spot availability", ["time", "zone", "available|preempted"], Read) { Optional = ["price", "on_demand", "instance"] },
        new("spot availability of one zone", ["date", "availability"], Read) { Exact = true },
    ];

    // Below this share a trace of one zone says that a kind of capacity could hardly ever be had: rather the flags are the other way round.
    private const double Doubtful = 0.02;

    /// <summary>Reads JSON as SkyPilot's spot traces and SkyNomad's converted ones have it: flags at even steps, and prices.</summary>
    internal static TraceFile? Json(Stream stream, TraceProblems problems, FormReading reading, TraceFile file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(stream, new() { MaxDepth = 16 });
        }
        catch (JsonException wrong)
        {
            problems.Say((int)(wrong.LineNumber ?? 0) + 1, "", "is not JSON, or cut off here");
            return null;
        }
        catch (InvalidDataException)
        {
            problems.Say(0, "", "the compressed file is cut off or damaged; fetch it again");
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                problems.Say(1, "", "is JSON, but not an object with data or prices");
                return null;
            }

            var meta = root.TryGetProperty("metadata", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
            var step = Find(meta, "gap_seconds") is { ValueKind: JsonValueKind.Number } gap ? gap.GetDouble() : double.NaN;
            if (!(step > 0)) problems.Say(0, "metadata.gap_seconds", "is missing: the seconds from one step to the next");
            var flags = Flags(root, problems);
            var prices = Prices(root, problems, flags?.Length);
            if (flags is null && prices.Length == 0) problems.Say(0, "data", "is missing: the flags, 0 or 1, one for each step");
            if (problems.Found > 0) return null;
            var info = Find(meta, "price_info");
            var start = Text(meta, "start_time") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : (DateTimeOffset?)null;
            if (flags is null)
            {
                var times = Enumerable.Range(0, prices.Length).Select(i => i * step);
                reading.Notes.Add("prices in US dollars an hour for one instance");
                return file with { Form = "spot prices", Rows = prices.Length, Series = new([.. times], [new("US dollars an hour", prices)]) { Start = start } };
            }

            // Converted traces carry their zone and where they come from; there a 1 is a preemption. The plain ones carry the step alone.
            var converted = Text(meta, "zone") is not null || Text(meta, "source_dir") is not null;
            var form = converted ? "spot preemption, converted" : "spot availability, JSON";
            var available = Polarity(flags, !converted, problems, reading, converted ? "in this form, which names its zone" : "in this form, which does not name its zone");
            if (problems.Found > 0) return null;
            var filled = Find(meta, "gap_filled") is { ValueKind: JsonValueKind.Object } fill && Find(fill, "gap_start_index") is { } from && Find(fill, "gap_points") is { } points
                ? ImmutableArray.Create((from.GetInt32(), points.GetInt32())) : [];
            foreach (var (first, count) in filled) reading.Notes.Add($"{count:#,##0} steps from step {first:#,##0} on were not observed; the trace's makers filled them in");
            return file with
            {
                Form = form, Rows = flags.Length,
                Availability = new(step, [new(Text(meta, "zone") ?? ZoneOf(file.Name), available)
                {
                    Prices = prices, OnDemand = info is { } i ? Number(i, "on_demand_price") : null,
                    Instance = info is { } p ? Text(p, "machine_type") ?? Text(p, "instance_type") : null, Filled = filled,
                }]) { Start = start },
            };
        }
    }

    private static TraceFile? Read(TraceTable table, FormReading reading, TraceFile file)
    {
        var problems = table.Problems;
        var (time, zone, price, demand, instance) = (table.Column("time", "date"), table.Column("zone"), table.Column("price"), table.Column("on_demand"), table.Column("instance"));
        var flag = table.Column("available", "availability", "preempted");
        var clock = new Clock(problems);
        Dictionary<string, ZoneRows> zones = new(StringComparer.Ordinal);
        while (table.Next())
        {
            var name = zone < 0 ? ZoneOf(file.Name) : table.Name(zone);
            if (name is null) problems.Say(table.Line, "zone", "is empty", sort: "empty");
            var moment = clock.Read(table.Cell(time), table.Line, table.Header[time]);
            var one = table.Cell(flag).ToLowerInvariant() switch { "1" or "1.0" or "true" or "yes" => 1, "0" or "0.0" or "false" or "no" => 0, _ => -1 };
            if (one < 0) problems.NotA(table.Line, table.Header[flag], table.Cell(flag), "0 or 1");
            var dollars = table.Number(price, 0, "a price in US dollars an hour");
            var onDemand = table.Number(demand, 0, "a price in US dollars an hour");
            if (name is null || double.IsNaN(moment)) continue;
            if (!zones.TryGetValue(name, out var rows)) zones.Add(name, rows = new());
            if (rows.Times.Count > 0 && moment <= rows.Times[^1])
                problems.Say(table.Line, table.Header[time], $"'{Problem.Shown(table.Cell(time))}' is not after the step of {Problem.Shown(name)} above it; sort the rows by time, one for each step", sort: "order");
            rows.Add(moment, table.Line, one == 1, dollars, onDemand, table.Name(instance));
        }

        if (problems.Found == 0 && zones.Values.Max(z => z.Times.Count) is var longest && longest < 2) problems.Say(0, "", $"has {longest} steps; at least 2 are needed");
        if (problems.Found > 0) return null;
        var step = zones.Values.First().Step;
        foreach (var (name, rows) in zones) Even(name, rows, step, table.Header[time], problems);
        var (begin, end) = (zones.Values.First().Times[0], zones.Values.First().Times.Count);
        foreach (var (name, rows) in zones.Where(z => z.Value.Times.Count != end || Math.Abs(z.Value.Times[0] - begin) > step / 2))
            problems.Say(rows.Lines[0], "zone", $"{Problem.Shown(name)} has {rows.Times.Count:#,##0} steps from its begin; {Problem.Shown(zones.Keys.First())} has {end:#,##0}: all zones of a trace cover the same time", sort: "cover");
        if (problems.Found > 0) return null;
        var oneIsAvailable = table.Header[flag] != "preempted";
        var flags = Polarity([.. zones.Values.SelectMany(z => z.Flags)], oneIsAvailable, problems, reading, $"as the column '{table.Header[flag]}' says");
        if (problems.Found > 0) return null;
        if (clock.Note is { } note) reading.Notes.Add(note);
        if (price >= 0) reading.Notes.Add("prices are in US dollars an hour for one instance");
        return file with
        {
            Availability = new(step, [.. zones.Select((z, i) => new ZoneAvailability(z.Key, flags[(i * end)..((i + 1) * end)])
            {
                Prices = z.Value.Prices.Exists(p => !double.IsNaN(p)) ? [.. z.Value.Prices] : [], OnDemand = z.Value.OnDemand, Instance = z.Value.Instance,
            })]) { Start = clock.Start?.AddSeconds(begin) },
        };
    }

    private sealed class ZoneRows
    {
        internal readonly List<double> Times = [], Prices = [];
        internal readonly List<int> Lines = [];
        internal readonly List<bool> Flags = [];

        internal double? OnDemand { get; private set; }

        internal string? Instance { get; private set; }

        /// <summary>The median of the times between neighbours, to the full second where it is more than ten.</summary>
        internal double Step
        {
            get
            {
                double[] steps = [.. Times.Skip(1).Zip(Times, (next, last) => next - last).Order()];
                var median = steps.Length == 0 ? 1 : steps[steps.Length / 2];
                return median > 10 ? Math.Round(median) : median;
            }
        }

        internal void Add(double time, int line, bool flag, double price, double onDemand, string? instance)
        {
            Times.Add(time);
            Lines.Add(line);
            Flags.Add(flag);
            Prices.Add(price);
            if (!double.IsNaN(onDemand)) OnDemand = onDemand;
            Instance ??= instance;
        }
    }

    private static void Even(string zone, ZoneRows rows, double step, string column, TraceProblems problems)
    {
        for (var i = 1; i < rows.Times.Count; i++)
        {
            var apart = rows.Times[i] - rows.Times[i - 1];
            if (apart > 1.5 * step)
                problems.Say(rows.Lines[i], column, string.Create(CultureInfo.InvariantCulture, $"a gap of {apart:0} s in {Problem.Shown(zone)}, where steps are {step:0} s apart; give the steps between, or cut the trace there"), sort: "gap");
            else if (apart < 0.5 * step)
                problems.Say(rows.Lines[i], column, string.Create(CultureInfo.InvariantCulture, $"only {apart:0.#} s after the step above it in {Problem.Shown(zone)}, where steps are {step:0} s apart"), sort: "close");
        }
    }

    private static ImmutableArray<bool> Polarity(ReadOnlySpan<bool> ones, bool oneIsAvailable, TraceProblems problems, FormReading reading, string form)
    {
        var said = reading.Options.OneMeansAvailable;
        var available = said ?? oneIsAvailable;
        ImmutableArray<bool> flags = [.. ones.ToArray().Select(one => one == available)];
        var share = flags.Average(f => f ? 1.0 : 0);
        var percent = string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##}%");
        reading.Notes.Add($"1 means {Meaning(available)}, {(said is null || said == oneIsAvailable ? form : $"as you said, though {form} it means {Meaning(!available)}")}");
        if (share < Doubtful && said is null)
            problems.Doubt(Doubts.Polarity, 0, "", $"if 1 means {Meaning(available)}, it could be had only {percent} of the time; the flags may mean the opposite: say --one-means {Meaning(!available)}, or accept it");
        else if (share < 0.5)
            reading.Notes.Add($"so it could be had {percent} of the time, less than half: check that the flags do not mean the opposite");
        return flags;
    }

    private static string Meaning(bool available) => available ? "available" : "preempted";

    private static bool[]? Flags(JsonElement root, TraceProblems problems)
    {
        if (Find(root, "data") is not { ValueKind: JsonValueKind.Array } data) return null;
        var flags = new bool[data.GetArrayLength()];
        var i = 0;
        foreach (var item in data.EnumerateArray())
        {
            var value = item.ValueKind switch { JsonValueKind.Number => item.GetDouble(), JsonValueKind.True => 1, JsonValueKind.False => 0, _ => -1 };
            if (value is not (0 or 1)) problems.Say(0, $"data[{i}]", $"'{Problem.Shown(item.GetRawText())}' is not 0 or 1", sort: "flag");
            flags[i++] = value == 1;
        }

        if (i < 2) problems.Say(0, "data", $"has {i} steps; at least 2 are needed");
        return flags;
    }

    private static ImmutableArray<double> Prices(JsonElement root, TraceProblems problems, int? steps)
    {
        if (Find(root, "prices") is not { ValueKind: JsonValueKind.Array } data) return [];
        var prices = ImmutableArray.CreateBuilder<double>(data.GetArrayLength());
        foreach (var item in data.EnumerateArray())
        {
            var price = item.ValueKind switch { JsonValueKind.Number => item.GetDouble(), JsonValueKind.Null => double.NaN, _ => -1 };
            if (price < 0) problems.Say(0, $"prices[{prices.Count}]", $"'{Problem.Shown(item.GetRawText())}' is not a price", sort: "price");
            prices.Add(price);
        }

        if (steps is { } n && n != prices.Count) problems.Say(0, "prices", $"has {prices.Count:#,##0} steps; data has {n:#,##0}");
        return prices.DrainToImmutable();
    }

    private static string ZoneOf(string file)
    {
        var name = Path.GetFileName(file);
        return name.Split('.')[0] is { Length: > 0 } plain ? plain : name;
    }

    private static JsonElement? Find(JsonElement element, string name) => element.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static double? Number(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}
