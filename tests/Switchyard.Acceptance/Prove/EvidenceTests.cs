using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Prove;

/// <summary>Each scenario's plan has the evidence that was seen to be right: <c>scenarios/NAME/evidence.json</c>.</summary>
public sealed class EvidenceTests(Plans plans)
{
    private const string Schema = "switchyard.expected_evidence/1";
    private const string Refresh = "where the change is right, refresh with UPDATE_EXPECTED=1 ./test EvidenceTests, and say why in the commit";

    [Theory]
    [MemberData(nameof(Plans.Shipped), MemberType = typeof(Plans))]
    public async Task The_evidence_is_the_expected_one(string scenario)
    {
        var token = TestContext.Current.CancellationToken;
        var made = await plans.OfAsync(scenario);
        made.Run.ExitCode.ShouldBe(0, made.Run.Stderr);
        var run = await Cli.RunAsync(["prove", made.Path, "--no-mend", "-o", "json"], "", Plans.Patience);
        run.ExitCode.ShouldBeOneOf(0, 2);
        using var evidence = JsonDocument.Parse(run.Stdout);
        evidence.RootElement.Text("schema").ShouldBe("switchyard.evidence/1");
        evidence.RootElement.GetProperty("holds").GetBoolean().ShouldBe(run.ExitCode == 0);
        var path = Path.Combine(Cli.Root, "scenarios", scenario, "evidence.json");
        var plan = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(made.Json.GetProperty("purchases").GetRawText())))[..16];
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is { Length: > 0 }) await File.WriteAllTextAsync(path, Reduced(evidence.RootElement, plan), token);
        File.Exists(path).ShouldBeTrue($"scenarios/{scenario}/evidence.json is missing: make it with UPDATE_EXPECTED=1 ./test EvidenceTests");
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(path, token));
        Compare(expected.RootElement, evidence.RootElement, plan);
    }

    [Fact]
    public async Task The_same_plan_and_seeds_give_the_same_bytes()
    {
        var made = await plans.OfAsync("startup");
        string[] arguments = ["prove", made.Path, "--no-mend", "--seeds", "3", "--seed", "7", "-o", "json"];
        var first = await Cli.RunAsync(arguments, "", Plans.Patience);
        first.Stdout.ShouldNotBeEmpty();
        (await Cli.RunAsync(arguments, "", Plans.Patience)).Stdout.ShouldBe(first.Stdout);
        using var one = JsonDocument.Parse(first.Stdout);
        arguments[6] = "8";
        using var other = JsonDocument.Parse((await Cli.RunAsync(arguments, "", Plans.Patience)).Stdout);
        other.RootElement.Text("run_hash").ShouldNotBe(one.RootElement.Text("run_hash"));
    }

    private static void Compare(JsonElement expected, JsonElement evidence, string plan)
    {
        expected.Text("schema").ShouldBe(Schema);
        // Another build of the solver may give another plan within its gap; the same plan gives the same run, bit for bit, and the same statistics of it.
        if (expected.Text("plan") == plan)
        {
            evidence.Text("run_hash").ShouldBe(expected.Text("run_hash"), Refresh);
            var (before, after) = (Statistics(expected), Statistics(evidence));
            after.Except(before).Concat(before.Except(after).Select(line => $"was {line}")).Take(20).ShouldBeEmpty(Refresh);
        }

        var (was, now) = (expected.GetProperty("expected"), evidence.GetProperty("expected"));
        var cost = was.Usd("cost", "mean");
        now.Usd("cost", "mean").ShouldBe(cost, 0.05m * cost, Refresh);
        evidence.GetProperty("holds").GetBoolean().ShouldBe(expected.GetProperty("holds").GetBoolean(), Refresh);
    }

    // Attainment of each objective in each month, accelerator-hours by state, energy, carbon, limits, jobs: one line each, so that a difference names itself.
    private static List<string> Statistics(JsonElement evidence)
    {
        var lines = new List<string>();
        void Add(string path, JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject()) Add($"{path}.{member.Name}", member.Value);
                    break;
                case JsonValueKind.Array:
                    foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i))) Add($"{path}[{i}]", item);
                    break;
                default: lines.Add($"{path}: {value.GetRawText()}"); break;
            }
        }

        var expected = evidence.GetProperty("expected");
        foreach (var key in Compared) Add(key, expected.GetProperty(key));
        return lines;
    }

    private static readonly string[] Compared =
        ["requests_played", "breaches", "services", "jobs", "limits", "cost", "cash_per_month", "accelerator_hours", "kilowatt_hours", "carbon_kilograms"];

    private static string Reduced(JsonElement evidence, string plan) => Connect.PlanFile.PlanWriter.Json(json =>
    {
        json.WriteString("schema", Schema);
        json.WriteString("plan", plan);
        json.WriteString("run_hash", evidence.Text("run_hash"));
        json.WriteBoolean("holds", evidence.GetProperty("holds").GetBoolean());
        json.WriteStartObject("expected");
        var expected = evidence.GetProperty("expected");
        foreach (var key in Compared)
        {
            json.WritePropertyName(key);
            expected.GetProperty(key).WriteTo(json);
        }

        json.WriteEndObject();
    });
}
