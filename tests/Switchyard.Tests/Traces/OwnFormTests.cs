using System.IO.Compression;
using System.Text;
using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Tests.Traces;

/// <summary>Our own CSV: it reads back as what was written, and what is wrong with it is said.</summary>
public sealed class OwnFormTests
{
    private const string Zones = "time,zone,available,price\n";

    [Fact]
    public void Every_kind_reads_back_as_what_was_written()
    {
        var random = new Random(11);
        double Maybe(double value) => random.Next(3) == 0 ? double.NaN : value;
        for (var round = 0; round < 40; round++)
        {
            var start = round % 2 == 0 ? new DateTimeOffset(2026, 5, 4, 0, 0, 0, TimeSpan.Zero) : (DateTimeOffset?)null;
            // In whole ticks: a moment holds no less.
            double[] times = [.. Enumerable.Range(0, random.Next(2, 60)).Select(_ => random.NextInt64(3_000_000_000_000) / 1e7).Order()];
            Same(new("", "", 0, []) { Requests = new() { Arrivals = [.. times], Input = [.. times.Select(_ => random.Next(9))], Output = [.. times.Select(_ => random.Next(9))], ServedSeconds = [.. times.Select(_ => random.NextDouble())], Start = start } });
            Same(new("", "", 0, [])
            {
                Jobs = new()
                {
                    Submitted = [.. times], Gpus = [.. times.Select(_ => random.Next(3) / 2.0)], Duration = [.. times.Select((_, i) => i == 0 ? 1 : Maybe(random.Next(100)))],
                    Started = [.. times.Select((t, i) => i == 0 ? t : Maybe(t))], Deadline = [.. times.Select((t, i) => i == 0 ? t : Maybe(t))],
                    Nodes = [.. times.Select(_ => random.Next(1, 4))], MemoryBytes = [.. times.Select(_ => random.Next(64) * 1073741824.0)], Start = start,
                    Status = [.. times.Select((_, i) => i == 0 ? JobStatus.NodeFailed : (JobStatus)random.Next(9))], Restarts = [.. times.Select(_ => random.Next(3))],
                    Ids = [.. times.Select((_, i) => $"job {i}, \"x\"")], Users = new(["ann", "bob, jr"], [.. times.Select((_, i) => i < 2 ? i : random.Next(-1, 2))]),
                },
            });
            var steps = random.Next(60, 90);
            ImmutableArrayOf(random, steps, out var a, out var b);
            Same(new("", "", 0, []) { Availability = new(600, [new("z1", a) { Prices = [.. a.Select(_ => random.NextDouble())], OnDemand = 3.5, Instance = "x8" }, new("z2", b)]) { Start = start } });
            Same(new("", "", 0, []) { Series = new([.. times.Distinct()], [new("a rate", [.. times.Distinct().Select(_ => random.NextDouble() - 0.5)])]) { Start = start } });
            Same(new("", "", 0, []) { Cluster = new([new(3, 8) { Queue = "q", Accelerator = "H100", Cpus = 96, MemoryBytes = 1073741824.0 * 512 }, new(2, null)]) });
        }

        static void ImmutableArrayOf(Random random, int steps, out System.Collections.Immutable.ImmutableArray<bool> a, out System.Collections.Immutable.ImmutableArray<bool> b)
        {
            a = [.. Enumerable.Range(0, steps).Select(i => i == 0 || random.Next(2) == 0)];
            b = [.. Enumerable.Range(0, steps).Select(i => i == 1 || random.Next(2) == 0)];
        }

        static void Same(TraceFile file)
        {
            using var text = new StringWriter();
            TraceWriter.Write(file, text);
            var read = Files.Held(text.ToString(), new() { Accept = Doubts.Gaps });
            read.Kind.ShouldBe(file.Kind);
            using var again = new StringWriter();
            TraceWriter.Write(read, again);
            again.ToString().ShouldBe(text.ToString());
            // Not the text alone: the columns themselves.
            if (file.Requests is { Start: null } r) read.Requests!.Arrivals.ShouldBe(r.Arrivals);
            if (file.Jobs is { } j) (read.Jobs!.Gpus.SequenceEqual(j.Gpus) && read.Jobs.Status.SequenceEqual(j.Status) && read.Jobs.Users.Of.SequenceEqual(j.Users.Of)).ShouldBeTrue();
            if (file.Availability is { } v) read.Availability!.Zones.Zip(v.Zones).ShouldAllBe(z => z.First.Available.SequenceEqual(z.Second.Available));
        }
    }

    [Fact]
    public void Every_problem_of_a_file_of_jobs_is_said_at_once() =>
        Files.Problems("submitted,gpus,duration,status,deadline\n10,1,60,completed,\n20,-1,60,,\n30,1,-60,,\n40,,60,,\n50,1,60,compleated,\nx,1,60,,\n70,1,60,,60\n80,1,60\n").ShouldBe(
        [
            "t.csv:3 gpus: '-1' is not a number of at least 0",
            "t.csv:4 duration: -60 s is negative; its begin and its end may be swapped; maybe '60'",
            "t.csv:5 gpus: is empty",
            "t.csv:6 status: 'compleated' is not one of completed, failed, cancelled, timed_out, node_failed, preempted, running, pending, unknown; maybe 'completed'",
            "t.csv:7 submitted: 'x' is not a number of seconds",
            "t.csv:8 deadline: lies 10 s before the job is submitted",
            "t.csv:9: has 3 cells; the header has 5",
        ]);

    [Theory]
    [InlineData("submitted,gpus,duraton\n1,1,1\n", "t.csv:1 duraton: is not a column of jobs, to which the header comes nearest; maybe 'duration'")]
    [InlineData("submitted,gpus,duration,deadlin\n1,1,1,2\n", "t.csv:1 deadlin: is not a column of jobs; maybe 'deadline'")]
    [InlineData("submitted,gpus,duration,gpus\n1,1,1,2\n", "t.csv:1 gpus: the column is there twice")]
    [InlineData("a,b\n1,2\n", "t.csv:1: its header 'a,b' is that of no trace known; ours begin with 'arrival,input_tokens,output_tokens', 'submitted,gpus,duration' or 'time,zone,available'")]
    [InlineData("submitted,gpus,duration\n", "t.csv: holds no job")]
    [InlineData("arrival,input_tokens,output_tokens\n2026-01-01T00:00:00Z,1,1\n2026-01-01 00:00:01,1,1\n", "t.csv:3 arrival: '2026-01-01 00:00:01' has no time zone; times above it have one")]
    [InlineData("arrival,input_tokens,output_tokens\n0,1,1\n1,1,1\n90000,1,1\n", "t.csv:4 arrival: nothing arrives for 25 h before this row: a gap in the record counts as no demand; cut the trace there, or accept it")]
    [InlineData("arrival,input_tokens,output_tokens\n1767225600000,1,1\n", "t.csv:2 arrival: '1767225600000' is not a time in seconds; it may be in milliseconds or nanoseconds; maybe '1767225600'")]
    [InlineData("arrival,input_tokens,output_tokens\n03/04/2026 10:00,1,1\n", "t.csv:2 arrival: '03/04/2026 10:00' is not a moment, such as 2027-01-01T08:00:00Z; maybe '2026-03-04T10:00:00'")]
    [InlineData(Zones + "0,a,1,2\n600,a,0,2\n1800,a,1,2\n2400,a,1,2\n", "t.csv:4 time: a gap of 1200 s in a, where steps are 600 s apart; give the steps between, or cut the trace there")]
    [InlineData(Zones + "0,a,1,2\n600,a,0,2\n600,a,1,2\n1200,a,1,2\n", "t.csv:4 time: '600' is not after the step of a above it; sort the rows by time, one for each step")]
    [InlineData(Zones + "0,a,1,2\n600,a,2,2\n", "t.csv:3 available: '2' is not 0 or 1")]
    [InlineData(Zones + "0,a,1,2\n0,b,1,2\n600,a,1,2\n600,b,1,2\n1200,a,1,2\n", "t.csv:3 zone: b has 2 steps from its begin; a has 3: all zones of a trace cover the same time")]
    [InlineData("{\"metadata\": {\"gap_seconds\": 600}, \"data\": [0, 1, 7]}", "t.csv data[2]: '7' is not 0 or 1")]
    [InlineData("{\"metadata\": {\"gap_seconds\": 600}, \"data\": [0, 1", "t.csv:1: is not JSON, or cut off here")]
    [InlineData("{\"metadata\": {}, \"data\": [0, 1]}", "t.csv metadata.gap_seconds: is missing: the seconds from one step to the next")]
    public void What_is_wrong_is_said_with_its_place(string text, string problem) => Files.Problems(text).ShouldBe([problem]);

    [Fact]
    public void Doubts_can_be_accepted_and_what_was_done_is_said()
    {
        const string gap = "arrival,input_tokens,output_tokens\n0,1,1\n1,1,1\n90000,1,1\n";
        Files.Held(gap, new() { Accept = Doubts.Gaps }).Notes.ShouldContain("nothing arrives for 25 h before line 4; taken as no demand, as you said");
        var sorted = Files.Held("arrival,input_tokens,output_tokens\n5,1,2\n3,3,4\n9,5,6\n", new() { Accept = Doubts.Order }).Requests!;
        sorted.Arrivals.ShouldBe([3, 5, 9]);
        sorted.Input.ShouldBe([3, 1, 5]);
        sorted.Output.ShouldBe([4, 2, 6]);
    }

    [Fact]
    public void Flags_that_mean_the_opposite_are_doubted()
    {
        var text = "time,zone,available\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i * 60},a,{(i == 7 ? 1 : 0)}\n"));
        Files.Problems(text).ShouldBe(["t.csv: if 1 means available, it could be had only 0.5% of the time; the flags may mean the opposite: say --one-means preempted, or accept it"]);
        Files.Held(text, new() { OneMeansAvailable = false }).Availability!.Zones[0].Share.ShouldBe(0.995);
        Files.Held(text, new() { OneMeansAvailable = true }).Availability!.Zones[0].Share.ShouldBe(0.005);
        Files.Held(text, new() { Accept = Doubts.Polarity }).Availability!.Zones[0].Share.ShouldBe(0.005);
        Files.Held(text.Replace("available", "preempted", StringComparison.Ordinal)).Notes[0].ShouldBe("1 means preempted, as the column 'preempted' says");
    }

    [Fact]
    public void Gzip_is_seen_by_its_bytes_and_a_cut_off_one_is_said()
    {
        var text = "arrival,input_tokens,output_tokens\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{i * 7919 % 3001},{i * 104729 % 401}\n"));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        var bytes = packed.ToArray();
        TraceReader.Read(new MemoryStream(bytes), "t.csv").Value!.Requests!.Count.ShouldBe(20_000);
        foreach (var length in new[] { 12, 60, 1_000, bytes.Length / 2, bytes.Length - 9, bytes.Length - 1 })
        {
            var problems = TraceReader.Read(new MemoryStream(bytes, 0, length), "t.csv").Problems;
            problems.ShouldContain(p => p.Message.Contains("cut off", StringComparison.Ordinal), $"{length} bytes");
        }

        for (var i = 0; i < 50; i++)
        {
            var broken = bytes.ToArray();
            broken[100 + (i * 997 % (bytes.Length - 200))] ^= 0x55;
            // Damage is found by the checksum or by what it does to the rows; it is never read over.
            TraceReader.Read(new MemoryStream(broken), "t.csv").Problems.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Problems_of_one_sort_do_not_hide_another()
    {
        var rows = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i},x,1\n"));
        var problems = Files.Problems("arrival,input_tokens,output_tokens\n" + rows + "9999,1,y\n9999,1\n");
        problems.Count.ShouldBe(TraceProblems.MostShown + 1);
        problems.ShouldContain("t.csv:5002 output tokens: 'y' is not a number of tokens of at least 0");
        problems.ShouldContain("t.csv:5003: has 2 cells; the header has 3");
        problems[^1].ShouldEndWith("and 4,982 more problems of this file; in all 5,000 of input tokens, 1 of output tokens");
    }
}
