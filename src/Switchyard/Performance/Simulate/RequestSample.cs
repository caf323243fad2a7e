using Switchyard.Performance.Measured;

namespace Switchyard.Performance.Simulate;

/// <summary>
/// Requests that arrive at random, one a second, to be speeded up to any rate: different loads and layouts are then compared on the same requests.
/// </summary>
public sealed class RequestSample
{
    private const ulong Seed = 20261122;
    private readonly RequestLengths input, output;
    private readonly int prefix;
    private readonly IReadOnlyList<(int Input, int Output)>? lengths;
    private RequestShape[] known = [];

    /// <summary>Requests with lengths drawn at random.</summary>
    /// <param name="input">Prompt lengths.</param>
    /// <param name="output">Answer lengths.</param>
    /// <param name="prefix">Tokens at the start of each prompt that are in the cache already.</param>
    public RequestSample(RequestLengths input, RequestLengths output, int prefix = 0) => (this.input, this.output, this.prefix) = (input, output, prefix);

    /// <summary>Requests with the lengths of a trace, over and over.</summary>
    /// <param name="lengths">Prompts and answers, tokens; at least one.</param>
    /// <param name="prefix">Tokens at the start of each prompt that are in the cache already.</param>
    public RequestSample(IReadOnlyList<(int Input, int Output)> lengths, int prefix = 0)
    {
        (this.lengths, this.prefix) = (lengths, prefix);
        (input, output) = (RequestLengths.Constant(lengths.Average(l => (double)l.Input)), RequestLengths.Constant(lengths.Average(l => (double)l.Output)));
    }

    /// <summary>Mean prompt, tokens.</summary>
    public double Input => input.Mean;

    /// <summary>Mean answer, tokens.</summary>
    public double Output => output.Mean;

    /// <summary>Prompt lengths, as far as they are drawn.</summary>
    internal RequestLengths Inputs => input;

    /// <summary>Answer lengths, as far as they are drawn.</summary>
    internal RequestLengths Outputs => output;

    /// <summary>Tokens at the start of each prompt that are in the cache already.</summary>
    internal int Prefix => prefix;

    /// <summary>The first so many requests at one a second.</summary>
    internal ReadOnlySpan<RequestShape> First(int count)
    {
        if (known.Length < count)
        {
            // One request more costs one draw more, so that a longer sample begins like a shorter one.
            var generator = new Generator(Seed);
            var longer = new RequestShape[Math.Max(count, 2 * known.Length)];
            var at = 0.0;
            for (var i = 0; i < longer.Length; i++)
            {
                at += generator.Exponential();
                longer[i] = lengths is { } trace
                    ? new(at, trace[i % trace.Count].Input, trace[i % trace.Count].Output, prefix)
                    : new(at, input.Draw(ref generator), output.Draw(ref generator), prefix);
            }

            known = longer;
        }

        return known.AsSpan(0, count);
    }
}
