namespace Switchyard.Prove;

/// <summary>What is to happen, by time; what is to happen at the same time, in the order in which it was scheduled. A binary heap in two arrays.</summary>
/// <typeparam name="T">What happens.</typeparam>
public sealed class Agenda<T>
{
    private (double Time, long Sequence)[] keys = new (double, long)[64];
    private T[] items = new T[64];
    private long sequence;

    /// <summary>How much is to happen.</summary>
    public int Count { get; private set; }

    /// <summary>When the next thing happens; infinite where nothing does.</summary>
    public double NextTime => Count > 0 ? keys[0].Time : double.PositiveInfinity;

    /// <summary>Schedules something.</summary>
    /// <param name="time">When.</param>
    /// <param name="item">What.</param>
    public void Add(double time, T item)
    {
        if (Count == keys.Length)
        {
            Array.Resize(ref keys, 2 * Count);
            Array.Resize(ref items, 2 * Count);
        }

        var key = (Time: time, Sequence: sequence++);
        var at = Count++;
        for (int parent; at > 0 && Before(key, keys[parent = (at - 1) / 2]); at = parent) (keys[at], items[at]) = (keys[parent], items[parent]);
        (keys[at], items[at]) = (key, item);
    }

    /// <summary>Takes the next thing out.</summary>
    /// <param name="item">What.</param>
    /// <returns>When.</returns>
    public double Take(out T item)
    {
        var time = keys[0].Time;
        item = items[0];
        var (key, last) = (keys[--Count], items[Count]);
        items[Count] = default!;
        var at = 0;
        for (int child; (child = (2 * at) + 1) < Count; at = child)
        {
            if (child + 1 < Count && Before(keys[child + 1], keys[child])) child++;
            if (!Before(keys[child], key)) break;
            (keys[at], items[at]) = (keys[child], items[child]);
        }

        if (Count > 0) (keys[at], items[at]) = (key, last);
        return time;
    }

    private static bool Before((double Time, long Sequence) a, (double Time, long Sequence) b) =>
        a.Time < b.Time || (a.Time == b.Time && a.Sequence < b.Sequence);
}
