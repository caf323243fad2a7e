using System.Diagnostics;

namespace Switchyard.Cli.Output;

/// <summary>A line on stderr that says how far long work is: only on a terminal, and only once a second has passed.</summary>
/// <param name="what">What is counted, such as <c>runs played</c>.</param>
internal sealed class Progress(string what) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Next = TimeSpan.FromMilliseconds(200);

    // A terminal that knows no escape sequences would keep what is written.
    private static readonly bool CanBeTakenAway = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private TimeSpan shown = First - Next;
    private int done, all;
    private bool isShown;

    /// <summary>So much more is to be done.</summary>
    public void Expect(int more) => Interlocked.Add(ref all, more);

    /// <summary>One more is done.</summary>
    public void Step()
    {
        var now = Interlocked.Increment(ref done);
        if (!CanBeTakenAway) return;
        lock (gate)
        {
            if (watch.Elapsed < shown + Next) return;
            (shown, isShown) = (watch.Elapsed, true);
            Console.Error.Write($"\r{now} of {all} {what}, {watch.Elapsed.TotalSeconds:0} s");
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (isShown) Console.Error.Write("\r\e[K");
    }
}
