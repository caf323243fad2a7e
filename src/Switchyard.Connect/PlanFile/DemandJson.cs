using System.Text.Json;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Connect.PlanFile;

/// <summary>A plan's demand and supply as JSON.</summary>
internal static class DemandJson
{
    /// <summary>Writes the members of one workload's demand.</summary>
    public static void Write(Utf8JsonWriter json, Horizon horizon, WorkloadDemand demand)
    {
        json.WriteString("workload", demand.Workload);
        json.WriteString("kind", demand.Kind);
        json.WriteString("model", demand.Model);
        json.WriteString("unit", demand.Unit);
        if (demand.WithinHours > 0) json.WriteNumber("within_hours", Math.Round(demand.WithinHours, 4));
        json.WriteStartObject("objectives");
        Objective(json, "ttft", demand.ServiceLevel.Ttft);
        Objective(json, "tpot", demand.ServiceLevel.Tpot);
        Objective(json, "e2e", demand.ServiceLevel.EndToEnd);
        json.WriteEndObject();
        PlanWriter.List(json, "users", demand.Users, user =>
        {
            json.WriteString("geography", user.Geography.Name);
            json.WriteNumber("share", user.Share);
        });
        PlanWriter.List(json, "months", [.. demand.Months.Select((m, i) => (Label: horizon.Label(i), Month: m))], month =>
        {
            json.WriteString("month", month.Label);
            json.WriteNumber("mean", Round(month.Month.Mean));
            json.WriteNumber("peak", Round(month.Month.Peak));
            json.WriteNumber("needed", Round(month.Month.Needed));
            if (month.Month.Levels.IsDefaultOrEmpty) return;
            PlanWriter.List(json, "levels", month.Month.Levels, level =>
            {
                json.WriteNumber("needed", Round(level.Needed));
                json.WriteNumber("hours", Math.Round(level.Hours, 4));
            });
        });
        PlanWriter.List(json, "supply", demand.Supply, supply =>
        {
            json.WriteString("offer", supply.Offer);
            json.WriteString("provider", supply.Provider);
            json.WriteString("region", supply.Region);
            json.WriteString("purchase_kind", PurchaseKinds.Name(supply.Kind));
            json.WriteStartArray("capacity");
            foreach (var capacity in supply.Capacity) json.WriteNumberValue(Round(capacity));
            json.WriteEndArray();
        });
    }

    /// <summary>Reads one workload's demand.</summary>
    public static WorkloadDemand Read(JsonElement demand, Horizon horizon)
    {
        var objectives = demand.GetProperty("objectives");
        return new()
        {
            Workload = PlanReader.Text(demand, "workload"),
            Kind = PlanReader.Text(demand, "kind"),
            Model = PlanReader.Text(demand, "model"),
            Unit = PlanReader.Text(demand, "unit"),
            WithinHours = demand.TryGetProperty("within_hours", out var within) ? within.GetDouble() : 0,
            ServiceLevel = new(Objective(objectives, "ttft"), Objective(objectives, "tpot"), Objective(objectives, "e2e")),
            Users = PlanReader.List(demand, "users", u => new UserGroup(
                Geography.Find(PlanReader.Text(u, "geography")) ?? throw new FormatException("users"), u.GetProperty("share").GetDouble())),
            Months = PlanReader.List(demand, "months", m => new DemandMonth(
                m.GetProperty("mean").GetDouble(), m.GetProperty("peak").GetDouble(), m.GetProperty("needed").GetDouble())
            {
                Levels = m.TryGetProperty("levels", out _) ? PlanReader.List(m, "levels", l => new LoadLevel(l.GetProperty("needed").GetDouble(), l.GetProperty("hours").GetDouble())) : [],
            }) is { } months
                && months.Length == horizon.Months ? months : throw new FormatException("months"),
            Supply = PlanReader.List(demand, "supply", s => new SourceSupply(
                PlanReader.Text(s, "offer"), PlanReader.Text(s, "provider"), PlanReader.Text(s, "region"),
                PurchaseKinds.Parse(PlanReader.Text(s, "purchase_kind")) ?? throw new FormatException("purchase_kind"),
                [.. s.GetProperty("capacity").EnumerateArray().Select(c => c.GetDouble())])),
        };
    }

    // As the scenario file writes it.
    private static void Objective(Utf8JsonWriter json, string name, LatencyObjective? objective)
    {
        if (objective is { } known) json.WriteString(name, known.ToString());
    }

    private static LatencyObjective? Objective(JsonElement objectives, string name)
    {
        if (!objectives.TryGetProperty(name, out var written)) return null;
        return LatencyObjective.TryParse(written.GetString() ?? "", out var objective, out _, out _) ? objective : throw new FormatException(name);
    }

    private static double Round(double value) => Math.Round(value, 6);
}
