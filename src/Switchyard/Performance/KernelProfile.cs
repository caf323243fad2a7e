namespace Switchyard.Performance;

/// <summary>
/// Times of a model's kernels as somebody measured them on one accelerator: what a step takes is then their sum, and no coefficient of the model plays a part.
/// Between measured points times are interpolated linearly, past them continued.
/// </summary>
public sealed class KernelProfile
{
    private readonly Curve layer, whole, sampled;
    private readonly double[][] axes;
    private readonly double[] attention;

    /// <summary>A time of a kernel over tokens, or over requests.</summary>
    /// <param name="Kernel">The kernel; norms and everything between them run in each layer, <c>embedding</c> and <c>final_layernorm</c> once.</param>
    /// <param name="Count">Tokens or requests.</param>
    /// <param name="Seconds">Its time.</param>
    public readonly record struct Timing(string Kernel, double Count, double Seconds);

    /// <summary>A time of attention in one layer.</summary>
    /// <param name="Prompt">Prompt tokens worked on; 0 for none.</param>
    /// <param name="Before">Positions before them.</param>
    /// <param name="Decodes">Requests that get one more token; 0 for none.</param>
    /// <param name="Context">Their context.</param>
    /// <param name="Seconds">The time.</param>
    public readonly record struct AttentionTiming(double Prompt, double Before, double Decodes, double Context, double Seconds);

    /// <summary>Puts measured times in order.</summary>
    /// <param name="byToken">Kernels whose time depends on the tokens of a step.</param>
    /// <param name="byRequest">Kernels whose time depends on the requests that get a token.</param>
    /// <param name="attention">Attention, over a grid; some of it may be missing.</param>
    public KernelProfile(IReadOnlyCollection<Timing> byToken, IReadOnlyCollection<Timing> byRequest, IReadOnlyCollection<AttentionTiming> attention)
    {
        static bool Once(Timing t) => t.Kernel is "embedding" or "final_layernorm";
        // A layer has two norms, before attention and after it.
        layer = Curve.Sum(byToken.Where(t => !Once(t)).Select(t => t.Kernel == "layernorm" ? t with { Seconds = 2 * t.Seconds } : t));
        whole = Curve.Sum(byToken.Where(Once));
        sampled = Curve.Sum(byRequest);
        axes =
        [
            [.. attention.Select(a => a.Prompt).Distinct().Order()], [.. attention.Select(a => a.Before).Distinct().Order()],
            [.. attention.Select(a => a.Decodes).Distinct().Order()], [.. attention.Select(a => a.Context).Distinct().Order()],
        ];
        this.attention = new double[axes.Aggregate(1, (size, axis) => size * axis.Length)];
        Array.Fill(this.attention, double.NaN);
        foreach (var a in attention)
            this.attention[Place(Index(0, a.Prompt), Index(1, a.Before), Index(2, a.Decodes), Index(3, a.Context))] = a.Seconds;
        int Index(int axis, double value) => Array.BinarySearch(axes[axis], value);
    }

    /// <summary>Seconds of the kernels of one step.</summary>
    /// <param name="prompt">Prompt tokens.</param>
    /// <param name="promptContext">Positions that such a token sees on average.</param>
    /// <param name="decodes">Requests that get one more token.</param>
    /// <param name="context">Their mean context.</param>
    /// <param name="layers">Layers of the model.</param>
    public double Step(double prompt, double promptContext, double decodes, double context, int layers)
    {
        var tokens = prompt + decodes;
        return (layers * (layer.At(tokens) + Attention(prompt, Math.Max(0, promptContext - (prompt / 2)), decodes, context)))
            + whole.At(tokens) + sampled.At(Math.Max(1, decodes + (prompt > 0 ? 1 : 0)));
    }

    private double Attention(double prompt, double before, double decodes, double context)
    {
        Span<(int Low, double Share)> at = [Between(0, prompt), Between(1, prompt > 0 ? before : 0), Between(2, decodes), Between(3, decodes > 0 ? context : 0)];
        var (sum, weights) = (0.0, 0.0);
        Span<int> index = stackalloc int[4];
        for (var corner = 0; corner < 16; corner++)
        {
            var weight = 1.0;
            for (var axis = 0; axis < 4; axis++)
            {
                var upper = (corner >> axis) & 1;
                weight *= upper == 1 ? at[axis].Share : 1 - at[axis].Share;
                index[axis] = Math.Min(at[axis].Low + upper, axes[axis].Length - 1);
            }

            if (weight > 0 && attention[Place(index[0], index[1], index[2], index[3])] is var seconds && !double.IsNaN(seconds))
                (sum, weights) = (sum + (weight * seconds), weights + weight);
        }

        // Past the longest context the traffic goes on growing with it.
        var beyond = decodes > 0 && context > axes[3][^1] ? context / axes[3][^1] : 1;
        return weights > 0 ? sum / weights * beyond : 0;
    }

    /// <summary>The points of an axis around a value, 0 apart from the others: it stands for nothing to do.</summary>
    private (int Low, double Share) Between(int axis, double value)
    {
        var points = axes[axis];
        if (!(value > 0)) return (0, 0);
        var least = points[0] > 0 || axis == 1 ? 0 : Math.Min(1, points.Length - 1);
        if (value <= points[least]) return (least, 0);
        if (value >= points[^1]) return (points.Length - 1, 0);
        var low = Array.BinarySearch(points, value);
        if (low < 0) low = ~low - 1;
        return (low, (value - points[low]) / (points[low + 1] - points[low]));
    }

    private int Place(int prompt, int before, int decodes, int context) =>
        (((((prompt * axes[1].Length) + before) * axes[2].Length) + decodes) * axes[3].Length) + context;

    private readonly record struct Curve(double[] Points, double[] Seconds)
    {
        public static Curve Sum(IEnumerable<Timing> timings)
        {
            Curve[] kernels = [.. timings.GroupBy(t => t.Kernel, StringComparer.Ordinal).Select(g => g.OrderBy(t => t.Count).ToList())
                .Select(g => new Curve([.. g.Select(t => t.Count)], [.. g.Select(t => t.Seconds)]))];
            double[] points = [.. kernels.SelectMany(kernel => kernel.Points).Distinct().Order()];
            return new(points, [.. points.Select(point => kernels.Sum(kernel => kernel.At(point)))]);
        }

        public double At(double value)
        {
            if (Points.Length == 0) return 0;
            if (Points.Length == 1 || value <= Points[0]) return Seconds[0];
            var low = Array.BinarySearch(Points, value);
            if (low < 0) low = ~low - 1;
            low = Math.Min(low, Points.Length - 2);
            return Seconds[low] + ((value - Points[low]) / (Points[low + 1] - Points[low]) * (Seconds[low + 1] - Seconds[low]));
        }
    }
}
