using System.Collections.Immutable;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;

namespace Switchyard.Connect.Measurements;

/// <summary>Measured runs of a file.</summary>
/// <param name="Format">What the file was recognised as.</param>
/// <param name="Runs">The runs, each once.</param>
/// <param name="Rows">Rows of the file that hold a measurement.</param>
/// <param name="Duplicates">Rows that say again what another row says.</param>
public sealed record MeasuredFile(string Format, ImmutableArray<MeasuredRun> Runs, int Rows, int Duplicates);

/// <summary>Reads files of measured runs, recognised by their header.</summary>
public static class MeasurementReader
{
    private static readonly (string Mark, string Format, Func<Source, CatalogContents, List<Problem>, MeasuredFile?> Read)[] Formats =
    [
        ("silicon_data_source", "serving table", ServingTable.Read),
        ("infmax_model_prefix", "InferenceMAX", InferenceMaxTable.Read),
        ("stage_index", "open-loop runs", OpenLoopTable.Read),
        ("target_qps", "MLPerf Inference", MlperfTables.ReadInference),
        ("act_ckpt", "training table", TrainingTable.Read),
        ("median_throughput_samples_s", "MLPerf Training", MlperfTables.ReadTraining),
        ("accelerator", "Switchyard runs", OwnTable.Read),
    ];

    /// <summary>Reads a file or, for runs that are recorded by request, a folder. Everything wrong in it comes at once.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="catalog">The models and accelerators known.</param>
    /// <param name="workloads">The file that describes the workloads of open-loop runs; null for the one beside the table.</param>
    /// <param name="kernels">The folder of measured kernels of a run by request; null for the one in <c>profiles</c> beside it, <c>none</c> for none.</param>
    public static Reading<MeasuredFile> Read(string path, CatalogContents catalog, string? workloads = null, string? kernels = null)
    {
        List<Problem> problems = [];
        if (Directory.Exists(path) || Path.GetFileName(path) == RequestFolder.FileName)
        {
            var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
            return RequestFolder.Read(folder, catalog, problems, kernels) is { } run && problems.Count == 0 ? run : problems;
        }

        string header;
        try
        {
            header = File.ReadLines(path).FirstOrDefault("");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new List<Problem> { new(path, 0, "", File.Exists(path) ? "cannot be read" : "there is no such file or folder") };
        }

        var columns = header.TrimStart('\uFEFF').Split(',').Select(column => column.Trim().Trim('"')).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (mark, _, read) in Formats)
        {
            if (!columns.Contains(mark)) continue;
            var source = new Source(Path.GetDirectoryName(Path.GetFullPath(path))!, path, workloads);
            return read(source, catalog, problems) is { } file && problems.Count == 0 ? file : problems;
        }

        return new List<Problem>
        {
            new(path, 1, "", "no known table of measured runs has this header; Switchyard's own begins with model,accelerator,precision (see docs/guide/measurements.md)"),
        };
    }
}

/// <summary>Where a table lies.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Path">Its path as the user gave it.</param>
/// <param name="Workloads">The file beside it that was named; null for the default.</param>
internal sealed record Source(string Folder, string Path, string? Workloads)
{
    internal CsvTable? Open(IReadOnlyList<string> required, List<Problem> problems) => CsvTable.Open("", Path, required, problems);
}

/// <summary>Names that tables of measured runs use for what the catalog knows.</summary>
internal static partial class Names
{
    /// <summary>
    /// Requests that each client sends where prefill has its own replicas: <c>num_prompts</c> is five times the concurrency in ai-dynamo/dynamo's sa-bench/bench.sh and in
    /// TensorRT-LLM's deployment guides (<c>multi_round=5</c>), read on 2026-11-22; tests of one replica send ten.
    /// </summary>
    internal const int SeparateRounds = 5;

    /// <summary>A model by its name, its repository's or its folder's; also where the name ends in the format of its weights, as those of quantised copies do.</summary>
    internal static ModelArchitecture? Model(CatalogContents catalog, string name)
    {
        for (var rest = Path.GetFileName(name.TrimEnd('/')); ; rest = rest[..rest.LastIndexOf('-')])
        {
            if ((catalog.FindModel(name) ?? catalog.FindModel(rest)) is { } found) return found;
            if (rest.LastIndexOf('-') is not (> 0 and var dash) || !Ending().IsMatch(rest[(dash + 1)..])) return null;
        }
    }

    [System.Text.RegularExpressions.GeneratedRegex(
        @"^(b?f(loat)?16|(mx|nv)?fp[48]|fp[48]_.*|int[48]|w\d+a\d+.*|awq|gptq.*|marlin|quantized.*|kv|dynamic|block|ptpc|preview|v[\d.]+|hf|instruct|chat|it|base)$",
        System.Text.RegularExpressions.RegexOptions.IgnoreCase | System.Text.RegularExpressions.RegexOptions.CultureInvariant | System.Text.RegularExpressions.RegexOptions.NonBacktracking)]
    private static partial System.Text.RegularExpressions.Regex Ending();

    /// <summary>
    /// An accelerator. A bare <c>A100</c> in a table of measured runs is the one of 80 GB, which nearly all machines that serve models have; those who ask for
    /// an offer get the smaller one, as elsewhere.
    /// </summary>
    internal static Accelerator? Accelerator(CatalogContents catalog, string name)
    {
        var plain = name.Trim().Replace(' ', '-').Replace('_', '-');
        foreach (var maker in (ReadOnlySpan<string>)["NVIDIA-", "AMD-", "Intel-", "Instinct-"])
            if (plain.StartsWith(maker, StringComparison.OrdinalIgnoreCase)) plain = plain[maker.Length..];
        if (plain.Equals("A100", StringComparison.OrdinalIgnoreCase)) plain = name = "A100-80GB";
        return Named(name) ?? Named(plain) ?? Named($"{plain}GB");
        Accelerator? Named(string of) => catalog.Prices.Accelerators.FirstOrDefault(accelerator => accelerator.IsNamed(of));
    }

    /// <summary>
    /// Decoding steps between two looks of SGLang at its arrivals in InferenceMAX's runs on Blackwell, whose scripts (dsr1_fp4_b200.sh and its like, 2025) ask for 10, and for 30
    /// from 16 clients on; 0 for others.
    /// </summary>
    internal static int StepsPerLook(Engine engine, Accelerator? accelerator, int clients) =>
        engine == Performance.Engine.Sglang && accelerator?.Architecture.StartsWith("Blackwell", StringComparison.Ordinal) == true ? clients >= 16 ? 30 : 10 : 0;

    /// <summary>The version that a row states, under any of the names that tables have for it; null where it says nothing.</summary>
    internal static string? Version(CsvTable table)
    {
        foreach (var column in (ReadOnlySpan<string>)["version", "vllm_version", "engine_version", "backend_version"])
            if (table.Column(column) >= 0 && table.Text(column) is { } text) return text;
        return null;
    }

    /// <summary>
    /// The most numerous accelerator of a list such as <c>MI300X (x32), MI325X (x16)</c>; null where the text is no such list.
    /// </summary>
    internal static Accelerator? MostOf(CatalogContents catalog, string list)
    {
        var parts = list.Split(", ");
        if (parts.Length < 2) return null;
        var counted = parts.Select(part => Counted().Match(part)).ToList();
        return counted.Any(match => !match.Success) ? null
            : Accelerator(catalog, counted.MaxBy(match => int.Parse(match.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture))!.Groups["name"].Value);
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^(?<name>.+) \(x(?<count>\d{1,6})\)$", System.Text.RegularExpressions.RegexOptions.NonBacktracking)]
    private static partial System.Text.RegularExpressions.Regex Counted();

    internal static Engine Engine(string name) => name.ToLowerInvariant() switch
    {
        var text when text.Contains("vllm", StringComparison.Ordinal) => Performance.Engine.Vllm,
        var text when text.Contains("sglang", StringComparison.Ordinal) => Performance.Engine.Sglang,
        var text when text.Contains("trt", StringComparison.Ordinal) || text.Contains("tensorrt", StringComparison.Ordinal) => Performance.Engine.TensorRt,
        _ => Performance.Engine.Unknown,
    };

    /// <summary>Whether 8-bit weights have a scale for each block: where a format says so, and in Qwen's own checkpoints; null where the model decides.</summary>
    internal static bool? BlockScaled(string model, params ReadOnlySpan<string?> formats)
    {
        foreach (var format in formats)
            if (format?.EndsWith("_block", StringComparison.OrdinalIgnoreCase) == true) return true;
        return model.StartsWith("Qwen/", StringComparison.OrdinalIgnoreCase) ? true : null;
    }

    /// <summary>A number format; null where the text names none.</summary>
    internal static Precision? Format(string text) => text.ToLowerInvariant() switch
    {
        "bf16" or "fp16" or "bfloat16" or "float16" or "half" or "amp_bf16" => Precision.Bf16,
        "fp8" or "fp8_block" or "mxfp8" or "amp_fp8" or "fp8-cs" or "fp8-mx" or "fp8_e4m3" or "fp8_e5m2" or "fp8-dynamic" or "w8a8_fp8" => Precision.Fp8,
        "int8" or "w8a8" or "w8a8_int8" => Precision.Int8,
        "fp4" or "nvfp4" or "mxfp4" => Precision.Fp4,
        "int4" or "awq" or "gptq" or "int4_wo" or "w4a16" => Precision.Int4,
        _ => null,
    };
}
