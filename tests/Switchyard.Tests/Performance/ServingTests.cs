using System.Collections.Immutable;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Units;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

public sealed class ServingTests
{
    private static readonly PerformanceModel Model = new();

    private static double Rate(ServingQuestion question) =>
        Model.Serve(question).Value is { } estimate ? estimate.RequestsPerSecond.Value * estimate.Replicas : 0;

    [Fact]
    public void A_large_model_on_eight_H100_serves_a_chat_in_a_plausible_band()
    {
        var estimate = Model.Serve(Chat(Llama70, H100, 8)).Value.ShouldNotBeNull();
        estimate.Precision.ShouldBe(Precision.Fp8);
        (estimate.RequestsPerSecond.Value * estimate.Replicas).ShouldBeInRange(8, 60);
        estimate.TtftSeconds.Value.ShouldBeInRange(0.02, 1.0);
        estimate.TpotSeconds.Value.ShouldBeInRange(0.005, 0.060);
        estimate.PowerWatts!.Value.Value.ShouldBeInRange(8 * 300, 8 * 700);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_its_arithmetic()
    {
        Model.Serve(Chat(Llama70, A100x40, 1, Precision.Bf16)).Refusal
            .ShouldBe("llama-3.1-70b in bf16 needs 131.4 GiB of weights; 1 x A100-40GB has 40 GiB (36.0 usable)");
    }

    [Fact]
    public void Other_refusals_say_why()
    {
        Model.Serve(Chat(Llama8, A100 with { Name = "V100-80GB", Architecture = "Volta" }, 1, Precision.Fp8)).Refusal.ShouldBe("V100-80GB has no known rate in fp8");
        Model.Serve(Chat(Llama70, H100, 8) with { ServiceLevel = Level(30, 50), NetworkRoundTrip = TimeSpan.Zero }).Refusal.ShouldNotBeNull().ShouldStartWith("TTFT: ");
        Model.Serve(Chat(Llama405, H100, 8, Precision.Fp8) with { ServiceLevel = Level(5000, 5) }).Refusal.ShouldNotBeNull().ShouldStartWith("TPOT: ");
        Model.Serve(Chat(Llama8, H100, 1) with { Input = TokenLengths.Constant(200_000) }).Refusal.ShouldNotBeNull().ShouldContain("exceed the context");
        Model.Serve(Chat(Llama8, H100, 1) with { Precisions = [] }).Refusal.ShouldBe("no number format is allowed");
    }

    [Fact]
    public void The_long_prompt_that_alone_breaks_the_promise_is_named()
    {
        Model.Serve(Chat(Llama405, H200, 8, Precision.Bf16) with { Input = new(8000, 30000), ServiceLevel = Level(500, 60) }).Refusal
            .ShouldNotBeNull().ShouldMatch(@"^TTFT: the prefill of a 30,000-token prompt alone takes [\d,]+ ms .*, over p95 < 500ms$");
    }

    [Fact]
    public void Formats_follow_the_hardware()
    {
        Model.Serve(Chat(GptOss, H100, 2, Precision.Fp4)).Value.ShouldNotBeNull(); // published in fp4: weights only
        Model.Serve(Chat(Llama70, H100, 8, Precision.Fp4)).Refusal.ShouldBe("H100-80GB has no known rate in fp4");
        Model.Serve(Chat(DeepSeek, H200, 8, Precision.Bf16)).Refusal.ShouldNotBeNull().ShouldContain("needs 1,249".Replace(",", "", StringComparison.Ordinal));
        Model.Serve(Chat(DeepSeek, H200, 8, Precision.Fp8)).Value.ShouldNotBeNull().TensorParallel.ShouldBe(8);
    }

    [Fact]
    public void Embeddings_only_prefill()
    {
        var estimate = Model.Serve(Chat(Llama8, L4, 1, Precision.Fp8) with { Output = TokenLengths.Constant(0), ServiceLevel = ServiceLevel.None }).Value.ShouldNotBeNull();
        estimate.TpotSeconds.Value.ShouldBe(0);
        var roofline = 242e12 / (2 * Llama8.Parameters * new TokenLengths(900, 2400).Mean);
        estimate.RequestsPerSecond.Value.ShouldBeInRange(roofline * 0.2, roofline);
        Rate(Chat(Llama8, L4, 1, Precision.Fp8) with { Output = TokenLengths.Constant(0) }).ShouldBeLessThan(estimate.RequestsPerSecond.Value);
    }

    [Fact]
    public void More_hardware_is_never_slower()
    {
        foreach (var question in Questions())
        {
            var accelerator = question.Accelerator;
            var rate = Rate(question);
            Rate(question with { Accelerator = accelerator with { MemoryBandwidth = accelerator.MemoryBandwidth with { BytesPerSecond = accelerator.MemoryBandwidth.BytesPerSecond * 1.5 } } })
                .ShouldBeGreaterThanOrEqualTo(rate * 0.9999);
            Rate(question with { Accelerator = accelerator with { Bf16Tflops = accelerator.Bf16Tflops * 1.5, Fp8Tflops = accelerator.Fp8Tflops * 1.5 } })
                .ShouldBeGreaterThanOrEqualTo(rate * 0.9999);
            Rate(question with { Accelerator = accelerator with { Memory = new(accelerator.Memory.Bytes * 1.5) } }).ShouldBeGreaterThanOrEqualTo(rate * 0.9999);
        }
    }

    [Fact]
    public void A_tighter_promise_or_a_longer_prompt_never_serves_more()
    {
        foreach (var question in Questions())
        {
            var rate = Rate(question);
            foreach (var scale in (double[])[0.9, 0.5, 0.2])
                Rate(question with { ServiceLevel = Scaled(question.ServiceLevel, scale) }).ShouldBeLessThanOrEqualTo(rate * 1.0001);
            Rate(question with { ServiceLevel = ServiceLevel.None }).ShouldBeGreaterThanOrEqualTo(rate * 0.9999);
            foreach (var scale in (double[])[1.05, 1.5, 4])
                Rate(question with { Input = new(question.Input.P50 * scale, question.Input.P95 * scale) }).ShouldBeLessThanOrEqualTo(rate * 1.0001);
        }
    }

    [Fact]
    public void Nothing_beats_the_roofline()
    {
        foreach (var question in Questions())
        {
            if (Model.Serve(question).Value is not { } estimate) continue;
            var tokens = question.Input.Mean + (question.Output.P50 > 0 ? question.Output.Mean : 0);
            var peak = question.AcceleratorCount * Footprint.PeakFlops(question.Accelerator, estimate.Precision, question.Model.NativePrecision)!.Value;
            // The embedding table is looked up, not multiplied; half of it is a safe allowance.
            var flops = tokens * 2 * (question.Model.ActiveParameters - (2.0 * question.Model.Vocabulary * question.Model.Hidden));
            (estimate.RequestsPerSecond.Value * estimate.Replicas).ShouldBeLessThanOrEqualTo(peak / flops);
            estimate.Mfu.Value.ShouldBeInRange(0, 1);
            (estimate.RequestsPerSecond.Low <= estimate.RequestsPerSecond.Value && estimate.RequestsPerSecond.Value <= estimate.RequestsPerSecond.High).ShouldBeTrue();
        }
    }

    [Fact]
    public void Promises_hold_at_the_load_given()
    {
        foreach (var question in Questions())
        {
            if (Model.Serve(question).Value is not { } estimate) continue;
            if (question.ServiceLevel.Ttft is { } ttft) estimate.TtftSeconds.Value.ShouldBeLessThanOrEqualTo(ttft.Limit.TotalSeconds);
            if (question.ServiceLevel.Tpot is { } tpot) estimate.TpotSeconds.Value.ShouldBeLessThanOrEqualTo(tpot.Limit.TotalSeconds);
            (estimate.Weights.Bytes + estimate.KvRoom.Bytes).ShouldBeLessThanOrEqualTo(question.Accelerator.Memory.Bytes);
            if (question.Output.P50 > 0) (estimate.Concurrency * (question.Input.P50 + (question.Output.P50 / 2))).ShouldBeLessThan(estimate.KvTokens * 1.001);
        }
    }

    [Fact]
    public void Every_accelerator_and_model_gives_finite_numbers_or_a_reason_and_the_same_twice()
    {
        foreach (var model in Models)
        {
            foreach (var accelerator in Accelerators)
            {
                foreach (var count in (int[])[1, 2, 3, 4, 8])
                {
                    var question = Chat(model, accelerator, count, Precision.Bf16, Precision.Fp8, Precision.Int8, Precision.Fp4, Precision.Int4);
                    var outcome = Model.Serve(question);
                    outcome.ShouldBe(new PerformanceModel().Serve(question));
                    if (outcome.Value is not { } estimate)
                    {
                        outcome.Refusal.ShouldNotBeNullOrWhiteSpace();
                        outcome.Refusal!.ShouldNotContain("NaN");
                        continue;
                    }

                    foreach (var value in (Prediction[])[estimate.RequestsPerSecond, estimate.TtftSeconds, estimate.TpotSeconds, estimate.Mfu, estimate.PowerWatts!.Value])
                        (double.IsFinite(value.Low) && value.Value > 0 && double.IsFinite(value.High)).ShouldBeTrue($"{model.Name} on {count} x {accelerator.Name}: {value}");
                    (estimate.TensorParallel * estimate.Replicas).ShouldBe(count);
                }
            }
        }
    }

    [Fact]
    public void Unknown_power_is_unknown()
    {
        Model.Serve(Chat(Llama8, H100 with { ThermalDesignPower = null }, 1)).Value.ShouldNotBeNull().PowerWatts.ShouldBeNull();
    }

    private static ServiceLevel Scaled(ServiceLevel level, double scale) => new(Scaled(level.Ttft, scale), Scaled(level.Tpot, scale), Scaled(level.EndToEnd, scale));

    private static LatencyObjective? Scaled(LatencyObjective? objective, double scale) =>
        objective is { } value ? value with { Limit = value.Limit * scale } : null;

    private static IEnumerable<ServingQuestion> Questions()
    {
        var levels = (ServiceLevel[])
        [
            Level(1000, 60), Level(300, 25, 99), new(null, new(50, TimeSpan.FromMilliseconds(40))), new(new(90, TimeSpan.FromSeconds(2)), null),
            new(null, null, new(95, TimeSpan.FromSeconds(20))),
        ];
        var lengths = (ImmutableArray<(TokenLengths, TokenLengths)>)
            [(new(900, 2400), new(180, 400)), (new(100, 300), new(20, 60)), (new(6000, 12000), new(300, 900)), (TokenLengths.Constant(1024), TokenLengths.Constant(1024)), (new(500, 2000), TokenLengths.Constant(0))];
        foreach (var (model, accelerator, count) in ((ModelArchitecture, Accelerator, int)[])
            [(Llama8, L4, 1), (Llama8, H100, 2), (Llama70, H100, 8), (Llama70, A100, 8), (Qwen30, L40S, 4), (DeepSeek, H200, 8), (Qwen32, MI300X, 8)])
        {
            foreach (var level in levels)
            {
                foreach (var (input, output) in lengths)
                    yield return new(model, [Precision.Bf16, Precision.Fp8], accelerator, count, input, output, level, TimeSpan.FromMilliseconds(15));
            }
        }
    }
}
