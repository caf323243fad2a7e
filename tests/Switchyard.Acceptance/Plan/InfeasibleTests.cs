using System.Text.Json;

namespace Switchyard.Acceptance.Plan;

/// <summary>Where no plan keeps the limits, the answer is no, with the reason, and nothing is saved.</summary>
public sealed class InfeasibleTests
{
    // Nightly work that costs a few hundred dollars a month, on a budget of ten.
    private const string Poor =
        """
        name: poor
        start: 2027-01-01
        horizon: 3 months
        limits:
          budget: {cash: $10/month}
          provider_share: 90%
        workloads:
          embed:
            kind: batch
            model: bge-m3
            work: 60M requests
            tokens: {input: {p50: 320, p95: 900}, output: 0}
            every: 1 day
            within: 8h
            spot: yes
        """;

    [Fact]
    public async Task The_answer_is_no_with_the_smallest_conflict_and_what_would_be_enough()
    {
        using Scratch scratch = new();
        var file = scratch.Write("poor.yaml", Poor);
        var run = await Cli.RunAsync(["plan", file], "", Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stderr);
        run.Stdout.ShouldContain("there is no plan within the limits");
        run.Stdout.ShouldContain("limits.budget.cash");
        run.Stdout.ShouldNotContain("limits.provider_share");
    }

    [Fact]
    public async Task As_JSON_it_says_the_same_and_a_file_that_was_saved_before_stays_as_it_was()
    {
        using Scratch scratch = new();
        var file = scratch.Write("poor.yaml", Poor);
        var former = scratch.Write("plan.json", "the former plan");
        var run = await Cli.RunAsync(["plan", file, "-o", "json", "--out", former], "", Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stderr);
        run.Stderr.ShouldContain($"there is no plan: {former} was not written");
        (await File.ReadAllTextAsync(former, TestContext.Current.CancellationToken)).ShouldBe("the former plan");
        scratch.Files().ShouldBe(["plan.json", "poor.yaml"]);

        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.Text("schema").ShouldBe("switchyard.conflict/1");
        var limit = json.RootElement.GetProperty("conflict").EnumerateArray().ShouldHaveSingleItem();
        limit.Text("limit").ShouldBe("limits.budget.cash");
        // What is said to be enough is.
        var enough = limit.Text("enough");
        enough.ShouldContain("$");
        var again = await Cli.RunAsync(["plan", "-"], Poor.Replace("$10/month", enough, StringComparison.Ordinal), Plans.Patience);
        again.ExitCode.ShouldBe(0, again.Stderr + again.Stdout);

        // Whoever redirects stdout into a file and then asks why.
        var explained = await Cli.RunAsync(["explain", scratch.Write("no-plan.json", run.Stdout)], "");
        explained.ShouldBeRefused("no plan: the file says why there is none");
    }
}
