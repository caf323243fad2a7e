using System.Globalization;
using System.Text.Json;
using Switchyard.Demand;
using Switchyard.Performance;
using Switchyard.Performance.Simulate;
using Switchyard.Tests.Tidy;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>Power and caps on it, against what was measured.</summary>
public sealed class PowerTests
{
    private static readonly EfficiencyFactors Factors = EfficiencyFactors.Default;
    private static readonly string Energy = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "data", "energy"));

    [Fact]
    public void Caps_slow_work_down_as_they_did_on_256_A100()
    {
        var file = Path.Combine(Energy, "grid_event_2025", "dvfs_sweep.csv");
        if (!File.Exists(file)) Assert.Skip("shared/data/energy is not beside this checkout");
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).Select(cells => (
            Work: cells[0], Cap: Number(cells[1]), Throughput: Number(cells[4]), Watts: Number(cells[5]))).GroupBy(r => r.Work).ToList();
        rows.Count.ShouldBe(8);
        List<double> errors = [];
        foreach (var work in rows)
        {
            var free = work.MaxBy(r => r.Cap).Watts;
            // Serving and fine-tuning an 8B model wait for memory, pretraining for arithmetic.
            var clock = PowerCap.ClockBound(work.Key.StartsWith("pt_", StringComparison.Ordinal) ? 1 : 0, Factors.Power);
            foreach (var row in work.Where(r => r.Cap is >= 200 and < 400))
                errors.Add((1 / PowerCap.Stretch(400, free, row.Watts, clock, Factors.Power) / row.Throughput) - 1);
        }

        errors.Max(Math.Abs).ShouldBeLessThan(0.05);
        errors.Average(Math.Abs).ShouldBeLessThan(0.02);
    }

    [Fact]
    public void An_H100_draws_what_was_measured_at_every_batch()
    {
        var folder = Path.Combine(Energy, "gpu_power", "inference_energy", "public", "data", "models");
        if (!Directory.Exists(folder)) Assert.Skip("shared/data/energy is not beside this checkout");
        List<(double Watts, double Joules)> errors = [];
        foreach (var (model, name, split) in new[] { (Llama8, "meta-llama__Llama-3.1-8B-Instruct", 1), (Llama70, "meta-llama__Llama-3.1-70B-Instruct", 4), (Qwen32, "Qwen__Qwen3-32B", 2) })
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, $"{name}__lm-arena-chat.json")));
            foreach (var run in document.RootElement.GetProperty("configurations").EnumerateArray())
            {
                double Of(string property) => run.GetProperty(property).GetDouble();
                if (run.GetProperty("gpu_model").GetString() != "H100" || Of("num_gpus") != split || Of("avg_batch_size") < 0.95 * Of("max_num_seqs")) continue;
                var batch = (int)Of("max_num_seqs");
                var deployment = new Deployment { Precision = Precision.Bf16, TensorParallel = split, MaxSequences = batch, Engine = Engine.Vllm };
                // Prompts of these chats are not stated; at 350 tokens keys and values fill the memory at the batch at which they did.
                var sample = new RequestSample(RequestLengths.Constant(350), RequestLengths.Constant(Of("avg_output_len")));
                var result = new LayoutSimulator(model, H100, new() { Deployment = deployment }, sample, Factors).Serve(batch, 4 * batch).Result;
                errors.Add((result.Watts!.Value / Of("avg_power_watts") - 1, result.Joules!.Value / result.OutputTokens / Of("energy_per_token_joules") - 1));
            }
        }

        errors.Count.ShouldBeGreaterThan(20);
        Median(errors.Select(e => Math.Abs(e.Watts))).ShouldBeLessThan(0.09);
        errors.Max(e => Math.Abs(e.Watts)).ShouldBeLessThan(0.28);
        Median(errors.Select(e => Math.Abs(e.Joules))).ShouldBeLessThan(0.15);
    }

    [Fact]
    public void Energy_per_token_falls_tenfold_from_a_batch_of_1_to_one_of_256()
    {
        double Joules(int clients)
        {
            var result = new LayoutSimulator(Llama8, H100, new() { Deployment = new() { Precision = Precision.Bf16, MaxSequences = 512 } },
                new(RequestLengths.Constant(250), RequestLengths.Constant(400)), Factors).Serve(clients, 4 * clients).Result;
            return result.Joules!.Value / result.OutputTokens;
        }

        (Joules(1) / Joules(256)).ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_lower_cap_is_never_faster_nor_exceeded_and_saves_energy_while_it_is_mild()
    {
        SimulationResult At(double cap) => new LayoutSimulator(
            Llama8, H100, new() { Deployment = new() { Precision = Precision.Bf16, Engine = Engine.Vllm, PowerCapWatts = cap } },
            new(RequestLengths.Constant(500), RequestLengths.Constant(300)), Factors).Serve(128, 600).Result;
        var free = At(0);
        var last = free;
        foreach (var cap in new[] { 690.0, 600, 500, 400, 300, 200 })
        {
            var capped = At(cap);
            capped.Tpot.Mean.ShouldBeGreaterThanOrEqualTo(last.Tpot.Mean * 0.999);
            capped.Watts!.Value.ShouldBeLessThanOrEqualTo(cap + 1e-6);
            last = capped;
        }

        (At(400).Joules!.Value / At(400).OutputTokens).ShouldBeLessThan(free.Joules!.Value / free.OutputTokens);
        (At(400).Tpot.Mean / free.Tpot.Mean).ShouldBeInRange(1.02, 1.5);
        At(700).Tpot.ShouldBe(free.Tpot);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values) => Distribution.Of(values).Median;
}
