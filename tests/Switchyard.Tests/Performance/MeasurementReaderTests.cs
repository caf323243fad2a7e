using Switchyard.Connect.Catalog;
using Switchyard.Connect.Measurements;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.Performance;

/// <summary>Files of measured runs, as they lie in the shared data and as users get them wrong.</summary>
public sealed class MeasurementReaderTests
{
    private static readonly CatalogContents Catalog = CatalogReader.Read(Path.Combine(Checkout.Root, "data")).Value!;

    [Theory]
    [InlineData("serving_measured_nvidia.csv", 3000, 0.95, 0.85)]
    [InlineData("inferencemax_nvidia.csv", 1200, 0.95, 0.85)]
    [InlineData("vllm_openloop_measured_13.csv", 29, 1, 1)]
    [InlineData("training_measured.csv", 400, 0.90, 0.85)]
    [InlineData("mlperf_inference_v5.1_llm.csv", 400, 0.90, 0.85)]
    [InlineData("mlperf_training_v5.0.csv", 80, 0, 0)]
    [InlineData("vllm_per_request/RTX4090_Llama-3.1-8B", 1, 1, 1)]
    [InlineData("vllm_per_request/RTXPRO6000_Llama-3.1-8B", 1, 1, 1)]
    public void Shared_files_are_recognised_and_mostly_predicted(string name, int runs, double dense, double experts)
    {
        if (MeasuredRuns.Folder is not { } folder) Assert.Skip("shared/data/inference is not beside this checkout");
        else
        {
            var reading = MeasurementReader.Read(Path.Combine(folder, name), Catalog);
            reading.Problems.ShouldBeEmpty();
            var file = reading.Value!;
            file.Runs.Length.ShouldBeGreaterThanOrEqualTo(runs);
            var report = CheckReport.Of(file.Runs, new RunPredictor(Catalog.Factors), Catalog.Intervals);
            foreach (var (kind, least) in new[] { (true, dense), (false, experts) })
            {
                var all = file.Runs.Count(run => run.Dense == kind);
                if (all > 0) (1 - (report.Refused.Count(r => r.Run.Dense == kind) / (double)all)).ShouldBeGreaterThanOrEqualTo(least);
            }

            report.Numbers.ShouldAllBe(n => n.Low <= n.Predicted && n.Predicted <= n.High);
        }
    }

    [Fact]
    public void All_problems_of_a_table_come_at_once()
    {
        var problems = Read("""
            model,accelerator,precision,tensor_parallel,input,output,concurrency,tpot_mean_ms
            llama-3.1-8b,H100,bf16,1,1000,100,8,NaN
            llama-3.1-8b,H100,fp7,1,1000,100,8,12
            llama-3.1-8b,H100,bf16,0,1000,100,,12
            """).Problems.Select(p => p.ToString()).ToList();
        problems.ShouldContain(p => p.Contains("tpot_mean_ms: 'NaN'", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("'fp7' is not bf16", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("needs either concurrency or rate_per_s", StringComparison.Ordinal));
        problems.ShouldContain(p => p.Contains("tensor_parallel: '0'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_counts_once_for_each_version_and_format()
    {
        var file = Read("""
            model,accelerator,precision,tensor_parallel,input,output,concurrency,engine,version,tpot_mean_ms
            llama-3.1-8b,H100,bf16,1,1000,100,8,vllm,0.6.3,12
            llama-3.1-8b,H100,bf16,1,1000,100,8,vllm,0.6.3,12
            llama-3.1-8b,H100,bf16,1,1000,100,8,vllm,0.11.0,12
            llama-3.1-8b,H100,fp8,1,1000,100,8,vllm,0.11.0,12
            """).Value.ShouldNotBeNull();
        (file.Runs.Length, file.Duplicates).ShouldBe((3, 1));
    }

    [Fact]
    public void A_missing_column_and_an_unknown_header_are_named()
    {
        Read("model,accelerator,precision,tensor_parallel,input,concurrency\n").Problems.Single().Path.ShouldBe("output");
        Read("a,b,c\n1,2,3\n").Problems.Single().Message.ShouldContain("no known table");
        MeasurementReader.Read("no-such-file.csv", Catalog).Problems.Single().Message.ShouldBe("there is no such file or folder");
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused_with_its_reason()
    {
        var file = Read("""
            model,accelerator,precision,tensor_parallel,input,output,concurrency,tpot_mean_ms
            llama-9,H100,bf16,1,1000,100,8,12
            llama-3.1-8b,H900,bf16,1,1000,100,8,12
            llama-3.1-8b,H100,bf16,3,1000,100,8,12
            llama-3.1-70b,H100,bf16,1,1000,100,8,12
            llama-3.1-8b,T4,fp8,1,1000,100,8,12
            llama-3.1-8b,H100,bf16,1,1000,100,8,12
            llama-3.1-8b,H100,bf16,1,1000,100,8,12
            """).Value!;
        file.Duplicates.ShouldBe(1);
        var report = CheckReport.Of(file.Runs, new RunPredictor(EfficiencyFactors.Default), ErrorIntervals.None);
        string[] reasons = [.. report.Refused.Select(r => r.Reason)];
        reasons.Length.ShouldBe(5);
        reasons[0].ShouldBe("unknown model llama-9");
        reasons[1].ShouldBe("unknown accelerator H900");
        reasons[2].ShouldContain("cannot be split over 3");
        reasons[3].ShouldContain("leave no room");
        reasons[4].ShouldContain("cannot multiply in fp8");
        report.Numbers.Length.ShouldBe(1);
    }

    [Fact]
    public void Tests_of_prefill_apart_send_five_requests_a_client_and_others_ten()
    {
        var runs = Read("""
            id,silicon_data_source,backend,backend_version,model_path,system,precision,mode,isl,osl,gemm_quant_mode,moe_quant_mode,tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,prefill_num_workers,prefill_tp_size,decode_num_workers,decode_tp_size,silicon_ttft_ms,silicon_tpot_ms
            a,db-dump; silicon_concurrency=64,sglang,0.5.8,deepseek-ai/DeepSeek-V3,b200_sxm,fp8,agg,1024,1024,fp8_block,fp8_block,8,1,1,1,1,,,,,300,12
            b,db-dump; silicon_concurrency=64,sglang,0.5.8,deepseek-ai/DeepSeek-V3,b200_sxm,fp8,disagg,1024,1024,fp8_block,fp8_block,,,,,,1,8,2,8,500,11
            """).Value!.Runs.Cast<Switchyard.Performance.Measured.ServingRun>().ToList();
        runs.Select(run => ((ClosedLoop)run.Load).Requests).ShouldBe([640, 320]);
        (runs[1].PrefillReplicas, runs[1].Replicas, runs[1].Prefill!.TensorParallel).ShouldBe((1, 2, 8));
        runs.ShouldAllBe(run => run.Suspect == null);
    }

    private static Connect.Reading<MeasuredFile> Read(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"switchyard-{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, text);
        try
        {
            return MeasurementReader.Read(path, Catalog);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
