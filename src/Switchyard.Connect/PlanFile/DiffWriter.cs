using System.Text.Json;
using Switchyard.Plan.WhatIf;
using Switchyard.Units;

namespace Switchyard.Connect.PlanFile;

/// <summary>Writes what changed between two plans as JSON. Money is in US dollars.</summary>
public static class DiffWriter
{
    /// <summary>Name and version of the format.</summary>
    public const string Schema = "switchyard.diff/1";

    /// <summary>The differences as indented JSON with a final line feed.</summary>
    /// <param name="before">The first plan's file.</param>
    /// <param name="after">The second plan's file.</param>
    /// <param name="diff">What changed.</param>
    public static string Write(string before, string after, PlanDiff diff) => PlanWriter.Json(json =>
    {
        json.WriteString("schema", Schema);
        json.WriteString("before", before);
        json.WriteString("after", after);
        json.WriteBoolean("same", diff.IsSame);
        PlanWriter.Texts(json, "notes", diff.Notes);
        PlanWriter.List(json, "totals", diff.Totals, t => Amounts(json, "name", t.Name, t.Before, t.After));
        PlanWriter.List(json, "workloads", diff.Workloads, t => Amounts(json, "workload", t.Name, t.Before, t.After));
        PlanWriter.List(json, "purchases", diff.Purchases, p =>
        {
            json.WriteString("workload", p.Workload);
            json.WriteString("change", p.Before is null ? "added" : p.After is null ? "removed" : "changed");
            Amounts(json, "offer", p.Offer, p.Before, p.After);
            PlanWriter.List(json, "months", p.Months, m =>
            {
                json.WriteString("month", m.Month);
                json.WriteNumber("before", Math.Round(m.Before, 6));
                json.WriteNumber("after", Math.Round(m.After, 6));
            });
        });
        PlanWriter.List(json, "limits", diff.Limits, t => Texts(json, t));
        PlanWriter.List(json, "prices", diff.Prices, p =>
        {
            json.WriteString("offer", p.Offer);
            json.WriteNumber("before", Math.Round(p.Before, 6));
            json.WriteNumber("after", Math.Round(p.After, 6));
        });
        PlanWriter.List(json, "assumed", diff.Assumed, t => Texts(json, t));
    });

    private static void Amounts(Utf8JsonWriter json, string key, string name, Money? before, Money? after)
    {
        json.WriteString(key, name);
        PlanWriter.Number(json, "before", before);
        PlanWriter.Number(json, "after", after);
        PlanWriter.Number(json, "difference", new AmountChange(name, before, after).Difference);
    }

    private static void Texts(Utf8JsonWriter json, TextChange change)
    {
        json.WriteString("path", change.Path);
        json.WriteString("before", change.Before);
        json.WriteString("after", change.After);
    }
}
