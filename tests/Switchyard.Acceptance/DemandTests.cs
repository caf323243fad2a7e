using System.Text.Json;
using Switchyard.Acceptance.Schemas;

namespace Switchyard.Acceptance;

/// <summary>Traces: shown, converted, refused with everything that is wrong.</summary>
public sealed class DemandTests
{
    private const string Jobs = "submitted,gpus,duration,queue\n2026-01-01T00:00:00Z,8,3600,a\n2026-01-01T01:00:00Z,1,7200,b\n";

    [Fact]
    public async Task A_trace_is_shown_as_JSON_and_as_a_table()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("jobs.csv", Jobs);
        var run = await Cli.RunAsync("demand", "trace", file, "-o", "json");
        run.ExitCode.ShouldBe(0, run.Stderr);
        using var json = JsonDocument.Parse(run.Stdout);
        json.RootElement.GetProperty("schema").GetString().ShouldBe("switchyard.demand.trace/1");
        var trace = json.RootElement.GetProperty("traces")[0];
        trace.GetProperty("kind").GetString().ShouldBe("jobs");
        trace.GetProperty("gpu_hours").GetDouble().ShouldBe(10);
        var table = await Cli.RunAsync("demand", "trace", file);
        table.ExitCode.ShouldBe(0, table.Stderr);
        table.Stdout.ShouldContain("2 jobs over 1.00 h from 2026-01-01 00:00:00Z");
    }

    [Fact]
    public async Task Every_kind_is_as_its_schema_says()
    {
        using var scratch = new Scratch();
        string[] files =
        [
            scratch.Write("jobs.csv", Jobs), scratch.Write("requests.csv", "arrival,input_tokens,output_tokens,served_seconds\n0,5,6,0.5\n4,7,8,\n"), scratch.Write("arrivals.csv", "arrival\n0\n0\n"),
            scratch.Write("spot.csv", "time,zone,available,price\n2026-01-01T00:00:00Z,a,1,2\n2026-01-01T00:10:00Z,a,0,2\n"), scratch.Write("series.csv", "time,series,value\n0,x,1\n60,x,\n"),
            scratch.Write("cluster.csv", "nodes,gpus_per_node\n4,8\n2,\n"),
        ];
        var run = await Cli.RunAsync(["demand", "trace", .. files, "-o", "json"]);
        run.ExitCode.ShouldBe(0, run.Stderr);
        (await SchemaFile.AgainstAsync("demand-trace", run.Stdout)).ShouldBeEmpty();
        (await SchemaFile.AgainstAsync("demand-trace", run.Stdout.Replace("\"gpu_hours\"", "\"hours\"", StringComparison.Ordinal))).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_is_written_reads_back()
    {
        using var scratch = new Scratch();
        var zones = new[] { "a", "b" }.Select(zone => scratch.Write($"{zone}.json", "{\"metadata\": {\"gap_seconds\": 600}, \"data\": [1, 1, 0, 1, 1, 0]}"));
        var written = await Cli.RunAsync(["demand", "trace", .. zones, "--out", scratch["both.csv"], "-o", "json"]);
        written.ExitCode.ShouldBe(0, written.Stderr);
        var read = await Cli.RunAsync("demand", "trace", scratch["both.csv"], "--out", scratch["again.csv"], "-o", "json");
        read.ExitCode.ShouldBe(0, read.Stderr);
        (await File.ReadAllTextAsync(scratch["again.csv"], TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllTextAsync(scratch["both.csv"], TestContext.Current.CancellationToken));
        using var json = JsonDocument.Parse(read.Stdout);
        json.RootElement.GetProperty("traces")[0].GetProperty("zones").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Every_problem_of_every_file_is_said_and_nothing_is_written()
    {
        using var scratch = new Scratch();
        var bad = scratch.Write("bad.csv", Jobs + "2026-01-01T02:00:00Z,1,-5,a\n2026-01-01T03:00:00,1,5,a\n");
        var run = await Cli.RunAsync("demand", "trace", bad, scratch["none.csv"], "--cluster", "many", "--out", scratch["out.csv"]);
        run.ShouldBeRefused("bad.csv:4 duration: -5 s is negative", "bad.csv:5 submitted: '2026-01-01T03:00:00' has no time zone", "none.csv: there is no such file", "--cluster: 'many' is not nodes and GPUs in each; maybe '64x8'");
        scratch.Files().ShouldBe(["bad.csv"]);
    }

    [Fact]
    public async Task A_job_larger_than_the_cluster_given_beside_it_is_refused_until_it_is_accepted()
    {
        using var scratch = new Scratch();
        var (jobs, cluster) = (scratch.Write("jobs.csv", Jobs), scratch.Write("cluster.csv", "queue,nodes,gpus_per_node\na,1,4\nb,1,4\n"));
        (await Cli.RunAsync("demand", "trace", jobs, cluster)).ShouldBeRefused("jobs.csv:2 gpus: asks for 8 GPUs; queue a has 4");
        (await Cli.RunAsync("demand", "trace", jobs, cluster, "--accept", "size")).ExitCode.ShouldBe(0);
        (await Cli.RunAsync("demand", "trace", jobs, "--accept", "all")).ShouldBeRefused("'all'", "'polarity'");
    }
}
