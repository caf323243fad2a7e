namespace Switchyard.Performance.Simulate;

/// <content>Who is in the batch, with how many blocks, and who ends when.</content>
public sealed partial class BatchScheduler
{
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
