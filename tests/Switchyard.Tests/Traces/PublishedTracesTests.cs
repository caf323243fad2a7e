using Switchyard.Connect.Traces;
using Switchyard.Demand;
using Switchyard.Market;

namespace Switchyard.Tests.Traces;

/// <summary>Published traces as they lie. Counts and sums were made by another program from the same files.</summary>
public sealed class PublishedTracesTests
{
    [Fact]
    public void Philly_jobs_are_sorted_and_sum_up()
    {
        var file = Files.Shared("jobs/philly/philly_jobs.csv.gz");
        file.Form.ShouldBe("Philly jobs");
        file.Notes.ShouldContain("36,840 rows were before the row above them; sorted by submission");
        var jobs = file.Jobs!;
        jobs.Count.ShouldBe(68_510);
        JobStatistics.Of(jobs).GpuHours.ShouldBe(690_876.551, 0.01);
        jobs.Start.ShouldBe(new DateTimeOffset(2017, 10, 1, 0, 0, 0, TimeSpan.Zero));
        jobs.Submitted[0].ShouldBe(45);
        jobs.Submitted.ShouldBeInOrder();
        jobs.Gpus.Max().ShouldBe(32);
        jobs.Status.ShouldBeEmpty();
        // 11 of the 14 virtual clusters have node counts; 7 jobs ran in the other three.
        var nodes = Files.Shared("jobs/philly/philly_vc_nodes.csv").Cluster!;
        nodes.Nodes.ShouldBe(352);
        nodes.Gpus.ShouldBeNull();
        var named = nodes.Groups.Select(g => g.Queue).ToHashSet();
        Enumerable.Range(0, jobs.Count).Count(i => named.Contains(jobs.Queues[i])).ShouldBe(68_503);
    }

    [Theory]
    [InlineData("cluster01", 1_595, 64, 64)]
    [InlineData("cluster02", 5_778, 64, 64)]
    [InlineData("cluster03", 3_011, 64, 64)]
    [InlineData("cluster04", 15_802, 128, 64)]
    [InlineData("cluster05", 3_629, 64, 64)]
    [InlineData("195job", 195, 16, 16)]
    public void ElasticFlow_jobs_have_deadlines_and_fit_their_clusters(string name, int count, int nodes, int most)
    {
        var file = Files.Shared($"jobs/elasticflow/{name}.csv", new() { Cluster = new([new(nodes, 8)]) });
        file.Form.ShouldBe("ElasticFlow jobs");
        var jobs = file.Jobs!;
        jobs.Count.ShouldBe(count);
        jobs.Gpus.Max().ShouldBeLessThanOrEqualTo(most);
        jobs.Deadline.ShouldAllBe(d => d > 0);
        jobs.Models.Names.Length.ShouldBe(6);
        jobs.Batch.Min().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Muri_counts_in_milliseconds_and_Chronus_in_minutes()
    {
        var muri = Files.Shared("jobs/muri/trace1.csv", new() { Cluster = Files.Shared("jobs/muri/n8g8.csv").Cluster }).Jobs!;
        (muri.Count, muri.Seconds, muri.Duration.Max()).ShouldBe((1_494, 10_817_570, 4_628_239));
        var chronus = Files.Shared("jobs/chronus/trace_job_Philly_SLO.csv").Jobs!;
        (chronus.Count, chronus.Duration.Min(), chronus.Duration.Max()).ShouldBe((30_940, 1_200, 259_020));
        (chronus.Submitted[0], chronus.Submitted[^1]).ShouldBe((60, 20_151 * 60));
        Enumerable.Range(0, chronus.Count).ShouldAllBe(i => chronus.Deadline[i] - chronus.Submitted[i] >= chronus.Duration[i]);
    }

    [Fact]
    public void Openb_shares_GPUs_and_knows_its_nodes()
    {
        var cluster = Files.Shared("jobs/openb/openb_node_list_all_node.csv").Cluster!;
        (cluster.Nodes, cluster.Gpus).ShouldBe((1_523, 6_212));
        var file = Files.Shared("jobs/openb/openb_pod_list_default.csv", new() { Cluster = cluster });
        var pods = file.Jobs!;
        pods.Count.ShouldBe(8_152);
        pods.Gpus.Count(g => g is > 0 and < 1).ShouldBe(3_078);
        pods.Status.Count(s => s == JobStatus.Failed).ShouldBe(1_870);
        foreach (var variant in new[] { "cpu050", "gpushare40", "gpuspec20", "multigpu20", "multigpu30" })
            Files.Shared($"jobs/openb/openb_pod_list_{variant}.csv").Jobs!.Count.ShouldBeGreaterThan(7_000);
    }

    [Fact]
    public void Gavel_has_steps_and_no_durations()
    {
        var file = Files.Shared("jobs/gavel/msr/seed=0/23dbec.trace");
        file.Form.ShouldBe("Gavel jobs");
        file.Jobs!.Count.ShouldBe(9);
        file.Jobs.Duration.ShouldBeEmpty();
        file.Jobs.Steps[0].ShouldBe(14_612);
        (file.Jobs.Models[0], file.Jobs.Batch[0], file.Jobs.Gpus[^1]).ShouldBe(("Transformer", 128, 8));
    }

    [Fact]
    public void Alibaba_instances_requests_and_rates_are_read()
    {
        var instances = Files.Shared("demand/inference_instances_31d.csv.gz").Jobs!;
        (instances.Count, instances.Models.Names.Length, instances.Gpus.Sum()).ShouldBe((23_871, 156, 7_386));
        instances.Submitted.Count(s => s == 0).ShouldBe(7_280);
        instances.Status.Count(s => s == JobStatus.Running).ShouldBe(8_878);
        var requests = Files.Shared("demand/genai_requests_24d.csv.gz").Requests!;
        (requests.Count, requests.ServedSeconds.Count(double.IsNaN)).ShouldBe((26_823, 431));
        requests.Output.ShouldBeEmpty();
        var rates = Files.Shared("demand/genai_qps.csv").Series!;
        rates.Columns.Select(c => c.Name).ShouldBe(["requests a second, API Requests", "requests a second, Generative Requests"]);
        rates.Seconds.ShouldBe(22.3 * 3600, 360);
        var nodes = Files.Shared("jobs/philly/philly_node_sequence.csv.gz");
        nodes.Notes.ShouldContain("1 gaps of more than ten usual steps (60 s), the longest 10 h; nothing is filled in");
        nodes.Series!.Find("nodes")!.Values.Max().ShouldBe(552);
    }

    [Fact]
    public void Helios_minutes_are_read()
    {
        var clusters = Files.InArchive("jobs/helios_earth_may2020_vc_minutes.tar.gz", "cluster_sequence_vc.csv");
        clusters.Count.ShouldBeGreaterThan(10);
        foreach (var cluster in clusters)
        {
            cluster.Form.ShouldBe("Helios virtual cluster by the minute");
            cluster.Series!.Times.Length.ShouldBeGreaterThan(40_000);
            cluster.Series.Find("GPUs in use")!.Values.Max().ShouldBeGreaterThan(0);
        }

        Files.InArchive("jobs/helios_earth_may2020_vc_minutes.tar.gz", "Earth_gpu_number.csv").ShouldHaveSingleItem().Series!.Find("GPUs of total")!.Values.Max().ShouldBeGreaterThan(700);
    }

    [Theory]
    [InlineData("aws-02-15-2023/us-east-1a_v100_1", 20_158, 195, 0.167)]
    [InlineData("aws-02-15-2023/us-west-2b_v100_1", 20_158, 195, 0.905)]
    [InlineData("aws-10-26-2022/us-west-2a_k80_8", 3_895, 600, 0.326)]
    public void In_the_plain_spot_traces_1_is_available(string name, int steps, double step, double share)
    {
        var file = Files.Shared($"spot/availability_1node/{name}.json");
        file.Notes[0].ShouldBe("1 means available, in this form, which does not name its zone");
        var trace = file.Availability!;
        (trace.Steps, trace.StepSeconds).ShouldBe((steps, step));
        trace.Zones[0].Share.ShouldBe(share, 0.001);
        file.Notes.Any(n => n.Contains("less than half", StringComparison.Ordinal)).ShouldBe(share < 0.5);
    }

    [Fact]
    public void In_the_converted_spot_traces_1_is_preempted()
    {
        var files = Files.InArchive("spot/multi_region/h100_13_zones.tar.gz", "/full.json");
        files.Count.ShouldBe(13);
        files.ShouldAllBe(f => f.Notes[0] == "1 means preempted, in this form, which names its zone");
        var trace = AvailabilityTrace.Join([.. files.Select(f => f.Availability!)]).Value!;
        (trace.Zones.Length, trace.Steps, trace.StepSeconds).ShouldBe((13, 2_114, 600));
        trace.Start!.Value.UtcDateTime.ShouldBe(new DateTime(2025, 10, 4, 0, 10, 0), TimeSpan.FromSeconds(1));
        // Shares of 1 in the files: 0.0005 in asia-south2-b, 0.7592 in us-west1-b.
        trace.Zones.Single(z => z.Zone == "asia-south2-b").Share.ShouldBe(1 - 0.000473, 1e-6);
        trace.Zones.Single(z => z.Zone == "us-west1-b").Share.ShouldBe(1 - 0.759224, 1e-6);
        trace.Zones.Single(z => z.Zone == "us-east4-a").OnDemand!.Value.ShouldBe(82.525437, 1e-6);
        trace.Zones.ShouldAllBe(z => z.Instance == "a3-highgpu-8g" && z.Filled.Length == 1);
    }

    [Fact]
    public void The_same_record_as_CSV_and_as_JSON_is_the_same()
    {
        var raw = Files.InArchive("spot/multi_region/v100_2month_raw_csv.tar.gz", ".csv");
        raw.Count.ShouldBe(9);
        foreach (var csv in raw)
        {
            var zone = csv.Availability!.Zones[0];
            var json = Files.Shared($"spot/availability_1node/aws-02-15-2023/{zone.Zone}.json").Availability!;
            (csv.Availability.StepSeconds, csv.Availability.Steps).ShouldBe((json.StepSeconds, json.Steps));
            zone.Available.SequenceEqual(json.Zones[0].Available).ShouldBeTrue(zone.Zone);
        }
    }
}
