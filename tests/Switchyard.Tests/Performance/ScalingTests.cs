using Switchyard.Demand;
using Switchyard.Performance.Measured;
using static Switchyard.Tests.Performance.Fixtures;
using MeasuredTraining = Switchyard.Performance.Measured.TrainingRun;

namespace Switchyard.Tests.Performance;

public sealed class ScalingTests
{
    private static readonly Metric Rate = new(Quantity.TrainingRate, Statistic.Mean);

    [Fact]
    public void The_smallest_and_the_largest_gang_of_the_same_runs_are_compared()
    {
        var scaling = Scaling.Of([Number(2048, 320, 300), Number(512, 330, 320), Number(512, 340, 310), Number(8192, 300, 250), Number(16, 400, 400, "another")]).ShouldHaveSingleItem();
        (scaling.From, scaling.To).ShouldBe((512, 8192));
        // Of the two with 512 the faster one counts.
        scaling.Measured.ShouldBe(300 / 340.0, 1e-12);
        scaling.Predicted.ShouldBe(250 / 310.0, 1e-12);
        scaling.Off.ShouldBe((250 / 310.0) - (300 / 340.0), 1e-12);
    }

    [Fact]
    public void Sizes_that_differ_less_than_twice_and_other_numbers_say_nothing()
    {
        var serving = Number(8, 1, 1) with { Metric = new(Quantity.Tpot, Statistic.Mean) };
        Scaling.Of([Number(512, 300, 300), Number(1000, 290, 290), serving, Number(8, 1, 1, "fp8", Precision.Fp8), Number(4096, 1, 1, "fp8")]).ShouldBeEmpty();
    }

    private static CheckedNumber Number(int accelerators, double measured, double predicted, string source = "source", Precision precision = Precision.Bf16)
    {
        MeasuredTraining run = new()
        {
            Line = 1, Id = "", ModelName = Llama405.Name, Model = Llama405, System = H100.Name, Accelerator = H100, EngineName = source, Precision = precision,
            Accelerators = accelerators, PerInstance = 8, Fabric = 400e9, Sequence = 8192, Sequences = 1024, Observed = [new(Rate, measured)],
        };
        return new(run, Rate, measured, predicted, 0, double.PositiveInfinity);
    }
}
