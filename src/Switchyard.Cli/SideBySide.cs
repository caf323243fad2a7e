using System.Runtime.ExceptionServices;

namespace Switchyard.Cli;

/// <summary>Lends the machine's cores to the engine, which itself knows nothing of threads.</summary>
internal static class SideBySide
{
    /// <summary>Does things on as many cores as there are and waits for all. What goes wrong is thrown as it is, that of the first before that of others.</summary>
    public static void Run(IReadOnlyList<Action> things)
    {
        var (next, failed) = (-1, new ExceptionDispatchInfo?[things.Count]);
        void Work()
        {
            while (Interlocked.Increment(ref next) is var thing && thing < things.Count)
            {
                try
                {
                    things[thing]();
                }
                catch (Exception wrong)
                {
                    failed[thing] = ExceptionDispatchInfo.Capture(wrong);
                    // What has not begun would be for nothing.
                    Interlocked.Exchange(ref next, things.Count);
                }
            }
        }

        using var over = new CancellationTokenSource();
        var beside = Enumerable.Range(1, Math.Max(0, Math.Min(things.Count, Environment.ProcessorCount) - 1)).Select(_ => Task.Run(Work, over.Token)).ToArray();
        Work();
        // Who has not begun by now, since all cores do other things, has nothing left to do.
        over.Cancel();
        foreach (var other in beside) ((IAsyncResult)other).AsyncWaitHandle.WaitOne();
        foreach (var wrong in failed) wrong?.Throw();
    }
}
