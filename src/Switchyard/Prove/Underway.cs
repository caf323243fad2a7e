namespace Switchyard.Prove;

/// <summary>A request that is asked for and not yet counted.</summary>
internal struct PendingRequest
{
    /// <summary>When it came, and the seconds of network to whoever answers it.</summary>
    public double Arrival, Trip;

    /// <summary>Its tokens, and the group of users that it comes from.</summary>
    public int Input, Output, Group;

    /// <summary>Whether it came within the window, and so counts.</summary>
    public bool Counts;
}

/// <summary>Requests under way, by number; numbers are used again, so that memory grows with what is under way and not with what is played.</summary>
internal sealed class Underway
{
    private PendingRequest[] pending = new PendingRequest[1024];
    private int[] free = new int[1024];
    private int frees, slots;

    /// <summary>Those that count and are not answered yet.</summary>
    public int Counted { get; private set; }

    public ref PendingRequest this[int slot] => ref pending[slot];

    /// <summary>Takes a request in; its number.</summary>
    public int Add(in PendingRequest request)
    {
        var slot = frees > 0 ? free[--frees] : Grow();
        pending[slot] = request;
        if (request.Counts) Counted++;
        return slot;
    }

    /// <summary>A request is done with; what it was stays readable until another is taken in.</summary>
    public void Remove(int slot)
    {
        free[frees++] = slot;
        if (pending[slot].Counts) Counted--;
    }

    private int Grow()
    {
        if (slots == pending.Length)
        {
            Array.Resize(ref pending, 2 * slots);
            Array.Resize(ref free, 2 * slots);
        }

        return slots++;
    }
}
