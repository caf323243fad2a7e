using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Search;
using Switchyard.Performance.Simulate;
using Switchyard.Units;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>The search for layouts: what it finds keeps the promise, more is never worse, and what does not fit is shown with its arithmetic.</summary>
public sealed class SearchTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;

    [Fact]
    public void What_is_found_keeps_the_promise_within_the_accelerators_and_below_the_roofline()
    {
        var question = Ask(Qwen32, H200, 16);
        var answer = LayoutSearch.Find(question, Factors);
        answer.Refusal.ShouldBeNull();
        answer.Best.Length.ShouldBeGreaterThan(2);
        foreach (var found in answer.Best)
        {
            found.AtLoad.Keeps(question.Level).ShouldBeTrue(found.Layout.Division);
            found.Layout.Accelerators.ShouldBeLessThanOrEqualTo(16);
            found.Layout.Deployment.Impossible(Qwen32).ShouldBeNull();
            var replica = new Replica(Qwen32, found.Layout.Deployment, H200, Factors);
            var peak = replica.PeakFlops / found.Layout.Deployment.StageAccelerators * found.Layout.Accelerators;
            (found.Capacity * replica.RequestFlops(2000, 300)).ShouldBeLessThan(peak);
            found.Memory.Room.ShouldBeGreaterThan(found.Memory.Request);
            // Simulated again by itself, it does what was said.
            var sample = new RequestSample(RequestLengths.Of(question.Input), RequestLengths.Of(question.Output));
            var again = new LayoutSimulator(Qwen32, H200, found.Layout, sample, Factors).Answer(found.Rate * 0.9, 1500, 200);
            again.Keeps(question.Level).ShouldBeTrue(found.Layout.Division);
        }

        answer.Best.ShouldContain(f => f.Layout.Prefill != null);
        answer.Best.ShouldContain(f => f.Layout.Prefill == null);
    }

    [Fact]
    public void No_point_of_the_front_is_beaten_by_another_and_each_keeps_the_promise_for_the_first_token()
    {
        var question = Ask(Qwen32, H200, 16);
        var front = LayoutSearch.Find(question, Factors).Front;
        front.Length.ShouldBeGreaterThan(4);
        for (var i = 1; i < front.Length; i++)
        {
            front[i].UserTokens.ShouldBeLessThan(front[i - 1].UserTokens);
            front[i].AcceleratorTokens.ShouldBeGreaterThan(front[i - 1].AcceleratorTokens);
        }

        front.ShouldAllBe(p => p.Result.Percentile(Quantity.Ttft, 95) <= question.Level.Ttft!.Value.Limit.TotalSeconds);
    }

    [Fact]
    public void More_accelerators_and_looser_promises_never_serve_less()
    {
        double Most(LayoutQuestion question) => LayoutSearch.Find(question, Factors).Best is [var best, ..] ? best.Capacity : 0;
        var question = Ask(Llama8, H100, 4);
        var rate = Most(question);
        Most(question with { Accelerators = 8 }).ShouldBeGreaterThan(1.9 * rate);
        // A simulated capacity is found to within a step of its search, 2%.
        Most(question with { Level = Level(1000, 100) }).ShouldBeGreaterThan(rate * 0.98);
        Most(question with { Level = Level(200, 20) }).ShouldBeLessThan(rate * 1.02);
        Most(question with { Input = TokenLengths.Constant(4000) }).ShouldBeLessThan(rate * 1.02);
        Most(question with { Accelerator = H100 with { MemoryBandwidth = DataRate.FromGBPerSecond(5000) } }).ShouldBeGreaterThan(rate * 0.98);
    }

    [Fact]
    public void A_rate_gets_as_few_accelerators_as_keep_it_and_too_high_a_rate_says_what_it_needs()
    {
        var question = Ask(Llama8, H100, 16) with { Rate = 30 };
        var found = LayoutSearch.Find(question, Factors).Best[0];
        found.Layout.Accelerators.ShouldBeLessThan(8);
        found.Rate.ShouldBe(30);
        found.Capacity.ShouldBeGreaterThanOrEqualTo(30);
        found.AtLoad.Keeps(question.Level).ShouldBeTrue();
        var refused = LayoutSearch.Find(question with { Rate = 5000 }, Factors);
        refused.Best.ShouldBeEmpty();
        refused.Refusal.ShouldNotBeNull().ShouldMatch(@"^5000 requests/s need \d+ x .* x H100-80GB; there are 16$");
    }

    [Fact]
    public void Clients_get_replicas_for_all_of_them()
    {
        var question = Ask(Llama8, H100, 8) with { Clients = 300, Prefill = PrefillChoice.Together, Level = Level(2000, 40) };
        var found = LayoutSearch.Find(question, Factors).Best[0];
        found.AtLoad.Keeps(question.Level).ShouldBeTrue();
        // Clients in the layout are its throughput times their stay (Little).
        (found.AtLoad.Result.RequestsPerSecond * found.AtLoad.Result.EndToEnd.Mean).ShouldBe(300, 30);
    }

    [Fact]
    public void What_does_not_fit_is_shown_with_its_arithmetic()
    {
        var answer = LayoutSearch.Find(Ask(DeepSeek, A100x40 with { Name = "V100-40GB", Architecture = "Volta" }, 8) with { Precisions = [Precision.Bf16, Precision.Fp8] }, Factors);
        answer.Best.ShouldBeEmpty();
        answer.Refusal.ShouldNotBeNull().ShouldStartWith("deepseek-v3 does not fit: each of 8 x V100-40GB needs weights ");
        answer.RuledOut.ShouldContain(r => r.Precision == Precision.Fp8 && r.Reason == "V100-40GB has no known rate in fp8");
        foreach (var ruled in answer.RuledOut.Where(r => r.Memory is not null))
        {
            var m = ruled.Memory!.Value;
            (m.Weights + m.Activations + m.Request).ShouldBeGreaterThan(m.Usable);
            m.Usable.ShouldBeLessThan(m.Total);
        }
    }

    [Fact]
    public void More_memory_never_rules_more_out()
    {
        var last = int.MaxValue;
        foreach (var gib in new[] { 24.0, 40, 80, 160, 320 })
        {
            var ruled = LayoutSearch.Find(Ask(Llama70, H100 with { Memory = DataSize.FromGiB(gib) }, 8) with { Prefill = PrefillChoice.Together }, Factors).RuledOut.Count(r => r.Memory is not null);
            ruled.ShouldBeLessThanOrEqualTo(last);
            last = ruled;
        }

        last.ShouldBe(0);
    }

    [Fact]
    public void What_cannot_be_promised_says_how_far_off_it_is()
    {
        LayoutSearch.Find(Ask(Llama405, H100, 16) with { Level = Level(5000, 4) }, Factors).Refusal.ShouldNotBeNull().ShouldContain("per token even when idle, over p95 < 4ms");
        LayoutSearch.Find(Ask(Llama8, H100, 8) with { Input = TokenLengths.Constant(200_000) }, Factors).Refusal.ShouldNotBeNull().ShouldContain("exceed the context");
        LayoutSearch.Find(Ask(Llama8, H100, 8) with { Precisions = [] }, Factors).Refusal.ShouldBe("no number format is allowed");
    }

    [Fact]
    public void The_same_question_has_the_same_answer()
    {
        var (a, b) = (LayoutSearch.Find(Ask(Qwen30, H100, 8), Factors), LayoutSearch.Find(Ask(Qwen30, H100, 8), Factors));
        a.Best.Select(f => (f.Layout, f.Capacity, f.AtLoad.Result)).ShouldBe(b.Best.Select(f => (f.Layout, f.Capacity, f.AtLoad.Result)));
        a.Front.Select(p => (p.Layout, p.UserTokens, p.AcceleratorTokens)).ShouldBe(b.Front.Select(p => (p.Layout, p.UserTokens, p.AcceleratorTokens)));
    }

    [Theory]
    [InlineData(1, 10, 1, 10, 8, 4, 4)]
    [InlineData(1, 30, 1, 10, 8, 2, 6)]
    [InlineData(2, 10, 4, 5, 7, 0, 0)]
    [InlineData(4, 10, 8, 10, 8, 0, 0)]
    public void Pools_are_matched_by_their_rates(int prefillSize, double prefillRate, int decodeSize, double decodeRate, int accelerators, int x, int y)
    {
        var matched = LayoutSearch.Matched(prefillSize, prefillRate, decodeSize, decodeRate, accelerators);
        if (x > 0) matched.ShouldBe((x, y));
        else ((matched.Prefill * prefillSize) + (matched.Decode * decodeSize)).ShouldBeLessThanOrEqualTo(accelerators);
    }

    private static LayoutQuestion Ask(ModelArchitecture model, Accelerator accelerator, int count) => new()
    {
        Model = model, Precisions = [Precision.Bf16, Precision.Fp8], Accelerator = accelerator, Accelerators = count,
        Input = TokenLengths.Constant(2000), Output = TokenLengths.Constant(300), Level = Level(500, 50),
    };
}
