using Shouldly;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Units;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Facts of formats, kernels and schedulers that a step's time rests on, against what others published or measured.</summary>
public sealed class StepFactsTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;

    [Fact]
    public void Models_published_in_4_bits_weigh_what_their_files_do()
    {
        // gpt-oss-120b: 60.8 GiB (its model card, arXiv 2508.10925). Kimi K2 in int4: 594 GB (Kimi-K2-Thinking's page, November 2025).
        Footprint.Of(GptOss, Precision.Fp4).WeightBytes.ShouldBe(60.8 * Math.Pow(2, 30), 0.015 * 65e9);
        Footprint.Of(Kimi, Precision.Int4).WeightBytes.ShouldBe(594e9, 0.015 * 594e9);
    }

    [Fact]
    public void Decodes_beside_a_prompt_take_as_long_as_measured_where_one_kernel_does_both()
    {
        // Microseconds of one layer's attention of Llama 3.1 8B on an RTX 4090 under vLLM 0.19, beside a prompt of 256 less the prompt alone, over decodes alone (LLMServingSim's
        // profiles, 2026): 32 and 128 requests of 2,048 tokens, 64 of 4,096, 128 of 512.
        var ada = L40S with { Name = "RTX4090", MemoryBandwidth = DataRate.FromGBPerSecond(1008), Bf16Tflops = 165.2, Fp16Tflops = 165.2, Multiprocessors = 128, SharedCache = new(72e6) };
        Replica Of(Engine engine) => new(Llama8, new() { Precision = Precision.Bf16, TensorParallel = 1, Engine = engine }, ada, Factors);
        double Ratio(Engine engine, double decodes, double context)
        {
            var replica = Of(engine);
            double Attention(double prompt) => replica.Step(prompt, prompt / 2, decodes, context) - replica.Step(prompt, prompt / 2, decodes, 1e-3);
            return Attention(256) / Attention(0);
        }

        Ratio(Engine.Vllm, 32, 2048).ShouldBe(1.75, 0.3);
        Ratio(Engine.Vllm, 64, 4096).ShouldBe(1.98, 0.3);
        Ratio(Engine.Vllm, 128, 2048).ShouldBe(3.84, 0.3);
        Ratio(Engine.Vllm, 128, 512).ShouldBe(2.53, 1.2);
        Ratio(Engine.TensorRt, 128, 2048).ShouldBe(1, 1e-6);
        // Later generations have kernels that split and pack.
        SharedAttention.Of(Llama8, new() { Precision = Precision.Bf16, TensorParallel = 1, Engine = Engine.Vllm }, H100, Factors).ShouldBeNull();
        // Without groups there is nothing to pack.
        var alone = SharedAttention.Of(Llama2, new() { Precision = Precision.Bf16, TensorParallel = 1, Engine = Engine.Vllm }, A100, Factors)!;
        alone.Reads(64, 1000).ShouldBe(1);
    }

    [Fact]
    public void Where_prompts_go_alone_answers_stand_still_and_no_token_is_lost()
    {
        var replica = new Replica(Llama8, new() { Precision = Precision.Bf16, TensorParallel = 1, Engine = Engine.Sglang }, H100, Factors);
        // One answer is under way when a long prompt comes.
        RequestShape[] requests = [new(0, 100, 200), new(0.5, 6000, 2)];
        SimulationResult Of(bool alone, out double second)
        {
            var simulator = new ReplicaSimulator(replica, new() { PromptsAlone = alone });
            var result = simulator.Answer(requests);
            second = simulator.FirstTokens[1];
            return result;
        }

        var apart = Of(true, out var early);
        var mixed = Of(false, out var late);
        (apart.OutputTokens, apart.PromptTokens, apart.Requests).ShouldBe((202, 6100, 2));
        early.ShouldBeLessThan(late + 1e-12);
        // The one gap is as long as the prompt and a step.
        var stall = replica.Step(6000, 3000, 0, 0);
        apart.Itl.P99.ShouldBeLessThan(1.02 * replica.Step(0, 0, 2, 6000));
        (apart.Steps - mixed.Steps).ShouldBe(1);
        var longest = 200 * apart.Itl.Mean - (199 * replica.Step(0, 0, 1, 200));
        longest.ShouldBe(stall, 0.2 * stall);
    }

    [Fact]
    public void Clients_that_come_together_stay_together_where_prompts_go_alone()
    {
        // Qwen3 32B over two H100 under SGLang 0.5.1, 128 clients, 1,024 in and 128 out: first tokens after 4.4 s (AIConfigurator's table), a prompt step of all clients being 7 s.
        double Ttft(Engine engine)
        {
            var deployment = new Deployment { Precision = Precision.Bf16, TensorParallel = 2, Engine = engine, ScheduledAhead = true, MaxSequences = 512 };
            var replica = new Replica(Qwen32, deployment, H100, Factors);
            return new ReplicaSimulator(replica, SchedulerLimits.Of(replica, deployment, 1152, Factors))
                .Serve(128, 1280, RequestLengths.Constant(1024), RequestLengths.Constant(128), 0, 1).Ttft.Mean;
        }

        Ttft(Engine.Sglang).ShouldBeInRange(3, 5.5);
        Ttft(Engine.Vllm).ShouldBeLessThan(0.6 * Ttft(Engine.Sglang));
    }

    [Fact]
    public void A_step_takes_no_less_than_the_host_however_fast_the_accelerators()
    {
        Replica Of(int tensor) => new(Llama8, new() { Precision = Precision.Fp8, TensorParallel = tensor, Engine = Engine.Sglang, ScheduledAhead = true }, H200, Factors);
        var host = 512 * Factors.WaitingRequestSeconds;
        Of(8).Step(0, 0, 512, 300).ShouldBeGreaterThanOrEqualTo(host);
        Of(8).Step(0, 0, 512, 300).ShouldBeLessThan(1.1 * host);
        Of(1).Step(0, 0, 16, 300).ShouldBeGreaterThan(3 * 16 * Factors.WaitingRequestSeconds);
    }

    [Fact]
    public void Sparse_attention_costs_its_indexer_and_saves_what_it_does_not_read()
    {
        var sparse = DeepSeek with { Name = "sparse", SparseTokens = 2048, IndexHeads = 64, IndexHeadDim = 128 };
        Replica Of(ModelArchitecture model) => new(model, new() { Precision = Precision.Fp8, TensorParallel = 8, Engine = Engine.Sglang, ScheduledAhead = true }, H200, Factors);
        double Long(ModelArchitecture model) => Of(model).Step(0, 0, 64, 100_000);
        double Short(ModelArchitecture model) => Of(model).Step(0, 0, 64, 1_000);
        (Short(sparse) - Short(DeepSeek)).ShouldBeGreaterThan(60 * Factors.IndexerLayerSeconds);
        (Long(sparse) - Short(sparse)).ShouldBeLessThan(0.3 * (Long(DeepSeek) - Short(DeepSeek)));
        // The indexer's keys are kept beside the latents: 132 bytes of 8-bit numbers and a scale beside 576 of two bytes.
        (Of(sparse).KvBytesOf(1000) / Of(DeepSeek).KvBytesOf(1000)).ShouldBe(1 + (132 / 1152.0), 1e-9);
    }

    [Fact]
    public void Splitting_experts_does_not_split_what_goes_to_them()
    {
        double Prompt(int dealt) => new Replica(
            Qwen235, new() { Precision = Precision.Fp8, TensorParallel = 8, ExpertParallel = dealt, Engine = Engine.TensorRt }, H100, Factors with { ExpertImbalance = 1e-9 })
            .Step(8192, 4096, 0, 0);
        Prompt(1).ShouldBeGreaterThan(Prompt(8));
    }

    [Fact]
    public void Norms_over_all_heads_cost_an_exchange_where_heads_are_split()
    {
        double Step(bool wide, int tensor) => new Replica(
            MiniMax with { WideNorms = wide }, new() { Precision = Precision.Fp8, TensorParallel = tensor, Engine = Engine.Vllm, ScheduledAhead = true }, H200, Factors).Step(0, 0, 8, 1000);
        var alone = Step(true, 1) - Step(false, 1);
        alone.ShouldBe(62 * Factors.WideNormLayerSeconds, 1e-9);
        (Step(true, 4) - Step(false, 4)).ShouldBe(alone + (62 * (Factors.LinkLatencySeconds + (2 * Factors.LinkPeerSeconds))), 1e-9);
    }

    [Fact]
    public void Latent_experts_send_less_between_instances_and_many_small_experts_train_slower()
    {
        double Rate(ModelArchitecture model, int dealt, int copies)
        {
            var step = new TrainingStep(model, Precision.Bf16, H100, 8, 400e9, 4096, Factors);
            return copies * 4 * 4096 / step.Seconds(new(1, 1, copies, 1, false, false) { ExpertParallel = dealt }, copies * 4);
        }

        // The same work in a quarter of the width.
        Rate(Qwen30 with { LatentWidth = 512, ExpertFfn = 4 * 768 }, 32, 32).ShouldBeGreaterThan(1.01 * Rate(Qwen30, 32, 32));
        Rate(Qwen30, 8, 8).ShouldBeGreaterThan(1.05 * Rate(Qwen30, 2, 8));
    }
}
