namespace Switchyard.Performance.Simulate;

/// <content>Who may join, what is left of the blocks of requests that were put back, and the steps counted.</content>
public sealed partial class BatchScheduler
{
    private int[] kept = [];
    private long[] putBackAt = [];
    private long taken;
    private double decided;

    /// <summary>Where the steps are counted; null for nowhere.</summary>
    internal StepTally? Tally { get; set; }

    /// <summary>Ends the counting of steps.</summary>
    /// <param name="result">What the requests measured.</param>
    internal void CloseTally(SimulationResult result) => Tally?.Close(replica, limits.ArrivalSeconds, result);

    /// <summary>
    /// Whether the first in the queue can join the next step. An engine that schedules ahead decides on a step when the one before it starts, and what arrives
    /// in between waits one step longer.
    /// </summary>
    private bool IsDue() => waiting > 0 && arrival[queue[head]] + limits.ArrivalSeconds <= (limits.ScheduledAhead ? decided : now);

    private void ClearKept()
    {
        (taken, decided) = (0, now);
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
        for (var i = 0; i < waiting && now + seconds - arrival[queue[(head + i) & (queue.Length - 1)]] - limits.ArrivalSeconds is > 0 and var rest; i++)
            sum += Math.Min(1, rest / seconds);
        return sum;
    }
}
