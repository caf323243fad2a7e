using System.Text.Json;
using Switchyard.Plan.WhatIf;

namespace Switchyard.Connect.PlanFile;

/// <summary>The part <c>why</c> of a saved plan.</summary>
internal static class WhyJson
{
    private const string Name = "why";

    /// <summary>Writes it; nothing where it was not asked.</summary>
    public static void Write(Utf8JsonWriter json, Why? why)
    {
        if (why is null) return;
        json.WriteStartObject(Name);
        json.WriteNumber("tolerance", Math.Round(why.Tolerance, 6));
        PlanWriter.List(json, "limits", why.Limits, limit =>
        {
            json.WriteString("limit", limit.Limit);
            json.WriteString("value", limit.Value);
            PlanWriter.Number(json, "price", limit.Price);
            json.WriteString("step", limit.Step);
            PlanWriter.Number(json, "step_worth", limit.StepWorth);
        });
        PlanWriter.List(json, "flips", why.Flips, flip =>
        {
            json.WriteString("workload", flip.Workload);
            json.WriteString("winner", flip.Winner);
            json.WriteString("runner_up", flip.RunnerUp);
            PlanWriter.Optional(json, "winner_dearer", Rounded(flip.WinnerDearer));
            PlanWriter.Optional(json, "runner_up_cheaper", Rounded(flip.RunnerUpCheaper));
            PlanWriter.Optional(json, "demand_up", Rounded(flip.DemandUp));
            json.WriteString("demand_up_to", flip.DemandUpTo);
            PlanWriter.Optional(json, "demand_down", Rounded(flip.DemandDown));
            json.WriteString("demand_down_to", flip.DemandDownTo);
        });
        PlanWriter.List(json, "loads", why.Loads, load =>
        {
            json.WriteNumber("load", load.Load);
            PlanWriter.Number(json, "total", load.Total);
            PlanWriter.List(json, "units", load.Units, unit =>
            {
                json.WriteString("workload", unit.Workload);
                json.WriteString("unit", unit.Unit);
                json.WriteNumber("usd", Math.Round(unit.Usd, 6));
                PlanWriter.Optional(json, "usd_per_accelerator_hour", Rounded(unit.UsdPerAcceleratorHour));
            });
        });
        json.WriteEndObject();
    }

    /// <summary>Reads it; null where it was not asked.</summary>
    public static Why? Read(JsonElement plan)
    {
        if (!plan.TryGetProperty(Name, out var why)) return null;
        return new(
            why.GetProperty("tolerance").GetDouble(),
            PlanReader.List(why, "limits", l => new LimitPrice(
                PlanReader.Text(l, "limit"), PlanReader.Text(l, "value"), PlanReader.Maybe(l.GetProperty("price")), Said(l, "step"), PlanReader.Maybe(l.GetProperty("step_worth")))),
            PlanReader.List(why, "flips", f => new Flip(
                PlanReader.Text(f, "workload"), PlanReader.Text(f, "winner"), Said(f, "runner_up"), Factor(f, "winner_dearer"), Factor(f, "runner_up_cheaper"),
                Factor(f, "demand_up"), Said(f, "demand_up_to"), Factor(f, "demand_down"), Said(f, "demand_down_to"))),
            PlanReader.List(why, "loads", l => new LoadPoint(
                l.GetProperty("load").GetDouble(), PlanReader.Maybe(l.GetProperty("total")),
                PlanReader.List(l, "units", u => new UnitCost(
                    PlanReader.Text(u, "workload"), PlanReader.Text(u, "unit"), u.GetProperty("usd").GetDouble(), Factor(u, "usd_per_accelerator_hour"))))));
    }

    private static double? Rounded(double? value) => value is { } known ? Math.Round(known, 6) : null;

    private static string? Said(JsonElement parent, string name) => parent.GetProperty(name).GetString();

    private static double? Factor(JsonElement parent, string name) =>
        parent.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.GetDouble() : null;
}
