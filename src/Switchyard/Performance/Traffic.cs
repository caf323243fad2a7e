using Switchyard.Demand;

namespace Switchyard.Performance;

/// <summary>Requests as a replica sees them: moments of their lengths.</summary>
public readonly record struct Traffic
{
    /// <summary>Describes requests by their lengths, prompts independent of answers.</summary>
    /// <param name="input">Prompt lengths.</param>
    /// <param name="output">Answer lengths; 0 for none.</param>
    public Traffic(TokenLengths input, TokenLengths output)
    {
        Input = input;
        Output = output;
        InputMean = input.Mean;
        InputSquare = input.MeanSquare;
        OutputMean = output.P50 > 0 ? output.Mean : 0;
        Decodes = Math.Max(0, OutputMean - 1);
        // A request met while it runs is met in proportion to its length, on average half way through it.
        Context = InputMean + (OutputMean > 0 ? output.MeanSquare / (2 * OutputMean) : 0);
        PromptContext = InputSquare / (2 * InputMean);
    }

    /// <summary>Prompt lengths.</summary>
    public TokenLengths Input { get; }

    /// <summary>Answer lengths.</summary>
    public TokenLengths Output { get; }

    /// <summary>Mean prompt, tokens.</summary>
    public double InputMean { get; }

    /// <summary>Mean squared prompt, tokens².</summary>
    public double InputSquare { get; }

    /// <summary>Mean answer, tokens.</summary>
    public double OutputMean { get; }

    /// <summary>Mean decode steps of a request: its answer less the first token, which prefill gives.</summary>
    public double Decodes { get; }

    /// <summary>Mean context of a running request, tokens.</summary>
    public double Context { get; }

    /// <summary>Positions that a prompt token sees on average, weighted by tokens.</summary>
    public double PromptContext { get; }
}

/// <summary>A replica in balance: as many requests arrive as finish.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Batch">Requests decoding at a time, on average.</param>
/// <param name="StepSeconds">Mean seconds from one token of a request to its next, prefills of others included.</param>
/// <param name="Utilisation">Share of the prefill capacity in use, 0 to 1.</param>
/// <param name="SecondsPerPromptToken">Seconds that a prompt token keeps prefill busy when steps are full.</param>
/// <param name="Chunk">Prompt tokens of a step that prefills.</param>
/// <param name="MixedShare">Share of the steps that prefill, 0 to 1.</param>
public readonly record struct Balance(
    double Rate, double Batch, double StepSeconds, double Utilisation, double SecondsPerPromptToken, double Chunk, double MixedShare)
{
    /// <summary>
    /// The balance in which a number of requests decode at a time. Each needs <c>D</c> steps, so a share 1/D of them is replaced each step
    /// and brings its prompt along: with r = batch/D prompts a step, prefill comes in chunks of max(1, r) prompts up to the token budget,
    /// in a share f of the steps; a step takes (1 − f) of a pure decode and f of a mixed one, and the rate is batch/(D × step) (Little).
    /// </summary>
    /// <param name="replica">The replica.</param>
    /// <param name="traffic">Its requests; more than one output token on average.</param>
    /// <param name="batch">Mean requests that decode; positive.</param>
    /// <param name="seen">Requests in a step as one of them sees it: one more under random arrivals.</param>
    /// <param name="budget">Most tokens in a step.</param>
    public static Balance OfBatch(Replica replica, in Traffic traffic, double batch, double seen, double budget)
    {
        var prompts = batch / traffic.Decodes;
        var chunk = Math.Min(budget, Math.Max(1, prompts) * traffic.InputMean);
        var decode = replica.Step(0, 0, seen, traffic.Context);
        var mixed = replica.Step(chunk, traffic.PromptContext, seen, traffic.Context);
        var share = prompts * traffic.InputMean / chunk;
        var step = share <= 1 ? decode + (share * (mixed - decode)) : share * mixed;
        var rate = batch / (traffic.Decodes * step);
        var full = chunk < budget ? replica.Step(budget, traffic.PromptContext, seen, traffic.Context) : mixed;
        var perToken = full / budget;
        return new(rate, batch, step, rate * traffic.InputMean * perToken, perToken, chunk, Math.Min(1, share));
    }

    /// <summary>The balance of a replica that only prefills, at a share of its capacity.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="traffic">Its requests.</param>
    /// <param name="utilisation">The share in use, 0 to 1.</param>
    /// <param name="budget">Most tokens in a step.</param>
    public static Balance OfPrompts(Replica replica, in Traffic traffic, double utilisation, double budget)
    {
        var perToken = replica.Step(budget, traffic.PromptContext, 0, 0) / budget;
        var rate = utilisation / (traffic.InputMean * perToken);
        return new(rate, 0, 0, utilisation, perToken, budget, 1);
    }
}
