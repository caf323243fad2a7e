namespace Switchyard.Performance.Simulate;

/// <summary>
/// One replica's scheduler, step by step, as engines of vLLM's kind work: each step takes a token of every running request, then as much of the
/// waiting prompts, first come first served, as the token budget, the batch and the blocks for keys and values allow; where blocks run
/// out, the request that started last is put back to the front of the queue and computed again. Steps that only decode and between which
/// nothing comes or goes take time linear in the context, so that any number of them is one sum. Arrays by request, no allocation per step.
/// </summary>
public sealed partial class ReplicaSimulator
{
    private const int Block = SchedulerLimits.BlockTokens;
    private readonly Replica replica;
    private readonly SchedulerLimits limits;
    private readonly TimeHistogram gaps = new();
    private readonly int[] phases = new int[Block];

    // By request: what it is, where it stands, when it got what.
    private int[] input = [], output = [], cached = [], done = [], made = [], startContext = [], older = [], newer = [], kept = [];
    private long[] startStep = [], putBackAt = [];
    private double[] arrival = [], first = [], finish = [];
    private ulong[] finishing = new ulong[256];
    private int[] putBack = new int[16], fresh = new int[256];

    private readonly double accelerators;
    private readonly long blocks;
    private double now, joules, contextSum, busy, batchSeconds, kvSeconds;
    private long step, steps, outputTokens, promptTokens, peak, used, taken;
    private int total, left, known, arrived, head, decoding, running, newest, partial, ends, backs, preemptions, rejected;
    private bool closed;

    /// <summary>Prepares a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="limits">Its scheduler's limits.</param>
    public ReplicaSimulator(Replica replica, SchedulerLimits limits)
    {
        (this.replica, this.limits) = (replica, limits);
        blocks = (long)Math.Min(1e15, Math.Floor(limits.KvTokens / Block)) - limits.SharedBlocks;
        accelerators = replica.TensorParallel * (double)replica.DataParallel;
    }

    /// <summary>Where the steps are counted; null for nowhere.</summary>
    public StepTally? Tally { get; init; }

    /// <summary>Answers requests that arrive by themselves.</summary>
    /// <param name="requests">The requests in the order of their arrival.</param>
    public SimulationResult Answer(ReadOnlySpan<RequestShape> requests)
    {
        Reserve(requests.Length);
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests[i];
            (arrival[i], input[i], output[i]) = (request.Arrival, Math.Max(1, request.Input), Math.Max(1, request.Output));
            cached[i] = Hit(request.Cached, input[i]);
        }

        (closed, known) = (false, requests.Length);
        return Run(requests.Length);
    }

    /// <summary>Answers clients that each send their next request when the last is answered, all of them starting at once.</summary>
    /// <param name="clients">Clients; at least 1.</param>
    /// <param name="requests">Requests in all.</param>
    /// <param name="inputs">Prompt lengths.</param>
    /// <param name="outputs">Answer lengths.</param>
    /// <param name="prefix">Tokens at the start of each prompt that are in the cache already.</param>
    /// <param name="seed">Of the lengths.</param>
    public SimulationResult Serve(int clients, int requests, RequestLengths inputs, RequestLengths outputs, int prefix, ulong seed)
    {
        Reserve(requests);
        var generator = new Generator(seed);
        for (var i = 0; i < requests; i++)
        {
            (input[i], output[i]) = (inputs.Draw(ref generator), outputs.Draw(ref generator));
            arrival[i] = i < clients ? 0 : double.PositiveInfinity;
            cached[i] = Hit(prefix, input[i]);
        }

        (closed, known) = (true, Math.Min(clients, requests));
        return Run(requests);
    }

    // Engines compute at least the last token of a prompt, and share whole blocks.
    private static int Hit(int tokens, int input) => Math.Min(Math.Max(0, tokens), input - 1) / Block * Block;

    private void Reserve(int requests)
    {
        if (input.Length >= requests) return;
        var size = Math.Max(requests, 256);
        (input, output, cached, done, made, startContext, older, newer) =
            (new int[size], new int[size], new int[size], new int[size], new int[size], new int[size], new int[size], new int[size]);
        (kept, startStep, putBackAt) = (new int[size], new long[size], new long[size]);
        (arrival, first, finish) = (new double[size], new double[size], new double[size]);
    }

    private SimulationResult Run(int requests)
    {
        (total, left) = (requests, requests);
        (now, joules, contextSum, busy, batchSeconds, kvSeconds) = (0, 0, 0, 0, 0, 0);
        (step, steps, outputTokens, promptTokens, peak, used, taken) = (0, 0, 0, 0, 0, 0, 0);
        (arrived, head, decoding, running, newest, partial, ends, backs, preemptions, rejected) = (0, 0, 0, 0, -1, -1, 0, 0, 0, 0);
        Array.Clear(phases);
        Array.Clear(done, 0, requests);
        Array.Clear(made, 0, requests);
        Array.Clear(kept, 0, requests);
        gaps.Clear();
        Tally?.Clear();
        while (left > 0)
        {
            while (arrived < known && arrival[arrived] + limits.ArrivalSeconds <= now) arrived++;
            MakeRoom();
            if (limits.PrefilledElsewhere) Take();
            var (prompt, promptContext, starts) = Admit();
            if (prompt > 0) MixedStep(prompt, promptContext, starts);
            else if (decoding > 0) DecodeSteps();
            else if (head < arrived || backs > 0 || partial >= 0) Reject();
            else Idle();
        }

        var result = Result();
        Tally?.Close(replica, limits.ArrivalSeconds, result);
        return result;
    }

    private void Idle()
    {
        var wait = arrival[arrived] + limits.ArrivalSeconds - now;
        joules += wait * accelerators * (replica.Watts(0, 0) ?? double.NaN);
        now += wait;
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
        // Its blocks stay readable until others take them, those that were free before it first.
        (kept[request], putBackAt[request]) = (done[request] / Block * Block, taken + blocks - used);
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
                if (running >= limits.MaxSequences || (backs == 0 && (head >= arrived || limits.PrefilledElsewhere))) break;
                request = backs > 0 ? putBack[backs - 1] : head;
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
                else head++;
                Join(request);
                partial = request;
            }

            used += more;
            taken += more;
            kept[request] = 0;
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

    /// <summary>Tokens of a request that was put back whose blocks nobody has taken since; a whole prompt is never free.</summary>
    private int Kept(int request) => kept[request] == 0 || done[request] > 0 ? 0
        : (int)Math.Clamp(kept[request] - (Block * Math.Max(0, taken - putBackAt[request])), 0, input[request] + made[request] - 1);

    private void MixedStep(int prompt, double promptContext, int starts)
    {
        var context = decoding > 0 ? contextSum / decoding : 0;
        var seconds = replica.Step(prompt, promptContext, decoding, context);
        if (decoding > 0) gaps.Add(seconds, decoding);
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

    /// <summary>Steps that only decode, until a request ends, blocks run out, or one arrives that could join.</summary>
    private void DecodeSteps()
    {
        var most = (long)(finishing[0] >> 32) - step;
        most = Math.Min(most, RoomFor(most));
        var context = contextSum / decoding;
        var start = replica.Step(0, 0, decoding, context);
        var slope = most > 1 ? (replica.Step(0, 0, decoding, context + most - 1) - start) / (most - 1) : 0;
        if (most > 1 && arrived < known && head >= arrived && backs == 0 && running < limits.MaxSequences)
        {
            // The first step that ends at or after the arrival: k × start + slope × k (k − 1)/2 = gap.
            var gap = arrival[arrived] + limits.ArrivalSeconds - now;
            var linear = start - (slope / 2);
            var root = slope > 1e-15 ? (Math.Sqrt((linear * linear) + (2 * slope * gap)) - linear) / slope : gap / start;
            most = Math.Clamp((long)Math.Ceiling(root - 1e-9), 1, most);
        }

        var seconds = (most * start) + (slope * most * (most - 1) / 2);
        gaps.Add(seconds / most, (double)most * decoding);
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

    /// <summary>Requests in the queue during the next so many seconds, on average; one begun but not ended counts.</summary>
    private double Waiting(double seconds)
    {
        double waiting = arrived - head + (partial >= 0 && made[partial] == 0 ? 1 : 0);
        for (var i = arrived; i < known && now + seconds - arrival[i] - limits.ArrivalSeconds is > 0 and var rest; i++) waiting += rest / seconds;
        return waiting;
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
        used += grown;
        taken += grown;
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
        finish[request] = now;
        Release(request);
        End();
    }

    /// <summary>A request whose keys and values never fit, alone as it is.</summary>
    private void Reject()
    {
        var request = decoding > 0 ? newest : partial >= 0 ? partial : backs > 0 ? putBack[--backs] : head++;
        if (decoding > 0) LeaveBatch(request);
        if (request == partial) partial = -1;
        if (done[request] > 0) Release(request);
        finish[request] = double.NaN;
        rejected++;
        End();
    }

    private void End()
    {
        left--;
        if (closed && known < total) arrival[known++] = now;
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

    private SimulationResult Result()
    {
        var answered = total - rejected;
        var (times, wholes, paces) = (new double[answered], new double[answered], new double[answered]);
        var (at, several) = (0, 0);
        for (var i = Math.Min(Unseen, total / 2); i < total; i++)
        {
            if (double.IsNaN(finish[i])) continue;
            times[at] = first[i] - arrival[i];
            wholes[at++] = finish[i] - arrival[i];
            if (output[i] > 1) paces[several++] = (finish[i] - first[i]) / (output[i] - 1);
        }

        (firstTimes, wholeTimes, paceTimes) = (times.AsMemory(0, at), wholes.AsMemory(0, at), paces.AsMemory(0, several));
        return new()
        {
            Requests = answered,
            Rejected = rejected,
            Seconds = now,
            Ttft = Distribution.Of(firstTimes.Span),
            Tpot = Distribution.Of(paceTimes.Span),
            Itl = gaps.Distribution(),
            EndToEnd = Distribution.Of(wholeTimes.Span),
            OutputTokens = outputTokens,
            PromptTokens = promptTokens,
            Steps = steps,
            Preemptions = preemptions,
            Batch = busy > 0 ? batchSeconds / busy : 0,
            PeakKvShare = Math.Min(1, peak / (double)Math.Max(1, blocks)),
            MeanKvShare = busy > 0 ? kvSeconds / busy / Math.Max(1, blocks) : 0,
            Joules = double.IsNaN(joules) ? null : joules,
        };
    }
}
