using Switchyard.Demand;
using Switchyard.Performance;
using static Switchyard.Tests.Performance.Fixtures;
using static Switchyard.Tests.Performance.MeasuredRuns;

namespace Switchyard.Tests.Performance;

/// <summary>Our error against runs that other people measured. The limits are a little above what docs/model/performance.md states.</summary>
public sealed class MeasuredTests
{
    private static readonly EfficiencyFactors Factors = Connect.Catalog.CatalogReader.Read(Path.Combine(Tidy.Checkout.Root, "data")).Value!.Factors;

    [Fact]
    public void Time_per_output_token_of_closed_loop_runs()
    {
        Present();
        var runs = Serving();
        runs.Count.ShouldBeGreaterThan(1500);
        Check(runs.Where(run => run.Dense), run => run.PredictTpot(Factors) / run.TpotSeconds, 0.11, 0.99);
        Check(runs.Where(run => !run.Dense), run => run.PredictTpot(Factors) / run.TpotSeconds, 0.19, 0.95);
    }

    [Fact]
    public void Open_loop_runs_that_no_factor_was_fitted_to()
    {
        Present();
        var runs = Open();
        runs.Count.ShouldBeGreaterThan(15);
        Check(runs, run => run.Predict(Factors).Itl / run.ItlSeconds, 0.15, 1);
        Check(runs, run => run.Predict(Factors).Ttft / run.TtftSeconds, 0.18, 1);
    }

    [Fact]
    public void Tokens_a_second_of_training_runs()
    {
        Present();
        var runs = Training();
        runs.Count.ShouldBeGreaterThan(300);
        Check(runs.Where(run => run.Dense), run => run.Predict(Factors) / run.TokensPerSecond, 0.08, 1);
        Check(runs.Where(run => !run.Dense), run => run.Predict(Factors) / run.TokensPerSecond, 0.14, 1);
    }

    [Theory]
    [InlineData(8, 486)]
    [InlineData(512, 688)]
    public void Power_of_an_H100_that_serves_an_8B_model(double batch, double watts)
    {
        var replica = new Replica(Llama8, Precision.Bf16, H100, 1, Factors);
        var traffic = new Traffic(TokenLengths.Constant(300), TokenLengths.Constant(500));
        var balance = Balance.OfBatch(replica, traffic, batch, batch, Factors.TokenBudget);
        var (moved, computed) = (replica.StepBytes(batch, traffic.Context) / (balance.StepSeconds * replica.Bandwidth), balance.Rate * replica.RequestFlops(300, 500) / replica.PeakFlops);
        PowerDraw.Watts(H100, moved, computed, Factors.Power).ShouldNotBeNull().ShouldBeInRange(watts * 0.82, watts * 1.18);
    }

    private static void Present()
    {
        if (Folder is null) Assert.Skip("shared/data/inference is not beside this checkout");
    }

    private static void Check<T>(IEnumerable<T> runs, Func<T, double> ratio, double limit, double coverage)
    {
        double[] all = [.. runs.Select(ratio)];
        double[] predicted = [.. all.Where(double.IsFinite)];
        (predicted.Length / (double)all.Length).ShouldBeGreaterThanOrEqualTo(coverage);
        Median(predicted.Select(value => Math.Abs(value - 1))).ShouldBeLessThan(limit);
    }
}
