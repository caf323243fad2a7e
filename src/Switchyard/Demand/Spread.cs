namespace Switchyard.Demand;

/// <summary>How the known values of a column are spread. Quantiles are by nearest rank.</summary>
/// <param name="Known">Values that are known.</param>
/// <param name="Unknown">Values that are not (NaN).</param>
/// <param name="Least">The least.</param>
/// <param name="Median">The median.</param>
/// <param name="Mean">The mean.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="Most">The largest.</param>
/// <param name="Sum">The sum.</param>
public sealed record Spread(int Known, int Unknown, double Least, double Median, double Mean, double P95, double Most, double Sum)
{
    /// <summary>The spread of a column; null where none of its values is known.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var unknown = 0;
        List<double> known = [];
        foreach (var value in values)
        {
            if (double.IsNaN(value)) unknown++;
            else known.Add(value);
        }

        if (known.Count == 0) return null;
        known.Sort();
        double At(double share) => known[Math.Clamp((int)Math.Ceiling(share * known.Count) - 1, 0, known.Count - 1)];
        var sum = known.Sum();
        return new(known.Count, unknown, known[0], At(0.5), sum / known.Count, At(0.95), known[^1], sum);
    }
}
