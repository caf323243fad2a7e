using Shouldly;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using MeasuredServing = Switchyard.Performance.Measured.ServingRun;

namespace Switchyard.Tests.Performance;

/// <summary>What predictions are calibrated with: counted steps, measured kernels, intervals from groups.</summary>
public sealed class FitTests
{
    [Fact]
    public void Counted_steps_give_what_the_simulation_gave()
    {
        var accelerator = Fixtures.H100;
        var replica = new Replica(Fixtures.Llama8, Precision.Bf16, accelerator, 1, EfficiencyFactors.Default);
        var tally = new StepTally();
        var simulator = new ReplicaSimulator(replica, new() { ArrivalSeconds = 0.01 }) { Tally = tally };
        var result = simulator.Serve(24, 240, RequestLengths.Between(800, 1000), RequestLengths.Between(160, 200), 0, 7);
        tally.Tpot(replica).ShouldBe(result.Tpot.Mean, 1e-9);
        tally.Ttft(replica, 0.01).ShouldBe(result.Ttft.Mean, 1e-9);
    }

    [Fact]
    public void Counted_steps_follow_other_coefficients()
    {
        var accelerator = Fixtures.H100;
        var factors = EfficiencyFactors.Default;
        var slower = factors with { LayerSeconds = factors.LayerSeconds * 1.5, Matrix16 = factors.Matrix16 * 0.9 };
        SimulationResult Run(EfficiencyFactors of, StepTally? tally) =>
            new ReplicaSimulator(new(Fixtures.Llama8, Precision.Bf16, accelerator, 1, of), new() { ArrivalSeconds = 0.01 }) { Tally = tally }
                .Serve(24, 240, RequestLengths.Between(800, 1000), RequestLengths.Between(160, 200), 0, 7);
        var tally = new StepTally();
        Run(factors, tally);
        var result = Run(slower, null);
        var replica = new Replica(Fixtures.Llama8, Precision.Bf16, accelerator, 1, slower);
        tally.Tpot(replica).ShouldBe(result.Tpot.Mean, 0.02 * result.Tpot.Mean);
        tally.Ttft(replica, 0.01).ShouldBe(result.Ttft.Mean, 0.10 * result.Ttft.Mean);
    }

    [Fact]
    public void A_step_is_the_sum_of_its_kernels()
    {
        KernelProfile profile = new(
            [new("embedding", 1, 1e-6), new("layernorm", 1, 2e-6), new("qkv_proj", 1, 10e-6), new("qkv_proj", 101, 20e-6)],
            [new("lm_head", 1, 100e-6), new("lm_head", 11, 200e-6)],
            [new(0, 0, 1, 16, 5e-6), new(0, 0, 1, 32, 7e-6), new(0, 0, 2, 16, 6e-6), new(0, 0, 2, 32, 8e-6), new(16, 0, 0, 0, 9e-6), new(0, 0, 0, 0, 1)]);
        // Two layers: two norms, a product and attention each; embedding and head once.
        profile.Step(0, 0, 1, 24, 2).ShouldBe((2 * (4e-6 + 10e-6 + 6e-6)) + 1e-6 + 100e-6, 1e-12);
        profile.Step(0, 0, 1.5, 16, 1).ShouldBe(4e-6 + 10.05e-6 + 5.5e-6 + 1e-6 + 105e-6, 1e-12);
        profile.Step(16, 8, 0, 0, 1).ShouldBe(4e-6 + 11.5e-6 + 9e-6 + 1e-6 + 100e-6, 1e-12);
        // Past the longest context measured, traffic grows with it.
        profile.Step(0, 0, 1, 64, 1).ShouldBe(4e-6 + 10e-6 + 14e-6 + 1e-6 + 100e-6, 1e-12);
    }

    [Fact]
    public void What_is_decided_ahead_hides_behind_measured_steps_that_only_decode()
    {
        KernelProfile profile = new(
            [new("qkv_proj", 1, 400e-6), new("qkv_proj", 101, 500e-6)], [new("lm_head", 1, 100e-6)], [new(0, 0, 8, 16, 50e-6), new(16, 0, 8, 16, 90e-6)]);
        double Host(bool ahead, double prompt)
        {
            Replica replica = new(Fixtures.Llama8, new() { Precision = Precision.Bf16, Engine = Engine.Vllm, ScheduledAhead = ahead }, Fixtures.H100, EfficiencyFactors.Default) { Kernels = profile };
            return replica.Step(prompt, prompt / 2, 8, 16) - profile.Step(prompt, prompt / 2, 8, 16, Fixtures.Llama8.Layers);
        }

        Host(true, 0).ShouldBe(8 * EfficiencyFactors.Default.RequestSeconds, 1e-9);
        Host(true, 16).ShouldBeGreaterThan(Host(true, 0));
        Host(false, 0).ShouldBe(EfficiencyFactors.Default.StepSeconds + (8 * EfficiencyFactors.Default.WaitingRequestSeconds), 0.2 * EfficiencyFactors.Default.StepSeconds);
    }

    [Fact]
    public void Intervals_hold_groups_that_they_have_not_seen()
    {
        // Groups that each err in their own direction: quantiles over runs alone hold too few of a new group.
        var generator = new Random(5);
        List<CheckedNumber> numbers = [];
        for (var group = 0; group < 24; group++)
        {
            var bias = Math.Exp(0.3 * Math.Sqrt(-2 * Math.Log(1 - generator.NextDouble())) * Math.Cos(2 * Math.PI * generator.NextDouble()));
            for (var i = 0; i < 30; i++)
            {
                var run = Run($"{group}");
                numbers.Add(new(run, new(Quantity.Tpot, Statistic.Mean), bias * (0.95 + (0.1 * generator.NextDouble())), 1, 0, 0));
            }
        }

        var pace = new Metric(Quantity.Tpot, Statistic.Mean);
        ErrorIntervals.CoverageOfOthers(numbers, pace, true, run => run.ModelName).ShouldBeInRange(0.86, 0.95);
        var factor = ErrorIntervals.From(numbers, run => run.ModelName).Factors.ShouldHaveSingleItem();
        factor.Down.ShouldBeLessThan(1);
        factor.Up.ShouldBeGreaterThan(1);
        double.IsNaN(ErrorIntervals.CoverageOfOthers([.. numbers.Where(n => n.Run.ModelName is "1" or "2")], pace, true, run => run.ModelName)).ShouldBeTrue();
        // Throughput of one group alone says little: it takes in the paces of all, of which it is the inverse.
        CheckedNumber[] rates = [.. numbers.Where(n => n.Run.ModelName == "0").Select(n => n with { Metric = new(Quantity.OutputRate, Statistic.Mean), Measured = 1 / n.Measured })];
        var rate = ErrorIntervals.From([.. numbers, .. rates], run => run.ModelName).Factors.Single(f => f.Metric.Quantity == Quantity.OutputRate);
        (rate.Runs, rate.Groups).ShouldBe((30, 24));
        rate.Down.ShouldBe(1 / factor.Up, 0.05);
        rate.Up.ShouldBe(1 / factor.Down, 0.05);
    }

    [Fact]
    public void Splitting_a_sequence_takes_memory_off_an_accelerator_and_adapters_cost_less_than_training()
    {
        var step = new TrainingStep(Fixtures.Llama70, Precision.Bf16, Fixtures.H100, 8, 400e9, 8192, EfficiencyFactors.Default);
        var frozen = new TrainingStep(Fixtures.Llama70, Precision.Bf16, Fixtures.H100, 8, 400e9, 8192, EfficiencyFactors.Default, frozen: true);
        TrainingLayout whole = new(8, 4, 2, 1, false, false);
        var split = whole with { DataParallel = 1, ContextParallel = 2 };
        step.MemoryBytes(split).ShouldBeLessThan(step.MemoryBytes(whole));
        // Each copy then has twice the sequences at half the work each.
        step.Seconds(split, 64).ShouldBe(step.Seconds(whole, 64), 0.2 * step.Seconds(whole, 64));
        frozen.Seconds(whole, 64).ShouldBeInRange(0.5 * step.Seconds(whole, 64), 0.9 * step.Seconds(whole, 64));
        frozen.MemoryBytes(whole).ShouldBeLessThan(step.MemoryBytes(whole));
    }

    private static MeasuredServing Run(string name) => new()
    {
        Line = 1,
        Id = name,
        ModelName = name,
        System = "",
        Observed = [],
        Deployment = new() { Precision = Precision.Bf16 },
        Input = RequestLengths.Constant(1),
        Output = RequestLengths.Constant(1),
        Load = new ClosedLoop(1, 1),
    };
}
