using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Layouts of several replicas: prefill apart from decode, stages, and queueing laws.</summary>
public sealed class LayoutTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;
    private static readonly RequestSample Chat = new(RequestLengths.Constant(1000), RequestLengths.Constant(200));

    [Fact]
    public void With_prefill_apart_every_token_is_made_once()
    {
        var result = Simulator(Apart(2, 3)).Answer(12, 900).Result;
        // One of three decoding replicas answers 900 requests and stands for the others.
        result.Requests.ShouldBe(2700);
        result.OutputTokens.ShouldBe(2700 * 200);
        result.PromptTokens.ShouldBe(2700 * 1000);
        result.Rejected.ShouldBe(0);
    }

    [Fact]
    public void An_idle_layout_takes_prefill_the_way_between_and_the_decode_steps()
    {
        var layout = Apart(1, 1);
        var replica = new Replica(Llama8, layout.Deployment, H100, Factors);
        var load = Simulator(layout).Answer(0.01, 50);
        var first = Factors.SeparateArrivalSeconds + (1000 * Factors.ArrivalTokenSeconds) + replica.Step(1000, 500, 0, 0) + load.TransferSeconds;
        load.Result.Ttft.Median.ShouldBe(first, 1e-9);
        var decode = 0.0;
        for (var i = 0; i < 199; i++) decode += replica.Step(0, 0, 1, 1000 + i);
        load.Result.Tpot.Median.ShouldBe(decode / 199, 1e-9);
        load.Result.EndToEnd.Median.ShouldBe(first + decode, 1e-9);
    }

    [Fact]
    public void Keys_and_values_travel_longer_for_longer_prompts_and_over_a_slower_link()
    {
        double Way(double prompt, int replicas) => new LayoutSimulator(
            Llama8, H100, Apart(1, replicas), new(RequestLengths.Constant(prompt), RequestLengths.Constant(20)), Factors).Answer(0.1, 20).TransferSeconds;
        Way(4000, 1).ShouldBeGreaterThan(3.5 * Way(1000, 1));
        // Within eight accelerators there is the scale-up link; beyond, the fabric. 131,072 bytes for each token.
        Way(1000, 7).ShouldBe(Factors.LinkLatencySeconds + (1000 * 131072.0 / (450e9 * Factors.LinkBandwidth)), 1e-7);
        Way(1000, 8).ShouldBe(Factors.FabricLatencySeconds + (1000 * 131072.0 / Factors.FabricBytesPerSecond), 1e-7);
    }

    [Fact]
    public void Decoding_alone_keeps_its_pace_where_prompts_would_disturb_it()
    {
        var together = Simulator(new() { Deployment = One, Replicas = 4 }).Answer(24, 1500);
        var apart = Simulator(Apart(2, 2)).Answer(24, 1500);
        apart.Percentile(Quantity.Tpot, 99).ShouldBeLessThan(together.Percentile(Quantity.Tpot, 99));
        apart.Result.Itl.P99.ShouldBeLessThan(together.Result.Itl.P99);
    }

    [Fact]
    public void Latency_rises_with_load_in_every_layout()
    {
        foreach (var layout in (ServingLayout[])[new() { Deployment = One, Replicas = 2 }, Apart(1, 1), new() { Deployment = One with { PipelineParallel = 2 } }])
        {
            var (first, pace) = (0.0, 0.0);
            foreach (var rate in new[] { 1.0, 4, 8, 12 })
            {
                var result = Simulator(layout).Answer(rate, 1200).Result;
                result.Ttft.Mean.ShouldBeGreaterThanOrEqualTo(first * 0.999);
                result.Tpot.Mean.ShouldBeGreaterThanOrEqualTo(pace * 0.999);
                (first, pace) = (result.Ttft.Mean, result.Tpot.Mean);
            }
        }
    }

    [Fact]
    public void Clients_are_throughput_times_their_stay()
    {
        // The response time law of closed systems: N = X R.
        foreach (var layout in (ServingLayout[])[new() { Deployment = One, Replicas = 2 }, Apart(1, 2)])
        {
            var result = Simulator(layout).Serve(64, 3000).Result;
            (result.RequestsPerSecond * result.EndToEnd.Mean).ShouldBe(64, 64 * 0.06);
        }
    }

    [Fact]
    public void Prefill_alone_is_a_queue_with_constant_service()
    {
        // One replica, one prompt at a time: M/D/1, whose mean wait is ρ/(2(1 − ρ)) of the service (Pollaczek and Khinchine).
        var deployment = One with { TokenBudget = 1000, MaxSequences = 1 };
        var service = new Replica(Llama8, deployment, H100, Factors).Step(1000, 500, 0, 0);
        foreach (var busy in new[] { 0.3, 0.6, 0.8 })
        {
            var layout = new ServingLayout { Deployment = One, Replicas = 1, Prefill = deployment, PrefillReplicas = 1 };
            var load = new LayoutSimulator(Llama8, H100, layout, new(RequestLengths.Constant(1000), RequestLengths.Constant(2)), Factors).Answer(busy / service, 50_000);
            var expected = Factors.SeparateArrivalSeconds + service + (busy * service / (2 * (1 - busy)));
            // A request may wait for the step that decodes before it.
            load.Result.Ttft.Mean.ShouldBeInRange(expected * 0.95, (expected * 1.05) + load.TransferSeconds + 0.01);
        }
    }

    [Fact]
    public void Stages_share_the_weights_and_take_turns()
    {
        var (one, two) = (new Replica(Llama70, One, H100, Factors), new Replica(Llama70, One with { PipelineParallel = 2 }, H100, Factors));
        two.WeightBytes.ShouldBe(one.WeightBytes / 2, 1);
        // The hop between stages is all that a step takes longer.
        var hop = two.Step(0, 0, 8, 500) - one.Step(0, 0, 8, 500);
        hop.ShouldBeInRange(Factors.LinkLatencySeconds, 2 * Factors.LinkLatencySeconds);
        (One with { PipelineParallel = 100 }).Impossible(Llama70).ShouldNotBeNull().ShouldContain("80 layers");
        var small = new LayoutSimulator(Llama8, H100, new() { Deployment = One with { PipelineParallel = 2 } }, Chat, Factors).Answer(2, 400).Result;
        small.RequestsPerSecond.ShouldBe(2, 0.3);
        small.Requests.ShouldBe(800);
    }

    [Theory]
    [InlineData("4xTP2", 4, 2, 1, 1)]
    [InlineData("tp4 pp2", 1, 4, 2, 1)]
    [InlineData("2 x TP1 DP8", 2, 1, 1, 8)]
    [InlineData("16xDP8", 16, 1, 1, 8)]
    public void A_layout_is_read_as_people_write_it(string text, int replicas, int tensor, int stages, int ranks)
    {
        var (count, deployment) = ServingLayout.Parse(text, One).ShouldNotBeNull();
        (count, deployment.TensorParallel, deployment.PipelineParallel, deployment.DataParallel).ShouldBe((replicas, tensor, stages, ranks));
        var layout = new ServingLayout { Deployment = deployment, Replicas = count };
        ServingLayout.Parse(layout.Division.Replace($" EP{ranks}", "", StringComparison.Ordinal), One).ShouldBe((count, deployment));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4x")]
    [InlineData("xTP2")]
    [InlineData("TP0")]
    [InlineData("TP2TP4")]
    [InlineData("TP2QP4")]
    [InlineData("TP99999999999")]
    [InlineData("-1xTP2")]
    public void What_is_no_layout_is_none(string text) => ServingLayout.Parse(text, One).ShouldBeNull();

    private static Deployment One { get; } = new() { Precision = Precision.Bf16, Engine = Engine.Vllm };

    private static ServingLayout Apart(int prefill, int decode) => new() { Deployment = One, Replicas = decode, Prefill = One, PrefillReplicas = prefill };

    private static LayoutSimulator Simulator(ServingLayout layout) => new(Llama8, H100, layout, Chat, Factors);
}
