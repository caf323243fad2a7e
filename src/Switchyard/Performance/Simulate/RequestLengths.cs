namespace Switchyard.Performance.Simulate;

/// <summary>How long prompts or answers are, in tokens: constant, spread evenly over a range, or log-normal.</summary>
public readonly record struct RequestLengths
{
    private RequestLengths(double least, double most, double sigma) => (Least, Most, Sigma) = (least, most, sigma);

    /// <summary>Shortest; the median of a log-normal.</summary>
    public double Least { get; }

    /// <summary>Longest; the median of a log-normal.</summary>
    public double Most { get; }

    /// <summary>Standard deviation of the logarithm; 0 unless log-normal.</summary>
    public double Sigma { get; }

    /// <summary>Mean, tokens.</summary>
    public double Mean => (Least + Most) / 2 * Math.Exp(Sigma * Sigma / 2);

    /// <summary>Always the same length.</summary>
    public static RequestLengths Constant(double tokens) => new(tokens, tokens, 0);

    /// <summary>Any length of a range, each as likely as the others.</summary>
    public static RequestLengths Between(double least, double most) => new(least, most, 0);

    /// <summary>A log-normal as a scenario states it.</summary>
    public static RequestLengths Of(Demand.TokenLengths lengths) => new(lengths.P50, lengths.P50, lengths.Sigma);

    /// <summary>A length, at least one token.</summary>
    internal int Draw(ref Generator generator)
    {
        var length = Sigma > 0 ? Least * Math.Exp(Sigma * generator.Normal())
            : Most > Least ? Least + ((Most - Least) * generator.Unit()) : Least;
        return (int)Math.Clamp(Math.Round(length), 1, 1e8);
    }
}

/// <summary>A request as a replica sees it.</summary>
/// <param name="Arrival">Seconds from the start.</param>
/// <param name="Input">Prompt, tokens; at least 1.</param>
/// <param name="Output">Answer, tokens; at least 1.</param>
/// <param name="Cached">Tokens at the start of the prompt whose keys and values are there already.</param>
public readonly record struct RequestShape(double Arrival, int Input, int Output, int Cached = 0);

/// <summary>A request that a scheduler is done with.</summary>
/// <param name="Tag">What the caller knows it by.</param>
/// <param name="Arrival">When it was offered, seconds.</param>
/// <param name="First">When it got its first token.</param>
/// <param name="Finish">When it got its last; NaN where it never fits into the memory.</param>
/// <param name="Output">Its answer, tokens.</param>
public readonly record struct AnsweredRequest(long Tag, double Arrival, double First, double Finish, int Output);

/// <summary>
/// The engine's own random numbers: xoshiro256** seeded by splitmix64 (Blackman and Vigna, ACM TOMS 2021). The same seed gives the same numbers on
/// every machine.
/// </summary>
internal struct Generator
{
    private ulong a, b, c, d;

    public Generator(ulong seed)
    {
        a = Mix(ref seed);
        b = Mix(ref seed);
        c = Mix(ref seed);
        d = Mix(ref seed);
    }

    /// <summary>A number above 0 and at most 1.</summary>
    public double Unit() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>An exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(Unit());

    /// <summary>A standard normal (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(Unit())) * Math.Cos(2 * Math.PI * Unit());

    private ulong Next()
    {
        var result = ulong.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = ulong.RotateLeft(d, 45);
        return result;
    }

    private static ulong Mix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
