using System.Text.Json;
using Switchyard.Plan;
using Switchyard.Plan.UseFirst;

namespace Switchyard.Connect.PlanFile;

/// <summary>The part <c>use_first</c> of a saved plan.</summary>
internal static class UseFirstJson
{
    private const string Name = "use_first";

    /// <summary>Writes it; null where there is none.</summary>
    public static void Write(Utf8JsonWriter json, PurchasePlan plan)
    {
        if (plan.UseFirst is not { } first)
        {
            json.WriteNull(Name);
            return;
        }

        json.WriteStartObject(Name);
        json.WriteString("month", plan.Horizon.Label(first.Month));
        json.WriteNumber("days_in_parallel", UseFirst.DaysInParallel);
        PlanWriter.Number(json, "today", first.Today);
        json.WriteNumber("accelerator_hours", Math.Round(first.AcceleratorHours, 4));
        PlanWriter.Number(json, "saved", first.Saved);
        PlanWriter.Number(json, "migration", first.Migration);
        PlanWriter.List(json, "steps", first.Steps, step =>
        {
            json.WriteString("step", step.Name);
            json.WriteString("detail", step.Detail);
            PlanWriter.Number(json, "saved", step.Saved);
            json.WriteNumber("accelerator_hours_freed", Math.Round(step.AcceleratorHoursFreed, 4));
            PlanWriter.Number(json, "after", step.After);
            PlanWriter.Number(json, "migration", step.Migration);
        });
        PlanWriter.List(json, "held", first.Held, held =>
        {
            json.WriteString("name", held.Name);
            json.WriteString("accelerator", held.Accelerator);
            json.WriteNumber("accelerator_hours", Math.Round(held.AcceleratorHours, 4));
            json.WriteNumber("used", Math.Round(held.Used, 4));
            PlanWriter.Number(json, "idle_cost", held.IdleCost);
        });
        PlanWriter.Texts(json, "notes", first.Notes);
        json.WriteEndObject();
    }

    /// <summary>Reads it; null where there is none, as in plans of earlier versions.</summary>
    public static UseFirst? Read(JsonElement plan)
    {
        if (!plan.TryGetProperty(Name, out var first) || first.ValueKind == JsonValueKind.Null) return null;
        return new()
        {
            Today = PlanReader.Amount(first.GetProperty("today")),
            AcceleratorHours = first.GetProperty("accelerator_hours").GetDouble(),
            Steps = PlanReader.List(first, "steps", s => new UseFirstStep(
                PlanReader.Text(s, "step"), PlanReader.Text(s, "detail"), PlanReader.Amount(s.GetProperty("saved")), s.GetProperty("accelerator_hours_freed").GetDouble(), PlanReader.Amount(s.GetProperty("after")), PlanReader.Amount(s.GetProperty("migration")))),
            Held = PlanReader.List(first, "held", h => new HeldUse(
                PlanReader.Text(h, "name"), PlanReader.Text(h, "accelerator"), h.GetProperty("accelerator_hours").GetDouble(), h.GetProperty("used").GetDouble(), PlanReader.Amount(h.GetProperty("idle_cost")))),
            Notes = PlanReader.List(first, "notes", n => n.GetString() ?? throw new FormatException("notes")),
        };
    }
}
