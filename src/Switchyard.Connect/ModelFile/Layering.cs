namespace Switchyard.Connect.ModelFile;

/// <summary>Which layers see a window, which attend linearly, which have experts: families say it in lists, in steps or not at all.</summary>
internal static class Layering
{
    /// <summary>The sliding window and how many layers see it; zeros where all see everything.</summary>
    public static (int Window, int Layers) Window(ConfigNode text, string type, int layers, int context)
    {
        var window = text.Whole("sliding_window", "sliding_window_size", "attention_chunk_size") ?? (type is "gemma3_text" ? 4096 : 0);
        if (window <= 0 || window >= context || text.Flag("use_sliding_window") == false) return (0, 0);
        if (text.List("layer_types") is { Count: > 0 } types)
            return Some(window, types.Count(t => t.Contains("sliding", StringComparison.Ordinal) || t.Contains("chunked", StringComparison.Ordinal)));
        if (type is "llama4_text" or "llama4") return (window, text.List("no_rope_layers") is { Count: > 0 } rope ? rope.Count(r => r != "0") : layers - (layers / 4));
        if (type == "gpt_oss" || type == "gemma2") return (window, (layers + 1) / 2);
        var pattern = text.Whole("sliding_window_pattern") ?? (type is "gemma3_text" or "gemma3" ? 6 : type == "cohere2" ? 4 : 0);
        if (pattern > 1) return (window, layers - (layers / pattern));
        // Qwen counts from a layer on.
        return text.Whole("max_window_layers") is { } from && type.StartsWith("qwen", StringComparison.Ordinal) ? Some(window, Math.Max(0, layers - from)) : (window, layers);
    }

    /// <summary>How many layers attend linearly.</summary>
    public static int Linear(ConfigNode text, string type, int layers)
    {
        if (text.List("layer_types") is { Count: > 0 } types) return types.Count(t => t.Contains("linear", StringComparison.Ordinal));
        if (text.List("attn_type_list") is { Count: > 0 } kinds) return kinds.Count(k => k == "0");
        var every = text.Whole("full_attention_interval") ?? (type == "qwen3_next" ? 4 : 0);
        return every > 1 ? layers - (layers / every) : 0;
    }

    /// <summary>Parameters of a layer of gated delta-rule attention (Qwen3-Next): projections in and out, a short convolution, decays and a norm.</summary>
    public static long LinearParameters(ConfigNode text, int hidden)
    {
        long Of(string name) => text.Whole(name) ?? 0;
        var (keys, values) = (Of("linear_num_key_heads") * Of("linear_key_head_dim"), Of("linear_num_value_heads") * Of("linear_value_head_dim"));
        var mixed = (2 * keys) + values;
        return (hidden * (mixed + values)) + (hidden * 2 * Of("linear_num_value_heads")) + (mixed * Of("linear_conv_kernel_dim")) + (2 * Of("linear_num_value_heads"))
            + Of("linear_value_head_dim") + (values * hidden);
    }

    /// <summary>Learned positions; 0 where positions are rotated or added to scores.</summary>
    public static int Positions(ConfigNode text, ConfigNode attention, string type) => type switch
    {
        "gpt2" or "gpt_bigcode" or "gpt_neo" => text.Whole("n_positions", "max_position_embeddings") ?? 0,
        // OPT keeps two positions for padding.
        "opt" => (text.Whole("max_position_embeddings") ?? 0) + 2,
        "mpt" => attention.Flag("alibi") == true || attention.Flag("rope") == true || text.Flag("learned_pos_emb") == false ? 0 : text.Whole("max_seq_len") ?? 0,
        _ => 0,
    };

    /// <summary>Parameters of the layers of a vision tower, as far as its configuration tells.</summary>
    public static double Vision(ConfigNode root)
    {
        if (root.Open("vision_config") is not { } vision) return 0;
        double width = vision.Whole("hidden_size", "embed_dim", "width") ?? 0;
        double layers = vision.Whole("num_hidden_layers", "depth", "layers") ?? 0;
        double inner = vision.Whole("intermediate_size") ?? 4 * width;
        return layers * ((4 * width * width) + (2 * width * inner));
    }

    private static (int Window, int Layers) Some(int window, int layers) => layers > 0 ? (window, layers) : (0, 0);
}

/// <summary>The experts of a model.</summary>
/// <param name="Experts">Routed experts a layer; 0 in a dense model.</param>
/// <param name="PerToken">Routed experts a token passes through.</param>
/// <param name="Width">Width of one.</param>
/// <param name="SharedWidth">Width of the shared ones together.</param>
/// <param name="DenseLayers">Leading layers without experts.</param>
/// <param name="Step">After them every so many layers has experts.</param>
internal readonly record struct ExpertLayout(int Experts, int PerToken, int Width, int SharedWidth, int DenseLayers, int Step)
{
    public static ExpertLayout Read(ConfigNode text, ConfigNode ffn, string type, int layers)
    {
        var experts = text.Whole("num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts") ?? (ReferenceEquals(ffn, text) ? null : ffn.Whole("moe_num_experts")) ?? 0;
        if (experts <= 1) return default;
        var each = text.Whole("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_k", "top_k_experts", "num_selected_experts")
            ?? (ReferenceEquals(ffn, text) ? null : ffn.Whole("moe_top_k")) ?? 0;
        if (each < 1 || each > experts) text.Say("num_experts_per_tok", $"{(each < 1 ? "is missing" : $"{each} is more than the experts there are, {experts}")}: how many experts a token passes through");
        var width = text.Whole("moe_intermediate_size", "expert_ffn_hidden_size", "expert_dim") ?? (ReferenceEquals(ffn, text) ? null : ffn.Whole("ffn_hidden_size"))
            ?? text.Whole("intermediate_size") ?? 0;
        if (width < 1) text.Say("moe_intermediate_size", "is missing: the width of an expert");
        var shared = text.Whole("shared_expert_intermediate_size") ?? (text.Whole("n_shared_experts", "num_shared_experts", "moe_num_shared_experts") ?? 0) * width;
        if (type is "llama4_text" or "llama4") shared = width;
        var (dense, step) = (text.Whole("first_k_dense_replace", "moe_layer_start_index") ?? 0, text.Whole("decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq", "moe_layer_interval") ?? 1);
        if (text.List("mlp_only_layers").Count is var only and > 0) dense = Math.Max(dense, only);
        if (text.List("moe_layer_freq") is { Count: > 0 } marked) dense = marked.Count(m => m == "0");
        return new(experts, each, width, shared, Math.Min(dense, layers), Math.Max(1, step));
    }
}

/// <summary>The number format in which a model is published.</summary>
internal static class Formats
{
    /// <summary>As models.csv writes it.</summary>
    public static string Of(ConfigNode root, ConfigNode text)
    {
        if ((root.Open("quantization_config") ?? text.Open("quantization_config") ?? root.Open("compression_config")) is { } quantized)
        {
            var method = (quantized.Text("quant_method") ?? "").ToLowerInvariant();
            var algorithm = (quantized.Text("quant_algo") ?? quantized.Open("quantization")?.Text("quant_algo") ?? "").ToUpperInvariant();
            if (algorithm.Contains("FP4", StringComparison.Ordinal)) return "fp4";
            if (algorithm.Contains("FP8", StringComparison.Ordinal) || method is "fp8" or "fbgemm_fp8") return "fp8";
            if (method == "mxfp4") return "mxfp4";
            if (quantized.Flag("load_in_4bit") == true) return "int4";
            if (quantized.Flag("load_in_8bit") == true) return "int8";
            var group = quantized.Open("config_groups")?.Inner().FirstOrDefault()?.Open("weights");
            var bits = quantized.Whole("bits", "w_bit", "num_bits") ?? group?.Whole("num_bits");
            var floating = group?.Text("type") == "float";
            if (bits == 4) return floating ? "fp4" : "int4";
            if (bits == 8) return floating ? "fp8" : "int8";
            quantized.Say("quant_method", $"'{method}' is not a known way to quantise (fp8, mxfp4, gptq, awq, compressed-tensors, modelopt, bitsandbytes)");
        }

        return (text.Text("torch_dtype", "dtype") ?? root.Text("torch_dtype", "dtype") ?? "bfloat16").ToLowerInvariant() switch
        {
            "float16" or "half" or "fp16" => "fp16",
            "float32" or "float" or "fp32" => "fp32",
            "float8_e4m3fn" => "fp8",
            _ => "bf16",
        };
    }
}
