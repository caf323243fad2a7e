namespace Switchyard.Market;

/// <summary>
/// How long a time of availability (or of its absence) lasts: Weibull, P(longer than t) = exp(−(t / scale)^shape). A shape below 1 says that
/// what is young is the most at risk, as in every record that was read (docs/model/spot.md); 1 is without memory.
/// </summary>
/// <param name="Shape">The shape; positive.</param>
/// <param name="ScaleHours">The scale in hours; positive.</param>
public readonly record struct SpotLifetime(double Shape, double ScaleHours)
{
    /// <summary>Fewest periods that begin and end within a record for a fit of it.</summary>
    public const int FewestPeriods = 20;

    /// <summary>The shape where nothing is known of a zone: the median of 17 zones, each fitted by itself (docs/model/spot.md).</summary>
    public const double DefaultShape = 0.55;

    /// <summary>The shape of an absence where nothing is known of a zone: the median of 16 zones, each fitted by itself (docs/model/spot.md).</summary>
    public const double DefaultAbsenceShape = 0.69;

    private const double LeastShape = 0.1, MostShape = 3;
    private const int Rounds = 45;
    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The mean in hours: scale × Γ(1 + 1 / shape).</summary>
    public double MeanHours => ScaleHours * Gamma(1 + (1 / Shape));

    /// <summary>A life of a shape and a mean.</summary>
    public static SpotLifetime OfMean(double shape, double meanHours) => new(shape, meanHours / Gamma(1 + (1 / shape)));

    /// <summary>The share that lasts longer than a time in hours.</summary>
    public double SurvivalAt(double hours) => Math.Exp(-Math.Pow(hours / ScaleHours, Shape));

    /// <summary>Ends an hour at an age in hours; infinite at age 0 for shapes below 1.</summary>
    public double HazardAt(double hours) => Shape / ScaleHours * Math.Pow(hours / ScaleHours, Shape - 1);

    /// <summary>
    /// The likeliest life given periods seen at even steps: one of n steps lasted longer than n − 1 and at most n; one whose end was not seen lasted
    /// longer than n − 1. Periods whose begin was not seen have no age and are left out.
    /// </summary>
    /// <param name="periods">The periods.</param>
    /// <param name="stepHours">Hours from one step to the next.</param>
    /// <returns>The fit; null where fewer than 20 periods begin and end, or the steps are too coarse to tell a shape.</returns>
    public static SpotLifetime? Fit(IEnumerable<SpotPeriod> periods, double stepHours)
    {
        var counts = periods.Where(p => p.Began).GroupBy(p => (Steps: Math.Round(p.Hours / stepHours), p.Ended))
            .Select(g => (g.Key.Steps, g.Key.Ended, Count: g.Count())).OrderBy(g => g.Steps).ThenBy(g => g.Ended).ToArray();
        if (counts.Where(c => c.Ended).Sum(c => c.Count) < FewestPeriods) return null;
        double Loss(double logShape, double logScale)
        {
            var life = new SpotLifetime(Math.Exp(logShape), Math.Exp(logScale));
            var loss = 0.0;
            foreach (var (steps, ended, count) in counts)
            {
                var share = life.SurvivalAt((steps - 1) * stepHours) - (ended ? life.SurvivalAt(steps * stepHours) : 0);
                loss -= count * Math.Log(Math.Max(share, 1e-300));
            }

            return loss;
        }

        double Scale(double logShape) => Least(logScale => Loss(logShape, logScale), Math.Log(1e-4), Math.Log(1e4));
        var shape = Least(s => Loss(s, Scale(s)), Math.Log(LeastShape), Math.Log(MostShape));
        // At an edge the likelihood has no top: nearly all periods are of one step.
        return Math.Exp(shape) is > LeastShape * 1.01 and < MostShape / 1.01 ? new(Math.Exp(shape), Math.Exp(Scale(shape))) : null;
    }

    /// <summary>Where a function with one valley is least, by golden sections.</summary>
    private static double Least(Func<double, double> of, double from, double to)
    {
        var (a, b) = (to - (Golden * (to - from)), from + (Golden * (to - from)));
        var (atA, atB) = (of(a), of(b));
        for (var round = 0; round < Rounds; round++)
        {
            if (atA < atB)
            {
                (to, b, atB) = (b, a, atA);
                a = to - (Golden * (to - from));
                atA = of(a);
            }
            else
            {
                (from, a, atA) = (a, b, atB);
                b = from + (Golden * (to - from));
                atB = of(b);
            }
        }

        return (from + to) / 2;
    }

    // Stirling's series, after the argument has been moved up to where its terms give twelve digits.
    private static double Gamma(double x)
    {
        var product = 1.0;
        for (; x < 12; x++) product *= x;
        var square = 1 / (x * x);
        var series = ((((((square / 1188) - (1.0 / 1680)) * square) + (1.0 / 1260)) * square) - (1.0 / 360)) * square;
        return Math.Exp(((x - 0.5) * Math.Log(x)) - x + (Math.Log(2 * Math.PI) / 2) + ((series + (1.0 / 12)) / x)) / product;
    }
}
