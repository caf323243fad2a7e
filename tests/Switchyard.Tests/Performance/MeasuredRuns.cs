using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsvHelper;
using CsvHelper.Configuration;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using static Switchyard.Tests.Performance.Fixtures;

namespace Switchyard.Tests.Performance;

/// <summary>A measured closed-loop serving run: so many clients, each sending its next request when the last is answered.</summary>
internal sealed record ServingRun(
    string Family, string Group, ModelArchitecture Model, Accelerator Accelerator, Precision Precision, int TensorParallel,
    double Input, double Output, double Concurrency, double TtftSeconds, double TpotSeconds)
{
    public bool Dense => Model.Experts == 0;

    /// <summary>Mean time per output token that the model predicts; NaN where it does not fit.</summary>
    public double PredictTpot(EfficiencyFactors factors)
    {
        if (Footprint.PeakFlops(Accelerator, Precision, Model.NativePrecision) is null) return double.NaN;
        var replica = new Replica(Model, Precision, Accelerator, TensorParallel, factors);
        if (replica.KvBytes <= 0) return double.NaN;
        var traffic = new Traffic(TokenLengths.Constant(Input), TokenLengths.Constant(Output));
        // Benchmarks raise max_num_seqs to their concurrency; memory still limits. A client is decoding except while it waits for its first token.
        var room = replica.KvBytes / replica.KvBytesOf(traffic.Context);
        if (room < 1) return double.NaN;
        var batch = Math.Min(Concurrency, room);
        var balance = Balance.OfBatch(replica, traffic, batch, batch, factors.TokenBudget);
        for (var i = 0; i < 5; i++)
        {
            var first = replica.Step(Math.Min(Input, factors.TokenBudget), Input / 2, batch, traffic.Context) * Math.Max(1, Input / factors.TokenBudget);
            var decoding = traffic.Decodes * balance.StepSeconds;
            batch = Math.Min(room, Math.Max(1, Concurrency * decoding / (decoding + first + (balance.StepSeconds / 2))));
            balance = Balance.OfBatch(replica, traffic, batch, batch, factors.TokenBudget);
        }

        return balance.StepSeconds;
    }
}

/// <summary>A measured open-loop run: requests that arrive at random at a rate.</summary>
internal sealed record OpenRun(
    string Name, ModelArchitecture Model, Precision Precision, int TensorParallel, double Budget, double Rate, double Input, double Output, double TtftSeconds, double ItlSeconds)
{
    /// <summary>Mean times to first token and between tokens that the model predicts on H100.</summary>
    public (double Ttft, double Itl) Predict(EfficiencyFactors factors)
    {
        var replica = new Replica(Model, Precision, H100, TensorParallel, factors);
        var traffic = new Traffic(TokenLengths.Constant(Input), TokenLengths.Constant(Output));
        double low = 0.01, high = 512;
        for (var i = 0; i < 40; i++)
        {
            var middle = Math.Sqrt(low * high);
            if (Balance.OfBatch(replica, traffic, middle, middle + 1, Budget).Rate < Rate) low = middle;
            else high = middle;
        }

        var balance = Balance.OfBatch(replica, traffic, low, low + 1, Budget);
        var wait = balance.Rate * Math.Pow(balance.SecondsPerPromptToken * Input, 2) / (2 * (1 - balance.Utilisation));
        return (factors.ArrivalSeconds + (balance.StepSeconds / 2) + wait + replica.Step(Input, Input / 2, low + 1, traffic.Context), balance.StepSeconds);
    }
}

/// <summary>A measured training run.</summary>
internal sealed record TrainingRun(
    string Family, ModelArchitecture Model, Accelerator Accelerator, Precision Precision, int PerInstance, double Fabric, int Sequence, double Sequences,
    TrainingLayout Layout, double TokensPerSecond)
{
    public bool Dense => Model.Experts == 0;

    /// <summary>Tokens a second and accelerator that the model predicts for the run's own layout.</summary>
    public double Predict(EfficiencyFactors factors)
    {
        var step = new TrainingStep(Model, Precision, Accelerator, PerInstance, Fabric, Sequence, factors);
        return Sequences * Sequence / step.Seconds(Layout, Sequences) / (Layout.TensorParallel * (double)Layout.PipelineParallel * Layout.DataParallel);
    }
}

/// <summary>Measured runs in the data shared between sessions, beside the checkout; absent elsewhere.</summary>
internal static partial class MeasuredRuns
{
    private static readonly Dictionary<string, ModelArchitecture> Served = new(StringComparer.Ordinal)
    {
        ["meta-llama/Llama-3.1-8B-Instruct"] = Llama8, ["nvidia/Llama-3.1-8B-Instruct-FP8"] = Llama8, ["meta-llama/Llama-3.1-70B"] = Llama70,
        ["Qwen/Qwen3-32B"] = Qwen32, ["nvidia/Qwen3-32B-NVFP4"] = Qwen32, ["Qwen/Qwen3-235B-A22B-FP8"] = Qwen235, ["MiniMaxAI/MiniMax-M2.5"] = MiniMax,
        ["deepseek-ai/DeepSeek-R1"] = DeepSeek, ["deepseek-ai/DeepSeek-V3"] = DeepSeek, ["nvidia/DeepSeek-R1-NVFP4"] = DeepSeek,
        ["moonshotai/Kimi-K2.5"] = Kimi, ["openai/gpt-oss-120b"] = GptOss,
    };

    private static readonly Dictionary<string, Accelerator> Systems = new(StringComparer.Ordinal)
    {
        ["h100_sxm"] = H100, ["h200_sxm"] = H200, ["b200_sxm"] = B200, ["b300_sxm"] = B300, ["gb200"] = GB200, ["gb300"] = GB300,
        ["a100_40gb"] = A100x40, ["a100_80gb"] = A100, ["h100_80gb"] = H100, ["DGX-H100"] = H100, ["DGX-B200"] = B200, ["DGX-B300"] = B300,
        ["DGX-GB200"] = GB200, ["DGX-GB300"] = GB300,
    };

    private static readonly Dictionary<string, ModelArchitecture> Trained = new(StringComparer.Ordinal)
    {
        ["MPT-125m"] = Mpt("mpt-125m", 0.125e9, 12, 768, 12), ["MPT-350m"] = Mpt("mpt-350m", 0.356e9, 24, 1024, 16),
        ["MPT-760m"] = Mpt("mpt-760m", 0.76e9, 24, 1536, 12), ["MPT-1b"] = Mpt("mpt-1b", 1.32e9, 24, 2048, 16), ["MPT-3b"] = Mpt("mpt-3b", 2.65e9, 32, 2560, 20),
        ["MPT-7b"] = Mpt("mpt-7b", 6.66e9, 32, 4096, 32), ["MPT-13b"] = Mpt("mpt-13b", 12.85e9, 40, 5120, 40), ["MPT-30b"] = Mpt("mpt-30b", 29.97e9, 48, 7168, 64),
        ["MPT-70b"] = Mpt("mpt-70b", 64.9e9, 80, 8192, 64), ["LLAMA3_8B"] = Llama8, ["LLAMA3_70B"] = Llama70, ["LLAMA3.1_405B"] = Llama405, ["Llama-3-405B"] = Llama405,
        ["GPT OSS 120B"] = GptOss, ["Qwen3_30B_a3B"] = Qwen30, ["Qwen3_235B_a22B"] = Qwen235, ["DeepSeekV3"] = DeepSeek, ["Kimi_K2"] = Kimi,
    };

    /// <summary>The folder of measured runs, or null.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Aggregated runs without data-parallel attention or speculation, of the models in the fixtures; duplicates once.</summary>
    public static IReadOnlyList<ServingRun> Serving()
    {
        var runs = new HashSet<ServingRun>();
        foreach (var row in Rows("serving_measured_nvidia.csv"))
        {
            var source = row["silicon_data_source"];
            if (row["mode"] != "agg" || !Served.TryGetValue(row["model_path"], out var model) || !Systems.TryGetValue(row["system"], out var accelerator)) continue;
            if (Number(row["attention_dp_size"]) > 1 || Number(row["pp_size"]) > 1 || row["id"].Contains("mtp", StringComparison.OrdinalIgnoreCase)) continue;
            if (!Concurrency().IsMatch(source) || !(Number(row["silicon_tpot_ms"]) > 0) || !(Number(row["tp_size"]) >= 1)) continue;
            var precision = row["precision"] switch { "fp8" => Precision.Fp8, "fp4" => Precision.Fp4, "int4" => Precision.Int4, _ => Precision.Bf16 };
            runs.Add(new(
                model.Name, $"{model.Name} {accelerator.Name} {precision}", model, accelerator, precision, (int)Number(row["tp_size"]), Number(row["isl"]), Number(row["osl"]),
                Number(Concurrency().Match(source).Groups[1].Value), Number(row["silicon_ttft_ms"]) / 1000, Number(row["silicon_tpot_ms"]) / 1000));
        }

        return [.. runs];
    }

    /// <summary>Open-loop runs on H100, a stage of constant rate each; the shared system prompt counts as prompt.</summary>
    public static IReadOnlyList<OpenRun> Open()
    {
        var models = new Dictionary<string, ModelArchitecture>(StringComparer.Ordinal)
        {
            ["meta-llama/Llama-3.1-70B-Instruct"] = Llama70, ["mistralai/Mistral-Nemo-Instruct-2407"] = Nemo, ["Qwen/Qwen2.5-7B-Instruct"] = Qwen7,
            ["01-ai/Yi-34B"] = Yi, ["meta-llama/Llama-2-7b-hf"] = Llama2, ["RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic"] = Scout,
        };
        var measured = new Dictionary<(string, int), Dictionary<string, double>>();
        foreach (var row in Rows("vllm_openloop_measured_13.csv"))
        {
            var key = (row["exp"], (int)Number(row["stage_index"]));
            if (!measured.TryGetValue(key, out var metrics)) measured[key] = metrics = [];
            metrics[row["metric_name"]] = Number(row["actual"]) / 1000;
        }

        var runs = new List<OpenRun>();
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, "vllm_openloop_workloads.json")));
        foreach (var experiment in document.RootElement.GetProperty("experiments").EnumerateArray())
        {
            var id = experiment.GetProperty("id").GetString()!;
            var name = experiment.GetProperty("model").GetString()!;
            var inference = experiment.GetProperty("workload").GetProperty("inference_perf");
            var prompt = inference.GetProperty("shared_prefix");
            var stage = 0;
            foreach (var step in inference.GetProperty("stages").EnumerateArray())
            {
                var found = measured.FirstOrDefault(entry => entry.Key.Item1.StartsWith(id + "-", StringComparison.Ordinal) && entry.Key.Item2 == stage);
                stage++;
                if (found.Value is null) continue;
                runs.Add(new(
                    $"{found.Key.Item1} stage {stage - 1}", models[name], name.Contains("FP8", StringComparison.Ordinal) ? Precision.Fp8 : Precision.Bf16,
                    experiment.GetProperty("tp").GetInt32(), experiment.GetProperty("max_num_batched_tokens").GetDouble(), step.GetProperty("rate").GetDouble(),
                    prompt.GetProperty("question_len").GetDouble() + prompt.GetProperty("system_prompt_len").GetDouble(), prompt.GetProperty("output_len").GetDouble(),
                    found.Value["ttft_mean"], found.Value["itl_mean"]));
            }
        }

        return runs;
    }

    /// <summary>Training runs of the models in the fixtures, with the layout they state.</summary>
    public static IReadOnlyList<TrainingRun> Training()
    {
        var runs = new HashSet<TrainingRun>();
        foreach (var row in Rows("training_measured.csv"))
        {
            if (!Trained.TryGetValue(row["model"], out var model) || !Systems.TryGetValue(row["gpu"], out var accelerator)) continue;
            var (sequence, batch, rate, gpus) = (Number(row["seq_len"]), Number(row["global_batch"]), Number(row["tokens_per_s_per_gpu"]), Number(row["n_gpus"]));
            var (tensor, stages, micro, context) = (Number(row["tp"]), Number(row["pp"]), Number(row["micro_batch"]), Number(row["cp"]));
            if (double.IsNaN(rate) && row["mfu_pct"].Length > 0)
                rate = Number(row["model_tflops_per_gpu"]) * 1e12 / ((6 * model.ActiveParameters) + (6.0 * model.Layers * model.Heads * model.HeadDim * sequence));
            if (!(rate > 0) || !(tensor >= 1) || !(stages >= 1) || context > 2 || !(batch > 0)) continue;
            if (double.IsNaN(micro)) micro = 1;
            var text = row["precision"];
            var precision = text.Contains("NVFP4", StringComparison.Ordinal) ? Precision.Fp4 : text.Contains("FP8", StringComparison.OrdinalIgnoreCase) || text.Length == 0 ? Precision.Fp8 : Precision.Bf16;
            var linked = accelerator.ScaleUpDomain > 8;
            var layout = new TrainingLayout(
                (int)tensor, (int)stages, (int)(gpus / tensor / stages), (int)micro, row["dp_or_shard"] is "FULL_SHARD" || row["dp_or_shard"].StartsWith("FSDP=", StringComparison.Ordinal) && row["dp_or_shard"] != "FSDP=0",
                row["act_ckpt"] == "True") { ExpertParallel = int.TryParse(row["ep"], CultureInfo.InvariantCulture, out var dealt) ? dealt : 0 };
            runs.Add(new(
                model.Name, model, accelerator, precision, linked ? Math.Min(72, (int)gpus) : 8, accelerator.Architecture == "Ampere" ? 100e9 : 400e9, (int)sequence, batch, layout, rate));
        }

        return [.. runs];
    }

    /// <summary>Median of a list; NaN where it is empty.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static IEnumerable<Dictionary<string, string>> Rows(string file)
    {
        using var reader = new CsvReader(new StreamReader(Path.Combine(Folder!, file)), new CsvConfiguration(CultureInfo.InvariantCulture));
        reader.Read();
        reader.ReadHeader();
        while (reader.Read()) yield return reader.HeaderRecord!.ToDictionary(name => name, name => reader.GetField(name) ?? "", StringComparer.Ordinal);
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", "inference");
            if (Directory.Exists(data)) return data;
        }

        return null;
    }

    [GeneratedRegex(@"silicon_concurrency=(\d+)")]
    private static partial Regex Concurrency();
}
