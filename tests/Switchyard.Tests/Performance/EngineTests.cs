using Shouldly;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.Measurements;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Tests.Tidy;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>What engines do where nobody says otherwise, and predictions against results that others published of machines no fit saw.</summary>
public sealed class EngineTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;
    private static readonly CatalogContents Catalog = CatalogReader.Read(Path.Combine(Checkout.Root, "data")).Value!;

    [Theory]
    [InlineData("H100-80GB", 8192, 1024)]
    [InlineData("MI300X", 8192, 1024)]
    [InlineData("A100-80GB", 2048, 256)]
    [InlineData("L40S", 2048, 256)]
    public void Vllm_takes_larger_steps_on_large_accelerators_other_than_the_A100(string name, int tokens, int requests)
    {
        var replica = new Replica(Llama8, new() { Precision = Precision.Bf16, Engine = Engine.Vllm }, Catalog.Prices.Accelerators.Single(a => a.Name == name), Factors);
        SchedulerLimits Of(Deployment deployment) => SchedulerLimits.Of(replica, deployment, 1000, Factors);
        var asked = new Deployment { Precision = Precision.Bf16, Engine = Engine.Vllm };
        (Of(asked).TokenBudget, Of(asked).MaxSequences).ShouldBe((tokens, requests));
        (Of(asked with { TokenBudget = 512, MaxSequences = 7 }).TokenBudget, Of(asked with { TokenBudget = 512, MaxSequences = 7 }).MaxSequences).ShouldBe((512, 7));
        Of(asked with { Engine = Engine.TensorRt }).TokenBudget.ShouldBe(8192);
    }

    [Theory]
    [InlineData("0.13.2", false)]
    [InlineData("v0.14.0", true)]
    [InlineData("1.0", true)]
    [InlineData("", true)]
    public void Vllm_decides_ahead_since_its_fourteenth_version(string version, bool ahead) => EngineDefaults.SchedulesAhead(Engine.Vllm, version).ShouldBe(ahead);

    [Fact]
    public void Fp8_weights_are_widened_on_Ampere_and_refused_where_no_engine_has_such_kernels()
    {
        Footprint.PeakFlops(A100, Precision.Fp8, Precision.Bf16).ShouldBe(312e12);
        Footprint.PeakFlops(H100, Precision.Fp8, Precision.Bf16).ShouldBe(1979e12);
        Footprint.PeakFlops(MI300X with { Fp8Tflops = null }, Precision.Fp8, Precision.Bf16).ShouldBeNull();
        Replica Of(Precision precision) => new(Llama70, new() { Precision = precision, TensorParallel = 4 }, A100, Factors);
        // Half of the bytes to read, and as much to multiply.
        Of(Precision.Fp8).Step(0, 0, 1, 100).ShouldBeLessThan(0.75 * Of(Precision.Bf16).Step(0, 0, 1, 100));
        Of(Precision.Fp8).Step(8192, 1000, 0, 0).ShouldBe(Of(Precision.Bf16).Step(8192, 1000, 0, 0), 0.03 * Of(Precision.Bf16).Step(8192, 1000, 0, 0));
    }

    [Fact]
    public void Long_prompts_take_longer_to_their_place_in_the_queue()
    {
        var replica = new Replica(Llama8, new() { Precision = Precision.Bf16 }, H100, Factors);
        double First(double tokenSeconds) => new ReplicaSimulator(replica, new() { TokenSeconds = tokenSeconds }).Answer([new(0, 4000, 2)]).Ttft.Mean;
        (First(5e-6) - First(0)).ShouldBe(0.02, 1e-9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_engine_that_looks_at_its_arrivals_every_so_many_steps_keeps_them_waiting_half_of_that(bool ahead)
    {
        var replica = new Replica(Llama8, new() { Precision = Precision.Bf16 }, H100, Factors);
        var step = replica.Step(0, 0, 1, 5000);
        var prefill = replica.Step(10_000, 5000, 0, 0);
        double Mean(int every)
        {
            // One answer that goes on all the time, and short ones far apart, at moments that share no rhythm with its steps.
            RequestShape[] requests = [new(0, 10_000, 30_000), .. Enumerable.Range(0, 60).Select(i => new RequestShape(prefill + 1 + (0.4137 * i), 16, 1))];
            var simulator = new ReplicaSimulator(replica, new() { TokenBudget = 16_384, ScheduledAhead = ahead, StepsPerLook = every });
            simulator.Answer(requests);
            return Enumerable.Range(1, 60).Average(i => simulator.FirstTokens[i] - requests[i].Arrival);
        }

        var (always, seldom) = (Mean(1), Mean(20));
        // Nine and a half steps more on average; a step grows by a few percent with the context.
        (seldom - always).ShouldBe(9.5 * step, 2.5 * step);
    }

    [Fact]
    public void Tables_that_say_A100_and_no_more_mean_the_one_of_80_GB()
    {
        foreach (var name in new[] { "A100", "a100", "A100-80", "A100_80GB", "NVIDIA A100-80GB", "a100_sxm" }) Names.Accelerator(Catalog, name)?.Name.ShouldBe("A100-80GB", name);
        Names.Accelerator(Catalog, "A100-40")?.Name.ShouldBe("A100-40GB");
        Names.Accelerator(Catalog, "mi355x")?.Name.ShouldBe("MI355X");
    }

    [Theory]
    [InlineData("amd/Llama-3.3-70B-Instruct-MXFP4-Preview", "llama-3.3-70b")]
    [InlineData("amd/DeepSeek-R1-0528-MXFP4-Preview", "deepseek-r1")]
    [InlineData("neuralmagic/Mixtral-8x7B-Instruct-v0.1-FP8", "mixtral-8x7b")]
    [InlineData("RedHatAI/Qwen3-14B-quantized.w4a16", "qwen3-14b")]
    [InlineData("TheBloke/CodeLlama-34B-Instruct-AWQ", "codellama-34b")]
    [InlineData("meta-llama/Llama-2-70b-chat-hf", "llama-2-70b")]
    [InlineData("/models/llama-2-70b/", "llama-2-70b")]
    public void Quantised_copies_are_the_model_that_they_copy(string name, string model)
    {
        var found = Names.Model(Catalog, name).ShouldNotBeNull();
        (found.Layers, found.Hidden, found.Experts).ShouldBe((Catalog.FindModel(model)!.Layers, Catalog.FindModel(model)!.Hidden, Catalog.FindModel(model)!.Experts));
        Names.Model(Catalog, "someone/unheard-of-9b-FP8").ShouldBeNull();
    }

    /// <summary>Coarse bounds, so that a change of the model that breaks a whole generation or vendor shows: the figures stand in docs/validation.md.</summary>
    [Theory]
    [InlineData("A100-80GB", 0.15)]
    [InlineData("L40S", 0.15)]
    [InlineData("MI300X", 0.17)]
    public void Published_results_of_machines_that_no_fit_saw_are_met(string system, double median)
    {
        var reading = MeasurementReader.Read(Path.Combine(Checkout.Root, "bench", "published.csv"), Catalog);
        reading.Problems.ShouldBeEmpty();
        var report = CheckReport.Of(reading.Value!.Runs, new RunPredictor(Catalog.Factors), Catalog.Intervals);
        report.Refused.ShouldBeEmpty();
        ErrorSummary.Of([.. report.Numbers.Where(n => n.Run.SystemKey == system)]).Median.ShouldBeLessThan(median);
    }

    /// <summary>Models and machines that we have no runs of: an answer for each that fits, between what physics allows and a third of it.</summary>
    [Theory]
    [InlineData("mixtral-8x7b")]
    [InlineData("mixtral-8x22b")]
    [InlineData("codellama-34b")]
    [InlineData("qwen3-14b")]
    [InlineData("llama-2-70b")]
    public void Decoding_alone_lies_between_the_memorys_rate_and_a_third_of_it(string name)
    {
        var model = Catalog.FindModel(name)!;
        foreach (var accelerator in Catalog.Prices.Accelerators.Where(a => a.Name is "A100-40GB" or "A100-80GB" or "L40S" or "MI300X" or "MI325X" or "MI355X"))
        {
            foreach (var precision in new[] { Precision.Bf16, Precision.Fp8 })
            {
                var tensor = 1;
                Replica Of() => new(model, new() { Precision = precision, TensorParallel = tensor, Engine = Engine.Vllm, ScheduledAhead = true }, accelerator, Catalog.Factors);
                while (tensor < 8 && Of().KvTokens(2048) < 2048) tensor *= 2;
                if (Of().KvTokens(2048) < 2048) continue;
                var read = ((model.ActiveParameters - ((double)model.Vocabulary * model.Hidden)) * Footprint.BytesPerParameter(precision)) / (accelerator.MemoryBandwidth.BytesPerSecond * tensor);
                var step = Of().Step(0, 0, 1, 512);
                step.ShouldBeGreaterThan(read, $"{accelerator.Name} {precision} TP{tensor}");
                step.ShouldBeLessThan(3.5 * read, $"{accelerator.Name} {precision} TP{tensor}");
                var work = 4096 * 2 * (model.ActiveParameters - ((double)model.Vocabulary * model.Hidden)) / (Footprint.PeakFlops(accelerator, precision, model.NativePrecision)!.Value * tensor);
                Of().Step(4096, 2048, 0, 0).ShouldBeInRange(work, 8 * work, $"{accelerator.Name} {precision} TP{tensor} prefill");
            }
        }
    }
}
