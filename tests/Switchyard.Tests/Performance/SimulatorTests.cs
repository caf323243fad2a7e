using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Units;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>The simulated scheduler against queueing formulas, arithmetic and conservation.</summary>
public sealed class SimulatorTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;
    private static readonly Replica Eight = new(Llama8, Precision.Bf16, A100, 1, Factors);

    [Fact]
    public void A_single_server_with_constant_service_waits_as_Pollaczek_and_Khinchine_say()
    {
        // One prompt fills a step and gives one token: a queue M/D/1.
        const int prompt = 512;
        var service = Eight.Step(prompt, prompt / 2.0, 0, 0);
        var simulator = Simulator(new() { TokenBudget = prompt, MaxSequences = 1 });
        foreach (var busy in new[] { 0.3, 0.7 })
        {
            var requests = RunPredictor.Arrivals(
                [new(busy / service, 200_000 * service / busy)], false, RequestLengths.Constant(prompt), RequestLengths.Constant(1), 0, 7);
            var expected = service + (busy * service / (2 * (1 - busy)));
            simulator.Answer(requests).Ttft.Mean.ShouldBe(expected, 0.03 * expected);
        }
    }

    [Fact]
    public void One_client_takes_the_sum_of_its_steps()
    {
        var result = Simulator(new()).Serve(1, 3, RequestLengths.Constant(100), RequestLengths.Constant(50), 0, 1);
        var expected = Eight.Step(100, 50, 0, 0);
        for (var i = 0; i < 49; i++) expected += Eight.Step(0, 0, 1, 100 + i);
        result.EndToEnd.Mean.ShouldBe(expected, 1e-9 * expected);
        result.Ttft.P99.ShouldBe(Eight.Step(100, 50, 0, 0), 1e-12);
        result.Steps.ShouldBe(3 * 50);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 8192, 256)]
    [InlineData(20_000, 512, 64)]
    [InlineData(3_000, 2048, 256)]
    public void Every_token_is_made_once_however_often_requests_are_put_back(double room, int budget, int sequences)
    {
        var requests = Mixed(2_000, 20);
        var result = Simulator(new() { KvTokens = room, TokenBudget = budget, MaxSequences = sequences }).Answer(requests);
        result.Requests.ShouldBe(requests.Length);
        result.OutputTokens.ShouldBe(requests.Sum(r => (long)r.Output));
        result.PromptTokens.ShouldBeGreaterThanOrEqualTo(requests.Sum(r => (long)r.Input));
        result.PeakKvShare.ShouldBeLessThanOrEqualTo(1);
        (result.Preemptions > 0).ShouldBe(double.IsFinite(room));
        result.Batch.ShouldBeLessThanOrEqualTo(sequences);
    }

    [Fact]
    public void A_request_larger_than_the_cache_is_rejected_and_the_rest_is_answered()
    {
        var result = Simulator(new() { KvTokens = 1600 }).Answer([new(0, 1000, 100), new(0.1, 2000, 10), new(0.2, 100, 3000), new(0.3, 200, 20)]);
        result.Rejected.ShouldBe(2);
        result.Requests.ShouldBe(2);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_a_simulator_keeps_nothing_of_its_last_run()
    {
        var simulator = Simulator(new() { KvTokens = 20_000 });
        var first = simulator.Answer(Mixed(500, 10));
        simulator.Serve(8, 100, RequestLengths.Between(10, 900), RequestLengths.Constant(30), 0, 3);
        simulator.Answer(Mixed(500, 10)).ShouldBe(first);
        Simulator(new() { KvTokens = 20_000 }).Answer(Mixed(500, 10)).ShouldBe(first);
    }

    [Fact]
    public void Latency_rises_with_load_and_falls_with_cached_prefixes()
    {
        double last = 0, lastPace = 0;
        foreach (var rate in new[] { 1.0, 3, 6, 8 })
        {
            var result = Simulator(new()).Answer(Mixed(3_000, rate));
            result.Ttft.Mean.ShouldBeGreaterThan(last);
            result.Tpot.Mean.ShouldBeGreaterThan(lastPace);
            (last, lastPace) = (result.Ttft.Mean, result.Tpot.Mean);
        }

        var requests = Mixed(3_000, 6);
        var cached = Simulator(new()).Answer([.. requests.Select(r => r with { Cached = r.Input / 2 })]);
        cached.Ttft.Mean.ShouldBeLessThan(Simulator(new()).Answer(requests).Ttft.Mean);
    }

    [Fact]
    public void Throughput_stays_below_the_roofline_and_power_between_idle_and_rated()
    {
        var result = Simulator(new() { MaxSequences = 512 }).Serve(512, 4096, RequestLengths.Constant(128), RequestLengths.Constant(256), 0, 1);
        (result.OutputTokensPerSecond * 2 * 7.5e9).ShouldBeLessThan(312e12);
        result.Watts.ShouldNotBeNull().ShouldBeInRange(40, 400);
    }

    [Fact]
    public void A_faster_memory_is_never_slower()
    {
        var faster = new Replica(Llama8, Precision.Bf16, A100 with { MemoryBandwidth = DataRate.FromGBPerSecond(4000) }, 1, Factors);
        for (var batch = 1; batch <= 512; batch *= 2)
            faster.Step(0, 0, batch, 900).ShouldBeLessThanOrEqualTo(Eight.Step(0, 0, batch, 900));
    }

    [Fact]
    public void A_hundred_thousand_requests_are_simulated_in_moments()
    {
        var requests = Mixed(100_000, 6.45);
        var simulator = Simulator(SchedulerLimits.Of(Eight, new() { Precision = Precision.Bf16 }, 1200, Factors));
        var before = Environment.CpuUsage.TotalTime;
        simulator.Answer(requests).Requests.ShouldBe(requests.Length);
        (Environment.CpuUsage.TotalTime - before).TotalSeconds.ShouldBeLessThan(10);
    }

    private static ReplicaSimulator Simulator(SchedulerLimits limits) => new(Eight, limits);

    private static RequestShape[] Mixed(int count, double rate) =>
        RunPredictor.Arrivals([new(rate, count / rate)], true, RequestLengths.Between(20, 1500), RequestLengths.Between(1, 400), 0, 11);
}
