using System.Runtime.ExceptionServices;

namespace Switchyard.Cli;

/// <summary>Lends the machine's cores to the engine, which itself knows nothing of threads.</summary>
internal static class SideBySide
{
    /// <summary>Does two things at the same time and waits for both. What goes wrong in one is thrown as it is, that of the first before that of the second.</summary>
    public static void Run(Action first, Action second)
    {
        var beside = Task.Run(second);
        try
        {
            first();
        }
        finally
        {
            // Whoever waits sees what the first threw; what the second throws then no longer matters.
            ((IAsyncResult)beside).AsyncWaitHandle.WaitOne();
        }

        if (beside.Exception is { } failed) ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
    }
}
