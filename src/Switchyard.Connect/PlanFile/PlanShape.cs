using System.Globalization;
using System.Text.Json;

namespace Switchyard.Connect.PlanFile;

/// <summary>What a plan file must have where later steps rest on it: all that is missing, of another kind or not possible, each with its place.</summary>
internal sealed class PlanShape
{
    private const double MostInstances = 1e6;

    private readonly List<(string Path, string Message)> problems = [];

    /// <summary>What is wrong; empty where nothing is.</summary>
    public static IReadOnlyList<(string Path, string Message)> Problems(JsonElement root)
    {
        var shape = new PlanShape();
        shape.Has(root, "", JsonValueKind.String, "scenario", "start", "prices_as_of");
        if (shape.Has(root, "", JsonValueKind.Number, "months")) shape.Within(root, "", "months", 1, 1200);
        shape.Has(root, "", JsonValueKind.Number, "bound", "gap");
        if (shape.Has(root, "", JsonValueKind.Object, "cost")) shape.Has(root.GetProperty("cost"), "cost.", JsonValueKind.Number, "total", "present_value");
        shape.Has(root, "", JsonValueKind.Array, "commitments", "baselines", "binding", "alternatives", "considered", "own_offers_left_out", "assumed", "not_yet_used");
        if (shape.Has(root, "", JsonValueKind.Array, "purchases")) shape.Each(root, "", "purchases", shape.Purchase);
        if (root.TryGetProperty("extras", out var extras)) shape.Extras(extras);
        return shape.problems;
    }

    private void Extras(JsonElement extras)
    {
        if (extras.ValueKind != JsonValueKind.Object)
        {
            problems.Add(("extras", $"{Kind(extras)} instead of an object"));
            return;
        }

        foreach (var workload in extras.EnumerateObject())
        {
            var at = $"extras.{workload.Name}.";
            if (workload.Value.ValueKind != JsonValueKind.Object)
            {
                problems.Add((at.TrimEnd('.'), $"{Kind(workload.Value)} instead of an object"));
                continue;
            }

            foreach (var name in new[] { "replicas_min", "spares" })
                if (workload.Value.TryGetProperty(name, out _) && Has(workload.Value, at, JsonValueKind.Number, name)) Within(workload.Value, at, name, 0, 1e4);
            if (workload.Value.TryGetProperty("spread", out var spread) && Has(workload.Value, at, JsonValueKind.String, "spread") && ExtraJson.Domain(spread.GetString()!) is null)
                problems.Add(($"{at}spread", $"'{Problem.Shown(spread.GetString()!)}' is not one of instance, zone, region, provider"));
        }
    }

    private void Purchase(JsonElement purchase, string at)
    {
        Has(purchase, at, JsonValueKind.String, "workload", "offer", "provider", "region", "purchase_kind", "configuration", "price_source");
        if (Has(purchase, at, JsonValueKind.Number, "usd_per_hour")) Within(purchase, at, "usd_per_hour", 0, 1e6);
        if (Has(purchase, at, JsonValueKind.Number, "accelerators_per_instance")) Within(purchase, at, "accelerators_per_instance", 0, 1e6);
        if (purchase.TryGetProperty("use", out var use)) Use(use, $"{at}use.");
        if (Has(purchase, at, JsonValueKind.Array, "months")) Each(purchase, at, "months", Month);
    }

    private void Use(JsonElement use, string at)
    {
        if (use.ValueKind != JsonValueKind.Object)
        {
            problems.Add((at.TrimEnd('.'), $"{Kind(use)} instead of an object"));
            return;
        }

        Has(use, at, JsonValueKind.String, "precision");
        if (use.TryGetProperty("gang", out _))
        {
            if (Has(use, at, JsonValueKind.Number, "gang")) Within(use, at, "gang", 1, MostInstances);
            return;
        }

        foreach (var name in new[] { "tensor_parallel", "replicas" })
            if (Has(use, at, JsonValueKind.Number, name)) Within(use, at, name, 1, 1e4);
        if (Has(use, at, JsonValueKind.Number, "requests_per_second")) Within(use, at, "requests_per_second", 1e-9, 1e9);
        Has(use, at, JsonValueKind.Array, "users");
    }

    private void Month(JsonElement month, string at)
    {
        if (Has(month, at, JsonValueKind.String, "month")
            && !DateOnly.TryParseExact(month.GetProperty("month").GetString(), "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            problems.Add(($"{at}month", $"'{Problem.Shown(month.GetProperty("month").GetString()!)}' is not a month, such as 2027-01"));
        if (Has(month, at, JsonValueKind.Number, "instances")) Within(month, at, "instances", 0, MostInstances);
        if (Has(month, at, JsonValueKind.Number, "instance_hours")) Within(month, at, "instance_hours", 0, MostInstances * 744);
        Has(month, at, JsonValueKind.Number, "cash", "amortised");
        if (!month.TryGetProperty("at_levels", out var levels) || !Has(month, at, JsonValueKind.Array, "at_levels")) return;
        foreach (var (instances, i) in levels.EnumerateArray().Select((instances, i) => (instances, i)))
        {
            if (instances.ValueKind != JsonValueKind.Number) problems.Add(($"{at}at_levels[{i}]", $"{Kind(instances)} instead of a number"));
            else if (instances.GetDouble() is not (>= 0 and <= MostInstances)) problems.Add(($"{at}at_levels[{i}]", $"'{instances}' is not at least 0 and at most {MostInstances:#,##0}"));
        }
    }

    private void Each(JsonElement parent, string at, string name, Action<JsonElement, string> check)
    {
        var i = 0;
        foreach (var item in parent.GetProperty(name).EnumerateArray())
        {
            var place = $"{at}{name}[{i++}]";
            if (item.ValueKind == JsonValueKind.Object) check(item, $"{place}.");
            else problems.Add((place, $"{Kind(item)} instead of an object"));
        }
    }

    private bool Has(JsonElement parent, string at, JsonValueKind kind, params ReadOnlySpan<string> names)
    {
        var all = true;
        foreach (var name in names)
        {
            if (!parent.TryGetProperty(name, out var value)) problems.Add(($"{at}{name}", "is missing"));
            else if (value.ValueKind != kind) problems.Add(($"{at}{name}", $"{Kind(value)} instead of {Name(kind)}"));
            else continue;
            all = false;
        }

        return all;
    }

    private void Within(JsonElement parent, string at, string name, double least, double most)
    {
        var value = parent.GetProperty(name).GetDouble();
        if (value >= least && value <= most) return;
        problems.Add(($"{at}{name}", string.Create(CultureInfo.InvariantCulture, $"'{value:0.######}' is not {(least > 0 && least < 1 ? "above 0" : $"at least {least:0}")} and at most {most:#,##0}")));
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"'{Problem.Shown(value.GetString()!)}'",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => $"'{Problem.Shown(value.ToString())}'",
        var kind => Name(kind),
    };

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "nothing",
    };
}
