using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Units;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

public sealed class TrainingTests
{
    private static readonly PerformanceModel Model = new();

    [Fact]
    public void Llama_405B_on_16384_H100_comes_near_the_published_utilisation()
    {
        // arXiv 2407.21783, table 4: 8,192 and 16,384 H100 at sequence 8,192 reach 43% and 41% in bf16.
        var estimate = Model.Train(new(Llama405, [Precision.Bf16], H100, 8, 2048, DataRate.FromGBPerSecond(400), 8192)).Value.ShouldNotBeNull();
        estimate.Mfu.Value.ShouldBeInRange(0.30, 0.55);
        (estimate.TensorParallel * estimate.PipelineParallel * estimate.DataParallel * estimate.ContextParallel).ShouldBe(16384);
    }

    [Fact]
    public void Failures_as_often_as_published_leave_the_published_time()
    {
        // arXiv 2407.21783, section 3.3.4 and table 5: 419 unexpected interruptions in 54 days on 16,384 H100, above 90% of the time effective.
        const double between = 54 * 86400.0 / 419;
        var write = Goodput.CheckpointGB(Llama405.Parameters) / (Reliability.CheckpointGBPerSecond * 2048);
        Reliability.UsefulShare(Reliability.CheckpointInterval(write, between), write, Reliability.RestartSeconds, between).ShouldBeInRange(0.90, 0.95);

        // The rates that plans reckon with are those of a research cluster: five times as many, and machines to wait for.
        Goodput.Useful(2048, 8, Goodput.CheckpointGB(Llama405.Parameters), 0).ShouldBe(0.741, 0.01);
    }

    [Fact]
    public void Larger_gangs_lose_more_and_spares_keep_them_together()
    {
        var sizes = (int[])[1, 8, 64, 352, 2048];
        foreach (var (small, large) in sizes.Zip(sizes.Skip(1)))
        {
            Goodput.Useful(large, 8, 500, 0).ShouldBeLessThan(Goodput.Useful(small, 8, 500, 0));
            Goodput.Together(large, 8, large, 0.5).ShouldBeLessThan(Goodput.Together(small, 8, small, 0.5));
        }

        Goodput.Together(352, 8, 352, 0.5).ShouldBe(Math.Exp(-352 * 6.5e-3 / 24 * 0.55), 1e-12);
        Goodput.Together(352, 8, 353, 0.5).ShouldBeGreaterThan(0.997);
    }

    [Fact]
    public void A_sequence_is_split_where_its_activations_do_not_fit_otherwise()
    {
        // 405 billion parameters in 8 bits on 64 servers: what MLPerf's submitters ran as 8 x 8 x 2 (training_results_v5.0), without computing anything twice.
        var step = new TrainingStep(Llama405, Precision.Fp8, H100, 8, 400e9, 8192, EfficiencyFactors.Default);
        TrainingLayout whole = new(8, 8, 8, 1, false, false), split = new(8, 8, 4, 1, false, false) { ContextParallel = 2 };
        step.MemoryBytes(split).ShouldBeLessThan(0.92 * H100.Memory.Bytes);
        step.MemoryBytes(whole).ShouldBeGreaterThan(H100.Memory.Bytes);
        step.Seconds(split, 1152).ShouldBeLessThan(step.Seconds(whole with { Recompute = true }, 1152));
        Model.Train(new(Llama405, [Precision.Fp8], H100, 8, 64, DataRate.FromGBPerSecond(400), 8192)).Value.ShouldNotBeNull().ContextParallel.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Copies_share_a_fixed_batch_with_falling_return()
    {
        // A pipeline's bubble and the exchange of gradients weigh more, the fewer micro-batches a copy has.
        var step = new TrainingStep(Llama405, Precision.Fp8, H100, 8, 400e9, 8192, EfficiencyFactors.Default);
        double Each(int copies) => 1536 / step.Seconds(new(8, 8, copies, 1, false, false) { ContextParallel = 2 }, 1536) / copies;
        (Each(64) / Each(4)).ShouldBeInRange(0.80, 0.95);
        (Each(16) / Each(4)).ShouldBeInRange(Each(64) / Each(4), 1);
    }

    [Fact]
    public void Weights_sharded_within_a_pipeline_are_gathered_once()
    {
        // Llama 3 does not shard them again after the forward pass (arXiv 2407.21783, 3.3.2): 32 micro-batches, and no more traffic than with the optimizer's state sharded alone.
        var step = new TrainingStep(Llama405, Precision.Bf16, H100, 8, 400e9, 8192, EfficiencyFactors.Default);
        step.Seconds(new(8, 16, 64, 1, true, false), 2048).ShouldBe(step.Seconds(new(8, 16, 64, 1, false, false), 2048), 1e-9);
    }

    [Fact]
    public void Racks_are_filled_alike()
    {
        (TrainingQuestion.InstanceOf(GB200, 512), TrainingQuestion.InstanceOf(GB200, 2496), TrainingQuestion.InstanceOf(GB200, 144)).ShouldBe((64, 64, 72));
        (TrainingQuestion.InstanceOf(H100, 4), TrainingQuestion.InstanceOf(H100, 64)).ShouldBe((4, 8));
    }

    [Fact]
    public void Experts_that_are_dealt_out_are_exchanged_among_fewer_copies()
    {
        // 64 accelerators, one copy of what every token uses on each: with one share of the experts on each of eight, an eighth of them is exchanged.
        var step = new TrainingStep(Qwen30, Precision.Bf16, H100, 8, 400e9, 4096, EfficiencyFactors.Default);
        double Seconds(int experts) => step.Seconds(new(1, 1, 64, 1, false, false) { ExpertParallel = experts }, 64);
        Seconds(8).ShouldBeLessThan(0.8 * Seconds(1));
        Seconds(2).ShouldBeInRange(Seconds(4), Seconds(1));
    }

    [Fact]
    public void Blackwell_Ultra_trains_faster_than_Blackwell_of_the_same_peak()
    {
        double Rate(Switchyard.Market.Accelerator accelerator) => Model.Train(Pretrain(Llama8, accelerator, 1)).Value.ShouldNotBeNull().TokensPerSecond.Value;
        (Rate(GB300) / Rate(GB200)).ShouldBeInRange(1.02, 1.25);
    }

    [Fact]
    public void Refusals_say_why()
    {
        Model.Train(Pretrain(Llama8, H100, 2) with { Fabric = null }).Refusal.ShouldBe("multi-node gangs need known fabric");
        Model.Train(Pretrain(Llama8, H100, 1) with { Precisions = [Precision.Int4] }).Refusal.ShouldBe("H100-80GB cannot train in int4");
        Model.Train(Pretrain(Llama405, H100, 1)).Refusal.ShouldNotBeNull().ShouldMatch(@"^training llama-3.1-405b needs [\d.]+ GiB per accelerator over 8 x H100-80GB; each has 80 GiB \(73.6 usable\)$");
        Model.Train(Pretrain(Llama8, H100, 1) with { Fabric = null }).Value.ShouldNotBeNull();
    }

    [Fact]
    public void A_bigger_gang_is_never_slower_and_never_better_per_accelerator()
    {
        var (last, lastEach) = (0.0, double.PositiveInfinity);
        foreach (var instances in (int[])[1, 2, 4, 8, 16, 32, 64, 128, 256])
        {
            var rate = Model.Train(Pretrain(Llama8, H100, instances)).Value.ShouldNotBeNull().TokensPerSecond.Value;
            rate.ShouldBeGreaterThanOrEqualTo(last);
            (rate / instances).ShouldBeLessThanOrEqualTo(lastEach * 1.0001, $"{instances} instances");
            (last, lastEach) = (rate, rate / instances);
        }
    }

    [Fact]
    public void More_fabric_or_arithmetic_is_never_slower()
    {
        foreach (var model in Models)
        {
            var question = Pretrain(model, H100, 64);
            if (Model.Train(question).Value is not { } estimate) continue;
            Model.Train(question with { Fabric = DataRate.FromGBPerSecond(800) }).Value!.TokensPerSecond.Value.ShouldBeGreaterThanOrEqualTo(estimate.TokensPerSecond.Value);
            Model.Train(question with { Accelerator = H100 with { Bf16Tflops = 1500 } }).Value!.TokensPerSecond.Value.ShouldBeGreaterThanOrEqualTo(estimate.TokensPerSecond.Value);
            estimate.Memory.Bytes.ShouldBeLessThanOrEqualTo(H100.Memory.Bytes);
        }
    }

    [Fact]
    public void Every_accelerator_and_model_gives_finite_numbers_or_a_reason_and_the_same_twice()
    {
        foreach (var model in Models)
        {
            foreach (var accelerator in Accelerators)
            {
                foreach (var instances in (int[])[1, 4, 32, 512])
                {
                    var question = Pretrain(model, accelerator, instances) with { Precisions = [Precision.Bf16, Precision.Fp8] };
                    var outcome = Model.Train(question);
                    outcome.ShouldBe(new PerformanceModel().Train(question));
                    if (outcome.Value is not { } estimate)
                    {
                        outcome.Refusal.ShouldNotBeNullOrWhiteSpace();
                        continue;
                    }

                    estimate.Mfu.Value.ShouldBeInRange(0.001, 1);
                    Goodput.Useful(instances, 8, Goodput.CheckpointGB(model.Parameters), 0).ShouldBeInRange(0.5, 1);
                    double.IsFinite(estimate.PowerWatts!.Value.High).ShouldBeTrue();
                }
            }
        }
    }
}
