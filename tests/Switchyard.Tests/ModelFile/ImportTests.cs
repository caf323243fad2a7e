using System.Text;
using Switchyard.Connect;
using Switchyard.Connect.Catalog;
using Switchyard.Connect.ModelFile;
using Switchyard.Demand;

namespace Switchyard.Tests.ModelFile;

/// <summary>Parameter counts of configurations against those that publishers print. The values are those of each model's own config.json.</summary>
public sealed class ImportTests
{
    private static readonly DateOnly Day = new(2026, 11, 22);

    [Theory]
    [InlineData("llama-3.1-8b", 8.03, 8.03, """{"model_type":"llama","num_hidden_layers":32,"hidden_size":4096,"num_attention_heads":32,"num_key_value_heads":8,"intermediate_size":14336,"vocab_size":128256,"max_position_embeddings":131072,"tie_word_embeddings":false,"torch_dtype":"bfloat16","attention_bias":false,"mlp_bias":false}""")]
    [InlineData("mixtral-8x7b", 46.70, 12.88, """{"model_type":"mixtral","num_hidden_layers":32,"hidden_size":4096,"num_attention_heads":32,"num_key_value_heads":8,"intermediate_size":14336,"num_local_experts":8,"num_experts_per_tok":2,"vocab_size":32000,"max_position_embeddings":32768,"tie_word_embeddings":false,"sliding_window":null}""")]
    [InlineData("deepseek-v3", 671.03, 37.55, """{"model_type":"deepseek_v3","num_hidden_layers":61,"hidden_size":7168,"num_attention_heads":128,"num_key_value_heads":128,"intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"num_experts_per_tok":8,"n_shared_experts":1,"first_k_dense_replace":3,"moe_layer_freq":1,"kv_lora_rank":512,"q_lora_rank":1536,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"vocab_size":129280,"max_position_embeddings":163840,"tie_word_embeddings":false,"quantization_config":{"quant_method":"fp8","fmt":"e4m3"}}""")]
    [InlineData("deepseek-v2-lite", 15.71, 2.66, """{"model_type":"deepseek_v2","num_hidden_layers":27,"hidden_size":2048,"num_attention_heads":16,"num_key_value_heads":16,"intermediate_size":10944,"moe_intermediate_size":1408,"n_routed_experts":64,"num_experts_per_tok":6,"n_shared_experts":2,"first_k_dense_replace":1,"kv_lora_rank":512,"q_lora_rank":null,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"vocab_size":102400,"max_position_embeddings":163840}""")]
    [InlineData("qwen3-30b-a3b", 30.53, 3.35, """{"model_type":"qwen3_moe","num_hidden_layers":48,"hidden_size":2048,"num_attention_heads":32,"num_key_value_heads":4,"head_dim":128,"intermediate_size":6144,"moe_intermediate_size":768,"num_experts":128,"num_experts_per_tok":8,"decoder_sparse_step":1,"mlp_only_layers":[],"vocab_size":151936,"max_position_embeddings":40960,"tie_word_embeddings":false,"use_sliding_window":false}""")]
    [InlineData("gpt-oss-120b", 116.83, 5.71, """{"model_type":"gpt_oss","num_hidden_layers":36,"hidden_size":2880,"num_attention_heads":64,"num_key_value_heads":8,"head_dim":64,"intermediate_size":2880,"num_local_experts":128,"num_experts_per_tok":4,"experts_per_token":4,"vocab_size":201088,"max_position_embeddings":131072,"sliding_window":128,"attention_bias":true,"tie_word_embeddings":false,"quantization_config":{"quant_method":"mxfp4"}}""")]
    [InlineData("qwen1.5-moe-a2.7b", 14.32, 2.69, """{"model_type":"qwen2_moe","num_hidden_layers":24,"hidden_size":2048,"num_attention_heads":16,"num_key_value_heads":16,"intermediate_size":5632,"moe_intermediate_size":1408,"shared_expert_intermediate_size":5632,"num_experts":60,"num_experts_per_tok":4,"decoder_sparse_step":1,"vocab_size":151936,"max_position_embeddings":8192,"use_sliding_window":false}""")]
    [InlineData("dbrx", 131.60, 36.47, """{"model_type":"dbrx","n_layers":40,"d_model":6144,"n_heads":48,"attn_config":{"kv_n_heads":8,"clip_qkv":8},"ffn_config":{"ffn_hidden_size":10752,"moe_num_experts":16,"moe_top_k":4},"vocab_size":100352,"max_seq_len":32768,"tie_word_embeddings":false}""")]
    [InlineData("llama-4-scout", 107.77, 17.17, """{"model_type":"llama4","text_config":{"model_type":"llama4_text","num_hidden_layers":48,"hidden_size":5120,"num_attention_heads":40,"num_key_value_heads":8,"head_dim":128,"intermediate_size":8192,"intermediate_size_mlp":16384,"num_local_experts":16,"num_experts_per_tok":1,"interleave_moe_layer_step":1,"vocab_size":202048,"max_position_embeddings":10485760,"attention_chunk_size":8192,"tie_word_embeddings":false},"vision_config":{"hidden_size":1408,"num_hidden_layers":34,"intermediate_size":5632}}""")]
    [InlineData("llama-4-maverick", 400.71, 17.17, """{"model_type":"llama4","text_config":{"model_type":"llama4_text","num_hidden_layers":48,"hidden_size":5120,"num_attention_heads":40,"num_key_value_heads":8,"head_dim":128,"intermediate_size":8192,"intermediate_size_mlp":16384,"num_local_experts":128,"num_experts_per_tok":1,"interleave_moe_layer_step":2,"vocab_size":202048,"max_position_embeddings":1048576,"attention_chunk_size":8192,"tie_word_embeddings":false}}""")]
    [InlineData("qwen3-next-80b-a3b", 79.67, 3.87, """{"model_type":"qwen3_next","num_hidden_layers":48,"hidden_size":2048,"num_attention_heads":16,"num_key_value_heads":2,"head_dim":256,"intermediate_size":5120,"moe_intermediate_size":512,"shared_expert_intermediate_size":512,"num_experts":512,"num_experts_per_tok":10,"full_attention_interval":4,"linear_num_key_heads":16,"linear_key_head_dim":128,"linear_num_value_heads":32,"linear_value_head_dim":128,"linear_conv_kernel_dim":4,"vocab_size":151936,"max_position_embeddings":262144,"tie_word_embeddings":false}""")]
    [InlineData("qwen2.5-7b", 7.62, 7.62, """{"model_type":"qwen2","num_hidden_layers":28,"hidden_size":3584,"num_attention_heads":28,"num_key_value_heads":4,"intermediate_size":18944,"vocab_size":152064,"max_position_embeddings":32768,"sliding_window":131072,"use_sliding_window":false,"tie_word_embeddings":false}""")]
    [InlineData("qwen3-vl-8b", 8.19, 8.19, """{"model_type":"qwen3_vl","tie_word_embeddings":false,"text_config":{"model_type":"qwen3_vl_text","num_hidden_layers":36,"hidden_size":4096,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":128,"intermediate_size":12288,"vocab_size":151936,"max_position_embeddings":262144},"vision_config":{"hidden_size":1152,"depth":27,"intermediate_size":4304}}""")]
    [InlineData("gemma-2-9b", 9.24, 9.24, """{"model_type":"gemma2","num_hidden_layers":42,"hidden_size":3584,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":256,"intermediate_size":14336,"vocab_size":256000,"max_position_embeddings":8192,"sliding_window":4096}""")]
    [InlineData("gemma-3-4b", 3.88, 3.88, """{"model_type":"gemma3","text_config":{"model_type":"gemma3_text","hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024},"vision_config":{"hidden_size":1152,"num_hidden_layers":27,"intermediate_size":4304}}""")]
    [InlineData("phi-2", 2.78, 2.78, """{"model_type":"phi","num_hidden_layers":32,"hidden_size":2560,"num_attention_heads":32,"num_key_value_heads":32,"intermediate_size":10240,"vocab_size":51200,"max_position_embeddings":2048,"tie_word_embeddings":false,"torch_dtype":"float16"}""")]
    [InlineData("phi-3-mini", 3.82, 3.82, """{"model_type":"phi3","num_hidden_layers":32,"hidden_size":3072,"num_attention_heads":32,"num_key_value_heads":32,"intermediate_size":8192,"vocab_size":32064,"max_position_embeddings":4096,"sliding_window":2047,"tie_word_embeddings":false}""")]
    [InlineData("glm-4-9b", 9.40, 9.40, """{"model_type":"chatglm","num_layers":40,"hidden_size":4096,"num_attention_heads":32,"kv_channels":128,"multi_query_attention":true,"multi_query_group_num":2,"ffn_hidden_size":13696,"padded_vocab_size":151552,"vocab_size":151552,"seq_length":131072,"add_qkv_bias":true,"tie_word_embeddings":false}""")]
    [InlineData("glm-4.5-air", 107, 13.42, """{"model_type":"glm4_moe","num_hidden_layers":46,"hidden_size":4096,"num_attention_heads":96,"num_key_value_heads":8,"head_dim":128,"intermediate_size":10944,"moe_intermediate_size":1408,"n_routed_experts":128,"num_experts_per_tok":8,"n_shared_experts":1,"first_k_dense_replace":1,"attention_bias":true,"vocab_size":151552,"max_position_embeddings":131072,"tie_word_embeddings":false}""")]
    [InlineData("falcon-7b", 6.92, 6.92, """{"model_type":"falcon","num_hidden_layers":32,"hidden_size":4544,"num_attention_heads":71,"multi_query":true,"new_decoder_architecture":false,"bias":false,"vocab_size":65024,"max_position_embeddings":2048}""")]
    [InlineData("falcon-40b", 41.30, 41.30, """{"model_type":"falcon","num_hidden_layers":60,"hidden_size":8192,"num_attention_heads":128,"num_kv_heads":8,"new_decoder_architecture":true,"bias":false,"vocab_size":65024,"max_position_embeddings":2048}""")]
    [InlineData("mpt-7b", 6.65, 6.65, """{"model_type":"mpt","n_layers":32,"d_model":4096,"n_heads":32,"expansion_ratio":4,"attn_config":{"alibi":true},"no_bias":true,"vocab_size":50432,"max_seq_len":2048}""")]
    [InlineData("gpt2", 0.1244, 0.1244, """{"model_type":"gpt2","n_layer":12,"n_embd":768,"n_head":12,"n_ctx":1024,"n_positions":1024,"vocab_size":50257,"activation_function":"gelu_new"}""")]
    [InlineData("opt-13b", 12.85, 12.85, """{"model_type":"opt","num_hidden_layers":40,"hidden_size":5120,"num_attention_heads":40,"ffn_dim":20480,"word_embed_proj_dim":5120,"vocab_size":50272,"max_position_embeddings":2048,"torch_dtype":"float16"}""")]
    [InlineData("opt-350m", 0.331, 0.331, """{"model_type":"opt","num_hidden_layers":24,"hidden_size":1024,"num_attention_heads":16,"ffn_dim":4096,"word_embed_proj_dim":512,"vocab_size":50272,"max_position_embeddings":2048}""")]
    [InlineData("bloom-7b", 7.07, 7.07, """{"model_type":"bloom","n_layer":30,"hidden_size":4096,"n_head":32,"vocab_size":250880,"seq_length":2048}""")]
    [InlineData("gpt-neox-20b", 20.55, 20.55, """{"model_type":"gpt_neox","num_hidden_layers":44,"hidden_size":6144,"num_attention_heads":64,"intermediate_size":24576,"vocab_size":50432,"max_position_embeddings":2048,"tie_word_embeddings":false}""")]
    [InlineData("starcoder2-7b", 7.17, 7.17, """{"model_type":"starcoder2","num_hidden_layers":32,"hidden_size":4608,"num_attention_heads":36,"num_key_value_heads":4,"intermediate_size":18432,"vocab_size":49152,"max_position_embeddings":16384,"sliding_window":4096,"use_bias":true}""")]
    [InlineData("command-r7b", 8.03, 8.03, """{"model_type":"cohere2","num_hidden_layers":32,"hidden_size":4096,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":128,"intermediate_size":14336,"vocab_size":256000,"max_position_embeddings":132096,"sliding_window":4096,"sliding_window_pattern":4}""")]
    public void Parameters_are_those_that_the_publisher_prints(string name, double total, double active, string config)
    {
        var model = Import(config, name).Value.ShouldNotBeNull();
        (model.Parameters / 1e9).ShouldBe(total, 0.005 * total);
        (model.ActiveParameters / 1e9).ShouldBe(active, 0.015 * active);
        model.Parts.Sum(p => p.Parameters).ShouldBe(model.Parameters, 1);
        // The row can be read back, and says the same.
        var read = Back(model);
        read.Parameters.ShouldBe(model.Parameters, 1e-4 * model.Parameters);
        read.Name.ShouldBe(name);
    }

    [Theory]
    [InlineData("llama-3.1-8b")]
    [InlineData("mixtral-8x7b")]
    [InlineData("deepseek-v3")]
    [InlineData("qwen3-30b-a3b")]
    [InlineData("gpt-oss-120b")]
    [InlineData("llama-4-maverick")]
    [InlineData("qwen3-next-80b-a3b")]
    [InlineData("command-r7b")]
    [InlineData("glm-4-9b")]
    public void An_import_is_what_the_catalog_has(string name)
    {
        var config = typeof(ImportTests).GetMethod(nameof(Parameters_are_those_that_the_publisher_prints))!.GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Cast<InlineDataAttribute>().First(d => (string)d.Data[0]! == name);
        var read = Back(Import((string)config.Data[3]!, name).Value.ShouldNotBeNull());
        var known = Catalog.Shipped.Catalog.Value.FindModel(name).ShouldNotBeNull();
        (read.Layers, read.Hidden, read.Heads, read.KvHeads, read.HeadDim).ShouldBe((known.Layers, known.Hidden, known.Heads, known.KvHeads, known.HeadDim));
        (read.Experts, read.ExpertsPerToken, read.SharedExperts, read.ExpertFfn, read.DenseLayers).ShouldBe((known.Experts, known.ExpertsPerToken, known.SharedExperts, known.ExpertFfn, known.DenseLayers));
        (read.SlidingWindow, read.SlidingWindowLayers, read.LinearAttentionLayers, read.KvLoraRank).ShouldBe((known.SlidingWindow, known.SlidingWindowLayers, known.LinearAttentionLayers, known.KvLoraRank));
        (read.Attention, read.Vocabulary).ShouldBe((known.Attention, known.Vocabulary));
        read.NativePrecision.ShouldBe(known.NativePrecision);
    }

    [Theory]
    [InlineData("""{"quant_method":"awq","bits":4}""", Precision.Int4)]
    [InlineData("""{"quant_method":"gptq","bits":8}""", Precision.Int8)]
    [InlineData("""{"quant_method":"modelopt","quant_algo":"NVFP4"}""", Precision.Fp4)]
    [InlineData("""{"quant_method":"modelopt","quant_algo":"FP8"}""", Precision.Fp8)]
    [InlineData("""{"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":8,"type":"float"}}}}""", Precision.Fp8)]
    [InlineData("""{"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"int"}}}}""", Precision.Int4)]
    [InlineData("""{"quant_method":"bitsandbytes","load_in_4bit":true}""", Precision.Int4)]
    public void The_format_of_the_weights_is_read(string quantization, Precision precision) => Back(Import(
        $$"""{"model_type":"llama","num_hidden_layers":2,"hidden_size":256,"num_attention_heads":4,"intermediate_size":512,"vocab_size":1000,"max_position_embeddings":2048,"quantization_config":{{quantization}}}""")
        .Value.ShouldNotBeNull()).NativePrecision.ShouldBe(precision);

    [Fact]
    public void All_that_is_missing_is_said_at_once()
    {
        var problems = Import("""{"model_type":"llama","hidden_size":4096,"num_attention_heads":"many","num_experts":8,"quantization_config":{"quant_method":"magic"}}""").Problems;
        var said = string.Join('\n', problems);
        foreach (var name in new[] { "num_hidden_layers", "num_attention_heads", "vocab_size", "max_position_embeddings", "num_experts_per_tok", "magic" }) said.ShouldContain(name);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[1,2]", "no object")]
    [InlineData("{\"num_hidden_layers\": 1e30}", "whole number")]
    [InlineData("{\"model_type\":\"bert\"}", "generates no text")]
    [InlineData("{\"model_type\":\"nemotron_h\"}", "state-space")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":2,"hidden_size":4096,"num_attention_heads":30,"num_key_value_heads":8,"intermediate_size":9,"vocab_size":9,"max_position_embeddings":9}""", "do not divide")]
    public void What_cannot_be_read_is_refused_with_its_reason(string config, string reason) => string.Join('\n', Import(config).Problems).ShouldContain(reason);

    [Fact]
    public void A_name_must_be_one() => Import("{}", "no name").Problems[0].Correction.ShouldBe("no-name");

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(5);
        var seed = """{"model_type":"llama","num_hidden_layers":32,"hidden_size":4096,"num_attention_heads":32,"text_config":{"vocab_size":5},"layer_types":["a"]}"""u8.ToArray();
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = (byte[])seed.Clone();
            for (var j = random.Next(1, 6); j > 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            var reading = ModelImporter.Read(new MemoryStream(bytes), "config.json", "x", Day);
            (reading.Value is null).ShouldBe(reading.Problems.Length > 0);
        }
    }

    private static Reading<ImportedModel> Import(string config, string name = "x") =>
        ModelImporter.Read(new MemoryStream(Encoding.UTF8.GetBytes(config)), "config.json", name, Day);

    private static ModelArchitecture Back(ImportedModel model)
    {
        var reading = CatalogReader.ReadModels(new StringReader($"{model.Header}\n{model.Line}\n"), "models.csv", []);
        reading.Problems.ShouldBeEmpty();
        return reading.Value.ShouldNotBeNull().ShouldHaveSingleItem();
    }
}
