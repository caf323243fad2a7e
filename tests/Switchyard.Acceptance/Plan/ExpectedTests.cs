using System.Text.Json;

namespace Switchyard.Acceptance.Plan;

/// <summary>Each scenario has the plan that was seen to be right: <c>scenarios/NAME/expected.json</c>.</summary>
public sealed class ExpectedTests(Plans plans)
{
    private const string Schema = "switchyard.expected/1";
    private const string Refresh = "where the change is right, refresh with UPDATE_EXPECTED=1 ./test ExpectedTests, and say why in the commit";

    // Another build of the solver may stop elsewhere within its gap, and so may round otherwise.
    private const decimal Rounding = 0.002m;

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task The_plan_is_the_expected_one(string scenario)
    {
        var token = TestContext.Current.CancellationToken;
        var made = await plans.OfAsync(scenario);
        made.Run.ExitCode.ShouldBe(0, made.Run.Stderr);
        var path = Path.Combine(Cli.Root, "scenarios", scenario, "expected.json");
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is { Length: > 0 }) await File.WriteAllTextAsync(path, Reduced(made.Json), token);
        File.Exists(path).ShouldBeTrue($"scenarios/{scenario}/expected.json is missing: make it with UPDATE_EXPECTED=1 ./test ExpectedTests");
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(path, token));
        Compare(expected.RootElement, made.Json);
    }

    private static void Compare(JsonElement expected, JsonElement plan)
    {
        expected.Text("schema").ShouldBe(Schema);
        var cost = plan.GetProperty("cost");
        var tolerance = (Math.Max(plan.Usd("gap"), expected.Usd("gap")) + Rounding) * (cost.Usd("present_value") + cost.Usd("credits_used"));
        cost.Usd("total").ShouldBe(expected.Usd("total"), tolerance, Refresh);
        plan.Usd("bound").ShouldBe(expected.Usd("bound"), tolerance, Refresh);
        plan.Usd("gap").ShouldBeLessThanOrEqualTo(expected.Usd("gap") + Rounding, Refresh);
        // Small purchases may differ between equally good plans; what most of a workload's money goes to may not.
        Mainstays(plan).ShouldBe(Mainstays(expected), Refresh);
    }

    private static List<string> Mainstays(JsonElement plan) =>
    [
        .. plan.GetProperty("purchases").EnumerateArray().GroupBy(p => p.Text("workload")).SelectMany(workload => workload
            .GroupBy(p => (Offer: p.Text("offer"), Kind: p.Text("purchase_kind")))
            .Where(source => source.Sum(p => p.Usd("cost")) > 0.6m * workload.Sum(p => p.Usd("cost")))
            .Select(source => $"{workload.Key}: {source.Key.Offer} {source.Key.Kind}")).Order(StringComparer.Ordinal),
    ];

    private static string Reduced(JsonElement plan) => Connect.PlanFile.PlanWriter.Json(json =>
    {
        json.WriteString("schema", Schema);
        json.WriteNumber("total", plan.Usd("cost", "total"));
        json.WriteNumber("bound", plan.Usd("bound"));
        json.WriteNumber("gap", plan.Usd("gap"));
        json.WriteStartArray("purchases");
        foreach (var purchase in plan.GetProperty("purchases").EnumerateArray())
        {
            json.WriteStartObject();
            foreach (var key in new[] { "workload", "offer", "purchase_kind" }) json.WriteString(key, purchase.Text(key));
            json.WriteNumber("cost", purchase.Usd("cost"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
