using System.Text.Json.Nodes;
using Switchyard.Connect.PlanFile;

namespace Switchyard.Acceptance.Plan;

/// <summary>A file that is no plan, or no longer one, is refused with what is wrong.</summary>
public sealed class BrokenPlanTests(Plans plans)
{
    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("{\"schema\": \"switchyard.plan/1\"", ":1: the JSON is broken or cut off here")]
    [InlineData("{\"schema\": \"switchyard.plan/1\"}", "p.json purchases: is missing")]
    [InlineData("{\"schema\": \"switchyard.plan/99\"}", "'switchyard.plan/99' is not switchyard.plan/1")]
    [InlineData("{\"name\": \"something else\"}", "no plan: there is no 'schema' in it")]
    [InlineData("[1, 2]", "no plan")]
    [InlineData("name: yaml", "this is not JSON")]
    [InlineData("\u0000\u0001\u0002", "this is not JSON")]
    public async Task What_is_no_plan_is_refused(string text, string said)
    {
        using Scratch scratch = new();
        (await Cli.RunAsync("explain", scratch.Write("p.json", text))).ShouldBeRefused("p.json", said);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused() =>
        (await Cli.RunAsync("explain", "no-such-plan.json", "chat")).ShouldBeRefused("no-such-plan.json: there is no such file");

    [Fact]
    public async Task All_that_was_changed_by_hand_for_the_worse_is_said_at_once_with_its_place()
    {
        var root = JsonNode.Parse((await plans.OfAsync("batch-nightly")).Run.Stdout)!;
        var purchase = root["purchases"]![0]!;
        purchase["usd_per_hour"] = "cheap";
        purchase["months"]![0]!["instances"] = -5;
        purchase["months"]![1]!["month"] = "soon";
        purchase["use"]!["requests_per_second"] = 0;
        root["assumed"] = null;
        root.AsObject().Remove("start");
        PlanReader.Read(root.ToJsonString(), "p.json").Problems.Select(p => $"{p.Path}: {p.Message}").ShouldBe(
        [
            "start: is missing",
            "assumed: nothing instead of a list",
            "purchases[0].usd_per_hour: 'cheap' instead of a number",
            "purchases[0].use.requests_per_second: '0' is not above 0 and at most 1,000,000,000",
            "purchases[0].months[0].instances: '-5' is not at least 0 and at most 1,000,000",
            "purchases[0].months[1].month: 'soon' is not a month, such as 2027-01",
        ]);
    }

    [Fact]
    public async Task A_folder_and_a_scenario_are_no_plans()
    {
        using Scratch scratch = new();
        (await Cli.RunAsync("prove", Path.GetDirectoryName(scratch.Write("scenario.yaml", "name: x"))!)).ShouldBeRefused("is a folder; name a plan");
        (await Cli.RunAsync("prove", scratch["scenario.yaml"])).ShouldBeRefused("scenario.yaml", "this is not JSON", "switchyard plan SCENARIO --out");
    }

    [Fact]
    public async Task A_plan_that_is_cut_off_is_refused_wherever_it_is_cut()
    {
        var text = (await plans.OfAsync("frontier-training")).Run.Stdout.TrimEnd();
        for (var length = 0; length < text.Length; length += 97)
            PlanReader.Read(text[..length], "p.json").Problems.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Any_part_that_is_missing_or_of_another_type_is_a_problem_or_does_no_harm()
    {
        var text = (await plans.OfAsync("frontier-training")).Run.Stdout;
        PlanReader.Read(text, "p.json").Problems.ShouldBeEmpty();
        var places = Places(JsonNode.Parse(text)!, []).ToList();
        JsonNode?[] others = [null, JsonValue.Create("x"), JsonValue.Create(-1e300), new JsonArray(1), new JsonObject { ["x"] = 1 }];
        for (var i = 0; i < places.Count; i++)
        {
            var root = JsonNode.Parse(text)!;
            var (parent, last) = (places[i][..^1].Aggregate(root, Down), places[i][^1]);
            // Places repeat each other: one change at each is enough, all changes over all of them.
            var change = i % (others.Length + 1);
            if (last is string key)
            {
                if (change == others.Length) parent.AsObject().Remove(key);
                else parent[key] = others[change]?.DeepClone();
            }
            else parent[(int)last] = change == others.Length ? null : others[change]?.DeepClone();

            Should.NotThrow(() => PlanReader.Read(root.ToJsonString(), "p.json"), string.Join('.', places[i]));
        }
    }

    private static JsonNode Down(JsonNode node, object step) => step is string key ? node[key]! : node[(int)step]!;

    private static IEnumerable<object[]> Places(JsonNode node, object[] path) => node switch
    {
        JsonObject map => map.SelectMany(m => Below(m.Value, [.. path, m.Key])),
        JsonArray list => list.SelectMany((item, i) => Below(item, [.. path, i])),
        _ => [],
    };

    private static IEnumerable<object[]> Below(JsonNode? node, object[] path) =>
        node is null ? [path] : Places(node, path).Prepend(path);
}
