using System.Globalization;
using Switchyard.Connect.Catalog;
using Switchyard.Demand;
using Switchyard.Market;
using Switchyard.Performance;
using Switchyard.Performance.Measured;

namespace Switchyard.Connect.Measurements;

/// <summary>Measured training throughput with its parallelism.</summary>
internal static class TrainingTable
{
    private static readonly string[] Columns =
        ["model", "gpu", "n_gpus", "tp", "pp", "cp", "ep", "dp_or_shard", "seq_len", "global_batch", "micro_batch", "precision", "act_ckpt", "tokens_per_s_per_gpu", "source"];

    internal static MeasuredFile? Read(Source source, CatalogContents catalog, List<Problem> problems)
    {
        using var table = source.Open(Columns, problems);
        if (table is null) return null;
        List<MeasuredRun> runs = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var rows = 0;
        while (table.Next())
        {
            rows++;
            if (Row(table, catalog) is not { } run) continue;
            var key = string.Create(CultureInfo.InvariantCulture,
                $"{run.ModelName} {run.SystemKey} {run.Accelerators} {run.Precision} {run.Layout} {run.Sequence} {run.Sequences} {run.Observed[0].Value:G4}");
            if (seen.Add(key)) runs.Add(run);
        }

        return new("training table", [.. runs], rows, rows - runs.Count);
    }

    private static TrainingRun? Row(CsvTable table, CatalogContents catalog)
    {
        var (name, system) = (table.Required("model"), table.Required("gpu"));
        var (model, accelerator) = (Names.Model(catalog, name), Names.Accelerator(catalog, system));
        var (gpus, sequence, sequences) = (table.Whole("n_gpus", 1), table.Whole("seq_len", 1), table.Positive("global_batch"));
        string? incomplete = null;
        // A few cells give the numbers of two formats, the second in brackets: the first counts.
        double? First(string column)
        {
            if (table.Column(column) < 0 || table.Text(column) is not { } text || !text.EndsWith(')')) return table.Column(column) < 0 ? null : table.Positive(column);
            return double.TryParse(text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
        }

        var rate = First("tokens_per_s_per_gpu");
        if (rate is null && model is not null && sequence is { } length && First("model_tflops_per_gpu") is { } tflops)
            rate = tflops * 1e12 / ((6 * model.ActiveParameters) + (6.0 * model.Layers * model.Heads * model.HeadDim * length));
        if (rate is null) table.Report("tokens_per_s_per_gpu", "is empty, and there is no model_tflops_per_gpu to compute it from");
        if (gpus is null || sequence is null || rate is null) return null;
        int Degree(string column)
        {
            var text = table.Text(column);
            if (text is null or "n/a") return 1;
            if (int.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1) return number;

            table.NotA(column, text, "a whole number of at least 1");
            return 1;
        }

        var (tensor, stages, context, micro) = (Degree("tp"), Degree("pp"), Degree("cp"), Degree("micro_batch"));
        var dealt = table.Column("ep") < 0 ? 1 : Degree("ep");
        var stated = table.Text("tp") is not null && table.Text("pp") is not null;
        if (sequences is null) incomplete ??= "the global batch is not stated";
        if (gpus % (tensor * stages * context) != 0) incomplete ??= $"{gpus} accelerators cannot be divided by {tensor} x {stages} x {context}";
        var text = table.Text("precision") ?? "";
        var precision = text.Contains("NVFP4", StringComparison.OrdinalIgnoreCase) ? Precision.Fp4
            : text.Contains("FP8", StringComparison.OrdinalIgnoreCase) || text.Length == 0 ? Precision.Fp8 : Precision.Bf16;
        var shard = table.Text("dp_or_shard") ?? "";
        var sharded = shard == "FULL_SHARD" || shard.Contains("+FSDP", StringComparison.Ordinal)
            || (shard.StartsWith("FSDP=", StringComparison.Ordinal) && shard != "FSDP=0");
        return new()
        {
            Line = table.Line,
            Id = string.Create(CultureInfo.InvariantCulture, $"{name} {gpus}x{system} {text}"),
            ModelName = name,
            Model = model,
            System = system,
            Accelerator = accelerator,
            EngineName = table.Required("source").Split(':')[0],
            Version = Bracketed(table.Required("source")),
            Incomplete = incomplete,
            Precision = precision,
            Layout = !stated ? null : new(tensor, stages, Math.Max(1, gpus.Value / (tensor * stages * context)), micro, sharded, table.Text("act_ckpt") == "True") { ContextParallel = context, ExpertParallel = dealt },
            Accelerators = gpus.Value,
            PerInstance = PerInstance(accelerator, gpus.Value),
            Fabric = Fabric(accelerator),
            Sequence = sequence.Value,
            Sequences = sequences ?? 1,
            Observed = [new(new(Quantity.TrainingRate, Statistic.Mean), rate.Value)],
        };
    }

    /// <summary>Accelerators that the scale-up link joins: a server's eight, or a rack's.</summary>
    internal static int PerInstance(Accelerator? accelerator, int count) => accelerator is null ? Math.Min(count, 8) : TrainingQuestion.InstanceOf(accelerator, count);

    /// <summary>Bandwidth of a server to others, bytes a second: eight links of 100 Gbit/s with Ampere, of 400 since. A rack has as many per accelerator.</summary>
    internal static double Fabric(Accelerator? accelerator) => accelerator?.Architecture is "Ampere" or "Volta" ? 100e9 : accelerator?.ScaleUpDomain > 8 ? 3600e9 : 400e9;

    private static string Bracketed(string source)
    {
        var (open, close) = (source.IndexOf('[', StringComparison.Ordinal), source.IndexOf(" NeMo", StringComparison.Ordinal));
        return open >= 0 && close > open ? source[(open + 1)..close] : "";
    }
}
