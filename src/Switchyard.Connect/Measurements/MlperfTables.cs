using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;
using Switchyard.Performance.Simulate;

namespace Switchyard.Connect.Measurements;

/// <summary>Results of MLPerf. Inference submissions state neither number format nor division: the narrowest format of the accelerator and our best division stand in.</summary>
internal static class MlperfTables
{
    private static readonly string[] InferenceColumns =
        ["org", "system", "model", "scenario", "valid", "accelerator", "n_acc", "framework", "tokens_per_s_per_acc", "tokens_per_s", "samples_per_s", "ttft_slo_ms", "tpot_slo_ms"];

    private static readonly string[] TrainingColumns = ["org", "system", "benchmark", "status", "accelerator", "acc_per_node", "n_gpus", "median_throughput_samples_s", "global_batch_size"];

    // Mean prompt and answer of each data set, tokens (MLPerf Inference 5.1, language/*/README and the reference's own counts).
    private static readonly Dictionary<string, (double Input, double Output)> DataSets = new(StringComparer.Ordinal)
    {
        ["llama-2-70b"] = (294, 294), ["llama-3.1-405b"] = (9428, 684), ["llama-3.1-8b"] = (778, 73), ["mixtral-8x7b"] = (284, 145),
        ["deepseek-r1"] = (818, 3880), ["llama-3.1-70b"] = (294, 294),
    };

    internal static MeasuredFile? ReadInference(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(InferenceColumns, problems);
        if (table is null) return null;
        List<MeasuredRun> runs = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var rows = 0;
        while (table.Next())
        {
            rows++;
            if (table.Positive("tokens_per_s_per_acc") is not { } rate)
            {
                if (table.Text("tokens_per_s_per_acc") is null) rate = 0;
                else continue;
            }

            var (name, system, scenario) = (table.Required("model"), table.Required("accelerator"), table.Required("scenario"));
            var model = Names.Model(catalog, name);
            // Where several kinds work together the one there is most of stands for all.
            var several = Names.MostOf(catalog, system);
            var accelerator = several ?? Names.Accelerator(catalog, system);
            var (count, tokens, samples) = (table.Whole("n_acc") ?? 0, table.Positive("tokens_per_s"), table.Positive("samples_per_s"));
            var lengths = (Input: 1.0, Output: 1.0);
            var described = model is not null && DataSets.TryGetValue(model.Name, out lengths);
            var output = tokens / samples is { } mean and > 1 ? mean : lengths.Output;
            var offline = scenario.Equals("offline", StringComparison.OrdinalIgnoreCase);
            LatencyObjective? Within(string column) => table.Positive(column) is { } limit ? new(99, TimeSpan.FromMilliseconds(limit)) : null;
            var level = offline ? ServiceLevel.None : new ServiceLevel(Within("ttft_slo_ms"), Within("tpot_slo_ms"));
            string? incomplete = table.Text("valid") is { } valid and not "VALID" ? $"the result is {valid}"
                : count < 1 || rate <= 0 ? "the number of accelerators is not stated"
                : scenario.Equals("singlestream", StringComparison.OrdinalIgnoreCase) ? "a single stream is no throughput"
                : model is not null && !described ? "the lengths of its data set are not known"
                : !offline && level == ServiceLevel.None ? "the service level is not stated" : null;
            if (!seen.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {system} {scenario} {count} {rate:G5} {table.Text("system")}"))) continue;
            runs.Add(new ServingRun
            {
                Line = table.Line,
                Id = string.Create(CultureInfo.InvariantCulture, $"{table.Text("org")} {table.Text("system")} {name} {scenario}"),
                ModelName = name,
                Model = model,
                System = system,
                Accelerator = accelerator,
                EngineName = (table.Text("framework") ?? "").Split(' ', ',')[0],
                Incomplete = incomplete,
                Suspect = several is null ? null : "several kinds of accelerators: taken as the most numerous",
                Deployment = new() { Precision = Narrowest(accelerator, model), TensorParallel = Math.Max(1, count), MaxSequences = 1 << 20 },
                Input = RequestLengths.Constant(lengths.Input),
                Output = RequestLengths.Constant(output),
                Load = new Saturated(level),
                Observed = [new(new(Quantity.OutputRate, Statistic.Mean), Math.Max(rate, double.Epsilon))],
            });
        }

        return new("MLPerf Inference", [.. runs], rows, rows - runs.Count);
    }

    internal static MeasuredFile? ReadTraining(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(TrainingColumns, problems);
        if (table is null) return null;
        List<MeasuredRun> runs = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var rows = 0;
        while (table.Next())
        {
            rows++;
            var (name, system) = (table.Required("benchmark"), table.Required("accelerator"));
            // Where the log states no throughput, it is what was trained on over the time it took.
            var over = table.Column("train_samples") >= 0 && table.Column("minutes") >= 0 ? table.Positive("train_samples") / (60 * table.Positive("minutes")) : null;
            var (gpus, batch, rate) = (table.Whole("n_gpus", 1) ?? 1, table.Positive("global_batch_size"), table.Positive("median_throughput_samples_s") ?? over);
            // The ten or so repetitions of a submission agree within a few percent: the first stands for them.
            if (!seen.Add($"{table.Text("org")} {table.Text("system")} {name} {gpus}")) continue;
            var lora = name.Contains("lora", StringComparison.OrdinalIgnoreCase);
            // Sequences of the benchmarks' rules: LoRA packs 8,192 tokens; BERT's samples have at most 512, half of it on average, and every submitter
            // leaves the padding out.
            var sequence = lora ? 8192 : 256;
            var accelerator = Names.Accelerator(catalog, system);
            runs.Add(new TrainingRun
            {
                Line = table.Line,
                Id = string.Create(CultureInfo.InvariantCulture, $"{table.Text("org")} {table.Text("system")} {name} {gpus}"),
                ModelName = name,
                Model = Names.Model(catalog, name),
                System = system,
                Accelerator = accelerator,
                EngineName = "MLPerf",
                Version = table.Text("org") ?? "",
                Incomplete = table.Text("status") is { } status and not "success" ? $"the run was {status}"
                    : rate is null ? "no throughput is stated"
                    : null,
                Precision = Narrowest(accelerator, null) is var narrow && narrow == Precision.Fp4 ? Precision.Fp8 : narrow,
                Accelerators = gpus,
                PerInstance = TrainingTable.PerInstance(accelerator, table.Whole("acc_per_node", 1) ?? gpus),
                Fabric = TrainingTable.Fabric(accelerator),
                Sequence = sequence,
                Sequences = batch ?? gpus,
                Frozen = lora,
                Observed = [new(new(Quantity.TrainingRate, Statistic.Mean), (rate ?? 1) * sequence / gpus)],
            });
        }

        return new("MLPerf Training", [.. runs], rows, rows - runs.Count);
    }

    private static Precision Narrowest(Accelerator? accelerator, ModelArchitecture? model) =>
        accelerator?.Fp4Tflops is not null || model?.NativePrecision == Precision.Fp4 ? Precision.Fp4
        : accelerator?.Fp8Tflops is not null ? Precision.Fp8 : Precision.Bf16;
}
