using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.Connect.PlanFile;
using Switchyard.Market;
using Switchyard.Plan;

namespace Switchyard.Connect.Report;

/// <summary>
/// A saved plan, and what was found about it, as one page that opens anywhere: the page that is built from <c>web/</c>, with the
/// figures put into it as JSON.
/// </summary>
public static class ReportPage
{
    /// <summary>Name and version of the format of what is put into the page.</summary>
    public const string Schema = "switchyard.report/1";

    private const string Slot = "<script type=\"application/json\" id=\"report-data\">null</script>";

    // Escapes every character that could end the element or begin another one: what people named cannot become markup.
    private static readonly JsonWriterOptions Inert = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Fills the page.</summary>
    /// <param name="page">The page as it was built.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="planJson">The plan as it was saved.</param>
    /// <param name="evidenceJson">What was found about it, as it was saved.</param>
    /// <param name="prices">Where regions lie.</param>
    /// <param name="version">Switchyard's version.</param>
    /// <exception cref="InvalidDataException">The page has no place for figures: it is not the one that is built from <c>web/</c>.</exception>
    public static string Fill(string page, PurchasePlan plan, string planJson, IEnumerable<string> evidenceJson, PriceBook prices, string version)
    {
        var at = page.IndexOf(Slot, StringComparison.Ordinal);
        if (at < 0) throw new InvalidDataException("the page has no place for figures; build it again");
        var open = at + Slot.IndexOf("null", StringComparison.Ordinal);
        return string.Concat(page.AsSpan(0, open), Data(plan, planJson, evidenceJson, prices, version), page.AsSpan(open + "null".Length));
    }

    private static string Data(PurchasePlan plan, string planJson, IEnumerable<string> evidenceJson, PriceBook prices, string version)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Inert))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("version", version);
            Copy(json, "plan", planJson);
            json.WriteStartArray("evidence");
            foreach (var evidence in evidenceJson) Copy(json, null, evidence);
            json.WriteEndArray();
            Places(json, plan, prices);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    // Read and written again, so that the escaping is this writer's.
    private static void Copy(Utf8JsonWriter json, string? name, string text)
    {
        using var document = JsonDocument.Parse(text);
        if (name is not null) json.WritePropertyName(name);
        document.RootElement.WriteTo(json);
    }

    private static void Places(Utf8JsonWriter json, PurchasePlan plan, PriceBook prices)
    {
        var regions = plan.Purchases.Select(p => (p.Source.Provider, p.Source.Region)).Distinct()
            .OrderBy(r => r.Provider, StringComparer.Ordinal).ThenBy(r => r.Region, StringComparer.Ordinal).ToList();
        var users = plan.Demand.SelectMany(d => d.Users).Select(u => u.Geography).DistinctBy(g => g.Name).ToList();
        json.WriteStartArray("places");
        foreach (var (provider, name) in regions)
        {
            if (prices.PlaceOf(provider, name) is not { } place) continue;
            var region = prices.FindRegion(provider, name);
            json.WriteStartObject();
            json.WriteString("provider", provider);
            json.WriteString("region", name);
            json.WriteString("location", region?.Location ?? region?.Geography);
            json.WriteNumber("latitude", place.Latitude);
            json.WriteNumber("longitude", place.Longitude);
            if (region?.CarbonGramsPerKwh is { } carbon) json.WriteNumber("carbon_g_per_kwh", carbon);
            else json.WriteNull("carbon_g_per_kwh");
            json.WriteString("source", region?.Source ?? "named like a part of the world");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("users");
        foreach (var user in users)
        {
            json.WriteStartObject();
            json.WriteString("geography", user.Name);
            json.WriteNumber("latitude", user.Place.Latitude);
            json.WriteNumber("longitude", user.Place.Longitude);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("round_trips");
        foreach (var (provider, name) in regions)
        {
            foreach (var user in users)
            {
                if (prices.RoundTripMilliseconds(user, provider, name) is not { } trip) continue;
                json.WriteStartObject();
                json.WriteString("geography", user.Name);
                json.WriteString("provider", provider);
                json.WriteString("region", name);
                json.WriteNumber("milliseconds", Math.Round(trip, 1));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
