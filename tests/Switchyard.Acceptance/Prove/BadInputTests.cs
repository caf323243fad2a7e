using System.Globalization;
using System.Text;
using Switchyard.Acceptance.Plan;

namespace Switchyard.Acceptance.Prove;

/// <summary>What a proof cannot start from is refused with all that is wrong at once, exit code 1, and nothing is written: each case of bad input that was asked for.</summary>
public sealed class BadInputTests(Plans plans) : IDisposable
{
    private readonly Scratch scratch = new();

    // Every ten minutes a row, but for what is changed.
    private static string Spot(string header, Func<int, string?> row)
    {
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < 40; i++)
            if (row(i) is { } line) text.Append(line).Append('\n');
        return text.ToString();
    }

    private static string At(int tenMinutes) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(10 * tenMinutes).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_trace_with_gaps_or_unsorted_rows()
    {
        var gaps = scratch.Write("gaps.csv", Spot("time,zone,available", i => i is > 10 and < 20 ? null : $"{At(i)},a,{i % 2}"));
        var unsorted = scratch.Write("unsorted.csv", "arrival,input_tokens,output_tokens\n2026-01-01T00:00:05Z,100,10\n2026-01-01T00:00:01Z,100,10\n2026-01-01T00:00:02Z,abc,10\n2026-01-01T00:00:03Z,5,-10\n");
        (await Cli.RunAsync("demand", "trace", gaps, unsorted, "--out", scratch["out.csv"])).ShouldBeRefused(
            "gaps.csv:", "unsorted.csv:3 arrival", "unsorted.csv:4 input tokens: 'abc'", "unsorted.csv:5 output tokens: '-10'", "6 problems");
        scratch.Files().ShouldBe(["gaps.csv", "unsorted.csv"], ignoreOrder: true);
    }

    [Fact]
    public async Task Unknown_columns_negative_durations_and_a_job_larger_than_the_cluster()
    {
        var columns = scratch.Write("columns.csv", "arrived,input_tokens,output_token\n2026-01-01T00:00:00Z,100,10\n");
        var jobs = scratch.Write("jobs.csv", "submitted,gpus,duration\n2026-01-01T01:00:00Z,64,600\n2026-01-01T02:30:00Z,1,-5\n2026-01-01T03:30:00Z,1,5\n");
        (await Cli.RunAsync("demand", "trace", columns, jobs, "--cluster", "2x8")).ShouldBeRefused(
            "columns.csv:1 arrived", "maybe 'arrival'", "columns.csv:1 output_token", "maybe 'output_tokens'",
            "jobs.csv:2 gpus: asks for 64 GPUs; the cluster has 16", "jobs.csv:3 duration: -5 s is negative", "4 problems");
    }

    [Fact]
    public async Task A_truncated_plan_and_a_bad_record_of_spot_capacity_at_once()
    {
        var made = await plans.OfAsync("batch-nightly");
        var cut = scratch.Write("cut.json", made.Run.Stdout[..^(made.Run.Stdout.Length / 3)]);
        var gaps = scratch.Write("gaps.csv", Spot("time,zone,available", i => i is > 10 and < 20 ? null : $"{At(i)},a,{i % 2}"));
        var jobs = scratch.Write("jobs.csv", "submitted,gpus,duration\n2026-01-01T01:00:00Z,6,600\n");
        (await Cli.RunAsync("prove", cut, "--spot-trace", gaps, "--out", scratch["evidence.json"])).ShouldBeRefused("cut.json:", "broken or cut off", "gaps.csv:", "2 problems");
        (await Cli.RunAsync("prove", made.Path, "--spot-trace", jobs)).ShouldBeRefused("jobs.csv: holds jobs, not the availability of spot capacity");
        File.Exists(scratch["evidence.json"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_of_an_earlier_version_that_does_not_say_what_its_instances_do()
    {
        var made = await plans.OfAsync("batch-nightly");
        var plan = System.Text.Json.Nodes.JsonNode.Parse(made.Run.Stdout)!;
        var purchases = plan["purchases"]!.AsArray();
        foreach (var purchase in purchases) purchase!.AsObject().Remove("use");
        (await Cli.RunAsync("prove", scratch.Write("old.json", plan.ToJsonString()))).ShouldBeRefused(
            "purchases[0].use: what an instance does is not in the plan; make it again", $"{purchases.Count} problems");
    }

    [Fact]
    public async Task A_record_of_spot_capacity_is_played()
    {
        var made = await plans.OfAsync("batch-nightly");
        var never = scratch.Write("never.csv", Spot("time,zone,available,mood", i => $"{At(i)},a,{(i == 5 ? 1 : 0)},calm"));
        var run = await Cli.RunAsync(["prove", made.Path, "--spot-trace", never, "--one-means", "available", "--seeds", "1", "--no-mend", "-o", "json"], "", Plans.Patience);
        run.ExitCode.ShouldBe(2, run.Stderr);
        run.Stdout.ShouldContain("as recorded in 1 zones");
        // Nothing is left out in silence.
        run.Stdout.ShouldContain("never.csv: columns not used: mood");
    }

    public void Dispose() => scratch.Dispose();
}
