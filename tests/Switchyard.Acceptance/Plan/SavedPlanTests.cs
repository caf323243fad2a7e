using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Switchyard.Acceptance.Plan;

/// <summary>A saved plan is what was printed, and can be explained.</summary>
public sealed class SavedPlanTests(Plans plans)
{
    private const string Scenario = "frontier-training";

    [Fact]
    public async Task What_is_saved_is_what_was_printed()
    {
        var made = await plans.OfAsync(Scenario);
        (await File.ReadAllTextAsync(made.Path, TestContext.Current.CancellationToken)).ShouldBe(made.Run.Stdout);
        made.Run.Stdout.ShouldEndWith("}\n");
    }

    [Fact]
    public async Task Explain_says_what_a_workload_buys_and_what_it_would_use_instead()
    {
        var made = await plans.OfAsync(Scenario);
        var run = await Cli.RunAsync("explain", made.Path, "pretrain");
        run.ExitCode.ShouldBe(0, run.Stderr);
        run.Stderr.ShouldBe("");
        run.Stdout.ShouldStartWith("pretrain: ");
        run.Stdout.ShouldNotContain("ablations");
        foreach (var purchase in made.Json.GetProperty("purchases").EnumerateArray().Where(p => p.Text("workload") == "pretrain"))
            run.Stdout.ShouldContain(purchase.Text("offer"));

        // All workloads, from a pipe.
        var all = await Cli.RunAsync(["explain", "-"], made.Run.Stdout);
        all.ExitCode.ShouldBe(0, all.Stderr);
        all.Stdout.ShouldContain("pretrain: ");
        all.Stdout.ShouldContain("ablations: ");
    }

    [Fact]
    public async Task A_workload_that_is_not_in_it_is_refused_with_those_that_are()
    {
        var made = await plans.OfAsync(Scenario);
        (await Cli.RunAsync("explain", made.Path, "nope")).ShouldBeRefused("'nope'", "pretrain, ablations");
    }

    [Fact]
    public async Task As_YAML_it_is_the_same()
    {
        var made = await plans.OfAsync(Scenario);
        var run = await Cli.RunAsync(["plan", $"scenarios/{Scenario}", "-o", "yaml"], "", Plans.Patience);
        run.ExitCode.ShouldBe(0, run.Stderr);
        YamlStream yaml = [];
        yaml.Load(new StringReader(run.Stdout));
        Same(yaml.Documents.ShouldHaveSingleItem().RootNode, made.Json, "plan");
    }

    private static void Same(YamlNode yaml, JsonElement json, string path)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var map = yaml.ShouldBeOfType<YamlMappingNode>(path);
                map.Children.Select(c => ((YamlScalarNode)c.Key).Value).ShouldBe(json.EnumerateObject().Select(m => m.Name), path);
                foreach (var member in json.EnumerateObject()) Same(map[member.Name], member.Value, $"{path}.{member.Name}");
                break;
            case JsonValueKind.Array:
                var list = yaml.ShouldBeOfType<YamlSequenceNode>(path);
                list.Children.Count.ShouldBe(json.GetArrayLength(), path);
                foreach (var (node, item) in list.Children.Zip(json.EnumerateArray())) Same(node, item, $"{path}[]");
                break;
            default:
                var text = json.ValueKind switch { JsonValueKind.String => json.GetString(), JsonValueKind.Null => "null", _ => json.GetRawText() };
                var scalar = yaml.ShouldBeOfType<YamlScalarNode>(path);
                scalar.Value.ShouldBe(text, path);
                // '8' as a text stays a text.
                (scalar.Style == YamlDotNet.Core.ScalarStyle.DoubleQuoted).ShouldBe(json.ValueKind == JsonValueKind.String, path);
                break;
        }
    }
}
