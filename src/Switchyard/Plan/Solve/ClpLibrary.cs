using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Switchyard.Plan.Solve;

/// <summary>The part of Clp 1.17's C interface (Clp_C_Interface.h) that is used.</summary>
internal static partial class ClpLibrary
{
    internal sealed class Model() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle()
        {
            Clp_deleteModel(handle);
            return true;
        }
    }

    /// <summary>How a model is solved for the first time.</summary>
    internal sealed class Options() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle()
        {
            ClpSolve_delete(handle);
            return true;
        }
    }

    /// <summary>A special option: 0 to stop at Ctrl-C, 1 not to listen.</summary>
    internal const int Interrupts = 2;

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial Model Clp_newModel();

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_deleteModel(nint model);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_setLogLevel(Model model, int level);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_loadProblem(
        Model model, int columnCount, int rowCount, ReadOnlySpan<int> starts, ReadOnlySpan<int> rows, ReadOnlySpan<double> values,
        ReadOnlySpan<double> columnLower, ReadOnlySpan<double> columnUpper, ReadOnlySpan<double> cost,
        ReadOnlySpan<double> rowLower, ReadOnlySpan<double> rowUpper);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_addRows(
        Model model, int number, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper,
        ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<double> values);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_addColumns(
        Model model, int number, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, ReadOnlySpan<double> cost,
        ReadOnlySpan<int> starts, ReadOnlySpan<int> rows, ReadOnlySpan<double> values);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_chgObjCoefficients(Model model, ReadOnlySpan<double> cost);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_chgColumnLower(Model model, ReadOnlySpan<double> lower);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_chgColumnUpper(Model model, ReadOnlySpan<double> upper);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_setPrimalTolerance(Model model, double value);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_setDualTolerance(Model model, double value);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial Options ClpSolve_new();

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void ClpSolve_delete(nint options);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void ClpSolve_setSpecialOption(Options options, int which, int value, int extraInfo);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial int Clp_initialSolveWithOptions(Model model, Options options);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial int Clp_dual(Model model, int ifValuesPass);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial int Clp_primal(Model model, int ifValuesPass);

    /// <summary>0 optimal, 1 primal infeasible, 2 dual infeasible, 3 stopped, 4 errors.</summary>
    [LibraryImport(SolverLibrary.Clp)]
    internal static partial int Clp_status(Model model);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial double Clp_objectiveValue(Model model);

    /// <summary>The dual simplex stops, as infeasible, once it has proven that the objective exceeds this.</summary>
    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_setDualObjectiveLimit(Model model, double value);

    /// <summary>The basis: a byte for each column, then one for each row.</summary>
    [LibraryImport(SolverLibrary.Clp)]
    internal static unsafe partial byte* Clp_statusArray(Model model);

    [LibraryImport(SolverLibrary.Clp)]
    internal static partial void Clp_copyinStatus(Model model, ReadOnlySpan<byte> status);

    [LibraryImport(SolverLibrary.Clp)]
    internal static unsafe partial double* Clp_primalColumnSolution(Model model);

    [LibraryImport(SolverLibrary.Clp)]
    internal static unsafe partial double* Clp_dualRowSolution(Model model);

    [LibraryImport(SolverLibrary.Clp)]
    internal static unsafe partial double* Clp_dualColumnSolution(Model model);
}
