using Shouldly;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Fit;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using MeasuredServing = Switchyard.Performance.Measured.ServingRun;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Engines that decide on steps ahead, prompts that are sent again, and what a fit knows before it sees a run.</summary>
public sealed class AheadTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;

    [Fact]
    public void Who_arrives_during_a_step_waits_one_step_longer_where_the_next_is_decided_on_already()
    {
        var replica = new Replica(Llama8, Precision.Bf16, H100, 1, Factors);
        var step = replica.Step(0, 0, 1, 200);
        // One request decodes for long; the other comes in the middle of a step, far from both ends.
        RequestShape[] requests = [new(0, 100, 400), new(replica.Step(100, 50, 0, 0) + (100.5 * step), 16, 2)];
        double Whole(bool ahead)
        {
            var simulator = new ReplicaSimulator(replica, new() { ScheduledAhead = ahead });
            simulator.Answer(requests);
            return simulator.FirstTokens[1] - requests[1].Arrival;
        }

        (Whole(true) - Whole(false)).ShouldBe(step, 0.05 * step);
    }

    [Fact]
    public void An_idle_engine_that_decides_ahead_starts_at_once()
    {
        var replica = new Replica(Llama8, Precision.Bf16, H100, 1, Factors);
        SimulationResult Alone(bool ahead) => new ReplicaSimulator(replica, new() { ScheduledAhead = ahead }).Answer([new(1, 100, 10), new(5, 100, 10)]);
        Alone(true).Ttft.Mean.ShouldBe(Alone(false).Ttft.Mean, 1e-12);
    }

    [Fact]
    public void Prompts_that_were_sent_before_are_not_worked_on_again_if_all_of_them_fit()
    {
        MeasuredServing Run(int prompts, double kvTokens) => new()
        {
            Line = 1, Id = "x", ModelName = Llama70.Name, Model = Llama70, System = "H100", Accelerator = H100, Observed = [],
            Deployment = new() { Precision = Precision.Bf16, TensorParallel = 4, Engine = Engine.Vllm, KvTokens = kvTokens },
            Input = RequestLengths.Constant(4000), Output = RequestLengths.Constant(100), RepeatedPrompts = prompts,
            Load = new OpenLoop([new(1, 100)]),
        };
        double First(int prompts, double kvTokens = 400_000) => new RunPredictor(Factors).Predict(Run(prompts, kvTokens)).Value!.Ttft!.Value.Median;
        First(10).ShouldBeLessThan(0.5 * First(0));
        // Ten prompts of 4,100 tokens that share room for 30,000: each is gone when its turn comes.
        First(10, 30_000).ShouldBe(First(0, 30_000), 1e-9);
    }

    [Fact]
    public void Experts_with_more_tokens_each_are_never_slower_for_a_token()
    {
        var model = Llama8 with { Experts = 8, ExpertsPerToken = 2, ExpertFfn = 14336, Parameters = 46.7e9, ActiveParameters = 12.9e9, DenseLayers = 0 };
        var replica = new Replica(model, new() { Precision = Precision.Bf16, TensorParallel = 2 }, H100, Factors);
        var last = double.PositiveInfinity;
        for (var tokens = 512; tokens <= 65_536; tokens *= 2)
        {
            var each = replica.Step(tokens, 256, 0, 0) / tokens;
            each.ShouldBeLessThan(last * 1.0001);
            last = each;
        }
    }

    [Fact]
    public void What_no_run_informs_stays_at_what_is_known_before()
    {
        // Two parameters, of which the residuals see one: it moves as far as its tie lets it, the other not at all.
        var at = LeastSquares.Minimise([0, 0], [0, 0], x => [x[0] - 0.05], [1], [1, 1], 20);
        at[0].ShouldBe(0.025, 1e-3);
        at[1].ShouldBe(0, 1e-12);
        foreach (var c in Coefficient.Serving.Concat(Coefficient.Training))
        {
            c.Get(Factors).ShouldBeInRange(c.Least, c.Most, c.Name);
            c.Spread.ShouldBeInRange(0.01, 1, c.Name);
        }
    }
}
