using System.Text.Json;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Connect.PlanFile;

/// <summary>Writes sweeps as JSON: the same sweep gives the same bytes. Money is in US dollars.</summary>
public static class SweepWriter
{
    /// <summary>Name and version of the format.</summary>
    public const string Schema = "switchyard.sweep/1";

    /// <summary>A sweep as indented JSON with a final line feed.</summary>
    public static string Write(Sweep sweep) => PlanWriter.Json(json =>
    {
        json.WriteString("schema", Schema);
        json.WriteString("scenario", sweep.Scenario);
        json.WriteString("prices_as_of", sweep.PricesAsOf.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteStartObject("base");
        Outcome(json, sweep.Base);
        json.WriteEndObject();
        PlanWriter.List(json, "variants", sweep.Rows, row =>
        {
            json.WriteStartObject("settings");
            foreach (var (path, value) in sweep.Paths.Zip(row.Values)) json.WriteString(path, value);
            json.WriteEndObject();
            Outcome(json, row.Variant);
            PlanWriter.Number(json, "against_base", row.Against(sweep));
        });
    });

    private static void Outcome(Utf8JsonWriter json, Variant? variant)
    {
        json.WriteBoolean("feasible", variant is not null);
        if (variant is null) return;
        PlanWriter.Number(json, "total", variant.Cost.Total);
        PlanWriter.Number(json, "present_value", variant.Cost.PresentValue);
        PlanWriter.Number(json, "bound", variant.Bound);
        json.WriteNumber("gap", Math.Round(variant.Gap, 6));
        json.WriteStartObject("main_offers");
        foreach (var (workload, offer) in variant.MainOffers) json.WriteString(workload, offer);
        json.WriteEndObject();
        json.WriteString("found", variant.Found switch { VariantSource.Near => "near_offers", VariantSource.Kept => "kept", _ => "whole_search" });
    }
}
