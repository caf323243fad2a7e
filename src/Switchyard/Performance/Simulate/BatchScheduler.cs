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
    private double now, joules, contextSum, busy, batchSeconds, kvSeconds;
    private long step, steps, outputTokens, promptTokens, peak, used;
    private int frees, slots, head, waiting, decoding, running, newest, partial, ends, backs, preemptions, answers;

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

    private int Grow()
    {
        if (slots == input.Length)
        {
            var size = Math.Max(64, 2 * slots);
            Array.Resize(ref input, size);
            Array.Resize(ref output, size);
            Array.Resize(ref cached, size);
            Array.Resize(ref done, size);
            Array.Resize(ref made, size);
            Array.Resize(ref startContext, size);
            Array.Resize(ref older, size);
            Array.Resize(ref newer, size);
            Array.Resize(ref free, size);
            Array.Resize(ref startStep, size);
            Array.Resize(ref tags, size);
            Array.Resize(ref arrival, size);
            Array.Resize(ref first, size);
            GrowKept(size);
        }

        return slots++;
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

    /// <summary>Gives prompts the rest of the token budget: the one begun, then those put back, then those waiting.</summary>
    private (int Prompt, double Context, int Starts) Admit()
    {
        var budget = limits.TokenBudget - decoding;
        var (prompt, weighted, starts) = (0, 0.0, 0);
        var reserve = decoding > 0 ? phases[(int)(-step & (Block - 1))] : 0;
        while (budget > 0)
        {
            var request = partial;
            if (request < 0)
            {
                if (running >= limits.MaxSequences || (backs == 0 && (limits.PrefilledElsewhere || !IsDue()))) break;
                request = backs > 0 ? putBack[backs - 1] : queue[head];
            }

            // A request that is put back computes the tokens it has made as well.
            var from = Math.Max(done[request], Math.Max(cached[request], Kept(request)));
            var need = input[request] + made[request] - from;
            var chunk = Math.Min(need, budget);
            var more = Blocks(request, from + chunk) - (done[request] > 0 ? Blocks(request, done[request]) : 0);
            if (blocks - used - reserve < more) break;
            if (request != partial)
            {
                if (backs > 0) backs--;
                else TakeHead();
                Join(request);
                partial = request;
            }

            Occupy(request, more);
            done[request] = from + chunk;
            budget -= chunk;
            prompt += chunk;
            weighted += chunk * (from + (chunk / 2.0));
            if (chunk < need) break;
            partial = -1;
            if (starts == fresh.Length) Array.Resize(ref fresh, 2 * starts);
            fresh[starts++] = request;
        }

        promptTokens += prompt;
        return (prompt, prompt > 0 ? weighted / prompt : 0, starts);
    }

    private void MixedStep(int prompt, double promptContext, int starts)
    {
        var context = decoding > 0 ? contextSum / decoding : 0;
        var seconds = Slowness * replica.Step(prompt, promptContext, decoding, context);
        if (decoding > 0) gaps?.Add(seconds, decoding);
        looked = decided = now;
        sinceLook = 0;
        Tally?.Add(1, prompt, promptContext, decoding, context, Waiting(seconds) + starts);
        Pass(1, seconds, prompt, context);
        Finish();
        for (var i = 0; i < starts; i++)
        {
            var request = fresh[i];
            if (made[request]++ == 0) first[request] = now;
            outputTokens++;
            if (made[request] >= output[request]) Complete(request);
            else EnterBatch(request);
        }
    }

    /// <summary>Steps that only decode, until a request ends, blocks run out, one arrives that could join, or a moment is reached.</summary>
    private void DecodeSteps(double until)
    {
        var most = (long)(finishing[0] >> 32) - step;
        most = Math.Min(most, RoomFor(most));
        var context = contextSum / decoding;
        var start = Slowness * replica.Step(0, 0, decoding, context);
        var slope = most > 1 ? ((Slowness * replica.Step(0, 0, decoding, context + most - 1)) - start) / (most - 1) : 0;
        if (most > 1)
        {
            var next = waiting > 0 && backs == 0 && running < limits.MaxSequences ? Ready(queue[head]) : until;
            // One that waits already and does not fit has no say in when to stop.
            var gap = (next > now ? Math.Min(next, until) : until) - now;
            var limit = most;
            var late = next <= now && !IsDue();
            if (late && (limits.ScheduledAhead || limits.StepsPerLook > 1))
            {
                most = 1;
            }
            else if (gap < most * (start + Math.Max(0, slope * most)))
            {
                // The first step that ends at or after the moment: k × start + slope × k (k − 1)/2 = gap.
                var linear = start - (slope / 2);
                var root = slope > 1e-15 ? (Math.Sqrt((linear * linear) + (2 * slope * gap)) - linear) / slope : gap / start;
                most = Math.Clamp((long)Math.Ceiling(root - 1e-9), 1, most);
            }

            if (limits.StepsPerLook > 1 && (late || (next > now && next < until))) most = Math.Min(limit, UntilLook(most));
        }

        var seconds = (most * start) + (slope * most * (most - 1) / 2);
        gaps?.Add(seconds / most, (double)most * decoding);
        decided = now + seconds - (start + (slope * (most - 1)));
        Look(most, seconds, start + (slope * (most - 1)));
        Tally?.Add(most, 0, 0, decoding, context + ((most - 1) / 2.0), Waiting(seconds));
        Pass(most, seconds, 0, context + ((most - 1) / 2.0));
        Finish();
    }

    /// <summary>Steps, at most so many, for which there are blocks; at least 1.</summary>
    private long RoomFor(long most)
    {
        var free = blocks - used;
        if (free >= decoding * ((most / Block) + 1)) return most;
        var rounds = free / decoding;
        free -= rounds * decoding;
        var can = rounds * Block;
        while (can < most && phases[(int)(-(step + can) & (Block - 1))] is var next && next <= free)
        {
            free -= next;
            can++;
        }

        return Math.Max(1, can);
    }

    /// <summary>Lets steps pass: time, energy, and a token for every request that decodes.</summary>
    private void Pass(long passed, double seconds, int prompt, double context)
    {
        now += seconds;
        busy += seconds;
        batchSeconds += seconds * decoding;
        steps += passed;
        var tokens = prompt + ((double)passed * decoding);
        var bytes = passed * replica.StepBytes(Math.Max(1, decoding), context);
        var arithmetic = tokens * replica.Footprint.LayerFlops / (seconds * replica.PeakFlops);
        joules += seconds * accelerators
            * (replica.Watts(bytes / (seconds * replica.Bandwidth), arithmetic) ?? double.NaN);
        var rounds = passed / Block;
        var grown = rounds * decoding;
        for (var at = rounds * Block; at < passed; at++) grown += phases[(int)(-(step + at) & (Block - 1))];
        kvSeconds += seconds * (used + (grown / 2.0));
        (used, taken) = (used + grown, taken + grown);
        peak = Math.Max(peak, used);
        contextSum += (double)passed * decoding;
        outputTokens += passed * decoding;
        step += passed;
    }

    /// <summary>Ends the requests whose last token the steps have made.</summary>
    private void Finish()
    {
        while (ends > 0 && (long)(finishing[0] >> 32) <= step)
        {
            var request = (int)(uint)finishing[0];
            LeaveBatch(request);
            Complete(request);
        }
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

    private void Join(int request)
    {
        running++;
        (older[request], newer[request]) = (newest, -1);
        if (newest >= 0) newer[newest] = request;
        newest = request;
    }

    /// <summary>Gives a request's blocks back and takes it off the list of those running.</summary>
    private void Release(int request)
    {
        running--;
        used -= Blocks(request, done[request]);
        if (older[request] >= 0) newer[older[request]] = newer[request];
        if (newer[request] >= 0) older[newer[request]] = older[request];
        else newest = older[request];
    }

    private void EnterBatch(int request)
    {
        (startStep[request], startContext[request]) = (step, done[request]);
        contextSum += done[request];
        decoding++;
        phases[(int)((done[request] - step) & (Block - 1))]++;
        Push(((ulong)(step + output[request] - made[request]) << 32) | (uint)request);
    }

    private void LeaveBatch(int request)
    {
        var passed = step - startStep[request];
        phases[(int)((startContext[request] - startStep[request]) & (Block - 1))]--;
        done[request] = startContext[request] + (int)passed;
        made[request] += (int)passed;
        contextSum -= done[request];
        decoding--;
        if ((int)(uint)finishing[0] == request) Pop(0);
        else Pop(Array.FindIndex(finishing, 0, ends, key => (uint)key == (uint)request));
    }

    private int Blocks(int request, int tokens) => Math.Max(0, tokens - cached[request] + Block - 1) / Block;

    private void Push(ulong key)
    {
        if (ends == finishing.Length) Array.Resize(ref finishing, 2 * ends);
        var at = ends++;
        for (; at > 0 && finishing[(at - 1) / 2] > key; at = (at - 1) / 2) finishing[at] = finishing[(at - 1) / 2];
        finishing[at] = key;
    }

    private void Pop(int at)
    {
        var key = finishing[--ends];
        if (at == ends) return;
        for (; at > 0 && finishing[(at - 1) / 2] > key; at = (at - 1) / 2) finishing[at] = finishing[(at - 1) / 2];
        for (int child; (child = (2 * at) + 1) < ends; at = child)
        {
            if (child + 1 < ends && finishing[child + 1] < finishing[child]) child++;
            if (finishing[child] >= key) break;
            finishing[at] = finishing[child];
        }

        finishing[at] = key;
    }
}
