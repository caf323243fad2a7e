using System.Text.Json.Nodes;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Prove;

/// <summary>What cannot be proven is refused with all that is wrong, and nothing is written.</summary>
public sealed class RefusalTests(Plans plans) : IDisposable
{
    private readonly Scratch scratch = new();

    [Fact]
    public async Task A_file_that_is_not_there_or_is_cut_off_is_refused()
    {
        (await Cli.RunAsync("prove", "nowhere.json")).ShouldBeRefused("nowhere.json", "there is no such file");
        var made = await plans.OfAsync("batch-nightly");
        var cut = scratch["cut.json"];
        await File.WriteAllTextAsync(cut, made.Run.Stdout[..(made.Run.Stdout.Length / 2)], TestContext.Current.CancellationToken);
        (await Cli.RunAsync("prove", cut)).ShouldBeRefused("cut.json", "broken or cut off");
    }

    [Fact]
    public async Task A_plan_for_another_scenario_or_catalog_is_refused_saying_what_differs()
    {
        var made = await plans.OfAsync("batch-nightly");
        (await Cli.RunAsync("prove", made.Path, "-f", "scenarios/startup")).ShouldBeRefused("'batch-nightly'", "'startup'", "'embed'", "'chat'");
        var changed = JsonNode.Parse(made.Run.Stdout)!;
        changed["prices_as_of"] = "2020-01-01";
        changed["purchases"]![0]!["usd_per_hour"] = 0.01;
        changed["purchases"]![1]!["offer"] = "nobody/nowhere/nothing";
        var path = scratch["changed.json"];
        await File.WriteAllTextAsync(path, changed.ToJsonString(), TestContext.Current.CancellationToken);
        (await Cli.RunAsync("prove", path, "--out", scratch["evidence.json"])).ShouldBeRefused("2020-01-01", "usd_per_hour", "nobody/nowhere/nothing", "3 problems");
        File.Exists(scratch["evidence.json"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_of_a_scenario_that_is_not_bundled_asks_for_its_file()
    {
        var made = await plans.OfAsync("batch-nightly");
        var renamed = JsonNode.Parse(made.Run.Stdout)!;
        renamed["scenario"] = "mine";
        var path = scratch["mine.json"];
        await File.WriteAllTextAsync(path, renamed.ToJsonString(), TestContext.Current.CancellationToken);
        (await Cli.RunAsync("prove", path)).ShouldBeRefused("mine", "-f");
        (await Cli.RunAsync("prove", path, "--seeds", "none")).ShouldBeRefused("--seeds");
    }

    public void Dispose() => scratch.Dispose();
}
