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
    public static Figure OfShares(IReadOnlyList<double> values)
    {
        var spread = Of(values, x => Math.Log(((x * Sure) + 0.5) / (((1 - x) * Sure) + 0.5)), y => Math.Clamp((((Sure + 1) / (1 + Math.Exp(-y))) - 0.5) / Sure, 0, 1));
        return spread with { Low = Math.Max(0, spread.Low), High = Math.Min(1, spread.High) };
    }

    /// <summary>Of amounts that are positive or 0.</summary>
    public static Figure OfAmounts(IReadOnlyList<double> values) =>
        values.Any(v => v <= 0) ? Of(values, x => x, y => y) : Of(values, Math.Log, Math.Exp);

    private static Figure Of(IReadOnlyList<double> values, Func<double, double> to, Func<double, double> back)
    {
        var n = values.Count;
        if (n == 0) return new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        var mean = values.Average();
        if (n < 3) return new(mean, values.Min(), values.Max(), values.Min(), values.Max());
        var t = n - 1 <= T95.Length ? T95[n - 2] : 1.96 + (2.4 / (n - 1));
        var scaled = values.Select(to).ToArray();
        var centre = scaled.Average();
        var wide = t * Deviation(scaled, centre) * Math.Sqrt(1 + (1.0 / n));
        var error = t * Deviation(values, mean) / Math.Sqrt(n);
        // The same every time is the same, not nearly.
        return wide < 1e-12 ? new(mean, mean, mean, mean, mean) : new(mean, mean - error, mean + error, back(centre - wide), back(centre + wide));
    }

    private static double Deviation(IReadOnlyList<double> values, double mean) => Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1));
}
