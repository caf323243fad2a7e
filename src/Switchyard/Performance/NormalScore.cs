namespace Switchyard.Performance;

/// <summary>The standard score of a percentile.</summary>
internal static class NormalScore
{
    /// <summary>The standard score below which a share of a normal distribution lies; the outermost hundred-thousandth on either side counts as its edge.</summary>
    /// <param name="share">Above 0 and below 1.</param>
    public static double AnyOf(double share) => share >= 0.5 ? Of(100 * share) : -Of(100 * (1 - share));

    /// <summary>
    /// How many standard deviations above the mean a percentile of a normal distribution lies. Acklam's rational approximation, relative
    /// error below 1.2e-9.
    /// </summary>
    /// <param name="percentile">In percent; clamped to 50 up to 99.999.</param>
    public static double Of(double percentile)
    {
        var p = Math.Clamp(percentile / 100, 0.5, 0.99999);
        if (p <= 0.97575)
        {
            var q = p - 0.5;
            var r = q * q;
            return q * (((((((((-39.69683028665376 * r) + 220.9460984245205) * r) - 275.9285104469687) * r) + 138.3577518672690) * r - 30.66479806614716) * r) + 2.506628277459239)
                / (((((((((-54.47609879822406 * r) + 161.5858368580409) * r) - 155.6989798598866) * r) + 66.80131188771972) * r - 13.28068155288572) * r) + 1);
        }

        var t = Math.Sqrt(-2 * Math.Log(1 - p));
        return -((((((((((-0.007784894002430293 * t) - 0.3223964580411365) * t) - 2.400758277161838) * t) - 2.549732539343734) * t) + 4.374664141464968) * t) + 2.938163982698783)
            / ((((((((0.007784695709041462 * t) + 0.3224671290700398) * t) + 2.445134137142996) * t) + 3.754408661907416) * t) + 1);
    }
}
