using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>
/// Puts the process's Ctrl-C handler back after a solve: CBC and Clp install their own with signal(2) and restore the former
/// one without its flags.
/// </summary>
internal sealed unsafe partial class InterruptHandler : IDisposable
{
    private const int Interrupt = 2;

    // struct sigaction is 152 bytes on Linux and 16 on macOS; only the C library looks inside.
    private static readonly byte[] Saved = new byte[256];
    private static readonly Lock Gate = new();
    private static int solves;
    private static bool known;

    // Solves can run side by side: the first keeps what there was, and the last puts it back.
    public InterruptHandler()
    {
        if (OperatingSystem.IsWindows()) return;
        lock (Gate)
        {
            if (solves++ > 0) return;
            fixed (byte* saved = Saved) known = sigaction(Interrupt, null, saved) == 0;
        }
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows()) return;
        lock (Gate)
        {
            if (--solves > 0 || !known) return;
            fixed (byte* saved = Saved) _ = sigaction(Interrupt, saved, null);
        }
    }

    [LibraryImport("libc")]
    private static partial int sigaction(int signal, byte* action, byte* former);
}
