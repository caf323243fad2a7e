using System.Reflection;
using System.Runtime.InteropServices;

namespace Switchyard.Plan.Solve;

/// <summary>Finds COIN-OR's CBC and Clp libraries, once a process.</summary>
public static class SolverLibrary
{
    internal const string Cbc = "CbcSolver";
    internal const string Clp = "Clp";

    /// <summary>
    /// CBC keeps state in statics, so two searches at once in a process gave false "infeasible": every search takes this lock; those in
    /// processes of their own (<see cref="SolveLimits.Elsewhere"/>) do not wait. Clp's simplex keeps its state in its models, and
    /// relaxations are solved side by side.
    /// </summary>
    internal static readonly Lock Gate = new();

    private static readonly Lazy<nint> CbcHandle = new(() => Load("libCbcSolver", Names(Cbc, 3)));
    private static readonly Lazy<nint> ClpHandle = new(() => Load("libClp", Names(Clp, 1)));

    static SolverLibrary() => NativeLibrary.SetDllImportResolver(typeof(SolverLibrary).Assembly, Resolve);

    /// <summary>CBC's version, such as 2.10.8. Loads both libraries.</summary>
    /// <exception cref="SolverMissingException">A library is not installed.</exception>
    public static string Version
    {
        get
        {
            Require();
            return Marshal.PtrToStringAnsi(CbcLibrary.Cbc_getVersion()) ?? "";
        }
    }

    /// <summary>Loads the first library that is found.</summary>
    /// <param name="library">What it is called in messages.</param>
    /// <param name="candidates">File names or paths, tried in order.</param>
    /// <exception cref="SolverMissingException">None could be loaded.</exception>
    public static nint Load(string library, IReadOnlyList<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }
        throw SolverMissingException.For(library, candidates);
    }

    /// <summary>Makes sure that both libraries are loaded.</summary>
    /// <exception cref="SolverMissingException">A library is not installed.</exception>
    internal static void Require() => _ = (CbcHandle.Value, ClpHandle.Value);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Cbc => CbcHandle.Value,
        Clp => ClpHandle.Value,
        _ => 0,
    };

    private static string[] Names(string name, int version) => OperatingSystem.IsMacOS()
        ?
        [
            $"lib{name}.{version}.dylib", $"lib{name}.dylib",
            $"/opt/homebrew/lib/lib{name}.{version}.dylib", $"/opt/homebrew/lib/lib{name}.dylib",
            $"/usr/local/lib/lib{name}.{version}.dylib", $"/usr/local/lib/lib{name}.dylib",
        ]
        : OperatingSystem.IsWindows() ? [$"lib{name}-{version}.dll", $"lib{name}.dll", $"{name}.dll"]
        : [$"lib{name}.so.{version}", $"lib{name}.so", $"/usr/local/lib/lib{name}.so.{version}", $"/usr/local/lib/lib{name}.so"];
}
