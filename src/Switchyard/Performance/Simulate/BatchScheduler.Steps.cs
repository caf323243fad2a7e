namespace Switchyard.Performance.Simulate;

/// <content>What a step consists of, and letting it pass.</content>
public sealed partial class BatchScheduler
{
    /// <summary>Gives prompts the rest of the token budget: the one begun, then those put back, then those waiting.</summary>
    private (int Prompt, double Context, int Starts) Admit()
    {
        var budget = limits.TokenBudget - (limits.PromptsAlone ? 0 : decoding);
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
        var alone = limits.PromptsAlone;
        var (answering, context) = alone || decoding == 0 ? (0, 0.0) : (decoding, contextSum / decoding);
        var prompts = starts + (partial >= 0 ? 1 : 0);
        var seconds = Slowness * replica.Step(prompt, promptContext, answering, context, prompts);
        var cold = promptTokens == prompt ? limits.ColdSeconds : 0;
        if (cold > 0) Tally?.Cold(Waiting(seconds) + starts);
        if (answering > 0) gaps?.Add(seconds, answering);
        if (alone) (stalled, stalls) = (decoding, stalls + (seconds * decoding));
        looked = decided = now;
        sinceLook = 0;
        Tally?.Add(1, prompt, promptContext, answering, context, Waiting(seconds) + starts, prompts, alone ? decoding : 0);
        Pass(alone ? 0 : 1, seconds + cold, prompt, context);
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
            var overdue = next <= now && !IsDue();
            if (overdue && (limits.ScheduledAhead || limits.StepsPerLook > 1))
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

            if (limits.StepsPerLook > 1 && (overdue || (next > now && next < until))) most = Math.Min(limit, UntilLook(most));
        }

        var seconds = (most * start) + (slope * most * (most - 1) / 2);
        // Those that stood still while prompts were worked on got their token late.
        var late = Math.Min(stalled, decoding);
        if (late > 0) gaps?.Add((seconds / most) + (stalls / late), late);
        gaps?.Add(seconds / most, ((double)most * decoding) - late);
        (stalled, stalls) = (0, 0);
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

    /// <summary>Lets steps pass: time, energy, and a token for every request that decodes; none pass, but for the time, where prompts go alone.</summary>
    private void Pass(long passed, double seconds, int prompt, double context)
    {
        now += seconds;
        busy += seconds;
        batchSeconds += seconds * decoding;
        steps += Math.Max(1, passed);
        var tokens = prompt + ((double)passed * decoding);
        var bytes = Math.Max(1, passed) * replica.StepBytes(Math.Max(1, decoding), context);
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
}
