namespace Switchyard.Plan.WhatIf;

/// <summary>
/// Things of which some can only be begun when others are done. Who lends a core does one thing after the other, always the most urgent of those that can be begun, and waits where there is none as long as
/// others are at work.
/// </summary>
/// <param name="count">How many things that comes to, with those that others add.</param>
internal sealed class Agenda(int count) : IDisposable
{
    private readonly PriorityQueue<Action, (int Urgency, int Order)> open = new();
    private readonly SemaphoreSlim ready = new(0);
    private readonly Lock gate = new();
    private int added;
    private bool failed;

    /// <summary>Adds a thing that can be begun.</summary>
    /// <param name="urgency">The higher the sooner; of equals the one added first.</param>
    /// <param name="thing">The thing; it may add others.</param>
    public void Add(int urgency, Action thing)
    {
        lock (gate) open.Enqueue(thing, (-urgency, added++));
        ready.Release();
    }

    /// <summary>Does all that is there and all that it adds.</summary>
    /// <param name="sideBySide">Who lends cores.</param>
    public void Run(Action<IReadOnlyList<Action>> sideBySide) => sideBySide([.. Enumerable.Repeat((Action)Next, count)]);

    private void Next()
    {
        ready.Wait();
        Action thing;
        lock (gate)
        {
            if (failed) return;
            thing = open.Dequeue();
        }

        try
        {
            thing();
        }
        catch
        {
            lock (gate) failed = true;
            // Who waits for what it would have added would wait for ever.
            ready.Release(count);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ready.Dispose();
}
