using Switchyard.Demand;

namespace Switchyard.Connect.Catalog;

/// <summary>performance/models.csv</summary>
internal static class ModelTable
{
    private static readonly string[] Columns =
    [
        "name", "aliases", "parameters_b", "active_parameters_b", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn",
        "vocabulary", "context", "attention", "native_precision", "source",
    ];

    private static readonly string[] Attentions = ["mha", "gqa", "mqa", "mla"];

    // Weights published in fp16 or fp32 are served and trained in 16 bits.
    private static readonly string[] Precisions = ["bf16", "fp16", "fp32", "fp8", "int8", "fp4", "mxfp4", "int4"];

    internal static List<ModelArchitecture> Read(string folder, List<Problem> problems)
    {
        using var table = CsvTable.Open(folder, "models.csv", Columns, problems);
        return Read(table, [], problems);
    }

    /// <summary>Models of a user's own table, beside those that are known already.</summary>
    internal static List<ModelArchitecture> Read(TextReader text, string file, IEnumerable<ModelArchitecture> known, List<Problem> problems)
    {
        using var table = CsvTable.Open(text, file, Columns, problems);
        return Read(table, known, problems);
    }

    private static List<ModelArchitecture> Read(CsvTable? table, IEnumerable<ModelArchitecture> known, List<Problem> problems)
    {
        List<ModelArchitecture> models = [];
        Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var model in known)
            foreach (var taken in model.Aliases.Prepend(model.Name)) names.TryAdd(taken, model.Name);
        while (table?.Next() ?? false)
        {
            var name = table.Required("name");
            var aliases = table.Text("aliases")?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (!names.TryAdd(name, name)) table.Report("name", $"'{name}' already names {names[name]}");
            foreach (var alias in aliases)
            {
                if (!names.TryAdd(alias, name) && names[alias] != name) table.Report("aliases", $"'{alias}' already names {names[alias]}");
            }

            var parameters = Known(table, "parameters_b", table.Positive("parameters_b"));
            var active = table.Positive("active_parameters_b") ?? parameters;
            if (active > parameters) table.Report("active_parameters_b", $"{active} is above parameters_b {parameters}");
            // Of the layers after the dense ones, every so many has experts; the others are dense too.
            var (layers, dense, step) = (Count(table, "layers"), table.Whole("dense_layers") ?? 0, table.Column("moe_layer_step") >= 0 ? table.Whole("moe_layer_step") ?? 1 : 1);
            if (step > 1 && layers > dense) dense = layers - ((layers - dense) / step);
            models.Add(new()
            {
                Name = name,
                Aliases = aliases,
                Parameters = parameters * 1e9,
                ActiveParameters = active * 1e9,
                Layers = layers,
                Hidden = Count(table, "hidden"),
                Heads = Count(table, "heads"),
                KvHeads = Count(table, "kv_heads"),
                HeadDim = HeadDim(table),
                Ffn = table.Whole("ffn") ?? 0,
                Vocabulary = Count(table, "vocabulary"),
                Context = Count(table, "context"),
                Attention = table.Word("attention", Attentions) switch
                {
                    0 => AttentionKind.MultiHead,
                    1 => AttentionKind.GroupedQuery,
                    2 => AttentionKind.MultiQuery,
                    _ => AttentionKind.Latent,
                },
                KvLoraRank = table.Whole("kv_lora_rank") ?? 0,
                QkRopeHeadDim = table.Whole("qk_rope_head_dim") ?? 0,
                QkNopeHeadDim = table.Whole("qk_nope_head_dim") ?? 0,
                ValueHeadDim = table.Whole("v_head_dim") ?? 0,
                Experts = table.Whole("experts") ?? 0,
                ExpertsPerToken = table.Whole("experts_per_token") ?? 0,
                SharedExperts = table.Whole("shared_experts") ?? 0,
                ExpertFfn = table.Whole("moe_ffn") ?? 0,
                DenseLayers = dense,
                SlidingWindow = table.Whole("sliding_window") ?? 0,
                SlidingWindowLayers = table.Whole("sliding_window_layers") ?? 0,
                LinearAttentionLayers = table.Whole("linear_attention_layers") ?? 0,
                SparseTokens = Optional(table, "sparse_tokens"),
                IndexHeads = Optional(table, "index_heads"),
                IndexHeadDim = Optional(table, "index_head_dim"),
                Gated = table.Column("gated_ffn") < 0 || table.Text("gated_ffn") is not "no",
                WideNorms = table.Column("wide_norms") >= 0 && table.Text("wide_norms") is "yes",
                LatentWidth = Optional(table, "latent_width"),
                NativePrecision = table.Word("native_precision", Precisions) switch
                {
                    0 or 1 or 2 => Precision.Bf16,
                    3 => Precision.Fp8,
                    4 => Precision.Int8,
                    5 or 6 => Precision.Fp4,
                    _ => Precision.Int4,
                },
                Source = table.Required("source"),
            });
        }

        return models;
    }

    // Tables of models made before the column was thought of do not have it.
    private static int Optional(CsvTable table, string column) => table.Column(column) >= 0 ? table.Whole(column) ?? 0 : 0;

    private static int Count(CsvTable table, string column) => (int)Known(table, column, table.Whole(column, 1));

    /// <summary>
    /// Width of a head. Latent attention has two: queries and keys (with their rotary part), and values; their mean makes the work of
    /// attention, 4 × heads × width for each token and key, come out right.
    /// </summary>
    private static int HeadDim(CsvTable table)
    {
        if (table.Whole("head_dim", 1) is { } width) return width;
        if (table.Whole("qk_nope_head_dim", 1) is { } plain && table.Whole("v_head_dim", 1) is { } value)
            return (plain + (table.Whole("qk_rope_head_dim") ?? 0) + value) / 2;
        table.Report("head_dim", "is empty, and so are qk_nope_head_dim and v_head_dim");
        return 1;
    }

    private static double Known(CsvTable table, string column, double? value)
    {
        if (table.Text(column) is null) table.Report(column, "is empty");
        return value ?? 1;
    }
}
