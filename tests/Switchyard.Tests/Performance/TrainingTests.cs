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
        estimate.Goodput.Value.ShouldBeInRange(0.75, 0.99); // the paper: above 90% effective time
        (estimate.TensorParallel * estimate.PipelineParallel * estimate.DataParallel).ShouldBe(16384);
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
                    estimate.Goodput.Value.ShouldBeInRange(0.5, 1);
                    double.IsFinite(estimate.PowerWatts!.Value.High).ShouldBeTrue();
                }
            }
        }
    }
}
