namespace Switchyard.Prove;

/// <summary>
/// A figure over seeds: its mean with a 95% confidence interval (Student's t), and the range in which that of another seed lies with 95% (t for one
/// further draw, on a scale on which draws are about normal: log-odds for shares, logarithms for amounts).
/// </summary>
/// <param name="Mean">Mean over the seeds.</param>
/// <param name="Low">Lower end of the mean's interval; the smallest seen where there are fewer than three seeds.</param>
/// <param name="High">Its upper end; the largest seen where there are fewer than three seeds.</param>
/// <param name="Least">Lower end of the range of another seed.</param>
/// <param name="Most">Its upper end.</param>
public readonly record struct Figure(double Mean, double Low, double High, double Least, double Most)
{
    // A share of none or all in so many is not taken for certain.
    private const double Sure = 20_000;

    private static readonly double[] T95 =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Of shares, 0 to 1.</summary>
    /// <param name="values">The share of each run.</param>
    /// <param name="weights">For how much each run stands; null for all alike.</param>
    public static Figure OfShares(IReadOnlyList<double> values, IReadOnlyList<double>? weights = null)
    {
        var spread = Of(values, weights, x => Math.Log(((x * Sure) + 0.5) / (((1 - x) * Sure) + 0.5)), y => Math.Clamp((((Sure + 1) / (1 + Math.Exp(-y))) - 0.5) / Sure, 0, 1));
        return spread with { Low = Math.Max(0, spread.Low), High = Math.Min(1, spread.High) };
    }

    /// <summary>Of amounts that are positive or 0.</summary>
    /// <param name="values">The amount of each run.</param>
    /// <param name="weights">For how much each run stands; null for all alike.</param>
    public static Figure OfAmounts(IReadOnlyList<double> values, IReadOnlyList<double>? weights = null) =>
        values.Any(v => v <= 0) ? Of(values, weights, x => x, y => y) : Of(values, weights, Math.Log, Math.Exp);

    /// <summary>Student's t that 95% lie within.</summary>
    /// <param name="runs">Runs; at least 2.</param>
    internal static double T(int runs) => runs - 1 <= T95.Length ? T95[runs - 2] : 1.96 + (2.4 / (runs - 1));

    // The mean of a stratified sample is Σ w x / Σ w, and its error is reckoned as if each run were drawn from all of its stratum's like: √(n/(n−1) Σ w² (x − mean)²) / Σ w. With all alike, that is s/√n.
    private static Figure Of(IReadOnlyList<double> values, IReadOnlyList<double>? weights, Func<double, double> to, Func<double, double> back)
    {
        var n = values.Count;
        if (n == 0) return new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        double W(int i) => weights is null ? 1 : weights[i];
        var all = Enumerable.Range(0, n).Sum(W);
        double MeanOf(IReadOnlyList<double> of) => Enumerable.Range(0, n).Sum(i => W(i) * of[i]) / all;
        var mean = MeanOf(values);
        if (n < 3) return new(mean, values.Min(), values.Max(), values.Min(), values.Max());
        var t = T(n);
        var scaled = values.Select(to).ToArray();
        var centre = MeanOf(scaled);
        var wide = t * Math.Sqrt(Enumerable.Range(0, n).Sum(i => W(i) * Square(scaled[i] - centre)) / all * n / (n - 1.0)) * Math.Sqrt(1 + (1.0 / n));
        var error = t * Math.Sqrt(Enumerable.Range(0, n).Sum(i => Square(W(i) * (values[i] - mean))) * n / (n - 1.0)) / all;
        // The same every time is the same, not nearly.
        return wide < 1e-12 ? new(mean, mean, mean, mean, mean) : new(mean, mean - error, mean + error, back(centre - wide), back(centre + wide));
    }

    private static double Square(double x) => x * x;
}
