using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.Market;
using Switchyard.Plan;
using Switchyard.Units;

namespace Switchyard.Connect.PlanFile;

/// <summary>Writes plans, and the lack of one, as JSON: the same plan gives the same bytes. Money is in US dollars.</summary>
public static class PlanWriter
{
    /// <summary>Name and version of the format of a plan.</summary>
    public const string PlanSchema = "switchyard.plan/1";

    /// <summary>Name and version of the format of a conflict.</summary>
    public const string ConflictSchema = "switchyard.conflict/1";

    /// <summary>A plan as indented JSON with a final line feed.</summary>
    public static string Write(PurchasePlan plan) => Json(json =>
    {
        json.WriteString("schema", PlanSchema);
        json.WriteString("scenario", plan.Scenario);
        json.WriteString("start", Day(plan.Horizon.Start));
        json.WriteNumber("months", plan.Horizon.Months);
        json.WriteString("prices_as_of", Day(plan.PricesAsOf));
        Cost(json, plan);
        Number(json, "bound", plan.Bound);
        json.WriteNumber("gap", Math.Round(plan.Gap, 6));
        List(json, "purchases", plan.Purchases, purchase => Bought(json, plan.Horizon, purchase));
        List(json, "commitments", plan.Commitments, commitment =>
        {
            json.WriteString("offer", commitment.Source.Id);
            json.WriteString("provider", commitment.Source.Provider);
            json.WriteString("region", commitment.Source.Region);
            json.WriteString("accelerator", commitment.Source.Accelerator);
            json.WriteNumber("accelerators_per_instance", commitment.Source.AcceleratorCount);
            if (commitment.Source.Team.Length > 0) json.WriteString("team", commitment.Source.Team);
            json.WriteNumber("usd_per_hour", Math.Round(commitment.Source.PricePerHour, 6));
            json.WriteNumber("term_months", commitment.Source.TermMonths);
            json.WriteNumber("upfront_share", commitment.Source.UpfrontShare);
            json.WriteString("start", plan.Horizon.Label(commitment.Start));
            json.WriteNumber("instances", commitment.Instances);
            Number(json, "cost", commitment.Cost);
            Number(json, "after_horizon", commitment.AfterHorizon);
            Texts(json, "workloads", commitment.Workloads);
        });
        List(json, "demand", plan.Demand, demand => DemandJson.Write(json, plan.Horizon, demand));
        if (plan.Margins.Count > 0)
        {
            json.WriteStartObject("margins");
            foreach (var (workload, margin) in plan.Margins) json.WriteNumber(workload, Math.Round(margin, 6));
            json.WriteEndObject();
        }

        if (plan.Extras.Count > 0)
        {
            json.WriteStartObject("extras");
            foreach (var (workload, extra) in plan.Extras) ExtraJson.Write(json, workload, extra);
            json.WriteEndObject();
        }

        if (plan.Baseline is { } followed)
        {
            json.WriteStartObject("baseline");
            Way(json, followed);
            json.WriteEndObject();
        }

        List(json, "baselines", plan.Baselines, baseline => Way(json, baseline));
        List(json, "limits", plan.Limits, limit =>
        {
            json.WriteString("limit", limit.Limit);
            json.WriteString("value", limit.Value);
        });
        List(json, "binding", plan.Binding, binding =>
        {
            json.WriteString("limit", binding.Limit);
            json.WriteString("value", binding.Value);
            Number(json, "worth", binding.Worth);
        });
        List(json, "alternatives", plan.Alternatives, alternative =>
        {
            json.WriteString("workload", alternative.Workload);
            json.WriteString("winner", alternative.Winner);
            json.WriteString("runner_up", alternative.RunnerUp);
            Number(json, "gap", alternative.Gap);
            Optional(json, "gap_share", alternative.GapShare is { } share ? Math.Round(share, 6) : null);
        });
        List(json, "considered", plan.Considered, considered => Considered(json, considered));
        List(json, "own_offers_left_out", plan.OwnOffersLeftOut, left =>
        {
            json.WriteString("offer", left.Source);
            json.WriteString("workload", left.Workload);
            json.WriteString("limit", left.Limit);
            json.WriteString("reason", left.Reason);
        });
        UseFirstJson.Write(json, plan);
        WhyJson.Write(json, plan.Why);
        Texts(json, "assumed", plan.Assumed);
        Texts(json, "not_yet_used", plan.NotYetUsed);
    });

    /// <summary>A conflict as indented JSON with a final line feed.</summary>
    public static string Write(Conflict conflict) => Json(json =>
    {
        json.WriteString("schema", ConflictSchema);
        json.WriteString("scenario", conflict.Scenario);
        List(json, "conflict", conflict.Limits, limit =>
        {
            json.WriteString("limit", limit.Limit);
            json.WriteString("value", limit.Value);
            json.WriteString("enough", limit.Enough);
            if (limit.Least is { } least) json.WriteString("least", least);
        });
        List(json, "unservable", conflict.Unservable, considered => Considered(json, considered));
    });

    private static void Way(Utf8JsonWriter json, Baseline baseline)
    {
        json.WriteString("name", baseline.Name);
        json.WriteString("detail", baseline.Detail);
        Number(json, "cost", baseline.Cost);
        Texts(json, "breaks", baseline.Breaks);
    }

    private static void Cost(Utf8JsonWriter json, PurchasePlan plan)
    {
        json.WriteStartObject("cost");
        Number(json, "total", plan.Cost.Total);
        Number(json, "present_value", plan.Cost.PresentValue);
        Number(json, "after_horizon", plan.Cost.AfterHorizon);
        Number(json, "committed_earlier", plan.Cost.CommittedEarlier);
        Number(json, "credits_used", plan.Cost.CreditsUsed);
        Months(json, plan, "per_month", plan.Cost.PerMonth);
        Months(json, plan, "amortised_per_month", plan.Cost.AmortisedPerMonth);
        Months(json, plan, "present_value_per_month", plan.Cost.PresentValuePerMonth);
        Amounts(json, "per_workload", plan.Cost.PerWorkload);
        Amounts(json, "per_purchase_kind", plan.Cost.PerPurchaseKind);
        Amounts(json, "per_provider", plan.Cost.PerProvider);
        json.WriteEndObject();
    }

    private static void Months(Utf8JsonWriter json, PurchasePlan plan, string name, IReadOnlyList<Money> amounts)
    {
        json.WriteStartObject(name);
        for (var month = 0; month < amounts.Count; month++) Number(json, plan.Horizon.Label(month), amounts[month]);
        json.WriteEndObject();
    }

    private static void Bought(Utf8JsonWriter json, Horizon horizon, Purchase purchase)
    {
        var source = purchase.Source;
        json.WriteString("workload", purchase.Workload);
        json.WriteString("offer", source.Id);
        json.WriteString("provider", source.Provider);
        json.WriteString("region", source.Region);
        json.WriteString("purchase_kind", PurchaseKinds.Name(source.Kind));
        json.WriteString("accelerator", source.Accelerator.Length == 0 ? null : source.Accelerator);
        json.WriteNumber("accelerators_per_instance", source.AcceleratorCount);
        json.WriteNumber("usd_per_hour", Math.Round(source.PricePerHour, 6));
        if (source.Kind == PurchaseKind.Commitment)
        {
            json.WriteNumber("term_months", source.TermMonths);
            json.WriteNumber("upfront_share", source.UpfrontShare);
        }

        if (source.Team.Length > 0) json.WriteString("team", source.Team);
        json.WriteString("configuration", purchase.Configuration);
        if (purchase.Use is { } use) UseJson.Write(json, use);
        if (purchase.IsSetup) json.WriteBoolean("setup", true);
        json.WriteString("price_as_of", source.AsOf is { } day ? Day(day) : null);
        json.WriteString("price_source", source.Origin);
        Number(json, "cost", purchase.Cost);
        List(json, "months", purchase.Months, month =>
        {
            json.WriteString("month", horizon.Label(month.Month));
            json.WriteNumber("instances", Math.Round(month.Instances, 6));
            json.WriteNumber("instance_hours", Math.Round(month.InstanceHours, 4));
            Number(json, "cash", month.Cash);
            Number(json, "amortised", month.Amortised);
            if (month.AtLevels.IsEmpty) return;
            json.WriteStartArray("at_levels");
            foreach (var instances in month.AtLevels) json.WriteNumberValue(Math.Round(instances, 6));
            json.WriteEndArray();
        });
    }

    private static void Considered(Utf8JsonWriter json, Consideration considered)
    {
        json.WriteString("workload", considered.Workload);
        json.WriteNumber("options", considered.Options);
        List(json, "best", considered.Best, option =>
        {
            json.WriteString("source", option.Source);
            json.WriteString("accelerators", option.Accelerators);
            json.WriteString("configuration", option.Configuration);
            json.WriteNumber("unit_cost", Math.Round(option.UnitCost, 4));
            json.WriteString("unit", option.Unit);
            json.WriteString("price_as_of", option.AsOf is { } day ? Day(day) : null);
            json.WriteString("price_source", option.Origin);
        });
        List(json, "excluded", considered.Excluded, excluded =>
        {
            json.WriteString("limit", excluded.Limit);
            json.WriteNumber("count", excluded.Count);
            json.WriteString("example", excluded.Example);
        });
    }

    /// <summary>Indented JSON with a final line feed, from what <paramref name="write"/> puts into its outermost object.</summary>
    public static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    internal static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A list of texts.</summary>
    internal static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Amounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, Money> amounts)
    {
        json.WriteStartObject(name);
        foreach (var (key, amount) in amounts) Number(json, key, amount);
        json.WriteEndObject();
    }

    /// <summary>An amount in US dollars.</summary>
    internal static void Number(Utf8JsonWriter json, string name, Money amount) => json.WriteNumber(name, amount.Usd / 1.0000m);

    /// <summary>An amount in US dollars, or null.</summary>
    internal static void Number(Utf8JsonWriter json, string name, Money? amount)
    {
        if (amount is { } known) Number(json, name, known);
        else json.WriteNull(name);
    }

    /// <summary>A number, or null.</summary>
    internal static void Optional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
