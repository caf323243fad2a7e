using Switchyard.Plan.Solve;

namespace Switchyard.Tests.Plan.Solve;

public sealed class MixedIntegerProgramTests
{
    [Fact]
    public void Terms_for_the_same_pair_are_summed_and_cancelled_ones_vanish()
    {
        var program = new MixedIntegerProgram();
        var (first, second) = (program.AddColumn(0, 1, 0), program.AddColumn(0, 1, 0));
        var (top, bottom) = (program.AddRow(0, 1), program.AddRow(0, 1));
        program.AddTerm(bottom, second, 4);
        program.AddTerm(top, first, 1);
        program.AddTerm(top, first, 2);
        program.AddTerm(bottom, first, 5);
        program.AddTerm(bottom, first, -5);
        program.Matrix.TermCount.ShouldBe(2);
        program.AddTerm(top, first, 10);
        program.AddTerm(top, second, 6);

        program.Matrix.RowsOf(first).ToArray().ShouldBe([top]);
        program.Matrix.CoefficientsOf(first).ToArray().ShouldBe([13.0]);
        program.Matrix.RowsOf(second).ToArray().ShouldBe([bottom, top]);
        program.Matrix.CoefficientsOf(second).ToArray().ShouldBe([4.0, 6.0]);
    }

    [Fact]
    public void The_matrix_agrees_with_a_dictionary_on_random_terms()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var program = new MixedIntegerProgram();
            var expected = new Dictionary<(int, int), double>();
            for (var step = 0; step < 5; step++)
            {
                for (var at = 0; at < 3; at++) (_, _) = (program.AddColumn(0, 1, 0), program.AddRow(0, 1));
                for (var at = 0; at < 30; at++)
                {
                    var (row, column, value) = (random.Next(program.RowCount), random.Next(program.ColumnCount), random.Next(-2, 3));
                    program.AddTerm(row, column, value);
                    expected[(row, column)] = expected.GetValueOrDefault((row, column)) + value;
                }
                _ = program.Matrix;
            }
            var actual = new Dictionary<(int, int), double>();
            for (var column = 0; column < program.ColumnCount; column++)
            {
                for (var at = 0; at < program.Matrix.RowsOf(column).Length; at++)
                    actual.Add((program.Matrix.RowsOf(column)[at], column), program.Matrix.CoefficientsOf(column)[at]);
            }
            actual.OrderBy(term => term.Key).ShouldBe(expected.Where(term => term.Value != 0).OrderBy(term => term.Key));
        }
    }

    [Fact]
    public void A_clone_changes_alone()
    {
        var program = new MixedIntegerProgram();
        var column = program.AddColumn(0, 1, 2, integer: true);
        var row = program.AddRow(0, 1);
        program.AddTerm(row, column, 3);
        var clone = program.Clone();
        clone.SetColumnBounds(column, 1, 4);
        clone.SetRowBounds(row, 2, 9);
        clone.SetCost(column, 7);
        clone.AddTerm(row, column, 1);

        (program.ColumnUpper[0], program.RowUpper[0], program.Cost[0], program.Matrix.CoefficientsOf(0)[0]).ShouldBe((1, 1, 2, 3));
        (clone.ColumnUpper[0], clone.RowUpper[0], clone.Cost[0], clone.Matrix.CoefficientsOf(0)[0]).ShouldBe((4, 9, 7, 4));
        clone.IsInteger(0).ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_a_number_is_refused()
    {
        var program = new MixedIntegerProgram();
        Should.Throw<ArgumentException>(() => program.AddColumn(double.NaN, 1, 0));
        Should.Throw<ArgumentException>(() => program.AddColumn(0, 1, double.PositiveInfinity));
        Should.Throw<ArgumentException>(() => program.AddColumn(double.PositiveInfinity, double.PositiveInfinity, 0));
        Should.Throw<ArgumentException>(() => program.AddRow(0, double.NaN));
        program.AddColumn(0, 1, 0);
        program.AddRow(0, 1);
        Should.Throw<ArgumentException>(() => program.AddTerm(0, 0, double.NaN));
        Should.Throw<ArgumentOutOfRangeException>(() => program.AddTerm(1, 0, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => program.AddTerm(0, -1, 1));
    }

    [Fact]
    public void Feasibility_names_the_worst_row_bound_or_fraction()
    {
        var program = new MixedIntegerProgram();
        var column = program.AddColumn(0, 10, 2, integer: true);
        program.AddTerm(program.AddRow(double.NegativeInfinity, 4), column, 1);
        Feasibility.Check(program, [3]).ShouldBe(new(ViolationKind.None, -1, 0, 0, 6));
        Feasibility.Check(program, [6]).ShouldBe(new(ViolationKind.Row, 0, 2, 2.0 / 6, 12));
        Feasibility.Check(program, [-1]).Kind.ShouldBe(ViolationKind.ColumnBound);
        Feasibility.Check(program, [2.9999999]).Kind.ShouldBe(ViolationKind.Integrality);
        Feasibility.Check(program, [2.9999999], relaxed: true).Kind.ShouldBe(ViolationKind.None);
        Feasibility.Check(program, [double.NaN]).Kind.ShouldBe(ViolationKind.NotFinite);
        Should.Throw<ArgumentException>(() => Feasibility.Check(program, []));
    }
}
