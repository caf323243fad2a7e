namespace Switchyard.Performance.Simulate;

/// <content>What pools of replicas need of one: requests that were prefilled elsewhere, when each request was done, and any percentile.</content>
public sealed partial class ReplicaSimulator
{
    private Memory<double> firstTimes, wholeTimes, paceTimes;

    /// <summary>Requests at the start that count in no time, while the batch fills; at most half of them.</summary>
    public int Unseen { get; init; }

    /// <summary>When each request of the last run was done, seconds from the start, in the order of their arrival; NaN for one that never fits.</summary>
    public ReadOnlySpan<double> Finished => finish.AsSpan(0, total);

    /// <summary>When each request of the last run had its first token, seconds from the start, in the order of their arrival.</summary>
    public ReadOnlySpan<double> FirstTokens => first.AsSpan(0, total);

    /// <summary>A percentile of the last run's times, seconds; 0 where there are none.</summary>
    /// <param name="quantity">Time to first token, time per output token or time to the last token.</param>
    /// <param name="percentile">In percent, 0 to 100.</param>
    public double At(Measured.Quantity quantity, double percentile) => Distribution.At(quantity switch
    {
        Measured.Quantity.Ttft => firstTimes.Span,
        Measured.Quantity.Tpot => paceTimes.Span,
        Measured.Quantity.EndToEnd => wholeTimes.Span,
        _ => throw new ArgumentOutOfRangeException(nameof(quantity)),
    }, percentile / 100);

    /// <summary>Lets requests whose keys and values came from another replica decode from the next step on; their first token they have.</summary>
    private void Take()
    {
        while (backs == 0 && partial < 0 && head < arrived && running < limits.MaxSequences)
        {
            var request = head;
            var more = Blocks(request, input[request]);
            if (blocks - used - (decoding > 0 ? phases[(int)(-step & (Block - 1))] : 0) < more) return;
            head++;
            Join(request);
            used += more;
            peak = Math.Max(peak, used);
            (done[request], made[request], first[request]) = (input[request], 1, now);
            outputTokens++;
            if (output[request] <= 1) Complete(request);
            else EnterBatch(request);
        }
    }
}
