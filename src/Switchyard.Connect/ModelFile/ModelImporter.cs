using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchyard.Connect.ModelFile;

/// <summary>A model read from a configuration file, as a row of the catalog's models.csv.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">All parameters.</param>
/// <param name="ActiveParameters">Parameters that one token passes through, both embeddings counted.</param>
/// <param name="Row">Column and value, in the order of models.csv; empty where it does not apply.</param>
/// <param name="Parts">How the parameters add up.</param>
public sealed record ImportedModel(
    string Name, double Parameters, double ActiveParameters, IReadOnlyList<(string Column, string Value)> Row, IReadOnlyList<(string Part, double Parameters)> Parts)
{
    /// <summary>The row's header line, as models.csv has it.</summary>
    public string Header => string.Join(',', Row.Select(cell => cell.Column));

    /// <summary>The row.</summary>
    public string Line => string.Join(',', Row.Select(cell => cell.Value.AsSpan().ContainsAny(",\"\n") ? $"\"{cell.Value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell.Value));
}

/// <summary>Imports models from Hugging Face's configuration files.</summary>
public static partial class ModelImporter
{
    /// <summary>Reads a configuration and counts its parameters. Everything wrong in it comes at once.</summary>
    /// <param name="stream">The JSON, of which at most 8 MB are looked at.</param>
    /// <param name="file">Its name, for problems and as the source.</param>
    /// <param name="name">The name that the model gets.</param>
    /// <param name="asOf">The day of the import.</param>
    public static Reading<ImportedModel> Read(Stream stream, string file, string name, DateOnly asOf)
    {
        List<Problem> problems = [];
        if (!Names().IsMatch(name)) problems.Add(Problem.NotA(file, 0, "--name", name, new("a name of letters, digits, '-', '_' and '.'", Slug(name))));
        if (ConfigReader.Read(stream, file, problems) is not { } config || problems.Count > 0) return problems;
        var count = ParameterCount.Of(config);
        if (!(count.Total > 0) || count.Total > 1e14)
            return new List<Problem> { new(file, 0, "", string.Create(CultureInfo.InvariantCulture, $"makes {count.Total:G4} parameters, which no model has")) };
        return new ImportedModel(name, count.Total, count.Active, [.. Row(config, count, name, file, asOf)],
        [
            ("embeddings", count.Embeddings), ("attention", count.Attention), ("dense feed-forward", count.Dense), ("routed experts", count.Experts),
            ("shared experts and routers", count.Shared), ("norms", count.Norms),
        ]);
    }

    /// <summary>A name made of a text, such as a repository's; null where nothing is left.</summary>
    /// <param name="text">The text.</param>
    public static string? Slug(string text)
    {
        var last = text.TrimEnd('/')[(text.TrimEnd('/').LastIndexOf('/') + 1)..].ToLowerInvariant();
        var slug = new StringBuilder();
        foreach (var c in last) slug.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-');
        var made = slug.ToString().Trim('-', '.');
        return made.Length is > 0 and <= 80 ? made : null;
    }

    private static IEnumerable<(string, string)> Row(ModelConfig c, ParameterCount count, string name, string file, DateOnly asOf)
    {
        static string Some(int value) => value > 0 ? value.ToString(CultureInfo.InvariantCulture) : "";
        var moe = c.Experts > 0;
        yield return ("name", name);
        yield return ("aliases", "");
        yield return ("family", c.Type);
        yield return ("parameters_b", Billions(count.Total));
        yield return ("active_parameters_b", Billions(count.Active));
        yield return ("layers", Some(c.Layers));
        yield return ("hidden", Some(c.Hidden));
        yield return ("heads", Some(c.Heads));
        yield return ("kv_heads", Some(c.KvHeads));
        yield return ("head_dim", c.Latent ? "" : Some(c.HeadDim));
        yield return ("ffn", Some(c.Ffn));
        yield return ("vocabulary", Some(c.Vocabulary));
        yield return ("context", Some(c.Context));
        yield return ("tied_embeddings", c.Tied ? "yes" : "no");
        yield return ("attention", c.Attention switch { Demand.AttentionKind.Latent => "mla", Demand.AttentionKind.MultiHead => "mha", Demand.AttentionKind.MultiQuery => "mqa", _ => "gqa" });
        yield return ("kv_lora_rank", Some(c.KvLoraRank));
        yield return ("qk_rope_head_dim", Some(c.RopeHeadDim));
        yield return ("qk_nope_head_dim", Some(c.NopeHeadDim));
        yield return ("v_head_dim", Some(c.ValueHeadDim));
        yield return ("q_lora_rank", Some(c.QLoraRank));
        yield return ("experts", Some(c.Experts));
        yield return ("experts_per_token", Some(c.ExpertsPerToken));
        yield return ("shared_experts", moe ? $"{(int)Math.Round(c.SharedFfn / (double)Math.Max(1, c.ExpertFfn))}" : "");
        yield return ("moe_ffn", moe ? Some(c.ExpertFfn) : "");
        yield return ("dense_layers", moe ? $"{c.DenseLayers}" : "");
        yield return ("moe_layer_step", moe ? $"{c.ExpertStep}" : "");
        yield return ("sliding_window", Some(c.Window));
        yield return ("sliding_window_layers", Some(c.WindowLayers));
        yield return ("linear_attention_layers", Some(c.LinearLayers));
        yield return ("latent_width", "");
        yield return ("sparse_tokens", Some(c.SparseTokens));
        yield return ("index_heads", Some(c.IndexHeads));
        yield return ("index_head_dim", Some(c.IndexHeadDim));
        yield return ("wide_norms", c.WideNorms ? "yes" : "");
        yield return ("gated_ffn", c.Gated ? "yes" : "no");
        yield return ("native_precision", c.NativePrecision);
        yield return ("licence", "");
        yield return ("as_of", asOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        yield return ("source", $"{Path.GetFileName(file)}, imported");
        yield return ("note", Note(c, count));
    }

    private static string Note(ModelConfig c, ParameterCount count)
    {
        List<string> notes = [];
        if (c.Experts > 0 && count.InputEmbedding > 0) notes.Add($"active_parameters_b counts both embeddings; without the input embedding it is {Billions(count.Active - count.InputEmbedding)}");
        if (c.VisionParameters > 0) notes.Add($"parameters_b is the language model alone; the vision tower has about {Billions(c.VisionParameters)}");
        if (c.LinearLayers > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{c.LinearLayers} layers of linear attention of {c.LinearParameters / 1e6:0.0} million parameters each"));
        return string.Join("; ", notes);
    }

    private static string Billions(double parameters) => (parameters / 1e9).ToString("0.######", CultureInfo.InvariantCulture);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
