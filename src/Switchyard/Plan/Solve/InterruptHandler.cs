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
    private readonly byte[] _saved = new byte[256];
    private readonly bool _known;

    public InterruptHandler()
    {
        if (OperatingSystem.IsWindows()) return;
        fixed (byte* saved = _saved) _known = sigaction(Interrupt, null, saved) == 0;
    }

    public void Dispose()
    {
        if (!_known) return;
        fixed (byte* saved = _saved) _ = sigaction(Interrupt, saved, null);
    }

    [LibraryImport("libc")]
    private static partial int sigaction(int signal, byte* action, byte* former);
}
