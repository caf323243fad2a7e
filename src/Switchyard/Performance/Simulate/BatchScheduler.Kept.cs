namespace Switchyard.Performance.Simulate;

/// <content>What is left of the blocks of requests that were put back, and the steps counted.</content>
public sealed partial class BatchScheduler
{
    private int[] kept = [];
    private long[] putBackAt = [];
    private long taken;

    /// <summary>Where the steps are counted; null for nowhere.</summary>
    internal StepTally? Tally { get; set; }

    /// <summary>Ends the counting of steps.</summary>
    /// <param name="result">What the requests measured.</param>
    internal void CloseTally(SimulationResult result) => Tally?.Close(replica, limits.ArrivalSeconds + (result.Requests > 0 ? limits.TokenSeconds * result.PromptTokens / result.Requests : 0), result);

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
}
