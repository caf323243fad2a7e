namespace Switchyard.Acceptance.Plan;

/// <summary>What <c>init</c> prints can be used as it is.</summary>
public sealed class StarterTests
{
    [Theory]
    [InlineData("inference")]
    [InlineData("training")]
    [InlineData("batch")]
    public async Task It_is_valid_and_can_be_planned(string kind)
    {
        var init = await Cli.RunAsync("init", kind);
        init.ExitCode.ShouldBe(0, init.Stderr);
        init.Stderr.ShouldBe("");
        var valid = await Cli.RunAsync(["validate", "-"], init.Stdout);
        valid.ExitCode.ShouldBe(0, valid.Stderr);
        valid.Stdout.ShouldContain(": valid, ");
        var plan = await Cli.RunAsync(["plan", "-"], init.Stdout, Plans.Patience);
        plan.ExitCode.ShouldBe(0, plan.Stderr);
        plan.Stdout.ShouldContain("Buy");
        plan.Stdout.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Shipped_scenarios_are_valid_by_name_by_folder_and_by_file()
    {
        string[][] ways = [["startup"], ["scenarios/startup"], ["scenarios/startup/scenario.yaml"], ["-f", "scenarios/startup/scenario.yaml"]];
        foreach (var way in ways)
        {
            var run = await Cli.RunAsync(["validate", .. way]);
            run.ExitCode.ShouldBe(0, run.Stderr);
            run.Stdout.ShouldStartWith("startup: valid, 2 workloads, 12 months");
        }
    }
}
