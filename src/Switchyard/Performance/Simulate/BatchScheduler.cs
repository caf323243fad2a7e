namespace Switchyard.Performance.Simulate;

/// <summary>
/// One replica's scheduler, step by step, as engines of vLLM's kind work: each step takes a token of every running request, then as much of the
/// waiting prompts, first come first served, as the token budget, the batch and the blocks for keys and values allow; where blocks run
/// out, the request that started last is put back to the front of the queue and computed again. Steps that only decode and between which
/// nothing comes or goes take time linear in the context, so that any number of them is one sum. Requests are offered as they come, and the
/// replica is advanced to any moment: many replicas can stand beside each other. Arrays by slot, no allocation per step.
/// </summary>
public sealed partial class BatchScheduler
{
    private const int Block = SchedulerLimits.BlockTokens;
    private readonly Replica replica;
    private readonly SchedulerLimits limits;
    private readonly TimeHistogram? gaps;
    private readonly int[] phases = new int[Block];

    // By slot: what the request is, where it stands, when it got what.
    private int[] input = [], output = [], cached = [], done = [], made = [], startContext = [], older = [], newer = [], free = [];
    private long[] startStep = [], tags = [];
    private double[] arrival = [], first = [];
    private ulong[] finishing = new ulong[256];
    private int[] putBack = new int[16], fresh = new int[256], queue = new int[256];
    private AnsweredRequest[] answered = new AnsweredRequest[64];

    private readonly double accelerators;
    private readonly long blocks;
    private double now, joules, contextSum, busy, batchSeconds, kvSeconds, stalls;
    private long step, steps, outputTokens, promptTokens, peak, used;
    private int frees, slots, head, waiting, decoding, running, newest, partial, ends, backs, preemptions, answers, stalled;

    /// <summary>Prepares a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="limits">Its scheduler's limits.</param>
    public BatchScheduler(Replica replica, SchedulerLimits limits)
        : this(replica, limits, null)
    {
    }

    internal BatchScheduler(Replica replica, SchedulerLimits limits, TimeHistogram? gaps)
    {
        (this.replica, this.limits, this.gaps) = (replica, limits, gaps);
        blocks = (long)Math.Min(1e15, Math.Floor(limits.KvTokens / Block)) - limits.SharedBlocks;
        accelerators = replica.TensorParallel * (double)replica.DataParallel;
        Clear(0);
    }

    /// <summary>Factor on the time of every step: above 1 where the accelerators are slower than predicted.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>The time up to which it has worked, seconds: the end of the last step begun, which can lie after the moment it was advanced to.</summary>
    public double Now => now;

    /// <summary>Requests offered and not yet answered.</summary>
    public int Outstanding => slots - frees;

    /// <summary>Energy of its accelerators so far, joules; NaN where their power is unknown.</summary>
    public double Joules => joules;

    /// <summary>Seconds in which it worked on something.</summary>
    public double BusySeconds => busy;

    /// <summary>What was answered since <see cref="ForgetAnswered"/>, in order of time.</summary>
    public ReadOnlySpan<AnsweredRequest> Answered => answered.AsSpan(0, answers);

    internal long OutputTokens => outputTokens;

    internal long PromptTokens => promptTokens;

    internal long Steps => steps;

    internal int Preemptions => preemptions;

    internal double Batch => busy > 0 ? batchSeconds / busy : 0;

    internal double PeakKvShare => Math.Min(1, peak / (double)Math.Max(1, blocks));

    internal double MeanKvShare => busy > 0 ? kvSeconds / busy / Math.Max(1, blocks) : 0;

    /// <summary>Takes the answered requests off its list.</summary>
    public void ForgetAnswered() => answers = 0;

    /// <summary>Starts anew, empty, at a time.</summary>
    /// <param name="seconds">The time.</param>
    public void Clear(double seconds)
    {
        (now, joules, contextSum, busy, batchSeconds, kvSeconds) = (seconds, 0, 0, 0, 0, 0);
        (step, steps, outputTokens, promptTokens, peak, used) = (0, 0, 0, 0, 0, 0);
        (frees, slots, head, waiting, decoding, running, newest, partial, ends, backs, preemptions, answers) = (0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0);
        (stalled, stalls) = (0, 0);
        Array.Clear(phases);
        ClearKept();
    }

    /// <summary>Puts a request into the queue; arrivals come in order of time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">What the caller knows it by.</param>
    public void Offer(in RequestShape request, long tag)
    {
        var slot = frees > 0 ? free[--frees] : Grow();
        (arrival[slot], input[slot], output[slot], tags[slot]) = (request.Arrival, Math.Max(1, request.Input), Math.Max(1, request.Output), tag);
        cached[slot] = Hit(request.Cached, input[slot]);
        (done[slot], made[slot], kept[slot]) = (0, 0, 0);
        if (waiting == queue.Length)
        {
            var wider = new int[2 * waiting];
            for (var i = 0; i < waiting; i++) wider[i] = queue[(head + i) & (waiting - 1)];
            (queue, head) = (wider, 0);
        }

        queue[(head + waiting++) & (queue.Length - 1)] = slot;
    }

    /// <summary>Works until a moment, or until the step that is on then has ended.</summary>
    /// <param name="until">The moment, seconds.</param>
    public void AdvanceTo(double until)
    {
        while (now < until && Work(until)) continue;
    }

    /// <summary>One round of the scheduler: a step with prompts, steps that only decode, or waiting for what comes next.</summary>
    /// <param name="until">The moment not to work or wait beyond.</param>
    /// <returns>False where there is nothing to do and nothing to wait for.</returns>
    internal bool Work(double until)
    {
        MakeRoom();
        if (limits.PrefilledElsewhere) TakePrefilled();
        var (prompt, promptContext, starts) = Admit();
        if (prompt > 0) MixedStep(prompt, promptContext, starts);
        else if (decoding > 0) DecodeSteps(until);
        else if (IsDue() || backs > 0 || partial >= 0) Reject();
        else return Idle(until);
        return true;
    }

    /// <summary>Takes everything out that is not answered, as when the machine is lost.</summary>
    /// <param name="tags">Gets the tags, those that waited first in front.</param>
    public void Evict(ICollection<long> tags)
    {
        for (var i = 0; i < waiting; i++) tags.Add(this.tags[queue[(head + i) & (queue.Length - 1)]]);
        for (var i = backs - 1; i >= 0; i--) tags.Add(this.tags[putBack[i]]);
        for (var i = newest; i >= 0; i = older[i]) tags.Add(this.tags[i]);
        var kept = (joules, busy, answers);
        Clear(now);
        (joules, busy, answers) = kept;
    }

    private int TakeHead()
    {
        var at = head;
        (head, waiting) = ((head + 1) & (queue.Length - 1), waiting - 1);
        return queue[at];
    }

    private bool Idle(double until)
    {
        var next = waiting > 0 ? Math.Min(until, Ready(queue[head])) : until;
        if (double.IsPositiveInfinity(next)) return false;
        var wait = Math.Max(0, next - now);
        joules += wait * accelerators * (replica.Watts(0, 0) ?? double.NaN);
        looked = decided = now = next;
        sinceLook = 0;
        return true;
    }

    /// <summary>Puts requests back, the newest first, until every running one can have its next token's block.</summary>
    private void MakeRoom()
    {
        while (decoding > 0 && blocks - used < phases[(int)(-step & (Block - 1))])
        {
            if (running == 1)
            {
                Reject();
                return;
            }

            PutBack(newest);
        }
    }

    private void PutBack(int request)
    {
        preemptions++;
        if (request == partial) partial = -1;
        else LeaveBatch(request);
        Keep(request);
        Release(request);
        done[request] = 0;
        if (backs == putBack.Length) Array.Resize(ref putBack, 2 * backs);
        putBack[backs++] = request;
    }

    private void Complete(int request)
    {
        made[request] = output[request];
        Release(request);
        End(request, now);
    }

    /// <summary>A request whose keys and values never fit, alone as it is.</summary>
    private void Reject()
    {
        var request = decoding > 0 ? newest : partial >= 0 ? partial : backs > 0 ? putBack[--backs] : TakeHead();
        if (decoding > 0) LeaveBatch(request);
        if (request == partial) partial = -1;
        if (done[request] > 0) Release(request);
        End(request, double.NaN);
    }

    private void End(int request, double finish)
    {
        if (answers == answered.Length) Array.Resize(ref answered, 2 * answers);
        answered[answers++] = new(tags[request], arrival[request], first[request], finish, output[request]);
        free[frees++] = request;
    }
}
