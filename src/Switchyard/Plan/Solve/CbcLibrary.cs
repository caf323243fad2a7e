using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Switchyard.Plan.Solve;

/// <summary>The part of CBC 2.10's C interface (Cbc_C_Interface.h) that is used. CoinBigIndex is a 32-bit int there.</summary>
internal static partial class CbcLibrary
{
    internal sealed class Model() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle()
        {
            Cbc_deleteModel(handle);
            return true;
        }
    }

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial nint Cbc_getVersion();

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial Model Cbc_newModel();

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial void Cbc_deleteModel(nint model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial void Cbc_loadProblem(
        Model model, int columnCount, int rowCount, ReadOnlySpan<int> starts, ReadOnlySpan<int> rows, ReadOnlySpan<double> values,
        ReadOnlySpan<double> columnLower, ReadOnlySpan<double> columnUpper, ReadOnlySpan<double> cost,
        ReadOnlySpan<double> rowLower, ReadOnlySpan<double> rowUpper);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial void Cbc_setInteger(Model model, int column);

    [LibraryImport(SolverLibrary.Cbc, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void Cbc_setParameter(Model model, string name, string value);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial void Cbc_setLogLevel(Model model, int level);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial void Cbc_setMIPStartI(Model model, int count, ReadOnlySpan<int> columns, ReadOnlySpan<double> values);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial int Cbc_solve(Model model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial int Cbc_status(Model model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial int Cbc_secondaryStatus(Model model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial double Cbc_getObjValue(Model model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial double Cbc_getBestPossibleObjValue(Model model);

    [LibraryImport(SolverLibrary.Cbc)]
    internal static partial int Cbc_getNodeCount(Model model);

    /// <summary>The best point, or null without one. Owned by the model.</summary>
    [LibraryImport(SolverLibrary.Cbc)]
    internal static unsafe partial double* Cbc_bestSolution(Model model);
}
