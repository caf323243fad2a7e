using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Clients of replicas that prefill and replicas that decode, simulated beside each other; and prompts that lie on one rank of several.</summary>
public sealed class SeparateLoopTests
{
    private const int Prompt = 1000, Answer = 200;
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default with { ColdLayerSeconds = 0 };

    private static readonly Deployment One = new() { Precision = Precision.Bf16, Engine = Engine.Vllm };

    [Fact]
    public void One_client_waits_for_its_prompt_its_transfer_and_its_steps()
    {
        var predicted = Predict(clients: 1, prefills: 1, decodes: 1);
        var replica = new Replica(Llama8, One, H100, Factors);
        var prompt = replica.Step(Prompt, Prompt / 2.0, 0, 0);
        var steps = 0.0;
        for (var i = 1; i < Answer; i++) steps += replica.Step(0, 0, 1, Prompt + i);
        predicted.Ttft!.Value.Mean.ShouldBeInRange(prompt, prompt + 0.02);
        predicted.Tpot!.Value.Mean.ShouldBe(steps / (Answer - 1), 0.02 * steps / (Answer - 1));
        predicted.EndToEnd!.Value.Mean.ShouldBe(predicted.Ttft.Value.Mean + steps, 0.02 * steps);
    }

    [Fact]
    public void Few_clients_of_many_replicas_wait_no_longer_than_one()
    {
        var alone = Predict(1, 1, 1).Ttft!.Value;
        Predict(4, 4, 4).Ttft!.Value.Mean.ShouldBe(alone.Mean, 0.05 * alone.Mean);
    }

    [Fact]
    public void All_prompts_at_once_wait_for_half_of_them()
    {
        const int clients = 200;
        var one = Predict(1, 1, 4).Ttft!.Value.Mean;
        var many = Predict(clients, 1, 4);
        var replica = new Replica(Llama8, One, H100, Factors);
        var last = clients / 8.0 * replica.Step(8 * Prompt, Prompt / 2.0, 0, 0, 8);
        many.Ttft!.Value.P99.ShouldBe(one + last, 0.35 * last);
        many.Ttft.Value.Mean.ShouldBeGreaterThan(one + (0.5 * last / 5));
        // Little's law over the whole loop: clients = rate × time in the system, with the burst and the end not in balance.
        many.EndToEnd!.Value.Mean.ShouldBe(many.Ttft.Value.Mean + ((Answer - 1) * many.Tpot!.Value.Mean), 1e-6);
    }

    [Fact]
    public void More_replicas_that_prefill_never_make_first_tokens_later()
    {
        var before = double.PositiveInfinity;
        foreach (var replicas in new[] { 1, 2, 4 })
        {
            var now = Predict(64, replicas, 2).Ttft!.Value.Mean;
            now.ShouldBeLessThan(before * 1.02);
            before = now;
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_times() => Predict(32, 2, 3).ShouldBe(Predict(32, 2, 3));

    [Fact]
    public void A_prompt_that_lies_on_one_of_eight_ranks_takes_longer_than_its_share()
    {
        var replica = new Replica(Llama8, new() { Precision = Precision.Bf16, DataParallel = 8 }, H100, Factors);
        var one = replica.Step(8000, 4000, 0, 0, 1);
        var spread = replica.Step(8000, 500, 0, 0, 8);
        one.ShouldBeGreaterThan(4 * spread);
        replica.Step(8000, 500, 0, 0, 8).ShouldBe(replica.Step(8000, 500, 0, 0), 1e-12);
        // Nine prompts on eight ranks are as slow as sixteen.
        replica.Step(9000, 500, 0, 0, 9).ShouldBe(replica.Step(16_000, 500, 0, 0, 16), 0.05 * one);
        var single = new Replica(Llama8, Precision.Bf16, H100, 1, Factors);
        single.Step(8000, 4000, 0, 0, 1).ShouldBe(single.Step(8000, 4000, 0, 0), 1e-12);
    }

    private static RunPredictor.Predicted Predict(int clients, int prefills, int decodes)
    {
        return new RunPredictor(Factors).Predict(new Switchyard.Performance.Measured.ServingRun
        {
            Line = 1, Id = "run", ModelName = Llama8.Name, Model = Llama8, System = H100.Name, Accelerator = H100,
            Deployment = One, Replicas = decodes, Prefill = One, PrefillReplicas = prefills,
            Input = RequestLengths.Constant(Prompt), Output = RequestLengths.Constant(Answer), Load = new ClosedLoop(clients, 5 * clients), Observed = [],
        }).Value!;
    }
}
