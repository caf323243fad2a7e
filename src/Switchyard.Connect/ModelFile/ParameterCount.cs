namespace Switchyard.Connect.ModelFile;

/// <summary>How many parameters a configuration makes, part by part. Multi-token-prediction layers and vision towers are not counted.</summary>
/// <param name="Embeddings">Embedding table, positions, and the output matrix where it is its own.</param>
/// <param name="InputEmbedding">The part of the embeddings that is only looked up: the table, where the output matrix is another.</param>
/// <param name="Attention">All attention layers.</param>
/// <param name="Dense">All dense feed-forward layers.</param>
/// <param name="Experts">All routed experts.</param>
/// <param name="Shared">Shared experts and routers.</param>
/// <param name="Norms">Norms.</param>
/// <param name="ActiveExperts">The part of the experts that one token passes through.</param>
internal readonly record struct ParameterCount(
    double Embeddings, double InputEmbedding, double Attention, double Dense, double Experts, double Shared, double Norms, double ActiveExperts)
{
    /// <summary>All parameters.</summary>
    public double Total => Embeddings + Attention + Dense + Experts + Shared + Norms;

    /// <summary>Parameters that one token passes through, both embeddings counted.</summary>
    public double Active => Total - Experts + ActiveExperts;

    /// <summary>The count of a configuration.</summary>
    public static ParameterCount Of(ModelConfig c)
    {
        double hidden = c.Hidden;
        var width = c.EmbeddingWidth > 0 ? c.EmbeddingWidth : hidden;
        var table = c.Vocabulary * width;
        var embeddings = (table * (c.Tied ? 1 : 2)) + (c.Positions * hidden) + (c.EmbeddingWidth > 0 ? 2 * width * hidden : 0);
        var full = c.Layers - c.LinearLayers;
        var attention = (full * (c.Latent ? Latent(c) : Plain(c))) + ((double)c.LinearLayers * c.LinearParameters);
        var dense = (c.Layers - c.ExpertLayers) * Ffn(hidden, c.Ffn, c);
        var expert = Ffn(hidden, c.ExpertFfn, c);
        var experts = (double)c.ExpertLayers * c.Experts * expert;
        var shared = c.ExpertLayers * ((c.SharedFfn > 0 ? Ffn(hidden, c.SharedFfn, c) : 0) + (c.SharedGate ? hidden : 0) + (hidden * c.Experts) + (c.RouterBias ? c.Experts : 0));
        var norm = hidden * (c.NormBias ? 2 : 1);
        var norms = (((double)c.Layers * c.Norms) + 1) * norm;
        if (c.HeadNorms) norms += full * 2.0 * c.HeadDim;
        return new(embeddings, c.Tied ? 0 : table, attention, dense, experts, c.Experts > 0 ? shared : 0, norms, (double)c.ExpertLayers * c.ExpertsPerToken * expert);
    }

    private static double Plain(ModelConfig c)
    {
        double queries = (double)c.Heads * c.HeadDim, keys = (double)c.KvHeads * c.HeadDim, hidden = c.Hidden;
        var weights = (hidden * (queries + (2 * keys))) + (queries * hidden) + (c.OutputGate ? hidden * queries : 0);
        if (c.AttentionBias || c.QueryBias) weights += queries + (2 * keys);
        return c.AttentionBias ? weights + hidden : weights;
    }

    private static double Latent(ModelConfig c)
    {
        double hidden = c.Hidden, heads = c.Heads, query = c.NopeHeadDim + c.RopeHeadDim;
        var queries = c.QLoraRank > 0 ? (hidden * c.QLoraRank) + (c.QLoraRank * heads * query) + c.QLoraRank : hidden * heads * query;
        var keys = (hidden * (c.KvLoraRank + c.RopeHeadDim)) + (c.KvLoraRank * heads * (c.NopeHeadDim + c.ValueHeadDim)) + c.KvLoraRank;
        return queries + keys + (heads * c.ValueHeadDim * hidden);
    }

    private static double Ffn(double hidden, double width, ModelConfig c)
    {
        var matrices = c.Gated ? 3 : 2;
        return (matrices * hidden * width) + (c.FfnBias ? ((matrices - 1) * width) + hidden : 0);
    }
}
