using System.Collections.Immutable;
using Switchyard.Connect;
using Switchyard.Connect.Measurements;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Calibrate;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;
using Switchyard.Units;
using MeasuredServing = Switchyard.Performance.Measured.ServingRun;
using MeasuredTraining = Switchyard.Performance.Measured.TrainingRun;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Learning from one's own runs: what is planted is found, what is noise is not, and the file says the same when it is read back.</summary>
public sealed class CalibrationTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;

    [Fact]
    public void What_is_different_about_a_users_machines_is_found_and_helps_on_runs_left_out()
    {
        var planted = Factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.35, 0.8, 1, 1)] };
        var group = Calibrator.Learn(Runs(planted, H100, 18, noise: 0.03), Factors).ShouldHaveSingleItem();
        group.Refusal.ShouldBeNull();
        group.Serving.ShouldNotBeNull().Decode.ShouldBe(1.35, 0.06);
        group.Serving!.Prompt.ShouldBe(0.8, 0.08);
        group.Errors[0].Metric.ShouldBe("all");
        group.Errors[0].Before.ShouldBeGreaterThan(0.15);
        group.Errors[0].After.ShouldBeLessThan(0.06);
        group.Folds.ShouldBe(5);
    }

    [Fact]
    public void Few_runs_are_drawn_towards_no_correction_and_fewer_make_none()
    {
        var planted = Factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.35, 1.35, 1, 1)] };
        var few = Calibrator.Learn(Runs(planted, H100, 6, 0), Factors)[0].Serving.ShouldNotBeNull();
        var many = Calibrator.Learn(Runs(planted, H100, 24, 0), Factors)[0].Serving.ShouldNotBeNull();
        few.Decode.ShouldBeLessThan(many.Decode);
        few.Decode.ShouldBeGreaterThan(1.1);
        var none = Calibrator.Learn(Runs(planted, H100, 4, 0), Factors).ShouldHaveSingleItem();
        none.Serving.ShouldBeNull();
        none.Refusal.ShouldBe("4 runs that can be predicted; at least 5 are needed");
    }

    [Fact]
    public void Where_nothing_is_different_nothing_is_corrected()
    {
        var group = Calibrator.Learn(Runs(Factors, H100, 18, noise: 0.05), Factors).ShouldHaveSingleItem();
        group.Serving.ShouldBeNull();
        group.Refusal.ShouldNotBeNull().ShouldStartWith("hardly better on runs left out");
    }

    [Fact]
    public void Accelerators_and_engines_are_learned_apart()
    {
        var planted = Factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.4, 1.4, 1, 1)] };
        var groups = Calibrator.Learn([.. Runs(planted, H100, 10, 0.02), .. Runs(planted, A100, 10, 0.02)], Factors);
        groups.Select(g => (g.Accelerator, g.Serving is null)).ShouldBe([("A100-80GB", true), ("H100-80GB", false)]);
    }

    [Fact]
    public void Training_is_learned_too()
    {
        MeasuredRun Run(int i, double slower)
        {
            var run = new MeasuredTraining
            {
                Line = i, Id = $"{i}", ModelName = Llama8.Name, Model = Llama8, System = H100.Name, Accelerator = H100, Precision = Precision.Bf16, Layout = new(2, 1, 4 << (i % 3), 1, false, false),
                Accelerators = 8 << (i % 3), PerInstance = 8, Fabric = 400e9, Sequence = 4096, Sequences = 512, Observed = [],
            };
            var rate = new RunPredictor(Factors).Predict(run).Value!.Rate!.Value / slower;
            return run with { Observed = [new(new(Quantity.TrainingRate, Statistic.Mean), rate)] };
        }

        var group = Calibrator.Learn(Enumerable.Range(0, 9).Select(i => Run(i, 1.25)), Factors).ShouldHaveSingleItem();
        group.Trained.ShouldNotBeNull().Time.ShouldBeInRange(1.15, 1.25);
        var corrected = Factors with { TrainingCorrections = [group.Trained!] };
        var question = new TrainingQuestion(Llama8, [Precision.Bf16], H100, 8, 1, null, 4096);
        var (before, after) = (new PerformanceModel(Factors).Train(question).Value!, new PerformanceModel(corrected).Train(question).Value!);
        (before.TokensPerSecond.Value / after.TokensPerSecond.Value).ShouldBe(group.Trained!.Time, 1e-6);
        after.TokensPerSecond.Provenance.ShouldBe(Provenance.Calibrated);
        before.TokensPerSecond.Provenance.ShouldBe(Provenance.Modelled);
    }

    [Fact]
    public void A_corrected_replica_is_slower_throughout_and_says_that_it_is_calibrated()
    {
        var corrected = Factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.5, 1.5, 1, 9)] };
        var deployment = new Deployment { Precision = Precision.Bf16, Engine = Engine.Vllm };
        var (plain, slow) = (new Replica(Llama8, deployment, H100, Factors), new Replica(Llama8, deployment, H100, corrected));
        foreach (var (prompt, decodes) in new[] { (0.0, 1.0), (0, 64), (512, 0), (2048, 64) })
            slow.Step(prompt, prompt / 2, decodes, 800).ShouldBe(1.5 * plain.Step(prompt, prompt / 2, decodes, 800), 1e-12);
        (slow.IsCalibrated, plain.IsCalibrated).ShouldBe((true, false));
        new Replica(Llama8, deployment, A100, corrected).IsCalibrated.ShouldBeFalse();
        new Replica(Qwen30, deployment, H100, corrected).IsCalibrated.ShouldBeFalse();
        new Replica(Llama8, deployment with { Engine = Engine.Sglang }, H100, corrected).IsCalibrated.ShouldBeFalse();
        // The planner names no engine: what is known of the machine counts.
        var estimate = new PerformanceModel(corrected).Serve(Chat(Llama8, H100, 1, Precision.Bf16)).Value.ShouldNotBeNull();
        estimate.RequestsPerSecond.Provenance.ShouldBe(Provenance.Calibrated);
        estimate.RequestsPerSecond.Value.ShouldBeLessThan(new PerformanceModel(Factors).Serve(Chat(Llama8, H100, 1, Precision.Bf16)).Value!.RequestsPerSecond.Value);
    }

    [Fact]
    public void The_file_says_the_same_when_it_is_read_back()
    {
        var planted = Factors with { Corrections = [new("H100-80GB", Engine.Vllm, true, 1.35, 0.8, 1, 1)] };
        var groups = Calibrator.Learn(Runs(planted, H100, 12, 0.03), Factors);
        var read = Read(CalibrationTable.Write(groups, "my \"runs\".csv", new(2026, 11, 22))).Value.ShouldNotBeNull();
        var (made, back) = (groups[0].Serving!, read.Serving.ShouldHaveSingleItem());
        (back.Accelerator, back.Engine, back.Dense, back.Runs).ShouldBe((made.Accelerator, made.Engine, made.Dense, made.Runs));
        back.Decode.ShouldBe(made.Decode, 1e-4);
        read.On(Factors).Corrections.ShouldBe(read.Serving);
    }

    [Theory]
    [InlineData("serving,H999,vllm,dense,1,1,1,,9", "'H999' is not an accelerator")]
    [InlineData("serving,H100-80GB,vlm,dense,1,1,1,,9", "'vlm'")]
    [InlineData("serving,H100-80GB,vllm,dense,NaN,1,1,,9", "'NaN'")]
    [InlineData("serving,H100-80GB,vllm,dense,50,1,1,,9", "'50'")]
    [InlineData("serving,H100-80GB,vllm,dense,,1,1,,9", "decode: is empty")]
    [InlineData("serving,H100-80GB,vllm,dense,1,1,1,,0", "'0'")]
    [InlineData("training,H100-80GB,any,dense,,,,,9", "training: is empty")]
    [InlineData("", "holds no correction")]
    public void A_wrong_file_is_refused_with_its_place(string row, string said) =>
        string.Join('\n', Read($"kind,accelerator,engine,models,decode,prompt,arrival,training,runs\n{row}\n").Problems).ShouldContain(said);

    [Fact]
    public void A_file_with_two_rows_for_one_thing_or_without_a_column_is_refused()
    {
        const string header = "kind,accelerator,engine,models,decode,prompt,arrival,training,runs\n", row = "serving,H100-80GB,vllm,dense,1.1,1,1,,9\n";
        string.Join('\n', Read(header + row + row).Problems).ShouldContain("is there already");
        string.Join('\n', Read(header.Replace(",decode", "", StringComparison.Ordinal) + row).Problems).ShouldContain("decode: the column is missing");
    }

    private static Reading<Corrections> Read(string text) => CalibrationTable.Read(new StringReader(text), "calibration.csv", Accelerators);

    /// <summary>Runs as machines with other factors would measure them.</summary>
    private static ImmutableArray<MeasuredRun> Runs(EfficiencyFactors truth, Accelerator accelerator, int count, double noise)
    {
        var random = new Random(7);
        var predictor = new RunPredictor(truth);
        var runs = ImmutableArray.CreateBuilder<MeasuredRun>();
        for (var i = 0; i < count; i++)
        {
            var run = new MeasuredServing
            {
                Line = i + 2, Id = $"line {i + 2}", ModelName = Llama8.Name, Model = i % 2 == 0 ? Llama8 : Qwen7, System = accelerator.Name, Accelerator = accelerator, Observed = [],
                Deployment = new() { Precision = Precision.Bf16, Engine = Engine.Vllm },
                Input = RequestLengths.Constant(500 + (700 * (i % 5))), Output = RequestLengths.Constant(100), Load = new ClosedLoop(4 << (i % 4), 10 * (4 << (i % 4))),
            };
            var value = predictor.Predict(run).Value!;
            double Noisy(double v) => v * (1 + (noise * ((2 * random.NextDouble()) - 1)));
            runs.Add(run with
            {
                Observed = [new(new(Quantity.Ttft, Statistic.Mean), Noisy(value.Ttft!.Value.Mean)), new(new(Quantity.Tpot, Statistic.Mean), Noisy(value.Tpot!.Value.Mean))],
            });
        }

        return runs.ToImmutable();
    }
}
