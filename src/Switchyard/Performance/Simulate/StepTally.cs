namespace Switchyard.Performance.Simulate;

/// <summary>
/// Which steps a simulated run consisted of, in classes of like prompt and batch, and how many requests waited for their first token in each. In a closed loop
/// the steps hardly depend on how long they take, so that mean times of other coefficients follow from a few dozen step times and not from a simulation.
/// </summary>
public sealed class StepTally
{
    private readonly Dictionary<int, int> places = [];
    private readonly List<Class> classes = [];
    private double requests, tpotCorrection = 1, ttftCorrection = 1, cold;

    private struct Class
    {
        public double Steps, Prompt, PromptContext, Decodes, Context, Waited, Prompts, Stalled;
    }

    /// <summary>Mean time per output token, each token counting alike, seconds.</summary>
    /// <param name="replica">The replica, with other coefficients perhaps.</param>
    public double Tpot(Replica replica)
    {
        var (seconds, tokens) = (0.0, 0.0);
        foreach (var c in classes)
        {
            seconds += (c.Decodes + c.Stalled) * Seconds(replica, c);
            tokens += c.Decodes;
        }

        return tokens > 0 ? seconds / tokens * tpotCorrection : double.NaN;
    }

    /// <summary>Mean time to first token, seconds.</summary>
    /// <param name="replica">The replica, with other coefficients perhaps.</param>
    /// <param name="arrival">Seconds from an arrival to its place in the queue.</param>
    public double Ttft(Replica replica, double arrival)
    {
        var seconds = cold * replica.ColdSeconds;
        foreach (var c in classes) seconds += c.Waited * Seconds(replica, c);
        return arrival + (seconds / requests * ttftCorrection);
    }

    internal void Clear()
    {
        places.Clear();
        classes.Clear();
        cold = 0;
    }

    /// <summary>Counts steps.</summary>
    /// <param name="steps">How many alike.</param>
    /// <param name="prompt">Prompt tokens of each.</param>
    /// <param name="promptContext">Positions that such a token sees.</param>
    /// <param name="decodes">Requests that get a token in each.</param>
    /// <param name="context">Their mean context.</param>
    /// <param name="waiting">Requests without their first token, on average over the time of the steps.</param>
    /// <param name="prompts">Prompts that its prompt tokens belong to.</param>
    /// <param name="stalled">Requests whose answers stand still in it.</param>
    internal void Add(long steps, int prompt, double promptContext, int decodes, double context, double waiting, int prompts = 0, int stalled = 0)
    {
        var key = ((prompt > 0 ? 1 + (int)(3 * Math.Log2(prompt)) : 0) * 128) + (decodes > 0 ? 1 + (int)(3 * Math.Log2(decodes)) : 0);
        if (!places.TryGetValue(key, out var place))
        {
            place = classes.Count;
            places.Add(key, place);
            classes.Add(default);
        }

        var c = classes[place];
        c.Steps += steps;
        c.Prompt += (double)steps * prompt;
        c.PromptContext += (double)steps * prompt * promptContext;
        c.Decodes += (double)steps * decodes;
        c.Context += (double)steps * decodes * context;
        c.Waited += steps * waiting;
        c.Prompts += (double)steps * prompts;
        c.Stalled += (double)steps * stalled;
        classes[place] = c;
    }

    /// <summary>Notes that so many requests waited for their first token while the replica's kernels were met for the first time.</summary>
    /// <param name="waiting">Requests.</param>
    internal void Cold(double waiting) => cold += waiting;

    /// <summary>Ends a recording: what the classes leave out is a factor.</summary>
    /// <param name="replica">The replica that was simulated.</param>
    /// <param name="arrival">Its seconds from an arrival to the queue.</param>
    /// <param name="result">What the simulation gave.</param>
    internal void Close(Replica replica, double arrival, SimulationResult result)
    {
        (requests, tpotCorrection, ttftCorrection) = (result.Requests, 1, 1);
        var (tpot, ttft) = (Tpot(replica), Ttft(replica, 0));
        if (tpot > 0 && result.Tpot.Mean > 0) tpotCorrection = result.Tpot.Mean / tpot;
        if (ttft > 0 && result.Ttft.Mean > arrival) ttftCorrection = (result.Ttft.Mean - arrival) / ttft;
    }

    private static double Seconds(Replica replica, in Class c) => replica.Step(
        c.Prompt / c.Steps, c.Prompt > 0 ? c.PromptContext / c.Prompt : 0, c.Decodes / c.Steps, c.Decodes > 0 ? c.Context / c.Decodes : 0, c.Prompts / c.Steps);
}
