using System.Text.Json;
using Switchyard.Plan;
using Switchyard.Prove;

namespace Switchyard.Connect.Report;

/// <summary>Looks at evidence that was saved, before it is put into a report: is it whole, and is it about the plan?</summary>
public static class EvidenceText
{
    /// <summary>Name and version of the format that is understood.</summary>
    public const string Schema = "switchyard.evidence/1";

    private const JsonValueKind Truth = JsonValueKind.True;

    private static readonly (string Name, JsonValueKind Kind)[] Whole =
    [
        ("scenario", JsonValueKind.String), ("holds", Truth), ("run_hash", JsonValueKind.String), ("seeds", JsonValueKind.Array),
        ("expected", JsonValueKind.Object), ("notes", JsonValueKind.Array), ("assumed", JsonValueKind.Array),
    ];

    private static readonly (string Name, JsonValueKind Kind)[] Case =
    [
        ("case", JsonValueKind.String), ("requests_played", JsonValueKind.Number), ("breaches", JsonValueKind.Array), ("services", JsonValueKind.Array),
        ("jobs", JsonValueKind.Array), ("cost", JsonValueKind.Object), ("planned_cost", JsonValueKind.Number), ("cash_per_month", JsonValueKind.Object),
        ("accelerator_hours", JsonValueKind.Object), ("timeline", JsonValueKind.Array),
    ];

    // What stands in the lists of a case.
    private static readonly (string List, (string Name, JsonValueKind Kind)[] Members)[] Lists =
    [
        ("breaches", [("what", JsonValueKind.String), ("first", JsonValueKind.String), ("months", JsonValueKind.Array), ("detail", JsonValueKind.String)]),
        ("services", [
            ("workload", JsonValueKind.String), ("requests", JsonValueKind.Number), ("ttft", JsonValueKind.Object), ("tpot", JsonValueKind.Object),
            ("e2e", JsonValueKind.Object), ("failed", JsonValueKind.Object), ("objectives", JsonValueKind.Array),
        ]),
        ("jobs", [
            ("workload", JsonValueKind.String), ("runs", JsonValueKind.Number), ("done", JsonValueKind.Number), ("in_time", JsonValueKind.Number),
            ("promised", JsonValueKind.Number), ("hours", JsonValueKind.Object), ("wait_hours", JsonValueKind.Object), ("failures", JsonValueKind.Number),
        ]),
        ("limits", [("limit", JsonValueKind.String), ("value", JsonValueKind.String), ("what", JsonValueKind.String)]),
        ("timeline", [("at", JsonValueKind.String), ("what", JsonValueKind.String)]),
    ];

    private static readonly (string Name, JsonValueKind Kind)[] Objective =
    [
        ("objective", JsonValueKind.String), ("month", JsonValueKind.String), ("limit", JsonValueKind.Number), ("wanted", JsonValueKind.Number),
        ("attained", JsonValueKind.Object), ("holds", Truth),
    ];

    /// <summary>Whether a text says of itself that it is evidence, of whatever version.</summary>
    public static bool Claims(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out var schema)
                && schema.ValueKind == JsonValueKind.String && schema.GetString()!.StartsWith("switchyard.evidence/", StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>All that is wrong with evidence about a plan; nothing where it is right.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="file">The file's name, for problems.</param>
    /// <param name="plan">The plan that it is about; null where there is none to compare with.</param>
    public static IReadOnlyList<Problem> Check(string text, string file, PurchasePlan? plan)
    {
        var problems = new List<Problem>();
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        var schema = root.GetProperty("schema").GetString();
        if (schema != Schema)
        {
            problems.Add(new(file, 0, "schema", $"'{Problem.Shown(schema!)}' is not {Schema}; prove the plan again with this version"));
            return problems;
        }

        Members(root, "", Whole, file, problems);
        if (plan is not null && root.TryGetProperty("scenario", out var scenario) && scenario.ValueKind == JsonValueKind.String && scenario.GetString() != plan.Scenario)
            problems.Add(new(file, 0, "scenario", $"is evidence about '{Problem.Shown(scenario.GetString()!)}'; the plan is of '{Problem.Shown(plan.Scenario)}'"));
        else if (plan is not null && root.TryGetProperty("plan", out var known) && (known.ValueKind != JsonValueKind.String || known.GetString() != PlanFingerprint.Of(plan)))
            problems.Add(new(file, 0, "plan", $"is evidence about another plan of '{Problem.Shown(plan.Scenario)}'; prove this one"));
        foreach (var name in (string[])["expected", "predictions_wrong_by_p90"])
            if (root.TryGetProperty(name, out var played)) Played(played, name, file, problems);
        if (root.TryGetProperty("stress", out var stress) && stress.ValueKind == JsonValueKind.Array)
            foreach (var (played, i) in stress.EnumerateArray().Select((p, i) => (p, i))) Played(played, $"stress[{i}]", file, problems);
        return problems;
    }

    private static void Played(JsonElement played, string path, string file, List<Problem> problems)
    {
        Members(played, path, Case, file, problems);
        if (played.ValueKind != JsonValueKind.Object) return;
        foreach (var (name, members) in Lists)
        {
            if (!played.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) continue;
            foreach (var (item, i) in list.EnumerateArray().Select((item, i) => (item, i)))
            {
                Members(item, $"{path}.{name}[{i}]", members, file, problems);
                if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("objectives", out var objectives) || objectives.ValueKind != JsonValueKind.Array) continue;
                foreach (var (objective, o) in objectives.EnumerateArray().Select((objective, o) => (objective, o)))
                    Members(objective, $"{path}.{name}[{i}].objectives[{o}]", Objective, file, problems);
            }
        }
    }

    private static void Members(JsonElement parent, string path, (string Name, JsonValueKind Kind)[] members, string file, List<Problem> problems)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new(file, 0, path, "is not an object"));
            return;
        }

        foreach (var (name, kind) in members)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (!parent.TryGetProperty(name, out var member)) problems.Add(new(file, 0, at, "is missing; prove the plan again"));
            else if (member.ValueKind == JsonValueKind.Object && member.TryGetProperty("mean", out var mean) && mean.ValueKind is not (JsonValueKind.Number or JsonValueKind.Null)) problems.Add(new(file, 0, $"{at}.mean", "is not a number"));
            else if (member.ValueKind != kind && !(kind == Truth && member.ValueKind == JsonValueKind.False)) problems.Add(new(file, 0, at, "has another type"));
        }
    }
}
