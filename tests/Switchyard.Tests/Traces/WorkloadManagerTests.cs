using Switchyard.Connect.Traces;
using Switchyard.Demand;

namespace Switchyard.Tests.Traces;

/// <summary>Slurm's accounting and the Standard Workload Format, in small files made up for these tests.</summary>
public sealed class WorkloadManagerTests
{
    private const string Sacct = """
        State|JobID|JobName|User|Partition|Submit|Start|End|Elapsed|AllocTRES|ReqTRES|NNodes|Timelimit
        COMPLETED|101|train|ann|gpu|2026-03-01T10:00:00|2026-03-01T10:05:00|2026-03-02T12:05:30|1-02:00:30|billing=16,cpu=16,gres/gpu:a100=8,gres/gpu=8,mem=256G,node=2|cpu=16|2|2-00:00:00
        COMPLETED|101.batch|batch||||2026-03-01T10:05:00|2026-03-02T12:05:30|1-02:00:30|cpu=8,mem=128G||1|
        COMPLETED|101.0|python||||2026-03-01T10:05:00|2026-03-02T12:05:30|1-02:00:30|cpu=16,gres/gpu=8||2|
        CANCELLED by 1001|102|eval|bob|gpu|2026-03-01T09:00:00|Unknown|2026-03-01T09:30:00|00:00:00||cpu=4,gres/gpu=1,mem=512000M|1|UNLIMITED
        NODE_FAIL|103|train|ann|gpu|2026-03-01T11:00:00|2026-03-01T11:00:10|2026-03-01T12:00:10|01:00:00|cpu=8,gres/gpu:h100=4|cpu=8|1|10:00
        COMPLETED|103|train|ann|gpu|2026-03-01T11:00:00|2026-03-01T12:10:00|2026-03-01T12:40:00|00:30:00|cpu=8,gres/gpu:h100=4|cpu=8|1|10:00
        OUT_OF_MEMORY|104_7|array|cy|cpu|2026-03-01T12:00:00|2026-03-01T12:00:01|2026-03-01T12:00:31|00:30.500|cpu=1,mem=4G,node=1||1|Partition_Limit
        PENDING|104_[8-12:2%1]|array|cy|cpu|2026-03-01T12:00:00|Unknown|Unknown|00:00:00||cpu=1,mem=4G|1|01:00:00
        RUNNING|105|serve|ann|gpu|2026-03-01T13:00:00|2026-03-01T13:00:00|Unknown|02:00:00|cpu=8,gres/gpu=2||1|01:00:00

        """;

    [Fact]
    public void Slurm_accounting_is_read_by_job()
    {
        var file = Files.Held(Sacct);
        file.Form.ShouldBe("Slurm sacct");
        var jobs = file.Jobs!;
        jobs.Ids.ShouldBe(["102", "101", "103", "104_7", "104_[8-12:2%1]", "104_[8-12:2%1]", "104_[8-12:2%1]", "105"]);
        jobs.Start.ShouldBe(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        jobs.Submitted[1].ShouldBe(36_000);
        jobs.Gpus.ShouldBe([1, 8, 4, 0, 0, 0, 0, 2]);
        jobs.Duration[1].ShouldBe(93_630);
        jobs.Duration[3].ShouldBe(30.5);
        double.IsNaN(jobs.Duration[4]).ShouldBeTrue();
        jobs.Started[1].ShouldBe(36_300);
        double.IsNaN(jobs.Started[0]).ShouldBeTrue();
        jobs.Status.ShouldBe([JobStatus.Cancelled, JobStatus.Completed, JobStatus.Completed, JobStatus.Failed, JobStatus.Pending, JobStatus.Pending, JobStatus.Pending, JobStatus.Running]);
        jobs.Restarts.ShouldBe([0, 0, 1, 0, 0, 0, 0, 0]);
        jobs.TimeLimit[1].ShouldBe(172_800);
        jobs.TimeLimit[2].ShouldBe(600);
        double.IsNaN(jobs.TimeLimit[0]).ShouldBeTrue();
        (jobs.Accelerators[1], jobs.Accelerators[2], jobs.Accelerators[0]).ShouldBe(("a100", "h100", null));
        jobs.MemoryBytes[1].ShouldBe(256.0 * 1024 * 1024 * 1024);
        jobs.MemoryBytes[0].ShouldBe(512_000.0 * 1024 * 1024);
        (jobs.Nodes[1], jobs.Users[1], jobs.Queues[3], jobs.Models[7]).ShouldBe((2, "ann", "cpu", "serve"));
        file.Notes.ShouldContain("2 rows are steps of jobs, and left out");
        file.Notes.ShouldContain("1 rows are earlier runs of jobs that were queued again: counted as restarts; their 4 GPU-hours are not in the durations");
    }

    [Fact]
    public void Columns_come_in_any_order_and_lines_may_end_in_a_bar()
    {
        var lines = Sacct.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var turned = string.Join('\n', lines.Select(line => string.Join('|', line.Split('|').Reverse()) + "|"));
        var (a, b) = (Files.Held(Sacct).Jobs!, Files.Held(turned).Jobs!);
        b.Duration.ShouldBe(a.Duration);
        b.Gpus.ShouldBe(a.Gpus);
        b.Status.ShouldBe(a.Status);
    }

    [Fact]
    public void What_is_wrong_in_accounting_is_all_said()
    {
        Files.Problems("JobID|State|Submit|Elapsed|AllocTRES\n1|COMPLETD|2026-03-01T10:00:00|01:00:00|gres/gpu=x\n2|FAILED|Unknown|-00:10:00|cpu=1\n3_[1,3...]|PENDING|2026-03-01T10:00:00|00:00:00|\n4|FAILED|2026-03-01T10:00:00+01:00|1:2:x|\n").ShouldBe(
        [
            "t.csv:2 state: 'COMPLETD' is not a state of a job; maybe 'COMPLETED'",
            "t.csv:2 alloctres: 'gres/gpu=x' is not a number of GPUs, such as gres/gpu=8",
            "t.csv:3 submit: 'Unknown' is not a moment, such as 2027-01-01T08:00:00",
            "t.csv:3 elapsed: '-00:10:00' is negative; the clocks of the nodes may differ",
            "t.csv:4 jobid: '3_[1,3...]' is not a job, a task or an array such as 7_[1-9%4]; print long arrays with SLURM_BITSTR_LEN=0",
            "t.csv:5 submit: '2026-03-01T10:00:00+01:00' has a time zone; times above it have none",
            "t.csv:5 elapsed: '1:2:x' is not a time such as 1-02:03:04",
        ], ignoreOrder: true);
        Files.Problems("JobID|State|Submit|Elapsed\n1|COMPLETED|2026-03-01T10:00:00|01:00:00\n").ShouldHaveSingleItem().ShouldStartWith("t.csv:1 AllocTRES: the column is missing, and with it the GPUs");
        Files.Problems("JobID           State      Submit  Elapsed\n------------ ---------- --------- ----------\n1    COMPLETED\n").ShouldBe(
            ["t.csv:2: is what sacct prints in columns for people, cut off at their width; print it with --parsable2"]);
    }

    private const string Swf = """
        ; Version: 2
        ; Computer: a made-up cluster
        ; UnixStartTime: 1767225600
        ; MaxProcs: 64

        1 0 10 3600 8 -1 1024 8 7200 -1 1 3 1 5 2 1 -1 -1
        2 60 -1 -1 -1 -1 -1 4 600 2048 5 4 1 -1 -1 2 -1 -1
        3 120 5 900 16 -1 -1 -1 -1 -1 0 3 1 5 2 -1 -1 -1
        3 120 5 400 16 -1 -1 -1 -1 -1 2 3 1 5 2 -1 -1 -1
        3 120 7 500 16 -1 -1 -1 -1 -1 4 3 1 5 2 -1 -1 -1

        """;

    [Fact]
    public void The_standard_workload_format_is_read()
    {
        var file = Files.Held(Swf);
        file.Form.ShouldBe("Standard Workload Format");
        var jobs = file.Jobs!;
        jobs.Start.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        jobs.Submitted.ShouldBe([0, 60, 120]);
        jobs.Gpus.ShouldBe([0, 0, 0]);
        jobs.Cpus.ShouldBe([8, 4, 16]);
        jobs.Status.ShouldBe([JobStatus.Completed, JobStatus.Cancelled, JobStatus.Failed]);
        jobs.Restarts.ShouldBe([0, 0, 1]);
        jobs.Started[0].ShouldBe(10);
        double.IsNaN(jobs.Started[1]).ShouldBeTrue();
        jobs.MemoryBytes[0].ShouldBe(8 * 1024 * 1024);
        (jobs.Users[1], jobs.Queues[0], jobs.Queues[1]).ShouldBe(("user 4", "queue 2", "partition 2"));
        var gpus = Files.Held(Swf, new() { ProcessorsAreGpus = true }).Jobs!;
        gpus.Gpus.ShouldBe([8, 4, 16]);
        gpus.Cpus.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_wrong_in_the_standard_workload_format_is_all_said() =>
        Files.Problems("; x\n1 0 10 3600 8 -1 1024 8 7200 -1 1 3 1 5 2 1 -1 -1\n2 0 10\n3 x 10 3600 8 -1 1024 8 7200 -1 1 3 1 5 2 1 -1 -1\n4 0 10 -5 8 -1 1024 8 7200 -1 1 3 1 5 2 1 -1 -1\n").ShouldBe(
        [
            "t.csv:3: has 3 fields; the Standard Workload Format has 18",
            "t.csv:4 field 2: 'x' is not a number of at least 0, or -1 for unknown",
            "t.csv:5 field 4: '-5' is not a number of at least 0, or -1 for unknown; maybe '-1'",
        ]);

    [Fact]
    public void A_job_larger_than_its_cluster_is_said_and_can_be_accepted()
    {
        var options = new TraceOptions { Cluster = new([new(2, 8) { Queue = "a" }, new(1, 8) { Queue = "b" }]) };
        const string text = "submitted,gpus,duration,queue,nodes\n0,8,60,b,1\n1,16,60,b,2\n2,32,60,a,4\n";
        Files.Problems(text, options).ShouldBe(
        [
            "t.csv:3 gpus: asks for 16 GPUs; queue b has 8", "t.csv:4 gpus: asks for 32 GPUs; the cluster has 24", "t.csv:4 nodes: asks for 4 nodes; the cluster has 3",
        ], ignoreOrder: true);
        Files.Held(text, options with { Accept = Doubts.Size }).Notes.ShouldContain("3 jobs are larger than the cluster; they were kept, as you said");
    }
}
