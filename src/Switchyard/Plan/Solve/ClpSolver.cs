namespace Switchyard.Plan.Solve;

/// <summary>Solves the linear relaxation of a program with COIN-OR Clp's simplex, with duals.</summary>
public static class ClpSolver
{
    /// <summary>Clp's own feasibility tolerance while it solves; its default of 1e-7 leaves rows visibly violated.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Solves the program with whole numbers not required. Objective and bound agree.</summary>
    /// <param name="program">The program; not changed.</param>
    /// <param name="feasibilityTolerance">A point further outside a row than this (relative) is not returned.</param>
    /// <returns>Optimal with duals and reduced costs, Infeasible, Unbounded, or NoIncumbent when Clp met numerical trouble.</returns>
    /// <exception cref="SolverMissingException">The library is not installed.</exception>
    public static Solution Solve(MixedIntegerProgram program, double feasibilityTolerance = 1e-9)
    {
        SolverLibrary.Require();
        if (CoinInput.HasEmptyBounds(program)) return Solution.Infeasible();
        if (program.ColumnCount == 0) return WithoutColumns(program);
        using var model = NewModel();
        var scale = CoinInput.CostScale(program);
        Load(model, program, scale);
        Begin(model);
        // Presolve cannot always tell infeasible from unbounded, and a dual ray only says that one of the two holds.
        if (ClpLibrary.Clp_status(model) is not 0) ClpLibrary.Clp_dual(model, 0);
        if (ClpLibrary.Clp_status(model) is not (0 or 1)) ClpLibrary.Clp_primal(model, 0);
        return ClpLibrary.Clp_status(model) switch
        {
            0 => Read(model, program, scale, feasibilityTolerance),
            1 => Solution.Infeasible(),
            2 => Solution.Unbounded(),
            _ => Solution.NoIncumbent(double.NegativeInfinity, 0),
        };
    }

    private static Solution WithoutColumns(MixedIntegerProgram program)
    {
        var check = Feasibility.Check(program, []);
        if (check.Kind != ViolationKind.None) return Solution.Infeasible();
        return new() { Status = SolveStatus.Optimal, Objective = 0, Bound = 0, RowDuals = new double[program.RowCount], ReducedCosts = [] };
    }

    /// <summary>A model that prints nothing and solves as exactly as points are checked.</summary>
    internal static ClpLibrary.Model NewModel()
    {
        var model = ClpLibrary.Clp_newModel();
        ClpLibrary.Clp_setLogLevel(model, 0);
        ClpLibrary.Clp_setPrimalTolerance(model, Tolerance);
        ClpLibrary.Clp_setDualTolerance(model, Tolerance);
        return model;
    }

    /// <summary>Solves a model for the first time: presolve, then the algorithm that Clp thinks best.</summary>
    internal static void Begin(ClpLibrary.Model model)
    {
        using var options = ClpLibrary.ClpSolve_new();
        // Clp would listen for Ctrl-C itself, with a handler of the whole process that solves side by side put back in the wrong order: who pressed it was not heard.
        ClpLibrary.ClpSolve_setSpecialOption(options, ClpLibrary.Interrupts, 1, -1);
        ClpLibrary.Clp_initialSolveWithOptions(model, options);
    }

    /// <summary>How a solve that began at another's basis ended: what that basis misled is solved once more by the primal simplex.</summary>
    /// <param name="model">The program, solved.</param>
    /// <param name="lower">Lower bounds of its columns.</param>
    /// <param name="upper">Upper bounds of its columns.</param>
    /// <param name="limited">Whether what costs more than the model's limit may be called infeasible.</param>
    /// <returns>Clp's status: 0 optimal, 1 infeasible, anything else trouble.</returns>
    internal static int Settled(ClpLibrary.Model model, double[] lower, double[] upper, bool limited)
    {
        if (limited && ClpLibrary.Clp_status(model) == 1) return 1;
        // The basis of what was infeasible can do that to the dual simplex.
        if (ClpLibrary.Clp_status(model) != 0 || !IsWithin(model, lower, upper)) ClpLibrary.Clp_primal(model, 0);
        return ClpLibrary.Clp_status(model) == 0 && !IsWithin(model, lower, upper) ? 4 : ClpLibrary.Clp_status(model);
    }

    private static unsafe bool IsWithin(ClpLibrary.Model model, double[] lower, double[] upper)
    {
        var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), upper.Length);
        for (var column = 0; column < values.Length; column++)
            if (values[column] < lower[column] - 1e-6 || values[column] > upper[column] + 1e-6) return false;
        return true;
    }

    /// <summary>Gives Clp a program, its costs times a scale.</summary>
    internal static void Load(ClpLibrary.Model model, MixedIntegerProgram program, double scale) => ClpLibrary.Clp_loadProblem(
        model, program.ColumnCount, program.RowCount,
        program.Matrix.Starts, program.Matrix.Rows, program.Matrix.Coefficients,
        CoinInput.Bounds(program.ColumnLower), CoinInput.Bounds(program.ColumnUpper), CoinInput.Times(program.Cost, scale),
        CoinInput.Bounds(program.RowLower), CoinInput.Bounds(program.RowUpper));

    private static unsafe Solution Read(ClpLibrary.Model model, MixedIntegerProgram program, double scale, double tolerance)
    {
        var values = new ReadOnlySpan<double>(ClpLibrary.Clp_primalColumnSolution(model), program.ColumnCount).ToArray();
        // A basic variable may sit a rounding error outside its bound.
        for (var column = 0; column < values.Length; column++)
            values[column] = Math.Clamp(values[column], program.ColumnLower[column], program.ColumnUpper[column]);
        var check = Feasibility.Check(program, values, relaxed: true);
        var bound = Math.Min(ClpLibrary.Clp_objectiveValue(model) / scale, check.Objective);
        if (!check.IsWithin(tolerance)) return Solution.NoIncumbent(bound, 0);
        return new()
        {
            Status = SolveStatus.Optimal,
            Objective = check.Objective,
            Bound = bound,
            Values = values,
            RowDuals = CoinInput.Times(new(ClpLibrary.Clp_dualRowSolution(model), program.RowCount), 1 / scale),
            ReducedCosts = CoinInput.Times(new(ClpLibrary.Clp_dualColumnSolution(model), program.ColumnCount), 1 / scale),
        };
    }
}
