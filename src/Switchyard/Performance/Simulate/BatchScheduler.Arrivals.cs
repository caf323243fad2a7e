namespace Switchyard.Performance.Simulate;

/// <content>When requests have their place in the queue, and when the engine looks at them.</content>
public sealed partial class BatchScheduler
{
    private long sinceLook;
    private double decided, looked;

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

    /// <summary>Requests without their first token during the next so many seconds, on average; one begun but not ended counts.</summary>
    private double Waiting(double seconds)
    {
        double sum = partial >= 0 && made[partial] == 0 ? 1 : 0;
        for (var i = 0; i < waiting && now + seconds - Ready(queue[(head + i) & (queue.Length - 1)]) is > 0 and var rest; i++)
            sum += Math.Min(1, rest / seconds);
        return sum;
    }
}
