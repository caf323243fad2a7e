using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>
/// Puts the process's Ctrl-C handler back after a search: CBC installs its own with signal(2) and restores the former one without its flags. As CBC, one at a time
/// (<see cref="SolverLibrary.Gate"/>): two could put each other's back.
/// </summary>
internal readonly unsafe ref partial struct InterruptHandler : IDisposable
{
    private const int Interrupt = 2;

    // struct sigaction is 152 bytes on Linux and 16 on macOS; only the C library looks inside.
    private readonly byte[] saved = new byte[256];

    public InterruptHandler()
    {
        if (OperatingSystem.IsWindows()) return;
        fixed (byte* to = saved)
        {
            // Without what there was there is nothing to put back.
            if (sigaction(Interrupt, null, to) != 0) saved = [];
        }
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows() || saved.Length == 0) return;
        fixed (byte* from = saved) _ = sigaction(Interrupt, from, null);
    }

    [LibraryImport("libc")]
    private static partial int sigaction(int signal, byte* action, byte* former);
}
