using System.Globalization;
using System.Text.Json;

namespace Switchyard.Connect.ModelFile;

/// <summary>
/// Reads a Hugging Face <c>config.json</c>. Families of models call the same thing by different names and leave out what their code has as a default; both are
/// here, from the families' own documentation and code.
/// </summary>
internal static class ConfigReader
{
    private const int MostBytes = 8 * 1024 * 1024;

    // Language models inside a model that also sees or hears.
    private static readonly string[] Inner = ["text_config", "llm_config", "language_config", "thinker_config", "language_model_config", "text_model"];

    private static readonly string[] Ungated =
        ["gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "opt", "bloom", "falcon", "RefinedWeb", "RefinedWebModel", "mpt", "phi", "starcoder2", "nemotron", "persimmon", "codegen", "bert", "roberta", "xlm-roberta"];

    // Where the configuration does not say; Llama's family does not tie.
    private static readonly string[] Tied =
        ["gpt2", "gpt_neo", "gpt_bigcode", "opt", "bloom", "falcon", "RefinedWeb", "RefinedWebModel", "mpt", "gemma", "gemma2", "gemma3", "gemma3_text", "cohere", "cohere2", "starcoder2"];

    private static readonly string[] Encoders = ["bert", "roberta", "xlm-roberta", "t5", "mt5", "bart", "whisper", "clip", "vit", "distilbert", "electra"];

    private static readonly string[] StateSpaces = ["mamba", "mamba2", "jamba", "nemotron_h", "falcon_mamba", "falcon_h1", "zamba", "zamba2", "bamba", "granitemoehybrid", "rwkv", "recurrent_gemma", "lfm2"];

    /// <summary>Reads a configuration; everything wrong in it comes at once.</summary>
    /// <param name="stream">The JSON.</param>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="problems">Takes the problems.</param>
    /// <returns>The configuration; null where it cannot be read at all.</returns>
    public static ModelConfig? Read(Stream stream, string file, List<Problem> problems)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int count; memory.Length <= MostBytes && (count = stream.Read(buffer)) > 0;) memory.Write(buffer, 0, count);
        if (memory.Length > MostBytes)
        {
            problems.Add(new(file, 0, "", "is larger than a model's config.json can be (8 MB)"));
            return null;
        }

        memory.Position = 0;
        try
        {
            using var document = JsonDocument.Parse(memory, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Add(new(file, 1, "", "is no object; a model's config.json begins with '{'"));
                return null;
            }

            return Read(new(document.RootElement, "", file, problems));
        }
        catch (JsonException broken)
        {
            problems.Add(new(file, (int)((broken.LineNumber ?? 0) + 1), "", string.Create(CultureInfo.InvariantCulture, $"is not JSON: {Problem.Shown(broken.Message)}")));
            return null;
        }
    }

    private static ModelConfig? Read(ConfigNode root)
    {
        var text = root;
        for (var depth = 0; depth < 3 && Inner.Select(text.Open).FirstOrDefault(n => n is not null) is { } inner; depth++) text = inner;
        var type = text.Text("model_type") ?? root.Text("model_type") ?? "";
        if (Encoders.Contains(type))
        {
            root.Say("model_type", $"'{type}' generates no text: only models that decode can be imported");
            return null;
        }

        if (StateSpaces.Contains(type) || text.Has("hybrid_override_pattern", "mamba_d_state", "ssm_cfg"))
        {
            root.Say("model_type", $"'{type}' has state-space layers, whose parameters config.json does not fix; add a row to models.csv by hand (data/performance/PROVENANCE.md says how)");
            return null;
        }

        var attention = text.Open("attn_config") ?? text;
        var ffn = text.Open("ffn_config") ?? text;
        var gemma3 = type == "gemma3_text";
        int Default(int? value, int otherwise) => value ?? otherwise;
        var layers = gemma3 && !text.Has("num_hidden_layers") ? 26 : text.Required("the number of layers", ["num_hidden_layers", "n_layer", "n_layers", "num_layers"]);
        var hidden = gemma3 && !text.Has("hidden_size") ? 2304 : text.Required("the width of the residual stream", ["hidden_size", "n_embd", "d_model", "dim", "model_dim"]);
        var heads = gemma3 && !text.Has("num_attention_heads") ? 8 : text.Required("the number of query heads", ["num_attention_heads", "n_head", "n_heads", "num_heads"]);
        var kv = KvHeads(text, attention, type, gemma3, heads);
        var width = Default(text.Whole("head_dim", "kv_channels", "attention_head_dim"), gemma3 ? 256 : Math.Max(1, hidden / heads));
        var latent = text.Whole("kv_lora_rank") ?? 0;
        if (latent == 0 && !text.Has("head_dim", "kv_channels", "attention_head_dim") && !gemma3 && hidden % heads != 0)
            text.Say("num_attention_heads", $"{heads} heads do not divide hidden_size {hidden}, and there is no head_dim");
        if (heads % kv != 0) text.Say("num_key_value_heads", $"{kv} key and value heads do not divide {heads} heads");
        var moe = ExpertLayout.Read(text, ffn, type, layers);
        var gated = !Ungated.Contains(type) && text.Text("activation_function", "hidden_act") is not "gelu_new_ungated";
        var vocabulary = gemma3 && !text.Has("vocab_size") ? root.Whole("vocab_size") ?? 262208 : text.Required("the vocabulary", ["padded_vocab_size", "vocab_size", "embedding_size"]);
        var context = Default(
            text.Whole("max_position_embeddings", "n_positions", "n_ctx", "seq_length", "max_seq_len", "max_sequence_length", "model_max_length", "max_context_length"),
            gemma3 ? 131072 : text.Open("rope_scaling")?.Whole("original_max_position_embeddings") ?? 0);
        if (context == 0) text.Say("max_position_embeddings", "is missing: the longest context ('max_position_embeddings', 'n_positions', 'seq_length', 'max_seq_len')");
        var (window, windowLayers) = Layering.Window(text, type, layers, Math.Max(1, context));
        var linear = Layering.Linear(text, type, layers);
        if (linear > 0 && !text.Has("linear_num_value_heads"))
            text.Say("layer_types", $"{linear} layers of linear attention, whose parameters config.json does not state; add a row to models.csv by hand (data/performance/PROVENANCE.md says how)");
        return new()
        {
            Type = type, Layers = layers, Hidden = hidden, Heads = heads, KvHeads = kv, HeadDim = width,
            Ffn = Width(text, ffn, type, hidden, gemma3), Vocabulary = vocabulary, Context = context,
            Positions = Layering.Positions(text, attention, type), EmbeddingWidth = text.Whole("word_embed_proj_dim") is { } projected && projected != hidden ? projected : 0,
            Tied = text.Flag("tie_word_embeddings") ?? root.Flag("tie_word_embeddings") ?? (Tied.Contains(type) || Tied.Contains(root.Text("model_type") ?? "")),
            Gated = gated,
            AttentionBias = AttentionBias(text, type), QueryBias = QueryBias(text, type), FfnBias = FfnBias(text, type),
            NormBias = type is "gpt2" or "gpt_bigcode" or "gpt_neo" or "gpt_neox" or "gptj" or "opt" or "bloom" or "falcon" or "phi" or "starcoder2" or "stablelm" or "nemotron",
            Norms = type is "gemma2" or "gemma3" or "gemma3_text" or "glm4" ? 4 : type is "phi" or "falcon" or "gptj" or "cohere" or "cohere2" ? 1 : 2,
            HeadNorms = type is "qwen3" or "qwen3_moe" or "qwen3_next" or "gemma3" or "gemma3_text" or "qwen3_vl_text" or "qwen3_vl_moe_text" || text.Flag("use_qk_norm", "qk_layernorm") == true,
            OutputGate = text.Flag("attn_output_gate") ?? type is "qwen3_next" or "qwen3_5" or "qwen3_5_moe" or "qwen3_5_text" or "qwen3_5_moe_text",
            KvLoraRank = latent, QLoraRank = text.Whole("q_lora_rank") ?? 0,
            RopeHeadDim = latent > 0 ? text.Required("the rotary part of a head", ["qk_rope_head_dim"]) : 0,
            NopeHeadDim = latent > 0 ? text.Required("the plain part of a head", ["qk_nope_head_dim"]) : 0,
            ValueHeadDim = latent > 0 ? text.Required("the width of a value", ["v_head_dim"]) : 0,
            SparseTokens = text.Whole("index_topk") ?? 0, IndexHeads = text.Whole("index_n_heads") ?? 0, IndexHeadDim = text.Whole("index_head_dim") ?? 0,
            WideNorms = type is "olmo2" or "olmoe" or "minimax_m2",
            Experts = moe.Experts, ExpertsPerToken = moe.PerToken, ExpertFfn = moe.Width, SharedFfn = moe.SharedWidth, SharedGate = type is "qwen2_moe" or "qwen3_next",
            RouterBias = type is "gpt_oss" or "deepseek_v3" or "glm4_moe", DenseLayers = moe.DenseLayers, ExpertStep = moe.Step,
            Window = window, WindowLayers = windowLayers, LinearLayers = linear, LinearParameters = linear > 0 ? Layering.LinearParameters(text, hidden) : 0,
            NativePrecision = Formats.Of(root, text), VisionParameters = Layering.Vision(root),
        };
    }

    private static int KvHeads(ConfigNode text, ConfigNode attention, string type, bool gemma3, int heads)
    {
        if (type is "falcon" or "RefinedWeb" or "RefinedWebModel")
        {
            if (text.Flag("new_decoder_architecture") == true || type == "RefinedWeb") return text.Whole("num_kv_heads", "n_head_kv") ?? heads;
            return text.Flag("multi_query") ?? true ? 1 : heads;
        }

        if (text.Flag("multi_query_attention") == true) return text.Whole("multi_query_group_num") ?? 1;
        if (type == "gpt_bigcode" && (text.Flag("multi_query") ?? true)) return 1;
        return Math.Max(1, text.Whole("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads") ?? attention.Whole("kv_n_heads") ?? (gemma3 ? 4 : heads));
    }

    private static int Width(ConfigNode text, ConfigNode ffn, string type, int hidden, bool gemma3)
    {
        // Llama 4 calls its experts' width intermediate_size.
        if (type is "llama4_text" or "llama4") return text.Whole("intermediate_size_mlp") ?? 0;
        if (text.Whole("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim", "d_ff", "mlp_hidden_size") is { } width and > 0) return width;
        if (!ReferenceEquals(ffn, text) && ffn.Whole("ffn_hidden_size") is not null) return 0;
        if (text.Number("expansion_ratio") is { } ratio) return (int)(ratio * hidden);
        return gemma3 ? 9216 : 4 * hidden;
    }

    private static bool AttentionBias(ConfigNode text, string type) => text.Flag("attention_bias", "use_bias", "bias")
        ?? (type is "gpt2" or "gpt_bigcode" or "opt" or "bloom" or "phi" or "gpt_neox" or "starcoder2");

    private static bool QueryBias(ConfigNode text, string type) => text.Flag("attention_bias") != true
        && (type is "qwen2" or "qwen2_moe" or "qwen2_vl" or "qwen2_5_vl" or "qwen2_5_vl_text" or "qwen" || text.Flag("add_qkv_bias", "qkv_bias", "use_qkv_bias") == true);

    private static bool FfnBias(ConfigNode text, string type) => text.Flag("mlp_bias", "use_bias", "bias")
        ?? (type is "gpt2" or "gpt_bigcode" or "gptj" or "opt" or "bloom" or "phi" or "gpt_neox" or "gpt_oss" or "starcoder2");
}
