namespace Switchyard.Performance.Simulate;

/// <content>Who may join, what is left of the blocks of requests that were put back, and the steps counted.</content>
public sealed partial class BatchScheduler
{
    private int[] kept = [];
    private long[] putBackAt = [];
    private long taken;
    private long sinceLook;
    private double decided, looked;

    /// <summary>Where the steps are counted; null for nowhere.</summary>
    internal StepTally? Tally { get; set; }

    /// <summary>Ends the counting of steps.</summary>
    /// <param name="result">What the requests measured.</param>
    internal void CloseTally(SimulationResult result) => Tally?.Close(replica, limits.ArrivalSeconds + (result.Requests > 0 ? limits.TokenSeconds * result.PromptTokens / result.Requests : 0), result);

    /// <summary>
    /// Whether the first in the queue can join the next step. An engine that schedules ahead decides on a step when the one before it starts, and what arrives
    /// in between waits one step longer.
    /// </summary>
    private bool IsDue() => waiting > 0 && Ready(queue[head]) <= (limits.StepsPerLook > 1 ? looked : limits.ScheduledAhead ? decided : now);

    /// <summary>When a request has its place in the queue.</summary>
    private double Ready(int request) => arrival[request] + limits.ArrivalSeconds + (input[request] * limits.TokenSeconds);

    /// <summary>Steps that pass until the first look at arrivals after so many of them, where an engine does not look at every step.</summary>
    private long UntilLook(long steps)
    {
        var first = limits.StepsPerLook - sinceLook;
        return steps <= first ? first : first + ((steps - first + limits.StepsPerLook - 1) / limits.StepsPerLook * limits.StepsPerLook);
    }

    /// <summary>Counts steps that only decode, and when arrivals were last looked at: as the step that the look is for is decided on.</summary>
    private void Look(long passed, double seconds, double last)
    {
        var since = sinceLook + passed;
        sinceLook = since % limits.StepsPerLook;
        if (since >= limits.StepsPerLook) looked = now + seconds - ((sinceLook + (limits.ScheduledAhead ? 1 : 0)) * last);
    }

    private void ClearKept()
    {
        (taken, decided, looked, sinceLook) = (0, now, now, 0);
        Tally?.Clear();
    }

    private void GrowKept(int size)
    {
        Array.Resize(ref kept, size);
        Array.Resize(ref putBackAt, size);
    }

    // Engines compute at least the last token of a prompt, and share whole blocks.
    private static int Hit(int tokens, int input) => Math.Min(Math.Max(0, tokens), input - 1) / Block * Block;

    /// <summary>Blocks of a request that is put back stay readable until others take them, those that were free before it first.</summary>
    private void Keep(int request) => (kept[request], putBackAt[request]) = (done[request] / Block * Block, taken + blocks - used);

    private void Occupy(int request, int more)
    {
        used += more;
        taken += more;
        kept[request] = 0;
    }

    /// <summary>Tokens of a request that was put back whose blocks nobody has taken since; a whole prompt is never free.</summary>
    private int Kept(int request) => kept[request] == 0 || done[request] > 0 ? 0
        : (int)Math.Clamp(kept[request] - (Block * Math.Max(0, taken - putBackAt[request])), 0, input[request] + made[request] - 1);

    /// <summary>Requests without their first token during the next so many seconds, on average; one begun but not ended counts.</summary>
    private double Waiting(double seconds)
    {
        double sum = partial >= 0 && made[partial] == 0 ? 1 : 0;
        for (var i = 0; i < waiting && now + seconds - Ready(queue[(head + i) & (queue.Length - 1)]) is > 0 and var rest; i++)
            sum += Math.Min(1, rest / seconds);
        return sum;
    }
}
