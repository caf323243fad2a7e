namespace Switchyard.Performance.Simulate;

/// <content>Requests that were prefilled elsewhere.</content>
public sealed partial class BatchScheduler
{
    /// <summary>Lets requests whose keys and values came from another replica decode from the next step on; their first token they have.</summary>
    private void TakePrefilled()
    {
        while (backs == 0 && partial < 0 && running < limits.MaxSequences && IsDue())
        {
            var request = queue[head];
            var more = Blocks(request, input[request]);
            if (blocks - used - (decoding > 0 ? phases[(int)(-step & (Block - 1))] : 0) < more) return;
            TakeHead();
            Join(request);
            Occupy(request, more);
            peak = Math.Max(peak, used);
            (done[request], made[request], first[request]) = (input[request], 1, now);
            outputTokens++;
            if (output[request] <= 1) Complete(request);
            else EnterBatch(request);
        }
    }
}
